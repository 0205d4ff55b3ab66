//! Lists and their members, campaigns and what came of them: an account at Mailchimp, by its Marketing API.

mod listing;
mod login;
mod parents;
mod reading;

use std::process::ExitCode;

use connector_sdk::{Cursor, Date, Decision, Error, Result, Secret, Source, Spec, Stream};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::listing::{AUTOMATIONS, CAMPAIGNS, CATEGORIES, INTERESTS, LISTS, REPORTS, SEGMENTS};
use crate::reading::{
    activity, each, each_since, members, oldest_first, segment_members, since, tags, unsubscribes,
};

/// # Mailchimp
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # Credentials
    /// How the connector signs in.
    credentials: Credentials,

    /// # Start date
    /// The first day to read, such as 2024-01-02. Without it, everything is read.
    start_date: Option<Date>,

    /// # Campaign
    /// The id of the one campaign whose unsubscribes and email activity are read. Without it, those of all are.
    campaign_id: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "auth_type")]
enum Credentials {
    /// # API key
    #[serde(rename = "apikey")]
    ApiKey {
        /// # API key
        /// A key of the account. It ends in the account's data center, such as -us10.
        apikey: Secret,
    },
    /// # OAuth
    #[serde(rename = "oauth2.0")]
    OAuth {
        /// # Access token
        /// The token of an app that was let into the account. It does not expire.
        access_token: Secret,
    },
}

/// Mailchimp, at its addresses. In that of the API, `{dc}` stands for the data center of an account.
struct Mailchimp {
    api: String,
    login: String,
}

/// A stream by its name, which is that of its schema too. Times that never were come as empty texts: by the schema, which
/// wants a time there, they are known and made null.
macro_rules! stream {
    ($name:literal) => {
        Stream::new($name, include_str!(concat!("../schemas/", $name, ".json"))).normalized()
    };
}

impl Source for Mailchimp {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://mailchimp.com/developer/marketing/api/")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        let api = self.sign_in(&config.credentials).await?;
        api.get("ping").send().await?;
        if let Some(campaign) = &config.campaign_id {
            let unknown = Error::config(format!("the account has no report on a campaign `{campaign}`"));
            let api = api.on_status(404, Decision::Fail(unknown));
            api.get("reports").segment(campaign).query("fields", "id").send().await?;
        }
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let signed_in = self.sign_in(&config.credentials).await?;
        let api = || signed_in.clone();
        let by = |time| match config.start_date {
            Some(date) => Cursor::date_time(time).start(date),
            None => Cursor::date_time(time),
        };
        let lists = parents::all(api(), LISTS);
        let segments = parents::of_each(&lists, api(), SEGMENTS);
        let categories = parents::of_each(&lists, api(), CATEGORIES);
        let campaigns = parents::campaigns(api(), config.campaign_id.clone());
        Ok(vec![
            stream!("automations")
                .primary_key(["id"])
                .incremental(by("create_time"), since(api(), AUTOMATIONS, "create_time")),
            stream!("lists")
                .primary_key(["id"])
                .incremental(by("date_created").ascending(), oldest_first(api(), LISTS, "date_created")),
            stream!("campaigns")
                .primary_key(["id"])
                .incremental(by("create_time").ascending(), oldest_first(api(), CAMPAIGNS, "create_time")),
            stream!("reports")
                .primary_key(["id"])
                .incremental(by("send_time"), since(api(), REPORTS, "send_time")),
            stream!("list_members")
                .primary_key(["list_id", "id"])
                .for_each(lists.clone())
                .incremental(by("last_changed").ascending(), members(api())),
            stream!("segments")
                .primary_key(["id"])
                .for_each(lists.clone())
                .incremental(by("updated_at"), each_since(api(), SEGMENTS, "updated_at")),
            stream!("segment_members")
                .primary_key(["segment_id", "id"])
                .for_each(segments)
                .incremental(by("last_changed").client_side(), segment_members(api())),
            stream!("tags").primary_key(["id"]).for_each(lists.clone()).full_refresh(tags(api())),
            stream!("interest_categories")
                .primary_key(["id"])
                .for_each(lists)
                .full_refresh(each(api(), CATEGORIES)),
            stream!("interests")
                .primary_key(["id"])
                .for_each(categories)
                .full_refresh(each(api(), INTERESTS)),
            stream!("unsubscribes")
                .primary_key(["campaign_id", "email_id", "timestamp"])
                .for_each(campaigns.clone())
                .incremental(by("timestamp").client_side(), unsubscribes(api())),
            stream!("email_activity")
                .primary_key(["timestamp", "email_id", "action"])
                .for_each(campaigns)
                .incremental(by("timestamp"), activity(api())),
        ])
    }
}

fn main() -> ExitCode {
    connector_sdk::run(Mailchimp {
        api: "https://{dc}.api.mailchimp.com/3.0".to_owned(),
        login: "https://login.mailchimp.com".to_owned(),
    })
}

#[cfg(test)]
mod tests;
