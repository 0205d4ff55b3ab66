//! How a stream's closure reads what Mailchimp lists at a path. In it, `{id}` stands for the parent, and `{list_id}` for
//! the list that the parent belongs to.

use std::fmt::Display;
use std::time::Duration;

use connector_sdk::{Api, Decision, Pages, Paging, Partition, RawValue, Record, Records, Request, Result, Slice};

/// What was made or sent in the slice.
pub(crate) fn since(
    api: &Api,
    path: &'static str,
    time: &'static str,
) -> impl AsyncFn(Slice, &mut Records) -> Result<()> + use<> {
    let api = api.clone();
    async move |slice, records| {
        let request = api.get(path).query(format!("since_{time}"), before(&slice));
        records.extend(listed(request, path)).await
    }
}

/// The same from the oldest to the newest, where Mailchimp sorts.
pub(crate) fn oldest_first(
    api: &Api,
    path: &'static str,
    time: &'static str,
) -> impl AsyncFn(Slice, &mut Records) -> Result<()> + use<> {
    since(&api.clone().query("sort_field", time).query("sort_dir", "ASC"), path, time)
}

/// All that the parent has.
pub(crate) fn each(
    api: &Api,
    path: &'static str,
    name: &'static str,
) -> impl AsyncFn(Partition, &mut Records) -> Result<()> + use<> {
    let api = children(api);
    async move |parent, records| records.extend(listed(of(&api, &parent, path)?, name)).await
}

/// What the parent has that was made or changed in the slice.
pub(crate) fn each_since(
    api: &Api,
    path: &'static str,
    name: &'static str,
    time: &'static str,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + use<> {
    let api = children(api);
    async move |parent, slice, records| {
        let request = of(&api, &parent, path)?.query(format!("since_{time}"), before(&slice));
        records.extend(listed(request, name)).await
    }
}

/// The members of a list who changed in the slice, the one who changed last at the end.
pub(crate) fn members(
    api: &Api,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + use<> {
    let api = api.clone().query("sort_field", "last_changed").query("sort_dir", "ASC");
    each_since(&api, "lists/{id}/members", "members", "last_changed")
}

/// The members of a segment, all of them: Mailchimp does not filter them, nor does it say in which segment they are.
pub(crate) fn segment_members(
    api: &Api,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + use<> {
    let api = children(api);
    async move |segment, _, records| {
        let mut members = listed(of(&api, &segment, "lists/{list_id}/segments/{id}/members")?, "members");
        while let Some(member) = members.next().await? {
            records.push(&member.with("segment_id", segment.get::<u64>("id")?))?;
        }
        Ok(())
    }
}

/// The tags of a list, which Mailchimp does not name.
pub(crate) fn tags(api: &Api) -> impl AsyncFn(Partition, &mut Records) -> Result<()> + use<> {
    let api = children(api);
    async move |list, records| {
        let mut tags = listed(of(&api, &list, "lists/{id}/tag-search")?, "tags");
        while let Some(tag) = tags.next().await? {
            records.push(&tag.with("list_id", list.key()))?;
        }
        Ok(())
    }
}

/// Who left by a campaign: all of them, since Mailchimp does not filter.
pub(crate) fn unsubscribes(
    api: &Api,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + use<> {
    let all = each(api, "reports/{id}/unsubscribed", "unsubscribes");
    async move |campaign, _, records| all(campaign, records).await
}

/// What was done with the emails of a campaign in the slice. Mailchimp lists the emails, each with all that was done with
/// it: here, each action is a record.
pub(crate) fn activity(
    api: &Api,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> + use<> {
    let api = children(api);
    async move |campaign, slice, records| {
        let request = of(&api, &campaign, "reports/{id}/email-activity")?.query("since", before(&slice));
        let mut emails = listed(request, "emails");
        while let Some(email) = emails.next().await? {
            for action in email.get::<Vec<&RawValue>>("activity")? {
                let mut action = Record::from(action);
                for field in ["campaign_id", "list_id", "list_is_active", "email_id", "email_address"] {
                    action = action.with(field, email.get::<&RawValue>(field)?);
                }
                records.push(&action)?;
            }
        }
        Ok(())
    }
}

/// The API, as it is asked about parents that were listed before: one that was deleted since then has no records.
fn children(api: &Api) -> Api {
    api.clone().on_status(404, Decision::Ignore)
}

/// Asks for what a parent has.
fn of<'a>(api: &'a Api, parent: &Partition, path: &str) -> Result<Request<'a>> {
    path.split('/').try_fold(api.get(""), |request, segment| match segment {
        "{id}" => Ok(request.segment(parent.key())),
        "{list_id}" => Ok(request.segment(parent.get::<String>("list_id")?)),
        same => Ok(request.segment(same)),
    })
}

/// Mailchimp tells what happened after a second. Asked for the one before, it tells all that happened since the slice
/// began.
fn before(slice: &Slice) -> impl Display + use<> {
    slice.start().timestamp() - Duration::from_secs(1)
}

/// The records that go by a name in the answers to a request, without the links that Mailchimp adds to each.
fn listed<'a>(request: Request<'a>, name: &str) -> Pages<'a> {
    paged(request.query("exclude_fields", format!("{name}._links,_links")), name)
}

/// The same as they are.
pub(crate) fn paged<'a>(request: Request<'a>, name: &str) -> Pages<'a> {
    request.pages(Paging::offset("offset").size("count", 1000).total("total_items")).records(name)
}
