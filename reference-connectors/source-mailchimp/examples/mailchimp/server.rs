//! A small account at Mailchimp, as its API would answer for it.
//!
//! It pages by `count` and `offset` (three records at most, whatever `count` says), filters by `since_*` and `before_*`
//! (what happened in that very second is left out), sorts by `sort_field` and `sort_dir`, and leaves out
//! `exclude_fields`. The records are in `data.json`, by the path at which they are to be had.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};
#[cfg(test)]
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// An account, and who may ask about it.
pub(crate) struct Account {
    records: BTreeMap<String, Vec<Value>>,
    credential: String,
    /// The most records of one page.
    page: usize,
    stumbles: Mutex<BTreeMap<&'static str, ResponseTemplate>>,
}

impl Account {
    /// One that opens to this key, or to this OAuth token.
    pub(crate) fn new(credential: &str) -> serde_json::Result<Self> {
        let records = serde_json::from_str(include_str!("data.json"))?;
        Ok(Account { records, credential: credential.to_owned(), page: 3, stumbles: Mutex::default() })
    }

    /// One that is too busy for the first who asks for members of a list, and fails the first who asks for reports.
    pub(crate) fn stumbling(self) -> Self {
        let busy = problem(429, "Too Many Requests", "More than ten connections are open.");
        let broken = problem(500, "Internal Server Error", "Something went wrong here.");
        let stumbles = [("lists/5a7b1c2d3e/members", busy), ("reports", broken)];
        Account { stumbles: Mutex::new(stumbles.into()), ..self }
    }

    /// One with a long list of members, of whom three change every second, and with pages of a thousand.
    #[cfg(test)]
    pub(crate) fn crowded(mut self, members: i64) -> Self {
        let start = Timestamp::UNIX_EPOCH + Duration::from_hours(470_000);
        let member = |number: i64| {
            let changed = start + Duration::from_secs(number.unsigned_abs() / 3);
            json!({ "id": format!("m{number}"), "list_id": "5a7b1c2d3e", "last_changed": changed.to_string() })
        };
        self.records.insert("lists/5a7b1c2d3e/members".to_owned(), (0..members).map(member).collect());
        self.records.remove("lists/9f8e7d6c5b/members");
        Account { page: 1000, ..self }
    }

    /// One that has nothing at a path any more.
    #[cfg(test)]
    pub(crate) fn without(mut self, path: &str) -> Self {
        self.records.remove(path);
        self
    }

    /// Answers there until the server is dropped.
    pub(crate) async fn serve(self, listener: TcpListener) -> MockServer {
        let server = MockServer::builder().listener(listener).start().await;
        Mock::given(any()).respond_with(self).mount(&server).await;
        server
    }

    /// Keys come by Basic authentication with any name, tokens as they are: to the metadata in a way of its own.
    fn knows(&self, request: &Request) -> bool {
        let Some(sent) = request.headers.get("authorization").and_then(|sent| sent.to_str().ok()) else {
            return false;
        };
        match sent.split_once(' ') {
            Some(("Basic", pair)) => STANDARD
                .decode(pair)
                .is_ok_and(|pair| pair.ends_with(format!(":{}", self.credential).as_bytes())),
            Some(("Bearer" | "OAuth", token)) => token == self.credential,
            _ => false,
        }
    }

    fn records(&self, path: &str, query: &Query<'_>) -> Option<ResponseTemplate> {
        let collection = match path.rsplit('/').next()? {
            "tag-search" => "tags",
            "interest-categories" => "categories",
            "unsubscribed" => "unsubscribes",
            "email-activity" => "emails",
            same => same,
        };
        let mut records = self.records.get(path)?.clone();
        for (name, value) in &query.0 {
            let Some(field) = name.strip_prefix("since").or(name.strip_prefix("before")) else { continue };
            let Ok(limit) = value.parse::<Timestamp>() else {
                return Some(problem(400, "Invalid Resource", &format!("{name} is no time in ISO 8601.")));
            };
            match field.strip_prefix('_') {
                Some(field) if name.starts_with("since") => {
                    records.retain(|it| time(&it[field]) > Some(limit));
                }
                Some(field) => records.retain(|record| time(&record[field]) < Some(limit)),
                None => records.iter_mut().for_each(|email| forget(email, limit)),
            }
        }
        if let Some(field) = query.get("sort_field") {
            records.sort_by_key(|record| time(&record[field]));
        }
        if query.get("sort_dir") == Some("DESC") {
            records.reverse();
        }
        let total = records.len();
        // All tags come at once: that endpoint has no pages.
        let (offset, count) = match collection {
            "tags" => (0, total),
            _ => (query.number("offset").unwrap_or(0), query.number("count").unwrap_or(10).min(self.page)),
        };
        let mut page: Vec<Value> = records.into_iter().skip(offset).take(count).collect();
        for record in &mut page {
            record["_links"] = links();
        }
        let mut body = json!({ collection: page, "total_items": total, "_links": links() });
        for field in query.get("exclude_fields").into_iter().flat_map(|fields| fields.split(',')) {
            remove(&mut body, field);
        }
        if let Some(fields) = query.get("fields") {
            keep(&mut body, collection, &fields.split(',').collect());
        }
        Some(ResponseTemplate::new(200).set_body_json(body))
    }
}

impl Respond for Account {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        let known = self.knows(request);
        if path == "/oauth2/metadata" {
            // The status says nothing here.
            let body = if known { json!({ "dc": "us10" }) } else { json!({ "error": "invalid_token" }) };
            return ResponseTemplate::new(200).set_body_json(body);
        }
        if !known {
            return problem(401, "API Key Invalid", "This key opens nothing, or not in this data center.");
        }
        let path = path.strip_prefix("/3.0/").unwrap_or(path);
        if path == "ping" {
            return ResponseTemplate::new(200)
                .set_body_json(json!({ "health_status": "Everything's Chimpy!" }));
        }
        let stumble = self.stumbles.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        let query = Query(request.url.query_pairs().collect());
        let one = || {
            let (list, id) = path.rsplit_once('/')?;
            let record = self.records.get(list)?.iter().find(|record| record["id"] == id)?;
            Some(ResponseTemplate::new(200).set_body_json(record))
        };
        let nothing = || problem(404, "Resource Not Found", "There is nothing at this path.");
        stumble.or_else(|| self.records(path, &query)).or_else(one).unwrap_or_else(nothing)
    }
}

struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Query<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }
}

/// The shape of all its errors: RFC 7807.
fn problem(status: u16, title: &str, detail: &str) -> ResponseTemplate {
    let body =
        json!({ "type": "about:blank", "title": title, "status": status, "detail": detail, "instance": "" });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

fn links() -> Value {
    json!([{ "rel": "self", "href": "https://us10.api.mailchimp.com/3.0", "method": "GET" }])
}

/// Never is before all times.
fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Of what was done with an email, what came later alone.
fn forget(email: &mut Value, since: Timestamp) {
    if let Some(activity) = email["activity"].as_array_mut() {
        activity.retain(|action| time(&action["timestamp"]) > Some(since));
    }
}

/// Takes out the field at a path such as `lists._links`: of all, where there is a list on the way.
fn remove(value: &mut Value, path: &str) {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| remove(item, path)),
        (Value::Object(fields), None) => drop(fields.remove(path)),
        (Value::Object(fields), Some((first, rest))) => {
            fields.get_mut(first).into_iter().for_each(|value| remove(value, rest));
        }
        _ => {}
    }
}

/// Leaves nothing but `fields`: names of the body's own, and those of its records after a dot.
fn keep(body: &mut Value, collection: &str, fields: &BTreeSet<&str>) {
    let only = |object: &mut Map<String, Value>, prefix: &str| {
        object.retain(|name, _| fields.contains(format!("{prefix}{name}").as_str()));
    };
    for record in body[collection].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        only(record, &format!("{collection}."));
    }
    if let Some(body) = body.as_object_mut() {
        body.retain(|name, _| name == collection || fields.contains(name.as_str()));
    }
}
