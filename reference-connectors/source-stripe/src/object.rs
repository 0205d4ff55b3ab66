use connector_sdk::{Pages, RawValue, Record, Result};
use serde::Deserialize;

/// Objects of one kind, each with the cursor's field `updated`.
pub(crate) struct Objects<'a> {
    pub(crate) pages: Pages<'a>,
    /// The field of a list's objects that says when they were made; none of events.
    pub(crate) made: Option<&'static str>,
}

impl Objects<'_> {
    /// The next one: as it is in the list, or as an event left it.
    pub(crate) async fn next(&mut self) -> Result<Option<Record<'static>>> {
        let Some(sent) = self.pages.next().await? else { return Ok(None) };
        if let Some(made) = self.made {
            return Ok(Some(sent.with("updated", sent.get::<i64>(made)?)));
        }
        let object = Record::from(sent.get::<&RawValue>("data.object")?);
        let object = object.with("updated", sent.get::<i64>("created")?);
        Ok(Some(object.with("is_deleted", is_deletion(sent.get("type")?))))
    }
}

/// Whether an object is no more after an event of this type. Subscriptions stay, canceled.
fn is_deletion(event: &str) -> bool {
    event.ends_with(".deleted") && event != "customer.subscription.deleted"
}

/// The list within an object: all of it, or the first page where there is more.
#[derive(Deserialize)]
pub(crate) struct Within<'a> {
    #[serde(borrow)]
    pub(crate) data: Vec<&'a RawValue>,
    pub(crate) has_more: bool,
    pub(crate) url: String,
}
