//! Which of our checks stand for which of Airbyte's connector acceptance tests.

/// By the id that `docs/acceptance.md` gives to a check of Airbyte's, ours that judge the same. Where a config switches one
/// off, or bypasses its suite, they do not judge.
pub(super) const CHECKS: &[(&str, &[&str])] = &[
    ("S00", &["spec_is_one_message"]),
    ("S01", &["config_matches_spec"]),
    ("S02", &[]),
    ("S03", &[]),
    ("S04", &[]),
    ("S05", &[]),
    ("S06", &[]),
    ("S07", &[]),
    ("S08", &[]),
    ("S09", &[]),
    ("S10", &[]),
    ("S11", &[]),
    ("S12", &[]),
    ("S13", &[]),
    ("S14", &[]),
    ("S15", &[]),
    ("S16", &[]),
    ("S17", &[]),
    ("S18", &[]),
    ("S19", &[]),
    ("S20", &[]),
    ("S21", &[]),
    ("S22", &[]),
    ("S23", &[]),
    ("S24", &[]),
    ("S25", &[]),
    ("C01", &["check_status_is_expected"]),
    ("C02", &["check_status_is_expected"]),
    ("C03", &["check_status_is_expected"]),
    ("D01", &["catalog_is_one_message", "catalog_streams_are_unique"]),
    ("D02", &["catalog_schemas_are_valid"]),
    ("D03", &["cursor_fields_exist"]),
    ("D04", &[]),
    ("D05", &[]),
    ("D06", &["primary_keys_exist"]),
    ("D07", &[]),
    ("D08", &[]),
    ("D09", &[]),
    ("D10", &[]),
    ("D11", &[]),
    ("R00", &[]),
    ("R01", &["streams_have_records"]),
    ("R02", &["records_match_schema"]),
    ("R03", &["records_match_schema"]),
    ("R04", &["records_match_schema"]),
    ("R05", &[]),
    ("R06", &["records_are_of_configured_streams"]),
    ("R07", &["streams_have_records"]),
    ("R08", &[]),
    ("R09", &[]),
    ("R10", &[]),
    ("R11", &["stream_statuses_are_in_order"]),
    (
        "R12",
        &[
            "state_is_present",
            "state_is_well_formed",
            "state_carries_record_count",
            "state_record_counts_are_true",
        ],
    ),
    ("R13", &[]),
    ("R14", &[]),
    ("F01", &[]),
    ("F02", &["reads_are_repeatable"]),
    ("I00", &[]),
    ("I01", &["state_is_present"]),
    ("I02", &[]),
    ("I03", &[]),
    ("I04", &[]),
    ("A01", &[]),
    ("A02", &[]),
    ("A03", &[]),
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
