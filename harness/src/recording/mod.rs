//! Records a scenario from real traffic: the walk of `harness record`.
//!
//! ```text
//! cli -> recording (spec, check, discover, read, and reads resumed from every state, against the real servers)
//!     -> take up: connector_record (scrubbed, merged into a cassette) -> folder (config, scenario, cassette)
//!     -> runner (the new scenario, replayed with made-up secrets: the first snapshots)
//! ```

mod disguise;
mod empty;
mod fake;
mod folder;
mod gained;
mod known;
mod lost;
mod mode;
mod performance;
mod step;

use std::path::PathBuf;
use std::sync::Arc;

use connector_protocol::Command;
use connector_record::assembly::{self, assemble};
use connector_record::{Circumstances, Recorded, Secret, scrub};
use connector_replay::Tape;
use serde_json::Value;

use self::folder::Folder;
pub(crate) use self::mode::Mode;
use self::performance::{Performance, Takes};
pub(crate) use self::step::Step;
use crate::checks::ignore_line;
use crate::error::Error;
use crate::expectation::Outcome;
use crate::ledger::first_fault_by;
use crate::leftovers::Nursery;
use crate::locate::Connector;
use crate::rung::SandboxMode;
use crate::secrets::{Secrets, secret_values};
use crate::stage::Stage;
use crate::transcript::Transcript;

/// The last lines of stderr that are shown of a command that failed.
const LINES_OF_STDERR: usize = 8;

/// How a recording is to be done.
pub(crate) struct Options {
    /// The name of the scenario.
    pub(crate) scenario: String,
    /// The file with the real config.
    pub(crate) config: PathBuf,
    /// What to do with what is there already.
    pub(crate) mode: Mode,
    /// A configured catalog, in place of one that reads everything.
    pub(crate) catalog: Option<PathBuf>,
    /// Only these streams, where there is no catalog.
    pub(crate) streams: Vec<String>,
    /// The state that the read begins from.
    pub(crate) state: Option<PathBuf>,
    /// From how many states at most a read is taken up again.
    pub(crate) resumes: usize,
    /// How many pages of each chain are kept.
    pub(crate) sample: Option<usize>,
    /// How the real servers are reached.
    pub(crate) upstream: connector_record::Options,
    /// Whether the connector runs in a sandbox.
    pub(crate) sandbox: SandboxMode,
}

/// Records a scenario and writes its folder; `tell` hears of every step. When `interrupted` comes first, nothing is written
/// and `false` returned.
///
/// # Errors
/// Whatever keeps it from being recorded. Then nothing is written either.
pub(crate) async fn record(
    connector: &Connector,
    options: &Options,
    interrupted: impl Future<Output = ()>,
    tell: &mut impl FnMut(&Step),
) -> Result<bool, Error> {
    let folder = Folder::open(connector, options)?;
    tell(&Step::Began { scenario: options.scenario.clone(), connector: connector.name.clone() });
    // What imports ask for is to be recorded of every process; and of `spec` there is but one.
    let mut anew = connector.clone();
    anew.settings.warm_start = Some(false);
    let stage = Stage::set(anew, Arc::new(Nursery::open()), options.sandbox, 1).await?;
    let live = tokio::select! {
        live = live(&stage, &folder, options, tell) => Some(live),
        () = interrupted => None,
    };
    stage.nursery.close().await;
    match live {
        Some(live) => keep(connector, &folder, options, live?, tell).map(|()| true),
        None => Ok(false),
    }
}

/// What came of the real servers.
struct Live {
    specification: Value,
    takes: Takes,
}

/// Runs the connector against them.
async fn live(
    stage: &Stage,
    folder: &Folder,
    options: &Options,
    tell: &mut impl FnMut(&Step),
) -> Result<Live, Error> {
    let spec = stage.spec(None).await?;
    let Some(mut answer) = spec.transcript.account.answer(Command::Spec) else {
        return Err(Error::Recording { why: without_spec(&spec.transcript) });
    };
    let specification = answer["connectionSpecification"].take();
    let secrets = secret_values(&specification, &folder.config);
    tell(&Step::Secret { fields: secrets.into_iter().map(|(name, _)| name).collect() });
    let mut performance = Performance::open(stage, folder, options, &specification)?;
    let performed = performance.perform(tell).await;
    let mut takes = performance.takes;
    let known = Secrets::of_all(&specification, &takes.configs);
    for failure in takes.reel.failures() {
        let run = usize::try_from(failure.track).ok().and_then(|track| takes.runs.get(track));
        takes.lost.failure(&failure, run.map_or("a command", String::as_str));
    }
    // Why it failed, too.
    for request in takes.lost.lines() {
        tell(&Step::Unanswered { request: known.mask(&request) });
    }
    performed?;
    Ok(Live { specification, takes })
}

/// Why there is no recording without a SPEC message, and what the connector said of it.
fn without_spec(spec: &Transcript) -> String {
    let errors = spec.account.errors();
    let messages = errors.filter_map(|(_, error)| error["message"].as_str().map(crate::excerpt::of_text));
    let tail: Vec<String> = spec.stderr.tail.lines().map(str::to_owned).collect();
    let told = match messages.last() {
        Some(message) => vec![format!("TRACE ERROR: {message}")],
        None if tail.is_empty() => vec!["It wrote nothing to stderr.".to_owned()],
        None => tail[tail.len().saturating_sub(LINES_OF_STDERR)..].to_vec(),
    };
    let told = told.join("\n      ");
    format!(
        "`spec` printed no SPEC message ({}), without which nobody knows which values of the config are secret:\n      {told}\n\
         Run it yourself, and record when it prints one: {}",
        spec.exit, spec.command_line
    )
}

/// Makes a scenario of it.
fn keep(
    connector: &Connector,
    folder: &Folder,
    options: &Options,
    live: Live,
    tell: &mut impl FnMut(&Step),
) -> Result<(), Error> {
    let Live { specification, takes } = live;
    let (secrets, gained) = gained::secrets(&specification, &takes.configs);
    let known = Secrets::of_all(&specification, &takes.configs);
    let texts = folder.known();
    let circumstances = Circumstances {
        began: takes.began,
        secrets: &secrets,
        gained: &gained,
        tracks: &takes.tracks,
        known: &texts,
    };
    let record = |source| Error::Record { source };
    let scrubbed = scrub(|| takes.reel.takes(), &circumstances).map_err(record)?;
    if scrubbed.interactions.is_empty() && folder.old.is_none() {
        if let Some(failure) = takes.reel.failures().first() {
            let host = failure.url.split('/').nth(2).unwrap_or(&failure.url);
            let why = format!("no server answered: {host}: {}", known.mask(&failure.reason));
            return Err(Error::Recording { why });
        }
        let why = "not one request came through: which clients do, and what to do about others, is in \
                   docs/interception.md. One that asks for nothing needs no recording: `harness test` takes a \
                   scenario without a cassette";
        return Err(Error::Recording { why: why.to_owned() });
    }
    let hosts = hosts_of(&scrubbed.interactions);
    let required = [performance::CHECK, performance::DISCOVER, performance::READ].into();
    let assembled = assemble(
        scrubbed.interactions,
        &assembly::Options {
            required,
            runs: takes.runs.clone(),
            ignore: folder.ignore.clone(),
            old: folder.old.as_ref(),
            mode: if options.mode == Mode::NewEpisodes {
                assembly::Mode::NewEpisodes
            } else {
                assembly::Mode::All
            },
            sample: options.sample,
        },
    )
    .map_err(record)?;
    for note in scrubbed.notes.into_iter().chain(assembled.notes) {
        tell(&Step::Noted { note });
    }
    let tape: Tape = assembled.tape;
    for suspect in connector_record::suspects(&tape) {
        tell(&Step::Suspected { suspect: suspect.to_string() });
    }

    let config = gained::completed(&folder.config, &takes.configs, &scrubbed.gained);
    let secrets: Vec<Secret> = secrets.into_iter().chain(gained).collect();
    let disguise = folder.disguise(&config, &secrets, &hosts);
    let valid = first_fault_by(&specification, &folder.config).is_none();
    if valid && let Some(fault) = first_fault_by(&specification, &disguise.config) {
        tell(&Step::Noted {
            note: format!(
                "the made-up config does not satisfy the spec: {fault}; write a value that does into {}",
                folder.path("config.json").display()
            ),
        });
    }
    if connector.settings.allowed_hosts.is_none() && !hosts.is_empty() {
        let list = toml::Value::from(hosts.iter().map(|host| pattern_of(host)).collect::<Vec<_>>());
        let note = format!(
            "to hold every request to the hosts that were asked, say in harness.toml: allowed_hosts = {list}"
        );
        tell(&Step::Noted { note });
    }
    let lacking = folder.lacking(&scrubbed.ignore);
    if !lacking.is_empty() {
        let note = format!(
            "the client works something out anew each time, which replays have to pass over; say in {}: {}",
            folder.path("scenario.toml").display(),
            ignore_line(&lacking)
        );
        tell(&Step::Noted { note });
    }
    let interactions = tape.interactions.len();
    let optional = tape.interactions.iter().filter(|it| it.optional).count();
    folder.write(
        &disguise,
        &tape,
        &folder::Scenario { valid, hosts, ignore: scrubbed.ignore, takes: &takes },
    )?;
    for note in folder.contradictions(&takes)? {
        tell(&Step::Noted { note });
    }
    tell(&Step::Wrote { folder: folder.root.clone(), interactions, optional });
    Ok(())
}

/// The hosts that were asked, each once.
fn hosts_of(interactions: &[Recorded]) -> Vec<String> {
    let urls = interactions.iter().map(|recorded| recorded.interaction.request.url.as_str());
    let hosts = urls.filter_map(|url| {
        let (_, rest) = url.split_once("://")?;
        Some(rest.split(['/', '?']).next().unwrap_or_default().to_owned())
    });
    let mut hosts: Vec<String> = hosts.collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// A host as `allowed_hosts` names it: of any port, a field of the config by its path.
fn pattern_of(host: &str) -> String {
    let bare = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    bare.map_or(host, |(name, _)| name).replace("{{secret:", "${").replace("}}", "}")
}

/// How the commands came out.
pub(crate) type Outcomes = Vec<(Command, Outcome)>;

/// The state, catalog or config in a file.
fn read_json(path: &std::path::Path) -> Result<Value, Error> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| Error::Json { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::HostPattern;

    #[test]
    fn the_hosts_that_are_proposed_are_taken() {
        for (host, wanted) in [
            ("api.a.test", "api.a.test"),
            ("api.a.test:8443", "api.a.test"),
            ("[::1]:80", "[::1]"),
            ("{{secret:login.shop}}.a.test", "${login.shop}.a.test"),
        ] {
            assert_eq!(pattern_of(host), wanted);
            HostPattern::try_from(pattern_of(host)).unwrap();
        }
    }
}
