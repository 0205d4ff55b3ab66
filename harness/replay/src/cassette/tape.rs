use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::object::{Strict, all_strict};
use super::{Body, Interaction, layout, malformed};
use crate::Error;
use crate::cassette::malformed::Place;
use crate::excerpt::short;

/// The version of the format.
pub(super) const VERSION: u64 = 1;

/// A cassette as its file says it, its expressions as they are written. The format is `docs/cassette.md`.
///
/// Tools read and write tapes; what is played is a [`Cassette`](crate::Cassette), a tape under certain terms.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tape {
    #[serde(rename = "cassette")]
    version: u64,
    /// An object for the reader: where the recording comes from.
    #[serde(default, deserialize_with = "object")]
    pub meta: Option<Box<RawValue>>,
    /// What was recorded, in its order.
    #[serde(deserialize_with = "all_strict")]
    pub interactions: Vec<Interaction>,
}

impl Tape {
    /// A tape of these interactions, without a word on where they are from.
    pub fn new(interactions: Vec<Interaction>) -> Tape {
        Tape { version: VERSION, meta: None, interactions }
    }

    /// Reads a cassette file, and the bodies that it keeps in files of their own.
    ///
    /// # Errors
    /// [`Error::ReadCassette`] where a file cannot be read, else as [`Tape::parse`].
    pub fn load(path: impl Into<PathBuf>) -> Result<Tape, Error> {
        let path = path.into();
        match fs::read_to_string(&path) {
            Ok(text) => Tape::parse(&text, path),
            Err(source) => Err(Error::ReadCassette { path, source }),
        }
    }

    /// Reads a cassette from its text; `path` is for messages, and to find bodies that stand in files beside it.
    ///
    /// # Errors
    /// [`Error::Malformed`], which names file, interaction, field, what was wanted and what came.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Tape, Error> {
        let path = path.as_ref();
        malformed::check_version(text, path)?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let Strict(mut tape): Strict<Tape> = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| malformed::field(text, path, &error))?;
        deserializer.end().map_err(|error| malformed::at(path, &Place::file(), error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for (position, interaction) in tape.interactions.iter_mut().enumerate() {
            let line = interaction.to_string();
            let Interaction { request, response, .. } = interaction;
            for (field, body) in
                [("request.body.file", &mut request.body), ("response.body.file", &mut response.body)]
            {
                if let Some(Body::File(file)) = body {
                    let place = || Place::named(position, &line, field);
                    file.load(folder).map_err(|reason| malformed::at(path, &place(), reason))?;
                }
            }
        }
        Ok(tape)
    }

    /// The whole file as text, as [`write_to`](Self::write_to) writes it.
    ///
    /// # Errors
    /// None in practice: what a tape holds can be written.
    pub fn to_json(&self) -> io::Result<String> {
        let mut text = Vec::new();
        self.write_to(&mut text)?;
        String::from_utf8(text).map_err(io::Error::other)
    }

    /// Writes the file, laid out as `docs/cassette.md` says: equal tapes give equal bytes. One interaction at a time, so that
    /// a long recording is not held in memory once more.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_to(&self, mut out: impl io::Write) -> io::Result<()> {
        write!(out, "{{\n  \"cassette\": {}", self.version)?;
        if let Some(meta) = &self.meta {
            write!(out, ",\n  \"meta\": {}", layout::at_depth(meta.get(), 1))?;
        }
        out.write_all(b",\n  \"interactions\": [")?;
        for (place, interaction) in self.interactions.iter().enumerate() {
            let json = serde_json::to_string(interaction)?;
            let comma = if place == 0 { "" } else { "," };
            write!(out, "{comma}\n    {}", layout::at_depth(&json, 2))?;
        }
        out.write_all(if self.interactions.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })?;
        // What a buffer keeps to the end has to be told of too.
        out.flush()
    }
}

/// Raw, so that numbers keep their digits and keys their order.
fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    let value = Option::<Box<RawValue>>::deserialize(deserializer)?;
    match &value {
        Some(meta) if !meta.get().starts_with('{') => {
            Err(de::Error::custom(format_args!("wanted an object, got {}", short(meta.get()))))
        }
        _ => Ok(value),
    }
}
