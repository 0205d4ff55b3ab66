use connector_protocol::Command;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "hosts_are_declared",
    level: Level::Must,
    group: Group::Requests,
    requirement: "A certified connector names in metadata.yaml the hosts that it asks.",
    why: "A platform opens its firewall for the hosts that are named. With none named it opens it for all, and data may \
          go anywhere, or for none, and nothing works.",
    source: "Connector acceptance tests, `connector_attributes`: test_certified_connector_has_allowed_hosts.",
    judge,
    condemns: &[
        "# demands {\"certified\":true}\n$ spec",
        "# demands {\"certified\":true,\"hosts_named\":0}\n$ spec",
    ],
    acquits: &["# demands {\"certified\":true,\"hosts_named\":1}\n$ spec"],
};

fn judge(evidence: &Evidence) -> Verdict {
    if !evidence.demands.certified {
        return Verdict::Skip { reason: "hosts have to be declared by certified connectors only".to_owned() };
    }
    // Said once, of the connector itself, and not of each scenario.
    let judged = evidence.ended(Command::Spec).next().is_some();
    let got = match evidence.demands.hosts_named {
        None => "nothing said of hosts",
        Some(0) => "an empty list",
        Some(_) => return Verdict::of(Vec::new(), judged, NOT_HERE),
    };
    let finding = || {
        Finding::new("at least one host in data.allowedHosts.hosts of metadata.yaml", got)
            .next("name the hosts that it asks; `${field}` stands for a field of the config")
    };
    Verdict::of(judged.then(finding).into_iter().collect(), judged, NOT_HERE)
}

const NOT_HERE: &str = "it is judged where `spec` is run";
