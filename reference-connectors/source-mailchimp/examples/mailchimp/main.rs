//! A small account at Mailchimp on a port of this machine, to make fixtures of and to try the connector with:
//!
//! ```text
//! cargo run -p source-mailchimp --example mailchimp -- 4010 k0-us10 [stumbling]
//! ```
//!
//! It opens to this key, or to this OAuth token; a stumbling one is busy and broken, once each.

mod server;

use std::error::Error;
use std::net::TcpListener;

use server::Account;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let (port, account) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [port, credential] => (port, Account::new(credential)?),
        [port, credential, "stumbling"] => (port, Account::new(credential)?.stumbling()),
        _ => return Err("want a port, a key or token, and `stumbling` or nothing".into()),
    };
    let _server = account.serve(TcpListener::bind(("127.0.0.1", port.parse()?))?).await;
    std::future::pending().await
}
