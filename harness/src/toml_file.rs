//! TOML that people write: read, and its faults told by line and key.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::de::{DeTable, DeValue};

use crate::error::Error;
use crate::nearest::nearest;

/// Reads `text`, which stands in the file `path`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, Error> {
    let told = |start: Option<usize>, key: Option<String>, message: &str| {
        // A fault at the very end is one of the last line.
        let before = start.and_then(|start| text.get(..start.min(text.trim_end().len())));
        let line = before.map(|before| before.matches('\n').count() + 1);
        Error::Toml { path: path.to_owned(), line, key, why: plain(message) }
    };
    let start = |error: &toml::de::Error| error.span().map(|span| span.start);
    let document = DeTable::parse(text).map_err(|error| told(start(&error), None, error.message()))?;
    let keyed = document.get_ref().clone();
    serde_path_to_error::deserialize(toml::Deserializer::from(document)).map_err(|error| {
        let key = Some(error.path().to_string()).filter(|key| key != ".");
        // Of what stands in a list, toml knows the place of the list alone.
        let start = item(&keyed, error.path().iter()).or_else(|| start(error.inner()));
        told(start, key, error.inner().message())
    })
}

/// Where the value of `path` begins, if its last step is one into a list.
fn item<'a>(table: &DeTable<'_>, mut path: impl Iterator<Item = &'a Segment>) -> Option<usize> {
    let Some(Segment::Map { key }) = path.next() else { return None };
    let (_, mut value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let mut is_item = false;
    for step in path {
        is_item = matches!(step, Segment::Seq { .. });
        value = match (step, value.get_ref()) {
            (Segment::Map { key }, DeValue::Table(table)) => {
                table.iter().find(|(name, _)| name.get_ref() == key)?.1
            }
            (Segment::Seq { index }, DeValue::Array(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    is_item.then(|| value.span().start)
}

/// What serde says of a name that it does not know, with the name that was probably meant; all else as it is.
fn plain(message: &str) -> String {
    let mut message = message.replace('\n', ", ");
    // How a table or a choice is called in our code is nothing to the writer.
    for (ours, theirs) in
        [(", expected struct ", ", expected a table"), (", expected enum ", ", expected one of its words")]
    {
        if let Some((before, _)) = message.split_once(ours) {
            message = format!("{before}{theirs}");
        }
    }
    let unknown = ["unknown field `", "unknown variant `"].iter().any(|start| message.starts_with(start));
    if unknown {
        let mut quoted = message.split('`').skip(1).step_by(2);
        let written = quoted.next().unwrap_or_default();
        if let Some(meant) = nearest(written, quoted) {
            message = format!("{message}; did you mean `{meant}`?");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Letter {
        #[expect(dead_code, reason = "read by serde alone")]
        greeting: Option<String>,
        #[serde(default)]
        #[expect(dead_code, reason = "read by serde alone")]
        paragraphs: BTreeMap<String, Vec<u8>>,
    }

    fn fault(text: &str) -> String {
        parse::<Letter>(text, Path::new("x/letter.toml")).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_is_told_by_file_line_and_key() {
        assert_eq!(
            fault("greeting = \"hello\"\n\n[paragraphs]\nfirst = [1,\n  300]\n"),
            "understand x/letter.toml:5: paragraphs.first[1]: invalid value: integer `300`, expected u8"
        );
        assert_eq!(
            fault("\n\ngreeting = 1"),
            "understand x/letter.toml:3: greeting: invalid type: integer `1`, expected a string"
        );
    }

    #[test]
    fn what_is_no_toml_has_a_line_too() {
        assert!(fault("greeting = \"hello\"\nparagraphs = {\n").starts_with("understand x/letter.toml:2: "));
        assert!(fault("\ngreeting = \n\n").starts_with("understand x/letter.toml:2: "));
    }

    #[test]
    fn a_name_that_does_not_exist_brings_the_one_that_was_meant() {
        let error = fault("\ngreetings = \"hello\"\n");
        assert!(error.starts_with("understand x/letter.toml:2: "), "{error}");
        assert!(error.contains("unknown field `greetings`"), "{error}");
        assert!(error.ends_with("did you mean `greeting`?"), "{error}");
        let error = fault("zzz = 1");
        assert!(!error.contains("did you mean"), "{error}");
    }
}
