use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::Interaction;
use super::object::Strict;
use super::tape::VERSION;
use crate::excerpt::{short, shorten};
use crate::{Error, Target};

/// The most characters of a reason: room for what was wanted beside what came.
const REASON: usize = 400;

/// Where in a cassette something is wrong.
pub(super) struct Place {
    /// Counted from 1, with the request's line where it can be read.
    interaction: Option<(usize, Option<String>)>,
    field: String,
}

impl Place {
    /// The file as a whole.
    pub(super) fn file() -> Place {
        Place { interaction: None, field: String::new() }
    }

    /// A field of the interaction at a position counted from 0.
    pub(super) fn of(interaction: &Interaction, position: usize, field: &str) -> Place {
        Place::named(position, &interaction.to_string(), field)
    }

    /// Likewise, the interaction's line as text.
    pub(super) fn named(position: usize, line: &str, field: &str) -> Place {
        Place { interaction: Some((position + 1, Some(short(line)))), field: field.to_owned() }
    }

    fn on_path(text: &str, path: &serde_path_to_error::Path) -> Place {
        let segments: Vec<&Segment> = path.iter().collect();
        let (interaction, fields) = match segments.as_slice() {
            [Segment::Map { key }, Segment::Seq { index }, fields @ ..] if key == "interactions" => {
                (Some((index + 1, request_line(text, *index))), fields)
            }
            fields => (None, fields),
        };
        let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let field = short(&fields.join(".").replace(".[", "["));
        Place { interaction, field }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interaction {
            Some((number, Some(request))) => write!(f, "interaction {number} ({request}): ")?,
            Some((number, None)) => write!(f, "interaction {number}: ")?,
            None => {}
        }
        if self.field.is_empty() { Ok(()) } else { write!(f, "{}: ", self.field) }
    }
}

/// The error for something wrong at `place`.
pub(super) fn at(path: &Path, place: &Place, reason: impl fmt::Display) -> Error {
    Error::Malformed { path: path.to_owned(), place: place.to_string(), reason: reason.to_string() }
}

/// The error for a field that does not read.
pub(super) fn field(text: &str, path: &Path, error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let place = Place::on_path(text, error.path());
    let error = error.inner();
    let reason = error.to_string();
    // The reason may quote any part of the file; where it stands in the file comes last and stays.
    let position = format!(" at line {} column {}", error.line(), error.column());
    let (reason, position) =
        reason.strip_suffix(&position).map_or((&*reason, ""), |reason| (reason, &*position));
    at(path, &place, format_args!("{}{position}", shorten(reason, REASON)))
}

/// Says first of all when the file is of another version, whose fields mean something else.
pub(super) fn check_version(text: &str, path: &Path) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Edition {
        #[serde(default)]
        cassette: Value,
    }
    // A text that does not read has its error named with its place a moment later.
    match serde_json::from_str(text) {
        Ok(Strict(Edition { cassette })) if cassette != VERSION => {
            let place = Place { interaction: None, field: "cassette".into() };
            let got = if cassette.is_null() { "nothing".into() } else { short(&cassette.to_string()) };
            Err(at(path, &place, format_args!("wanted {VERSION}, the version of the format, got {got}")))
        }
        _ => Ok(()),
    }
}

/// Method and URL of an interaction in a file that does not read as a cassette, where it reads as JSON.
///
/// A URL that is no target is left out: it may hold a password.
fn request_line(text: &str, index: usize) -> Option<String> {
    let file: Value = serde_json::from_str(text).ok()?;
    let request = file.pointer(&format!("/interactions/{index}/request"))?;
    let method = short(request.get("method")?.as_str()?);
    let url = Target::deserialize(request.get("url")?).ok();
    Some(url.map_or_else(|| method.clone(), |url| format!("{method} {}", short(&url.to_string()))))
}
