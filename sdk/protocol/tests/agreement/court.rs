use std::path::Path;
use std::sync::LazyLock;
use std::{fs, io};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::grammar::Grammar;
use crate::subject::Subject;

/// Where the official schema stands beside a checkout, if it does.
const OFFICIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/protocol/airbyte_protocol.yaml");

/// The schemas, read and compiled once.
pub(crate) static COURT: LazyLock<Court> = LazyLock::new(|| Court {
    ours: Subject::all().map(|subject| Book::new(subject, subject.schema())).collect(),
    official: Official::load(Path::new(OFFICIAL)),
});

/// All who judge values by a schema.
pub(crate) struct Court {
    ours: Vec<Book>,
    /// The official schema; none where it is absent.
    pub(crate) official: Option<Official>,
}

/// The official schema, which judges, and its definitions by subject, which are walked.
pub(crate) struct Official {
    message: Validator,
    configured_catalog: Validator,
    /// What the types of messages are called.
    pub(crate) message_types: Value,
    books: Vec<Book>,
}

/// One schema: walked as a grammar, or compiled to judge.
pub(crate) struct Book {
    subject: Subject,
    document: Value,
    validator: Validator,
}

impl Court {
    /// Our schema of this subject.
    pub(crate) fn ours(&self, subject: Subject) -> &Book {
        self.ours.iter().find(|book| book.subject == subject).expect("there is one of each")
    }

    /// Every schema that describes this subject: ours, and the official one where it is there.
    pub(crate) fn books(&self, subject: Subject) -> impl Iterator<Item = &Book> {
        let official = self.official.iter().flat_map(|official| &official.books);
        self.ours.iter().chain(official).filter(move |book| book.subject == subject)
    }

    /// Whether our schemas accept: of a message, the one that its `type` names.
    pub(crate) fn ours_accept(&self, subject: Subject, value: &Value) -> bool {
        subject.turns_out(value).is_some_and(|subject| self.ours(subject).accepts(value))
    }

    /// Whether the official schema accepts; where it is absent, ours stands in.
    pub(crate) fn official_accepts(&self, subject: Subject, value: &Value) -> bool {
        match (&self.official, subject) {
            (None, _) => self.ours_accept(subject, value),
            (Some(official), Subject::Message(_)) => official.message.is_valid(value),
            (Some(official), Subject::ConfiguredCatalog) => official.configured_catalog.is_valid(value),
        }
    }
}

impl Official {
    fn load(path: &Path) -> Option<Official> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            text => text.expect("the official schema can be read"),
        };
        let document: Value = serde_saphyr::from_str(&text).expect("the official schema is YAML");
        let definitions = &document["definitions"];
        let of = |name: &str| {
            validator(&json!({ "$ref": format!("#/definitions/{name}"), "definitions": definitions }))
        };
        Some(Official {
            message: of("AirbyteMessage"),
            configured_catalog: of("ConfiguredAirbyteCatalog"),
            message_types: definitions["AirbyteMessage"]["properties"]["type"]["enum"].clone(),
            books: Subject::all()
                .map(|subject| Book::new(subject, subject.official_schema(&document)))
                .collect(),
        })
    }
}

impl Book {
    fn new(subject: Subject, document: Value) -> Book {
        Book { subject, validator: validator(&document), document }
    }

    /// To be walked.
    pub(crate) fn grammar(&self) -> Grammar<'_> {
        Grammar::new(&self.document)
    }

    /// To judge.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }
}

fn validator(document: &Value) -> Validator {
    jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .build(document)
        .expect("the schema can be compiled")
}
