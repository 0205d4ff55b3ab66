use jiff::Timestamp;
use serde_json::{Value, json};

use super::kill::{Kills, killed_anywhere};
use super::page::Page;
use super::transcript::Transcript;
use crate::arguments::Arguments;
use crate::input::Input;
use crate::logger;
use crate::run::{Conditions, carry_out};
use crate::signal::never;
use crate::{Clock, Result, Source};

/// A connector with a config, to be tried.
///
/// It runs within the test, one slice after the other in the order of the catalog, and waits for nothing: a retry comes
/// at once. See the [module](super) for an example.
pub struct Trial<'a, S> {
    source: &'a S,
    config: Value,
    now: Timestamp,
    state: Option<Value>,
    side_by_side: bool,
}

impl<'a, S: Source> Trial<'a, S> {
    /// Of this connector with this config.
    pub fn of(source: &'a S, config: Value) -> Self {
        Trial { source, config, now: Timestamp::now(), state: None, side_by_side: false }
    }

    /// At this time, an RFC 3339 timestamp; at any that is none, now.
    #[must_use]
    pub fn now(self, now: &str) -> Self {
        Trial { now: now.parse().unwrap_or(self.now), ..self }
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
    /// Records are the same if their data is. Reads from equal states are made once.
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

    fn config(&self) -> Input {
        Input::Given(self.config.clone())
    }

    async fn carry_out(&self, arguments: Arguments) -> Transcript {
        let page = Page::default();
        let clock = Clock::starting_at(self.now).without_waits();
        logger::install(false);
        let conditions = Conditions { clock, deterministic: !self.side_by_side, stop: never() };
        // Boxed, as clippy wants futures of this size in every test that awaits one.
        let outcome = Box::pin(carry_out(self.source, arguments, Box::new(page.clone()), conditions)).await;
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
