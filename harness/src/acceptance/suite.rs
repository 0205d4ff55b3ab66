//! The parts of an `acceptance-test-config.yml`, and the keys that each may have.

use std::fmt;

use connector_protocol::Command;

/// A group of tests in Airbyte's connector acceptance tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suite {
    Spec,
    Connection,
    Discovery,
    BasicRead,
    FullRefresh,
    Incremental,
    ConnectorAttributes,
    ConnectorDocumentation,
}

impl Suite {
    pub(super) const ALL: [Suite; 8] = [
        Suite::Spec,
        Suite::Connection,
        Suite::Discovery,
        Suite::BasicRead,
        Suite::FullRefresh,
        Suite::Incremental,
        Suite::ConnectorAttributes,
        Suite::ConnectorDocumentation,
    ];

    /// As it is spelt in the file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Suite::Spec => "spec",
            Suite::Connection => "connection",
            Suite::Discovery => "discovery",
            Suite::BasicRead => "basic_read",
            Suite::FullRefresh => "full_refresh",
            Suite::Incremental => "incremental",
            Suite::ConnectorAttributes => "connector_attributes",
            Suite::ConnectorDocumentation => "connector_documentation",
        }
    }

    pub(super) fn named(name: &str) -> Option<Suite> {
        Suite::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// What its ids in [`super::cat::CHECKS`] begin with.
    pub(super) fn letter(self) -> char {
        match self {
            Suite::Spec => 'S',
            Suite::Connection => 'C',
            Suite::Discovery => 'D',
            Suite::BasicRead => 'R',
            Suite::FullRefresh => 'F',
            Suite::Incremental => 'I',
            Suite::ConnectorAttributes => 'A',
            Suite::ConnectorDocumentation => 'M',
        }
    }

    /// What a config that it names is started with. `spec` runs once for all of them.
    pub(super) fn commands(self) -> &'static [Command] {
        match self {
            Suite::Spec | Suite::ConnectorDocumentation => &[],
            Suite::Connection => &[Command::Check],
            Suite::Discovery | Suite::ConnectorAttributes => &[Command::Discover],
            Suite::BasicRead | Suite::FullRefresh | Suite::Incremental => &[Command::Discover, Command::Read],
        }
    }

    /// The command whose time `timeout_seconds` limits.
    pub(super) fn timed(self) -> Option<Command> {
        match self {
            Suite::Spec => Some(Command::Spec),
            Suite::Connection => Some(Command::Check),
            Suite::Discovery | Suite::ConnectorAttributes => Some(Command::Discover),
            Suite::BasicRead | Suite::FullRefresh | Suite::Incremental => Some(Command::Read),
            Suite::ConnectorDocumentation => None,
        }
    }

    /// Whether a connector of high strictness has to have it.
    pub(super) fn is_mandatory(self) -> bool {
        !matches!(self, Suite::ConnectorAttributes | Suite::ConnectorDocumentation)
    }

    /// The keys that one of its tests may have, beside [`EVERYWHERE`] and [`DEAD`].
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Suite::Spec => &[
                "auth_default_method",
                "backward_compatibility_tests_config",
                "deployment_mode",
                "spec_path",
            ],
            Suite::Connection => &["deployment_mode", "status"],
            Suite::Discovery => {
                &["backward_compatibility_tests_config", "deployment_mode", "validate_primary_keys_data_type"]
            }
            Suite::BasicRead => &[
                "client_container_config",
                "configured_catalog_path",
                "deployment_mode",
                "empty_streams",
                "expect_records",
                "expect_trace_message_on_failure",
                "file_types",
                "ignored_fields",
                "validate_data_points",
                "validate_primary_keys_data_type",
                "validate_schema",
                "validate_state_messages",
                "validate_stream_statuses",
            ],
            Suite::FullRefresh => {
                &["client_container_config", "configured_catalog_path", "deployment_mode", "ignored_fields"]
            }
            Suite::Incremental => &[
                "client_container_config",
                "configured_catalog_path",
                "deployment_mode",
                "future_state",
                "future_state_path",
                "skip_comprehensive_incremental_tests",
            ],
            Suite::ConnectorAttributes => {
                &["allowed_hosts", "streams_without_primary_key", "suggested_streams"]
            }
            Suite::ConnectorDocumentation => &[],
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The keys that a test of any suite may have.
pub(super) const EVERYWHERE: &[&str] = &["config_path", "timeout_seconds"];

/// Keys of a test that mean nothing, or nothing any more, each with the reason.
pub(super) const DEAD: &[(&str, &str)] = &[
    (
        "cursor_paths",
        "cursors are found by the catalog and the state; Airbyte's own tests dropped it in 2.0.0",
    ),
    ("fail_on_extra_columns", "Airbyte's own tests read it and do nothing; schemas are judged as they stand"),
    ("fail_on_extra_fields", "`fail_on_extra_columns` was meant, and that has no effect either"),
    ("invalid_config_path", "it never had; name the config in a test of `connection`, with `status: failed`"),
    ("threshold_days", "cursors are not compared with days; Airbyte's own tests dropped it in 2.0.0"),
    ("validate_output_from_all_streams", "every stream needs records; let one off by `empty_streams`"),
];
