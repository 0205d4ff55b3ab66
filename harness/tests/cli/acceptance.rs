//! Folders of published connectors, as they are: scenarios by acceptance-test-config.yml.

use serde_json::Value;

use crate::bench::{Bench, condemned_by};

/// A connector that asks nobody: what it does stands in its config.
const CONNECTOR: &str = r#"
case $1 in
spec) echo '{"type":"SPEC","spec":{"connectionSpecification":{"type":"object","properties":{"word":{"type":"string"}}}}}' ;;
check)
    if grep -q -e wrong -e unexpected "$3"; then
        echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"FAILED","message":"wrong word"}}'
    elif grep -q absurd "$3"; then
        echo '{"type":"TRACE","trace":{"type":"ERROR","emitted_at":1,"error":{"message":"absurd"}}}'
        exit 1
    else
        echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}'
    fi ;;
discover) echo '{"type":"CATALOG","catalog":{"streams":[{"name":"users","json_schema":{"type":"object","properties":{"mode":{"type":"integer"}}},"supported_sync_modes":["full_refresh"]}]}}' ;;
read)
    if ! grep -q '"users"' "$5"; then
        echo '{"type":"TRACE","trace":{"type":"ERROR","emitted_at":1,"error":{"message":"there is no such stream","failure_type":"config_error"}}}'
        exit 1
    fi
    echo '{"type":"RECORD","record":{"stream":"users","emitted_at":1767225600000,"data":{"mode":"'$DEPLOYMENT_MODE$REGION'"}}}'
    echo '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{}},"sourceStats":{"recordCount":1}}}' ;;
esac
"#;

const ACCEPTANCE: &str = "
connector_image: airbyte/source-x:dev
custom_environment_variables: {REGION: -eu}
acceptance_tests:
  connection:
    tests:
      - config_path: secrets/config.json
        deployment_mode: cloud
      - config_path: t/wrong.json
        status: failed
      - config_path: t/absurd.json
        status: exception
  basic_read:
    tests:
      - config_path: secrets/config.json
        deployment_mode: cloud
        validate_schema: no
        fail_on_extra_columns: no
";

/// It, its acceptance-test-config.yml, and the configs that its repository holds.
fn published() -> Bench {
    let bench = Bench::of(&["sh", "connector.sh"]);
    std::fs::remove_dir_all(bench.path().join("fixtures")).unwrap();
    bench.write("connector.sh", CONNECTOR);
    bench.write("acceptance-test-config.yml", ACCEPTANCE);
    bench.write("t/wrong.json", r#"{"word": "wrong"}"#);
    bench.write("t/absurd.json", r#"{"word": "absurd"}"#);
    bench
}

fn scenarios(events: &[Value]) -> Vec<&str> {
    events[1]["scenarios"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

fn notes(events: &[Value]) -> String {
    let notes = events.iter().filter_map(|event| event["note"].as_str());
    notes.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_connector_that_asks_nobody_is_tested_without_a_recording() {
    let bench = published();
    bench.write("secrets/config.json", r#"{"word": "good"}"#);
    bench.write("metadata.yaml", "data:\n  allowedHosts:\n    hosts: []\n");
    let (code, events) = bench.test(&[]);
    assert_eq!((code, condemned_by(&events)), (0, Vec::new()));
    assert_eq!(scenarios(&events), ["absurd", "config", "wrong"]);
    let notes = notes(&events);
    assert!(
        notes.contains("acceptance-test-config.yml:18: `basic_read.fail_on_extra_columns` has no effect"),
        "{notes}"
    );
    let unjudged = "acceptance-test-config.yml: basic_read: validate_schema: false (not judged: records_have_declared_fields, records_match_schema)";
    assert!(notes.contains(unjudged), "{notes}");
    assert!(bench.read("snapshots/config/read.snap").contains("CLOUD-eu"));
    assert!(!bench.path().join("snapshots/wrong/read.snap").exists(), "no test reads with it");
    let skipped =
        events.iter().find(|it| it["check"] == "records_match_schema" && it["verdict"] == "skip").unwrap();
    let mut reasons = events
        .iter()
        .filter(|it| it["check"] == "records_match_schema")
        .filter_map(|it| it["reason"].as_str());
    assert!(
        reasons.any(|it| it == "acceptance-test-config.yml: basic_read: validate_schema: false"),
        "{skipped}"
    );
}

#[test]
fn what_is_recorded_of_a_config_is_found_again_by_its_name() {
    let bench = published();
    bench.write("secrets/config.json", r#"{"word": "good"}"#);
    bench.write("fixtures/config/config.json", r#"{"word": "made up"}"#);
    bench.write("fixtures/config/cassette.json", r#"{"cassette": 1, "interactions": []}"#);
    let replayed = bench.harness(&["record", ".", "--config", "secrets/config.json", "--mode", "none"], &[]);
    let text = String::from_utf8(replayed.stderr).unwrap();
    assert!(text.contains("fixtures/config/cassette.json"), "{text}");
    std::fs::remove_file(bench.path().join("secrets/config.json")).unwrap();
    let (code, events) = bench.test(&[]);
    assert_eq!((code, scenarios(&events)), (0, vec!["config"]), "{}", notes(&events));
    let notes = notes(&events);
    let wanted = "of `t/wrong.json` there is no recording: scenario `wrong` is not played; record it: harness record . \
                  --config t/wrong.json --scenario wrong";
    assert!(notes.contains(wanted), "{notes}");
}

#[test]
fn without_secrets_and_recordings_it_says_how_to_record() {
    let bench = published();
    for file in ["t/wrong.json", "t/absurd.json"] {
        std::fs::remove_file(bench.path().join(file)).unwrap();
    }
    let output = bench.harness(&["test", "."], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{text}");
    let wanted = "`secrets/config.json` is not here: scenario `config` is not played; record it: harness record . \
                  --config FILE --scenario config";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn what_stands_in_the_folder_of_a_scenario_goes_before_the_file() {
    let bench = published();
    bench.write("fixtures/config/config.json", r#"{"word": "wrong"}"#);
    bench.write(
        "fixtures/config/scenario.toml",
        "[expect]\ncheck = \"fails\"\n[environment]\nDEPLOYMENT_MODE = \"OSS\"\n[demands]\nunjudged = []\n",
    );
    let (code, events) = bench.test(&["--scenario", "config"]);
    assert_eq!((code, condemned_by(&events)), (1, vec!["records_match_schema"]));
    assert!(events.iter().any(|event| event.to_string().contains("OSS-eu")), "{events:?}");
}
