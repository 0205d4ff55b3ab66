use std::path::{Component, Path};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::excerpt::short;

/// A body in a file of its own beside the cassette: one too large to be read among others.
///
/// The ending says what it is: `.json` is JSON, `.txt` text, both with expressions; any other is bytes.
#[derive(Clone, Debug)]
pub struct BodyFile {
    path: String,
    bytes: Bytes,
}

impl BodyFile {
    /// A body that is to be written at `path`, from the cassette's folder on.
    ///
    /// # Errors
    /// Where the path leads out of that folder.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Result<BodyFile, String> {
        let path = path.into();
        let plain = |part| matches!(part, Component::Normal(_));
        if path.is_empty() || !Path::new(&path).components().all(plain) {
            return Err(format!(
                "wanted a path within the cassette's folder, such as \"bodies/1.json\", got \"{}\"",
                short(&path)
            ));
        }
        Ok(BodyFile { path, bytes: bytes.into() })
    }

    /// Where it is, from the cassette's folder on.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is in it.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Whether its name has this ending.
    pub(crate) fn is(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|it| it == ending)
    }

    pub(super) fn load(&mut self, folder: &Path) -> Result<(), String> {
        let path = folder.join(&self.path);
        self.bytes =
            std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?.into();
        Ok(())
    }

    /// The text of one that is JSON.
    pub(super) fn json(&self) -> Option<&[u8]> {
        self.is("json").then_some(&*self.bytes)
    }

    /// The text of one that is text.
    pub(super) fn text(&self) -> Option<&[u8]> {
        self.is("txt").then_some(&*self.bytes)
    }
}

impl<'de> Deserialize<'de> for BodyFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<BodyFile, D::Error> {
        BodyFile::new(String::deserialize(deserializer)?, Bytes::new()).map_err(de::Error::custom)
    }
}

impl Serialize for BodyFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.path.serialize(serializer)
    }
}
