use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::excerpt;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "requests_are_not_repeated",
    level: Level::Should,
    group: Group::Requests,
    requirement: "No process makes the very same GET again that was answered with success, if every time brings the same \
                  answer. A request that is tried again after a failure, and one that is repeated until its answer \
                  changes, such as the state of a job, are none. A budget with `max_duplicates` speaks instead.",
    why: "Every page is paid for twice, in time and in the API's allowance: the pages of a parent stream, read once for \
          itself and once for its children, or an account that is looked up for every stream.",
    source: "Ours.",
    judge,
    condemns: &["$ read\n> GET https://api.test/teams 200 [1]\n> GET https://api.test/teams 200 [1]"],
    acquits: &[
        "$ check\n> GET https://api.test/teams\n$ read\n> GET https://api.test/teams",
        "$ read\n> GET https://api.test/teams 401\n> GET https://api.test/teams 500\n> GET https://api.test/teams",
        "$ read\n> GET https://api.test/jobs/1 200 runs\n> GET https://api.test/jobs/1 200 runs\n> GET https://api.test/jobs/1 200 done",
        "$ read\n> POST https://api.test/search\n> POST https://api.test/search",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    if evidence.budget.max_duplicates.is_some() {
        return Verdict::Skip { reason: "the budget says how often".to_owned() };
    }
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        judged |= !run.journal.exchanges.is_empty();
        for repeated in run.requests.repeated() {
            if repeated.method == "GET" && repeated.same_answer {
                let got = format!("{} times: GET {}", repeated.times, excerpt::of_text(repeated.url));
                let finding = Finding::new("once what brings the same answer each time", got);
                findings.push(finding.by(&run.transcript).next(
                    "keep the answer; if it has to be asked for, say max_duplicates in [budget] of scenario.toml",
                ));
            }
        }
    }
    Verdict::of(findings, judged, "no request was made")
}
