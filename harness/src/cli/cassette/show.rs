use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use connector_replay::{Body, Interaction};

use super::load;
use crate::error::{Error, ExitCode};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A cassette, or the folder of its scenario.
    path: PathBuf,
    /// Show this one in full, counted from 1.
    #[arg(long, short, value_name = "N")]
    interaction: Option<usize>,
}

impl Arguments {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let (path, tape) = load(&self.path)?;
        let mut out = anstream::stdout();
        let interactions = &tape.interactions;
        if let Some(number) = self.interaction {
            let Some(interaction) = number.checked_sub(1).and_then(|place| interactions.get(place)) else {
                let why = format!("there is no interaction {number}: it has {}", interactions.len());
                return Err(Error::Settings { path, why }.into());
            };
            write!(out, "{}", connector_replay::lay_out(&serde_json::value::to_raw_value(interaction)?))?;
            return Ok(ExitCode::Conforms);
        }
        let digits = interactions.len().to_string().len();
        for (place, interaction) in interactions.iter().enumerate() {
            let response = &interaction.response;
            let repeat = if interaction.repeat { "  repeat" } else { "" };
            let optional = if interaction.optional { "  optional" } else { "" };
            writeln!(
                out,
                "{:>digits$}  {}  {}{repeat}{optional}  {interaction}",
                place + 1,
                response.status,
                body_of(interaction)
            )?;
        }
        Ok(ExitCode::Conforms)
    }
}

/// Of which kind the body of an answer is, and how long it is as it is written.
fn body_of(interaction: &Interaction) -> String {
    let (kind, bytes) = match &interaction.response.body {
        None => return format!("{:>14}", "no body"),
        Some(Body::Json(json)) => ("json", json.get().len()),
        Some(Body::Text(text)) => ("text", text.len()),
        Some(Body::Lines(lines)) => ("lines", lines.iter().map(|line| line.len() + 1).sum()),
        Some(Body::Form(pairs)) => {
            ("form", pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum())
        }
        Some(Body::Base64(bytes)) => ("base64", bytes.len()),
        Some(Body::File(file)) => ("file", file.bytes().len()),
    };
    let size = if bytes < 1024 { format!("{bytes} B") } else { format!("{} KiB", bytes / 1024) };
    format!("{:>14}", format!("{kind} {size}"))
}
