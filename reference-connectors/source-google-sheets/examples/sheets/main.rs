//! Google Sheets on this machine, as the fixtures were recorded from it:
//! `cargo run -p source-google-sheets --example sheets -- 4011`.
//!
//! With `faults` as a second argument, the first rows are answered 500 once and the next ones 429 once.

#![expect(clippy::unwrap_used, reason = "a server for tests alone")]

mod api;

use std::env::args;
use std::net::TcpListener;

use crate::api::Sheets;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

#[tokio::main]
async fn main() {
    let port = args().nth(1).unwrap();
    let sheets =
        if args().any(|argument| argument == "faults") { Sheets::with_faults() } else { Sheets::new() };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let server = MockServer::builder().listener(listener).start().await;
    server.register(Mock::given(any()).respond_with(sheets)).await;
    tokio::signal::ctrl_c().await.unwrap();
}
