//! One scenario made ready to be played: its files written, its network up for each process, its secrets known.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use connector_protocol::Command;
use connector_replay::{Authority, Cassette, Player, Session, Tape, Terms};
use serde_json::Value;

use crate::environment::{self, Network};
use crate::error::Error;
use crate::evidence::Run;
use crate::ledger::{Ledger, Wanted};
use crate::leftovers::Nursery;
use crate::locate::Connector;
use crate::process::{self, Invocation};
use crate::requests::Watch;
use crate::scenario::Scenario;
use crate::secrets::Secrets;
use crate::snapshot::Volatile;
use crate::stderr::StderrLog;

/// What every process of a run shares.
pub(crate) struct Stage {
    pub(crate) connector: Connector,
    pub(crate) authority: Authority,
    pub(crate) nursery: Nursery,
    /// A private folder for the files that connectors are started with; gone when the run is over.
    pub(crate) folder: PathBuf,
}

/// What a process is given.
struct Costume<'a> {
    files: Vec<(&'static str, PathBuf)>,
    wanted: Vec<Wanted>,
    now: Option<&'a str>,
    volatile: &'a [String],
    secrets: Arc<Secrets>,
}

impl Stage {
    /// Runs `spec`, against a recording of nothing.
    pub(crate) async fn spec(&self) -> Result<Run, Error> {
        let nothing = Cassette::new(Tape::new(Vec::new()), "spec", &Terms::default())
            .map_err(|source| Error::Cassette { source })?;
        let costume = Costume {
            files: Vec::new(),
            wanted: Vec::new(),
            now: None,
            volatile: &[],
            secrets: Arc::default(),
        };
        self.enter(Command::Spec, costume, Arc::new(nothing)).await
    }

    /// Runs a command of a scenario against a recording that starts anew.
    pub(crate) async fn play(
        &self,
        command: Command,
        scenario: &Scenario,
        configured: Option<&Value>,
        secrets: &Arc<Secrets>,
    ) -> Result<Run, Error> {
        let costume = Costume {
            files: self.write_files(command, scenario, configured)?,
            wanted: configured.map(crate::catalog::wanted).unwrap_or_default(),
            now: scenario.now.as_deref(),
            volatile: &scenario.volatile,
            secrets: Arc::clone(secrets),
        };
        self.enter(command, costume, Arc::clone(&scenario.cassette)).await
    }

    async fn enter(
        &self,
        command: Command,
        costume: Costume<'_>,
        cassette: Arc<Cassette>,
    ) -> Result<Run, Error> {
        let Costume { files, wanted, now, volatile, secrets } = costume;
        let replay = |source| Error::Replay { source };
        let (watch, notes) = Watch::over(Player::new(cassette), Arc::clone(&secrets));
        let session = Session::start(&self.authority, watch).await.map_err(replay)?;
        let proxy_url = session.proxy_url();
        let network = Network { proxy_url: &proxy_url, certificate: self.authority.certificate() };
        let invocation = self.invocation(command, &network, now, &files);
        let ledger = Ledger::new(Arc::clone(&secrets), &wanted);
        let transcript = process::run(invocation, &self.nursery, ledger, StderrLog::new(secrets)).await?;
        let folder = self.folder.display().to_string();
        let proxy = proxy_url.trim_start_matches("http://").to_owned();
        let volatile = Volatile { folder, proxy, fields: volatile.to_vec() };
        let journal = session.finish().await;
        Ok(Run { transcript, journal, requests: notes.take(), volatile })
    }

    fn invocation(
        &self,
        command: Command,
        network: &Network<'_>,
        now: Option<&str>,
        files: &[(&str, PathBuf)],
    ) -> Invocation<'_> {
        let Connector { command: program, root, settings, .. } = &self.connector;
        let mut words: Vec<OsString> = program.iter().map(OsString::from).collect();
        words.push(command.as_str().into());
        for (flag, path) in files {
            words.push((*flag).into());
            words.push(path.into());
        }
        Invocation {
            command,
            words,
            environment: environment::of(network, now, &settings.environment),
            folder: root,
            limit: self.limit(command),
        }
    }

    fn limit(&self, command: Command) -> Duration {
        self.connector.settings.timeout.of(command)
    }

    fn write_files(
        &self,
        command: Command,
        scenario: &Scenario,
        configured: Option<&Value>,
    ) -> Result<Vec<(&'static str, PathBuf)>, Error> {
        // A folder per process: one that rewrites its config must not surprise the next.
        let folder = self.folder.join(&scenario.name).join(command.as_str());
        std::fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
        let mut files = vec![("--config", write(&folder, "config.json", &scenario.config)?)];
        if let Some(configured) = configured.filter(|_| command == Command::Read) {
            files.push(("--catalog", write(&folder, "configured_catalog.json", configured)?));
            if let Some(state) = &scenario.state {
                files.push(("--state", write(&folder, "state.json", state)?));
            }
        }
        Ok(files)
    }
}

fn write(folder: &Path, name: &str, value: &Value) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    match std::fs::write(&path, value.to_string()) {
        Ok(()) => Ok(path),
        Err(source) => Err(Error::Write { path, source }),
    }
}
