use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, ExitCode};
use crate::report::{self, Format, Style};
use crate::rung::SandboxMode;
use crate::snapshot::Update;
use crate::{Hints, Options, locate, runner};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The connector: its folder (a cargo package, a Python, Node, Java or Go project, a manifest.yaml, or anything with
    /// a harness.toml), a file that can be run, or the name of a program on PATH.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only scenarios whose name contains this.
    #[arg(long, short, value_name = "NAME")]
    scenario: Option<String>,
    /// The folder of the scenarios, in place of the one that harness.toml names, or `fixtures` beside the connector.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// The folder of the snapshots, in place of the one that harness.toml names.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Seconds that each command may take, in place of what harness.toml says.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    /// How many processes run side by side; as many as there are cores unless said otherwise.
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
    /// The profile that a cargo package is built with; dev unless said otherwise.
    #[arg(long, value_name = "NAME")]
    cargo_profile: Option<String>,
    /// How to report: `human` goes to stderr, `json` to stdout.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Show every check of every scenario, and why checks had nothing to judge.
    #[arg(long, short)]
    verbose: bool,
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let variable = |name: &str| std::env::var(name).ok();
        let update =
            Update::from_environment(variable("INSTA_UPDATE").as_deref(), variable("CI").as_deref())?;
        let snapshots = self.snapshots.clone();
        let hints =
            Hints { fixtures: self.fixtures, snapshots: self.snapshots, cargo_profile: self.cargo_profile };
        let connector = locate(&self.path, &hints)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let options = Options {
            scenario: self.scenario,
            exact: false,
            strict: self.strict,
            quick: self.quick,
            jobs: self.jobs.map_or(cores, usize::from),
            timeout: self.timeout,
            update,
            sandbox: self.sandbox,
        };
        let mut reporter = report::of(
            self.format,
            Style { verbose: self.verbose, strict: self.strict, path: self.path, snapshots },
        );
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let code = runtime.block_on(async {
            let interrupted = interrupted()?;
            runner::run(connector, &options, interrupted, |event| reporter.tell(event)).await
        })?;
        reporter.close().map_err(|source| Error::Report { source })?;
        Ok(code)
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
