use serde_json::{Value, json};

/// How many objects of a list within an object Stripe sends along.
const EMBEDDED: usize = 10;

/// What is asked of a list.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// A parameter that Stripe does not know of this list is an error, as it is there.
    pub(crate) fn new(
        pairs: impl Iterator<Item = (String, String)>,
        filters: &[&str],
    ) -> Result<Self, Value> {
        let pairs: Vec<_> = pairs.collect();
        for (name, _) in &pairs {
            if !["limit", "starting_after", "expand[]"].contains(&name.as_str())
                && !filters.contains(&name.as_str())
            {
                return Err(error("parameter_unknown", &format!("unknown parameter: {name}")));
            }
        }
        Ok(Query { pairs })
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Value> {
        let wrong = |_| error("parameter_invalid_integer", &format!("not an integer: {name}"));
        self.get(name).map(|value| value.parse().map_err(wrong)).transpose()
    }

    /// The page that is asked for of `objects`, which are in the order in which they were made.
    pub(crate) fn page(&self, url: &str, objects: &[Value]) -> Result<Value, Value> {
        let from = self.number("created[gte]")?.unwrap_or(i64::MIN);
        let to = self.number("created[lte]")?.unwrap_or(i64::MAX);
        let limit = usize::try_from(self.number("limit")?.unwrap_or(10)).unwrap_or_default();
        if !(1..=100).contains(&limit) {
            return Err(error("parameter_invalid_integer", "limit is from 1 to 100"));
        }
        let types: Vec<&str> = self.all("types[]").collect();
        let found = objects.iter().rev().filter(|object| {
            let made = object["created"].as_i64().or(object["date"].as_i64()).unwrap_or(from);
            let is_wanted =
                types.is_empty() || object["type"].as_str().is_some_and(|kind| types.contains(&kind));
            (from..=to).contains(&made) && is_wanted
        });
        let mut found: Vec<&Value> = found.collect();
        if let Some(last) = self.get("starting_after") {
            let Some(place) = found.iter().position(|object| object["id"] == last) else {
                return Err(error("resource_missing", &format!("nothing has this id: {last}")));
            };
            found.drain(..=place);
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let is_expanded = self.all("expand[]").any(|path| path == "data.tiers");
        let data: Vec<Value> = found.into_iter().map(|object| sent(object, is_expanded)).collect();
        Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": data }))
    }
}

/// An object as it is sent: with the first page of the list within it, and its tiers if somebody asks for them.
pub(crate) fn sent(object: &Value, is_expanded: bool) -> Value {
    let mut object = object.clone();
    for path in ["/lines", "/items", "/data/object/lines", "/data/object/items"] {
        let Some(list) = object.pointer_mut(path).and_then(Value::as_object_mut) else { continue };
        if let Some(data) = list.get_mut("data").and_then(Value::as_array_mut) {
            let has_more = data.len() > EMBEDDED;
            data.truncate(EMBEDDED);
            list.insert("has_more".to_owned(), has_more.into());
        }
    }
    // Events never have what must be asked for.
    for path in ["", "/data/object"] {
        if let (false, Some(fields)) = (is_expanded, object.pointer_mut(path).and_then(Value::as_object_mut))
        {
            fields.remove("tiers");
        }
    }
    object
}

/// An error as Stripe words none of its own: the shape alone is theirs.
pub(crate) fn error(code: &str, message: &str) -> Value {
    json!({ "error": { "type": "invalid_request_error", "code": code, "message": message } })
}
