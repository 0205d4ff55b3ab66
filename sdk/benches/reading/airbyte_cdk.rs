use std::path::Path;
use std::process::Command;

use crate::connector::Connector;
use crate::server::Server;
use crate::{Outcome, per_record, usage};

/// Fewer than we read: it takes a while.
const RECORDS: u64 = 50_000;
const ROUNDS: usize = 3;

/// Reads the same pages with `airbyte-cdk`, which it installs for that into a folder that goes again.
pub(crate) fn compare(connector: &Connector, server: &Server) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    // Such as that of a version that airbyte-cdk supports, where `python3` is not.
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let environment = folder.path().join("venv");
    let own = environment.join("bin/python");
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "airbyte-cdk"];
    if !runs(Command::new(&python).args(["-m", "venv"]).arg(&environment))
        || !runs(Command::new(&own).args(install))
    {
        println!(
            "airbyte-cdk: not compared, since `{python}` is absent or cannot install it; PYTHON names another"
        );
        return Ok(());
    }
    let version = "import importlib.metadata as m, sys; print(m.version('airbyte-cdk'), 'on Python', sys.version.split()[0])";
    let version = String::from_utf8(Command::new(&own).args(["-c", version]).output()?.stdout)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/reading/source.py");

    for limit in [100, 1000] {
        let url = format!("{}/{RECORDS}", server.url);
        let arguments = connector.arguments(&url, limit)?;
        let source = source.display().to_string();
        let arguments: Vec<&str> =
            std::iter::once(source.as_str()).chain(arguments.iter().map(String::as_str)).collect();
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            theirs.push(usage::of(&own, None, &arguments)?);
            ours.push(connector.read(&url, limit)?);
        }
        let (theirs, ours) = (crate::median(&theirs), crate::median(&ours));
        println!(
            "airbyte-cdk {}, pages of {limit}: {:.0} \u{b5}s of CPU a record, ours {:.2}, ratio {:.0} (wanted at least 40); peak {:.0} MB, ours {:.1}",
            version.trim(),
            per_record(theirs, RECORDS),
            per_record(ours, RECORDS),
            theirs.cpu.as_secs_f64() / ours.cpu.as_secs_f64(),
            crate::megabytes(theirs.peak),
            crate::megabytes(ours.peak),
        );
    }
    Ok(())
}

fn runs(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}
