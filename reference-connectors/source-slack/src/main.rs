//! Users, channels, messages and threads of a Slack workspace.

mod refusal;
mod streams;
mod workspace;

use std::process::ExitCode;

use connector_sdk::{Cursor, Date, Result, Secret, Source, Spec, Step, Stream};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::workspace::Workspace;

/// # Slack
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # API token
    /// The token of a Slack app, of a bot (xoxb-...) or of a user (xoxp-...).
    api_token: Secret,

    /// # Start date
    /// The first day whose messages and threads are read, such as 2024-01-02.
    start_date: Date,

    /// # Lookback window
    /// For how many days after its beginning a thread is read again, to find new replies.
    #[serde(default = "a_week")]
    #[schemars(range(max = 365))]
    lookback_window: u16,

    /// # Join channels
    /// Whether the app joins public channels that it is not in yet. It cannot read their messages otherwise.
    #[serde(default)]
    join_channels: bool,

    /// # Channel filter
    /// The names of the channels to read, without the #. All of them if there is none here.
    #[serde(default)]
    channel_filter: Vec<String>,

    /// # Include private channels
    /// Whether private channels that the app was invited to are read too.
    #[serde(default)]
    include_private_channels: bool,
}

fn a_week() -> u16 {
    7
}

/// Slack, at the address of its Web API.
struct Slack {
    url: String,
}

impl Source for Slack {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://docs.slack.dev/apis/web-api")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        Workspace::new(&self.url, config).check().await
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let workspace = Workspace::new(&self.url, config);
        let channels = streams::channels(workspace.clone());
        let readable = workspace.clone().readable_channels();
        // A read that is cut short goes on with its window, and each window is a request at least, of every channel.
        let windows = |field| {
            let windows = Cursor::epoch_text(field).start(config.start_date).step(Step::days(100));
            // Slack shows a message at once: where nobody says a thing for months, the next read need not look at them.
            windows.settled_after(Step::hours(1))
        };
        // All messages of a thread have the time of the first in `thread_ts`, so that is when the thread began.
        let beginnings = windows("thread_ts").lookback(Step::days(config.lookback_window)).ascending();
        Ok(vec![
            streams::users(workspace.clone()),
            streams::channel_members(workspace.clone(), channels.partitions("id")),
            streams::channel_messages(workspace.clone(), readable.clone(), windows("ts")),
            streams::threads(workspace, readable, beginnings),
            channels,
        ])
    }
}

fn main() -> ExitCode {
    connector_sdk::run(Slack { url: "https://slack.com/api".to_owned() })
}

#[cfg(test)]
mod tests;
