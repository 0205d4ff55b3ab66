//! What Mailchimp lists, where, and by what name; and the pages in which it comes.

use connector_sdk::{Api, Pages, Paging, Partition, Request, Result};

/// A list that Mailchimp keeps. In its path, `{id}` stands for the parent, and `{list_id}` for the list to which the
/// parent belongs; the name is that of the records in an answer.
#[derive(Clone, Copy)]
pub(crate) struct Listing {
    path: &'static str,
    pub(crate) name: &'static str,
}

pub(crate) const AUTOMATIONS: Listing = Listing { path: "automations", name: "automations" };
pub(crate) const LISTS: Listing = Listing { path: "lists", name: "lists" };
pub(crate) const CAMPAIGNS: Listing = Listing { path: "campaigns", name: "campaigns" };
pub(crate) const REPORTS: Listing = Listing { path: "reports", name: "reports" };
pub(crate) const MEMBERS: Listing = Listing { path: "lists/{id}/members", name: "members" };
pub(crate) const SEGMENTS: Listing = Listing { path: "lists/{id}/segments", name: "segments" };
pub(crate) const SEGMENT_MEMBERS: Listing =
    Listing { path: "lists/{list_id}/segments/{id}/members", name: "members" };
pub(crate) const TAGS: Listing = Listing { path: "lists/{id}/tag-search", name: "tags" };
pub(crate) const CATEGORIES: Listing = Listing { path: "lists/{id}/interest-categories", name: "categories" };
pub(crate) const INTERESTS: Listing =
    Listing { path: "lists/{list_id}/interest-categories/{id}/interests", name: "interests" };
pub(crate) const UNSUBSCRIBES: Listing = Listing { path: "reports/{id}/unsubscribed", name: "unsubscribes" };
pub(crate) const EMAILS: Listing = Listing { path: "reports/{id}/email-activity", name: "emails" };

impl Listing {
    /// Asks for what the account has.
    pub(crate) fn ask(self, api: &Api) -> Request<'_> {
        api.get(self.path)
    }

    /// Asks for what a parent has.
    pub(crate) fn ask_of<'a>(self, api: &'a Api, parent: &Partition) -> Result<Request<'a>> {
        self.path.split('/').try_fold(api.get(""), |request, segment| match segment {
            "{id}" => Ok(request.segment(parent.key())),
            "{list_id}" => Ok(request.segment(parent.get::<String>("list_id")?)),
            same => Ok(request.segment(same)),
        })
    }

    /// The records, without the links that Mailchimp adds to each.
    pub(crate) fn records(self, request: Request<'_>) -> Pages<'_> {
        self.pages(request.query("exclude_fields", format!("{}._links,_links", self.name)))
    }

    /// Of each record no more than its id, and that of its list if it has one.
    pub(crate) fn ids(self, request: Request<'_>) -> Pages<'_> {
        self.pages(request.query("fields", format!("{0}.id,{0}.list_id,total_items", self.name)))
    }

    fn pages(self, request: Request<'_>) -> Pages<'_> {
        request.pages(Paging::offset("offset").size("count", 1000).total("total_items")).records(self.name)
    }
}
