//! Faults of what is asked for.

use std::net::{TcpStream, UdpSocket};

use super::call::Call;
use super::fault::{Fault, fault, harmless};
use super::http;
use super::output::Output;

/// In a read: asks for every one of these, one after the other.
macro_rules! asks_for {
    ($($url:literal),*) => {
        |_: &mut Output, call: &Call| {
            if call.is("read") {
                $(http::get($url);)*
            }
        }
    };
}

pub(crate) static ALL: &[Fault] = &[
    fault(
        "asks_for_what_nobody_recorded",
        "requests_match_recording",
        asks_for!("http://api.broken.test/users?page=2"),
    ),
    Fault {
        recorded: &[("http://api.broken.test/users?page=2", 200, "[]")],
        ..fault("does_not_ask_for_everything", "recording_is_used", |_, _| {})
    },
    Fault {
        sandboxed: true,
        ..fault("dials_a_database", "connections_are_intercepted", |_, call| {
            if call.is("read") {
                drop(TcpStream::connect("db.broken.test:5432"));
            }
        })
    },
    Fault {
        sandboxed: true,
        ..fault("sends_packets_to_a_clock", "connections_are_intercepted", |_, call| {
            if call.is("read")
                && let Ok(socket) = UdpSocket::bind("0.0.0.0:0")
            {
                let _lost = socket.send_to(b"?", "192.0.2.1:123");
            }
        })
    },
    Fault {
        sandboxed: true,
        recorded: &[("http://api.broken.test/me", 200, "1")],
        ..harmless("knows_nothing_of_proxies", |_, call| {
            if call.is("read") {
                http::get_directly("api.broken.test", "/me");
            }
        })
    },
    harmless("looks_for_a_server_of_its_own", |_, call| {
        if call.is("read") {
            drop(TcpStream::connect("127.0.0.1:5432"));
        }
    }),
    Fault {
        recorded: &[("http://plain.test/avatar", 200, "1")],
        ..fault("asks_without_tls", "requests_use_https", asks_for!("http://plain.test/avatar"))
    },
    Fault {
        recorded: &[("http://127.0.0.1:9/health", 200, "1")],
        ..harmless("asks_this_machine_without_tls", asks_for!("http://127.0.0.1:9/health"))
    },
    Fault {
        settings: "allowed_hosts = [\"api.broken.test\"]",
        recorded: &[("http://cdn.broken.test/avatar", 200, "1")],
        ..fault("asks_a_host_of_its_own", "hosts_are_allowed", asks_for!("http://cdn.broken.test/avatar"))
    },
    Fault {
        settings: "allowed_hosts = [\"api.broken.test\"]",
        recorded: &[("http://cdn.broken.test/?key=canary-5b1c9e", 200, "1")],
        ..fault(
            "hands_the_key_to_a_stranger",
            "secrets_go_to_allowed_hosts",
            asks_for!("http://cdn.broken.test/?key=canary-5b1c9e"),
        )
    },
    Fault {
        settings: "allowed_hosts = [\"*.broken.test\"]\nsecret_hosts = [\"api.broken.test\"]",
        recorded: &[
            ("http://api.broken.test/me?key=canary-5b1c9e", 200, "1"),
            ("http://cdn.broken.test/avatar", 200, "1"),
        ],
        ..harmless(
            "keeps_the_key_for_its_host",
            asks_for!("http://api.broken.test/me?key=canary-5b1c9e", "http://cdn.broken.test/avatar"),
        )
    },
    Fault {
        settings: "[budget]\nmax_requests = 9",
        scenario: "[budget]\nmax_requests = 2",
        recorded: &[
            ("http://api.broken.test/users/1", 200, "1"),
            ("http://api.broken.test/users/2", 200, "2"),
        ],
        ..fault(
            "asks_for_each_user",
            "requests_stay_within_budget",
            asks_for!("http://api.broken.test/users/1", "http://api.broken.test/users/2"),
        )
    },
    Fault {
        settings: "[budget]\nmax_duplicates = 0",
        recorded: &[("http://api.broken.test/me", 200, "1"), ("http://api.broken.test/me", 200, "2")],
        ..fault(
            "asks_twice_where_the_budget_says_once",
            "requests_stay_within_budget",
            asks_for!("http://api.broken.test/me", "http://api.broken.test/me"),
        )
    },
    Fault {
        recorded: &[("http://api.broken.test/me", 500, "0")],
        ..fault(
            "passes_over_a_failure",
            "failures_are_not_passed_over",
            asks_for!("http://api.broken.test/me"),
        )
    },
    Fault {
        recorded: &[("http://api.broken.test/me", 200, "1"), ("http://api.broken.test/me", 200, "1")],
        ..fault(
            "asks_twice_for_the_same",
            "requests_are_not_repeated",
            asks_for!("http://api.broken.test/me", "http://api.broken.test/me"),
        )
    },
    Fault {
        recorded: &[
            ("http://api.broken.test/jobs/1", 429, "0"),
            ("http://api.broken.test/jobs/1", 200, "1"),
            ("http://api.broken.test/jobs/1", 200, "1"),
            ("http://api.broken.test/jobs/1", 200, "2"),
        ],
        ..harmless(
            "waits_for_a_job",
            asks_for!(
                "http://api.broken.test/jobs/1",
                "http://api.broken.test/jobs/1",
                "http://api.broken.test/jobs/1",
                "http://api.broken.test/jobs/1"
            ),
        )
    },
    Fault {
        settings: "[budget]\npage_size = { query = \"limit\", at_least = 100 }",
        recorded: &[
            ("http://api.broken.test/teams?limit=100", 200, "1"),
            ("http://api.broken.test/teams?page=2", 200, "2"),
        ],
        ..fault(
            "forgets_the_size_of_a_page",
            "page_size_is_used",
            asks_for!("http://api.broken.test/teams?limit=100", "http://api.broken.test/teams?page=2"),
        )
    },
];
