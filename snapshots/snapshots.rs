//! Every reference connector over every one of its scenarios, as `harness test` judges it.
//!
//! This file stands among the snapshots so that `cargo insta review` finds them: it looks in the folders of packages
//! and of test targets, and this is one of the package `connector-harness`.

#![expect(clippy::disallowed_methods, reason = "a test")]

use std::path::Path;
use std::process::Command;

#[test]
fn every_reference_connector_conforms_and_matches_its_snapshots() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference-connectors");
    let mut connectors: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    connectors.sort();
    assert!(!connectors.is_empty());
    for connector in connectors {
        let output = Command::new(env!("CARGO_BIN_EXE_harness"))
            .arg("test")
            .arg(&connector)
            .env("CI", "true") // write nothing
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .output()
            .unwrap();
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {}\n{report}", connector.display(), output.status);
    }
}
