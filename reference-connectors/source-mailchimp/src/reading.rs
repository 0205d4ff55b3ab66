//! How the streams are read: what goes into their closures.

use std::fmt::Display;
use std::time::Duration;

use connector_sdk::{Api, Decision, Partition, RawValue, Record, Records, Result, Slice};

use crate::listing::{EMAILS, Listing, MEMBERS, SEGMENT_MEMBERS, TAGS, UNSUBSCRIBES};

/// What the account has that was made or sent in the slice.
pub(crate) fn since(
    api: Api,
    listing: Listing,
    time: &'static str,
) -> impl AsyncFn(Slice, &mut Records) -> Result<()> {
    async move |slice, records| {
        let request = listing.ask(&api).query(format!("since_{time}"), before(&slice));
        records.extend(listing.records(request)).await
    }
}

/// The same from the oldest to the newest, where Mailchimp sorts.
pub(crate) fn oldest_first(
    api: Api,
    listing: Listing,
    time: &'static str,
) -> impl AsyncFn(Slice, &mut Records) -> Result<()> {
    since(sorted(api, time), listing, time)
}

/// All that the parent has.
pub(crate) fn each(api: Api, listing: Listing) -> impl AsyncFn(Partition, &mut Records) -> Result<()> {
    let api = of_listed(api);
    async move |parent, records| records.extend(listing.records(listing.ask_of(&api, &parent)?)).await
}

/// What the parent has that was made or changed in the slice.
pub(crate) fn each_since(
    api: Api,
    listing: Listing,
    time: &'static str,
) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> {
    let api = of_listed(api);
    async move |parent, slice, records| {
        let request = listing.ask_of(&api, &parent)?.query(format!("since_{time}"), before(&slice));
        records.extend(listing.records(request)).await
    }
}

/// The members of a list who changed in the slice, from the one who changed first.
pub(crate) fn members(api: Api) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> {
    each_since(sorted(api, "last_changed"), MEMBERS, "last_changed")
}

/// All members of a segment: Mailchimp does not filter them, and does not say in which segment they are.
pub(crate) fn segment_members(api: Api) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> {
    let api = of_listed(api);
    async move |segment, _, records| {
        let mut members = SEGMENT_MEMBERS.records(SEGMENT_MEMBERS.ask_of(&api, &segment)?);
        while let Some(member) = members.next().await? {
            records.push(&member.with("segment_id", segment.get::<u64>("id")?))?;
        }
        Ok(())
    }
}

/// The tags of a list: Mailchimp does not say of which list they are.
pub(crate) fn tags(api: Api) -> impl AsyncFn(Partition, &mut Records) -> Result<()> {
    let api = of_listed(api);
    async move |list, records| {
        let mut tags = TAGS.records(TAGS.ask_of(&api, &list)?);
        while let Some(tag) = tags.next().await? {
            records.push(&tag.with("list_id", list.key()))?;
        }
        Ok(())
    }
}

/// All who left by a campaign: Mailchimp does not filter them.
pub(crate) fn unsubscribes(api: Api) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> {
    let all = each(api, UNSUBSCRIBES);
    async move |campaign, _, records| all(campaign, records).await
}

/// What was done with the emails of a campaign in the slice. Mailchimp lists emails, each with what was done with it; a
/// record is one of these actions, with what there is to know of the email.
pub(crate) fn activity(api: Api) -> impl AsyncFn(Partition, Slice, &mut Records) -> Result<()> {
    let api = of_listed(api);
    async move |campaign, slice, records| {
        let request = EMAILS.ask_of(&api, &campaign)?.query("since", before(&slice));
        let mut emails = EMAILS.records(request);
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

/// Mailchimp tells what happened after a second: asked for the one before, it tells all that belongs to the slice.
fn before(slice: &Slice) -> impl Display {
    let start = slice.start().timestamp();
    // A slice without a start begins in 1970, where there is no need to go further back.
    start - Duration::from_secs(u64::from(start.as_second() > 0))
}

/// From the oldest to the newest.
fn sorted(api: Api, time: &str) -> Api {
    api.query("sort_field", time).query("sort_dir", "ASC")
}

/// For parents that were listed before: one that has been deleted since then has no records.
pub(crate) fn of_listed(api: Api) -> Api {
    api.on_status(404, Decision::Ignore)
}
