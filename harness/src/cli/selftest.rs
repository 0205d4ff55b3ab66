use std::io::Write as _;

use anstyle::{AnsiColor, Style as Paint};
use clap::Args;

use crate::checks;
use crate::error::{Error, ExitCode};
use crate::selftest::{self, Outcome};

const BAD: Paint = AnsiColor::Red.on_default().bold();
const GOOD: Paint = AnsiColor::Green.on_default().bold();
const DIM: Paint = Paint::new().dimmed();

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only faults whose name, or whose check's id, contains this.
    #[arg(default_value = "")]
    wanted: String,
    /// How many are tried side by side; as many as there are cores unless said otherwise.
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

impl Arguments {
    /// Prints the kill matrix: a line per check, with the faults that it alone condemns.
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let trials = selftest::run(&self.wanted, self.jobs.map_or(cores, usize::from))
            .map_err(|source| Error::Environment { doing: "try the broken connectors".to_owned(), source })?;
        let mut out = anstream::stdout();
        let (mut otherwise, mut passed_over) = (0, 0);
        let matrix = selftest::matrix(&trials);
        for (check, trials) in &matrix {
            let shown: Vec<String> = trials
                .iter()
                .map(|trial| match trial.outcome {
                    Outcome::AsMeant => trial.fault.to_owned(),
                    Outcome::PassedOver => format!("{DIM}{} (no sandbox){DIM:#}", trial.fault),
                    Outcome::Otherwise(_) => format!("{BAD}{}{BAD:#}", trial.fault),
                })
                .collect();
            let check = if check.is_empty() { "(no fault)" } else { check };
            writeln!(out, "{check:<42} {}", shown.join(", "))?;
        }
        for trial in &trials {
            match &trial.outcome {
                Outcome::Otherwise(why) => {
                    otherwise += 1;
                    writeln!(out, "{BAD}FAIL{BAD:#}  {}: {why}", trial.fault)?;
                }
                Outcome::PassedOver => passed_over += 1,
                Outcome::AsMeant => {}
            }
        }
        if trials.is_empty() {
            writeln!(out, "no fault's name or check contains `{}`", self.wanted)?;
            return Ok(ExitCode::NothingJudged);
        }
        let judged = matrix.iter().filter(|(check, _)| !check.is_empty()).count();
        let (paint, word) = match (otherwise, self.wanted.is_empty()) {
            (0, true) => (GOOD, "Every check kills"),
            (0, false) => (GOOD, "As meant"),
            (_, true) => (BAD, "Not every check kills"),
            (_, false) => (BAD, "Not as meant"),
        };
        writeln!(
            out,
            "\n{paint}{word}{paint:#}  {judged} of {} checks, {} connectors, {otherwise} not as meant, {passed_over} passed over",
            checks::ALL.len(),
            trials.len(),
        )?;
        Ok(if otherwise == 0 { ExitCode::Conforms } else { ExitCode::HarnessFailed })
    }
}
