//! The ways in which a folder shows how its connector is run, one after the other.

use std::path::Path;

use super::surroundings::Surroundings;
use super::{cargo, go, jvm, manifest, named, node, python};
use crate::error::Error;

/// A folder that is looked at.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) root: &'a Path,
    pub(super) surroundings: &'a Surroundings,
    /// Where its scenarios are, if there are any yet.
    pub(super) fixtures: &'a Path,
    /// What a cargo package is built with.
    pub(super) cargo_profile: &'a str,
}

/// How a connector is run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The program and its first arguments.
    pub(super) command: Vec<String>,
    /// How it was found, for people.
    pub(super) why: String,
}

/// What a convention says of a folder.
#[derive(Debug)]
pub(super) enum Sighting {
    /// It is none of this kind.
    Nothing,
    /// It looks like one of this kind, but shows nothing that could be run: others may be asked.
    Unclear(String),
    Found(Found),
}

type Convention = fn(&Place<'_>) -> Result<Sighting, Error>;

/// In the order in which they are asked. A project that is built or installed may hold a manifest, and a package.json
/// for its tools alone: hence those come late.
const CONVENTIONS: &[Convention] =
    &[cargo::find, python::find, node::find, jvm::find, go::find, manifest::find, |place| {
        Ok(named::find(place))
    }];

/// How the connector of a folder is run.
///
/// # Errors
/// That nothing shows it, that several things do, or what is missing.
pub(super) fn find(place: &Place<'_>) -> Result<Found, Error> {
    let mut unclear = Vec::new();
    for convention in CONVENTIONS {
        match convention(place)? {
            Sighting::Nothing => {}
            Sighting::Unclear(why) => unclear.push(why),
            Sighting::Found(found) => return Ok(found),
        }
    }
    if unclear.is_empty() {
        unclear.push(
            "want a Cargo.toml, pyproject.toml, setup.py, main.py, package.json, build.gradle, pom.xml, go.mod or \
             manifest.yaml in it"
                .to_owned(),
        );
    }
    Err(place.not_found(format!(
        "{}; or a harness.toml that says `command = [\"program\", \"argument\"]`",
        unclear.join("; ")
    )))
}

impl Place<'_> {
    /// The name of the folder.
    pub(super) fn name(&self) -> String {
        self.root.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(super) fn not_found(&self, why: String) -> Error {
        Error::NotFound { path: self.root.to_owned(), why }
    }

    /// That `what` does not say which of several is meant; each is written as a command would be.
    pub(super) fn several(&self, what: &str, commands: &[Vec<String>]) -> Error {
        let lines: Vec<String> = commands.iter().map(|words| format!("command = {words:?}")).collect();
        self.not_found(format!("{what}; say which one in harness.toml: {}", lines.join(", or ")))
    }

    /// The path as it is written in a harness.toml of this folder.
    pub(super) fn relative(&self, path: &Path) -> String {
        match path.strip_prefix(self.root) {
            Ok(relative) => format!("./{}", relative.display()),
            Err(_) => path.display().to_string(),
        }
    }

    /// The text of a file of the folder, if there is one.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Error> {
        let path = self.root.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }
}

/// The files in `folder` that `wanted` takes, in the order of their names; none where there is no folder.
pub(super) fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| wanted(path)).collect();
    files.sort();
    files
}

/// Which of several names is the connector's: the one that is called as its package or folder, else the only one, else
/// the only one that is called as connectors are.
pub(super) fn choose<'a>(names: &[&'a str], called: &[&str]) -> Option<&'a str> {
    let spell = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or_default().to_lowercase().replace('_', "-");
        name.strip_prefix("airbyte-").map(str::to_owned).unwrap_or(name)
    };
    let same = |name: &&&str| called.iter().any(|called| spell(called) == spell(name));
    if let Some(name) = names.iter().find(same) {
        return Some(name);
    }
    let is_connector = |name: &&str| ["source-", "tap-"].iter().any(|it| spell(name).starts_with(it));
    let connectors: Vec<&str> = names.iter().copied().filter(is_connector).collect();
    match (names, connectors.as_slice()) {
        ([only], _) | (_, [only]) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::sketch::Sketch;

    #[test]
    fn a_folder_that_shows_no_way_to_run_it_says_what_was_wanted() {
        let error = Sketch::new().fault();
        assert!(
            error.contains("want a Cargo.toml, pyproject.toml") && error.contains("harness.toml"),
            "{error}"
        );
    }

    #[test]
    fn what_only_looks_like_a_project_does_not_hide_another() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", "[tool.ruff]\n").file("package.json", "{\"bin\": \"run.js\"}");
        sketch.file("run.js", "").on_path("node");
        assert_eq!(sketch.found().command, ["node", &sketch.path("run.js")]);
        let sketch = Sketch::new();
        let error = sketch.file("pyproject.toml", "[tool.ruff]\n").file("package.json", "{}").fault();
        assert!(error.contains("pyproject.toml") && error.contains("package.json"), "{error}");
    }

    #[test]
    fn of_several_names_the_connectors_own_is_taken() {
        for (names, called, wanted) in [
            (&["lint", "source-a"][..], &["airbyte-source-a"][..], Some("source-a")),
            (&["source_b", "source-a"], &["x", "source-b"], Some("source_b")),
            (&["run"], &["x"], Some("run")),
            (&["lint", "source-z"], &["x"], Some("source-z")),
            (&["source-y", "source-z"], &["x"], None),
            (&["y", "z"], &["x"], None),
            (&["cli", "tool"], &["@scope/tool"], Some("tool")),
            (&[], &["x"], None),
        ] {
            assert_eq!(choose(names, called), wanted, "{names:?} {called:?}");
        }
    }
}
