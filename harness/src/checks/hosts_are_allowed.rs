use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "hosts_are_allowed",
    level: Level::Must,
    group: Group::Requests,
    requirement: "Every request goes to a host that `allowed_hosts` of harness.toml names or, where that says nothing, \
                  `data.allowedHosts.hosts` of metadata.yaml. This machine is left out.",
    why: "A platform lets a connector reach the hosts that its metadata names and no other: what is not on the list \
          works here and fails there. A host that nobody expected may also be one that data flow off to.",
    source: "The allowedHosts of Airbyte's connector metadata, which nothing enforces in tests.",
    judge,
    condemns: &[
        "# settings allowed_hosts = [\"api.test\"]\n$ read\n> GET https://api.test/users\n> GET https://files.api.test/1",
        "# settings allowed_hosts = []\n$ check\n> GET https://api.test/users",
        "# config {\"shop\":\"acme\"}\n# settings allowed_hosts = [\"${shop}.test\"]\n$ check\n> GET https://other.test/",
    ],
    acquits: &[
        "# settings allowed_hosts = [\"api.test\", \"*.api.test\"]\n$ read\n> GET https://api.test/users\n> GET https://eu.files.api.test/1",
        "# config {\"url\":\"https://acme.test/api\"}\n# settings allowed_hosts = [\"${url}\"]\n$ check\n> GET https://acme.test/api",
        "# settings allowed_hosts = []\n$ check\n> GET http://localhost:8080/health",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let hosts = &evidence.hosts;
    if hosts.allowed.is_none() {
        return Verdict::Skip { reason: "nothing says which hosts are allowed".to_owned() };
    }
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        for (origin, sent) in &run.requests.origins {
            judged = true;
            // One that carries a secret is condemned for that, by secrets_go_to_allowed_hosts.
            if sent.without_secret > 0 && !hosts.allow(&origin.host) {
                let finding = Finding::new(hosts.allowed_names(), origin.url()).by(&run.transcript);
                let next = "if it may be asked, add it to allowed_hosts of harness.toml or, where that says nothing, to allowedHosts of metadata.yaml";
                findings.push(Finding { times: sent.without_secret, ..finding.next(next) });
            }
        }
    }
    Verdict::of(findings, judged, "no request was made")
}
