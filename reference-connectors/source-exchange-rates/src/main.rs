//! Daily exchange rates of one currency, from an API that has an endpoint for each day.

use std::process::ExitCode;

use connector_sdk::{
    Api, Cursor, Date, Error, RawValue, Response, Result, Secret, Source, Spec, Step, Stream,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Exchange rates
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # Start date
    /// The first day to read, such as 2024-01-02.
    start_date: Date,

    /// # Base currency
    /// The currency that is quoted in all others: an ISO 4217 code.
    #[serde(default = "euro")]
    base: String,

    /// # Access key
    /// The key of your subscription to the Exchange Rates Data API.
    access_key: Secret,
}

fn euro() -> String {
    "EUR".to_owned()
}

struct ExchangeRates;

impl Source for ExchangeRates {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://apilayer.com/marketplace/exchangerates_data-api")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        let answer = api(config).get("latest").send().await?;
        record(&answer)?;
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let api = api(config);
        let days = Cursor::date("date").start(config.start_date).step(Step::days(1));
        let exchange_rates = Stream::new("exchange_rates", include_str!("../schemas/exchange_rates.json"))
            .primary_key(["date", "base"])
            .incremental(days, async move |day, records| {
                let answer = api.get(day.start()).send().await?;
                if let Some(record) = record(&answer)? {
                    records.push(&record)?;
                }
                Ok(())
            });
        Ok(vec![exchange_rates])
    }
}

fn api(config: &Config) -> Api {
    Api::new("https://api.apilayer.com/exchangerates_data")
        .header("apikey", config.access_key.expose())
        .query("base", &config.base)
}

/// The part of an answer that is the record, with the rates just as the API wrote them.
#[derive(Deserialize, Serialize)]
struct Record<'a> {
    date: Date,
    base: &'a str,
    #[serde(borrow)]
    rates: &'a RawValue,
}

/// What stands in an answer in place of rates. The status is 200 all the same.
#[derive(Deserialize)]
struct Refusal {
    error: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    code: u32,
    info: String,
}

/// The record in an answer. A day without rates, such as a Sunday, has none.
fn record(answer: &Response) -> Result<Option<Record<'_>>> {
    match answer.json::<Refusal>()?.error {
        None => Ok(Some(answer.json()?)),
        Some(Reason { code: 106, .. }) => Ok(None),
        Some(reason) => Err(error(reason)),
    }
}

/// The codes are those of the API's documentation.
fn error(Reason { code, info }: Reason) -> Error {
    match code {
        101 | 105 => Error::config(format!("the API does not accept this access key: {info}")),
        104 => Error::transient(format!("the quota of this access key is used up: {info}")),
        201 => Error::config(format!("the API does not know this base currency: {info}")),
        _ => Error::system(format!("the API answered with error {code}: {info}")),
    }
}

fn main() -> ExitCode {
    connector_sdk::run(ExchangeRates)
}

#[cfg(test)]
mod tests;
