//! Which of our checks stand for which of Airbyte's connector acceptance tests.

/// By the id that `docs/acceptance.md` gives to a check of Airbyte's, ours that judge the same. Where a config switches one
/// off, or bypasses its suite, they do not judge.
pub(super) const CHECKS: &[(&str, &[&str])] = &[
    ("S00", &["spec_is_one_message"]),
    ("S01", &["config_matches_spec"]),
    ("S02", &["spec_is_expected"]),
    ("S03", &["spec_enums_are_unique"]),
    ("S04", &["spec_choices_are_discriminated"]),
    ("S05", &[]),
    ("S06", &[]),
    ("S07", &[]),
    ("S08", &[]),
    ("S09", &["spec_marks_secrets", "spec_secrets_are_scalar"]),
    ("S10", &["spec_types_are_single"]),
    ("S11", &["spec_objects_are_described"]),
    ("S12", &["spec_arrays_are_described"]),
    ("S13", &["spec_keywords_are_drawable"]),
    ("S14", &["spec_dates_have_patterns"]),
    ("S15", &["spec_dates_have_patterns"]),
    ("S16", &["spec_orders_are_unique"]),
    ("S17", &["spec_groups_are_top_level"]),
    ("S18", &["spec_display_types_are_known"]),
    ("S19", &["spec_has_no_references"]),
    ("S20", &["spec_oauth_paths_exist"]),
    ("S21", &["spec_oauth_comes_first"]),
    ("S22", &["spec_stays_open"]),
    ("S23", &[]),
    ("S24", &[]),
    ("S25", &[]),
    ("C01", &["check_status_is_expected"]),
    ("C02", &["check_status_is_expected"]),
    ("C03", &["check_status_is_expected"]),
    ("D01", &["catalog_is_one_message", "catalog_streams_are_unique"]),
    ("D02", &["catalog_schemas_are_valid"]),
    ("D03", &["cursor_fields_exist"]),
    ("D04", &["catalog_has_no_references"]),
    ("D05", &["catalog_keywords_are_supported"]),
    ("D06", &["primary_keys_exist"]),
    ("D07", &[]),
    ("D08", &["catalog_stays_open"]),
    ("D09", &[]),
    ("D10", &["catalog_types_are_supported"]),
    ("D11", &["primary_keys_are_scalar"]),
    ("R00", &[]),
    ("R01", &["streams_have_records"]),
    ("R02", &["records_match_schema", "records_have_declared_fields"]),
    ("R03", &["records_match_schema"]),
    ("R04", &["records_match_schema"]),
    ("R05", &["fields_are_declared"]),
    ("R06", &["records_are_of_configured_streams"]),
    ("R07", &["streams_have_records"]),
    ("R08", &["primary_keys_are_present"]),
    ("R09", &["fields_are_filled"]),
    ("R10", &["expected_records_are_read"]),
    (
        "R11",
        &[
            "stream_statuses_are_in_order",
            "stream_statuses_are_of_configured_streams",
            "stream_statuses_are_reported",
            "streams_with_records_are_running",
        ],
    ),
    (
        "R12",
        &[
            "full_refresh_streams_have_state",
            "state_is_present",
            "state_is_well_formed",
            "state_carries_record_count",
            "state_record_counts_are_true",
        ],
    ),
    ("R13", &["unknown_streams_are_refused"]),
    ("R14", &["file_types_are_read"]),
    ("F01", &[]),
    ("F02", &["reads_are_repeatable"]),
    ("I00", &["incremental_streams_have_a_cursor"]),
    ("I01", &["state_is_present", "state_is_used"]),
    ("I02", &["reads_go_on_from_state"]),
    ("I03", &["future_states_bring_nothing"]),
    ("I04", &["cursors_keep_their_format"]),
    ("A01", &["streams_have_primary_keys"]),
    ("A02", &["hosts_are_declared"]),
    ("A03", &["suggested_streams_are_named"]),
    ("M01", &[]),
    ("M02", &[]),
    ("M03", &[]),
    ("M04", &[]),
];

/// Ours that stand for this one.
pub(super) fn checks_of(id: &str) -> &'static [&'static str] {
    CHECKS.iter().find(|(known, _)| *known == id).map_or(&[], |(_, checks)| checks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_that_is_named_exists() {
        for (id, checks) in CHECKS {
            for check in *checks {
                assert!(crate::checks::find(check).is_some(), "{id}: there is no check `{check}`");
            }
        }
    }

    #[test]
    fn the_page_names_the_same_checks() {
        let page = include_str!("../../../docs/acceptance.md");
        for (id, checks) in CHECKS {
            let start = format!("| {id} |");
            let row = page.lines().find(|line| line.starts_with(&start));
            let row = row.unwrap_or_else(|| panic!("docs/acceptance.md has no row `{start}`"));
            let cell = row.rsplit('|').nth(1).unwrap_or_default();
            let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            let named: Vec<&str> =
                named.into_iter().filter(|name| crate::checks::find(name).is_some()).collect();
            assert_eq!(named, *checks, "{row}");
        }
    }
}
