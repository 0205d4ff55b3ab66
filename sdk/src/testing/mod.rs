//! Tests of a connector within the test's own process: no files, no binary, no waits.
//!
//! A connector whose source holds its base URL is pointed at a server on loopback, such as a
//! [wiremock](https://docs.rs/wiremock) one, and tried:
//!
//! ```
//! use connector_sdk::testing::Trial;
//! # use connector_sdk::{Api, Cursor, Date, Result, Secret, Source, Spec, Stream};
//! # #[derive(serde::Deserialize, schemars::JsonSchema)]
//! # struct Config { start_date: Date }
//! # struct Weather { base: String }
//! # impl Source for Weather {
//! #     type Config = Config;
//! #     fn spec(&self) -> Spec { Spec::new("https://docs.weather.test") }
//! #     async fn check(&self, _: &Config) -> Result<()> { Ok(()) }
//! #     async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
//! #         let api = Api::new(&self.base);
//! #         let rain = Stream::new("rain", r#"{"type": "object", "properties": {}}"#)
//! #             .incremental(Cursor::date("day").start(config.start_date), async move |slice, records| {
//! #                 records.extend(api.get("rain").query("since", slice.start()).records("data")).await
//! #             });
//! #         Ok(vec![rain])
//! #     }
//! # }
//! use serde_json::json;
//! use wiremock::matchers::{path, query_param};
//! use wiremock::{Mock, MockServer, ResponseTemplate};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let server = MockServer::start().await;
//! let rain = json!({ "data": [{ "day": "2024-01-01", "mm": 3 }, { "day": "2024-01-02", "mm": 1 }] });
//! Mock::given(path("/rain"))
//!     .and(query_param("since", "2024-01-01"))
//!     .respond_with(ResponseTemplate::new(200).set_body_json(rain))
//!     .mount(&server)
//!     .await;
//!
//! let weather = Weather { base: server.uri() };
//! let trial = Trial::of(&weather, json!({ "start_date": "2024-01-01" })).now("2024-01-03T12:00:00Z");
//! let read = trial.read(["rain"]).await;
//! assert_eq!(read.records("rain")[1], json!({ "day": "2024-01-02", "mm": 1 }));
//! assert_eq!(read.states("rain"), [json!({ "day": "2024-01-02" })]);
//! # });
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! [`Trial::killed_anywhere`] proves that a read that is killed and gone on with loses no record.

mod kill;
mod page;
mod transcript;
mod trial;

pub use kill::Kills;
#[cfg(test)]
pub(crate) use page::Page;
pub use transcript::Transcript;
pub use trial::Trial;

#[cfg(test)]
mod tests;
