//! What is wrong with a recording, before it is known which file it is.

use std::fmt::Display;

use serde_path_to_error::Segment;

/// The most characters of a reason.
const REASON: usize = 300;

/// Something wrong: where, and what was wanted and came.
#[derive(Debug)]
pub(crate) struct Flaw {
    /// Ends in `: `, or is empty.
    pub(crate) place: String,
    pub(crate) reason: String,
}

impl Flaw {
    /// In a field of an entry; either may be empty.
    pub(crate) fn at(entry: &str, field: &str, reason: impl Display) -> Flaw {
        let mut place = String::new();
        for part in
            [if entry.is_empty() { String::new() } else { format!("entry {entry}") }, field.to_owned()]
        {
            if !part.is_empty() {
                place.push_str(&line(&part, REASON));
                place.push_str(": ");
            }
        }
        Flaw { place, reason: line(&without_quotes(&reason.to_string()), REASON) }
    }

    /// In the file as a whole.
    pub(crate) fn of_file(reason: impl Display) -> Flaw {
        Flaw::at("", "", reason)
    }

    /// At a path on which the first list is that of the entries.
    pub(crate) fn on_path<E: Display>(error: &serde_path_to_error::Error<E>) -> Flaw {
        let segments: Vec<&Segment> = error.path().iter().collect();
        let list = segments.iter().position(|segment| matches!(segment, Segment::Seq { .. }));
        let (entry, fields) = match list.map(|list| (segments[list], &segments[list + 1..])) {
            Some((Segment::Seq { index }, fields)) => ((index + 1).to_string(), fields),
            _ => (String::new(), &segments[..]),
        };
        Flaw::at(&entry, &joined(fields), error.inner())
    }

    /// In a part of an entry that was read on its own; `field` is where that part is.
    pub(crate) fn within<E: Display>(
        entry: &str,
        field: &str,
        error: &serde_path_to_error::Error<E>,
    ) -> Flaw {
        let fields = joined(&error.path().iter().collect::<Vec<_>>());
        let dot = if fields.is_empty() || fields.starts_with('[') { "" } else { "." };
        Flaw::at(entry, &format!("{field}{dot}{fields}"), error.inner())
    }
}

fn joined(segments: &[&Segment]) -> String {
    let fields: Vec<String> = segments.iter().map(ToString::to_string).collect();
    // A path that leads nowhere is shown as one dot.
    fields.join(".").replace(".[", "[").trim_matches('.').to_owned()
}

/// What libraries quote is the recording's own text: it may be a secret.
fn without_quotes(reason: &str) -> String {
    match (reason.find('"'), reason.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}\"…\"{}", &reason[..first], &reason[last + 1..])
        }
        _ => reason.to_owned(),
    }
}

/// One line of at most `most` characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut characters = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let mut line: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_names_entry_and_field_and_quotes_nothing() {
        let error = serde_path_to_error::deserialize::<_, Vec<Vec<u8>>>(
            &mut serde_json::Deserializer::from_str(r#"[[1], [1, "canary \" x"]]"#),
        );
        let flaw = Flaw::on_path(&error.unwrap_err());
        assert_eq!(flaw.place, "entry 2: [1]: ");
        assert!(flaw.reason.starts_with("invalid type: string \"…\", expected u8"), "{}", flaw.reason);
        let error =
            serde_path_to_error::deserialize::<_, u8>(&mut serde_json::Deserializer::from_str("true"));
        assert_eq!(
            Flaw::within("a.json", "request.url", &error.unwrap_err()).place,
            "entry a.json: request.url: "
        );
    }

    #[test]
    fn a_flaw_is_one_line_of_bounded_length() {
        let flaw = Flaw::at("1", "x\ny", "z".repeat(1_000));
        assert_eq!((flaw.place.as_str(), flaw.reason.chars().count()), ("entry 1: x y: ", REASON + 1));
    }
}
