use std::collections::HashSet;
use std::fmt::{self, Display};
use std::rc::Rc;

use connector_protocol::JsonObject;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::json::field;
use crate::{Error, Records, Result, Stream};

/// The parents of a child stream: what [`Stream::for_each`] reads one after the other, or side by side.
///
/// They are listed once in a read, when the first child stream needs them, and kept: a key and the fields asked for
/// [`with`](Self::with), some 60 bytes each, so that the children of a million parents fit in memory. A parent that is
/// listed twice counts once.
///
/// ```
/// # use connector_sdk::{Api, Stream};
/// # fn streams(api: Api) -> (Stream, Stream) {
/// # let (lists_api, members_api) = (api.clone(), api);
/// let lists = Stream::new("lists", r#"{"type": "object", "properties": {}}"#)
///     .full_refresh(async move |records| records.extend(lists_api.get("lists").records("lists")).await);
/// let members = Stream::new("members", r#"{"type": "object", "properties": {}}"#)
///     .for_each(lists.partitions("id"))
///     .full_refresh(async move |list, records| {
///         let members = members_api.get("lists").segment(list.key()).segment("members");
///         records.extend(members.records("members")).await
///     });
/// # (lists, members)
/// # }
/// ```
#[derive(Clone)]
pub struct Partitions {
    lister: Lister,
    fields: Rc<[String]>,
    listed: Rc<OnceCell<Rc<[Partition]>>>,
}

#[derive(Clone)]
enum Lister {
    /// The records of a stream, by a field.
    Parent(Stream, Rc<str>),
    /// An author's closure.
    Own(crate::stream::Reader<()>),
}

impl fmt::Debug for Partitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = self.listed.get().map(|listed| listed.len());
        f.debug_struct("Partitions")
            .field("fields", &self.fields)
            .field("listed", &listed)
            .finish_non_exhaustive()
    }
}

impl Partitions {
    /// Lists parents in another way than as the records of a stream: `list` [adds](Records::add) them.
    ///
    /// ```
    /// # use connector_sdk::Partitions;
    /// # use serde_json::json;
    /// let regions = Partitions::new(async |found| {
    ///     found.add("eu", &json!({ "host": "eu.example.test" }))?;
    ///     found.add("us", &json!({ "host": "us.example.test" }))
    /// });
    /// let with_hosts = regions.with(["host"]);
    /// ```
    pub fn new(list: impl AsyncFn(&mut Records) -> Result<()> + 'static) -> Self {
        let list = crate::stream::reader(async move |(), records: &mut Records| list(records).await);
        Self::by(Lister::Own(list))
    }

    pub(crate) fn of(parent: Stream, key: &str) -> Self {
        Self::by(Lister::Parent(parent, key.into()))
    }

    fn by(lister: Lister) -> Self {
        Partitions { lister, fields: Rc::default(), listed: Rc::default() }
    }

    /// Keeps these fields of each parent for [`Partition::get`].
    #[must_use]
    pub fn with<F: Into<String>>(self, fields: impl IntoIterator<Item = F>) -> Self {
        Partitions { fields: fields.into_iter().map(Into::into).collect(), listed: Rc::default(), ..self }
    }

    /// The parents, in the order in which they were found.
    pub(crate) async fn list(&self) -> Result<Rc<[Partition]>> {
        let listed = self.listed.get_or_try_init(|| async {
            let key = match &self.lister {
                Lister::Parent(_, key) => Some(Rc::clone(key)),
                Lister::Own(_) => None,
            };
            let mut records =
                Records::found(Found { key, fields: Rc::clone(&self.fields), ..Found::default() });
            match &self.lister {
                Lister::Parent(stream, _) => Box::pin(stream.list(&mut records)).await?,
                Lister::Own(list) => list((), &mut records).await?,
            }
            Ok(records.into_found().partitions.into())
        });
        listed.await.cloned()
    }
}

/// One parent, whose children make up one part of a child stream.
///
/// ```
/// # use connector_sdk::{Api, Partition, Records, Result};
/// # async fn read(api: &Api, list: Partition, records: &mut Records) -> Result<()> {
/// let region: String = list.get("region")?;
/// let members = api.get("lists").segment(list.key()).segment("members").query("region", region);
/// records.extend(members.records("members")).await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Partition {
    key: Rc<str>,
    fields: Rc<JsonObject>,
}

impl Partition {
    /// What names the parent, as text. It is also the key of its part of the state.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn shared_key(&self) -> Rc<str> {
        Rc::clone(&self.key)
    }

    /// A field of the parent, of those that [`Partitions::with`] keeps.
    ///
    /// # Errors
    /// Of the connector, if the field was not kept, or is of another type. A field that the parent lacks is null.
    pub fn get<T: DeserializeOwned>(&self, field: &str) -> Result<T> {
        let value = self.fields.get(field).ok_or_else(|| {
            Error::system(format!(
                "the field `{field}` of a parent is not kept: name it in `Partitions::with`"
            ))
        })?;
        serde_json::from_value(value.clone()).map_err(|error| {
            Error::system(format!("the field `{field}` of the parent `{}`: {error}", self.key))
        })
    }
}

/// The parents found so far.
#[derive(Default)]
pub(crate) struct Found {
    /// The field that names a parent among the records of a stream.
    key: Option<Rc<str>>,
    fields: Rc<[String]>,
    partitions: Vec<Partition>,
    keys: HashSet<Rc<str>>,
}

impl Found {
    /// Takes a record of a parent stream.
    pub(crate) fn take(&mut self, record: &str) -> Result<()> {
        let Some(name) = self.key.clone() else {
            return Err(Error::system("a list of partitions takes `add`, not `push`: it needs a key"));
        };
        let text = record;
        let record: JsonObject = serde_json::from_str(text)
            .map_err(|cause| Error::system("a parent is no JSON object").caused_by(cause))?;
        let key = match record.get(&*name) {
            Some(Value::String(text)) => text.clone(),
            // A number of more digits than a machine has for it is told by its digits.
            Some(Value::Number(number)) if number.is_f64() => {
                field(text, &name).map_or_else(|| number.to_string(), str::to_owned)
            }
            Some(Value::Number(number)) => number.to_string(),
            other => {
                let got = other.map_or("nothing".to_owned(), ToString::to_string);
                return Err(Error::system(format!(
                    "a parent's `{name}`: want a text or a number to name its children by, got {got}"
                )));
            }
        };
        self.insert(key, &record);
        Ok(())
    }

    pub(crate) fn add(&mut self, key: &dyn Display, record: &impl Serialize) -> Result<()> {
        let record = serde_json::to_value(record).map_err(|cause| {
            Error::system(format!("the parent `{key}` does not serialise")).caused_by(cause)
        })?;
        self.insert(key.to_string(), record.as_object().unwrap_or(&JsonObject::new()));
        Ok(())
    }

    fn insert(&mut self, key: String, record: &JsonObject) {
        let key: Rc<str> = key.into();
        if self.keys.insert(Rc::clone(&key)) {
            let field = |name: &String| (name.clone(), record.get(name).cloned().unwrap_or_default());
            let fields = Rc::new(self.fields.iter().map(field).collect());
            self.partitions.push(Partition { key, fields });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_whose_numbers_are_too_long_for_a_machine_are_told_apart() {
        let mut found = Found { key: Some("id".into()), ..Found::default() };
        found.take(r#"{"id": 123456789012345678901}"#).unwrap();
        found.take(r#"{"id": 123456789012345678902 }"#).unwrap();
        found.take(r#"{"id": "\u0061\n"}"#).unwrap();
        let keys: Vec<&str> = found.partitions.iter().map(Partition::key).collect();
        assert_eq!(keys, ["123456789012345678901", "123456789012345678902", "a\n"]);
    }
}
