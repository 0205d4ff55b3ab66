use jiff::Timestamp;
use serde_json::{Value, json};

use super::kill::{Kills, killed_anywhere};
use super::page::Page;
use super::transcript::Transcript;
use crate::arguments::Arguments;
use crate::input::Input;
use crate::logger;
use crate::output::Output;
use crate::run::{Conditions, carry_out};
use crate::signal::never;
use crate::{Clock, Error, Outcome, Result, Source};

/// A connector with a config, to be tried.
///
/// It runs within the test, one slice after the other in the order of the catalog, and waits for nothing: a retry comes
/// at once. See the [module](super) for an example.
pub struct Trial<'a, S> {
    source: &'a S,
    config: Value,
    now: Result<Timestamp>,
    state: Option<Value>,
    side_by_side: bool,
    but_for: Vec<String>,
}

impl<'a, S: Source> Trial<'a, S> {
    /// Of this connector with this config.
    pub fn of(source: &'a S, config: Value) -> Self {
        Trial {
            source,
            config,
            now: Ok(Timestamp::now()),
            state: None,
            side_by_side: false,
            but_for: Vec::new(),
        }
    }

    /// At this time, an RFC 3339 timestamp. Where it is none, every command fails and says so.
    #[must_use]
    pub fn now(self, now: &str) -> Self {
        let wanted = "the time of the trial: want an RFC 3339 timestamp such as 2024-01-08T12:00:00Z";
        let parsed = now.parse();
        Trial { now: parsed.map_err(|_| Error::system(format!("{wanted}, got `{now}`"))), ..self }
    }

    /// Going on from this state: what a platform would hand over, such as [`Transcript::state`].
    #[must_use]
    pub fn state(self, state: Value) -> Self {
        Trial { state: Some(state), ..self }
    }

    /// With as many slices at once as the source says, as in production.
    #[must_use]
    pub fn side_by_side(self) -> Self {
        Trial { side_by_side: true, ..self }
    }

    /// Where records are compared, without regard to this field: one that says how a record was come by, say, and not
    /// what it is.
    #[must_use]
    pub fn but_for(mut self, field: &str) -> Self {
        self.but_for.push(field.to_owned());
        self
    }

    /// What the connector must be told.
    pub async fn spec(&self) -> Transcript {
        self.carry_out(Arguments::Spec).await
    }

    /// Whether the config works; the answer is [`Transcript::status`].
    pub async fn check(&self) -> Transcript {
        self.carry_out(Arguments::Check { config: self.config() }).await
    }

    /// The streams that there are; the answer is [`Transcript::catalog`].
    pub async fn discover(&self) -> Transcript {
        self.carry_out(Arguments::Discover { config: self.config() }).await
    }

    /// Reads these streams, incrementally where they can be.
    pub async fn read<'n>(&self, streams: impl IntoIterator<Item = &'n str>) -> Transcript {
        let names: Vec<&str> = streams.into_iter().collect();
        self.read_from(&names, self.state.as_ref()).await
    }

    /// Reads these streams, then as often again as there are lines at which the read could have been killed, each time
    /// from the last states before that line, and compares: whatever the first read emitted must have come before the kill,
    /// or come after it.
    ///
    /// Records are the same if their data is, [but for](Self::but_for) some fields. Reads from equal states are made once.
    ///
    /// # Errors
    /// If a read fails, or the first record that is lost, with the line and the state.
    pub async fn killed_anywhere<'n>(&self, streams: impl IntoIterator<Item = &'n str>) -> Result<Kills> {
        let names: Vec<&str> = streams.into_iter().collect();
        killed_anywhere(self, &names).await
    }

    pub(super) async fn read_from(&self, names: &[&str], state: Option<&Value>) -> Transcript {
        let offered = self.discover().await;
        let streams: Vec<Value> = names.iter().map(|name| configured(&offered, name)).collect();
        let catalog = Input::Given(json!({ "streams": streams }));
        let state = state.cloned().map(Input::Given);
        self.carry_out(Arguments::Read { config: self.config(), catalog, state }).await
    }

    /// What the next read goes on from if this trial has a state.
    pub(super) fn begin(&self) -> Option<&Value> {
        self.state.as_ref()
    }

    /// A record as text that is the same for records that are.
    pub(super) fn same(&self, record: &Value) -> String {
        let mut data = record["data"].clone();
        if let Some(fields) = data.as_object_mut() {
            fields.retain(|name, _| !self.but_for.contains(name));
        }
        format!("{} {data}", record["stream"])
    }

    fn config(&self) -> Input {
        Input::Given(self.config.clone())
    }

    async fn carry_out(&self, arguments: Arguments) -> Transcript {
        let page = Page::default();
        let stdout = Box::new(page.clone());
        logger::install(false);
        let outcome = match &self.now {
            Ok(now) => {
                let clock = Clock::starting_at(*now).without_waits();
                let conditions = Conditions { clock, deterministic: !self.side_by_side, stop: never() };
                // Boxed, so that the futures of tests are small.
                Box::pin(carry_out(self.source, arguments, stdout, conditions)).await
            }
            Err(error) => {
                // A page takes whatever is written.
                let _ = Output::new(stdout, Clock::of_machine()).error(error, None);
                Outcome::Failed
            }
        };
        Transcript::new(outcome, &page.text())
    }
}

/// A stream as a platform would configure it; one that is not offered is asked for all the same.
fn configured(offered: &Transcript, name: &str) -> Value {
    let unknown = json!({ "name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"] });
    let stream = offered.catalog().into_iter().find(|stream| stream["name"] == name).unwrap_or(unknown);
    let modes = stream["supported_sync_modes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let incremental = modes.iter().any(|mode| mode == "incremental");
    json!({
        "cursor_field": stream["default_cursor_field"],
        "primary_key": stream["source_defined_primary_key"],
        "stream": stream,
        "sync_mode": if incremental { "incremental" } else { "full_refresh" },
        "destination_sync_mode": "append",
    })
}
