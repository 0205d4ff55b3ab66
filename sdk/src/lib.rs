//! Write an Airbyte-protocol source connector in one screen of code.
//!
//! A connector is a [`Source`] with three methods, and a `main` that hands it to [`run()`]. The source describes its
//! streams as data, and says with a closure how one slice of a stream is read. The rest is done here: commands, exit
//! codes, the spec, dates, states, stream statuses, retries, timeouts, redaction of secrets, and the one writer of
//! standard output.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use connector_sdk::{Api, Cursor, Date, RawValue, Result, Secret, Source, Spec, Step, Stream};
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! /// # Weather
//! #[derive(Deserialize, JsonSchema)]
//! struct Config {
//!     /// # Start date
//!     /// The first day to read, such as 2024-01-02.
//!     start_date: Date,
//!     /// # Token
//!     token: Secret,
//! }
//!
//! impl Config {
//!     fn api(&self) -> Api {
//!         Api::new("https://api.weather.test/v1").header("x-token", self.token.expose())
//!     }
//! }
//!
//! struct Weather;
//!
//! impl Source for Weather {
//!     type Config = Config;
//!
//!     fn spec(&self) -> Spec {
//!         Spec::new("https://docs.weather.test")
//!     }
//!
//!     async fn check(&self, config: &Config) -> Result<()> {
//!         config.api().get("account").send().await?;
//!         Ok(())
//!     }
//!
//!     async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
//!         let api = config.api();
//!         let days = Cursor::date("day").start(config.start_date).step(Step::days(1));
//!         let measurements = Stream::new("measurements", r#"{"type": "object", "properties": {}}"#)
//!             .primary_key(["id"])
//!             .incremental(days, async move |day, records| {
//!                 let answer = api.get("measurements").query("day", day.start()).send().await?;
//!                 for measurement in answer.json::<Vec<&RawValue>>()? {
//!                     records.push(measurement)?;
//!                 }
//!                 Ok(())
//!             });
//!         Ok(vec![measurements])
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     connector_sdk::run(Weather)
//! }
//! ```
//!
//! Where to start reading: [`Source`], then [`Stream`], then [`Api`]. The walk of a command is in `run.rs`, that of a
//! `read` in `read.rs`.
//!
//! Lines for the people who watch a sync are written with the macros of the [`log`] crate: `log::info!` and graver
//! become LOG messages. So do those of tasks that are spawned on the connector's one thread; what other threads log is
//! not shown.

mod arguments;
mod auth;
mod clock;
mod config;
mod cursor;
mod date;
mod date_time;
mod error;
mod foreign_state;
mod http;
mod input;
mod json;
mod known_state;
mod logger;
mod normalizer;
mod output;
mod panic;
mod partition;
mod progress;
mod read;
mod record;
mod records;
mod redaction;
mod resume;
mod run;
mod scan;
mod schema;
mod scope;
mod secret;
mod shape;
mod side_by_side;
mod signal;
mod slices;
mod source;
mod spec;
mod stream;
pub mod testing;
mod undeclared;
mod unfinished;
mod watch;
mod write_back;

pub use auth::{Auth, OAuth, ServiceAccount};
pub use clock::Clock;
pub use connector_protocol::FailureType;
pub use cursor::{Bound, Cursor, Slice, Start, Step};
pub use date::Date;
pub use date_time::DateTime;
pub use error::{Error, Result};
pub use http::{Answer, Api, Decision, Method, Pages, Paging, Rate, Request, Response, Retry, Timeouts};
pub use partition::{Partition, Partitions};
pub use record::Record;
pub use records::Records;
pub use resume::Resume;
pub use run::{Outcome, run, run_with};
pub use schema::Schema;
pub use secret::Secret;
pub use serde_json::value::RawValue;
pub use signal::Signal;
pub use source::Source;
pub use spec::Spec;
pub use stream::{Each, Reading, Stream, Unread};
pub use write_back::write_back;
