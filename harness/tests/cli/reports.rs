//! Every report of one run of a broken connector.

use crate::bench::Bench;

const FAULT: &str = "prints_a_text_for_a_number";
const CHECK: &str = "records_match_schema";

/// One that conforms and one that fails in two scenarios.
fn bench() -> Bench {
    let bench = Bench::empty();
    bench.broken("a/", "none");
    bench.broken("b/", FAULT);
    bench.scenario("b/", "other");
    bench
}

#[test]
fn one_run_writes_every_report_beside_the_one_for_people() {
    let bench = bench();
    let arguments = [
        "test",
        "a",
        "b",
        "--report",
        "junit=out/deep/junit.xml",
        "--report",
        "markdown=out/report.md",
        "--report",
        "json=out/events.jsonl",
        "--report",
        "human=out/human.txt",
        "--report",
        "github=-",
    ];
    let summary = bench.path().join("summary.md");
    let environment = [("INSTA_UPDATE", "always"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    let output = bench.harness(&arguments, &environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("FAIL  {CHECK}   b/normal, b/other")), "{said}");
    assert_eq!(bench.read("out/human.txt").matches(CHECK).count(), said.matches(CHECK).count());

    let junit = bench.read("out/deep/junit.xml");
    assert!(junit.contains(r#"<testsuite name="a""#), "{junit}");
    assert_eq!(junit.matches("<failure ").count(), 2, "{junit}");
    let again = format!("again  harness test b --scenario other -E &apos;check(={CHECK})&apos;");
    assert!(junit.contains(&again), "{junit}");

    let commands = String::from_utf8(output.stdout).unwrap();
    let wanted =
        format!("::error title={CHECK}%3A b/normal%2C b/other,file=b/fixtures/normal/cassette.json::want ");
    assert!(commands.starts_with(&wanted) && commands.lines().count() == 1, "{commands}");

    let markdown = bench.read("out/report.md");
    assert!(markdown.contains("| a | conforms | ") && markdown.contains("| b | **fails** | "), "{markdown}");
    assert!(markdown.contains("2 places: b/normal, b/other"), "{markdown}");
    assert_eq!(bench.read("summary.md"), markdown);

    let events = bench.read("out/events.jsonl");
    assert!(events.lines().last().unwrap().contains("\"run_finished\""), "{events}");
    for text in [&junit, &commands, &markdown] {
        assert!(!text.contains("canary-5b1c9e"), "a secret: {text}");
    }
}

#[test]
fn what_fails_alike_in_another_connector_is_not_told_twice() {
    let bench = bench();
    bench.broken("c/", FAULT);
    let output = bench.harness(&["test", "b", "c"], &[("INSTA_UPDATE", "always")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(&format!("FAIL  {CHECK}   c/normal   the same as of b/normal above")), "{said}");
    assert!(said.contains("again  harness test c --scenario normal"), "{said}");
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_judged() {
    let bench = bench();
    bench.write("taken", "");
    let output = bench.harness(&["test", "a", "--report", "junit=taken/junit.xml"], &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("failed to write taken/junit.xml: ") && !said.contains("PASS"), "{said}");
}

#[test]
fn two_reports_are_not_mixed() {
    let output = bench().harness(&["test", "a", "--format", "json", "--report", "junit=-"], &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("two of them would go to stdout"), "{said}");
    let output = bench().harness(&["test", "a", "--report", "json=x/r", "--report", "junit=x/r"], &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("two of them would go to x/r"), "{said}");
}

#[test]
fn a_connector_that_cannot_be_judged_is_an_error_in_the_reports_too() {
    let bench = Bench::empty();
    bench.write("b/harness.toml", "comand = []");
    let output = bench.harness(&["test", "b", "--format", "junit"], &[]);
    assert_eq!(output.status.code(), Some(4));
    let junit = String::from_utf8(output.stdout).unwrap();
    assert!(junit.contains("errors=\"1\"") && junit.contains("comand"), "{junit}");
}

#[test]
fn a_junit_report_shows_what_a_process_said_on_stderr_and_how_to_see_it_again() {
    let bench = Bench::empty();
    bench.write("x/harness.toml", "command = [\"sh\", \"-c\", \"echo no license key >&2; exit 3\"]\n");
    bench.write("scenarios/one/config.json", "{}");
    let arguments = ["--sandbox", "off", "--fixtures", "scenarios", "--timeout", "9.5", "--format", "junit"];
    let output = bench.harness(&[&["test", "x"][..], &arguments].concat(), &[]);
    let junit = String::from_utf8(output.stdout).unwrap();
    let again = "again  harness test x --fixtures scenarios --timeout 9.5 --sandbox off -E &apos;check(=";
    assert!(junit.contains(again), "{junit}");
    assert!(junit.contains("<system-err>spec:\nno license key</system-err>"), "{junit}");
}
