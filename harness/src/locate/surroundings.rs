//! What a connector finds around it when it is run: the programs of PATH, a virtual environment, a Java.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::settings::Settings;

/// The variables by which programs are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    pub(super) path: Option<OsString>,
    pub(super) virtual_env: Option<PathBuf>,
    pub(super) java_home: Option<PathBuf>,
}

impl Surroundings {
    /// Our own, with what the settings say in their place: as the connector will see them.
    pub(super) fn of(settings: &Settings) -> Self {
        let variable = |name: &str| match settings.environment.get(name) {
            Some(value) => Some(value.into()),
            None => std::env::var_os(name).filter(|value| !value.is_empty()),
        };
        Surroundings {
            path: variable("PATH"),
            virtual_env: variable("VIRTUAL_ENV").map(PathBuf::from),
            java_home: variable("JAVA_HOME").map(PathBuf::from),
        }
    }

    /// The program of that name on PATH.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let found = std::env::split_paths(self.path.as_ref()?)
            .filter(|folder| !folder.as_os_str().is_empty())
            .map(|folder| folder.join(name))
            .find(|program| is_program(program))?;
        std::path::absolute(found).ok()
    }

    /// How the first of these programs that is there is called.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find(|name| self.program(name).is_some()).map(|name| (*name).to_owned())
    }

    /// How Java is called.
    pub(super) fn java(&self) -> Option<String> {
        let home = self.java_home.as_ref().map(|home| home.join("bin/java")).filter(|java| is_program(java));
        home.map(|java| java.display().to_string()).or_else(|| self.first(&["java"]))
    }
}

/// Whether it is a file that may be run.
pub(super) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}
