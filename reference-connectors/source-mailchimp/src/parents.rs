//! The parents of child streams: of each its id, and that of its list. All of them are listed, whatever the start date
//! is, since what is new may belong to what is old.

use connector_sdk::{Api, Pages, Partitions, Request, Stream};

use crate::reading::paged;

/// All lists.
pub(crate) fn lists(api: &Api) -> Partitions {
    every(api, "lists")
}

/// What all lists have at a path, where it goes by a name.
pub(crate) fn of_lists(api: &Api, lists: &Partitions, path: &'static str, name: &'static str) -> Partitions {
    let api = api.clone();
    let parents = Stream::new(name, "{}").for_each(lists.clone()).full_refresh(async move |list, records| {
        records.extend(ids(api.get("lists").segment(list.key()).segment(path), name)).await
    });
    parents.partitions("id").with(["id", "list_id"])
}

/// The campaigns that were sent, and so have a report; or the only one that is wanted.
pub(crate) fn campaigns(api: &Api, only: Option<String>) -> Partitions {
    match only {
        Some(campaign) => Partitions::new(async move |found| found.add(&campaign, &())),
        None => every(api, "reports"),
    }
}

fn every(api: &Api, name: &'static str) -> Partitions {
    let api = api.clone();
    let parents = Stream::new(name, "{}");
    parents.full_refresh(async move |records| records.extend(ids(api.get(name), name)).await).partitions("id")
}

fn ids<'a>(request: Request<'a>, name: &str) -> Pages<'a> {
    paged(request.query("fields", format!("{name}.id,{name}.list_id,total_items")), name)
}
