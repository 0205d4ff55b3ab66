//! The files of `docs/ci`: they are what they say, and say only what there is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bench::Bench;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn yaml(file: &str) -> Value {
    let path = files().into_iter().find(|path| path.ends_with(file)).unwrap();
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_flag_that_they_name_exists() {
    let output = Bench::empty().harness(&["test", "--help"], &[]);
    let help = String::from_utf8(output.stdout).unwrap();
    let words = |text: &str| -> BTreeSet<String> {
        let flag = |it: char| it.is_ascii_lowercase() || it == '-';
        text.split(|it: char| !flag(it)).filter(|word| word.starts_with("--")).map(str::to_owned).collect()
    };
    let known = words(&help);
    let mut lines = 0;
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("harness test ")) {
            lines += 1;
            let unknown: Vec<String> = words(line).difference(&known).cloned().collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", file.display());
        }
    }
    assert!(lines >= 2, "no call of `harness test` was found");
}

#[test]
fn on_github_the_parts_are_those_of_the_matrix() {
    let workflow = yaml("github-fleet.yml");
    let job = &workflow["jobs"]["judge"];
    let parts: Vec<u64> = job["strategy"]["matrix"]["part"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part.as_u64().unwrap())
        .collect();
    assert_eq!(parts, (1..=job["env"]["PARTS"].as_u64().unwrap()).collect::<Vec<_>>());
    for step in job["steps"].as_array().unwrap() {
        assert!(step["uses"].is_string() != step["run"].is_string(), "{step}");
    }
}

#[test]
fn on_kubernetes_every_index_is_a_part() {
    let job = yaml("kubernetes-fleet.yaml");
    let spec = &job["spec"];
    assert_eq!((&job["kind"], &spec["completionMode"]), (&"Job".into(), &"Indexed".into()));
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(container["env"][0]["value"], spec["completions"].to_string());
    let script = container["args"][0].as_str().unwrap();
    assert!(script.contains("$((JOB_COMPLETION_INDEX + 1))"), "{script}");
}
