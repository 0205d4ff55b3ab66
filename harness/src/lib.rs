//! Judges any Airbyte-protocol connector, in any language, unmodified and offline.
//!
//! The walk of `harness test PATH`, a file or a folder a step:
//!
//! ```text
//! cli -> locate (what to run) -> selection (what of it) -> fleet (many side by side) -> runner (the walk of one)
//!     -> scenario (what to show it; acceptance: what a published connector says of that)
//!     -> plan (which processes)
//!     -> stage, process (one process against one replay session)
//!     -> ledger (its output, judged line by line), requests (what it asked for)
//!     -> transcript, evidence -> checks -> snapshot -> event, report -> exit code
//! ```
//!
//! `harness record` goes another way to the same place: `recording` runs the connector against the real servers, has
//! `connector-record` take the secrets out, writes a scenario, and hands it to the walk above.
//!
//! It goes down once and comes up once; on the way [`Event`]s go to a reporter, which turns them into words. What is
//! wrong with a connector is data ([`verdict::Verdict`]); an [`Error`] says that the harness could not judge.

mod acceptance;
mod base_url;
mod baseline;
#[doc(hidden)]
pub mod bench;
mod broken;
mod budget;
mod catalog;
pub mod checks;
pub mod cli;
mod clock;
mod demands;
mod difference;
mod environment;
mod error;
mod event;
mod evidence;
pub mod example;
mod excerpt;
mod expectation;
mod field_path;
mod fleet;
mod given;
mod hosts;
mod json_pointer;
mod json_schema;
mod judgement;
mod judging;
mod known;
mod ledger;
mod leftovers;
mod locate;
mod metadata;
mod nearest;
mod outstanding;
mod performance;
mod plan;
mod ports;
mod process;
mod recording;
mod reference;
mod refused;
mod repertoire;
pub mod report;
mod requests;
mod resumption;
mod rung;
mod runner;
#[cfg(all(target_os = "linux", not(no_sandbox)))]
mod sandbox;
#[cfg(not(all(target_os = "linux", not(no_sandbox))))]
#[path = "no_sandbox.rs"]
mod sandbox;
mod scenario;
mod schema;
mod schemas;
mod secrets;
mod selection;
mod selftest;
mod settings;
mod shim;
mod snapshot;
mod stack_trace;
mod stage;
mod stderr;
mod subject;
mod tally;
mod terms;
mod timeout;
mod toml_file;
mod transcript;
mod trial;
mod trials;
pub mod verdict;
mod waiver;

pub use error::{Error, ExitCode, chain};
pub use event::{Cause, Counts, Event, ScenarioShown, WaiverFault, What};
pub use evidence::Evidence;
pub use fleet::{Candidate, Options, Outcome, run};
pub use ledger::StreamName;
pub use locate::{Connector, Hints, locate};
pub use outstanding::Outstanding;
pub use rung::{Rung, SandboxMode};
pub use selection::{Filter, FilterError, Partition, Selection};
pub use snapshot::{Comparison, Update};
pub use tally::Tally;
