//! The notation in which checks give their examples: a piece of evidence as a few lines of text.
//!
//! ```text
//! # spec {"required": ["key"]}     what `spec` said a config must look like
//! # config {"key": "a"}            the scenario's config
//! # expect read fails              what the scenario expects; also `# expect config invalid`
//! # empty users                    a stream that may be empty
//! # demands {"data_points": true}   what is demanded of it: see `demands.rs`
//! # files .csv .avro              the types of files that all scenarios together read
//! # settings allowed_hosts = []    a line of harness.toml
//! $ read                           a process: `spec`, `check`, `discover` or `read`; what follows belongs to it
//! $ read : again                   a trial of it: also `reversed`, `alone users`, `stranger`, `terminated`, `unheard`, `future`,
//!                                  `from 3` (the state on line 3 of the read before it)
//! $ check : missing /key           a trial with a config made from the spec; also `wrong /key`, `valid`
//! $ spec : homeless                `spec` without HOME
//! {"type": "RECORD", ...}          a line of its stdout
//! 2> text                          a line of its stderr
//! > GET https://api.test/users     a request that was answered with status 200
//! > GET https://api.test/ 429 wait one that was answered with another status, and with that body
//! ! GET https://api.test/users     a request that nobody recorded
//! ? GET https://api.test/users     a recorded interaction that it never asked for
//! x tcp db.test:5432               a connection that was refused
//! = exit 1                         how it ended; also `signal 9`, `timeout 30`, `never started: why`, `leaves sleep`,
//!                                  `disturbed at will`, `alters config.json`
//! ```
//!
//! A `read` is configured with all streams of the `discover` before it.

/// An example of a `spec` that prints this connectionSpecification.
macro_rules! spec_of {
    ($schema:literal) => {
        concat!("$ spec\n{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":", $schema, "}}")
    };
}

/// An example of a `discover` that finds streams: one by its schema, or several whole ones.
macro_rules! catalog_of {
    (schema $schema:literal) => {
        $crate::example::catalog_of!(
            "{\"name\":\"a\",\"supported_sync_modes\":[\"full_refresh\"],\"json_schema\":",
            $schema,
            "}"
        )
    };
    ($($streams:literal),+ $(,)?) => {
        concat!("$ discover\n{\"type\":\"CATALOG\",\"catalog\":{\"streams\":[", $($streams),+, "]}}")
    };
}

pub(crate) use {catalog_of, spec_of};

#[cfg(test)]
pub(crate) use parser::{parse, request};

#[cfg(test)]
mod parser {
    use std::sync::Arc;
    use std::time::Duration;

    use connector_protocol::Command;
    use connector_replay::{Exchange, Journal, Outcome, Request, Unasked, Via};
    use serde_json::Value;

    use crate::evidence::{Evidence, Run};
    use crate::expectation::{ConfigIs, Outcome as Expected};
    use crate::hosts::Hosts;
    use crate::ledger::{Digest, Ledger, StreamName, Wanted};
    use crate::refused::{Refusals, Refused};
    use crate::requests::{Requests, Seen};
    use crate::resumption::{Moment, resumptions};
    use crate::secrets::Secrets;
    use crate::settings::Settings;
    use crate::snapshot::Volatile;
    use crate::stderr::StderrLog;
    use crate::transcript::{Exit, Transcript};
    use crate::trial::{Case, CaseKind, Question, Trial};

    /// Reads an example. It takes the way of real output: through the ledger.
    pub(crate) fn parse(text: &str) -> Evidence {
        let mut evidence = Evidence::default();
        let mut processes: Vec<(Command, Option<&str>, Vec<&str>)> = Vec::new();
        let mut settings = String::new();
        for line in text.lines() {
            if let Some(word) = line.strip_prefix("$ ") {
                let (command, trial) =
                    word.split_once(" : ").map_or((word, None), |(it, trial)| (it, Some(trial)));
                processes.push((command.parse().unwrap(), trial, Vec::new()));
            } else if let Some(line) = line.strip_prefix("# settings ") {
                settings.push_str(line);
                settings.push('\n');
            } else if let Some(fact) = line.strip_prefix("# ") {
                learn(&mut evidence, fact);
            } else {
                processes.last_mut().expect("a `$ command` before its output").2.push(line);
            }
        }
        let settings: Settings = toml::from_str(&settings).unwrap();
        evidence.hosts = Hosts::of(&settings, evidence.config.as_ref().unwrap_or(&Value::Null));
        evidence.budget = settings.budget;
        let specification = evidence.connection_specification.as_deref().unwrap_or(&Value::Null);
        let secrets = Secrets::of(specification, evidence.config.as_ref().unwrap_or(&Value::Null));
        evidence.has_secrets = !secrets.is_empty();
        let secrets = Arc::new(secrets);
        for (command, trial, lines) in processes {
            let configured = configured(&evidence).filter(|_| command == Command::Read);
            let wanted = configured.as_ref().map(|it| crate::catalog::wanted(it, &evidence.demands));
            let mut run = play(command, &lines, &wanted.unwrap_or_default(), &secrets);
            run.configured = configured.map(Arc::new);
            if let Some(trial) = trial {
                let question = question(trial, &evidence);
                run.transcript.trial = Some(question.to_string());
                evidence.trials.push(Trial { question, run });
                continue;
            }
            let journal = &run.journal;
            let recorded = journal.exchanges.len() + journal.unasked.len();
            evidence.recorded = evidence.recorded.max(Some(recorded));
            evidence.runs.push(run);
        }
        evidence
    }

    /// What a trial asks.
    fn question(words: &str, evidence: &Evidence) -> Question {
        let case = |kind, pointer: &str| {
            Question::CheckOf(Case {
                kind,
                pointer: pointer.to_owned(),
                about: format!("with a change at {pointer}"),
            })
        };
        match words.split_once(' ').unwrap_or((words, "")) {
            ("again", _) => Question::ReadAgain,
            ("reversed", _) => Question::ReadReversed,
            ("alone", stream) => Question::ReadAlone(StreamName { namespace: None, name: stream.to_owned() }),
            ("stranger", _) => Question::ReadOfStranger,
            ("terminated", _) => Question::ReadTerminated,
            ("unheard", _) => Question::ReadUnheard,
            ("future", _) => Question::ReadFromFuture,
            ("homeless", _) => Question::SpecWithoutHome,
            ("valid", _) => case(CaseKind::Valid, ""),
            ("missing", pointer) => case(CaseKind::Missing, pointer),
            ("wrong", pointer) => case(CaseKind::Wrong, pointer),
            ("from", line) => {
                let read =
                    evidence.transcripts().find(|it| it.command == Command::Read).expect("a read before it");
                let mut found = resumptions(read, usize::MAX);
                let line = line.parse().expect("the number of a line");
                found.retain(|it| it.of == Moment::Line(line));
                Question::ReadFrom(found.pop().expect("a STATE on that line"))
            }
            (other, _) => panic!("no such trial: {other}"),
        }
    }

    fn learn(evidence: &mut Evidence, fact: &str) {
        match fact.split_once(' ').unwrap() {
            ("spec", json) => {
                evidence.connection_specification = Some(Arc::new(serde_json::from_str(json).unwrap()));
            }
            ("config", json) => evidence.config = Some(serde_json::from_str(json).unwrap()),
            ("expect", "config invalid") => evidence.expect.config = Some(ConfigIs::Invalid),
            ("expect", "config either") => evidence.expect.config = Some(ConfigIs::Either),
            ("expect", what) => {
                let (command, outcome) = what.split_once(' ').unwrap();
                let outcome: Expected = serde_json::from_value(outcome.into()).unwrap();
                evidence.expect.expect(command.parse().unwrap(), outcome);
            }
            ("demands", json) => evidence.demands = serde_json::from_str(json).unwrap(),
            ("files", types) => {
                evidence.file_types = Some(types.split(' ').map(str::to_owned).collect());
            }
            ("empty", stream) => evidence.empty_streams.push(stream.to_owned()),
            (other, _) => panic!("no such fact: {other}"),
        }
    }

    /// What a read is given: everything that was discovered.
    fn configured(evidence: &Evidence) -> Option<Value> {
        let streams: Vec<&Value> = evidence.discovered_streams().map(|(_, _, stream)| stream).collect();
        crate::catalog::configure(Some(&serde_json::json!({ "streams": streams })), None)
    }

    fn play(command: Command, lines: &[&str], wanted: &[Wanted], secrets: &Arc<Secrets>) -> Run {
        let mut ledger = Ledger::new(Arc::clone(secrets), wanted, Digest::default());
        let mut stderr = StderrLog::new(Arc::clone(secrets));
        let mut journal = Journal::default();
        let mut requests = Requests::default();
        let mut asked = |line: &str, unmatched: Option<Outcome>| {
            let mut words = line.splitn(4, ' ');
            let (method, url) = (words.next().unwrap(), words.next().unwrap());
            let status = words.next().map_or(200, |status| status.parse().unwrap());
            let status = if unmatched.is_some() { 599 } else { status };
            let request = request(method, url);
            let answer = words.next().unwrap_or_default().to_owned().into();
            requests.note(Seen::of(&request, secrets), &request, status, &answer);
            requests.failed.note(&request, status);
            let outcome = unmatched.unwrap_or(Outcome::Answered { interaction: 0 });
            Exchange { method: method.into(), url: url.into(), status, at_ms: 0, outcome, via: Via::Proxy }
        };
        let mut refused = Refusals::new();
        let mut exit = Exit::Status(0);
        let mut leftovers = Vec::new();
        let mut disturbed = false;
        let mut altered = Vec::new();
        for line in lines {
            match line.split_once(' ') {
                Some(("2>", text)) => stderr.feed(format!("{text}\n").as_bytes()),
                Some((">", request)) => journal.exchanges.push(asked(request, None)),
                Some(("!", request)) => {
                    let unmatched =
                        Outcome::Unmatched { nearest: None, differences: Vec::new(), remedy: None };
                    journal.exchanges.push(asked(request, Some(unmatched)));
                }
                Some(("?", request)) => {
                    let (method, url) = request.split_once(' ').unwrap();
                    let interaction = journal.unasked.len();
                    journal.unasked.push(Unasked { interaction, method: method.into(), url: url.into() });
                }
                Some(("x", refusal)) => {
                    let (transport, rest) = refusal.split_once(' ').unwrap();
                    let (host, port) = rest.rsplit_once(':').unwrap();
                    let transport = if transport == "udp" { "udp" } else { "tcp" };
                    let refusal = Refused { transport, host: host.to_owned(), port: port.parse().unwrap() };
                    *refused.entry(refusal).or_default() += 1;
                }
                Some(("=", end)) => match end.split_once(' ').unwrap() {
                    ("exit", status) => exit = Exit::Status(status.parse().unwrap()),
                    ("signal", signal) => exit = Exit::Signal(signal.parse().unwrap()),
                    ("timeout", seconds) => {
                        exit = Exit::TimedOut(Duration::from_secs(seconds.parse().unwrap()));
                    }
                    ("never", why) => exit = Exit::NeverStarted(why.to_owned()),
                    ("given", _) => exit = Exit::GivenUp,
                    ("leaves", name) => leftovers.push(name.to_owned()),
                    ("disturbed", _) => disturbed = true,
                    ("alters", file) => altered.push(file.to_owned()),
                    (other, _) => panic!("no such end: {other}"),
                },
                _ => ledger.feed(format!("{line}\n").as_bytes()),
            }
        }
        let transcript = Transcript {
            command,
            trial: None,
            command_line: String::new(),
            account: ledger.finish(),
            stderr: stderr.finish(),
            exit,
            began: jiff::Timestamp::UNIX_EPOCH,
            duration: Duration::ZERO,
            leftovers,
            disturbed,
        };
        let refused = Some(refused);
        Run {
            interpreter: None,
            transcript,
            journal,
            requests,
            configured: None,
            altered,
            refused,
            volatile: Volatile::default(),
        }
    }

    /// A request without headers and body.
    #[expect(clippy::default_trait_access, reason = "their types are another crate's")]
    pub(crate) fn request(method: &str, url: &str) -> Request {
        Request {
            method: method.parse().unwrap(),
            target: serde_json::from_value(url.into()).unwrap(),
            headers: Default::default(),
            body: Default::default(),
        }
    }
}
