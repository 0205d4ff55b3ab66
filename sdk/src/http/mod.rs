//! HTTP as a connector needs it: one request at a time, asked again where that can help, with a limit to every wait.

mod api;
mod body;
mod client;
mod excerpt;
mod failure;
mod form;
mod opened;
mod request;
mod response;
mod retry;

pub use api::Api;
pub use client::Timeouts;
pub(crate) use form::{Posted, post_form};
pub use request::Request;
pub use response::Response;
pub use retry::Retry;
