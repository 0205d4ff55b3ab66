//! A connector that is a cargo package: built, and its binary found.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::convention::{Found, Place, Sighting};
use crate::error::Error;

/// The binary of the package that the folder is.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    if !place.root.join("Cargo.toml").is_file() {
        return Ok(Sighting::Nothing);
    }
    let profile = place.cargo_profile;
    let binary = build(place.root, profile)?;
    let why = format!("cargo package, profile {profile}");
    Ok(Sighting::Found(Found { command: vec![binary.display().to_string()], why }))
}

/// Builds the package in `root` and returns its one binary.
///
/// There is no limit in time: a first build takes what it takes, and cargo shows its own errors on stderr.
fn build(root: &Path, profile: &str) -> Result<PathBuf, Error> {
    let manifest = root.join("Cargo.toml");
    let failed = |why: String| Error::Build { manifest: manifest.clone(), why };
    // Set by cargo for what it runs: the right toolchain, without asking rustup again.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    #[expect(clippy::disallowed_methods, reason = "the one process that is no connector")]
    let mut command = std::process::Command::new(cargo);
    // On a terminal cargo shows what takes so long; elsewhere only what is wrong.
    if !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    // What cargo tells a program that it runs is of that program's own package: build scripts that look at it would run
    // again, and everything that stands on them would be compiled again, at every other call.
    for (name, _) in std::env::vars_os() {
        let of_package = |prefix: &&str| name.as_encoded_bytes().starts_with(prefix.as_bytes());
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(of_package) {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["build", "--bins", "--message-format", "json-render-diagnostics", "--profile", profile])
        .arg("--manifest-path")
        .arg(&manifest)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("cargo could not be started: {error}; is it installed?")))?;
    if !output.status.success() {
        return Err(failed(format!("cargo build ended with {}; its errors stand above", output.status)));
    }
    let mut binaries: Vec<PathBuf> =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| executable(line, &manifest)).collect();
    match (binaries.pop(), binaries.is_empty()) {
        (Some(binary), true) => Ok(binary),
        (None, _) => Err(failed("it has no binary target; a connector is a program".to_owned())),
        (Some(_), false) => Err(failed(
            "it has several binaries; say which one by `command = [...]` in harness.toml".to_owned(),
        )),
    }
}

/// The executable that a line of cargo's JSON reports for this package, if it reports one.
fn executable(line: &[u8], manifest: &Path) -> Option<PathBuf> {
    let message: Value = serde_json::from_slice(line).ok()?;
    let is_ours = message["reason"] == "compiler-artifact"
        && message["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest);
    is_ours.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
}
