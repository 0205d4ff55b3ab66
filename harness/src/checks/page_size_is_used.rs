use std::collections::{BTreeMap, BTreeSet};

use connector_replay::Exchange;

use super::{Check, Group, Level};
use crate::budget::PageSize;
use crate::evidence::Evidence;
use crate::excerpt;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "page_size_is_used",
    level: Level::Must,
    group: Group::Requests,
    requirement: "Where a scenario's budget has a `page_size`, every GET of a path that one process asks for with \
                  several queries carries that parameter, and with the value that it says or a larger one. Left out \
                  are requests with the parameter that it names by `unless`.",
    why: "With pages of ten where a hundred are to be had, a read takes ten times the requests and ten times the time. \
          A size that only the first page asks for skips records or repeats them, where pages are counted.",
    source: "Ours: the size is the author's, in harness.toml and scenario.toml.",
    judge,
    condemns: &[
        "# settings budget.page_size = { query = \"limit\", at_least = 100 }\n$ read\n> GET https://api.test/users\n> GET https://api.test/users?page=2",
        "# settings budget.page_size = { query = \"limit\", at_least = 100 }\n$ read\n> GET https://api.test/users?limit=100\n> GET https://api.test/users?page=2",
        "# settings budget.page_size = { query = \"limit\", at_least = 100 }\n$ read\n> GET https://api.test/users?limit=10\n> GET https://api.test/users?limit=10&page=2",
    ],
    acquits: &[
        "# settings budget.page_size = { query = \"limit\", at_least = 100 }\n$ read\n> GET https://api.test/me\n> GET https://api.test/users?limit=100\n> GET https://api.test/users?limit=100&page=2",
        "# settings budget.page_size = { query = \"limit\", at_least = 100, unless = \"cursor\" }\n$ read\n> GET https://api.test/users?limit=250\n> GET https://api.test/users?cursor=bGltaXQ9MjUw",
    ],
};

fn judge(evidence: &Evidence) -> Verdict {
    let Some(size) = &evidence.budget.page_size else {
        return Verdict::Skip { reason: "no budget says how large a page is to be".to_owned() };
    };
    let mut findings = Vec::new();
    let mut judged = false;
    for run in &evidence.runs {
        let mut paths: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for Exchange { url, .. } in run.journal.exchanges.iter().filter(|exchange| exchange.method == "GET") {
            let (path, query) = url.split_once('?').unwrap_or((url, ""));
            // Of one that was shortened not all is known.
            if !url.ends_with(excerpt::CUT) {
                paths.entry(path).or_default().insert(query);
            }
        }
        for (path, queries) in paths.into_iter().filter(|(_, queries)| queries.len() > 1) {
            judged = true;
            for query in queries {
                let Some(got) = too_small(size, query) else { continue };
                let PageSize { query, at_least, .. } = size;
                let want = format!("{query}={at_least} or more for GET {}", excerpt::of_text(path));
                findings.push(Finding::new(want, got).by(&run.transcript));
            }
        }
    }
    Verdict::of(findings, judged, "no path was asked for with several queries")
}

/// What a query says instead of a size that is large enough.
fn too_small(size: &PageSize, query: &str) -> Option<String> {
    let value = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value)
    };
    match value(&size.query) {
        Some(said) if said.parse().is_ok_and(|said: u64| said >= size.at_least.get()) => None,
        Some(said) => Some(format!("{}={}", size.query, excerpt::of_text(&said))),
        None if size.unless.as_deref().is_some_and(|name| value(name).is_some()) => None,
        None => Some(format!("no {}", size.query)),
    }
}
