//! Makes cassettes of real traffic, safe to publish.
//!
//! The live half: a [`Session`](connector_replay::Session) that answers from a [`Recorder`] asks the real servers
//! and keeps what they say, in full and in secret, on a [`Reel`].
//!
//! - [`Upstream`] is the way to the real servers, with [`Upstreams`] that say which hosts are asked elsewhere.
//! - [`Recorder`] is a [`Responder`](connector_replay::Responder) for one run of a client.
//! - [`Reel`] holds the [`Take`]s of all runs, sealed, and the [`Failure`]s.
//!
//! The other half makes of it what can be published:
//!
//! - [`Recorded`] is an interaction without secrets, and in which run of the client it was recorded.
//! - [`assembly`] makes one tape of them, writes it, and compares tapes.
//!
//! ```
//! use std::sync::Arc;
//!
//! use connector_record::{Options, Recorder, Reel, Upstream, Upstreams};
//! use connector_replay::{Authority, Session};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let upstreams = Upstreams::new(["api.example.test=http://127.0.0.1:4010".parse()?])?;
//! let upstream = Arc::new(Upstream::new(Options { upstreams, ..Options::default() })?);
//! let reel = Arc::new(Reel::new()?);
//!
//! let authority = Authority::new()?;
//! let session = Session::start(&authority, Recorder::new(upstream, Arc::clone(&reel), 0)).await?;
//! println!("HTTPS_PROXY={} SSL_CERT_FILE={}", session.proxy_url(), authority.certificate().display());
//!
//! session.finish().await;
//! for take in reel.takes() {
//!     let take = take?;
//!     println!("{} {} -> {}", take.request.method, take.request.target, take.status);
//! }
//! assert_eq!(reel.failed_count(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod assembly;
mod cause;
mod coding;
mod error;
mod failure;
mod frame;
mod header;
mod limits;
mod recorded;
mod recorder;
mod reel;
mod scrub;
mod spool;
mod take;
mod upstream;
mod upstreams;

pub use error::Error;
pub use failure::Failure;
pub use limits::Limits;
pub use recorded::Recorded;
pub use recorder::Recorder;
pub use reel::Reel;
pub use scrub::{Circumstances, Scrubbed, Secret, Suspect, Track, scrub, suspects};
pub use take::Take;
pub use upstream::{Options, Upstream};
pub use upstreams::{Mapping, Upstreams};
