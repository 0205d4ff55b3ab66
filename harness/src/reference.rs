//! The page of all checks: docs/checks.md.

use std::fmt::Write as _;

use crate::broken;
use crate::checks::{ALL, Check};
use crate::report::plural;

const HEAD: &str = "\
# Checks

<!-- Printed by `harness list --markdown`; a test holds this file to it. -->

What `harness test` holds a connector to. A check of level **must** condemns; one of level **should** warns, and condemns
with `--strict`. A check that has nothing to judge says so and counts for nothing. The same, one check at a time:
`harness explain ID`. How the examples are to be read is said at the end.

Each check has a broken connector that it alone condemns, named below: `harness selftest` runs them all.
";

const NOTATION: &str = "\
## The notation of the examples

| line | what it is |
|---|---|
| `$ read` | a process of the connector; what follows is its standard output |
| `$ read : again` | a trial: the read once more; others are named by what is tried |
| `2> text` | a line of standard error |
| `> GET URL 429 body` | a request, the status it was answered with, and the body of the answer |
| `! GET URL` | a request that nobody recorded |
| `? GET URL` | a recorded interaction that was not asked for |
| `x tcp host:port` | a connection that was refused |
| `= exit 1` | how the process ended |
| `# config {}` | a fact about the scenario: its config, what `spec` says, what it expects, waives or demands |
";

/// The page, in Markdown.
pub(crate) fn of_checks() -> String {
    let mut page = HEAD.to_owned();
    let mut group = None;
    // A `String` takes whatever is written to it.
    for check in ALL {
        if group.replace(check.group) != Some(check.group) {
            let _written =
                write!(page, "\n## {}\n\n| check | level | it demands |\n|---|---|---|\n", check.group);
            for check in ALL.iter().filter(|other| other.group == check.group) {
                let demand = check.requirement.replace('|', "\\|");
                let _written = writeln!(page, "| [`{0}`](#{0}) | {1} | {demand} |", check.id, check.level);
            }
        }
    }
    page.push('\n');
    for check in ALL {
        entry(&mut page, check);
    }
    page.push_str(NOTATION);
    page
}

fn entry(page: &mut String, check: &Check) {
    let faults: Vec<String> = broken::all()
        .filter(|it| it.condemned_by == Some(check.id))
        .map(|it| format!("`{}`", it.name))
        .collect();
    let _written = write!(
        page,
        "### {}\n\n{} ({}, {})\n\n- Why: {}\n- Source: {}\n- Broken {}: {}\n\n",
        check.id,
        check.requirement,
        check.group,
        check.level,
        check.why,
        check.source,
        plural(faults.len(), "connector", "connectors"),
        faults.join(", "),
    );
    for (word, examples) in [("Condemns", check.condemns), ("Acquits", check.acquits)] {
        // One of each shows what is meant; `harness explain` has them all.
        if let Some(example) = examples.first() {
            let _written = write!(page, "{word}:\n\n```text\n{example}\n```\n\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_documentation_is_what_is_printed() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/checks.md");
        let renew = "renew it: `cargo harness list --markdown > docs/checks.md`";
        assert!(std::fs::read_to_string(file).unwrap_or_default() == of_checks(), "{renew}");
    }
}
