//! The sandbox: what a connector finds in it, and what is done where there is none.

use std::process::Command;

use serde_json::Value;

use crate::bench::{Bench, HARNESS, condemned_by};

/// A connector of one line of shell, which stands for its `check`.
fn connector(script: &str) -> Bench {
    let bench = Bench::of(&["sh", "connector.sh"]);
    let text = format!(
        r#"case $1 in
spec) echo '{{"type":"SPEC","spec":{{"connectionSpecification":{{}}}}}}' ;;
check) {script}
echo '{{"type":"CONNECTION_STATUS","connectionStatus":{{"status":"SUCCEEDED"}}}}' ;;
esac"#
    );
    bench.write("connector.sh", &text);
    bench
}

/// What `check` said on stderr.
fn said(events: &[Value]) -> &str {
    let check = events.iter().find(|it| it["event"] == "invocation_finished" && it["command"] == "check");
    check.unwrap()["stderr"].as_str().unwrap().trim_end()
}

fn has_sandbox() -> bool {
    let (_, events) = connector(":").test(&[]);
    events[1]["rung"] == "sandbox"
}

#[test]
fn in_a_sandbox_a_connector_is_who_and_where_it_was() {
    let script =
        "{ id -u; id -g; pwd; cat /proc/self/comm; test -w \"${TMPDIR:-/tmp}\" && echo writes; } >&2; cat";
    let bench = connector(script);
    let [inside, outside] = ["auto", "off"].map(|mode| {
        let (_, events) = bench.test(&["--sandbox", mode]);
        said(&events).to_owned()
    });
    assert!(inside.ends_with("cat\nwrites"), "{inside}");
    assert_eq!(inside, outside);
}

#[test]
fn every_host_has_an_address_and_nothing_outside_has_one() {
    if !has_sandbox() {
        return;
    }
    let bench = connector(
        "cat /etc/resolv.conf >&2; getent hosts api.nowhere.test >&2; cut -f2 /proc/self/net/route >&2",
    );
    let (_, events) = bench.test(&["--sandbox", "require"]);
    let lines: Vec<&str> = said(&events).lines().collect();
    assert_eq!(lines[0], "nameserver 127.0.0.1");
    assert!(lines[1].starts_with("198.1") && lines[1].ends_with("api.nowhere.test"), "{lines:?}");
    assert_eq!(lines[2..], ["Destination"], "no way leads out");
}

#[test]
fn a_refused_connection_is_named_as_it_was_dialled() {
    if !has_sandbox() {
        return;
    }
    let bench = Bench::new("dials_a_database");
    let (code, events) = bench.test(&[]);
    assert_eq!((code, condemned_by(&events)), (1, vec!["connections_are_intercepted"]));
    let finding = events.iter().find_map(|event| event["findings"].get(0)).unwrap();
    assert!(finding["got"].as_str().unwrap().contains("tcp db.broken.test:5432"), "{finding}");
}

/// A harness that the kernel lets make no namespaces. `None` where it lets us not even say so.
fn confined(bench: &Bench, arguments: &[&str]) -> Option<std::process::Output> {
    let script = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"";
    let unshare = |command: &[&str]| {
        let all = [&["-Ur", "sh", "-c", script, "sh"], command].concat();
        Command::new("unshare")
            .args(all)
            .current_dir(bench.path())
            .env_remove("CI")
            .env("NO_COLOR", "1")
            .output()
    };
    let possible = unshare(&["true"]).is_ok_and(|output| output.status.success());
    possible.then(|| unshare(&[&[HARNESS], arguments].concat()).unwrap())
}

#[test]
fn where_the_kernel_refuses_the_next_rung_is_used_and_the_reason_said() {
    let bench = Bench::new("none");
    let Some(output) = confined(&bench, &["test", "."]) else { return };
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(
        stderr.contains("proxy variables (no sandbox: make user, mount and network namespaces: "),
        "{stderr}"
    );

    let output = confined(&bench, &["test", ".", "--sandbox", "require"]).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("make user, mount and network namespaces"), "{stderr}");
    assert!(stderr.contains("--sandbox off"), "{stderr}");
}
