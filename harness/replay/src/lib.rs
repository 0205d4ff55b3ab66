//! The recorded internet: an intercepting HTTP server on loopback that answers from a cassette.
//!
//! A client that is told to use [`Session::proxy_url`] as its proxy and to trust [`Authority::certificate`] sees every
//! host of the cassette, over HTTP/1.1 and HTTP/2, with and without TLS. The server has no client of its own, so it
//! cannot let a request out: what the cassette does not hold is answered with status 599 and the nearest interaction.
//!
//! - [`Authority`] makes certificates for any host; one serves a whole run.
//! - [`Cassette`] is what was recorded (its format: `docs/cassette.md`), read and checked once, shared by sessions.
//! - [`Player`] answers from a cassette. It is a [`Responder`], and a session takes any.
//! - [`Session`] is the server; [`Session::finish`] ends it and hands out the [`Journal`] of all that happened.
//!
//! ```
//! use connector_replay::{Authority, Cassette, Player, Session, Terms};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let cassette = Cassette::parse(
//!     r#"{ "cassette": 1, "interactions": [ {
//!         "request": { "method": "GET", "url": "https://api.example.test/users" },
//!         "response": { "status": 200, "body": { "json": [] } } } ] }"#,
//!     "users.json",
//!     &Terms::default(),
//! )?;
//! let authority = Authority::new()?;
//! let session = Session::start(&authority, Player::new(cassette)).await?;
//! println!("HTTPS_PROXY={} SSL_CERT_FILE={}", session.proxy_url(), authority.certificate().display());
//!
//! let journal = session.finish().await;
//! assert_eq!(journal.unasked[0].url, "https://api.example.test/users");
//! # Ok::<(), connector_replay::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authority;
mod cassette;
mod coding;
mod connection;
mod error;
mod excerpt;
mod exchange;
mod journal;
mod limits;
mod matching;
mod miss;
mod payload;
mod player;
mod reply;
mod request;
mod responder;
mod rule;
mod session;
mod target;
mod template;
mod terms;
mod truststore;

pub use authority::Authority;
pub use cassette::{
    Body, BodyFile, Cassette, Header, Interaction, RecordedRequest, RecordedResponse, Tape, lay_out,
    leading_string,
};
pub use coding::inflate;
pub use error::Error;
pub use journal::{Exchange, Fault, FaultKind, Journal, Outcome, Unasked, Via};
pub use matching::{Difference, Equals, Remedy};
pub use player::Player;
pub use reply::Reply;
pub use request::Request;
pub use responder::{Answering, Responder};
pub use rule::{Part, Rule, fits};
pub use session::Session;
pub use target::{Scheme, Target};
pub use template::{Expression, Format, Moment, Offset, Template};
pub use terms::Terms;
