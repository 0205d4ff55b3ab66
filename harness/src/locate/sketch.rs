//! The folder of a connector, made for a test.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::convention::{self, Found, Place};
use super::surroundings::Surroundings;
use crate::error::chain;

pub(super) struct Sketch {
    // Of its own, with a name that tests can rely on.
    folder: tempfile::TempDir,
}

impl Sketch {
    /// A folder named `source-x`, and a PATH with nothing on it.
    pub(super) fn new() -> Self {
        let sketch = Sketch { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(sketch.root()).unwrap();
        std::fs::create_dir(sketch.folder.path().join("bin")).unwrap();
        sketch
    }

    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("source-x")
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.root().join(name).display().to_string()
    }

    pub(super) fn file(&self, name: &str, text: &str) -> &Self {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    pub(super) fn program(&self, name: &str) -> &Self {
        self.file(name, "#!/bin/sh\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.root().join(name), mode).unwrap();
        self
    }

    /// Puts a program on the PATH.
    pub(super) fn on_path(&self, name: &str) -> &Self {
        self.program(&format!("../bin/{name}"))
    }

    pub(super) fn surroundings(&self) -> Surroundings {
        Surroundings { path: Some(self.folder.path().join("bin").into()), ..Surroundings::default() }
    }

    pub(super) fn with<T>(&self, surroundings: &Surroundings, act: impl FnOnce(&Place<'_>) -> T) -> T {
        let (root, fixtures) = (self.root(), self.root().join("fixtures"));
        act(&Place { root: &root, surroundings, fixtures: &fixtures, cargo_profile: "dev" })
    }

    pub(super) fn found(&self) -> Found {
        self.with(&self.surroundings(), convention::find).unwrap()
    }

    pub(super) fn fault(&self) -> String {
        chain(&self.with(&self.surroundings(), convention::find).unwrap_err())
    }
}
