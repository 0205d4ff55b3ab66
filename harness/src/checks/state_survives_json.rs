use connector_protocol::MessageType;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::ledger::Tree;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "state_survives_json",
    level: Level::Should,
    group: Group::State,
    requirement: "States hold no whole number beyond 2^53, and no member twice: what a JSON reader might alter \
                   on the way.",
    why: "A state is stored, copied and handed back by programs in several languages. Those that read numbers \
           as double round such an id to its neighbour, and the next read begins in the wrong place.",
    source: "RFC 8259, section 4 and 6; the protocol leaves the state's form to the connector.",
    judge,
    condemns: &[
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":9007199254740993}}}}",
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"a\":[{\"id\":-9007199254740993}]}}}}",
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":1,\"id\":2}}}}",
    ],
    acquits: &[
        "$ read\n{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"a\"},\"stream_state\":{\"id\":9007199254740991,\"big\":\"9007199254740993\",\"half\":1.5}}}}",
    ],
};

/// Whole numbers are exact up to here in a double.
const EXACT: f64 = 9_007_199_254_740_991.0;

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for transcript in evidence.every_read() {
        for placed in transcript.account.of_kind(MessageType::State) {
            judged = true;
            let Ok(tree) = Tree::parse(placed.text().as_bytes()) else { continue };
            let Some(state) = tree.get("state") else { continue };
            if let Some((pointer, want, got)) = fault(state, "/state") {
                let finding = Finding::new(want, got).by(transcript).line(placed.line).pointer(pointer);
                findings.push(Finding { stream: placed.stream_name(), ..finding });
            }
        }
    }
    Verdict::of(findings, judged, "no STATE was printed")
}

/// The first fault of a value, with its pointer.
fn fault(value: &Tree<'_>, at: &str) -> Option<(String, &'static str, String)> {
    match value {
        Tree::Number(number) if !number.is_f64() && number.as_f64().is_some_and(|it| it.abs() > EXACT) => {
            Some((at.to_owned(), "a text, or a number up to 2^53", number.to_string()))
        }
        Tree::List(items) => {
            items.iter().enumerate().find_map(|(place, item)| fault(item, &format!("{at}/{place}")))
        }
        Tree::Map(members) => {
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
            names.sort_unstable();
            if let Some([twice, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                return Some((format!("{at}/{twice}"), "one member of that name", "two".to_owned()));
            }
            members.iter().find_map(|(name, value)| fault(value, &format!("{at}/{name}")))
        }
        _ => None,
    }
}
