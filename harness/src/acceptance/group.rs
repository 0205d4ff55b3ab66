//! The tests that make one scenario: those of one config, told the same of where they run, that read the same streams.

use std::path::Path;

use super::config::{Config, Mode, Test};
use super::suite::Suite;

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
    groups.into_iter().flat_map(by_catalog).collect()
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
fn by_catalog(group: Group<'_>) -> Vec<Group<'_>> {
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
