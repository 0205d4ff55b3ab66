use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use connector_record::assembly;

use super::load;
use crate::checks;
use crate::error::{Error, ExitCode};
use crate::rung::SandboxMode;
use crate::verdict::Verdict;
use crate::{Hints, locate, runner};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The connector: an executable, or its folder.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The scenario whose cassette it is.
    #[arg(long, short, value_name = "NAME")]
    scenario: String,
    /// The folder of the scenarios, in place of the one that harness.toml names, or `fixtures` beside the connector.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let connector = locate(&self.path, &Hints { fixtures: self.fixtures, ..Hints::default() })?;
        let (path, tape) = load(&connector.fixtures.join(&self.scenario))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let evidence = runtime.block_on(runner::rehearse(connector, &self.scenario, SandboxMode::Auto))?;
        // What goes unasked because something went wrong is not for the bin.
        for id in ["requests_match_recording", "recording_is_used"] {
            let verdict = checks::find(id).map(|check| (check.judge)(&evidence));
            let why = match verdict {
                Some(Verdict::Skip { reason }) => reason,
                Some(Verdict::Fail { .. }) if id == "requests_match_recording" => {
                    "a request was made that is not recorded".to_owned()
                }
                _ => continue,
            };
            let why = format!("nothing was taken out, since {why}: `harness test` says more");
            return Err(Error::Prune { path, why }.into());
        }
        let unasked = evidence.unasked();
        let mut out = anstream::stdout();
        for interaction in unasked.values() {
            writeln!(out, "- {} {}", interaction.method, interaction.url)?;
        }
        let used = (0..tape.interactions.len()).filter(|place| !unasked.contains_key(place)).collect();
        if !unasked.is_empty() {
            assembly::write(&assembly::prune(&tape, &used), &path)
                .map_err(|source| Error::Record { source })?;
        }
        match unasked.len() {
            0 => writeln!(out, "All of it is asked for.")?,
            taken => writeln!(out, "{taken} taken out of {}", path.display())?,
        }
        Ok(ExitCode::Conforms)
    }
}
