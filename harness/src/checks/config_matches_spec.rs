use std::borrow::Cow;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::expectation::ConfigIs;
use crate::ledger::{Schema, Tree};
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "config_matches_spec",
    level: Level::Must,
    group: Group::Spec,
    requirement: "The scenario's config satisfies the connector's connectionSpecification, or breaks it where the \
                  scenario says so.",
    why: "The platform refuses a config that does not satisfy the spec: a connector that works only with such configs \
          cannot be set up, and a scenario that tests a config nobody can have proves nothing.",
    source: "The protocol's spec command; connector acceptance tests, `spec`: config against spec.",
    judge,
    condemns: &[
        "# spec {\"required\":[\"key\"]}\n# config {}",
        "# spec {\"properties\":{\"day\":{\"type\":\"string\",\"format\":\"date\"}}}\n# config {\"day\":\"tomorrow\"}",
        "# expect config invalid\n# spec {\"required\":[\"key\"]}\n# config {\"key\":\"a\"}",
    ],
    acquits: &[
        "# spec {\"required\":[\"key\"]}\n# config {\"key\":\"a\",\"_limit\":3}",
        "# expect config invalid\n# spec {\"required\":[\"key\"]}\n# config {}",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let (Some(specification), Some(config)) = (&evidence.connection_specification, &evidence.config) else {
        return Verdict::Skip { reason: "there is no config, or no spec to judge it by".to_owned() };
    };
    let Ok(schema) = Schema::compile(specification) else {
        return Verdict::Skip { reason: "the connectionSpecification is no valid JSON Schema".to_owned() };
    };
    let mut config = Cow::Borrowed(config);
    if let Some(fields) = config.as_object()
        && fields.keys().any(|key| key.starts_with('_'))
    {
        // `_limit`, `_page_size`: settings of a development kit, which no spec declares.
        config
            .to_mut()
            .as_object_mut()
            .into_iter()
            .for_each(|fields| fields.retain(|key, _| !key.starts_with('_')));
    }
    let text = config.to_string();
    let Ok(tree) = Tree::parse(text.as_bytes()) else {
        return Verdict::Skip { reason: "the config is no JSON".to_owned() };
    };
    let violations = if schema.accepts(&tree) { Vec::new() } else { schema.violations(&tree, text.len()) };
    let findings = match evidence.expect.config() {
        ConfigIs::Valid => violations
            .into_iter()
            .map(|violation| {
                Finding::new(violation.want, violation.got)
                    .pointer(violation.pointer)
                    .next("mend config.json, or say `config = \"invalid\"` under [expect] in scenario.toml")
            })
            .collect(),
        ConfigIs::Invalid if violations.is_empty() => {
            vec![Finding::new("a config that the spec refuses, as the scenario says", "one that it accepts")]
        }
        ConfigIs::Invalid => Vec::new(),
        ConfigIs::Either => {
            return Verdict::Skip { reason: "whether the config is valid is not said".to_owned() };
        }
    };
    Verdict::of(findings, true, "")
}
