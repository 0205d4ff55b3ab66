//! Rules that hold for every schema within a spec, or within the schemas of a catalog.

use serde_json::Value;

use crate::evidence::Evidence;
use crate::json_schema::{self, Node};
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

/// Judges every schema within the connectionSpecification that `spec` printed. `look` says `None` of what the rule is not
/// about; the pointers of its findings go on from the schema's own. Without anything to judge, `reason` says why.
///
/// One that is no valid JSON Schema is passed over: `spec_is_one_message` speaks of it.
pub(crate) fn of_spec(
    evidence: &Evidence,
    reason: &str,
    look: impl Fn(&Node<'_>) -> Option<Vec<Finding>>,
) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, spec) in evidence.specs() {
        let found = judge(&spec["connectionSpecification"], "/spec/connectionSpecification", &look);
        judged |= found.is_some();
        findings.extend(found.into_iter().flatten().map(|finding| finding.by(transcript).line(line)));
    }
    Verdict::of(findings, judged, reason)
}

/// The same for the json_schema of every discovered stream. A schema that is none is passed over:
/// `catalog_schemas_are_valid` speaks of it.
pub(crate) fn of_catalog(
    evidence: &Evidence,
    reason: &str,
    look: impl Fn(&Node<'_>) -> Option<Vec<Finding>>,
) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        let found = judge(&stream["json_schema"], "/json_schema", &look);
        judged |= found.is_some();
        let name = StreamName::of(stream);
        findings.extend(found.into_iter().flatten().map(|it| it.by(transcript).line(line).stream(&name)));
    }
    Verdict::of(findings, judged, reason)
}

/// What is wrong within a schema that stands `at` this pointer of a message; `None` where there was nothing to judge.
fn judge(schema: &Value, at: &str, look: impl Fn(&Node<'_>) -> Option<Vec<Finding>>) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut judged = false;
    for node in json_schema::walk(schema) {
        for found in look(&node).inspect(|_| judged = true).into_iter().flatten() {
            let pointer = format!("{at}{}{}", node.pointer, found.pointer.as_deref().unwrap_or_default());
            findings.push(found.pointer(pointer));
        }
    }
    // Compiling takes longer than looking.
    if !findings.is_empty() && Finding::of_schema(schema, at).is_some() {
        return None;
    }
    judged.then_some(findings)
}
