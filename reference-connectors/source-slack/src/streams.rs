//! The five streams, each by how it is read.

use connector_sdk::{Cursor, Partitions, Stream};
use serde::Serialize;

use crate::workspace::Workspace;

pub(crate) fn users(workspace: Workspace) -> Stream {
    Stream::new("users", include_str!("../schemas/users.json"))
        .primary_key(["id"])
        .full_refresh(async move |records| records.extend(workspace.users()).await)
}

pub(crate) fn channels(workspace: Workspace) -> Stream {
    Stream::new("channels", include_str!("../schemas/channels.json")).primary_key(["id"]).full_refresh(
        async move |records| {
            let mut channels = workspace.channels();
            while let Some(channel) = channels.next().await? {
                if workspace.wants(&channel.get::<String>("name")?) {
                    records.push(&channel)?;
                }
            }
            Ok(())
        },
    )
}

/// Slack lists members as bare ids: this is the record that one becomes.
#[derive(Serialize)]
struct Member<'a> {
    channel_id: &'a str,
    member_id: String,
}

pub(crate) fn channel_members(workspace: Workspace, channels: Partitions) -> Stream {
    Stream::new("channel_members", include_str!("../schemas/channel_members.json"))
        .primary_key(["channel_id", "member_id"])
        .for_each(channels)
        .full_refresh(async move |channel, records| {
            let mut members = workspace.members(channel.key());
            while let Some(member) = members.next().await? {
                records.push(&Member { channel_id: channel.key(), member_id: member.parse()? })?;
            }
            Ok(())
        })
}

pub(crate) fn channel_messages(workspace: Workspace, channels: Partitions, windows: Cursor) -> Stream {
    Stream::new("channel_messages", include_str!("../schemas/channel_messages.json"))
        .primary_key(["channel_id", "ts"])
        .for_each(channels)
        .incremental(windows, async move |channel, window, records| {
            let mut messages = workspace.messages(channel.key(), &window);
            while let Some(message) = messages.next().await? {
                records.push(&message.with("channel_id", channel.key()))?;
            }
            Ok(())
        })
}

pub(crate) fn threads(workspace: Workspace, channels: Partitions, beginnings: Cursor) -> Stream {
    Stream::new("threads", include_str!("../schemas/threads.json"))
        .primary_key(["channel_id", "ts"])
        .for_each(channels)
        .incremental(beginnings, async move |channel, window, records| {
            for thread in workspace.threads(channel.key(), &window).await? {
                let mut messages = workspace.replies(channel.key(), &thread);
                while let Some(message) = messages.next().await? {
                    records.push(&message.with("channel_id", channel.key()))?;
                }
            }
            Ok(())
        })
}
