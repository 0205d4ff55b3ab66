//! What a check says of the evidence.

use std::collections::BTreeMap;

use connector_protocol::Command;
use serde::Serialize;
use serde_json::Value;

use crate::ledger::{Schema, Seen, StreamName, Violation};
use crate::transcript::Transcript;

/// What a check says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// There was something to judge, and it was as it must be.
    Pass,
    /// It was not; at least one finding.
    Fail {
        /// What is wrong, each with its place.
        findings: Vec<Finding>,
    },
    /// It was not, and all that is wrong is waived. No check says so itself.
    Known {
        /// What is wrong, each with its place and the reason why it is let be.
        findings: Vec<Finding>,
    },
    /// There was nothing to judge.
    Skip {
        /// Why not.
        reason: String,
    },
}

impl Verdict {
    /// Fails if there are findings, passes if there are none but something was judged, skips otherwise.
    pub(crate) fn of(findings: Vec<Finding>, judged: bool, reason: &str) -> Self {
        let findings = fold(findings);
        match (findings.is_empty(), judged) {
            (false, _) => Verdict::Fail { findings },
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::Skip { reason: reason.to_owned() },
        }
    }

    /// Whether it is a failure that condemns.
    pub fn is_fail(&self) -> bool {
        matches!(self, Verdict::Fail { .. })
    }
}

/// Different findings of one check and subject that are kept; the rest are counted with the last of their stream.
const KEPT: usize = 100;

/// One of each kind, the first, with how often it was found in that process. None is counted with that of another stream,
/// which may be waived.
fn fold(findings: Vec<Finding>) -> Vec<Finding> {
    let mut folded: Vec<Finding> = Vec::new();
    let mut places = BTreeMap::new();
    let mut last = BTreeMap::new();
    for finding in findings {
        let kind = (
            finding.command,
            finding.stream.clone(),
            finding.pointer.clone(),
            finding.want.clone(),
            finding.got.clone(),
        );
        let of_stream = last.get(&finding.stream).copied();
        let next = of_stream.filter(|_| folded.len() >= KEPT).unwrap_or(folded.len());
        let place = *places.entry(kind).or_insert(next);
        if let Some(known) = folded.get_mut(place) {
            // In a trial it is the same fault again.
            if known.trial == finding.trial {
                known.times += finding.times;
            }
        } else {
            last.insert(finding.stream.clone(), place);
            folded.push(finding);
        }
    }
    folded
}

/// One thing that is wrong, for a person to mend.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Finding {
    /// The command whose process it was, if it was one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub command: Option<Command>,
    /// What was tried, where it was no plain command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<String>,
    /// Line of that process's stdout, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The stream in question.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub stream: Option<StreamName>,
    /// JSON pointer into the message, the record or the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What was wanted.
    pub want: String,
    /// What came.
    pub got: String,
    /// How often: 1, or more where many lines break one rule and only the first is shown.
    pub times: u64,
    /// What to do next, where there is more to say than `harness explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The reason for which it is known and does not condemn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

#[expect(clippy::ref_option, reason = "the shape that serde asks for")]
fn as_text<T: std::fmt::Display, S: serde::Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

impl Finding {
    pub(crate) fn new(want: impl Into<String>, got: impl Into<String>) -> Self {
        Finding { want: want.into(), got: got.into(), times: 1, ..Finding::default() }
    }

    /// A violation of a schema, at the line that shows it first.
    pub(crate) fn violation(seen: &Seen<Violation>) -> Self {
        let Violation { pointer, want, got, .. } = &seen.what;
        Finding { times: seen.times, ..Finding::new(want, got).pointer(pointer).line(seen.line) }
    }

    /// What is wrong with a JSON Schema that stands `at` this pointer of a message.
    pub(crate) fn of_schema(schema: &Value, at: &str) -> Option<Self> {
        if let Err(error) = jsonschema::draft7::meta::validate(schema) {
            let finding = Finding::new("a valid JSON Schema (draft 7)", error.to_string());
            return Some(finding.pointer(format!("{at}{}", error.instance_path())));
        }
        let why = Schema::compile(schema).err()?;
        Some(Finding::new("a schema that compiles on its own", why).pointer(at))
    }

    /// The process whose it is, as events call it: a trial or a command.
    pub(crate) fn process(&self) -> Option<String> {
        self.trial.clone().or_else(|| Some(self.command?.to_string()))
    }

    pub(crate) fn by(mut self, transcript: &Transcript) -> Self {
        self.command = Some(transcript.command);
        self.trial.clone_from(&transcript.trial);
        self
    }

    pub(crate) fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn stream(mut self, stream: &StreamName) -> Self {
        self.stream = Some(stream.clone());
        self
    }

    pub(crate) fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into()).filter(|pointer| !pointer.is_empty());
        self
    }

    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The same with `change` applied to every text that came from the connector.
    pub(crate) fn map_text(mut self, change: impl Fn(&str) -> String) -> Self {
        self.want = change(&self.want);
        self.got = change(&self.got);
        self.next = self.next.as_deref().map(&change);
        self.pointer = self.pointer.as_deref().map(&change);
        self.stream = self.stream.map(|StreamName { namespace, name }| StreamName {
            namespace: namespace.as_deref().map(&change),
            name: change(&name),
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_without_number_are_kept_in_part_and_never_with_another_streams() {
        let finding = |stream: &str, number: usize| {
            let name = StreamName { namespace: None, name: stream.to_owned() };
            Finding::new("a", format!("{number}")).stream(&name)
        };
        let many = (0..150).map(|number| finding("orders", number));
        let few = (0..3).map(|number| finding("users", number));
        let Verdict::Fail { findings } = Verdict::of(many.chain(few).collect(), true, "") else { panic!() };
        let times = |stream: &str| -> Vec<u64> {
            let of = findings.iter().filter(|it| it.stream.as_ref().is_some_and(|it| it.name == stream));
            of.map(|it| it.times).collect()
        };
        assert_eq!((times("orders").len(), times("orders")[99]), (100, 51));
        assert_eq!(times("users"), [3]);
    }
}
