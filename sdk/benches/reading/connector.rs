use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::usage::{self, Usage};

/// The example `charges`, built as a connector is.
pub(crate) struct Connector {
    pub(crate) binary: PathBuf,
    folder: tempfile::TempDir,
}

impl Connector {
    pub(crate) fn new() -> Outcome<Self> {
        let catalog = r#"{"streams": [{
            "stream": {"name": "charges", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh", "destination_sync_mode": "append"
        }]}"#;
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("catalog.json"), catalog)?;
        Ok(Connector { binary: binary()?, folder })
    }

    /// Reads everything that a URL has.
    pub(crate) fn read(&self, url: &str, limit: u64) -> Outcome<Usage> {
        let arguments = self.arguments(url, limit)?;
        usage::of(&self.binary, None, &arguments.each_ref().map(String::as_str))
    }

    /// The same, for what it writes.
    pub(crate) fn output(&self, url: &str, limit: u64) -> Outcome<String> {
        let output = Command::new(&self.binary).args(self.arguments(url, limit)?).output()?;
        Ok(String::from_utf8(output.stdout)?)
    }

    pub(crate) fn spec(&self) -> Outcome<Usage> {
        usage::of(&self.binary, None, &["spec"])
    }

    pub(crate) fn arguments(&self, url: &str, limit: u64) -> Outcome<[String; 5]> {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        fs::write(file("config.json"), format!(r#"{{"url": "{url}", "limit": {limit}}}"#))?;
        Ok(["read".into(), "--config".into(), file("config.json"), "--catalog".into(), file("catalog.json")])
    }
}

/// The example, built as it is handed out.
pub(crate) fn binary() -> Outcome<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--package", "connector-sdk", "--example", "charges"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if !built.success() {
        return Err("the example does not build".into());
    }
    // target/release/deps/reading-0123
    let own = std::env::current_exe()?;
    let target = own.ancestors().nth(3).ok_or("no folder for examples")?;
    Ok(target.join("release/examples/charges"))
}
