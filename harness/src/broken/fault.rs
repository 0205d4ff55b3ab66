//! What a fault is.

use serde_json::{Value, json};

use super::call::Call;
use super::output::Output;

/// One way of being broken.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The one check that condemns it. None: it is no fault after all.
    pub(crate) condemned_by: Option<&'static str>,
    /// What `scenario.toml` says.
    pub(crate) scenario: &'static str,
    /// What `harness.toml` says besides.
    pub(crate) settings: &'static str,
    /// What is recorded besides, all of it GET: URL, status and JSON.
    pub(crate) recorded: &'static [(&'static str, u16, &'static str)],
    /// What lies in the scenario's folder besides: name and text.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Whether it shows in a sandbox alone.
    pub(crate) sandboxed: bool,
    pub(crate) inflict: fn(&mut Output, &Call),
}

pub(crate) const fn fault(
    name: &'static str,
    condemned_by: &'static str,
    inflict: fn(&mut Output, &Call),
) -> Fault {
    Fault { condemned_by: Some(condemned_by), ..harmless(name, inflict) }
}

pub(crate) const fn harmless(name: &'static str, inflict: fn(&mut Output, &Call)) -> Fault {
    let (scenario, settings) = ("", "");
    Fault {
        name,
        condemned_by: None,
        scenario,
        settings,
        recorded: &[],
        files: &[],
        sandboxed: false,
        inflict,
    }
}

impl Fault {
    /// What is recorded besides, as interactions of a cassette.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = Value> {
        self.recorded.iter().map(|(url, status, body)| {
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            json!({
                "request": {"method": "GET", "url": url},
                "response": {"status": status, "body": {"json": body}},
            })
        })
    }
}

/// A fault of the output of one command.
macro_rules! of {
    ($command:literal, $inflict:expr) => {
        |output, call| {
            if call.is($command) {
                let inflict: fn(&mut $crate::broken::output::Output) = $inflict;
                inflict(output);
            }
        }
    };
}

pub(crate) use of;
