use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "suggested_streams_are_named",
    level: Level::Must,
    group: Group::Catalog,
    requirement: "A certified connector names in metadata.yaml the streams that a platform suggests to a new user.",
    why: "Of a hundred streams a user needs five. With none suggested all are chosen, and the first sync takes a day and \
          meets every limit of the API.",
    source: "Connector acceptance tests, `connector_attributes`: test_certified_connector_has_suggested_streams.",
    judge,
    condemns: &[
        "# demands {\"certified\":true}\n$ spec",
        "# demands {\"certified\":true,\"suggested_streams\":[]}\n$ spec",
    ],
    acquits: &["# demands {\"certified\":true,\"suggested_streams\":[\"users\"]}\n$ spec"],
};

fn judge(evidence: &Evidence) -> Verdict {
    if !evidence.demands.certified {
        return Verdict::Skip {
            reason: "streams have to be suggested by certified connectors only".to_owned(),
        };
    }
    let got = match evidence.demands.suggested_streams.as_deref() {
        None => Some("nothing said of them"),
        Some([]) => Some("an empty list"),
        Some(_) => None,
    };
    // Said once, of the connector itself, and not of each scenario.
    let judged = evidence.ended(Command::Spec).next().is_some();
    let finding =
        |got| Finding::new("at least one stream in data.suggestedStreams.streams of metadata.yaml", got);
    let findings = got.filter(|_| judged).map(finding).into_iter().collect();
    Verdict::of(findings, judged, "it is judged where `spec` is run")
}
