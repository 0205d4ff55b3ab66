use std::path::PathBuf;

use clap::Args;
use connector_record::{Mapping, Upstreams};

use super::test::{interrupted, seconds};
use crate::error::{Error, ExitCode};
use crate::recording::{self, Mode, Step};
use crate::report::{self, Format, Style};
use crate::rung::SandboxMode;
use crate::snapshot::Update;
use crate::{Candidate, Hints, Options, Selection, fleet, locate};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The connector: its folder, a file that can be run, or the name of a program on PATH; as of `harness test`.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The real config, with real secrets: they stand in nothing that is written.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The name of the scenario, which is the name of its folder; `recorded` unless said otherwise, or the one that this
    /// config has in acceptance-test-config.yml.
    #[arg(long, short, value_name = "NAME", value_parser = name)]
    scenario: Option<String>,
    /// What to do with what is recorded already.
    #[arg(long, value_name = "MODE", default_value = "once")]
    mode: Mode,
    /// A configured catalog that says what to read; everything that is discovered unless said otherwise.
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// Read only this stream. May be given several times.
    #[arg(long = "stream", value_name = "NAME", conflicts_with = "catalog")]
    streams: Vec<String>,
    /// A state that the read begins from.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// From how many of the states that the read prints it is taken up again, at most.
    #[arg(long, value_name = "N", default_value_t = 20)]
    resumes: usize,
    /// Keep so many pages of each chain: the first ones and the last.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(3..))]
    sample: Option<u16>,
    /// Ask another server in place of a host: `api.example.com=http://127.0.0.1:4010`. May be given several times.
    #[arg(long = "upstream", value_name = "HOST=URL")]
    upstreams: Vec<Mapping>,
    /// The URL of a proxy through which the real servers are reached.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// A PEM file of root certificates to trust in place of the system's.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    /// The folder of the scenarios, in place of the one that harness.toml names, or `fixtures` beside the connector.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// The folder of the snapshots, in place of the one that harness.toml names.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Seconds that each command may take while it is recorded; an hour unless said otherwise.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value_t = 3600.0)]
    timeout: f64,
    /// Whether the connector runs where there is no network but the recorder (Linux; see docs/sandbox.md).
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    sandbox: SandboxMode,
    /// The profile that a cargo package is built with; dev unless said otherwise.
    #[arg(long, value_name = "NAME")]
    cargo_profile: Option<String>,
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let snapshots = self.snapshots.clone();
        let hints =
            Hints { fixtures: self.fixtures, snapshots: self.snapshots, cargo_profile: self.cargo_profile };
        let connector = locate(&self.path, &hints)?;
        let acceptance = connector.settings.acceptance.as_ref();
        let named = acceptance.and_then(|acceptance| acceptance.scenario_of(&self.config));
        let scenario = self.scenario.unwrap_or_else(|| named.unwrap_or("recorded").to_owned());
        let cassette = connector.fixtures.join(&scenario).join("cassette.json");
        if self.mode == Mode::None && !cassette.exists() {
            let why = "there is nothing to replay; without `--mode none` it is recorded".to_owned();
            return Err(Error::Missing { path: cassette, why }.into());
        }
        let replays = match self.mode {
            Mode::None => true,
            Mode::Once => cassette.exists(),
            Mode::NewEpisodes | Mode::All => false,
        };
        let upstreams = Upstreams::new(self.upstreams).map_err(|source| Error::Record { source })?;
        let options = recording::Options {
            scenario: scenario.clone(),
            config: self.config,
            mode: self.mode,
            catalog: self.catalog,
            streams: self.streams,
            state: self.state,
            resumes: self.resumes,
            sample: self.sample.map(usize::from),
            upstream: connector_record::Options {
                upstreams,
                proxy: self.proxy,
                roots: self.roots,
                ..connector_record::Options::default()
            },
            sandbox: self.sandbox,
        };
        let mut report = report::recording();
        let mut recorded = connector.clone();
        recorded.settings.timeout.set_all(self.timeout);
        let style = Style { snapshots, ..Style::default() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            if replays {
                report.replays(&cassette);
            } else {
                let mut tell = |step: &Step| report.tell(step);
                if !recording::record(&recorded, &options, interrupted()?, &mut tell).await? {
                    report.interrupted();
                    return Ok(ExitCode::Interrupted);
                }
            }
            // What was recorded is worth no more than what can be replayed from it.
            let update = if replays { Update::Propose } else { Update::Unseen };
            let options = Options {
                selection: Selection { scenario: Some(scenario), exact: true, ..Selection::default() },
                quick: true,
                jobs: std::thread::available_parallelism().map_or(2, usize::from),
                update,
                sandbox: self.sandbox,
                ..Options::default()
            };
            let mut reporter = report::main(Format::Human, style);
            let candidates = vec![Candidate::new(&self.path, connector)];
            let outcome =
                fleet::run(candidates, options, interrupted()?, |event| reporter.tell(event)).await?;
            reporter.close().map_err(|source| Error::Report { source })?;
            Ok(outcome.exit_code)
        })
    }
}

/// The name of a folder.
fn name(text: &str) -> Result<String, String> {
    let plain = |character: char| character.is_alphanumeric() || "-_.".contains(character);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(plain) {
        return Err("want a name of letters, digits, `-`, `_` and `.`".to_owned());
    }
    Ok(text.to_owned())
}
