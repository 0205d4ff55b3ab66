//! A small workspace behind Slack's Web API: pages of three, refusals with status 200, and faults where they are asked for.
//!
//! It answers in the shape that Slack documents, from `workspace.json`; the same request is always answered alike, but
//! for a fault, which comes once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// The one token that is accepted.
pub(crate) const TOKEN: &str = "xoxb-0000-workspace-of-the-fixtures";

/// Slack sends as few as it likes, whatever the limit: here three.
const PAGE: usize = 3;

pub(crate) struct Slack {
    workspace: Value,
    /// The channels that the token's owner has joined since.
    joined: Mutex<BTreeSet<String>>,
    /// The faults that are still to come.
    faults: Mutex<Vec<Fault>>,
}

/// An answer in place of the first one to a request for a later page of this method.
struct Fault {
    method: &'static str,
    answer: ResponseTemplate,
}

type Query = BTreeMap<String, String>;

impl Slack {
    pub(crate) fn new() -> Self {
        let workspace = serde_json::from_str(include_str!("workspace.json")).unwrap();
        Self { workspace, joined: Mutex::default(), faults: Mutex::default() }
    }

    pub(crate) fn with_faults() -> Self {
        let slow_down = ResponseTemplate::new(429)
            .insert_header("retry-after", "2")
            .set_body_json(json!({"ok": false, "error": "ratelimited"}));
        let faults = vec![
            Fault { method: "users.list", answer: ResponseTemplate::new(500) },
            Fault { method: "conversations.history", answer: slow_down },
        ];
        Self { faults: Mutex::new(faults), ..Self::new() }
    }

    fn answer(&self, method: &str, query: &Query) -> Value {
        let channel = query.get("channel").map(String::as_str).unwrap_or_default();
        match method {
            "auth.test" => self.workspace["team"].clone(),
            "users.list" => page("members", list(&self.workspace["users"]), query),
            "conversations.list" => page("channels", self.channels(query), query),
            "conversations.members" => page("members", list(&self.workspace["members"][channel]), query),
            "conversations.join" => self.join(channel),
            "conversations.history" if !self.is_member(channel) => refusal("not_in_channel"),
            "conversations.history" => page("messages", self.history(channel, query), query),
            "conversations.replies" => page("messages", self.thread(channel, &query["ts"]), query),
            _ => refusal("unknown_method"),
        }
    }

    fn channels(&self, query: &Query) -> Vec<Value> {
        let private = query["types"].split(',').any(|kind| kind == "private_channel");
        let mut channels = list(&self.workspace["channels"]);
        channels.retain(|channel| private || channel["is_private"] == false);
        for channel in &mut channels {
            channel["is_member"] = json!(self.is_member(channel["id"].as_str().unwrap()));
        }
        channels
    }

    fn is_member(&self, id: &str) -> bool {
        let channels = self.workspace["channels"].as_array().unwrap();
        self.joined.lock().unwrap().contains(id)
            || channels.iter().any(|channel| channel["id"] == id && channel["is_member"] == true)
    }

    fn join(&self, id: &str) -> Value {
        let channels = self.workspace["channels"].as_array().unwrap();
        match channels.iter().find(|channel| channel["id"] == id) {
            None => refusal("channel_not_found"),
            Some(channel) if channel["is_archived"] == true => refusal("is_archived"),
            Some(channel) => {
                self.joined.lock().unwrap().insert(id.to_owned());
                json!({"ok": true, "channel": channel})
            }
        }
    }

    /// The messages from `oldest` to `latest`, both included, newest first: replies are not among them.
    fn history(&self, channel: &str, query: &Query) -> Vec<Value> {
        // Slack's timestamps are all of the same length, so they are in the order of their letters.
        let (oldest, latest) = (query["oldest"].as_str(), query["latest"].as_str());
        let mut messages = list(&self.workspace["messages"][channel]);
        messages.retain(|message| (oldest..=latest).contains(&message["ts"].as_str().unwrap()));
        messages.sort_by(|one, other| other["ts"].as_str().cmp(&one["ts"].as_str()));
        messages
    }

    /// The message that began the thread, and its replies, oldest first.
    fn thread(&self, channel: &str, ts: &str) -> Vec<Value> {
        let messages = list(&self.workspace["messages"][channel]);
        let parent = messages.into_iter().filter(|message| message["ts"] == ts);
        parent.chain(list(&self.workspace["replies"][channel][ts])).collect()
    }
}

impl Respond for Slack {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut query: Query = request.url.query_pairs().into_owned().collect();
        if let Ok(Value::Object(body)) = serde_json::from_slice(&request.body) {
            query.extend(body.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())));
        }
        let method = request.url.path().trim_start_matches("/api/");
        let token = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        if token != Some(&format!("Bearer {TOKEN}")) {
            return ResponseTemplate::new(200).set_body_json(refusal("invalid_auth"));
        }
        let mut faults = self.faults.lock().unwrap();
        if let Some(fault) =
            faults.iter().position(|fault| fault.method == method && query.contains_key("cursor"))
        {
            return faults.remove(fault).answer;
        }
        ResponseTemplate::new(200).set_body_json(self.answer(method, &query))
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn refusal(error: &str) -> Value {
    json!({"ok": false, "error": error})
}

/// One page of a list. The cursor of the next one is empty on the last.
fn page(field: &str, items: Vec<Value>, query: &Query) -> Value {
    let Ok(from) =
        query.get("cursor").map_or(Ok(0), |cursor| cursor.trim_matches(['p', '=']).parse::<usize>())
    else {
        return refusal("invalid_cursor");
    };
    let more = items.len() > from + PAGE;
    let cursor = if more { format!("p{}=", from + PAGE) } else { String::new() };
    let page: Vec<Value> = items.into_iter().skip(from).take(PAGE).collect();
    let mut answer = json!({"ok": true, field: page, "response_metadata": {"next_cursor": cursor}});
    if field == "messages" {
        answer["has_more"] = json!(more);
    }
    answer
}
