use std::collections::HashSet;

use connector_sdk::{
    Api, Cursor, Decision, Pages, Paging, Partitions, Record, Request, Slice, Step, Stream, Unread,
};

use crate::Config;
use crate::kind::Kind;
use crate::object::{Objects, Within};

/// For how many days events can be counted on: Stripe keeps them for 30, of which a read may take its time.
const EVENTS_ARE_KEPT: u16 = 29;

/// An account, and the ways in which what it holds is read.
#[derive(Clone)]
pub(crate) struct Account {
    api: Api,
    /// For what belongs to an object that may be gone by the time it is asked for.
    of_objects: Api,
    created: Cursor,
    updated: Cursor,
    newest_first: Cursor,
}

impl Account {
    pub(crate) fn new(api: Api, config: &Config) -> Self {
        let cursor = |field| {
            let lookback = Step::days(config.lookback_window_days);
            Cursor::epoch(field).start(config.start_date).lookback(lookback).settled_after(Step::hours(1))
        };
        let windows = Step::days(config.slice_range);
        Account {
            of_objects: api.clone().on_status(404, Decision::Ignore),
            api,
            created: cursor("created").step(windows),
            updated: cursor("updated").step(windows).forgotten_after(Step::days(EVENTS_ARE_KEPT)),
            newest_first: cursor("created").descending().client_side(),
        }
    }

    /// Objects that stay as they were made.
    pub(crate) fn list(&self, path: &'static str, stream: Stream<Unread>) -> Stream {
        let account = self.clone();
        stream.incremental(self.created.clone(), async move |slice, records| {
            records.extend(paged(account.made_in(&slice, path))).await
        })
    }

    /// Objects that change: at first each as it is, later on each as every event left it.
    pub(crate) fn changing(&self, kind: Kind, stream: Stream<Unread>) -> Stream {
        let account = self.clone();
        stream.incremental(self.updated.clone(), async move |slice, records| {
            let mut objects = account.objects(&slice, kind);
            while let Some(object) = objects.next().await? {
                records.push(&object)?;
            }
            Ok(())
        })
    }

    /// What stands in a list within each object of a kind, with the object's id in the field `owner`. It is read when the
    /// object is.
    pub(crate) fn within(
        &self,
        kind: Kind,
        list: &'static str,
        owner: &'static str,
        stream: Stream<Unread>,
    ) -> Stream {
        let account = self.clone();
        stream.incremental(self.updated.clone(), async move |slice, records| {
            let mut objects = account.objects(&slice, kind);
            let mut known = HashSet::new();
            while let Some(object) = objects.next().await? {
                let id: String = object.get("id")?;
                // Of an object's events the newest comes first: what the others say of its list is no longer so.
                if !known.insert(id.clone()) {
                    continue;
                }
                let (updated, is_deleted): (i64, Option<bool>) =
                    (object.get("updated")?, object.get("is_deleted")?);
                let owned = |item: Record| {
                    let item = item.with(owner, &id).with("updated", updated);
                    item.with("is_deleted", is_deleted.unwrap_or_default())
                };
                let Within { data, has_more, url } = object.get(list)?;
                if has_more {
                    let mut items = paged(account.of_objects.get(url.trim_start_matches("/v1/")));
                    while let Some(item) = items.next().await? {
                        records.push(&owned(item))?;
                    }
                } else {
                    data.into_iter().try_for_each(|item| records.push(&owned(item.into())))?;
                }
            }
            Ok(())
        })
    }

    /// What has a list of its own for each of the parents. It cannot be filtered; its newest come first.
    pub(crate) fn of_each(
        &self,
        parents: Partitions,
        path: &'static str,
        list: &'static str,
        stream: Stream<Unread>,
    ) -> Stream {
        let account = self.clone();
        stream.for_each(parents).incremental(self.newest_first.clone(), async move |parent, _, records| {
            records.extend(paged(account.of_objects.get(path).segment(parent.key()).segment(list))).await
        })
    }

    /// The objects of a kind that a slice is about: those that were made in that time or, once those are known, what has
    /// happened in that time.
    fn objects(&self, slice: &Slice, kind: Kind) -> Objects<'_> {
        if slice.is_resumed() {
            let mut events = self.made_in(slice, "events");
            for event in kind.events() {
                events = events.query("types[]", event);
            }
            return Objects { pages: paged(events), made: None };
        }
        let mut list = self.made_in(slice, kind.list);
        if let Some((parameter, value)) = kind.asking {
            list = list.query(parameter, value);
        }
        Objects { pages: paged(list), made: Some(kind.made) }
    }

    fn made_in(&self, slice: &Slice, path: &str) -> Request<'_> {
        self.api.get(path).query("created[gte]", slice.start()).query("created[lte]", slice.end())
    }
}

/// All pages of a list of Stripe's: each begins after the last object of the one before.
fn paged(list: Request<'_>) -> Pages<'_> {
    list.pages(Paging::after_last("starting_after", "id").size("limit", 100).more("has_more")).records("data")
}
