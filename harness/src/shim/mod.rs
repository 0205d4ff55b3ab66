//! What interpreters cannot be told by a variable: a folder of files that they load at their start.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;

const PYTHON: &str = include_str!("sitecustomize.py");

/// Where Python looks for modules.
pub(crate) const PYTHONPATH: &str = "PYTHONPATH";

/// Writes the files into a folder within `folder`, which it returns.
pub(crate) fn write(folder: &Path) -> Result<PathBuf, Error> {
    let shim = folder.join("python");
    let write = |path: &Path| {
        std::fs::create_dir_all(path)?;
        std::fs::write(path.join("sitecustomize.py"), PYTHON)
    };
    write(&shim).map_err(|source| Error::Write { path: shim.clone(), source })?;
    Ok(shim)
}

/// The folder, before what stands on the path already.
pub(crate) fn before(shim: &Path, path: Option<&OsStr>) -> OsString {
    let mut joined = shim.as_os_str().to_owned();
    if let Some(path) = path.filter(|path| !path.is_empty()) {
        joined.push(":");
        joined.push(path);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_before_what_is_there_and_leaves_no_empty_entry() {
        // An empty entry would be the connector's own folder.
        assert_eq!(before(Path::new("/shim"), None), "/shim");
        assert_eq!(before(Path::new("/shim"), Some(OsStr::new(""))), "/shim");
        assert_eq!(before(Path::new("/shim"), Some(OsStr::new("a:b"))), "/shim:a:b");
    }
}
