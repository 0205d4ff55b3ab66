//! What is run for the words that a user types.

use std::os::unix::fs::PermissionsExt as _;

use crate::bench::Bench;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// A folder with a scenario and nothing that says what to run, and `source-there` on the PATH that is returned.
fn installed() -> (Bench, String) {
    let bench = Bench::new("none");
    bench.write("harness.toml", "plain_hosts = [\"*.broken.test\"]\n");
    bench.write("bin/source-there", &format!("#!/bin/sh\nexec '{HARNESS}' broken none \"$@\"\n"));
    let program = bench.path().join("bin/source-there");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bench.path().join("bin").display(), std::env::var("PATH").unwrap());
    (bench, path)
}

#[test]
fn a_program_on_path_is_judged_by_the_scenarios_of_this_folder() {
    let (bench, path) = installed();
    let output = bench.harness(&["test", "source-there"], &[("PATH", &path)]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{text}");
    assert!(text.contains("bin/source-there (found on PATH)"), "{text}");
    let output = bench.harness(&["accept", "source-there"], &[("PATH", &path)]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = bench.harness(&["test", "source-there"], &[("PATH", &path)]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_folder_that_shows_nothing_is_a_usage_error_that_says_what_to_do() {
    let (bench, _) = installed();
    for (path, wanted) in [
        (".", "or a harness.toml that says `command = [\"program\", \"argument\"]`"),
        ("source-there", "no such program on PATH"),
        ("fixtures/normal/config.json", "chmod +x"),
    ] {
        let output = bench.harness(&["test", path], &[]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{text}");
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn a_connector_is_run_in_the_folder_that_the_settings_say() {
    let (bench, path) = installed();
    bench.write("deep/down/here.txt", "");
    bench.write(
        "harness.toml",
        "command = [\"sh\", \"-c\", 'test -f here.txt && exec source-there \"$@\"', \"sh\"]\nfolder = \"deep/down\"\n\
         plain_hosts = [\"*.broken.test\"]\n",
    );
    let output = bench.harness(&["test", "."], &[("PATH", &path)]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{text}");
}
