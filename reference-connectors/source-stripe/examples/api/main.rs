//! A small account on this machine that answers as Stripe's API does: the connector's tests ask it, and the fixtures
//! were recorded from it.
//!
//! ```text
//! cargo run -p source-stripe --example api -- 4010 1795348800 429:/v1/charges 500:/v1/payouts
//! ```
//!
//! listens on port 4010, makes the account as if it were that time (in seconds since 1970), and answers requests for
//! these paths with that status: the first if it is one that passes, else all.

mod server;

use std::error::Error;
use std::net::TcpListener;

use server::{Account, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("want a port")?.parse()?;
    let now: i64 = arguments.next().ok_or("want a time in seconds since 1970")?.parse()?;
    let mut server = Server::new(Account::at(now));
    for failure in arguments {
        let (status, path) = failure.split_once(':').ok_or("want failures as 429:/v1/charges")?;
        server = server.failing(path, status.parse()?);
    }
    let _listening = server.listen(TcpListener::bind(("127.0.0.1", port))?).await;
    std::future::pending().await
}
