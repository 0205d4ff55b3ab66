//! What a run has left to be done: the units that failed, or that were not judged, until they pass.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::selection::fnv1a;

/// The version of the file.
const VERSION: u32 = 1;

/// The units that are left, as a file keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outstanding {
    version: u32,
    units: BTreeSet<Unit>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    /// The connector's path as it was given.
    path: PathBuf,
    /// Absent for the connector itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<String>,
}

impl Default for Outstanding {
    /// Nothing is left.
    fn default() -> Self {
        Outstanding { version: VERSION, units: BTreeSet::new() }
    }
}

impl Outstanding {
    /// Where the runs that are started in `here` keep theirs; `None` where the user has no folder for such things.
    pub fn file(here: &Path) -> Option<PathBuf> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        let key = fnv1a(here.as_os_str().as_encoded_bytes());
        Some(cache.join("connector-harness").join(format!("outstanding-{key:016x}.json")))
    }

    /// Reads a file; `None` where there is none.
    pub fn load(file: &Path) -> Result<Option<Self>, Error> {
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Read { path: file.to_owned(), source }),
        };
        let outstanding: Outstanding =
            serde_json::from_slice(&text).map_err(|source| Error::Json { path: file.to_owned(), source })?;
        if outstanding.version != VERSION {
            let why =
                format!("want version {VERSION}, got {}; run without --rerun first", outstanding.version);
            return Err(Error::Settings { path: file.to_owned(), why });
        }
        Ok(Some(outstanding))
    }

    /// Writes it, in one step: two runs at once leave what one of them has written.
    pub(crate) fn save(&self, file: &Path) -> Result<(), Error> {
        let failed = |source| Error::Write { path: file.to_owned(), source };
        let folder = file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        std::io::Write::write_all(&mut draft, &text).map_err(failed)?;
        draft.persist(file).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The connectors of which something is left.
    pub fn paths(&self) -> BTreeSet<PathBuf> {
        self.units.iter().map(|unit| unit.path.clone()).collect()
    }

    pub(crate) fn names(&self, path: &Path) -> bool {
        self.units.iter().any(|unit| unit.path == path)
    }

    pub(crate) fn holds(&self, path: &Path, scenario: Option<&str>) -> bool {
        self.units.iter().any(|unit| unit.path == path && unit.scenario.as_deref() == scenario)
    }

    /// A unit failed, or was not judged.
    pub(crate) fn add(&mut self, path: &Path, scenario: Option<&str>) {
        self.units.insert(Unit { path: path.to_owned(), scenario: scenario.map(str::to_owned) });
    }

    /// A unit passed.
    pub(crate) fn remove(&mut self, path: &Path, scenario: Option<&str>) {
        self.units.remove(&Unit { path: path.to_owned(), scenario: scenario.map(str::to_owned) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/outstanding.json");
        assert_eq!(Outstanding::load(&file).unwrap(), None);
        let mut outstanding = Outstanding::default();
        outstanding.add(Path::new("a"), Some("first_read"));
        outstanding.add(Path::new("b"), None);
        outstanding.save(&file).unwrap();
        let read = Outstanding::load(&file).unwrap().unwrap();
        assert_eq!(read, outstanding);
        assert!(read.holds(Path::new("a"), Some("first_read")) && !read.holds(Path::new("a"), None));
        outstanding.remove(Path::new("a"), Some("first_read"));
        outstanding.remove(Path::new("b"), None);
        assert!(outstanding.is_empty());
    }

    #[test]
    fn a_file_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outstanding.json");
        std::fs::write(&file, r#"{"version": 2, "units": []}"#).unwrap();
        assert!(Outstanding::load(&file).unwrap_err().to_string().contains("want version 1"));
    }
}
