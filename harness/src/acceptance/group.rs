//! The tests that make one scenario: those of one config, told the same of where they run, that read the same streams.

use std::collections::BTreeSet;
use std::path::Path;

use connector_protocol::Command;

use super::config::{Config, Mode, Test};
use super::suite::Suite;
use crate::expectation::{ConfigIs, Expectation, Outcome};

/// Where a test takes its config from if it does not say.
const DEFAULT_CONFIG: &str = "secrets/config.json";

/// The tests of one scenario.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub(super) name: String,
    /// The group whose recording it may use if it has none: the first one of the same config.
    pub(super) first_of_config: String,
    pub(super) config_path: &'a str,
    pub(super) mode: Option<Mode>,
    /// What is read; everything where it is not said.
    pub(super) catalog: Option<&'a str>,
    pub(super) tests: Vec<(Suite, &'a Test)>,
}

/// The groups of a file, in the order in which it names them.
pub(super) fn groups(config: &Config) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let tests = |wanted: fn(&Suite) -> bool| {
        let suites = config.suites.iter().filter(move |(suite, _)| wanted(suite));
        suites.flat_map(|(suite, tests)| tests.tests.iter().map(|test| (*suite, test)))
    };
    let runs = |suite: &Suite| matches!(suite, Suite::Connection | Suite::Discovery) || reads(*suite);
    for (suite, test) in tests(runs) {
        let path = path_of(test);
        let place = groups.iter().position(|it| it.config_path == path && it.mode == test.deployment_mode);
        let place = place.unwrap_or_else(|| {
            let (name, first) = name(&groups, path, test.deployment_mode);
            groups.push(Group {
                name,
                first_of_config: first,
                config_path: path,
                mode: test.deployment_mode,
                catalog: None,
                tests: Vec::new(),
            });
            groups.len() - 1
        });
        groups[place].tests.push((suite, test));
    }
    // These run nothing of their own: wherever the config is, they are.
    for (suite, test) in tests(|suite| matches!(suite, Suite::Spec | Suite::ConnectorAttributes)) {
        let path = path_of(test);
        // Not said, it is of any config.
        let any = test.config_path.is_none() && !groups.is_empty();
        match groups.iter_mut().find(|it| it.config_path == path) {
            Some(group) => group.tests.push((suite, test)),
            None if any => {}
            None => {
                let (name, first) = name(&groups, path, None);
                groups.push(Group {
                    name,
                    first_of_config: first,
                    config_path: path,
                    mode: None,
                    catalog: None,
                    tests: vec![(suite, test)],
                });
            }
        }
    }
    groups.iter().flat_map(by_catalog).collect()
}

pub(super) fn reads(suite: Suite) -> bool {
    matches!(suite, Suite::BasicRead | Suite::FullRefresh | Suite::Incremental)
}

fn path_of(test: &Test) -> &str {
    test.config_path.as_deref().unwrap_or(DEFAULT_CONFIG)
}

/// A name that none of them has, and the name of the first one of that config: itself, where it is the first.
fn name(groups: &[Group<'_>], path: &str, mode: Option<Mode>) -> (String, String) {
    let taken = |name: &str| groups.iter().any(|group| group.name == name);
    let unique = |name: String| {
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        names.find(|name| !taken(name)).unwrap_or(name)
    };
    if let Some(first) = groups.iter().find(|group| group.config_path == path) {
        let mode = mode.map_or("any".to_owned(), |mode| mode.variable().to_lowercase());
        return (unique(format!("{}-{mode}", first.name)), first.name.clone());
    }
    let path = Path::new(path);
    let part = |part: Option<&std::ffi::OsStr>| plain(&part.unwrap_or_default().to_string_lossy());
    let stem = part(path.file_stem());
    let name = if taken(&stem) {
        let folder = part(path.parent().and_then(Path::file_name));
        unique(format!("{folder}-{stem}"))
    } else {
        stem
    };
    (name.clone(), name)
}

/// A text as the name of a folder.
fn plain(text: &str) -> String {
    let text = text.trim_start_matches('.');
    let plain = |it: char| if it.is_alphanumeric() || "-_.".contains(it) { it } else { '_' };
    let text: String = text.chars().map(plain).collect();
    if text.is_empty() { "config".to_owned() } else { text }
}

/// One group for each catalog that is read. Where everything is read, all catalogs are parts of it.
fn by_catalog<'a>(group: &Group<'a>) -> Vec<Group<'a>> {
    let reading: Vec<(Suite, &Test)> =
        group.tests.iter().copied().filter(|(suite, _)| reads(*suite)).collect();
    let basic = reading.iter().find(|(suite, _)| *suite == Suite::BasicRead);
    let catalog = match basic {
        Some((_, test)) => test.configured_catalog_path.as_deref(),
        None => reading.iter().find_map(|(_, test)| test.configured_catalog_path.as_deref()),
    };
    let mut groups = vec![Group { catalog, tests: Vec::new(), ..group.clone() }];
    for (suite, test) in &group.tests {
        let own = test
            .configured_catalog_path
            .as_deref()
            .filter(|own| reads(*suite) && catalog.is_some_and(|catalog| catalog != *own));
        let place = match own {
            None => 0,
            Some(own) => groups.iter().position(|it| it.catalog == Some(own)).unwrap_or_else(|| {
                let mut name = format!("{}-{suite}", group.name);
                while groups.iter().any(|it| it.name == name) {
                    name.push_str("-2");
                }
                groups.push(Group { name, catalog: Some(own), tests: Vec::new(), ..group.clone() });
                groups.len() - 1
            }),
        };
        groups[place].tests.push((*suite, test));
    }
    groups
}

/// What is expected of the commands of a scenario.
pub(super) fn expectation(
    group: &Group<'_>,
    is_in_spec: bool,
    commands: &[Command],
    lacking: &mut BTreeSet<String>,
) -> Expectation {
    let connection = group.tests.iter().filter(|(suite, _)| *suite == Suite::Connection);
    let mut said = connection.map(|(_, test)| test.status.unwrap_or(Outcome::Succeeds));
    let check = said.next();
    if said.any(|other| Some(other) != check) {
        lacking.insert(format!(
            "`connection` expects several outcomes of {}: the first one counts",
            group.config_path
        ));
    }
    let works = |command| commands.contains(&command).then_some(Outcome::Succeeds);
    Expectation {
        // A wrong key is often one that the spec accepts: neither is demanded.
        config: match check {
            Some(Outcome::Fails | Outcome::Raises) if !is_in_spec => Some(ConfigIs::Either),
            _ => None,
        },
        check,
        discover: works(Command::Discover),
        read: works(Command::Read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acceptance::reader;

    /// Each group as `name = config [catalog]: suites`.
    fn shown(text: &str) -> Vec<String> {
        let (config, _) = reader::read(text, Path::new("c.yml")).unwrap();
        let groups = groups(&config).into_iter().map(|group| {
            let suites: Vec<String> = group.tests.iter().map(|(suite, _)| suite.to_string()).collect();
            let catalog = group.catalog.map(|catalog| format!(" [{catalog}]")).unwrap_or_default();
            format!("{} = {}{catalog}: {}", group.name, group.config_path, suites.join(" "))
        });
        groups.collect()
    }

    #[test]
    fn every_config_is_a_scenario_named_after_its_file() {
        let text = "tests:\n  spec:\n    - spec_path: spec.json\n  connection:\n    - config_path: secrets/config.json\n    \
                    - config_path: integration_tests/invalid_config.json\n      status: failed\n  basic_read:\n    \
                    - config_path: integration_tests/config.json\n  incremental:\n    - {}\n  full_refresh:\n    \
                    - config_path: ./.odd name.json\n";
        assert_eq!(
            shown(text),
            [
                "config = secrets/config.json: connection incremental spec",
                "invalid_config = integration_tests/invalid_config.json: connection",
                "integration_tests-config = integration_tests/config.json: basic_read",
                "odd_name = ./.odd name.json: full_refresh",
            ]
        );
    }

    #[test]
    fn a_catalog_that_differs_from_the_one_that_is_read_makes_a_further_scenario() {
        let text = |basic: &str| {
            format!(
                "tests:\n  connection:\n    - {{}}\n  basic_read:\n    - {{{basic}}}\n  full_refresh:\n    \
                 - {{configured_catalog_path: a}}\n  incremental:\n    - {{configured_catalog_path: b}}\n    \
                 - {{configured_catalog_path: b}}\n"
            )
        };
        let config = "config = secrets/config.json";
        let everything = format!("{config}: connection basic_read full_refresh incremental incremental");
        assert_eq!(shown(&text("")), [everything], "of everything, each catalog is a part");
        assert_eq!(
            shown(&text("configured_catalog_path: a")),
            [
                format!("{config} [a]: connection basic_read full_refresh"),
                "config-incremental = secrets/config.json [b]: incremental incremental".to_owned(),
            ]
        );
    }

    #[test]
    fn a_config_that_is_told_of_several_deployments_is_a_scenario_of_each() {
        let text = "tests:\n  connection:\n    - deployment_mode: oss\n    - deployment_mode: cloud\n      status: failed\n  \
                    discovery:\n    - deployment_mode: oss\n  spec:\n    - {}\n";
        assert_eq!(
            shown(text),
            [
                "config = secrets/config.json: connection discovery spec",
                "config-cloud = secrets/config.json: connection",
            ]
        );
    }

    #[test]
    fn a_config_that_only_spec_names_is_a_scenario_without_a_process() {
        let text = "tests:\n  spec:\n    - config_path: a.json\n    - spec_path: s.json\n  connection:\n    - config_path: b.json\n";
        assert_eq!(shown(text), ["b = b.json: connection", "a = a.json: spec"]);
    }
}
