//! Runs made by hand, for the tests of the formats.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use connector_protocol::Command;

use crate::checks::{Group, Level};
use crate::event::{Cause, Counts, Event, ScenarioShown, WaiverFault, What};
use crate::ledger::StreamName;
use crate::snapshot::Comparison;
use crate::verdict::{Finding, Verdict};

/// What was written, for a test to read while a report holds the other end.
#[derive(Clone, Default)]
pub(super) struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn of(connector: &str, what: What) -> Event {
    Event { at_ms: 0, connector: Some(connector.into()), what }
}

fn started(connector: &str) -> Event {
    let shown = |name: &str| ScenarioShown {
        name: name.into(),
        about: None,
        file: Some(format!("fixtures/{name}/scenario.toml").into()),
    };
    of(
        connector,
        What::ConnectorStarted {
            path: PathBuf::from("dir/a"),
            command: vec!["./a".into()],
            found: "harness.toml".into(),
            rung: crate::rung::Rung::Environment,
            no_sandbox: None,
            scenarios: vec![shown("one"), shown("two")],
            scenarios_filtered: 0,
            invocations: 7,
        },
    )
}

fn judged(connector: &str, scenario: &str, check: &'static str, level: Level, verdict: Verdict) -> Event {
    let subject = if scenario.is_empty() { connector.to_owned() } else { format!("{connector}/{scenario}") };
    of(connector, What::CheckJudged { subject, check, group: Group::State, level, verdict })
}

fn finished(connector: &str, counts: Counts) -> Event {
    let (duration_ms, connector_ms) = (1500.0, 900.0);
    of(connector, What::ConnectorFinished { duration_ms, connector_ms, invocations: 7, counts, exit_code: 1 })
}

fn stream() -> StreamName {
    StreamName { namespace: None, name: "users".into() }
}

fn over() -> Event {
    let what = What::RunFinished {
        duration_ms: 3000.0,
        connector_ms: 900.0,
        invocations: 7,
        connectors: 2,
        connectors_failed: 1,
        connectors_unjudged: 1,
        counts: Counts::default(),
        exit_code: 4,
    };
    Event { at_ms: 0, connector: None, what }
}

/// One of everything.
pub(super) fn run() -> Vec<Event> {
    let text_for_number = Finding {
        command: Some(Command::Read),
        next: Some("print numbers".into()),
        ..Finding::new("a number", "\"1\"").pointer("/data/id").line(3).stream(&stream())
    };
    let fail = || Verdict::Fail { findings: vec![text_for_number.clone()] };
    let known = Finding { waived: Some("ticket 7".into()), ..Finding::new("c", "d") };
    let should = Verdict::Fail { findings: vec![Finding::new("a", "b")] };
    let diff = "@@ -1 +1 @@\n-{\"a\":1}\n+{\"a\":2}\n".to_owned();
    let comparison = Comparison::Pending { file: "read.snap".into(), new: false, written: false, diff };
    let counts = Counts { passed: 1, failed: 1, warned: 1, known: 1, ..Counts::default() };
    vec![
        Event { at_ms: 0, connector: None, what: What::RunStarted { format: 2, connectors: 2 } },
        started("a"),
        judged("a", "", "spec_is_one_message", Level::Must, Verdict::Pass),
        judged("a", "", "spec_marks_secrets", Level::Should, should),
        judged("a", "one", "records_match_schema", Level::Must, fail()),
        judged("a", "two", "records_match_schema", Level::Must, fail()),
        judged("a", "one", "state_is_present", Level::Must, Verdict::Known { findings: vec![known] }),
        judged("a", "two", "state_is_present", Level::Must, Verdict::Skip { reason: "no state".into() }),
        of(
            "a",
            What::WaiverFailed {
                file: "harness.toml".into(),
                entry: 2,
                check: "state_*".into(),
                scenario: None,
                stream: None,
                reason: "r".into(),
                fault: WaiverFault::Expired,
            },
        ),
        of("a", What::SnapshotCompared { subject: "a/one".into(), command: "read".into(), comparison }),
        finished("a", Counts { waivers_failed: 1, snapshots_pending: 1, ..counts }),
        of(
            "b",
            What::ConnectorUnjudged {
                path: "dir/b".into(),
                cause: Cause::Error,
                why: "no such folder".into(),
            },
        ),
        over(),
    ]
}

/// A connector that says what each of the formats could take for its own.
pub(super) fn hostile() -> Vec<Event> {
    let text = "\n::error::owned\r\n| a | b |\n````\n<b>]]>\u{0}\u{1b}[31m\u{fffe}%0A`x`";
    let mut finding = Finding::new(text, text).pointer(text);
    finding.next = Some(text.into());
    finding.stream = Some(StreamName { namespace: None, name: text.into() });
    let name = format!("x|y{text}");
    vec![
        started(&name),
        judged(&name, "one", "records_match_schema", Level::Must, Verdict::Fail { findings: vec![finding] }),
        of(&name, What::Noted { note: text.into() }),
        finished(&name, Counts { failed: 1, ..Counts::default() }),
        of(&name, What::ConnectorUnjudged { path: text.into(), cause: Cause::Error, why: text.into() }),
        over(),
    ]
}

/// A connector with so many different failures.
pub(super) fn failing(number: usize) -> Vec<Event> {
    let failure = |index: usize| {
        let findings = vec![Finding::new("a", index.to_string())];
        judged("a", "one", "records_match_schema", Level::Must, Verdict::Fail { findings })
    };
    let counts = Counts { failed: 1, ..Counts::default() };
    [started("a")].into_iter().chain((0..number).map(failure)).chain([finished("a", counts)]).collect()
}
