//! Scripts in Python that import once, and whose processes are forked from there.
//!
//! These need a `python3` and a sandbox; where one of them is not to be had, they say so.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::bench::{Bench, condemned_by};

const SCRIPT: &str = r#"#!/usr/bin/env python3
"""A connector of one stream."""
import heavy
import json
import sys
import urllib.request


def say(kind, **message):
    print(json.dumps({"type": kind, **message}), flush=True)


def argument(name):
    return json.load(open(sys.argv[sys.argv.index(name) + 1]))


def main():
    command = sys.argv[1]
    if command == "spec":
        properties = {"key": {"type": "string", "airbyte_secret": True}}
        spec = {"type": "object", "required": ["key"], "properties": properties}
        say("SPEC", spec={"connectionSpecification": spec})
        return 0
    key = argument("--config").get("key")
    if command == "check":
        fits = isinstance(key, str)
        say("CONNECTION_STATUS", connectionStatus={"status": "SUCCEEDED"} if fits else {"status": "FAILED", "message": "want a text for key"})
        return 0
    stream = {"name": "users", "json_schema": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}, "supported_sync_modes": ["full_refresh"]}
    if command == "discover":
        say("CATALOG", catalog={"streams": [stream]})
        return 0
    streams = [it["stream"]["name"] for it in argument("--catalog")["streams"]]
    if streams != ["users"]:
        say("TRACE", trace={"type": "ERROR", "emitted_at": 1, "error": {"message": "there is only users", "failure_type": "config_error"}})
        return 1
    for user in json.load(urllib.request.urlopen("http://api.broken.test/users")):
        say("RECORD", record={"stream": "users", "data": user, "emitted_at": heavy.began})
    state = {"type": "STREAM", "stream": {"stream_descriptor": {"name": "users"}, "stream_state": {}}, "sourceStats": {"recordCount": 2}}
    say("STATE", state=state)
    return 0


sys.exit(main())
"#;

/// Notes that it is imported, and by whom.
const HEAVY: &str = "import os, time\nbegan = int(time.time() * 1000)\n\
    open(os.path.dirname(__file__) + '/imports', 'a').write('%s\\n' % os.environ.get('HOME'))\n";

/// That connector, where `heavy` does this besides; `None` where it cannot be tried.
fn connector(besides: &str) -> Option<Bench> {
    let bench = Bench::of(&["./main.py"]);
    bench.write("main.py", SCRIPT);
    bench.write("heavy.py", &format!("{HEAVY}{besides}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = bench.path().join("main.py");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let lacks = if Command::new("python3").arg("--version").output().is_err() {
        "there is no python3"
    } else if bench.test(&["--quick"]).1[1]["rung"] != "sandbox" {
        "there is no sandbox"
    } else {
        bench.write("imports", "");
        return Some(bench);
    };
    #[expect(clippy::print_stderr, reason = "who looks wants to know")]
    {
        eprintln!("skipped: {lacks}");
    }
    None
}

fn imports(bench: &Bench) -> usize {
    let imports = bench.read("imports").lines().count();
    bench.write("imports", "");
    imports
}

/// Of every process that was run, by what it was run for: the end, and what came. Of those that are disturbed, how far they get
/// before is chance.
fn ends(events: &[Value]) -> BTreeMap<String, String> {
    let finished = events.iter().filter(|event| event["event"] == "invocation_finished");
    let end = |event: &Value| {
        let what = event["trial"].as_str().or(event["command"].as_str()).unwrap().to_owned();
        if what.ends_with("after the first record") {
            return (what, String::new());
        }
        let [exit, lines, records, requests, stderr] =
            ["exit", "lines", "records", "requests", "stderr"].map(|name| &event[name]);
        (what, format!("{exit}, {lines} lines, {records} records, {requests} requests, {stderr}"))
    };
    finished.map(end).collect()
}

fn forked(events: &[Value]) -> usize {
    events.iter().filter(|event| event["interpreter"].is_u64()).count()
}

#[test]
fn a_script_imports_once_for_each_interpreter_and_all_comes_out_as_if_started_anew() {
    let Some(bench) = connector("") else { return };
    let (code, warm) = bench.test(&["-j", "1"]);
    assert_eq!((code, condemned_by(&warm)), (0, vec![]));
    let processes = ends(&warm);
    assert!(processes.len() > 9, "{processes:?}");
    assert_eq!(forked(&warm), processes.len());
    // One, and another for the read that is to agree with the first.
    assert_eq!(imports(&bench), 2);
    bench.write("harness.toml", &format!("warm_start = false\n{}", bench.read("harness.toml")));
    let (code, cold) = bench.test(&["-j", "1"]);
    assert_eq!((code, forked(&cold), imports(&bench)), (0, 0, processes.len()));
    assert_eq!(ends(&cold), processes);
}

#[test]
fn imports_see_no_home_and_processes_do() {
    let Some(bench) = connector("import sys\nif not os.environ.get('HOME'): sys.modules['homeless'] = os")
    else {
        return;
    };
    let script = SCRIPT.replace("sys.exit(main())", "import os\nsys.stderr.write(str(('homeless' in sys.modules, 'HOME' in os.environ)))\nsys.exit(main())");
    bench.write("main.py", &script);
    let (_, events) = bench.test(&[]);
    let said = |event: &&Value| event["stderr"].as_str().is_some_and(|it| it.contains("(True, True)"));
    let processes = ends(&events).len();
    // All but the one that is to have none.
    assert_eq!(events.iter().filter(said).count(), processes - 1, "{:?}", ends(&events));
}

#[test]
fn what_does_not_survive_a_fork_is_started_anew_and_said() {
    for (besides, reason, condemns) in [
        (
            "import threading\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
            "start threads",
            &[][..],
        ),
        ("import socket\nkept = socket.socket()", "open files", &[]),
        ("kept = open(__file__)", "open files", &[]),
        ("import sys\nsys.stdout = os.fdopen(os.dup(1), 'w')", "open files", &[]),
        ("import tempfile\nkept = tempfile.TemporaryDirectory()", "to be removed", &[]),
        ("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)", "SIGCHLD", &[]),
        ("import sys\nif len(sys.argv) < 2: raise ValueError", "end in ValueError", &[]),
        (
            "import sys\nif not os.environ.get('HOME'): sys.exit(4)",
            "end in SystemExit",
            &["spec_needs_no_home"],
        ),
        (
            "import subprocess\nkept = subprocess.Popen(['sleep', '30'])",
            "start processes",
            &["process_leaves_none_behind"],
        ),
        (
            "import socket\ntry: socket.create_connection(('db.corp.test', 5432))\nexcept OSError: pass",
            "open connections",
            &["connections_are_intercepted"],
        ),
        (
            "import sys, socket\nfor it in range(3, 20):\n    try: socket.socket(fileno=os.dup(it)).send(b'{\"unfit\":\"\"}\\n{\"process\":1}\\n')\n    except OSError: pass",
            "process 1 is not its own",
            &[],
        ),
    ] {
        let Some(bench) = connector(besides) else { return };
        let (_, events) = bench.test(&["-j", "1"]);
        let notes: Vec<&str> = events.iter().filter_map(|event| event["note"].as_str()).collect();
        assert!(notes.iter().any(|note| note.contains(reason)), "{reason}: {notes:?}");
        assert_eq!(forked(&events), 0, "{reason}");
        assert_eq!(condemned_by(&events), condemns, "{reason}");
    }
}

#[test]
fn imports_know_the_script_the_time_and_the_user_of_the_settings() {
    let Some(bench) = connector(
        "import __main__\ntold = (hasattr(__main__, '__file__'), 'CONNECTOR_NOW' in os.environ, os.environ.get('USER'))",
    ) else {
        return;
    };
    bench.write(
        "main.py",
        &SCRIPT.replace("sys.exit(main())", "sys.stderr.write(str(heavy.told))\nsys.exit(main())"),
    );
    bench.write("harness.toml", &format!("{}[environment]\nUSER = \"svc\"\n", bench.read("harness.toml")));
    bench.write("fixtures/normal/scenario.toml", "now = \"2024-01-01T00:00:00Z\"\n");
    let (_, events) = bench.test(&["-j", "1"]);
    let processes = ends(&events);
    assert_eq!((forked(&events), imports(&bench)), (processes.len(), 2));
    for event in events.iter().filter(|event| event["event"] == "invocation_finished") {
        assert!(event["stderr"].as_str().unwrap().contains("(True, True, 'svc')"), "{event}");
    }
}

#[test]
fn what_a_fork_leaves_behind_is_known_for_its_own() {
    let Some(bench) = connector("") else { return };
    // Neither its group nor its environment is that of the process that it comes from.
    let daemon = "import os, time\nif 'check' in sys.argv and os.fork() == 0:\n    os.setsid()\n    time.sleep(30)\n    os._exit(0)\nsys.exit(main())";
    bench.write("main.py", &SCRIPT.replace("sys.exit(main())", daemon));
    let (_, events) = bench.test(&["-j", "1"]);
    assert_eq!(condemned_by(&events), ["process_leaves_none_behind"]);
    let finding = events.iter().find_map(|event| event["findings"].get(0)).unwrap();
    assert_eq!(finding["command"], "check", "{finding}");
    assert_eq!(forked(&events), ends(&events).len());
}

#[test]
fn what_imports_print_is_printed_by_every_process() {
    let Some(bench) = connector("print('loading')\nimport sys\nprint('slowly', file=sys.stderr)") else {
        return;
    };
    let (code, events) = bench.test(&[]);
    assert_eq!((code, condemned_by(&events)), (1, vec!["stdout_is_protocol_only"]));
    let processes = ends(&events);
    assert_eq!(forked(&events), processes.len());
    for (what, end) in processes {
        assert!(end.contains("slowly"), "{what}: {end}");
    }
}

#[test]
fn a_fork_that_does_not_end_is_killed_and_what_it_leaves_is_found() {
    let Some(bench) = connector("") else { return };
    let script = SCRIPT.replace("sys.exit(main())", "import subprocess, time\nif 'check' in sys.argv: subprocess.Popen(['sleep', '30'])\nif 'discover' in sys.argv: time.sleep(30)\nsys.exit(main())");
    bench.write("main.py", &script);
    bench.write("harness.toml", &format!("{}[timeout]\ndiscover = 1\n", bench.read("harness.toml")));
    let (code, events) = bench.test(&["-j", "1"]);
    assert_eq!(code, 1);
    let condemned = condemned_by(&events);
    for check in ["process_ends_by_itself", "process_leaves_none_behind"] {
        assert!(condemned.contains(&check), "{condemned:?}");
    }
    assert!(ends(&events)["discover"].contains("still running after 1s"));
    assert_eq!(forked(&events), ends(&events).len());
}

/// Asks for what is not recorded, before it is known whose process it is.
const PHONES: &str = "import urllib.request\ntry: urllib.request.urlopen('https://telemetry.corp.test/ping').read()\nexcept OSError: pass";

#[test]
fn imports_that_ask_for_something_are_given_up_as_soon_as_they_do() {
    let Some(bench) = connector(PHONES) else { return };
    let (_, events) = bench.test(&["-j", "1", "--quick"]);
    let note = events.iter().find_map(|event| event["note"].as_str()).unwrap();
    assert!(note.ends_with("since its imports open connections"), "{note}");
    let processes = ends(&events).len();
    // Of each process, and of the one that was given up.
    assert_eq!((forked(&events), imports(&bench)), (0, processes + 1));
    assert_eq!(condemned_by(&events), ["requests_match_recording"]);
}

#[test]
fn a_recording_starts_every_process_anew_and_says_first_that_it_began() {
    let Some(bench) = connector(PHONES) else { return };
    let arguments = "record . --config fixtures/normal/config.json --scenario first --timeout 60 --upstream \
                     telemetry.corp.test=http://127.0.0.1:1 --upstream api.broken.test=http://127.0.0.1:1";
    let record = || {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let output = bench.harness(&arguments, &[("HOME", "/home/somebody")]);
        String::from_utf8(output.stderr).unwrap()
    };
    let said = record();
    assert!(said.contains("REC   check: SUCCEEDED; 1 request,"), "{said}");
    assert!(said.contains("no server answered"), "{said}");
    // `spec`, `check`, `discover` and `read`; an interpreter that imports ahead is told of no home.
    assert_eq!(bench.read("imports"), "/home/somebody\n".repeat(4));

    // Before it knows what `spec` says, and whether that ends.
    bench.write("main.py", &SCRIPT.replace("command == \"spec\"", "command == 'spec' and sys.exit(3)"));
    let said = record();
    let (first, rest) = said.split_once('\n').unwrap();
    assert!(first.ends_with("recording `first` from the real servers"), "{said}");
    assert!(rest.contains("`spec` printed no SPEC message"), "{said}");
}
