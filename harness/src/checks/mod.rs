//! The rules. One file each: what it demands, the function that judges, and examples that prove that it can do both.
//!
//! To add one: write `checks/<id>.rs` after the pattern of its neighbours, and name it in the two lists below. The
//! tests hold the lists to the folder and every check to its examples.

mod catalog_has_no_references;
mod catalog_is_one_message;
mod catalog_keywords_are_supported;
mod catalog_schemas_are_valid;
mod catalog_stays_open;
mod catalog_streams_are_unique;
mod catalog_types_are_supported;
mod check_answers_every_config;
mod check_refuses_incomplete_configs;
mod check_refuses_wrong_values;
mod check_status_is_expected;
mod config_matches_spec;
mod connections_are_intercepted;
mod cursor_fields_exist;
mod cursors_keep_their_format;
mod disturbed_reads_end;
mod emitted_at_is_plausible;
mod error_messages_are_for_people;
mod expected_records_are_read;
mod failed_checks_say_why;
mod failures_are_not_passed_over;
mod fields_are_declared;
mod fields_are_filled;
mod file_types_are_read;
mod files_are_left_alone;
mod full_refresh_streams_have_state;
mod future_states_bring_nothing;
mod hosts_are_allowed;
mod hosts_are_declared;
mod incremental_streams_have_a_cursor;
mod invalid_configs_are_config_errors;
mod messages_match_protocol;
mod outcome_is_expected;
mod page_size_is_used;
mod primary_keys_are_present;
mod primary_keys_are_scalar;
mod primary_keys_are_unique;
mod primary_keys_exist;
mod process_ends_by_itself;
mod process_leaves_none_behind;
mod reads_are_repeatable;
mod reads_go_on_from_state;
mod recording_is_used;
mod records_are_of_configured_streams;
mod records_have_declared_fields;
mod records_match_schema;
mod refusals_name_the_field;
mod refused_configs_are_config_errors;
mod requests_are_not_repeated;
mod requests_match_recording;
mod requests_stay_within_budget;
mod requests_use_https;
mod secrets_go_to_allowed_hosts;
mod secrets_stay_secret;
mod spec_arrays_are_described;
mod spec_choices_are_discriminated;
mod spec_dates_have_patterns;
mod spec_display_types_are_known;
mod spec_enums_are_unique;
mod spec_groups_are_top_level;
mod spec_has_no_references;
mod spec_is_expected;
mod spec_is_one_message;
mod spec_keywords_are_drawable;
mod spec_marks_secrets;
mod spec_needs_no_home;
mod spec_oauth_comes_first;
mod spec_oauth_paths_exist;
mod spec_objects_are_described;
mod spec_orders_are_unique;
mod spec_secrets_are_scalar;
mod spec_stays_open;
mod spec_types_are_single;
mod state_carries_record_count;
mod state_cursors_have_their_type;
mod state_is_present;
mod state_is_used;
mod state_is_well_formed;
mod state_record_counts_are_true;
mod state_survives_json;
mod states_come_before_complete;
mod states_do_not_go_back;
mod stderr_has_no_stack_trace;
mod stdout_is_protocol_only;
mod stream_statuses_are_in_order;
mod stream_statuses_are_of_configured_streams;
mod stream_statuses_are_reported;
mod streams_are_independent;
mod streams_have_primary_keys;
mod streams_have_records;
mod streams_with_records_are_running;
mod suggested_streams_are_named;
mod suggested_streams_exist;
mod trace_errors_agree_with_exit;
mod unknown_streams_are_refused;
mod whole_reads_are_whole;

pub(crate) use requests_match_recording::ignore_line;
use std::fmt;

use serde::Serialize;

use crate::evidence::Evidence;
use crate::verdict::Verdict;

/// Every check, in the order of the report.
pub static ALL: &[Check] = &[
    process_ends_by_itself::CHECK,
    process_leaves_none_behind::CHECK,
    stderr_has_no_stack_trace::CHECK,
    files_are_left_alone::CHECK,
    disturbed_reads_end::CHECK,
    outcome_is_expected::CHECK,
    stdout_is_protocol_only::CHECK,
    messages_match_protocol::CHECK,
    trace_errors_agree_with_exit::CHECK,
    error_messages_are_for_people::CHECK,
    refused_configs_are_config_errors::CHECK,
    spec_is_one_message::CHECK,
    spec_is_expected::CHECK,
    spec_enums_are_unique::CHECK,
    spec_choices_are_discriminated::CHECK,
    spec_marks_secrets::CHECK,
    spec_secrets_are_scalar::CHECK,
    spec_types_are_single::CHECK,
    spec_objects_are_described::CHECK,
    spec_arrays_are_described::CHECK,
    spec_keywords_are_drawable::CHECK,
    spec_has_no_references::CHECK,
    spec_stays_open::CHECK,
    spec_dates_have_patterns::CHECK,
    spec_orders_are_unique::CHECK,
    spec_groups_are_top_level::CHECK,
    spec_display_types_are_known::CHECK,
    spec_oauth_paths_exist::CHECK,
    spec_oauth_comes_first::CHECK,
    config_matches_spec::CHECK,
    spec_needs_no_home::CHECK,
    check_status_is_expected::CHECK,
    failed_checks_say_why::CHECK,
    check_answers_every_config::CHECK,
    check_refuses_incomplete_configs::CHECK,
    check_refuses_wrong_values::CHECK,
    refusals_name_the_field::CHECK,
    invalid_configs_are_config_errors::CHECK,
    catalog_is_one_message::CHECK,
    catalog_streams_are_unique::CHECK,
    catalog_schemas_are_valid::CHECK,
    catalog_has_no_references::CHECK,
    catalog_keywords_are_supported::CHECK,
    catalog_types_are_supported::CHECK,
    catalog_stays_open::CHECK,
    cursor_fields_exist::CHECK,
    incremental_streams_have_a_cursor::CHECK,
    primary_keys_exist::CHECK,
    primary_keys_are_scalar::CHECK,
    streams_have_primary_keys::CHECK,
    suggested_streams_are_named::CHECK,
    suggested_streams_exist::CHECK,
    records_are_of_configured_streams::CHECK,
    records_match_schema::CHECK,
    records_have_declared_fields::CHECK,
    fields_are_declared::CHECK,
    primary_keys_are_present::CHECK,
    primary_keys_are_unique::CHECK,
    emitted_at_is_plausible::CHECK,
    streams_have_records::CHECK,
    fields_are_filled::CHECK,
    expected_records_are_read::CHECK,
    file_types_are_read::CHECK,
    reads_are_repeatable::CHECK,
    streams_are_independent::CHECK,
    unknown_streams_are_refused::CHECK,
    stream_statuses_are_in_order::CHECK,
    stream_statuses_are_reported::CHECK,
    stream_statuses_are_of_configured_streams::CHECK,
    streams_with_records_are_running::CHECK,
    state_is_present::CHECK,
    full_refresh_streams_have_state::CHECK,
    states_come_before_complete::CHECK,
    state_is_well_formed::CHECK,
    state_survives_json::CHECK,
    state_cursors_have_their_type::CHECK,
    state_carries_record_count::CHECK,
    state_record_counts_are_true::CHECK,
    reads_go_on_from_state::CHECK,
    state_is_used::CHECK,
    states_do_not_go_back::CHECK,
    whole_reads_are_whole::CHECK,
    future_states_bring_nothing::CHECK,
    cursors_keep_their_format::CHECK,
    requests_match_recording::CHECK,
    recording_is_used::CHECK,
    requests_use_https::CHECK,
    hosts_are_declared::CHECK,
    connections_are_intercepted::CHECK,
    hosts_are_allowed::CHECK,
    requests_stay_within_budget::CHECK,
    page_size_is_used::CHECK,
    failures_are_not_passed_over::CHECK,
    requests_are_not_repeated::CHECK,
    secrets_stay_secret::CHECK,
    secrets_go_to_allowed_hosts::CHECK,
];

/// One rule.
pub struct Check {
    /// Its name for ever: the name of its file.
    pub id: &'static str,
    /// Whether breaking it condemns a connector.
    pub level: Level,
    /// What it is about, for the lines of the report.
    pub group: Group,
    /// The rule in one sentence.
    pub requirement: &'static str,
    /// Why it matters: what breaks for whom.
    pub why: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// Judges. Sees nothing but the evidence: no files, no clock, no chance.
    pub judge: fn(&Evidence) -> Verdict,
    /// Evidence that it condemns, in the notation of [`crate::example`].
    pub condemns: &'static [&'static str],
    /// Evidence that it acquits.
    pub acquits: &'static [&'static str],
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// How much a rule binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A connector that breaks it does not conform.
    Must,
    /// A connector that breaks it is warned; with `--strict` it does not conform.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Must => "must",
            Level::Should => "should",
        })
    }
}

/// What rules are about: each is one line of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// How processes start, end and leave.
    Process,
    /// What stands on stdout.
    Messages,
    /// What the connector needs to be told.
    Spec,
    /// Whether a config works.
    Check,
    /// Which streams there are.
    Catalog,
    /// What a read brings.
    Records,
    /// How a read can go on.
    State,
    /// What is asked of the API.
    Requests,
    /// What must not be shown.
    Secrets,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Group::Process => "process",
            Group::Messages => "messages",
            Group::Spec => "spec",
            Group::Check => "check",
            Group::Catalog => "catalog",
            Group::Records => "records",
            Group::State => "state",
            Group::Requests => "requests",
            Group::Secrets => "secrets",
        })
    }
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::example;

    #[test]
    fn the_list_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|stem| stem != "mod")
            .collect();
        let ids: BTreeSet<String> = ALL.iter().map(|check| check.id.to_owned()).collect();
        assert_eq!(files, ids);
        assert_eq!(ids.len(), ALL.len(), "an id stands twice");
    }

    #[test]
    fn every_check_condemns_and_acquits_its_examples() {
        for check in ALL {
            assert!(!check.condemns.is_empty() && !check.acquits.is_empty(), "{check:?} lacks an example");
            for text in check.condemns {
                let verdict = (check.judge)(&example::parse(text));
                assert!(verdict.is_fail(), "{check:?} does not condemn:\n{text}\nbut says {verdict:?}");
            }
            for text in check.acquits {
                let verdict = (check.judge)(&example::parse(text));
                assert_eq!(verdict, Verdict::Pass, "{check:?} does not acquit:\n{text}");
            }
        }
    }

    #[test]
    fn where_there_is_nothing_to_judge_every_check_skips() {
        for check in ALL {
            let verdict = (check.judge)(&Evidence::default());
            assert!(matches!(verdict, Verdict::Skip { .. }), "{check:?} says {verdict:?} of nothing");
        }
    }

    #[test]
    fn every_check_speaks_in_sentences() {
        for check in ALL {
            for text in [check.requirement, check.why, check.source] {
                assert!(text.ends_with('.') && !text.contains("  "), "{check:?}: {text:?}");
            }
        }
    }
}
