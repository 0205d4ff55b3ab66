//! What an `acceptance-test-config.yml` says, its older forms brought into the newest.

use std::collections::BTreeMap;

use super::suite::Suite;
use crate::demands::{Exemption, Strictness};
use crate::expectation::Outcome;

/// The file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// The image that Airbyte's own tests run.
    pub(crate) connector_image: Option<String>,
    /// What relative paths start at, from the folder of the file.
    pub(super) base_path: Option<String>,
    pub(super) strictness: Strictness,
    /// Environment variables for the connector.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) suites: BTreeMap<Suite, Tests>,
}

/// The tests of one suite.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests {
    /// Why there are none.
    pub(super) bypass_reason: Option<String>,
    pub(super) tests: Vec<Test>,
}

/// One test: what any suite may say of one, nothing where it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Test {
    pub(super) config_path: Option<String>,
    /// Seconds.
    pub(super) timeout: Option<u64>,
    pub(super) deployment_mode: Option<Mode>,
    pub(super) configured_catalog_path: Option<String>,
    pub(super) spec_path: Option<String>,
    pub(super) status: Option<Outcome>,
    pub(super) empty_streams: Vec<Exemption>,
    pub(super) expected_records: Option<Records>,
    pub(super) ignored_fields: BTreeMap<String, Vec<Exemption>>,
    pub(super) data_points: bool,
    pub(super) stream_statuses: Option<bool>,
    pub(super) unsupported_file_types: Vec<Exemption>,
    pub(super) future_state: Option<Future>,
    pub(super) without_primary_key: Option<Vec<Exemption>>,
    /// Ids of [`super::cat::CHECKS`] that are switched off, and why.
    pub(super) off: Vec<(&'static str, String)>,
}

/// Where a connector believes it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Cloud,
    Oss,
}

impl Mode {
    /// As the connector is told by `DEPLOYMENT_MODE`.
    pub(super) fn variable(self) -> &'static str {
        match self {
            Mode::Cloud => "CLOUD",
            Mode::Oss => "OSS",
        }
    }
}

/// Records that are expected.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    pub(super) path: String,
    pub(super) exact_order: bool,
}

/// A state of the far future.
#[derive(Clone, Debug, Default)]
pub(super) struct Future {
    pub(super) path: String,
    pub(super) missing_streams: Vec<Exemption>,
    pub(super) cursor_format: Option<String>,
    pub(super) cursor_formats: BTreeMap<String, String>,
}
