//! Writes the failures of a run down as known: `--baseline-update`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::checks::Check;
use crate::error::Error;
use crate::known::{Done, Entry, FILE, Known, OF_CONNECTOR};
use crate::verdict::{Finding, Verdict};
use crate::waiver::{CheckPattern, Pattern, Reason, Waiver};

const HEAD: &str = "# Failures that are known: `harness test --baseline-update` adds what fails and takes out what does \
not any more.\n# Say in each `reason` why it is let be; `issue` and `expires` may be added. See docs/waivers.md.\n";

/// What `--baseline-update` made of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) added: usize,
    pub(crate) removed: usize,
}

/// The waivers once all that condemns is written down, as entries of `file`; and what changes thereby.
///
/// Those of harness.toml are left alone, and so is what has expired: somebody has to decide.
pub(crate) fn update<'a>(
    known: &Known,
    condemned: impl IntoIterator<Item = (Option<&'a str>, &'a Check, &'a Verdict)>,
    done: &Done<'_>,
    file: &Path,
) -> (Known, Changes) {
    let (ours, others): (Vec<Entry>, Vec<Entry>) =
        known.entries.iter().cloned().partition(|entry| entry.file == file);
    let before = ours.len();
    let kept =
        ours.into_iter().filter(|entry| known.has_expired(entry) || known.fault(entry, done).is_none());
    let mut entries: BTreeMap<(String, Option<String>, Option<String>), Waiver> = BTreeMap::new();
    for Entry { waiver, .. } in kept {
        entries.entry(key(&waiver)).or_insert(waiver);
    }
    let left = entries.len();
    for (scenario, check, verdict) in condemned {
        let Verdict::Fail { findings } = verdict else { continue };
        for finding in findings {
            if finding.waived.is_none() && !known.has_lapsed(scenario, check, finding) {
                let waiver = waiver_of(scenario, check, finding, known);
                entries.entry(key(&waiver)).or_insert(waiver);
            }
        }
    }
    let changes = Changes { added: entries.len() - left, removed: before - left };
    let ours = entries.into_values().enumerate().map(|(place, waiver)| Entry::new(waiver, file, place + 1));
    (known.with(others.into_iter().chain(ours).collect()), changes)
}

fn key(waiver: &Waiver) -> (String, Option<String>, Option<String>) {
    let text = |pattern: &Option<Pattern>| pattern.as_ref().map(ToString::to_string);
    (waiver.check.0.to_string(), text(&waiver.scenario), text(&waiver.stream))
}

fn waiver_of(scenario: Option<&str>, check: &Check, finding: &Finding, known: &Known) -> Waiver {
    Waiver {
        check: CheckPattern(Pattern::of(check.id)),
        scenario: Some(Pattern::of(scenario.unwrap_or(OF_CONNECTOR))),
        stream: finding.stream.as_ref().map(|stream| Pattern::of(&stream.to_string())),
        reason: Reason(format!("known since {}; nobody has said why yet", known.today())),
        issue: None,
        expires: None,
    }
}

/// Writes the entries of `file`; without any, there is no file.
pub(crate) fn write(known: &Known, file: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write { path: file.to_owned(), source };
    let ours: Vec<&Waiver> =
        known.entries.iter().filter(|entry| entry.file == file).map(|entry| &entry.waiver).collect();
    if ours.is_empty() {
        return match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        };
    }
    std::fs::write(file, text_of(&ours)).map_err(failed)
}

fn text_of(waivers: &[&Waiver]) -> String {
    let mut text = HEAD.to_owned();
    for Waiver { check, scenario, stream, reason, issue, expires } in waivers {
        text.push_str("\n[[waiver]]\n");
        let fields = [
            ("check", Some(check.0.to_string())),
            ("scenario", scenario.as_ref().map(ToString::to_string)),
            ("stream", stream.as_ref().map(ToString::to_string)),
            ("reason", Some(reason.0.clone())),
            ("issue", issue.clone()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                let _infallible = writeln!(text, "{name} = {}", toml::Value::String(value));
            }
        }
        if let Some(day) = expires {
            let _infallible = writeln!(text, "expires = {day}");
        }
    }
    text
}

impl Changes {
    /// What is to be said of it.
    pub(crate) fn note(&self) -> String {
        let Changes { added, removed } = self;
        match (added, removed) {
            (0, 0) => format!("{FILE} stays as it is"),
            (0, _) => format!("{FILE}: {removed} taken out"),
            _ => format!(
                "{FILE}: {added} added, {removed} taken out; say in each new `reason` why it is let be"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;
    use crate::known::tests::{fails, known};

    const FILE: &str = "x/known-failures.toml";

    fn updated(text: &str, verdicts: &[(Option<&str>, Verdict)]) -> (String, Changes) {
        let check = checks::find("records_match_schema").unwrap();
        let mut known = known(text);
        let marked: Vec<(Option<&str>, Verdict)> = verdicts
            .iter()
            .map(|(scenario, verdict)| (*scenario, known.mark(*scenario, check, verdict.clone())))
            .collect();
        let scenarios = ["first".to_owned(), "other".to_owned()];
        let done = Done { scenarios: &scenarios, judged: &|_, _| true };
        let condemned = marked.iter().map(|(scenario, verdict)| (*scenario, check, verdict));
        let (known, changes) = update(&known, condemned, &done, Path::new(FILE));
        let waivers: Vec<&Waiver> = known.entries.iter().map(|entry| &entry.waiver).collect();
        (text_of(&waivers), changes)
    }

    #[test]
    fn what_fails_is_written_in_order_and_covers_it_the_next_time() {
        let verdicts = [
            (Some("other"), fails(&["b"])),
            (Some("first"), fails(&["b\"", "a", "a"])),
            (None, fails(&["c"])),
        ];
        let (text, changes) = updated("", &verdicts);
        assert_eq!(changes, Changes { added: 4, removed: 0 });
        let (again, changes) = updated(&text, &verdicts);
        assert_eq!((again.as_str(), changes), (text.as_str(), Changes { added: 0, removed: 0 }));
        assert!(text.contains("scenario = \"(connector)\""), "{text}");
        let places: Vec<usize> = ["stream = \"a\"", "stream = 'b\"'", "scenario = \"other\""]
            .iter()
            .map(|it| text.find(it).unwrap())
            .collect();
        assert!(places.is_sorted(), "{text}");
        assert!(text.contains("known since 2026-11-22"), "{text}");
    }

    #[test]
    fn reasons_are_kept_and_what_no_longer_fails_is_taken_out() {
        let entry = |scenario: &str| {
            format!(
                "[[waiver]]\ncheck = \"records_match_schema\"\nscenario = \"{scenario}\"\nreason = \"said: {scenario}\"\n\
                 issue = \"https://example.com/1\"\nexpires = 2027-01-31\n"
            )
        };
        let text = format!("{}{}", entry("other"), entry("first"));
        let (text, changes) =
            updated(&text, &[(Some("first"), fails(&["a"])), (Some("other"), Verdict::Pass)]);
        assert_eq!(changes, Changes { added: 0, removed: 1 });
        assert!(text.contains("said: first") && !text.contains("other"), "{text}");
        assert!(text.contains("https://example.com/1") && text.contains("expires = 2027-01-31"), "{text}");
    }

    #[test]
    fn what_has_expired_is_neither_taken_out_nor_written_anew() {
        let text = "[[waiver]]\ncheck = \"records_match_schema\"\nreason = \"r\"\nexpires = 2026-01-31\n";
        let (text, changes) = updated(text, &[(Some("first"), fails(&["a"]))]);
        assert_eq!(changes, Changes { added: 0, removed: 0 });
        assert_eq!(text.matches("[[waiver]]").count(), 1, "{text}");
    }
}
