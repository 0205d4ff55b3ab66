use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use connector_convert::Format;

use super::load;
use crate::error::{Error, ExitCode};
use crate::report::plural;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Another tool's recording (HAR, VCR, WireMock mappings, nock), or a cassette.
    from: PathBuf,
    /// The cassette that is written, or a file that ends in .har.
    to: PathBuf,
    /// The tool's format, where the file does not tell: har, vcr, wiremock or nock.
    #[arg(long = "from", value_name = "FORMAT")]
    format: Option<Format>,
    /// Which server it was, for formats that do not say: `https://api.example.com`.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Arguments {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout();
        if self.to.extension().is_some_and(|ending| ending == "har") {
            let (_, tape) = load(&self.from)?;
            std::fs::write(&self.to, connector_convert::export_har(&tape)?)
                .map_err(|source| Error::Write { path: self.to.clone(), source })?;
            let interactions = plural(tape.interactions.len(), "interaction", "interactions");
            writeln!(out, "{interactions} written to {}", self.to.display())?;
            return Ok(ExitCode::Conforms);
        }
        let options = connector_convert::Options { format: self.format, base_url: self.base_url };
        let imported = connector_convert::import(&self.from, &options)
            .map_err(|source| Error::Convert { source: Box::new(source) })?;
        let mut notes = anstream::stderr();
        for note in &imported.notes {
            writeln!(notes, "note: {note}")?;
        }
        connector_record::assembly::write(&imported.tape, &self.to)
            .map_err(|source| Error::Record { source })?;
        writeln!(
            out,
            "{} of a {} recording written to {}",
            plural(imported.tape.interactions.len(), "interaction", "interactions"),
            imported.format,
            self.to.display()
        )?;
        Ok(ExitCode::Conforms)
    }
}
