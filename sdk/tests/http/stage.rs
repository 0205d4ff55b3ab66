//! A connector with a stream of each kind, a server for it, and a way to run it.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::rc::Rc;

use connector_sdk::{
    Api, Clock, Cursor, Date, Error, Outcome, RawValue, Result, Secret, Source, Spec, Step, Stream, run_with,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use wiremock::matchers::{header, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Config {
    base_url: String,
    start_date: Date,
    token: Secret,
}

/// Streams that work, by days and as a whole, one that tells the day, and one that panics.
pub(crate) struct Weather;

impl Source for Weather {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.weather.test")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        match config.token.expose() {
            "odd-token" => {
                Err(Error::system("the token odd-token is odd").caused_by(io::Error::other("very odd")))
            }
            "fatal-token" => panic!("unwrapped fatal-token"),
            token => {
                Api::new(&config.base_url).header("x-token", token).get("account").send().await.map(drop)
            }
        }
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let api = Api::new(&config.base_url).header("x-token", config.token.expose());
        let days = api.clone();
        let by_day = Cursor::date("day").start(config.start_date).step(Step::days(1));
        Ok(vec![
            stream("rain").incremental(by_day, async move |day, records| {
                let answer = days.get("rain").query("day", day.start()).send().await?;
                answer.json::<Vec<&RawValue>>()?.into_iter().try_for_each(|rain| records.push(rain))
            }),
            stream("stations").primary_key(["id"]).full_refresh(async move |records| {
                let answer = api.get("stations").send().await?;
                answer.json::<Vec<&RawValue>>()?.into_iter().try_for_each(|station| records.push(station))
            }),
            stream("today")
                .full_refresh(async |records| records.push(&json!({"today": Clock::current().today()}))),
            stream("broken").full_refresh(async |_| panic!("index out of range")),
        ])
    }
}

fn stream(name: &str) -> Stream<connector_sdk::Unread> {
    Stream::new(name, r#"{"type": "object", "properties": {}}"#)
}

/// A server, a folder for the files of a command, and what the command printed.
pub(crate) struct Stage {
    pub(crate) server: MockServer,
    folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let server = MockServer::start().await;
        for (day, body) in [("2024-01-06", json!([{"mm": 1}, {"mm": 2}])), ("2024-01-07", json!([]))] {
            let answer = ResponseTemplate::new(200).set_body_json(body);
            Mock::given(path("/rain")).and(query_param("day", day)).respond_with(answer).mount(&server).await;
        }
        let stations = ResponseTemplate::new(200).set_body_json(json!([{"id": 1}]));
        Mock::given(path("/stations")).respond_with(stations).mount(&server).await;
        let account = ResponseTemplate::new(200);
        Mock::given(path("/account"))
            .and(header("x-token", "good-token"))
            .respond_with(account)
            .mount(&server)
            .await;
        let refused = ResponseTemplate::new(401).set_body_json(json!({"message": "unknown token bad-token"}));
        Mock::given(path("/account"))
            .and(header("x-token", "bad-token"))
            .respond_with(refused)
            .mount(&server)
            .await;
        Stage { server, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str, content: &Value) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    }

    pub(crate) fn config(&self, start_date: &str, token: &str) -> String {
        let config = json!({"base_url": self.server.uri(), "start_date": start_date, "token": token});
        self.file("config.json", &config)
    }

    pub(crate) fn catalog(&self, streams: &[(&str, &str)]) -> String {
        let configured = streams.iter().map(|(name, sync_mode)| {
            json!({
                "stream": {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
                "sync_mode": sync_mode, "destination_sync_mode": "append"
            })
        });
        self.file("catalog.json", &json!({"streams": configured.collect::<Vec<_>>()}))
    }
}

#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command on the evening of 2024-01-07: its outcome, and each message that it printed.
pub(crate) async fn run(arguments: &[&str]) -> (Outcome, Vec<Value>) {
    let (outcome, text) = print(arguments).await;
    (outcome, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The same, with the output as it was printed.
pub(crate) async fn print(arguments: &[&str]) -> (Outcome, String) {
    let page = Page::default();
    let clock = Clock::starting_at("2024-01-07T20:00:00Z".parse().unwrap());
    let arguments = ["source-weather"].iter().chain(arguments).map(OsString::from);
    let outcome = run_with(&Weather, arguments, Box::new(page.clone()), clock).await;
    (outcome, String::from_utf8(page.0.take()).unwrap())
}

/// Each message in a few words.
pub(crate) fn story(messages: &[Value]) -> Vec<String> {
    let tell = |message: &Value| match message["type"].as_str().unwrap() {
        "RECORD" => format!("{} {}", message["record"]["stream"], message["record"]["data"]),
        "STATE" => format!(
            "state {} after {}",
            message["state"]["stream"]["stream_state"], message["state"]["sourceStats"]["recordCount"]
        ),
        "TRACE" if message["trace"]["type"] == "STREAM_STATUS" => {
            message["trace"]["stream_status"]["status"].to_string()
        }
        "TRACE" => format!("error {}", message["trace"]["error"]["failure_type"]),
        other => other.to_owned(),
    };
    messages.iter().map(|message| tell(message).replace('"', "")).collect()
}
