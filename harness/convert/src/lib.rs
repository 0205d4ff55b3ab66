//! Other tools' recordings to cassettes, and back.
//!
//! [`import`] reads what browsers, proxies and test libraries have recorded (see [`Format`]) and makes a [`Tape`] of it.
//! What cannot be kept is said in [`Imported::notes`], a sentence each; nothing goes without a word.
//!
//! ```
//! use connector_convert::{Options, import_bytes};
//!
//! let recorded = br#"[{"scope": "https://api.example.test:443", "method": "get", "path": "/users", "status": 200,
//!     "reqheaders": {"authorization": "Bearer s3cret"}, "response": [{"id": 1}]}]"#;
//! let imported = import_bytes(recorded, "nock.json", &Options::default())?;
//! let request = &imported.tape.interactions[0].request;
//! assert_eq!(request.url.as_str(), "https://api.example.test/users");
//! assert_eq!(request.headers[0].value.as_str(), "Bearer {{opaque}}");
//! assert!(imported.notes[0].starts_with("entry 1: the value of the request header `authorization` is a credential"));
//! # Ok::<(), connector_convert::Error>(())
//! ```
//!
//! # Credentials
//!
//! Other tools record credentials in the clear; what is imported can be published. Credentials are known by the names of
//! their headers, query parameters and fields (`authorization`, `client_secret`, `access_token`, ...), and then found by their
//! values wherever else they stand:
//!
//! - What an answer hands out (`access_token` in JSON, `set-cookie`) and later requests carry is a `{{token:NAME}}` in all
//!   places, so that a client that passes on what it was handed out is answered.
//! - What came from a client's configuration is `{{opaque}}` in a header: any value is taken. In a query or a body it is a
//!   made-up literal such as `made-up-api_key`, which the client must be given in its configuration.
//! - Cookies that were not handed out in the recording are left out.
//!
//! Credentials are not found where no name tells of them: in XML, in parts of multipart bodies, in paths. Look over what
//! came of a recording before you publish it.
//!
//! # What is always dropped
//!
//! Headers of the connection (`connection`, `content-length`, `host` and their like; `transfer-encoding: chunked` of an answer
//! stays, and `content-length` of an answer to HEAD), HTTP/2's pseudo headers, times and sizes, the wording of the status, the
//! HTTP version, the time at which a cookie expires. Bodies are kept as they are before compression; of `content-encoding` only
//! gzip stays, since a cassette compresses for it again.

mod assemble;
mod charset;
mod coding;
mod entry;
mod error;
mod fields;
mod flaw;
mod format;
mod har;
mod json;
mod nock;
mod note;
mod repeat;
mod scalar;
mod secret;
mod shape;
mod vcr;
mod wiremock;

use std::fs;
use std::path::Path;

use connector_replay::{Cassette, Interaction, Tape, Terms};
use serde_json::value::RawValue;
use url::Url;

pub use error::Error;
pub use format::Format;

use entry::Entry;
use flaw::Flaw;
use note::Notes;

/// How a recording is imported.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What it is read as; where it is not said, what is in it tells.
    pub format: Option<Format>,
    /// What WireMock's paths are put behind, such as `https://api.example.com`: its mappings name no host. Of no meaning
    /// for other formats.
    pub base_url: Option<String>,
}

/// What came of a recording.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it was read as.
    pub format: Format,
    /// The cassette. It loads on any [`Terms`], unless it was exported from a cassette whose expressions ask for more.
    pub tape: Tape,
    /// What was not kept as it was, each sentence with the entries of which it is true, counted from 1.
    pub notes: Vec<String>,
}

/// Imports a file, or WireMock's folder.
///
/// # Errors
/// [`Error::Read`] where it cannot be read, else as [`import_bytes`].
pub fn import(path: impl AsRef<Path>, options: &Options) -> Result<Imported, Error> {
    let path = path.as_ref();
    if !path.is_dir() {
        let bytes = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        return import_bytes(&bytes, path, options);
    }
    if let Some(format) = options.format.filter(|format| *format != Format::WireMock) {
        let reason = format!("wanted a file of format {format}, got a folder");
        return Err(Error::Unknown { path: path.to_owned(), reason });
    }
    let base = base(options)?;
    let mut notes = Notes::default();
    let entries = wiremock::in_folder(path, base.as_ref(), &mut notes).map_err(|unread| match unread {
        wiremock::Unread::Flaw(flaw) => malformed(path, Format::WireMock, flaw),
        wiremock::Unread::File(path, source) => Error::Read { path, source },
    })?;
    finish(path, Format::WireMock, entries, notes)
}

/// Imports a recording from its bytes; `path` is for messages, and to find the bodies that WireMock keeps in files.
///
/// # Errors
/// [`Error::Unknown`] where it is nobody's recording, [`Error::Malformed`] where it is not as its format has it,
/// [`Error::BaseUrl`] where [`Options::base_url`] is no URL.
pub fn import_bytes(bytes: &[u8], path: impl AsRef<Path>, options: &Options) -> Result<Imported, Error> {
    let path = path.as_ref();
    let format = match options.format {
        Some(format) => format,
        None => {
            Format::detect(path, bytes).map_err(|reason| Error::Unknown { path: path.to_owned(), reason })?
        }
    };
    let wrong = |flaw| malformed(path, format, flaw);
    let text =
        std::str::from_utf8(bytes).map_err(|_| wrong(Flaw::of_file("wanted UTF-8 text, got other bytes")))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut notes = Notes::default();
    let entries = match format {
        Format::Har => match har::read(text, &mut notes).map_err(wrong)? {
            har::Read::Foreign(entries) => entries,
            har::Read::Own { interactions, meta } => {
                let mut tape = Tape::new(interactions);
                tape.meta = meta;
                return Ok(Imported { format, tape, notes: notes.into_lines() });
            }
        },
        Format::Vcr => vcr::read(text, &mut notes).map_err(wrong)?,
        Format::WireMock => wiremock::read(text, path, base(options)?.as_ref(), &mut notes).map_err(wrong)?,
        Format::Nock => nock::read(text, &mut notes).map_err(wrong)?,
    };
    finish(path, format, entries, notes)
}

/// Writes a cassette as an HTTP Archive 1.2, the same bytes for the same cassette.
///
/// Expressions such as `{{secret:api_key}}` are left as they are written, and a comment says so. What HAR has no fields for
/// (which kind a body is, whether an answer repeats, the cassette's meta) stands in fields that begin with an underscore,
/// as HAR wants it of what others add. [`import`] knows such a file by them and reads the same interactions back, apart
/// from one thing: lines that hold a line break themselves come back as text. Times are not recorded in a cassette:
/// entries begin a millisecond apart, from 1970 on.
///
/// ```
/// use connector_convert::{Options, export_har, import_bytes};
/// use connector_replay::Tape;
///
/// let tape = Tape::parse(
///     r#"{"cassette": 1, "interactions": [{
///         "request": {"method": "GET", "url": "https://api.example.test/", "headers": [["x-key", "{{secret:key}}"]]},
///         "response": {"status": 200, "body": {"json": {"n": 1.0}}}}]}"#,
///     "cassette.json",
/// )?;
/// let har = export_har(&tape)?;
/// let back = import_bytes(har.as_bytes(), "cassette.har", &Options::default())?;
/// assert_eq!(back.tape.to_json()?, tape.to_json()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None in practice: what a tape holds can be written.
pub fn export_har(tape: &Tape) -> serde_json::Result<String> {
    har::write(tape)
}

fn malformed(path: &Path, format: Format, flaw: Flaw) -> Error {
    Error::Malformed { path: path.to_owned(), format, place: flaw.place, reason: flaw.reason }
}

fn base(options: &Options) -> Result<Option<Url>, Error> {
    let Some(text) = &options.base_url else { return Ok(None) };
    let wrong = |reason: String| Error::BaseUrl { reason };
    let url = Url::parse(text)
        .map_err(|error| wrong(format!("wanted one such as https://api.example.com: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "wanted one such as https://api.example.com, without query and fragment".to_owned(),
        ));
    }
    Ok(Some(url))
}

fn finish(path: &Path, format: Format, entries: Vec<Entry>, mut notes: Notes) -> Result<Imported, Error> {
    // Stubs stand in no order, and say themselves what repeats.
    let ordered = format != Format::WireMock;
    let mut labelled =
        assemble::assemble(entries, ordered, &mut notes).map_err(|flaw| malformed(path, format, flaw))?;
    if ordered {
        repeat::collapse(&mut labelled, &mut notes);
    } else {
        repeat::only_last(&mut labelled, &mut notes);
    }
    let interactions: Vec<Interaction> = labelled.into_iter().map(|(_, interaction)| interaction).collect();
    let mut tape = Tape::new(interactions);
    tape.meta = RawValue::from_string(format!("{{\"imported_from\":\"{format}\"}}")).ok();
    let checked = Cassette::new(tape.clone(), path, &Terms::default());
    checked.map_err(|error| {
        malformed(path, format, Flaw::of_file(format_args!("wanted what a cassette can hold: {error}")))
    })?;
    Ok(Imported { format, tape, notes: notes.into_lines() })
}
