use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "requests_use_https",
    level: Level::Must,
    group: Group::Requests,
    requirement: "Every request goes over HTTPS. Left out are this machine, hosts that the config names with http://, and \
                  those that `plain_hosts` of harness.toml names, since they have no HTTPS.",
    why: "Over http:// everybody on the way reads the key and the data, and can change them.",
    source: "Airbyte's quality checks of connectors, which look for http:// in the code; here it is seen at work.",
    judge,
    condemns: &[
        "$ read\n> GET http://api.test/users",
        "# config {\"url\":\"https://api.test\"}\n$ read\n> GET http://api.test/users",
        "# settings plain_hosts = [\"old.test\"]\n$ check\n> GET http://old.test/\n> GET http://api.test/",
    ],
    acquits: &[
        "$ read\n> GET https://api.test/users\n> GET http://127.0.0.1:8080/health",
        "# config {\"server\":{\"url\":\"http://Wiki.test:8090/rest\"}}\n$ read\n> GET http://wiki.test:8090/rest/pages",
        "# settings plain_hosts = [\"*.old.test\"]\n$ check\n> GET http://api.old.test/",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        for (origin, sent) in &run.requests.origins {
            judged = true;
            if origin.https || evidence.hosts.allow_plain(&origin.host) {
                continue;
            }
            let carried = match sent.fields() {
                fields if fields.is_empty() => String::new(),
                fields => format!(", with the secret {fields}"),
            };
            let got = format!("{}{carried}", origin.url());
            let finding = Finding::new(format!("https://{}", origin.host), got).by(&run.transcript);
            let next = "if it has no HTTPS, name it in plain_hosts of harness.toml";
            findings.push(Finding { times: sent.with_secret + sent.without_secret, ..finding.next(next) });
        }
    }
    Verdict::of(findings, judged, "no request was made")
}
