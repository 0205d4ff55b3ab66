//! Finds out what to run.

mod cargo;

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::settings::{self, Settings};

/// A connector that was found.
#[derive(Clone, Debug)]
pub struct Connector {
    /// The name of its folder, or of its file.
    pub name: String,
    /// The program and its first arguments.
    pub command: Vec<String>,
    /// How it was found, for people.
    pub found: String,
    /// Where it is run.
    pub(crate) root: PathBuf,
    pub(crate) fixtures: PathBuf,
    pub(crate) snapshots: PathBuf,
    pub(crate) settings: Settings,
}

/// What the command line says about finding a connector.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// In place of the folder that the settings name.
    pub fixtures: Option<PathBuf>,
    /// In place of the folder that the settings name.
    pub snapshots: Option<PathBuf>,
    /// The cargo profile that a Rust connector is built with; `dev` unless said otherwise.
    pub cargo_profile: Option<String>,
}

/// Finds the connector at `path`: an executable file, or a folder.
pub fn locate(path: &Path, hints: &Hints) -> Result<Connector, Error> {
    let not_found = |why: &str| Error::NotFound { path: path.to_owned(), why: why.to_owned() };
    let absolute = path.canonicalize().map_err(|error| not_found(&error.to_string()))?;
    let root = if absolute.is_dir() { absolute.as_path() } else { absolute.parent().unwrap_or(&absolute) };
    let settings = Settings::load(root)?;
    let (command, found) = if absolute.is_file() {
        (vec![absolute.display().to_string()], "the file itself".to_owned())
    } else if let Some(command) = &settings.command {
        (from_folder(root, command), format!("`command` of {}", settings::FILE))
    } else if root.join("Cargo.toml").is_file() {
        let profile = hints.cargo_profile.as_deref().unwrap_or("dev");
        (
            vec![cargo::build(root, profile)?.display().to_string()],
            format!("cargo package, profile {profile}"),
        )
    } else {
        return Err(not_found(
            "want an executable file, or a folder with a Cargo.toml or with a harness.toml that says \
             `command = [\"program\", \"argument\"]`",
        ));
    };
    // Of an executable the whole name: `source.sh` and `source.py` may stand side by side.
    let name = if absolute.is_file() { absolute.file_name() } else { root.file_name() };
    let folder = |hint: &Option<PathBuf>, said: &Option<PathBuf>, default: &str| match (hint, said) {
        (Some(hint), _) => hint.clone(),
        (None, Some(said)) => settings::join(root, said),
        (None, None) => root.join(default),
    };
    Ok(Connector {
        name: name.unwrap_or_default().to_string_lossy().into_owned(),
        command,
        found,
        fixtures: folder(&hints.fixtures, &settings.fixtures, "fixtures"),
        snapshots: folder(&hints.snapshots, &settings.snapshots, "snapshots"),
        root: root.to_owned(),
        settings,
    })
}

/// The words of `command`, the program looked for from `root` if it is given by a relative path.
fn from_folder(root: &Path, command: &[String]) -> Vec<String> {
    let mut command = command.to_vec();
    if let Some(program) = command.first_mut()
        && program.contains('/')
    {
        *program = root.join(&*program).display().to_string();
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_shows_no_way_to_run_it_says_what_was_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let error = locate(folder.path(), &Hints::default()).unwrap_err().to_string();
        assert!(error.contains("want an executable file") && error.contains("harness.toml"), "{error}");
    }

    #[test]
    fn the_settings_say_what_to_run_and_where_the_fixtures_are() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("harness.toml"),
            "command = [\"./run.sh\", \"-x\"]\nfixtures = \"f\"",
        )
        .unwrap();
        let connector = locate(folder.path(), &Hints::default()).unwrap();
        assert!(connector.command[0].ends_with("/./run.sh"), "{:?}", connector.command);
        assert_eq!(connector.command[1], "-x");
        assert!(connector.fixtures.ends_with("f") && connector.snapshots.ends_with("snapshots"));
    }
}
