//! The API that `tests` and fixtures are made with, on a port of this machine: `cargo run --example api -- 4010`.
//!
//! It asks for the key or the token of `harness record`'s config, and stumbles twice: see [`server::Account`].

mod server;

use std::error::Error;
use std::net::TcpListener;

use server::Account;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).ok_or("want the port to listen on")?.parse()?;
    let credential = std::env::args().nth(2).ok_or("want the key or the token to accept")?;
    let account = Account::new(&credential)?.stumbling();
    let _server = account.serve(TcpListener::bind(("127.0.0.1", port))?).await;
    std::future::pending().await
}
