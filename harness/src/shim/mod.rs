//! What interpreters and programs cannot be told by a variable: files that they load at their start, which variables name.

use std::path::{Path, PathBuf};

use crate::error::Error;

const PYTHON: &str = include_str!("sitecustomize.py");
const WARM: &str = include_str!("warm.py");
const NODE: &str = include_str!("redirect.cjs");

/// The files of one run.
#[derive(Debug)]
pub(crate) struct Shim {
    /// A folder where Python looks for modules: for `PYTHONPATH`.
    pub(crate) python: PathBuf,
    /// A module that Node is to load first: for `NODE_OPTIONS`.
    pub(crate) node: PathBuf,
    /// A folder of settings for PHP: for `PHP_INI_SCAN_DIR`.
    pub(crate) php: PathBuf,
    /// Settings for wget: for `WGETRC`.
    pub(crate) wget: PathBuf,
}

impl Shim {
    /// Writes the files into `folder`; they have programs trust `certificate`.
    pub(crate) fn write(folder: &Path, certificate: &Path) -> Result<Self, Error> {
        let certificate = certificate.display();
        let [python, node, php, wget] = ["python", "node", "php", "wget"].map(|name| folder.join(name));
        let files = [
            (&python, "sitecustomize.py", PYTHON.to_owned()),
            (&python, "warm.py", WARM.to_owned()),
            (&node, "redirect.cjs", NODE.to_owned()),
            (
                &php,
                "harness.ini",
                format!("curl.cainfo = \"{certificate}\"\nopenssl.cafile = \"{certificate}\"\n"),
            ),
            (&wget, "wgetrc", format!("ca_certificate = {certificate}\n")),
        ];
        for (folder, name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&path, text))
                .map_err(|source| Error::Write { path, source })?;
        }
        Ok(Shim { python, node: node.join("redirect.cjs"), php, wget: wget.join("wgetrc") })
    }
}
