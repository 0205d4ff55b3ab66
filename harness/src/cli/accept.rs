use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style as Paint};
use clap::Args;

use crate::error::{Error, ExitCode};
use crate::locate::Home;
use crate::settings::{self, Settings};
use crate::snapshot;

const BOLD: Paint = Paint::new().bold();
const GOOD: Paint = AnsiColor::Green.on_default();
const BAD: Paint = AnsiColor::Red.on_default();

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Connectors, or any folders that hold snapshots.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
}

impl Arguments {
    /// Shows every snapshot that waits, as a difference from the reviewed one.
    pub(super) fn review(&self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout();
        let pending = self.pending()?;
        for file in &pending {
            let reviewed = snapshot::read(&reviewed(file))?;
            let proposed = snapshot::read(file)?.unwrap_or_default();
            let word = if reviewed.is_some() { "changed" } else { "new" };
            writeln!(out, "{BOLD}{}{BOLD:#}  {word}", file.display())?;
            for line in snapshot::diff(reviewed.as_deref().unwrap_or_default(), &proposed).lines() {
                let paint = match line.as_bytes().first() {
                    Some(b'+') => GOOD,
                    Some(b'-') => BAD,
                    _ => Paint::new(),
                };
                writeln!(out, "{paint}{line}{paint:#}")?;
            }
            writeln!(out)?;
        }
        match pending.len() {
            0 => writeln!(out, "No snapshot waits for review.")?,
            waiting => {
                let paths: Vec<String> = self.paths.iter().map(|path| path.display().to_string()).collect();
                writeln!(out, "{waiting} wait for review; `harness accept {}` takes them.", paths.join(" "))?;
            }
        }
        Ok(if pending.is_empty() { ExitCode::Conforms } else { ExitCode::SnapshotsPending })
    }

    /// Puts every snapshot that waits in the place of the reviewed one.
    pub(super) fn accept(&self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout();
        let pending = self.pending()?;
        for file in &pending {
            let target = reviewed(file);
            std::fs::rename(file, &target).map_err(|source| Error::Write { path: target.clone(), source })?;
            writeln!(out, "accepted {}", target.display())?;
        }
        if pending.is_empty() {
            writeln!(out, "No snapshot waits for review.")?;
        }
        Ok(ExitCode::Conforms)
    }

    fn pending(&self) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        for path in &self.paths {
            let home = Home::of(path)?;
            // Printed as it was typed.
            let folder = if path.is_dir() { path.as_path() } else { home.root() };
            files.extend(snapshot::files_in(folder, snapshot::PENDING));
            if let Some(elsewhere) = Settings::load(folder)?.snapshots {
                files.extend(snapshot::files_in(&settings::join(folder, &elsewhere), snapshot::PENDING));
            }
        }
        // One file may be reached by several paths.
        let mut known = BTreeSet::new();
        files.retain(|file| known.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
        files.sort();
        Ok(files)
    }
}

/// The snapshot that a proposal is for.
fn reviewed(proposal: &Path) -> PathBuf {
    // `read.snap.new` without its last ending.
    proposal.with_extension("")
}
