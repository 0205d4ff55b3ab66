//! Finds out what to run: what the settings say, the file that was named, or what the folder shows.
//!
//! `docs/locate.md` is this folder in words.

mod cargo;
mod convention;
mod file;
mod go;
mod jvm;
mod manifest;
mod named;
mod node;
mod python;
mod script;
#[cfg(test)]
mod sketch;
mod surroundings;
mod venv;

use std::path::{Component, Path, PathBuf};

use self::convention::{Found, Place};
use self::surroundings::Surroundings;
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
    /// Its own folder, from which paths of its settings start.
    pub(crate) root: PathBuf,
    /// Where it is run.
    pub(crate) folder: PathBuf,
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

/// What a path on the command line means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A folder.
    Folder(PathBuf),
    /// A file in a folder.
    File(PathBuf, PathBuf),
    /// A program on PATH, its files in the current folder.
    Program(PathBuf, PathBuf),
}

impl Home {
    /// What `path` means: what lies there, else the program of that name.
    pub(crate) fn of(path: &Path) -> Result<Home, Error> {
        Home::among(path, &Surroundings::of(&Settings::default()))
    }

    fn among(path: &Path, surroundings: &Surroundings) -> Result<Home, Error> {
        let not_found = |why: String| Error::NotFound { path: path.to_owned(), why };
        let failed = |error: std::io::Error| not_found(error.to_string());
        if path.is_dir() {
            return Ok(Home::Folder(path.canonicalize().map_err(failed)?));
        }
        if path.exists() {
            // A link is taken by its own name: programs of many names go by it.
            let absolute = std::path::absolute(path).map_err(failed)?;
            let folder = absolute.parent().unwrap_or(&absolute).canonicalize().map_err(failed)?;
            let file = folder.join(absolute.file_name().unwrap_or_default());
            return Ok(Home::File(folder, file));
        }
        let mut parts = path.components();
        let (Some(Component::Normal(name)), None) = (parts.next(), parts.next()) else {
            return Err(not_found("there is no such file or folder".to_owned()));
        };
        let Some(program) = surroundings.program(&name.to_string_lossy()) else {
            return Err(not_found(
                "there is no such file or folder here, and no such program on PATH".to_owned(),
            ));
        };
        Ok(Home::Program(std::env::current_dir().map_err(failed)?, program))
    }

    /// The folder of the settings, and of the scenarios and snapshots unless these say otherwise.
    pub(crate) fn root(&self) -> &Path {
        let (Home::Folder(root) | Home::File(root, _) | Home::Program(root, _)) = self;
        root
    }

    /// The folder's name; of a file the whole name: `source.sh` and `source.py` may stand side by side.
    fn name(&self) -> String {
        let (Home::Folder(path) | Home::File(_, path) | Home::Program(_, path)) = self;
        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Finds the connector at `path`: a file, a folder, or the name of a program on PATH.
pub fn locate(path: &Path, hints: &Hints) -> Result<Connector, Error> {
    let home = Home::of(path)?;
    let root = home.root();
    let settings = Settings::load(root)?;
    let folder = |hint: &Option<PathBuf>, said: &Option<PathBuf>, default: &str| match (hint, said) {
        (Some(hint), _) => hint.clone(),
        (None, Some(said)) => settings::join(root, said),
        (None, None) => root.join(default),
    };
    let fixtures = folder(&hints.fixtures, &settings.fixtures, "fixtures");
    let surroundings = Surroundings::of(&settings);
    let cargo_profile = hints.cargo_profile.as_deref().unwrap_or("dev");
    let place = Place { root, surroundings: &surroundings, cargo_profile, fixtures: &fixtures };
    let Found { command, why } = match (&home, &settings.command) {
        (Home::File(_, file), _) => file::find(&place, file)?,
        (Home::Program(_, program), _) => {
            Found { command: vec![program.display().to_string()], why: "found on PATH".to_owned() }
        }
        (Home::Folder(_), Some(command)) => {
            Found { command: from_folder(root, command), why: format!("`command` of {}", settings::FILE) }
        }
        (Home::Folder(_), None) => convention::find(&place)?,
    };
    Ok(Connector {
        name: home.name(),
        command,
        found: why,
        folder: working_folder(root, &settings)?,
        fixtures,
        snapshots: folder(&hints.snapshots, &settings.snapshots, "snapshots"),
        root: root.to_owned(),
        settings,
    })
}

fn working_folder(root: &Path, settings: &Settings) -> Result<PathBuf, Error> {
    let Some(said) = &settings.folder else { return Ok(root.to_owned()) };
    let path = settings::join(root, said);
    if path.is_dir() {
        return Ok(path);
    }
    let why =
        format!("`folder` of {} names it: want the folder that the connector is run in", settings::FILE);
    Err(Error::Missing { path, why })
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
    use super::sketch::Sketch;
    use super::*;

    fn settled(text: &str) -> (Sketch, Result<Connector, String>) {
        let sketch = Sketch::new();
        sketch.file("harness.toml", text).file("main.py", "").file("work/.keep", "");
        let located = locate(&sketch.root(), &Hints::default()).map_err(|error| error.to_string());
        (sketch, located)
    }

    #[test]
    fn the_settings_say_what_to_run_and_where_the_fixtures_are() {
        let (_, connector) = settled("command = [\"./run.sh\", \"-x\"]\nfixtures = \"f\"");
        let connector = connector.unwrap();
        assert!(connector.command[0].ends_with("/./run.sh"), "{:?}", connector.command);
        assert_eq!(connector.command[1], "-x");
        assert!(connector.fixtures.ends_with("f") && connector.snapshots.ends_with("snapshots"));
        assert_eq!((connector.folder, connector.name.as_str()), (connector.root, "source-x"));
    }

    #[test]
    fn a_command_is_run_in_the_folder_that_the_settings_say() {
        let (sketch, connector) = settled("command = [\"a\"]\nfolder = \"work\"");
        let connector = connector.unwrap();
        assert_eq!(connector.folder, sketch.root().canonicalize().unwrap().join("work"));
        let (_, fault) = settled("folder = \"wrok\"");
        let fault = fault.unwrap_err();
        assert!(fault.contains("wrok: `folder` of harness.toml names it"), "{fault}");
    }

    #[test]
    fn a_file_is_run_whatever_the_settings_say() {
        let (sketch, _) = settled("command = [\"a\"]");
        sketch.program("run.sh");
        let connector = locate(&sketch.root().join("run.sh"), &Hints::default()).unwrap();
        assert_eq!((connector.name.as_str(), connector.found.as_str()), ("run.sh", "the file itself"));
        assert!(connector.command[0].ends_with("/source-x/run.sh"), "{:?}", connector.command);
    }

    #[test]
    fn a_name_means_what_lies_there_then_a_program_on_path() {
        let sketch = Sketch::new();
        sketch.on_path("no-such-folder");
        let home = |path: &Path| Home::among(path, &sketch.surroundings());
        let Home::Program(root, program) = home(Path::new("no-such-folder")).unwrap() else { panic!() };
        assert_eq!(root, std::env::current_dir().unwrap());
        assert!(program.ends_with("bin/no-such-folder"), "{}", program.display());
        // The tests run in the package's folder, where there is one of this name.
        sketch.on_path("src");
        assert!(matches!(home(Path::new("src")).unwrap(), Home::Folder(_)));
        for (path, wanted) in
            [("no-such", "no such program on PATH"), ("./no-such-folder", "no such file or folder")]
        {
            let error = home(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_link_to_a_program_keeps_its_name_and_its_folder() {
        let sketch = Sketch::new();
        sketch.program("bin/busy");
        std::os::unix::fs::symlink(sketch.path("bin/busy"), sketch.path("source-y")).unwrap();
        let connector = locate(&sketch.root().join("source-y"), &Hints::default()).unwrap();
        assert_eq!(connector.name, "source-y");
        assert!(connector.command[0].ends_with("source-x/source-y"), "{:?}", connector.command);
        assert!(connector.fixtures.ends_with("source-x/fixtures"));
    }
}
