use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "requests_stay_within_budget",
    level: Level::Must,
    group: Group::Requests,
    requirement: "No process makes more requests than `max_requests` of the scenario's budget, nor the very same request \
                  more often than `max_duplicates` times again after it was answered with success.",
    why: "APIs count requests and let a client wait, or pay. What a change costs in requests shows in no record.",
    source: "Ours: the budget is the author's, in harness.toml and scenario.toml.",
    judge,
    condemns: &[
        "# settings budget.max_requests = 1\n$ read\n> GET https://api.test/users\n> GET https://api.test/users?page=2",
        "# settings budget.max_duplicates = 1\n$ read\n> GET https://api.test/me\n> GET https://api.test/me\n> GET https://api.test/me",
    ],
    acquits: &[
        "# settings budget.max_requests = 1\n$ check\n> GET https://api.test/users\n$ read\n> GET https://api.test/users",
        "# settings budget.max_duplicates = 0\n$ read\n> GET https://api.test/me 429\n> GET https://api.test/me 503\n> GET https://api.test/me",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let (requests, duplicates) = (evidence.budget.max_requests, evidence.budget.max_duplicates);
    if requests.is_none() && duplicates.is_none() {
        return Verdict::Skip { reason: "no budget says how many requests there may be".to_owned() };
    }
    let mut findings = Vec::new();
    for run in &evidence.runs {
        let made = run.journal.exchanges.len() as u64 + run.journal.omitted;
        if let Some(most) = requests.filter(|most| made > *most) {
            let finding = Finding::new(format!("at most {most} requests"), made.to_string());
            findings.push(finding.by(&run.transcript));
        }
        let Some(most) = duplicates else { continue };
        for repeated in run.requests.repeated() {
            if repeated.times - 1 > most {
                let asked = format!("{} {}", repeated.method, excerpt::of_text(repeated.url));
                let got = format!("{} times: {asked}", repeated.times);
                let want =
                    format!("a request answered with success {} times at most", most.saturating_add(1));
                findings.push(Finding::new(want, got).by(&run.transcript));
            }
        }
    }
    Verdict::of(findings, !evidence.runs.is_empty(), "no process was started")
}
