use serde_json::Value;

use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::catalog_of;
use crate::field_path;
use crate::ledger::StreamName;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "incremental_streams_have_a_cursor",
    level: Level::Should,
    group: Group::Catalog,
    requirement: "A stream that can be read incrementally defines its cursor, has a default one, or is given one by the \
                  scenario's configured catalog.",
    why: "Without any of them it is for each user to find a field that only grows. A database cannot know better; an API \
          can. And a scenario without a cursor does not try incremental reading at all: for a stream whose user has to \
          choose, name one in configured_catalog.json.",
    source: "The protocol's source_defined_cursor and default_cursor_field; connector acceptance tests, `incremental`, which \
             demand a cursor of every stream they read.",
    judge,
    condemns: &[
        catalog_of!(r#"{"name":"a","json_schema":{},"supported_sync_modes":["full_refresh","incremental"]}"#),
        catalog_of!(
            r#"{"name":"a","json_schema":{},"supported_sync_modes":["incremental"],"source_defined_cursor":false,"default_cursor_field":[]}"#
        ),
    ],
    acquits: &[catalog_of!(
        r#"{"name":"a","json_schema":{},"supported_sync_modes":["incremental"],"source_defined_cursor":true},"#,
        r#"{"name":"b","json_schema":{},"supported_sync_modes":["incremental"],"default_cursor_field":["at"]},"#,
        r#"{"name":"c","json_schema":{},"supported_sync_modes":["full_refresh"]}"#,
    )],
};

fn judge(evidence: &Evidence) -> Verdict {
    let mut findings = Vec::new();
    let mut judged = false;
    for (transcript, line, stream) in evidence.discovered_streams() {
        let modes = stream["supported_sync_modes"].as_array().into_iter().flatten();
        if !modes.into_iter().any(|mode| mode == "incremental") {
            continue;
        }
        judged = true;
        let name = StreamName::of(stream);
        let defined = stream["source_defined_cursor"] == true;
        if !defined
            && field_path::of(&stream["default_cursor_field"]).is_none()
            && !is_chosen(evidence, &name)
        {
            let want =
                "source_defined_cursor, a default_cursor_field, or a cursor_field in configured_catalog.json";
            findings.push(Finding::new(want, "none of them").by(transcript).line(line).stream(&name));
        }
    }
    Verdict::of(findings, judged, "no discovered stream can be read incrementally")
}

/// Whether a read is told which field is the stream's cursor.
fn is_chosen(evidence: &Evidence, name: &StreamName) -> bool {
    let catalogs = evidence.runs.iter().filter_map(|run| run.configured.as_deref());
    let mut streams = catalogs.filter_map(|catalog| catalog["streams"].as_array()).flatten();
    streams.any(|configured: &Value| {
        StreamName::of(&configured["stream"]) == *name
            && field_path::of(&configured["cursor_field"]).is_some()
    })
}
