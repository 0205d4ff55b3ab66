//! What of it all is to be done, as the command line says it.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::Outstanding;
use crate::error::Error;
use crate::selection::{Filter, Partition, Selection};

#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct Chosen {
    /// Only scenarios whose name contains this.
    #[arg(long, short, value_name = "NAME")]
    scenario: Option<String>,
    /// Only what an expression picks: connector(X), scenario(X), check(X), group(X), level(X), all(), none(), joined by
    /// `&`, `|`, `!` and parentheses. X is contained, or `=exact`, a glob with `*`, or `/a regular expression/`. Of
    /// several, one has to pick it.
    #[arg(long = "filterset", short = 'E', value_name = "EXPR")]
    filter: Vec<Filter>,
    /// Of the scenarios that are left, only one part of several: `hash:1/4` by their names, `slice:1/4` by their order.
    #[arg(long, value_name = "PART")]
    partition: Option<Partition>,
    /// Only what failed, or was not judged, in the last run in this folder (`latest`), or what a file of it says.
    #[arg(long, short = 'R', value_name = "latest|FILE")]
    rerun: Option<PathBuf>,
}

/// What is chosen.
pub(super) enum Choice {
    /// Connectors, and what of them; no connector where none is named.
    Some(Vec<PathBuf>, Box<Selection>),
    /// Nothing, and why.
    Nothing(String),
}

impl Chosen {
    /// What is chosen of the connectors at `paths`; `cache` keeps what the last run left.
    pub(super) fn selection(self, paths: Vec<PathBuf>, cache: Option<&Path>) -> Result<Choice, Error> {
        let mut selection = Selection {
            scenario: self.scenario,
            exact: false,
            filter: Filter::any(self.filter),
            partition: self.partition,
            rerun: None,
        };
        let Some(from) = self.rerun else { return Ok(Choice::Some(paths, Box::new(selection))) };
        let file = if from == Path::new("latest") { cache } else { Some(from.as_path()) };
        let outstanding = match file {
            Some(file) => Outstanding::load(file)?.ok_or_else(|| file.to_owned()),
            None => Err(from.clone()),
        };
        let outstanding = outstanding.map_err(|path| {
            let why =
                "it keeps what a run has left; run `harness test` here without --rerun first".to_owned();
            Error::Missing { path, why }
        })?;
        if outstanding.is_empty() {
            return Ok(Choice::Nothing(
                "Nothing is outstanding: all that the last run judged has passed.".to_owned(),
            ));
        }
        let paths = if paths.is_empty() { outstanding.paths().into_iter().collect() } else { paths };
        selection.rerun = Some(outstanding);
        Ok(Choice::Some(paths, Box::new(selection)))
    }
}
