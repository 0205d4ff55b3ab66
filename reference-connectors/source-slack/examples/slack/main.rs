//! Slack on this machine, as the fixtures were recorded from it: `cargo run -p source-slack --example slack -- 4010`.
//!
//! With `faults` as a second argument, a list is answered 500 once and a history 429 once.

#![expect(clippy::unwrap_used, reason = "a server for tests alone")]

mod api;

use std::env::args;
use std::net::TcpListener;

use crate::api::Slack;
use wiremock::MockServer;
use wiremock::matchers::any;

#[tokio::main]
async fn main() {
    let port = args().nth(1).unwrap();
    let slack = if args().any(|argument| argument == "faults") { Slack::with_faults() } else { Slack::new() };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let server = MockServer::builder().listener(listener).start().await;
    server.register(wiremock::Mock::given(any()).respond_with(slack)).await;
    tokio::signal::ctrl_c().await.unwrap();
}
