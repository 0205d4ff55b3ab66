use std::collections::BTreeMap;

use connector_replay::Via;

use crate::rung::Rung;

/// How requests are intercepted.
pub(super) fn of_run(rung: Rung) -> &'static str {
    match rung {
        Rung::Sandbox => "sandbox (namespaces of its own)",
        Rung::Environment => "proxy variables",
        Rung::BaseUrl => "base URL in the config",
    }
}

/// How so many requests came.
pub(super) fn of_requests(via: &BTreeMap<Via, u64>) -> String {
    let ways: Vec<String> = via.iter().map(|(via, times)| format!("{times} by {}", via.as_str())).collect();
    ways.join(", ")
}
