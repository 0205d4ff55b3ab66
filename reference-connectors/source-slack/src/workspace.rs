//! What is asked of Slack.

use std::rc::Rc;

use connector_sdk::{Api, Auth, Pages, Paging, Partitions, Request, Result, Slice};
use serde::{Deserialize, Serialize};

use crate::{Config, refusal};

/// How many channels the log names that are passed over.
const NAMED: usize = 10;

/// The workspace that a token opens, as far as the config wants to see it.
#[derive(Clone)]
pub(crate) struct Workspace {
    slack: Api,
    channel_types: &'static str,
    channel_names: Rc<[String]>,
    joins_channels: bool,
    /// A user may read every public channel; a bot, those that it is in.
    is_user: bool,
}

/// Of a channel, what decides whether its messages can be read.
#[derive(Deserialize)]
struct Channel {
    id: String,
    name: String,
    is_member: bool,
    is_private: bool,
    is_archived: bool,
}

#[derive(Serialize)]
struct Join<'a> {
    channel: &'a str,
}

impl Workspace {
    pub(crate) fn new(url: &str, config: &Config) -> Self {
        let slack = Api::new(url).auth(Auth::bearer(&config.api_token)).on_answer(refusal::decision);
        Workspace {
            slack,
            channel_types: if config.include_private_channels {
                "public_channel,private_channel"
            } else {
                "public_channel"
            },
            channel_names: config.channel_filter.clone().into(),
            joins_channels: config.join_channels,
            is_user: config.api_token.expose().starts_with("xoxp-"),
        }
    }

    /// Asks who the token belongs to.
    pub(crate) async fn check(&self) -> Result<()> {
        self.slack.get("auth.test").send().await?;
        Ok(())
    }

    pub(crate) fn users(&self) -> Pages<'_> {
        pages(self.slack.get("users.list"), "members")
    }

    pub(crate) fn channels(&self) -> Pages<'_> {
        pages(self.slack.get("conversations.list").query("types", self.channel_types), "channels")
    }

    /// Whether the config asks for a channel of this name.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.channel_names.is_empty() || self.channel_names.iter().any(|wanted| wanted == name)
    }

    pub(crate) fn members(&self, channel: &str) -> Pages<'_> {
        pages(self.slack.get("conversations.members").query("channel", channel), "members")
    }

    /// The messages of a window, newest first, without replies.
    pub(crate) fn messages(&self, channel: &str, window: &Slice) -> Pages<'_> {
        let history = self.slack.get("conversations.history").query("channel", channel);
        let history = history.query("oldest", window.start()).query("latest", window.end());
        pages(history.query("inclusive", "true"), "messages")
    }

    /// The threads that began in a window, by the `ts` of their first messages: the oldest first.
    pub(crate) async fn threads(&self, channel: &str, window: &Slice) -> Result<Vec<String>> {
        let mut threads = Vec::new();
        let mut messages = self.messages(channel, window);
        while let Some(message) = messages.next().await? {
            if message.get::<Option<u64>>("reply_count")?.is_some_and(|replies| replies > 0) {
                threads.push(message.get("ts")?);
            }
        }
        threads.reverse();
        Ok(threads)
    }

    /// The messages of a thread, oldest first: the one that began it, then the replies.
    pub(crate) fn replies(&self, channel: &str, thread: &str) -> Pages<'_> {
        let replies = self.slack.get("conversations.replies").query("channel", channel).query("ts", thread);
        pages(replies, "messages")
    }

    /// The channels whose messages can be read. Where the config says so, the others are joined first.
    pub(crate) fn readable_channels(self) -> Partitions {
        Partitions::new(async move |found| {
            let mut passed_over = Vec::new();
            for channel in self.wanted_channels().await? {
                if channel.is_member || self.is_user && !channel.is_private {
                    found.add(&channel.id, &())?;
                } else if self.joins_channels && !channel.is_archived {
                    self.join(&channel).await?;
                    found.add(&channel.id, &())?;
                } else {
                    passed_over.push(channel.name);
                }
            }
            if !passed_over.is_empty() {
                let number = passed_over.len();
                passed_over.truncate(NAMED);
                let names = passed_over.join(", ");
                log::warn!(
                    "the messages of {number} channels are passed over, since the app is not in them: invite it, or \
                     set join_channels ({names})"
                );
            }
            Ok(())
        })
    }

    async fn wanted_channels(&self) -> Result<Vec<Channel>> {
        let mut wanted = Vec::new();
        let mut channels = self.channels();
        while let Some(channel) = channels.next().await? {
            let channel: Channel = channel.parse()?;
            if self.wants(&channel.name) {
                wanted.push(channel);
            }
        }
        Ok(wanted)
    }

    async fn join(&self, channel: &Channel) -> Result<()> {
        self.slack.post("conversations.join").json(&Join { channel: &channel.id }).send().await?;
        log::info!("joined the channel {}", channel.name);
        Ok(())
    }
}

/// The elements of a list, page after page. Slack gives fewer than asked for as it likes, and marks the last page by an
/// empty cursor.
fn pages<'a>(list: Request<'a>, elements: &str) -> Pages<'a> {
    list.pages(Paging::cursor("cursor", "response_metadata.next_cursor").size("limit", 200)).records(elements)
}
