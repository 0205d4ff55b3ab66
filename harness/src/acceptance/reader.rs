//! Reads an `acceptance-test-config.yml`: any form that Airbyte ever took, nothing left out in silence.

use std::path::Path;

use super::config::{Config, Test, Tests};
use super::node::{Member, Misfit, Node, Value};
use super::note::Notes;
use super::suite::Suite;
use crate::demands::Strictness;
use crate::error::Error;

/// Reads the text of the file at `path`.
///
/// # Errors
/// Where it is no YAML, or where a key that counts has a value that makes no sense.
pub(super) fn read(text: &str, path: &Path) -> Result<(Config, Notes), Error> {
    let node = Node::parse(text, path)?;
    let mut reader = Reader { path, strictness: Strictness::Low, notes: Notes::default() };
    let config = reader.root(&node)?;
    Ok((config, reader.notes))
}

/// The walk over a file; over the keys of a test it goes on in `test.rs`.
pub(super) struct Reader<'a> {
    path: &'a Path,
    pub(super) strictness: Strictness,
    pub(super) notes: Notes,
}

pub(super) const ROOT: &[&str] = &[
    "acceptance_tests",
    "base_path",
    "cached_discovered_catalog",
    "connector_image",
    "custom_environment_variables",
    "test_strictness_level",
    "tests",
];

impl Reader<'_> {
    /// The value, or the error that it is at that dotted path.
    pub(super) fn at<T>(&self, key: &str, value: Result<T, Misfit>) -> Result<T, Error> {
        value.map_err(|misfit| misfit.of(key, self.path))
    }

    fn root(&mut self, node: &Node) -> Result<Config, Error> {
        let mut config = Config::default();
        let members = self.at("the file", node.members())?;
        // First, since it decides what is said of the rest.
        if let Some(level) = members.iter().find(|it| it.key == "test_strictness_level" && !it.node.is_null())
        {
            self.strictness = match self.at(&level.key, level.node.text())?.as_str() {
                "low" => Strictness::Low,
                "high" => Strictness::High,
                _ => return self.at(&level.key, Err(level.node.misfit("`low` or `high`"))),
            };
        }
        config.strictness = self.strictness;
        for Member { key, line, node } in members {
            let text = || self.at(key, node.text());
            match key.as_str() {
                _ if node.is_null() && ROOT.contains(&key.as_str()) => {}
                "connector_image" => config.connector_image = Some(text()?),
                "base_path" => config.base_path = Some(text()?),
                "test_strictness_level" => {}
                "custom_environment_variables" => {
                    for Member { key: name, node, .. } in self.at(key, node.members())? {
                        let value = self.at(&format!("{key}.{name}"), node.text())?;
                        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                            return self
                                .at(key, Err(node.misfit("names and values of environment variables")));
                        }
                        config.environment.insert(name.clone(), value);
                    }
                }
                "acceptance_tests" => self.suites(node, false, &mut config)?,
                "tests" => {
                    self.notes.say(*line, "`tests` is the form of before 0.2.12: read as `acceptance_tests`");
                    self.suites(node, true, &mut config)?;
                }
                "acceptance-tests" => {
                    self.notes.say(*line, "`acceptance-tests` is misspelt: read as `acceptance_tests`");
                    self.suites(node, false, &mut config)?;
                }
                "cached_discovered_catalog" => {
                    self.dead(*line, key, "`discover` runs once for each scenario");
                }
                _ => self.unknown(*line, "", key, ROOT),
            }
        }
        Ok(config)
    }

    fn suites(&mut self, node: &Node, legacy: bool, config: &mut Config) -> Result<(), Error> {
        for Member { key, line, node } in self.at("acceptance_tests", node.members())? {
            if key == "client_container_config" {
                self.containers(*line, key, node)?;
                continue;
            }
            let Some(suite) = Suite::named(key) else {
                let mut names: Vec<&str> = Suite::ALL.iter().map(|suite| suite.name()).collect();
                names.push("client_container_config");
                self.unknown(*line, "acceptance_tests.", key, &names);
                continue;
            };
            let tests = self.suite(suite, node, legacy)?;
            if suite == Suite::ConnectorDocumentation && !tests.tests.is_empty() {
                self.notes.say(
                    *line,
                    "`connector_documentation` is not judged: it is about pages, not about the connector",
                );
            }
            if config.suites.insert(suite, tests).is_some() {
                self.notes.say(*line, format!("`{suite}` stands twice: only the last one counts"));
            }
        }
        if config.strictness == Strictness::High {
            for suite in
                Suite::ALL.into_iter().filter(|it| it.is_mandatory() && !config.suites.contains_key(it))
            {
                self.notes.say(
                    node.line,
                    format!(
                        "`test_strictness_level: high` demands `{suite}`: give it tests or a `bypass_reason`"
                    ),
                );
            }
        }
        Ok(())
    }

    fn suite(&mut self, suite: Suite, node: &Node, legacy: bool) -> Result<Tests, Error> {
        let mut read = Tests::default();
        if let Value::List(items) = &node.value {
            if !legacy {
                self.notes.say(node.line, format!("`{suite}` is a list: read as its `tests`"));
            }
            read.tests = self.tests(suite, items)?;
            return Ok(read);
        }
        for Member { key, line, node } in self.at(suite.name(), node.members())? {
            let at = format!("{suite}.{key}");
            match key.as_str() {
                // A line that was left empty, or commented out, above a line with more indent.
                "tests" if matches!(node.value, Value::Map(_)) => {
                    self.notes.say(*line, format!("`{at}` is a mapping: read as `{suite}` itself"));
                    let inner = self.suite(suite, node, legacy)?;
                    read.bypass_reason = read.bypass_reason.or(inner.bypass_reason);
                    read.tests.extend(inner.tests);
                }
                "tests" => read.tests = self.tests(suite, self.at(&at, node.items())?)?,
                "bypass_reason" if node.is_null() => {}
                "bypass_reason" => read.bypass_reason = Some(self.at(&at, node.text())?),
                _ => self.unknown(*line, &format!("{suite}."), key, &["bypass_reason", "tests"]),
            }
        }
        if read.bypass_reason.is_some() && !read.tests.is_empty() {
            self.notes.say(node.line, format!("`{suite}` has a `bypass_reason` and tests: the tests count"));
            read.bypass_reason = None;
        }
        Ok(read)
    }

    fn tests(&mut self, suite: Suite, items: &[Node]) -> Result<Vec<Test>, Error> {
        items.iter().map(|item| self.test(suite, item)).collect()
    }

    pub(super) fn containers(&mut self, line: u64, at: &str, node: &Node) -> Result<(), Error> {
        let known = [
            "between_syncs_command",
            "client_container_dockerfile_path",
            "final_teardown_command",
            "secrets_path",
            "setup_command",
            "teardown_command",
        ];
        self.members(at, node, &known)?;
        self.notes.say(line, format!("`{at}` cannot be honoured: no container is run beside the connector"));
        Ok(())
    }

    /// The members of a mapping that say something, of these names; others are noted.
    pub(super) fn members<'n>(
        &mut self,
        at: &str,
        node: &'n Node,
        known: &[&str],
    ) -> Result<Vec<&'n Member>, Error> {
        let mut members = Vec::new();
        for member in self.at(at, node.members())? {
            if !known.contains(&member.key.as_str()) {
                self.unknown(member.line, &format!("{at}."), &member.key, known);
            } else if !member.node.is_null() {
                members.push(member);
            }
        }
        Ok(members)
    }

    pub(super) fn dead(&mut self, line: u64, at: &str, why: &str) {
        self.notes.say(line, format!("`{at}` has no effect: {why}"));
    }

    pub(super) fn unknown(&mut self, line: u64, within: &str, key: &str, known: &[&str]) {
        let near = similar::get_close_matches(key, known, 1, 0.7);
        let hint = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.notes.say(line, format!("`{within}{key}` is no key that counts: it is passed over; {hint}"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::acceptance) fn read(text: &str) -> Result<(String, Vec<String>), String> {
        let read = super::read(text, Path::new("c.yml"));
        read.map(|(config, notes)| (format!("{config:?}"), notes.lines("c.yml"))).map_err(|it| it.to_string())
    }

    /// A file with one test of a suite, and these lines in it.
    pub(in crate::acceptance) fn file(suite: &str, lines: &str) -> String {
        let indent = "\n        ";
        let lines = lines.replace('\n', indent);
        format!("acceptance_tests:\n  {suite}:\n    tests:\n      - config_path: c.json{indent}{lines}\n")
    }

    #[test]
    fn every_form_of_the_root_is_read() {
        let (newest, notes) = read(&file("connection", "")).unwrap();
        assert_eq!(notes, Vec::<String>::new());
        let legacy = "tests:\n  connection:\n  - config_path: c.json\n";
        let (config, notes) = read(legacy).unwrap();
        assert_eq!(config, newest);
        assert_eq!(notes, ["c.yml:1: `tests` is the form of before 0.2.12: read as `acceptance_tests`"]);
        let (config, notes) =
            read(&file("connection", "").replace('_', "-").replace("config-", "config_")).unwrap();
        assert_eq!(config, newest);
        assert!(notes[0].contains("`acceptance-tests` is misspelt"), "{notes:?}");
        let (config, _) =
            read("{\"acceptance_tests\": {\"connection\": {\"tests\": [{\"config_path\": \"c.json\"}]}}}")
                .unwrap();
        assert_eq!(config, newest, "JSON");

        let text = "connector_image: airbyte/source-x:dev\nbase_path: b\ncached_discovered_catalog: true\n\
                    custom_environment_variables: {A: 1, B: true}\nacceptance_tests:\n  client_container_config:\n    \
                    final_teardown_command: [x]\n  spec:\n    bypass_reason: none\n    tests:\n";
        let (config, notes) = read(text).unwrap();
        for part in [
            "airbyte/source-x:dev",
            "Some(\"b\")",
            "\"A\": \"1\"",
            "\"B\": \"True\"",
            "bypass_reason: Some(\"none\")",
        ] {
            assert!(config.contains(part), "{part}: {config}");
        }
        assert_eq!(
            notes,
            [
                "c.yml:3: `cached_discovered_catalog` has no effect: `discover` runs once for each scenario",
                "c.yml:6: `client_container_config` cannot be honoured: no container is run beside the connector",
            ]
        );
    }

    #[test]
    fn a_reason_that_slipped_under_tests_is_the_reason_of_the_suite() {
        let (config, _) = read("acceptance_tests:\n  spec:\n    bypass_reason: x\n").unwrap();
        let (slipped, notes) =
            read("acceptance_tests:\n  spec:\n    tests:\n      bypass_reason: x\n").unwrap();
        assert_eq!(slipped, config);
        assert_eq!(notes, ["c.yml:3: `spec.tests` is a mapping: read as `spec` itself"]);
    }

    #[test]
    fn a_key_that_nobody_knows_is_named_with_its_line_and_the_one_that_was_meant() {
        let text = file("basic_read", "expect_record:\n  path: r.jsonl\nwhatever: 1");
        let (_, notes) = read(&(text + "conector_image: x\n")).unwrap();
        let wanted = [
            "c.yml:5: `basic_read.expect_record` is no key that counts: it is passed over; did you mean `expect_records`?",
            "c.yml:7: `basic_read.whatever` is no key that counts: it is passed over; known are ",
            "c.yml:8: `conector_image` is no key that counts: it is passed over; did you mean `connector_image`?",
        ];
        assert_eq!(notes.len(), wanted.len(), "{notes:?}");
        for (note, wanted) in notes.iter().zip(wanted) {
            assert!(note.starts_with(wanted), "{note}");
        }
        let (_, notes) = read("acceptance_tests:\n  basic_reads:\n    tests: []\n").unwrap();
        assert!(
            notes[0].contains("`acceptance_tests.basic_reads`")
                && notes[0].contains("did you mean `basic_read`?")
        );
    }

    #[test]
    fn what_is_said_several_times_is_said_once() {
        let item = "      - config_path: a.json\n        cursor_paths: {a: [b]}\n";
        let text = format!("acceptance_tests:\n  incremental:\n    tests:\n{item}{item}");
        let (_, notes) = read(&text).unwrap();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].starts_with("c.yml:5: ") && notes[0].ends_with("(2 times)"), "{notes:?}");
    }

    #[test]
    fn high_strictness_demands_reasons_and_suites() {
        let text = file("basic_read", "empty_streams: [{name: a}]") + "test_strictness_level: high\n";
        let notes = read(&text).unwrap().1.join("\n");
        assert!(notes.contains("demands a `bypass_reason` of `a` in `basic_read.empty_streams`"), "{notes}");
        assert!(
            notes.contains("demands `incremental`") && !notes.contains("demands `basic_read`"),
            "{notes}"
        );
        assert!(!notes.contains("demands `connector_attributes`"), "{notes}");
    }

    #[test]
    fn a_value_that_makes_no_sense_is_an_error_with_its_line() {
        for (suite, lines, wanted) in [
            (
                "connection",
                "status: passed",
                "line 5: `connection.status` is \"passed\": want `succeed`, `failed` or `exception`",
            ),
            (
                "connection",
                "timeout_seconds: soon",
                "line 5: `connection.timeout_seconds` is \"soon\": want a whole number",
            ),
            ("connection", "deployment_mode: moon", "want `cloud` or `oss`"),
            (
                "basic_read",
                "validate_schema: [1]",
                "line 5: `basic_read.validate_schema` is a list: want true or false",
            ),
            ("basic_read", "empty_streams: a", "`basic_read.empty_streams` is \"a\": want a list"),
            (
                "basic_read",
                "empty_streams:\n  - bypass_reason: x",
                "line 6: `basic_read.empty_streams` is a mapping: want an item with a `name`",
            ),
            ("incremental", "future_state: s.json", "want a mapping"),
        ] {
            let error = read(&file(suite, lines)).unwrap_err();
            assert!(error.starts_with("understand c.yml: ") && error.contains(wanted), "{error}");
        }
        assert!(read("test_strictness_level: medium").unwrap_err().contains("want `low` or `high`"));
        assert!(read("- a").unwrap_err().contains("want a mapping"));
        assert!(
            read("custom_environment_variables: {A=B: 1}").unwrap_err().contains("environment variables")
        );
    }
}
