//! Answers that were not the same in every run, told by what changed and not by each request.

use std::collections::{BTreeMap, BTreeSet};

use connector_replay::{Difference, Interaction};

/// The most requests, and runs, that are named.
const SHOWN: usize = 2;
/// The most places that are named.
const PLACES: usize = 3;

/// An answer of one run that is another in the run whose answer is kept.
pub(super) struct Changed {
    /// Method, host and path.
    request: String,
    /// JSON pointers with `*` for items of lists, `status`, `header NAME`.
    places: BTreeSet<String>,
    other: u32,
    kept: u32,
}

impl Changed {
    pub(super) fn new(interaction: &Interaction, drift: &[Difference], other: u32, kept: u32) -> Changed {
        let url = interaction.request.url.as_str();
        let url = url.split_once("://").map_or(url, |(_, rest)| rest).split('?').next().unwrap_or_default();
        let request = format!("{} {url}", interaction.request.method);
        Changed { request, places: drift.iter().map(|it| place(&it.part)).collect(), other, kept }
    }
}

/// What changed alike.
#[derive(Default)]
struct Group {
    requests: Vec<String>,
    others: BTreeSet<u32>,
}

/// A sentence for each way in which answers changed. `runs` are the names of the runs.
pub(super) fn notes(all: Vec<Changed>, runs: &[String]) -> Vec<String> {
    let mut by_cause: BTreeMap<(u32, Vec<String>), Group> = BTreeMap::new();
    for Changed { request, places, other, kept } in all {
        let places = places.into_iter().take(PLACES).collect();
        let group = by_cause.entry((kept, places)).or_default();
        group.requests.push(request);
        group.others.insert(other);
    }
    let name = |run: u32| {
        let name = usize::try_from(run).ok().and_then(|run| runs.get(run));
        name.map_or_else(|| format!("run {run}"), |name| format!("`{name}`"))
    };
    let mut notes = Vec::new();
    for ((kept, places), Group { requests, others }) in by_cause {
        let (kept, count) = (name(kept), requests.len());
        let (requests, others) = (listed(requests), listed(others.into_iter().map(name)));
        let what = match count {
            1 => format!("the answer to {requests} was another"),
            count => format!("the answers to {count} requests ({requests}) were others"),
        };
        notes.push(format!(
            "{what} in {kept} than in {others}, at {}. Replays give what {kept} was given: right if the server makes it \
             anew for each answer; if it is data, the account changed meanwhile: record again with `--mode all`.",
            places.join(", ")
        ));
    }
    notes
}

/// Each once, and not all of many.
fn listed(all: impl IntoIterator<Item = String>) -> String {
    let mut each: Vec<String> = Vec::new();
    for one in all {
        if !each.contains(&one) {
            each.push(one);
        }
    }
    let more = each.len().saturating_sub(SHOWN);
    each.truncate(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    each.join(", ") + &more
}

/// A part as people name it: the items of a list all alike.
fn place(part: &str) -> String {
    match part.strip_prefix("body ") {
        Some(pointer) if pointer.starts_with('/') => {
            let step = |step| if str::parse::<usize>(step).is_ok() { "*" } else { step };
            pointer.split('/').map(step).collect::<Vec<_>>().join("/")
        }
        Some(_) => "the body".to_owned(),
        None if part == "body" => "the body".to_owned(),
        None => part.to_owned(),
    }
}
