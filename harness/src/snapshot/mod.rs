//! Compares what a command printed with the snapshot that somebody reviewed. The one file that knows insta.

mod envelope;
mod normalize;
mod order;
mod requests;
mod update;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use self::envelope::Envelope;
pub(crate) use self::normalize::Volatile;
pub(crate) use self::requests::text_of_requests;
pub use self::update::Update;
use crate::error::Error;
use crate::ledger::{RAW_KEPT, StreamAccount};
use crate::secrets::Secrets;
use crate::transcript::Transcript;

/// The ending of a snapshot that waits for review, as insta has it.
pub(crate) const PENDING: &str = "snap.new";

/// How what was printed compares with what was reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "comparison")]
pub enum Comparison {
    /// They are the same.
    Matches,
    /// They hold the same in another order, and states between that hold what had come so far: no review is asked for.
    Reordered,
    /// They differ, or there was none: it waits for review.
    Pending {
        /// The reviewed snapshot, there or not.
        file: PathBuf,
        /// Whether there was one.
        new: bool,
        /// Whether the proposal was written beside it; never where `CI` is set.
        written: bool,
        /// What differs, as a unified diff; the whole text where there was none.
        diff: String,
    },
    /// They differ, and nothing is proposed, since a check has condemned what was printed.
    Held,
    /// The snapshot was written at once, since `INSTA_UPDATE` says so.
    Updated,
}

/// The text of a snapshot: every message but LOG, one a line, and how the command ended.
///
/// LOG messages are left out: they are for people, and connectors print timings in them. Messages that speak of no
/// stream come first, then those of each stream, by its name.
pub(crate) fn text_of(transcript: &Transcript, volatile: &Volatile, secrets: &Secrets) -> String {
    let mut text = String::new();
    let raw = &transcript.account.raw;
    let cut = transcript.account.bytes > raw.len() as u64;
    // A line that the limit cut in two is left out.
    let whole =
        if cut { raw.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1) } else { raw.len() };
    let mut lines = 0;
    let mut kept = Vec::new();
    for line in raw[..whole].split(|byte| *byte == b'\n') {
        lines += 1;
        let line = String::from_utf8_lossy(line);
        let envelope: Envelope = serde_json::from_str(&line).unwrap_or_default();
        if !line.trim().is_empty() && envelope.kind != "LOG" {
            kept.push((envelope.stream(), secrets.mask(&normalize::normalize(&line, volatile))));
        }
    }
    // Streams may be read side by side: what order they come in is chance, the order within each is not.
    kept.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (_, line) in kept {
        text.push_str(&line);
        text.push('\n');
    }
    if cut {
        let more = transcript.account.lines + 1 - lines;
        let _infallible = writeln!(
            text,
            "... {more} more lines: a snapshot holds the first {RAW_KEPT} bytes, and of all records a sum:"
        );
        let mut streams: Vec<_> = transcript.account.streams.iter().filter(|it| it.records > 0).collect();
        streams.sort_by(|one, other| one.name.cmp(&other.name));
        for stream in streams {
            let StreamAccount { name, records, sum, .. } = stream;
            let _infallible = writeln!(text, "... {name}: {records} records, sum {:016x}", sum.set);
        }
    }
    let _infallible = writeln!(text, "= {}", transcript.exit);
    text
}

/// Compares `text` with the snapshot at `file`, and proposes it where they differ.
///
/// Where it is `held`, nothing is proposed. `title` says where the text comes from; `cargo insta review` shows it.
pub(crate) fn compare(
    file: &Path,
    title: &str,
    text: &str,
    update: Update,
    held: bool,
) -> Result<Comparison, Error> {
    let pending = file.with_extension(PENDING);
    let reviewed = read(file)?;
    if reviewed.as_deref().map(str::trim_end) == Some(text.trim_end()) {
        remove(&pending)?;
        return Ok(Comparison::Matches);
    }
    if reviewed.as_deref().is_some_and(|reviewed| order::differ_in_order_alone(reviewed, text)) {
        remove(&pending)?;
        return Ok(Comparison::Reordered);
    }
    let new = reviewed.is_none();
    if held && update != Update::No {
        remove(&pending)?;
        return Ok(Comparison::Held);
    }
    if update.at_once(new) {
        write(file, title, text)?;
        remove(&pending)?;
        return Ok(Comparison::Updated);
    }
    let written = update.proposes();
    if written {
        write(&pending, title, text)?;
    }
    let diff = diff(reviewed.as_deref().unwrap_or_default(), text);
    Ok(Comparison::Pending { file: file.to_owned(), new, written, diff })
}

/// What changes from one text to the other, as a unified diff.
pub(crate) fn diff(from: &str, to: &str) -> String {
    let whole = |text: &str| if text.is_empty() { String::new() } else { format!("{}\n", text.trim_end()) };
    let (from, to) = (whole(from), whole(to));
    similar::TextDiff::from_lines(&from, &to).unified_diff().context_radius(2).to_string()
}

/// The text of the snapshot at `file`; `None` where there is none.
pub(crate) fn read(file: &Path) -> Result<Option<String>, Error> {
    if !file.exists() {
        return Ok(None);
    }
    let unreadable = |why: String| Error::Settings { path: file.to_owned(), why };
    // insta speaks to its own users about files of its earlier formats: we do not let it.
    let text =
        std::fs::read_to_string(file).map_err(|source| Error::Read { path: file.to_owned(), source })?;
    if !text.starts_with("---\n") && !text.starts_with("---\r\n") {
        return Err(unreadable("it is no snapshot: want a file that begins with `---`".to_owned()));
    }
    let snapshot = insta::Snapshot::from_file(file).map_err(|error| unreadable(error.to_string()))?;
    let text = snapshot.as_text().ok_or_else(|| unreadable("it is no text snapshot".to_owned()))?;
    Ok(Some(text.to_string()))
}

/// The files below `folder` whose name ends in `.{ending}`, in order. Hidden folders and what tools build are left out.
pub(crate) fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(&format!(".{ending}")) {
                found.push(entry.path());
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir())
                && !name.starts_with('.')
                && !matches!(name.as_str(), "target" | "node_modules" | "__pycache__" | "venv")
            {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn write(file: &Path, title: &str, text: &str) -> Result<(), Error> {
    let failed = |source| Error::Write { path: file.to_owned(), source };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // A JSON string is a YAML string.
    let source = serde_json::Value::from(title);
    std::fs::write(file, format!("---\nsource: {source}\n---\n{}\n", text.trim_end())).map_err(failed)
}

fn remove(file: &Path) -> Result<(), Error> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path: file.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(comparison: &Comparison) -> (bool, bool) {
        match comparison {
            Comparison::Pending { new, written, .. } => (*new, *written),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_text_is_proposed_and_matches_once_it_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/read.snap");
        let text = "{\"a\":1}\n= exit status 0\n";
        let first = compare(&file, "harness test \"x\"", text, Update::Propose, false).unwrap();
        assert_eq!(pending(&first), (true, true));
        std::fs::rename(file.with_extension(PENDING), &file).unwrap();
        assert_eq!(compare(&file, "t", text, Update::Propose, false).unwrap(), Comparison::Matches);
    }

    #[test]
    fn a_change_is_shown_as_a_diff_and_written_only_where_it_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read.snap");
        assert_eq!(compare(&file, "t", "a\nb\n", Update::Always, false).unwrap(), Comparison::Updated);
        let changed = compare(&file, "t", "a\nc\n", Update::No, false).unwrap();
        assert_eq!(pending(&changed), (false, false));
        assert!(!file.with_extension(PENDING).exists());
        let Comparison::Pending { diff, .. } = changed else { panic!() };
        assert!(diff.contains("-b\n+c\n"), "{diff}");
    }

    #[test]
    fn of_what_was_condemned_nothing_is_proposed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read.snap");
        assert_eq!(compare(&file, "t", "a\n", Update::Propose, true).unwrap(), Comparison::Held);
        assert!(!file.with_extension(PENDING).exists());
    }

    #[test]
    fn a_match_takes_an_old_proposal_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read.snap");
        compare(&file, "t", "a\n", Update::Always, false).unwrap();
        compare(&file, "t", "b\n", Update::Propose, false).unwrap();
        assert!(file.with_extension(PENDING).exists());
        assert_eq!(compare(&file, "t", "a\n", Update::Propose, false).unwrap(), Comparison::Matches);
        assert!(!file.with_extension(PENDING).exists());
    }

    #[test]
    fn of_what_a_snapshot_does_not_hold_it_holds_a_sum() {
        let text = |last: &str| {
            let record = |data: &str| {
                let message = r#"{"type":"RECORD","record":{"stream":"a","data":"#;
                format!("{message}{data},\"emitted_at\":1}}}}\n")
            };
            let long = record(&format!("{{\"text\":\"{}\"}}", "x".repeat(1 << 20)));
            let printed = format!("$ read\n{}{}", long.repeat(5), record(last));
            let evidence = crate::example::parse(&printed);
            text_of(&evidence.runs[0].transcript, &Volatile::default(), &Secrets::default())
        };
        let one = text(r#"{"text":"y"}"#);
        let shown: Vec<&str> = one.lines().filter(|line| line.starts_with("... ")).collect();
        assert_eq!(
            shown[0],
            "... 3 more lines: a snapshot holds the first 4194304 bytes, and of all records a sum:"
        );
        assert!(shown[1].starts_with("... a: 6 records, sum ") && shown.len() == 2, "{shown:?}");
        assert_eq!(one, text(r#"{"text":"y"}"#));
        assert_ne!(one, text(r#"{"text":"z"}"#), "past the limit");
    }
}
