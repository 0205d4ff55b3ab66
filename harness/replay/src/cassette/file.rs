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
        let wrong = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
        // A pipe would keep us waiting, and a device never ends.
        if !std::fs::metadata(&path).map_err(wrong)?.is_file() {
            return Err(format!("cannot read {}: wanted a file", path.display()));
        }
        self.bytes = std::fs::read(&path).map_err(wrong)?.into();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bodies")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("endless")).unwrap();
        for path in ["bodies", "endless"].iter().take(if cfg!(unix) { 2 } else { 1 }) {
            let error = BodyFile::new(*path, "").unwrap().load(folder.path()).unwrap_err();
            assert!(error.ends_with(&format!("/{path}: wanted a file")), "{error}");
        }
    }
}
