//! What a scenario demands beyond what every connector owes, and what it takes back.
//!
//! A demand is plain data, whoever makes it: `[demands]` in scenario.toml and the files beside it, or what a published
//! connector says in its `acceptance-test-config.yml` and its `metadata.yaml`. Checks that go by one skip where it is not
//! made, but for those that speak of what is waived: these judge all the rest.

pub(crate) mod files;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ledger::{Expected, StreamName};

/// What is demanded of one subject: of the connector itself (its `spec`), or of one scenario. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
pub(crate) struct Demands {
    /// How much of a waiver has to be explained.
    pub(crate) strictness: Strictness,
    /// Whether the connector claims a quality that binds it to more: `data.ab_internal.ql` of metadata.yaml is 400 or
    /// more.
    pub(crate) certified: bool,
    /// Of the connector itself: what `spec` has to print in its SPEC message, to the last member. Where it came from a
    /// manifest, it has the members `connectionSpecification`, `documentationUrl` and `advanced_auth` alone.
    pub(crate) expected_spec: Option<Value>,
    /// Records that have to be among those that are read; `expected_records.jsonl`.
    pub(crate) expected_records: Option<ExpectedRecords>,
    /// Fields that are passed over in comparing records, by stream: `name` is their path, its parts joined by `/`; `*`
    /// stands for any text in a part.
    pub(crate) ignored_fields: BTreeMap<String, Vec<Exemption>>,
    /// Whether every field that a stream's schema declares has to occur in at least one of its records.
    pub(crate) data_points: bool,
    /// Whether every configured stream has to have its statuses. Where it has any, their order is judged either way.
    pub(crate) stream_statuses: bool,
    /// Whether the connector reads files, as `data.connectorSubtype: file` of metadata.yaml says.
    pub(crate) reads_files: bool,
    /// Of a connector that reads files, the types that it need not read: `name` is the extension with its dot.
    pub(crate) unsupported_file_types: Vec<Exemption>,
    /// A state of the far future, that a read is begun from; `future_state.json`.
    pub(crate) future_state: Option<FutureState>,
    /// The streams that need no primary key. `None` where nothing is said of keys: then none needs one, unless the
    /// connector is certified.
    pub(crate) without_primary_key: Option<Vec<Exemption>>,
    /// How many hosts `data.allowedHosts.hosts` of metadata.yaml names; `None` where it says nothing of them.
    pub(crate) hosts_named: Option<usize>,
    /// `data.suggestedStreams.streams` of metadata.yaml.
    pub(crate) suggested_streams: Option<Vec<String>>,
    /// Seconds after which a silent connector is taken for dead: `data.maxSecondsBetweenMessages` of metadata.yaml.
    pub(crate) longest_silence: Option<u64>,
    /// Checks that do not judge this subject. They are applied in one place, for all checks: none looks here.
    pub(crate) unjudged: Vec<Unjudged>,
}

impl Demands {
    /// The records that have to be among those of a stream; `None` where nothing is said of it.
    pub(crate) fn expected_of(&self, stream: &StreamName) -> Option<Expected> {
        let demanded = self.expected_records.as_ref()?;
        let name = stream.to_string();
        let records = demanded.streams.get(&name)?.clone();
        let ignored = self.ignored_fields.get(&name).into_iter().flatten();
        let ignored = ignored.map(|field| format!("/record/data/{}", field.name.trim_matches('/'))).collect();
        Some(Expected { records, ignored, exact_order: demanded.exact_order, by_key: demanded.by_key })
    }

    /// These, and what `said` has in their place: a table of some of them, by their names, and so on within tables.
    ///
    /// # Errors
    /// Where one of them is not what it has to be.
    pub(crate) fn with(self, said: &Map<String, Value>) -> Result<Demands, serde_json::Error> {
        let mut all = serde_json::to_value(&self)?;
        put(&mut all, said);
        serde_json::from_value(all)
    }
}

/// Puts members in the place of those of the same names.
fn put(under: &mut Value, over: &Map<String, Value>) {
    for (name, value) in over {
        match (&mut under[name], value) {
            (known @ Value::Object(_), Value::Object(members)) => put(known, members),
            (known, value) => *known = value.clone(),
        }
    }
}

/// How much of a waiver has to be explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Strictness {
    /// What is left out is left out.
    #[default]
    Low,
    /// What is left out needs a reason.
    High,
}

/// Something named that is let off, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exemption {
    /// What is let off: a stream, a field, an extension.
    pub(crate) name: String,
    /// Read by people; demanded so that a waiver is never given in passing.
    pub(crate) reason: String,
}

/// A check that does not judge, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unjudged {
    /// The id of the check.
    pub(crate) check: String,
    /// As the report shows it.
    pub(crate) reason: String,
}

/// Records that have to be among those that are read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpectedRecords {
    /// By stream (`name`, or `namespace.name`) the `data` of each record, in the order of the file.
    pub(crate) streams: BTreeMap<String, Vec<Value>>,
    /// Whether the first records of a stream have to be these, in this order.
    pub(crate) exact_order: bool,
    /// Whether their primary keys alone are compared, and without one the number of records: as Airbyte's acceptance tests do.
    pub(crate) by_key: bool,
}

/// A state of the far future: who begins there has nothing to read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FutureState {
    /// What is handed over as `--state`: a list of states, as in `state.json`.
    pub(crate) state: Value,
    /// The incremental streams that need not stand in it.
    pub(crate) missing_streams: Vec<Exemption>,
    /// A regular expression that every cursor of a state has to match from its beginning, where the stream has none of its
    /// own. Without either, cursors have to look as those of the future state do, character class by character class.
    pub(crate) cursor_format: Option<String>,
    /// The same by stream.
    pub(crate) cursor_formats: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(demands: Demands, said: &Value) -> Result<Demands, String> {
        demands.with(said.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_said_goes_before_what_is_there_and_leaves_the_rest() {
        let records = ExpectedRecords {
            streams: [("a".to_owned(), vec![json!({})])].into(),
            ..ExpectedRecords::default()
        };
        let there = Demands { certified: true, expected_records: Some(records), ..Demands::default() };
        let said = json!({"data_points": true, "expected_records": {"exact_order": true}});
        let demands = with(there, &said).unwrap();
        assert!(demands.certified && demands.data_points);
        let records = demands.expected_records.unwrap();
        assert!(records.exact_order && records.streams.contains_key("a"));
        let future =
            with(Demands::default(), &json!({"future_state": {"cursor_format": "x"}})).unwrap().future_state;
        assert_eq!(future.unwrap().cursor_format.as_deref(), Some("x"));
    }

    #[test]
    fn a_demand_that_does_not_exist_is_named() {
        let error = with(Demands::default(), &json!({"data_point": true})).unwrap_err();
        assert!(error.contains("unknown field `data_point`"), "{error}");
    }
}
