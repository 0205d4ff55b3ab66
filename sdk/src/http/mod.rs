//! HTTP as a connector needs it: each request asked again where that can help, in one line for each host, with a limit
//! to every wait.
//!
//! The walk of a request: request.rs makes the envelope of it; settlement.rs asks, attempt.rs once, until decision.rs has
//! no more to ask for; host.rs says when, attempts.rs how often. What comes of it is in opened.rs, piece by piece, or in
//! response.rs, whole.

mod address;
mod answer;
mod api;
mod attempt;
mod attempts;
mod client;
mod decision;
mod envelope;
mod excerpt;
mod failure;
mod field;
mod host;
mod opened;
mod pages;
mod paging;
mod payload;
mod quota;
mod rate;
mod request;
mod response;
mod retry;
mod settlement;
mod timeouts;

pub use answer::Answer;
pub use api::Api;
pub use decision::Decision;
pub(crate) use excerpt::shortened;
pub(crate) use host::Hosts;
pub use pages::Pages;
pub use paging::Paging;
pub(crate) use quota::Quota;
pub use rate::Rate;
pub use request::Request;
pub use reqwest::Method;
pub use response::Response;
pub use retry::Retry;
pub use timeouts::Timeouts;
