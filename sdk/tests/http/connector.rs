use std::path::Path;

use connector_sdk::Outcome;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, print, run, story};

#[tokio::test]
async fn a_read_tells_each_stream_from_its_start_to_its_end() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let catalog = stage.catalog(&[("rain", "incremental"), ("stations", "full_refresh")]);
    let (outcome, messages) = run(&["read", "--config", &config, "--catalog", &catalog]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    assert_eq!(
        story(&messages),
        [
            "STARTED",
            "RUNNING",
            "rain {mm:1}",
            "rain {mm:2}",
            "state {day:2024-01-06} after 2.0",
            "state {day:2024-01-07} after 0.0",
            "COMPLETE",
            "STARTED",
            "RUNNING",
            "stations {id:1}",
            "state {__ab_no_cursor_state_message:true} after 1.0",
            "COMPLETE",
        ]
    );
}

#[tokio::test]
async fn a_state_is_gone_on_from_by_incremental_alone() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let state = json!([{"type": "STREAM", "stream": {
        "stream_descriptor": {"name": "rain"}, "stream_state": {"day": "2024-01-07"}}}]);
    let state = stage.file("state.json", &state);
    for (sync_mode, records) in [("incremental", 0), ("full_refresh", 2)] {
        let catalog = stage.catalog(&[("rain", sync_mode)]);
        let (_, messages) =
            run(&["read", "--config", &config, "--catalog", &catalog, "--state", &state]).await;
        assert_eq!(
            messages.iter().filter(|message| message["type"] == "RECORD").count(),
            records,
            "{sync_mode}"
        );
    }
}

#[tokio::test]
async fn a_stream_with_nothing_to_read_repeats_its_state() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let catalog = stage.catalog(&[("rain", "incremental")]);
    let state = stage.file("state.json", &json!({"rain": {"day": "2999-01-01"}}));
    let (_, messages) = run(&["read", "--config", &config, "--catalog", &catalog, "--state", &state]).await;
    assert_eq!(story(&messages), ["STARTED", "state {day:2999-01-01} after 0.0", "COMPLETE"]);
}

#[tokio::test]
async fn a_state_of_a_stream_that_is_no_more_is_said_and_passed_over() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let catalog = stage.catalog(&[("rain", "incremental")]);
    let state =
        stage.file("state.json", &json!({"rain": {"day": "2999-01-01"}, "hail": {"day": "2024-01-06"}}));
    let (outcome, messages) =
        run(&["read", "--config", &config, "--catalog", &catalog, "--state", &state]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    assert_eq!(messages[0]["log"]["level"], "WARN");
    let warning = messages[0]["log"]["message"].as_str().unwrap();
    assert!(warning.contains("`hail`") && !warning.contains("rain"), "{warning}");
}

#[tokio::test]
async fn a_stream_that_fails_keeps_what_it_has_and_the_next_is_read() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-05", "good-token");
    let streams = [("rain", "full_refresh"), ("broken", "full_refresh"), ("snow", "full_refresh")];
    let catalog =
        stage.catalog(&[&streams[..], &[("today", "incremental"), ("stations", "full_refresh")]].concat());
    let (outcome, messages) = run(&["read", "--config", &config, "--catalog", &catalog]).await;
    assert_eq!(outcome, Outcome::Failed);
    let story = story(&messages);
    assert_eq!(
        story[..9],
        [
            "STARTED",
            "error system_error",
            "INCOMPLETE",
            "STARTED",
            "error system_error",
            "INCOMPLETE",
            "STARTED",
            "error config_error",
            "INCOMPLETE",
        ]
    );
    assert_eq!(story[9..12], ["STARTED", "error config_error", "INCOMPLETE"]);
    assert_eq!(story.last().unwrap(), "COMPLETE");
    let errors: Vec<&Value> =
        messages.iter().map(|message| &message["trace"]["error"]).filter(|error| error.is_object()).collect();
    assert_eq!(errors[0]["stream_descriptor"], json!({"name": "rain"}));
    assert!(errors[0]["message"].as_str().unwrap().contains("rain?day=2024-01-05 answered 404 Not Found"));
    assert!(errors[1]["internal_message"].as_str().unwrap().contains("index out of range"));
    assert!(
        errors[2]["message"]
            .as_str()
            .unwrap()
            .contains("`snow`, which this source does not have: it has rain,")
    );
    assert!(errors[3]["message"].as_str().unwrap().contains("has no cursor"));
}

#[tokio::test]
async fn check_always_answers_and_never_shows_the_token() {
    let stage = Stage::set().await;
    let refused = "401 Unauthorized, saying `unknown token ****`; check the credentials";
    for (token, status, message, before) in [
        ("good-token", "SUCCEEDED", "", &[][..]),
        ("bad-token", "FAILED", refused, &[]),
        ("odd-token", "FAILED", "the token **** is odd", &["error system_error"]),
    ] {
        let config = stage.config("2024-01-06", token);
        let (outcome, messages) = run(&["check", "--config", &config]).await;
        assert_eq!(outcome, Outcome::Succeeded);
        assert_eq!(story(&messages)[..messages.len() - 1], *before);
        let answer = &messages.last().unwrap()["connectionStatus"];
        assert_eq!(answer["status"], status);
        assert!(answer["message"].as_str().unwrap_or_default().contains(message), "{answer}");
        assert!(!Value::from(messages).to_string().contains(token), "{token}");
    }
}

#[tokio::test]
async fn a_panic_in_check_is_a_system_error_without_the_token() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "fatal-token");
    let (outcome, messages) = run(&["check", "--config", &config]).await;
    assert_eq!(outcome, Outcome::Failed);
    let error = &messages[0]["trace"]["error"];
    assert_eq!(error["failure_type"], "system_error");
    assert!(error["internal_message"].as_str().unwrap().contains("unwrapped ****"), "{error}");
}

#[tokio::test]
async fn an_invalid_config_names_the_field_and_hides_what_it_holds() {
    let stage = Stage::set().await;
    let config = stage.file(
        "config.json",
        &json!({"base_url": "http://127.0.0.1", "start_date": "soon", "token": "good-token"}),
    );
    let (outcome, messages) = run(&["check", "--config", &config]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    let message = messages[0]["connectionStatus"]["message"].as_str().unwrap();
    assert!(
        message.contains("config.json): `start_date`: want a date such as 2024-01-02, got `soon`"),
        "{message}"
    );

    let config =
        stage.file("config.json", &json!({"base_url": "", "start_date": "2024-01-06", "token": 98765}));
    let (outcome, messages) = run(&["discover", "--config", &config]).await;
    assert_eq!(outcome, Outcome::Failed);
    let error = &messages[0]["trace"]["error"];
    assert_eq!(error["failure_type"], "config_error");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`token`: want a string, got a number"), "{message}");
}

#[tokio::test]
async fn a_config_that_is_an_array_is_refused() {
    let stage = Stage::set().await;
    let config = stage.file("config.json", &json!([stage.server.uri(), "2024-01-06", "good-token"]));
    let (outcome, messages) = run(&["discover", "--config", &config]).await;
    assert_eq!(outcome, Outcome::Failed);
    let error = &messages[0]["trace"]["error"];
    assert_eq!(error["message"], "invalid config (config.json): want a JSON object, got an array");
    assert_eq!(error["failure_type"], "config_error");
}

#[tokio::test]
async fn a_stream_sees_the_clock_of_its_command() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let catalog = stage.catalog(&[("today", "full_refresh")]);
    let (_, messages) = run(&["read", "--config", &config, "--catalog", &catalog]).await;
    assert_eq!(story(&messages)[2], "today {today:2024-01-07}");
}

#[tokio::test]
async fn discover_offers_the_streams_as_they_are_described() {
    let stage = Stage::set().await;
    let (outcome, messages) = run(&["discover", "--config", &stage.config("2024-01-06", "good-token")]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    let streams = &messages[0]["catalog"]["streams"];
    assert_eq!(streams[0]["default_cursor_field"], json!(["day"]));
    assert_eq!(streams[0]["supported_sync_modes"], json!(["full_refresh", "incremental"]));
    assert_eq!(streams[1]["source_defined_primary_key"], json!([["id"]]));
}

#[tokio::test]
async fn spec_needs_no_config() {
    let (outcome, messages) = run(&["spec"]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    assert_eq!(messages[0]["spec"]["connectionSpecification"]["properties"]["token"]["airbyte_secret"], true);
}

#[tokio::test]
async fn help_is_for_stdout_and_a_wrong_command_line_is_not() {
    let (outcome, help) = print(&["--help"]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    assert!(help.starts_with("Usage:\n  source-weather spec\n"), "{help}");

    let (outcome, printed) = print(&["spek"]).await;
    let Outcome::Misused(usage) = outcome else { panic!("there is no command of that name") };
    assert_eq!(
        usage,
        format!("error: unknown command `spek`: want one of spec, check, discover, read\n\n{help}")
    );
    assert_eq!(printed, "");
}

#[tokio::test]
async fn no_command_is_an_error_with_the_usage() {
    let (_, help) = print(&["--help"]).await;
    let (outcome, messages) = run(&[]).await;
    let problem = "no command: want one of spec, check, discover, read";
    assert_eq!(outcome, Outcome::Idle(format!("error: {problem}\n\n{help}")));
    assert_eq!(story(&messages), ["error system_error"]);
    assert_eq!(messages[0]["trace"]["error"]["message"], problem);
}

#[tokio::test]
async fn people_are_told_that_a_request_is_asked_again() {
    let stage = Stage::set().await;
    let busy = ResponseTemplate::new(503)
        .insert_header("retry-after", "0")
        .set_body_string("key good-token is slow");
    let once = Mock::given(path("/stations")).respond_with(busy).up_to_n_times(1).with_priority(1);
    once.mount(&stage.server).await;
    let config = stage.config("2024-01-06", "good-token");
    let catalog = stage.catalog(&[("stations", "full_refresh")]);
    let (outcome, messages) = run(&["read", "--config", &config, "--catalog", &catalog]).await;
    assert_eq!(outcome, Outcome::Succeeded);
    assert_eq!(story(&messages)[..3], ["STARTED", "LOG", "RUNNING"]);
    let line = messages[1]["log"]["message"].as_str().unwrap();
    assert!(line.ends_with("saying `key **** is slow`; asking again (attempt 2 of 5)"), "{line}");
}

#[tokio::test]
async fn a_catalog_that_is_not_there_is_named() {
    let stage = Stage::set().await;
    let config = stage.config("2024-01-06", "good-token");
    let missing = Path::new(&config).with_file_name("missing.json");
    let (outcome, messages) =
        run(&["read", "--config", &config, "--catalog", missing.to_str().unwrap()]).await;
    assert_eq!(outcome, Outcome::Failed);
    let message = messages[0]["trace"]["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("failed to read the catalog") && message.contains("missing.json"),
        "{message}"
    );
}
