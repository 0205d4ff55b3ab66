//! Daily exchange rates of one currency, from an API that has an endpoint for each day.

use std::process::ExitCode;

use connector_sdk::{
    Answer, Api, Auth, Cursor, Date, Decision, Error, RawValue, Result, Secret, Source, Spec, Step, Stream,
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

/// The Exchange Rates Data API, at its address.
struct ExchangeRates {
    url: String,
}

impl Source for ExchangeRates {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://apilayer.com/marketplace/exchangerates_data-api")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        self.api(config).get("latest").send().await?.json::<Day<'_>>()?;
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let api = self.api(config);
        let by_day = Cursor::date("date").start(config.start_date).step(Step::days(1));
        let exchange_rates = Stream::new("exchange_rates", include_str!("../schemas/exchange_rates.json"))
            .primary_key(["date", "base"])
            .incremental(by_day, async move |day, records| {
                let mut answer = api.get(day.start()).records("");
                while let Some(rates) = answer.next().await? {
                    records.push(&rates.parse::<Day<'_>>()?)?;
                }
                Ok(())
            });
        Ok(vec![exchange_rates])
    }
}

impl ExchangeRates {
    fn api(&self, config: &Config) -> Api {
        Api::new(&self.url)
            .auth(Auth::header("apikey", &config.access_key))
            .query("base", &config.base)
            .on_answer(refusal)
    }
}

/// A day: the part of an answer that is the record, with the rates just as the API wrote them.
#[derive(Deserialize, Serialize)]
struct Day<'a> {
    date: Date,
    base: &'a str,
    #[serde(borrow)]
    rates: &'a RawValue,
}

/// What stands in an answer in place of rates. The status is 200 all the same.
#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: u32,
    info: String,
}

/// What to make of a refusal. The codes are those of the API's documentation.
fn refusal(answer: &Answer) -> Option<Decision> {
    let Refusal { error: Reason { code, info } } = answer.json().ok()?;
    Some(match code {
        101 | 105 => {
            Decision::Fail(Error::config(format!("the API does not accept this access key: {info}")))
        }
        104 => Decision::Fail(Error::transient(format!("the quota of this access key is used up: {info}"))),
        // A day without rates, such as a Sunday.
        106 => Decision::Ignore,
        201 => Decision::Fail(Error::config(format!("the API does not know this base currency: {info}"))),
        _ => Decision::Fail(Error::system(format!("the API answered with error {code}: {info}"))),
    })
}

fn main() -> ExitCode {
    connector_sdk::run(ExchangeRates { url: "https://api.apilayer.com/exchangerates_data".to_owned() })
}

#[cfg(test)]
mod tests;
