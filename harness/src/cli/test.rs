use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use super::chosen::{Choice, Chosen};
use super::paths;
use crate::error::{Error, ExitCode, chain};
use crate::report::{Destination, Format, Several, Style, quoted};
use crate::rung::SandboxMode;
use crate::snapshot::Update;
use crate::{Candidate, Hints, Options, Outstanding, fleet};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct Arguments {
    /// The connectors, each its folder (a cargo package, a Python, Node, Java or Go project, a manifest.yaml, or anything
    /// with a harness.toml), a file that can be run, or the name of a program on PATH; `@FILE` is a list of them.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    chosen: Chosen,
    /// The folder of the scenarios, in place of the one that harness.toml names, or `fixtures` beside the connector.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// The folder of the snapshots, in place of the one that harness.toml names.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Seconds that each command may take, in place of what harness.toml says.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    /// How many processes run side by side, over all connectors; as many as there are cores unless said otherwise.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Whether the connector runs where there is no network but the replay server (Linux; see docs/sandbox.md).
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    sandbox: SandboxMode,
    /// The plain commands alone: no trials, which are the processes that are started to answer one question more each.
    #[arg(long)]
    quick: bool,
    /// Checks of level should condemn too.
    #[arg(long)]
    strict: bool,
    /// Begin no other connector once so many did not end well; all are judged unless said otherwise.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_fail: Option<u32>,
    /// Judge all connectors, however many fail: so it is unless --max-fail is given.
    #[arg(long, conflicts_with = "max_fail")]
    no_fail_fast: bool,
    /// Write what fails to known-failures.toml beside harness.toml, and take out what does not fail any more. Where CI is
    /// set, only with `=always`.
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "local")]
    baseline_update: Option<Baseline>,
    /// The profile that a cargo package is built with; dev unless said otherwise.
    #[arg(long, value_name = "NAME")]
    cargo_profile: Option<String>,
    /// How to report: `human` goes to stderr, every other to stdout.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Beside that, write a report in a format to a file, its folders made, or to stdout where it is `-`. May be given
    /// several times: `--report junit=target/harness.xml --report github=-`.
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<Destination>,
    /// Show every check of every scenario, and why checks had nothing to judge.
    #[arg(long, short)]
    verbose: bool,
}

/// When known failures are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Baseline {
    /// Where CI is not set.
    Local,
    /// In CI too.
    Always,
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let variable = |name: &str| std::env::var(name).ok();
        let update =
            Update::from_environment(variable("INSTA_UPDATE").as_deref(), variable("CI").as_deref())?;
        let (snapshots, again) = (self.snapshots.clone(), self.again());
        let hints =
            Hints { fixtures: self.fixtures, snapshots: self.snapshots, cargo_profile: self.cargo_profile };
        let here = std::env::current_dir()
            .map_err(|source| Error::Environment { doing: "find the current folder".to_owned(), source })?;
        let cache = Outstanding::file(&here);
        let (mut paths, selection) = match self.chosen.selection(paths::of(self.paths)?, cache.as_deref())? {
            Choice::Some(paths, selection) => (paths, *selection),
            Choice::Nothing(why) => {
                let _heard = writeln!(anstream::stderr(), "{why}");
                return Ok(ExitCode::Conforms);
            }
        };
        if paths.is_empty() {
            paths.push(PathBuf::from("."));
        }
        let in_ci = variable("CI").is_some_and(|value| Update::is_ci(&value));
        if in_ci && self.baseline_update == Some(Baseline::Local) {
            let _heard = writeln!(
                anstream::stderr(),
                "known failures are not written down where CI is set: --baseline-update=always does it"
            );
        }
        let candidates = Candidate::at(&paths, &hints);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let options = Options {
            selection,
            strict: self.strict,
            quick: self.quick,
            jobs: self.jobs.map_or(cores, usize::from),
            max_fail: self.max_fail.and_then(|limit| usize::try_from(limit).ok()),
            timeout: self.timeout,
            update,
            baseline: self.baseline_update.is_some_and(|when| when == Baseline::Always || !in_ci),
            sandbox: self.sandbox,
        };
        let style = Style { verbose: self.verbose, strict: self.strict, snapshots, again };
        let mut reports = Several::open(self.format, &self.reports, &style)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let outcome = runtime.block_on(async {
            let interrupted = interrupted()?;
            fleet::run(candidates, options, interrupted, |event| reports.tell(event)).await
        });
        // Where nothing is left to judge, as in a part of too many, nothing is wrong.
        if let Err(error) = &outcome
            && error.exit_code() != ExitCode::NothingJudged
        {
            reports.break_off(&chain(error));
        }
        let closed = reports.close();
        // Of two errors, the one that says more of the connector.
        let outcome = outcome?;
        closed?;
        if let Some(Err(error)) = cache.map(|file| outcome.outstanding.save(&file)) {
            // The verdict stands without it.
            let _heard = writeln!(
                anstream::stderr(),
                "what is left could not be kept for --rerun: failed to {}",
                chain(&error)
            );
        }
        Ok(outcome.exit_code)
    }
}

impl Arguments {
    /// The options without which a connector may be judged otherwise, as they are typed.
    fn again(&self) -> String {
        let path = |path: &PathBuf| quoted(path);
        let sandbox = Some(self.sandbox).filter(|mode| *mode != SandboxMode::Auto);
        let sandbox = sandbox.and_then(|mode| Some(mode.to_possible_value()?.get_name().to_owned()));
        let options = [
            ("--fixtures", self.fixtures.as_ref().map(path)),
            ("--timeout", self.timeout.map(|seconds| seconds.to_string())),
            ("--sandbox", sandbox),
            ("--cargo-profile", self.cargo_profile.as_deref().map(|name| quoted(Path::new(name)))),
        ];
        let given = options.iter().filter_map(|(name, value)| Some(format!(" {name} {}", value.as_ref()?)));
        let strict = self.strict.then(|| " --strict".to_owned());
        given.chain(strict).collect()
    }
}

/// Comes when the user, or whoever started us, wants us to stop.
pub(super) fn interrupted() -> Result<impl Future<Output = ()>, Error> {
    let listen = |kind| {
        signal(kind).map_err(|source| Error::Environment { doing: "listen for signals".to_owned(), source })
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("want seconds, more than 0 and at most 86400".to_owned()),
    }
}
