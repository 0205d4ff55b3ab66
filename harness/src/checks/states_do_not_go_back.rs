use connector_protocol::MessageType;
use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::field_path;
use crate::ledger::StreamName;
use crate::transcript::Transcript;
use crate::trial::Question;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "states_do_not_go_back",
    level: Level::Should,
    group: Group::State,
    requirement: "A read that goes on from a state does not end with one that is behind it: an empty one, or one whose cursor \
                  (a member named as the cursor field, or any date) is smaller.",
    why: "Where a sync that finds nothing new forgets how far the one before it came, the next one moves all of the data \
          again, and so does every other one from then on.",
    source: "Ours.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1}}}}\n$ read : from 2\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{}}}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"of\":{\"at\":\"2026-01-02\"}}}}}\n$ read : from 2\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"of\":{\"at\":\"2026-01-01\"}}}}}",
    ],
    acquits: &[
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-02\",\"lookback\":5}}}}\n$ read : from 2\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-02\",\"lookback\":1}}}}",
        "$ read\n{\"type\":\"RECORD\",\"record\":{\"stream\":\"a\",\"data\":{\"id\":1},\"emitted_at\":1}}\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-02\"}}}}\n$ read : from 2\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"at\":\"2026-01-03\"}}}}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for trial in evidence.tried(|_| true).filter(|trial| !trial.lacks_answers()) {
        let Question::ReadFrom(resumption) = &trial.question else { continue };
        let resumed = &trial.run.transcript;
        if resumed.status() != Some(0) {
            continue;
        }
        for given in resumption.input.as_array().into_iter().flatten().map(|state| &state["stream"]) {
            let name = StreamName::of(&given["stream_descriptor"]);
            let Some((line, last)) = last_state(resumed, &name) else { continue };
            judged = true;
            let field = cursor_field(evidence, &name);
            let mut steps = Steps { field: field.as_deref(), ..Steps::default() };
            steps.compare(&given["stream_state"], &last, "");
            if let Some((pointer, want, got)) = steps.back.filter(|_| !steps.is_ahead) {
                let finding = Finding::new(format!("nothing before {want}"), got).by(resumed).line(line);
                findings.push(
                    finding
                        .stream(&name)
                        .pointer(format!("/state/stream/stream_state{pointer}"))
                        .next("begin with the state that was given, and let no record take it back"),
                );
            }
        }
    }
    Verdict::of(findings, judged, "no read that went on from the state of a stream printed another one")
}

/// The last state of a stream, with its line.
fn last_state(read: &Transcript, name: &StreamName) -> Option<(u64, Value)> {
    let own = |placed: &&crate::ledger::Placed| placed.stream.as_deref() == Some(name);
    let last = read.account.of_kind(MessageType::State).filter(own).last()?;
    Some((last.line, last.payload()["stream"]["stream_state"].take()))
}

/// The name of the field by which a stream is read.
fn cursor_field(evidence: &Evidence, name: &StreamName) -> Option<String> {
    let catalogs = evidence.runs.iter().filter_map(|run| run.configured.as_deref());
    let mut streams = catalogs.filter_map(|catalog| catalog["streams"].as_array()).flatten();
    let stream = streams.find(|configured| StreamName::of(&configured["stream"]) == *name)?;
    field_path::of(&stream["cursor_field"])?.last().map(|field| (*field).to_owned())
}

/// How one state stands to another.
#[derive(Default)]
struct Steps<'a> {
    field: Option<&'a str>,
    /// The first place where it is behind: pointer, what was given, what came.
    back: Option<(String, String, String)>,
    /// Whether it is ahead anywhere.
    is_ahead: bool,
}

impl Steps<'_> {
    fn compare(&mut self, given: &Value, last: &Value, pointer: &str) {
        let is_empty =
            |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        if !is_empty(given) && is_empty(last) && pointer.is_empty() {
            return self.note_back(pointer, given, last);
        }
        match (given, last) {
            (Value::Object(given), Value::Object(last)) => {
                for (name, given) in given {
                    if let Some(last) = last.get(name) {
                        self.compare(given, last, &format!("{pointer}/{name}"));
                    }
                }
            }
            (Value::String(one), Value::String(other)) if is_date(one) && shape(one) == shape(other) => {
                match other.cmp(one) {
                    std::cmp::Ordering::Less => self.note_back(pointer, given, last),
                    std::cmp::Ordering::Greater => self.is_ahead = true,
                    std::cmp::Ordering::Equal => {}
                }
            }
            (Value::Number(one), Value::Number(other))
                if self.field.is_some_and(|field| pointer.ends_with(&format!("/{field}"))) =>
            {
                let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
                if other < one {
                    self.note_back(pointer, given, last);
                }
                self.is_ahead |= other > one;
            }
            _ => {}
        }
    }

    fn note_back(&mut self, pointer: &str, given: &Value, last: &Value) {
        self.back
            .get_or_insert_with(|| (pointer.to_owned(), excerpt::of_json(given), excerpt::of_json(last)));
    }
}

/// Whether it begins with a day, so that what is later is greater.
fn is_date(text: &str) -> bool {
    shape(text).starts_with("0000-00-00")
}

/// The text with every digit made the same: only what is written alike is compared.
fn shape(text: &str) -> String {
    text.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect()
}
