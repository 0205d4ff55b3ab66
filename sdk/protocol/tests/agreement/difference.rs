//! Where our schemas and our types mean to judge otherwise than the official schema. Everything else is a fault.

use serde_json::{Value, json};

use crate::court::{COURT, Court};
use crate::spot::{Place, Spot};
use crate::subject::Subject;

/// A wanted difference from the official schema.
pub(crate) struct Difference {
    /// What is judged otherwise.
    pub(crate) what: &'static str,
    /// Why that is wanted.
    pub(crate) why: &'static str,
    /// Which of ours differ.
    pub(crate) judges: &'static [Judge],
    /// When they differ, to the letter.
    pub(crate) rule: Rule,
}

/// Who of ours judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Judge {
    /// The files of `schema/`.
    Schema,
    /// The Rust types, by reading.
    Types,
}

/// When ours differ.
pub(crate) enum Rule {
    /// They judge as the official schema would judge the value after this change.
    Overlook(fn(Subject, &mut Value)),
    /// They reject, whatever the official schema says.
    Reject(fn(Subject, &Value) -> bool),
}

/// All of them.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "the payload of another type is not looked at",
        why: "no reader looks at it, and each schema stays about one message",
        judges: &[Judge::Schema, Judge::Types],
        rule: Rule::Overlook(|subject, value| {
            if let Value::Object(fields) = value {
                subject.other_types().for_each(|other| drop(fields.remove(other.field())));
            }
        }),
    },
    Difference {
        what: "a message without the payload that its type names is rejected",
        why: "every reader dereferences it",
        judges: &[Judge::Schema, Judge::Types],
        rule: Rule::Reject(|subject, value| subject.field().is_some_and(|field| value.get(field).is_none())),
    },
    Difference {
        what: "a STATE, TRACE or CONTROL without the payload that its own type names is rejected",
        why: "every reader dereferences it; our types read it all the same, so that it can be talked about",
        judges: &[Judge::Schema],
        rule: Rule::Reject(|subject, value| {
            let payload = subject.field().map_or(&Value::Null, |field| &value[field]);
            let named = match (subject.field(), payload["type"].as_str()) {
                (Some("state"), Some("STREAM")) => "stream",
                (Some("state"), Some("GLOBAL")) => "global",
                (Some("trace"), Some("ERROR")) => "error",
                (Some("trace"), Some("ESTIMATE")) => "estimate",
                (Some("trace"), Some("STREAM_STATUS")) => "stream_status",
                (Some("trace"), Some("ANALYTICS")) => "analytics",
                (Some("control"), Some("CONNECTOR_CONFIG")) => "connectorConfig",
                _ => return false,
            };
            payload.get(named).is_none()
        }),
    },
    Difference {
        what: "null for an optional field is read as its absence",
        why: "hand-written catalogs and other implementations write it",
        judges: &[Judge::Types],
        rule: Rule::Overlook(|subject, value| {
            for spot in spots(subject, value) {
                if matches!(spot.place, Place::Optional | Place::Demanded) && spot.of(value).is_null() {
                    spot.remove(value);
                }
            }
        }),
    },
    Difference {
        what: "a URL is read as any text",
        why: "it is only shown to people, and a check of it would cost this crate a dependency",
        judges: &[Judge::Types],
        rule: Rule::Overlook(|subject, value| {
            for spot in spots(subject, value) {
                if spot.grammar.is_uri() && spot.of(value).is_string() {
                    *spot.of_mut(value) = json!("https://example.test");
                }
            }
        }),
    },
    Difference {
        what: "an empty list of sync modes is read",
        why: "a list is a list; a type that holds one element or more would be in the way of every user",
        judges: &[Judge::Types],
        rule: Rule::Overlook(|subject, value| {
            for spot in spots(subject, value) {
                if let (Value::Array(list), 1) = (spot.of_mut(value), spot.grammar.fewest()) {
                    list.extend(list.is_empty().then(|| json!("full_refresh")));
                }
            }
        }),
    },
    Difference {
        what: "an integer that i64 cannot hold to the digit is rejected",
        why: "a count or a time of that size is a fault, and reading it would change it in silence",
        judges: &[Judge::Types],
        rule: Rule::Reject(|subject, value| {
            let inexact = |float: f64| float.abs() > 9_007_199_254_740_992.0; // 2^53
            spots(subject, value).iter().any(|spot| {
                let here = spot.of(value);
                let integer = spot.grammar.kinds().contains(&"integer") && here.is_number();
                integer && here.as_i64().is_none() && here.as_f64().is_some_and(inexact)
            })
        }),
    },
];

fn spots(subject: Subject, value: &Value) -> Vec<Spot<'static>> {
    let court: &'static Court = &COURT;
    Spot::all(court.ours(subject).grammar(), value)
}

/// What this judge is to say of a value, if these are the differences; none where only the official schema can tell.
pub(crate) fn expected<'a>(
    judge: Judge,
    subject: Subject,
    value: &Value,
    differences: impl Iterator<Item = &'a Difference> + Clone,
) -> Option<bool> {
    let Some(turned_out) = subject.turns_out(value) else {
        return Some(COURT.official_accepts(subject, value));
    };
    let mut seen_as = value.clone();
    let rules = differences.filter(|difference| difference.judges.contains(&judge));
    for difference in rules.clone() {
        if let Rule::Overlook(change) = difference.rule {
            change(turned_out, &mut seen_as);
        }
    }
    let rejects = |difference: &Difference| match difference.rule {
        Rule::Reject(holds) => holds(turned_out, &seen_as),
        Rule::Overlook(_) => false,
    };
    // Where our schema stands in for the official one, its own demands hide what that one would say.
    let hidden = DIFFERENCES.iter().any(|own| own.judges == [Judge::Schema] && rejects(own));
    if COURT.official.is_none() && judge == Judge::Types && hidden {
        return None;
    }
    Some(COURT.official_accepts(subject, &seen_as) && !rules.into_iter().any(rejects))
}
