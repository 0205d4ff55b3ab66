//! What one process is started with, and how.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use connector_replay::Target;
use serde_json::Value;

use crate::demands::Demands;
use crate::process::Disturbance;
use crate::secrets::Secrets;

/// What a process is given.
#[derive(Clone, Default)]
pub(crate) struct Given<'a> {
    /// The folder for its files, within the stage's. One per process: a process that rewrites its config must not surprise
    /// the next.
    pub(crate) folder: PathBuf,
    pub(crate) config: Option<&'a Value>,
    /// Whose part the replay server plays where the config names it by its own address.
    pub(crate) part: Option<&'a Target>,
    /// The configured catalog, for a read.
    pub(crate) configured: Option<&'a Value>,
    pub(crate) state: Option<&'a Value>,
    /// What is tried, where it is no plain command.
    pub(crate) trial: Option<String>,
    pub(crate) disturbance: Option<Disturbance>,
    /// How long it may go on once it has asked for what is not recorded, where that is not up to it.
    pub(crate) misses: Option<Duration>,
    /// The number of the interpreter that it is not to be forked by.
    pub(crate) unlike: Option<usize>,
    /// Whether its environment tells of no user.
    pub(crate) homeless: bool,
    pub(crate) now: Option<&'a str>,
    /// Environment variables of the scenario, before those of the connector's settings.
    pub(crate) environment: Option<&'a BTreeMap<String, String>>,
    /// Whether it meets real servers: then its clock and its waits are what they are.
    pub(crate) real: bool,
    pub(crate) volatile: &'a [String],
    pub(crate) demands: Option<&'a Demands>,
    pub(crate) secrets: Arc<Secrets>,
    /// The ports that servers are asked on beside those of HTTP.
    pub(crate) ports: Vec<u16>,
}
