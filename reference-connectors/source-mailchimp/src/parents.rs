//! The parents of child streams, no more of each than its id. All are listed, whatever the start date is: what is new may
//! belong to what is old.

use connector_sdk::{Api, Partitions, Stream};

use crate::listing::{Listing, REPORTS};
use crate::reading::of_listed;

/// All that the account has of one kind.
pub(crate) fn all(api: Api, listing: Listing) -> Partitions {
    let parents = Stream::new(listing.name, "{}")
        .full_refresh(async move |found| found.extend(listing.ids(listing.ask(&api))).await);
    parents.partitions("id")
}

/// What each list has of one kind.
pub(crate) fn of_each(lists: &Partitions, api: Api, listing: Listing) -> Partitions {
    let api = of_listed(api);
    let parents = Stream::new(listing.name, "{}")
        .for_each(lists.clone())
        .full_refresh(async move |list, found| found.extend(listing.ids(listing.ask_of(&api, &list)?)).await);
    parents.partitions("id").with(["id", "list_id"])
}

/// The campaigns that were sent, since those have a report; or the only one that is wanted.
pub(crate) fn campaigns(api: Api, only: Option<String>) -> Partitions {
    match only {
        Some(campaign) => Partitions::new(async move |found| found.add(&campaign, &())),
        None => all(api, REPORTS),
    }
}
