//! A token endpoint, and a command that holds a config with tokens.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::{Auth, OAuth};
use crate::output::Output;
use crate::output::tests::Page;
use crate::scope::within;
use crate::{Clock, Result, Secret};

pub(super) fn secret(text: &str) -> Secret {
    serde_json::from_value(json!(text)).unwrap()
}

pub(super) struct Stage {
    pub(super) server: MockServer,
    pub(super) page: Page,
    pub(super) output: Rc<Output>,
    /// Told of every request that has come, before it is answered.
    pub(super) asked: Arc<Notify>,
}

impl Stage {
    /// A command with the refresh token `refresh-1`, and no endpoint yet. Waits take no time.
    pub(super) async fn set() -> Stage {
        crate::logger::install(false);
        let page = Page::default();
        let output = output(&page, "2024-01-08T12:00:00Z".parse().unwrap());
        let stage = Stage { server: MockServer::start().await, page, output, asked: Arc::default() };
        stage.hold(first_config());
        stage
    }

    pub(super) fn hold(&self, config: Value) {
        let config = serde_json::from_value(config).unwrap();
        self.output.held_config().hold(config, connector_protocol::JsonObject::new());
    }

    /// From now on, `token` in the form is answered with this access token and this refresh token, for an hour.
    pub(super) async fn grants(&self, token: &str, access: &str, refresh: &str) {
        let body = json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600});
        self.answers(token, ResponseTemplate::new(200).set_body_json(body)).await;
    }

    pub(super) async fn answers(&self, token: &str, answer: ResponseTemplate) {
        let asked = Arc::clone(&self.asked);
        let answer = move |_: &Request| {
            asked.notify_one();
            answer.clone()
        };
        let mock = Mock::given(method("POST")).and(body_string_contains(token));
        mock.respond_with(answer).mount(&self.server).await;
    }

    pub(super) fn oauth(&self) -> OAuth {
        OAuth::refresh(self.server.uri(), "client-7", &secret("client-secret"), &secret("refresh-1"))
            .written_back("login.refresh_token")
    }

    pub(super) async fn run<T>(&self, command: impl Future<Output = T>) -> T {
        within(Rc::clone(&self.output), command).await
    }

    /// The access token that the next request would carry.
    pub(super) async fn token(&self, auth: &Auth) -> Result<String> {
        let credentials = self.run(auth.credentials()).await?;
        Ok(credentials.headers[0].1.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned())
    }

    pub(super) async fn auth(&self, oauth: OAuth) -> Auth {
        self.run(async { Auth::from(oauth) }).await
    }

    /// The forms that have come, each as its fields.
    pub(super) async fn forms(&self) -> Vec<Vec<(String, String)>> {
        let fields = |request: &Request| url::form_urlencoded::parse(&request.body).into_owned().collect();
        self.server.received_requests().await.unwrap().iter().map(fields).collect()
    }

    pub(super) async fn count(&self) -> usize {
        self.forms().await.len()
    }

    /// The configs that the platform was asked to keep.
    pub(super) fn kept(&self) -> Vec<Value> {
        let line = |line: &str| {
            let message: Value = serde_json::from_str(line).unwrap();
            message.pointer("/control/connectorConfig/config").cloned()
        };
        self.page.text().lines().filter_map(line).collect()
    }

    /// Lets time pass: the same command, with the clock put forward.
    pub(super) fn pass(&mut self, seconds: i64) {
        let config = self.kept().pop();
        let now = self.output.clock().now() + jiff::SignedDuration::from_secs(seconds);
        self.output = output(&self.page, now);
        self.hold(config.unwrap_or_else(first_config));
    }
}

fn output(page: &Page, now: jiff::Timestamp) -> Rc<Output> {
    let output = Output::new(Box::new(page.clone()), Clock::starting_at(now).waiting("0").unwrap());
    output.redact(&["refresh-1".to_owned(), "client-secret".to_owned()]);
    Rc::new(output)
}

fn first_config() -> Value {
    json!({"login": {"refresh_token": "refresh-1"}, "unknown": 1})
}
