//! A server that answers as Stripe's API does, for one account.

mod account;
mod billing;
mod list;
mod object;
mod payments;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Mutex;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) use account::Account;
use list::{Query, error, sent};

/// The key that opens the account, and the account's id.
pub(crate) const KEY: &str = "sk_test_acme";
pub(crate) const ACCOUNT: &str = "acct_acme";

const CREATED: [&str; 2] = ["created[gte]", "created[lte]"];

/// A server for one account.
pub(crate) struct Server {
    account: Account,
    /// The status that requests for a path are answered with.
    failures: Mutex<HashMap<String, u16>>,
}

impl Server {
    pub(crate) fn new(account: Account) -> Self {
        Server { account, failures: Mutex::default() }
    }

    /// Answers requests for `path` with an error: the first of them if it is one that passes, else all.
    pub(crate) fn failing(self, path: &str, status: u16) -> Self {
        if let Ok(mut failures) = self.failures.lock() {
            failures.insert(path.to_owned(), status);
        }
        self
    }

    /// Answers there until what is returned is dropped.
    pub(crate) async fn listen(self, listener: TcpListener) -> MockServer {
        let listening = MockServer::builder().listener(listener).start().await;
        Mock::given(any()).respond_with(self).mount(&listening).await;
        listening
    }

    fn answer(&self, request: &Request) -> Result<Value, (u16, Value)> {
        let header =
            |name| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if header("authorization") != format!("Bearer {KEY}") {
            return Err((401, error("", "this is no key of ours")));
        }
        if header("stripe-account") != ACCOUNT {
            return Err((403, error("account_invalid", "the key does not open this account")));
        }
        if header("stripe-version") != "2022-11-15" {
            return Err((400, error("", "the data here have the shape of version 2022-11-15")));
        }
        let path = request.url.path();
        match self.failure(path) {
            Some(403) => return Err((403, error("", "the key does not have this permission"))),
            Some(429) => return Err((429, error("lock_timeout", "something else holds this object"))),
            Some(status) => return Err((status, error("", "this is a failure"))),
            None => {}
        }
        let pairs = request.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        self.object(path, pairs).map_err(|error| {
            let is_missing = error["error"]["code"] == "resource_missing";
            (if is_missing { 404 } else { 400 }, error)
        })
    }

    fn failure(&self, path: &str) -> Option<u16> {
        let mut failures = self.failures.lock().ok()?;
        let status = *failures.get(path)?;
        if status == 429 || status >= 500 {
            failures.remove(path);
        }
        Some(status)
    }

    fn object(&self, path: &str, pairs: impl Iterator<Item = (String, String)>) -> Result<Value, Value> {
        let list = path.strip_prefix("/v1/").unwrap_or_default();
        match list.split('/').collect::<Vec<_>>()[..] {
            ["account"] => Ok(json!({ "id": ACCOUNT, "object": "account", "country": "IE" })),
            ["events"] => self.list(path, list, &Query::new(pairs, &[CREATED[0], CREATED[1], "types[]"])?),
            ["subscriptions"] => {
                let query = Query::new(pairs, &[CREATED[0], CREATED[1], "status"])?;
                // Unless all are asked for, those that have ended are not there.
                let is_there =
                    |object: &&Value| query.get("status") == Some("all") || object["status"] != "canceled";
                let objects = self.account.list(list).unwrap_or_default();
                query.page(path, &objects.iter().filter(is_there).cloned().collect::<Vec<_>>())
            }
            ["subscription_items"] => {
                let query = Query::new(pairs, &["subscription"])?;
                let id = query.get("subscription").unwrap_or_default().to_owned();
                query.page(path, &self.embedded("subscriptions", &id, "items")?)
            }
            ["invoices", id, "lines"] => {
                Query::new(pairs, &[])?.page(path, &self.embedded("invoices", id, "lines")?)
            }
            ["customers", id, "balance_transactions"] => {
                self.one("customers", id)?;
                Query::new(pairs, &[])?.page(path, self.account.list(list).unwrap_or_default())
            }
            [list] => self.list(path, list, &Query::new(pairs, &CREATED)?),
            [list, id] => Ok(sent(self.one(list, id)?, false)),
            _ => Err(error("resource_missing", "there is no such list")),
        }
    }

    fn list(&self, path: &str, list: &str, query: &Query) -> Result<Value, Value> {
        let missing = || error("resource_missing", "there is no such list");
        query.page(path, self.account.list(list).ok_or_else(missing)?)
    }

    fn one(&self, list: &str, id: &str) -> Result<&Value, Value> {
        let mut objects = self.account.list(list).unwrap_or_default().iter();
        objects
            .find(|object| object["id"] == id)
            .ok_or_else(|| error("resource_missing", "nothing has this id"))
    }

    /// All of the list within an object, whose first page is sent along with it: the last comes first.
    fn embedded(&self, list: &str, id: &str, within: &str) -> Result<Vec<Value>, Value> {
        let data = self.one(list, id)?[within]["data"].as_array();
        Ok(data.into_iter().flatten().rev().cloned().collect())
    }
}

impl Respond for Server {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        match self.answer(request) {
            Ok(body) => ResponseTemplate::new(200).set_body_json(body),
            Err((status, body)) => ResponseTemplate::new(status).set_body_json(body),
        }
    }
}
