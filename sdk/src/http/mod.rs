//! HTTP as a connector needs it: one request at a time, asked again where that can help, with a limit to every wait.

mod api;
mod body;
mod client;
mod excerpt;
mod failure;
mod opened;
mod pages;
mod paging;
mod request;
mod response;
mod retry;

pub use api::Api;
pub use client::Timeouts;
pub(crate) use excerpt::shortened;
pub use pages::Pages;
pub use paging::Paging;
pub use request::Request;
pub use response::Response;
pub use retry::Retry;
