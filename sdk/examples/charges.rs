//! A connector with one stream, whose pages are asked for by the last record of the page before, as Stripe's are.
//!
//! It is the one that `cargo bench -p connector-sdk --bench reading` measures.

use std::process::ExitCode;

use connector_sdk::{Api, Paging, Result, Source, Spec, Stream};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Charges
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # URL
    /// Where the API is.
    url: String,

    /// # Page size
    /// How many records to ask for at a time.
    limit: u64,
}

struct Charges;

impl Source for Charges {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.stripe.com/api/charges/list")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        Api::new(&config.url).get("charges").query("limit", 1).send().await.map(drop)
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let api = Api::new(&config.url);
        let paging = Paging::after_last("starting_after", "id").size("limit", config.limit).more("has_more");
        let charges = Stream::new("charges", include_str!("charges.json")).primary_key(["id"]).full_refresh(
            async move |records| {
                records.extend(api.get("charges").pages(paging.clone()).records("data")).await
            },
        );
        Ok(vec![charges])
    }
}

fn main() -> ExitCode {
    connector_sdk::run(Charges)
}
