//! Customers, payments and billing of a Stripe account, and how they change.
//!
//! Three things are read: lists of what never changes, kinds of objects that do, and lists that stand within objects.
//! `account.rs` says how each is read, `kind.rs` what kinds there are.

mod account;
mod kind;
mod object;

use std::process::ExitCode;

use connector_sdk::{
    Answer, Api, Auth, DateTime, Decision, Error, Rate, Result, Secret, Source, Spec, Stream,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::account::Account;

/// # Stripe
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # Account ID
    /// The account to read: it begins with acct_.
    account_id: String,

    /// # Secret key
    /// Of that account, or of a platform that it is connected to. A restricted one must be allowed to read events.
    client_secret: Secret,

    /// # Start date
    /// Nothing that was made before it is read.
    start_date: DateTime,

    /// # Lookback window in days
    /// So many days before the last state a read begins again.
    #[serde(default)]
    lookback_window_days: u16,

    /// # Slice range in days
    /// So many days of a list are read in one go, and a state is written after them.
    #[serde(default = "year")]
    #[schemars(range(min = 1))]
    slice_range: u16,
}

fn year() -> u16 {
    365
}

/// Stripe, at the address of its API.
struct Stripe {
    url: String,
}

impl Stripe {
    fn api(&self, config: &Config) -> Api {
        let is_test = config.client_secret.expose().contains("_test_");
        Api::new(&self.url)
            .auth(Auth::bearer(&config.client_secret))
            .header("Stripe-Account", &config.account_id)
            // The version that the schemas describe, whatever the account's own is.
            .header("Stripe-Version", "2022-11-15")
            .rate(Rate::per_second(if is_test { 25 } else { 100 }))
            .on_answer(refusal)
    }
}

/// What Stripe says where a key does not open what was asked for.
fn refusal(answer: &Answer) -> Option<Decision> {
    let message = answer.field("error.message")?;
    let what = match answer.status() {
        401 => "Stripe does not accept this secret key",
        403 => "this secret key is not allowed to read that",
        _ => return None,
    };
    Some(Decision::Fail(Error::config(format!("{what}: {message}"))))
}

/// A stream without a word on how it is read: its name, its schema and its key.
macro_rules! stream {
    ($name:literal) => {
        Stream::new($name, include_str!(concat!("../schemas/", $name, ".json"))).primary_key(["id"])
    };
}

impl Source for Stripe {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.stripe.com/api")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        self.api(config).get("account").send().await?;
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let account = Account::new(self.api(config), config);
        let customers = account.changing(kind::CUSTOMERS, stream!("customers"));
        Ok(vec![
            account.list("balance_transactions", stream!("balance_transactions")),
            account.changing(kind::CHARGES, stream!("charges")),
            account.changing(kind::COUPONS, stream!("coupons")),
            account.of_each(
                customers.partitions("id"),
                "customers",
                "balance_transactions",
                stream!("customer_balance_transactions"),
            ),
            customers,
            account.changing(kind::DISPUTES, stream!("disputes")),
            account.list("events", stream!("events")),
            account.changing(kind::INVOICE_ITEMS, stream!("invoice_items")),
            account.within(kind::INVOICES, "lines", "invoice_id", stream!("invoice_line_items")),
            account.changing(kind::INVOICES, stream!("invoices")),
            account.changing(kind::PAYMENT_INTENTS, stream!("payment_intents")),
            account.changing(kind::PAYOUTS, stream!("payouts")),
            account.changing(kind::PLANS, stream!("plans")),
            account.changing(kind::PRICES, stream!("prices")),
            account.changing(kind::PRODUCTS, stream!("products")),
            account.changing(kind::REFUNDS, stream!("refunds")),
            account.within(kind::SUBSCRIPTIONS, "items", "subscription", stream!("subscription_items")),
            account.changing(kind::SUBSCRIPTIONS, stream!("subscriptions")),
            account.changing(kind::TRANSFERS, stream!("transfers")),
        ])
    }
}

fn main() -> ExitCode {
    connector_sdk::run(Stripe { url: "https://api.stripe.com/v1".to_owned() })
}

#[cfg(test)]
mod tests;
