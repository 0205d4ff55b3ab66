//! The keys of one test.

use std::collections::BTreeMap;

use super::config::{Future, Mode, Records, Test};
use super::node::{Member, Node, Value};
use super::reader::Reader;
use super::suite::{DEAD, EVERYWHERE, Suite};
use crate::demands::{Exemption, Strictness};
use crate::error::Error;
use crate::expectation::Outcome;

/// The reason of a waiver for which none is given.
pub(super) const NO_REASON: &str = "acceptance-test-config.yml gives no reason";

impl Reader<'_> {
    pub(super) fn test(&mut self, suite: Suite, node: &Node) -> Result<Test, Error> {
        let mut test = Test::default();
        for Member { key, line, node } in self.at(&format!("{suite}.tests"), node.members())? {
            let at = format!("{suite}.{key}");
            let known = suite.keys().contains(&key.as_str()) || EVERYWHERE.contains(&key.as_str());
            if let Some((_, why)) = DEAD.iter().find(|(dead, _)| dead == key) {
                self.dead(*line, &at, why);
            } else if suite == Suite::Discovery && key == "configured_catalog_path" {
                self.dead(*line, &at, "`discover` is given no catalog");
            } else if !known {
                let mut keys: Vec<&str> = suite.keys().iter().chain(EVERYWHERE).copied().collect();
                keys.sort_unstable();
                self.unknown(*line, &format!("{suite}."), key, &keys);
            } else if !node.is_null() {
                self.value(suite, &mut test, (key, *line, node))?;
            }
        }
        Ok(test)
    }

    /// One key of a test, which is known there.
    fn value(
        &mut self,
        suite: Suite,
        test: &mut Test,
        (key, line, node): (&str, u64, &Node),
    ) -> Result<(), Error> {
        let at = format!("{suite}.{key}");
        let text = || self.at(&at, node.text());
        let flag = || self.at(&at, node.flag());
        match key {
            "config_path" => test.config_path = Some(text()?),
            "timeout_seconds" => test.timeout = self.at(&at, node.seconds())?,
            "configured_catalog_path" => test.configured_catalog_path = Some(text()?),
            "spec_path" => test.spec_path = Some(text()?),
            "deployment_mode" => {
                test.deployment_mode = Some(match text()?.to_ascii_lowercase().as_str() {
                    "cloud" => Mode::Cloud,
                    "oss" => Mode::Oss,
                    _ => return self.at(&at, Err(node.misfit("`cloud` or `oss`"))),
                });
            }
            "status" => {
                test.status = Some(match text()?.as_str() {
                    "succeed" => Outcome::Succeeds,
                    "failed" => Outcome::Fails,
                    "exception" => Outcome::Raises,
                    _ => return self.at(&at, Err(node.misfit("`succeed`, `failed` or `exception`"))),
                });
            }
            "validate_data_points" => test.data_points = flag()?,
            "validate_stream_statuses" => test.stream_statuses = Some(flag()?),
            "validate_schema" if !flag()? => off(test, &["R02", "R03", "R04"], "validate_schema: false"),
            "validate_state_messages" if !flag()? => off(test, &["R12"], "validate_state_messages: false"),
            "validate_primary_keys_data_type" if !flag()? => {
                let id = if suite == Suite::Discovery { "D11" } else { "R08" };
                off(test, &[id], "validate_primary_keys_data_type: false");
            }
            "expect_trace_message_on_failure" if !flag()? => {
                off(test, &["R13"], "expect_trace_message_on_failure: false");
            }
            "skip_comprehensive_incremental_tests" if flag()? => {
                off(test, &["I02"], "skip_comprehensive_incremental_tests: true");
            }
            "empty_streams" => test.empty_streams = self.waivers(&at, node, "name")?,
            "streams_without_primary_key" => {
                test.without_primary_key = Some(self.waivers(&at, node, "name")?);
            }
            "ignored_fields" => {
                if suite == Suite::BasicRead {
                    self.notes.say(line, format!("`{at}` counts, though Airbyte's newest tests refuse it"));
                }
                for Member { key: stream, node, .. } in self.at(&at, node.members())? {
                    let fields = self.waivers(&format!("{at}.{stream}"), node, "name")?;
                    test.ignored_fields.insert(stream.clone(), fields);
                }
            }
            "future_state_path" => {
                self.notes
                    .say(line, format!("`{at}` is an older form: read as `future_state.future_state_path`"));
                test.future_state.get_or_insert_default().path = self.at(&at, node.text())?;
            }
            "expect_records" => self.expect_records(&at, node, test)?,
            "future_state" => self.future_state(&at, node, test)?,
            "file_types" => self.file_types(&at, node, test)?,
            "auth_default_method" => {
                let mut oauth = true;
                let members = self.members(&at, node, &["bypass_reason", "oauth"])?;
                let mut reason = NO_REASON.to_owned();
                for Member { key, node, .. } in members {
                    match key.as_str() {
                        "oauth" => oauth = self.at(&format!("{at}.oauth"), node.flag())?,
                        _ => reason = self.at(&format!("{at}.bypass_reason"), node.text())?,
                    }
                }
                if !oauth {
                    off(test, &["S21"], &reason);
                }
            }
            "allowed_hosts" | "suggested_streams" => {
                let id = if key == "allowed_hosts" { "A02" } else { "A03" };
                for Member { node, .. } in self.members(&at, node, &["bypass_reason"])? {
                    off(test, &[id], &self.at(&at, node.text())?);
                }
            }
            "backward_compatibility_tests_config" => {
                self.members(&at, node, &["disable_for_version", "previous_connector_version"])?;
                self.notes.say(line, format!("`{at}` cannot be honoured: the previous version is not run"));
            }
            "client_container_config" => self.containers(line, &at, node)?,
            _ => {}
        }
        Ok(())
    }

    fn expect_records(&mut self, at: &str, node: &Node, test: &mut Test) -> Result<(), Error> {
        let mut records = Records::default();
        let mut bypassed = None;
        let known = ["bypass_reason", "exact_order", "extra_fields", "extra_records", "path"];
        for Member { key, line, node } in self.members(at, node, &known)? {
            let below = format!("{at}.{key}");
            match key.as_str() {
                "path" => records.path = self.at(&below, node.text())?,
                "bypass_reason" => bypassed = Some(self.at(&below, node.text())?),
                "exact_order" => records.exact_order = self.at(&below, node.flag())?,
                _ => self.dead(*line, &below, "Airbyte's own tests dropped it in 3.6.0"),
            }
        }
        match (records.path.is_empty(), bypassed) {
            (false, None) => test.expected_records = Some(records),
            (false, Some(_)) => {
                self.notes
                    .say(node.line, format!("`{at}` has a `path` and a `bypass_reason`: the path counts"));
                test.expected_records = Some(records);
            }
            (true, Some(reason)) => off(test, &["R10"], &reason),
            (true, None) => self.notes.say(node.line, format!("`{at}` has no `path`: no record is expected")),
        }
        Ok(())
    }

    fn future_state(&mut self, at: &str, node: &Node, test: &mut Test) -> Result<(), Error> {
        let mut future = Future::default();
        let known = ["bypass_reason", "cursor_format", "future_state_path", "missing_streams"];
        for Member { key, node, .. } in self.members(at, node, &known)? {
            let below = format!("{at}.{key}");
            match key.as_str() {
                "future_state_path" => future.path = self.at(&below, node.text())?,
                "missing_streams" => future.missing_streams = self.waivers(&below, node, "name")?,
                "cursor_format" => {
                    for Member { key, node, .. } in self.members(&below, node, &["format", "streams"])? {
                        let inner = format!("{below}.{key}");
                        match key.as_str() {
                            "format" => future.cursor_format = Some(self.at(&inner, node.text())?),
                            _ => future.cursor_formats = self.formats(&inner, node)?,
                        }
                    }
                }
                _ => off(test, &["I03", "I04"], &self.at(&below, node.text())?),
            }
        }
        if !future.path.is_empty() {
            test.future_state = Some(future);
        }
        Ok(())
    }

    fn formats(&mut self, at: &str, node: &Node) -> Result<BTreeMap<String, String>, Error> {
        let mut formats = BTreeMap::new();
        for item in self.at(at, node.items())? {
            let (mut name, mut format) = (None, None);
            for Member { key, node, .. } in self.members(at, item, &["format", "name"])? {
                let text = Some(self.at(&format!("{at}.{key}"), node.text())?);
                *(if key == "name" { &mut name } else { &mut format }) = text;
            }
            match (name, format) {
                (Some(name), Some(format)) => drop(formats.insert(name, format)),
                (Some(_), None) => {}
                (None, _) => return self.at(at, Err(item.misfit("an item with a `name` and a `format`"))),
            }
        }
        Ok(formats)
    }

    fn file_types(&mut self, at: &str, node: &Node, test: &mut Test) -> Result<(), Error> {
        let mut skip = false;
        let mut reason = NO_REASON.to_owned();
        for Member { key, node, .. } in
            self.members(at, node, &["bypass_reason", "skip_test", "unsupported_types"])?
        {
            let below = format!("{at}.{key}");
            match key.as_str() {
                "skip_test" => skip = self.at(&below, node.flag())?,
                "bypass_reason" => reason = self.at(&below, node.text())?,
                _ => test.unsupported_file_types = self.waivers(&below, node, "extension")?,
            }
        }
        if skip {
            off(test, &["R14"], &reason);
        }
        Ok(())
    }

    /// A list of what is let off: each item is its `name`, in the older form, or a mapping with a reason too.
    fn waivers(&mut self, at: &str, node: &Node, name: &'static str) -> Result<Vec<Exemption>, Error> {
        let mut waivers: Vec<Exemption> = Vec::new();
        for item in self.at(at, node.items())? {
            let (mut named, mut reason) = (None, None);
            if let Value::Text(text) = &item.value {
                self.notes.say(item.line, format!("`{at}` has plain names, an older form: read as `{name}`"));
                named = Some(text.clone());
            } else {
                for Member { key, node, .. } in self.members(at, item, &["bypass_reason", name])? {
                    let text = Some(self.at(&format!("{at}.{key}"), node.text())?);
                    *(if key == name { &mut named } else { &mut reason }) = text;
                }
            }
            let Some(named) = named else {
                return self.at(at, Err(item.misfit(&format!("an item with a `{name}`"))));
            };
            if reason.is_none() && self.strictness == Strictness::High {
                let what =
                    format!("`test_strictness_level: high` demands a `bypass_reason` of `{named}` in `{at}`");
                self.notes.say(item.line, what);
            }
            let waiver = Exemption { name: named, reason: reason.unwrap_or_else(|| NO_REASON.to_owned()) };
            if !waivers.iter().any(|known| known.name == waiver.name) {
                waivers.push(waiver);
            }
        }
        Ok(waivers)
    }
}

/// Switches checks off.
fn off(test: &mut Test, ids: &[&'static str], why: &str) {
    test.off.extend(ids.iter().map(|id| (*id, why.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acceptance::reader::ROOT;
    use crate::acceptance::reader::tests::{file, read};

    /// Keys of a test by suite, each with a value; then what is said of it, nothing where it counts.
    const OF_A_TEST: &[(&str, &str, &str)] = &[
        ("spec", "spec_path: spec.json", ""),
        ("spec", "deployment_mode: cloud", ""),
        (
            "spec",
            "backward_compatibility_tests_config: {disable_for_version: 0.1.0}",
            "previous version is not run",
        ),
        ("spec", "backward_compatibility_tests_config: {previous_connector_version: latest}", "is not run"),
        ("spec", "auth_default_method: {oauth: false, bypass_reason: keys}", ""),
        ("connection", "status: failed", ""),
        ("connection", "status: exception", ""),
        ("connection", "deployment_mode: oss", ""),
        ("discovery", "deployment_mode: oss", ""),
        ("discovery", "validate_primary_keys_data_type: false", ""),
        ("discovery", "backward_compatibility_tests_config: {disable_for_version: 0.2}", "is not run"),
        ("discovery", "configured_catalog_path: c.json", "no effect: `discover` is given no catalog"),
        ("basic_read", "deployment_mode: cloud", ""),
        ("basic_read", "configured_catalog_path: c.json", ""),
        ("basic_read", "empty_streams: [{name: a, bypass_reason: none}]", ""),
        ("basic_read", "empty_streams: [a]", "plain names, an older form"),
        ("basic_read", "expect_records: {path: r.jsonl}", ""),
        ("basic_read", "expect_records: {path: r.jsonl, exact_order: yes}", ""),
        ("basic_read", "expect_records: {bypass_reason: live data}", ""),
        (
            "basic_read",
            "expect_records: {path: r.jsonl, extra_fields: no}",
            "`basic_read.expect_records.extra_fields` has no effect",
        ),
        ("basic_read", "expect_records: {path: r.jsonl, extra_records: yes}", "extra_records` has no effect"),
        ("basic_read", "expect_records: {}", "no record is expected"),
        ("basic_read", "validate_schema: no", ""),
        ("basic_read", "validate_stream_statuses: true", ""),
        ("basic_read", "validate_stream_statuses: false", ""),
        ("basic_read", "validate_state_messages: false", ""),
        ("basic_read", "validate_primary_keys_data_type: false", ""),
        ("basic_read", "validate_data_points: true", ""),
        ("basic_read", "expect_trace_message_on_failure: false", ""),
        ("basic_read", "fail_on_extra_columns: false", "has no effect"),
        ("basic_read", "fail_on_extra_fields: false", "`fail_on_extra_columns` was meant"),
        ("basic_read", "validate_output_from_all_streams: yes", "by `empty_streams`"),
        ("basic_read", "ignored_fields: {a: [{name: b/c, bypass_reason: x}]}", "newest tests refuse it"),
        ("basic_read", "file_types: {skip_test: true, bypass_reason: x}", ""),
        ("basic_read", "file_types: {unsupported_types: [{extension: .avro, bypass_reason: x}]}", ""),
        ("basic_read", "client_container_config: {secrets_path: s.json}", "no container is run"),
        (
            "full_refresh",
            "client_container_config:\n  client_container_dockerfile_path: D\n  setup_command: [a]\n  teardown_command: [b]\n  between_syncs_command: [c]\n  final_teardown_command: [d]",
            "no container is run",
        ),
        ("full_refresh", "deployment_mode: cloud", ""),
        ("full_refresh", "configured_catalog_path: c.json", ""),
        ("full_refresh", "ignored_fields: {a: [{name: b/c, bypass_reason: x}]}", ""),
        ("full_refresh", "ignored_fields: {a: [b]}", "`full_refresh.ignored_fields.a` has plain names"),
        ("incremental", "deployment_mode: cloud", ""),
        ("incremental", "configured_catalog_path: c.json", ""),
        ("incremental", "client_container_config: {}", "no container is run"),
        ("incremental", "future_state: {future_state_path: s.json}", ""),
        (
            "incremental",
            "future_state: {future_state_path: s.json, missing_streams: [{name: a, bypass_reason: x}]}",
            "",
        ),
        ("incremental", "future_state: {bypass_reason: x}", ""),
        ("incremental", "future_state: {future_state_path: s.json, cursor_format: {format: '^\\d+$'}}", ""),
        (
            "incremental",
            "future_state: {future_state_path: s.json, cursor_format: {streams: [{name: a, format: x}]}}",
            "",
        ),
        ("incremental", "future_state_path: s.json", "read as `future_state.future_state_path`"),
        ("incremental", "skip_comprehensive_incremental_tests: true", ""),
        ("incremental", "threshold_days: 3", "`incremental.threshold_days` has no effect"),
        ("incremental", "cursor_paths: {a: [b, 0]}", "`incremental.cursor_paths` has no effect"),
        ("connector_attributes", "streams_without_primary_key: [{name: a, bypass_reason: x}]", ""),
        ("connector_attributes", "allowed_hosts: {bypass_reason: x}", ""),
        ("connector_attributes", "suggested_streams: {bypass_reason: x}", ""),
        ("connector_documentation", "timeout_seconds: 3", "about pages"),
        ("connection", "invalid_config_path: i.json", "it never had"),
        ("connection", "timeout_seconds: 90", ""),
    ];

    #[test]
    fn every_key_of_a_test_counts_or_is_spoken_of() {
        for (suite, lines, said) in OF_A_TEST {
            let (without, quiet) = read(&file(suite, "")).unwrap();
            let (with, notes) = read(&file(suite, lines)).unwrap();
            if said.is_empty() {
                assert_ne!(with, without, "{suite}: `{lines}` does not count");
                assert_eq!(notes, quiet, "{suite}: {lines}");
            } else {
                assert!(notes.iter().any(|note| note.contains(said)), "{suite}: `{lines}`: {notes:?}");
            }
            assert!(!notes.iter().any(|note| note.contains("no key that counts")), "{notes:?}");
        }
    }

    #[test]
    fn no_key_is_missing_from_that_list_or_from_the_page() {
        let page = include_str!("../../../docs/acceptance.md");
        for suite in Suite::ALL {
            for key in suite.keys() {
                let start = format!("{key}:");
                let listed =
                    OF_A_TEST.iter().any(|(name, it, _)| *name == suite.name() && it.starts_with(&start));
                assert!(listed, "{suite}.{key}");
                assert!(page.contains(&format!("`{suite}.{key}")), "docs/acceptance.md: {suite}.{key}");
            }
        }
        let dead = DEAD.iter().map(|(key, _)| key);
        for key in ROOT.iter().chain(EVERYWHERE).chain(dead) {
            assert!(page.contains(key), "docs/acceptance.md: {key}");
        }
    }
}
