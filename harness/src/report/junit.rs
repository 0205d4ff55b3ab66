//! JUnit's XML: a suite per connector, a test case per check and subject. What fails in it is what condemns.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::reason::Reason;
use super::repro::repro;
use super::{Reporter, Style, difference, from_here, plural, quoted, story};
use crate::checks::{self, Group, Level};
use crate::event::{Cause, Event, What};
use crate::excerpt;
use crate::snapshot::Comparison;
use crate::tally::Standing;
use crate::verdict::{Finding, Verdict};

/// Lines of a snapshot's difference that are told.
const DIFF_SHOWN: usize = 40;

pub(super) struct Junit {
    out: Box<dyn Write>,
    style: Style,
    report: Report,
    open: Option<Open>,
}

/// The connector that is told of.
struct Open {
    suite: TestSuite,
    path: PathBuf,
    /// How the snapshots of a subject compare, by their commands.
    snapshots: BTreeMap<String, Vec<(String, Comparison)>>,
    notes: Vec<String>,
    /// What processes said last on stderr, by subject and command or trial.
    stderr: BTreeMap<(String, String), String>,
}

impl Open {
    fn new(name: &str, path: &Path) -> Self {
        let mut suite = TestSuite::new(name);
        suite.add_property(Property::new("path", path.display().to_string()));
        Open {
            suite,
            path: path.to_owned(),
            snapshots: BTreeMap::new(),
            notes: Vec::new(),
            stderr: BTreeMap::new(),
        }
    }

    fn case(&mut self, subject: &str, name: &str, status: TestCaseStatus) {
        let mut case = TestCase::new(name, status);
        case.set_classname(subject);
        self.suite.add_test_case(case);
    }

    /// What the processes of these findings said last on stderr, each once.
    fn said(&self, subject: &str, findings: &[Finding]) -> String {
        let commands: BTreeSet<String> = findings.iter().filter_map(Finding::process).collect();
        let said = commands.into_iter().filter_map(|command| {
            let said = self.stderr.get(&(subject.to_owned(), command.clone()))?;
            Some(format!("{command}:\n{}", said.trim_end()))
        });
        said.collect::<Vec<_>>().join("\n\n")
    }

    fn judged(&mut self, event: &Event, style: &Style) {
        let What::CheckJudged { subject, check, group, level, verdict } = &event.what else { return };
        let again = repro(&style.again, &self.path, event.scenario_of(subject), check);
        let standing = Standing::of(verdict, *level, style.strict);
        let status = match verdict {
            Verdict::Pass => TestCaseStatus::success(),
            Verdict::Skip { reason } => skipped("nothing to judge", reason, None),
            Verdict::Fail { findings } | Verdict::Known { findings } => {
                let text = text_of(check, *level, findings, &again);
                let first = Reason::of(findings).first().map(message).unwrap_or_default();
                match standing {
                    Standing::Known => skipped("known", &format!("known: {}", waived(findings)), Some(text)),
                    // It does not condemn.
                    Standing::Warned => skipped("should", &format!("warning: {first}"), Some(text)),
                    _ => failed(NonSuccessKind::Failure, &level.to_string(), &first, &text),
                }
            }
        };
        let mut case = TestCase::new(*check, status);
        case.set_classname(subject);
        // It helps where the process itself is at fault.
        if let (Verdict::Fail { findings }, Group::Process) = (verdict, group) {
            let said = self.said(subject, findings);
            if !said.is_empty() {
                case.set_system_err(said);
            }
        }
        self.suite.add_test_case(case);
    }

    fn snapshots(&mut self) {
        let path = quoted(from_here(&self.path));
        for (subject, comparisons) in std::mem::take(&mut self.snapshots) {
            let mut waiting = Vec::new();
            let mut text = Vec::new();
            for (command, comparison) in &comparisons {
                let Comparison::Pending { file, diff, .. } = comparison else { continue };
                waiting.push(command.as_str());
                text.push(format!("{command}: {}", from_here(file).display()));
                let lines = difference::shorten(diff);
                text.extend(lines.iter().take(DIFF_SHOWN).map(|line| excerpt::of_line(line)));
                if lines.len() > DIFF_SHOWN {
                    text.push(format!("... {} more lines", lines.len() - DIFF_SHOWN));
                }
                text.push(String::new());
            }
            let status = if waiting.is_empty() {
                TestCaseStatus::success()
            } else {
                let wait = plural(waiting.len(), "snapshot waits", "snapshots wait");
                let message = format!("{wait} for review: {}", waiting.join(", "));
                text.push(format!(
                    "Run `harness test {path}` on your machine, then `harness review {path}`."
                ));
                failed(NonSuccessKind::Failure, "snapshot", &message, &text.join("\n"))
            };
            self.case(&subject, "snapshots", status);
        }
    }
}

fn failed(kind: NonSuccessKind, of: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(of).set_message(message).set_description(text);
    status
}

fn skipped(of: &str, message: &str, text: Option<String>) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(of).set_message(excerpt::of_line(message));
    if let Some(text) = text {
        status.set_description(text);
    }
    status
}

fn message(reason: &Reason) -> String {
    format!("want {}, got {}", reason.want(), reason.got())
}

fn waived(findings: &[Finding]) -> String {
    let reasons: BTreeSet<&str> = findings.iter().filter_map(|finding| finding.waived.as_deref()).collect();
    reasons.into_iter().collect::<Vec<_>>().join("; ")
}

/// All that there is to say of a check that does not pass.
fn text_of(check: &str, level: Level, findings: &[Finding], again: &str) -> String {
    let mut lines: Vec<String> =
        checks::find(check).map(|check| format!("{level}: {}", check.requirement)).into_iter().collect();
    for reason in Reason::of(findings) {
        lines.push(String::new());
        lines.extend(reason.lines());
    }
    lines.extend([String::new(), format!("again  {again}"), format!("more   harness explain {check}")]);
    lines.join("\n")
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::Error => "error",
        Cause::Interrupted => "interrupted",
        Cause::MaxFail => "max_fail",
    }
}

fn seconds(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1e3).unwrap_or_default()
}

impl Junit {
    pub(super) fn new(out: Box<dyn Write>, style: Style) -> Self {
        Junit { out, style, report: Report::new("harness"), open: None }
    }

    fn unjudged(&mut self, name: &str, path: &Path, cause: &str, why: &str) {
        let mut open = self.open.take().unwrap_or_else(|| Open::new(name, path));
        let why = excerpt::of_line(why);
        open.case(name, "judged", failed(NonSuccessKind::Error, cause, &why, &why));
        self.open = Some(open);
        self.finish();
    }

    fn finish(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        open.snapshots();
        if !open.notes.is_empty() {
            open.suite.set_system_out(open.notes.join("\n"));
        }
        self.report.add_test_suite(open.suite);
    }
}

impl Reporter for Junit {
    fn tell(&mut self, event: &Event) {
        let connector = event.connector.as_deref().unwrap_or_default();
        match (&event.what, &mut self.open) {
            (What::ConnectorStarted { path, .. }, open) => *open = Some(Open::new(connector, path)),
            (What::CheckJudged { .. }, Some(open)) => open.judged(event, &self.style),
            (What::InvocationFinished { subject, command, trial, stderr, .. }, Some(open)) => {
                let process = trial.as_ref().unwrap_or(command);
                open.stderr.insert((subject.clone(), process.clone()), stderr.clone());
            }
            (What::WaiverFailed { .. }, Some(open)) => {
                if let Some((title, why)) = story::of_waiver(&event.what) {
                    open.case(connector, &title, failed(NonSuccessKind::Failure, "waiver", &why, &why));
                }
            }
            (What::SnapshotCompared { subject, command, comparison }, Some(open)) => {
                let of = open.snapshots.entry(subject.clone()).or_default();
                of.push((command.clone(), comparison.clone()));
            }
            (What::Noted { note }, Some(open)) => open.notes.push(note.clone()),
            (What::ConnectorFinished { duration_ms, .. }, Some(open)) => {
                open.suite.set_time(seconds(*duration_ms));
                self.finish();
            }
            (What::ConnectorUnjudged { path, cause, why }, _) => {
                self.unjudged(connector, path, word(*cause), why);
            }
            (What::RunFinished { duration_ms, .. }, _) => {
                self.report.set_time(seconds(*duration_ms));
            }
            _ => {}
        }
    }

    fn break_off(&mut self, why: &str) {
        let name =
            self.open.as_ref().map_or_else(|| "harness".to_owned(), |open| open.suite.name.to_string());
        self.unjudged(&name, Path::new(""), "error", why);
    }

    fn close(&mut self) -> io::Result<()> {
        self.finish();
        let text = self.report.to_string().map_err(io::Error::other)?;
        // The two that XML knows nothing of and that are left by now.
        let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::played::{self, Page};
    use super::*;

    fn xml(events: &[Event]) -> String {
        let page = Page::default();
        let mut junit = Junit::new(Box::new(page.clone()), Style::default());
        for event in events {
            junit.tell(event);
        }
        junit.close().unwrap();
        page.text()
    }

    #[test]
    fn what_condemns_fails_and_what_is_let_be_is_skipped_with_its_reason() {
        let xml = xml(&played::run());
        for part in [
            r#"<testsuites name="harness" tests="9" skipped="3" failures="4" errors="1" time="3.000">"#,
            r#"<testsuite name="a" tests="8" skipped="3" errors="0" failures="4" time="1.500">"#,
            r#"<testcase name="spec_is_one_message" classname="a"/>"#,
            r#"<testcase name="records_match_schema" classname="a/one">"#,
            r#"<failure message="want /data/id a number, got &quot;1&quot;" type="must">must: "#,
            "got    &quot;1&quot;   (users, read, stdout line 3)\n",
            "again  harness test dir/a --scenario one -E &apos;check(=records_match_schema)&apos;\n",
            r#"<skipped message="known: ticket 7" type="known">"#,
            r#"<skipped message="warning: want a, got b" type="should">"#,
            r#"<skipped message="no state" type="nothing to judge"/>"#,
            r#"<failure message="1 snapshot waits for review: read" type="snapshot">"#,
            r#"<error message="no such folder" type="error">no such folder</error>"#,
        ] {
            assert!(xml.contains(part), "{part:?} is not in\n{xml}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let xml = xml(&played::hostile());
        let allowed = |character: char| matches!(character, '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(allowed), "{xml:?}");
        assert!(!xml.contains("]]>") && !xml.contains("<b>") && xml.contains("&lt;b&gt;"), "{xml}");
        assert!(Report::deserialize_from_str(&xml).is_ok(), "{xml}");
    }

    #[test]
    fn a_run_that_breaks_off_is_an_error() {
        let page = Page::default();
        let mut junit = Junit::new(Box::new(page.clone()), Style::default());
        played::run().iter().take(3).for_each(|event| junit.tell(event));
        junit.break_off("find config.json");
        junit.close().unwrap();
        let xml = page.text();
        assert!(xml.contains(r#"<error message="find config.json" type="error">"#), "{xml}");
        assert!(xml.contains(r#"errors="1""#) && xml.contains(r#"<testsuite name="a""#), "{xml}");
    }
}
