//! One scenario made ready to be played: its files written, its network up for each process, its secrets known.

mod busy;
mod start;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::hash::{DefaultHasher, Hasher as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use connector_protocol::Command;
use connector_replay::{Authority, Cassette, Player, Responder, Session, Tape, Terms};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use self::busy::Busy;
use crate::clock::Clock;
use crate::environment::{self, Network};
use crate::error::Error;
use crate::evidence::Run;
use crate::given::Given;
use crate::ledger::{Digest, Ledger};
use crate::leftovers::Nursery;
use crate::locate::Connector;
use crate::ports;
use crate::process::{self, GivesUp, Invocation, Over};
use crate::requests::Watch;
use crate::rung::{Rung, SandboxMode};
use crate::sandbox::{Barred, Program, Sandbox, Warm};
use crate::shim::Shim;
use crate::snapshot::Volatile;
use crate::stderr::StderrLog;
use crate::subject::Prepared;
use crate::trial::{Question, Trial};
use crate::trials::Planned;

/// What every process of a run shares.
pub(crate) struct Stage {
    pub(crate) connector: Connector,
    pub(crate) authority: Authority,
    pub(crate) nursery: Arc<Nursery>,
    /// A private folder for the files that connectors are started with; gone when the run is over.
    folder: TempDir,
    /// In it, what interpreters load.
    shim: Shim,
    clock: Clock,
    /// Where the system lets us have one.
    sandbox: Option<Sandbox>,
    /// In it, interpreters that the processes of a script in Python are forked by.
    warm: Option<Arc<Warm>>,
    /// One for each process that such a script may have at a time.
    lanes: Semaphore,
    busy: Busy,
    /// Why there is none, where one was wanted.
    pub(crate) no_sandbox: Option<String>,
}

/// How long a trial may take to say what it makes of an answer that is not recorded. A read has nothing to say of it: what
/// it brings is not judged then.
const EXCUSES: Duration = Duration::from_secs(5);

/// The ports of HTTP, with TLS and without.
const PORTS: [u16; 2] = [80, 443];

impl Stage {
    /// `lanes` is how many processes a script in Python may have at a time.
    ///
    /// # Errors
    /// What the harness lacks, which may be the sandbox where that is required.
    pub(crate) async fn set(
        connector: Connector,
        nursery: Arc<Nursery>,
        mode: SandboxMode,
        lanes: usize,
    ) -> Result<Stage, Error> {
        let mut builder = tempfile::Builder::new();
        // Configs with secrets lie in it.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.prefix("harness-").tempdir().map_err(|source| Error::Environment {
            doing: format!("make a folder in {}", std::env::temp_dir().display()),
            source,
        })?;
        let authority = Authority::new().map_err(|source| Error::Replay { source })?;
        let mut stage = Stage {
            nursery,
            shim: Shim::write(folder.path(), authority.certificate())?,
            clock: Clock::of(&connector.settings.clock, &connector.root)?,
            authority,
            sandbox: None,
            warm: None,
            lanes: Semaphore::new(lanes),
            busy: Busy::default(),
            no_sandbox: None,
            folder,
            connector,
        };
        if mode != SandboxMode::Off {
            match stage.raise().await {
                Ok((sandbox, warm)) => (stage.sandbox, stage.warm) = (Some(sandbox), warm),
                Err(Barred::Step(step, error)) if mode == SandboxMode::Auto => {
                    stage.no_sandbox = Some(format!("{step}: {error}"));
                }
                Err(Barred::Step(step, source)) => return Err(process::no_sandbox(&step, source)),
                Err(Barred::Program(source)) => return Err(process::no_sandbox("start the helper", source)),
            }
        }
        Ok(stage)
    }

    /// Makes a sandbox, and sees whether one can walk into it.
    async fn raise(&self) -> Result<(Sandbox, Option<Arc<Warm>>), Barred> {
        let prepare = |error| Barred::Step("prepare its files".to_owned(), error);
        let folder = self.folder.path().join("sandbox");
        std::fs::create_dir(&folder).map_err(prepare)?;
        let Connector { command, root, settings, .. } = &self.connector;
        let variable = |name: &str| {
            let said = settings.environment.get(name).map(OsString::from);
            said.or_else(|| std::env::var_os(name)).unwrap_or_default()
        };
        let program = Program {
            words: command,
            folder: root,
            path: variable("PATH"),
            python_path: variable("PYTHONPATH"),
            home: Some(variable("HOME")).filter(|home| !home.is_empty()).map(PathBuf::from),
        };
        let warm = settings.warm_start.unwrap_or(true).then(|| Warm::of(&program)).flatten();
        let sandbox = Sandbox::prepare(&folder, &self.authority, &program).map_err(prepare)?;
        process::try_out(&sandbox, &self.nursery).await?;
        Ok((sandbox, warm))
    }

    /// How requests are intercepted.
    pub(crate) fn rung(&self) -> Rung {
        match (&self.sandbox, &self.connector.settings.base_url) {
            (Some(_), _) => Rung::Sandbox,
            (None, None) => Rung::Environment,
            (None, Some(_)) => Rung::BaseUrl,
        }
    }

    /// How long at least one process ran.
    pub(crate) fn busy(&self) -> Duration {
        self.busy.total()
    }

    /// Runs `spec`, against a recording of nothing. The time that it is told is that of what comes after it: so that both may
    /// be forked by the same interpreter.
    pub(crate) async fn spec(&self, now: Option<&str>) -> Result<Run, Error> {
        let nothing = Cassette::new(Tape::new(Vec::new()), "spec", &Terms::default())
            .map_err(|source| Error::Cassette { source })?;
        self.perform(Command::Spec, Given { now, ..Given::default() }, Player::new(nothing)).await
    }

    /// Runs a command of a scenario against a recording that starts anew.
    pub(crate) async fn play(
        &self,
        command: Command,
        Prepared { scenario, part, secrets }: &Prepared,
        configured: Option<&Value>,
    ) -> Result<Run, Error> {
        let given = Given {
            folder: Path::new(&scenario.name).join(command.as_str()),
            config: Some(&scenario.config),
            part: part.as_ref(),
            configured,
            state: scenario.state.as_ref().filter(|_| command == Command::Read),
            now: scenario.now.as_deref(),
            environment: Some(&scenario.environment),
            volatile: &scenario.volatile,
            demands: Some(&scenario.demands),
            secrets: Arc::clone(secrets),
            ports: ports::of(&scenario.cassette, &scenario.config),
            ..Given::default()
        };
        self.perform(command, given, Player::new(Arc::clone(&scenario.cassette))).await
    }

    /// Runs a trial of a scenario, the `number`th of it, against a recording that starts anew.
    pub(crate) async fn attempt(
        &self,
        planned: Planned,
        Prepared { scenario, part, secrets }: &Prepared,
        number: usize,
    ) -> Result<Trial, Error> {
        let Planned { question, command, config, configured, state, disturbance, unlike, .. } = planned;
        let config = config.as_ref().unwrap_or(&scenario.config);
        let given = Given {
            folder: Path::new(&scenario.name).join(format!("trial-{number}")),
            config: Some(config).filter(|_| command != Command::Spec),
            part: part.as_ref().filter(|_| command != Command::Spec),
            configured: configured.as_deref(),
            state: state.as_ref(),
            trial: Some(question.to_string()),
            disturbance,
            unlike,
            misses: Some(if command == Command::Read { Duration::ZERO } else { EXCUSES }),
            homeless: question == Question::SpecWithoutHome,
            now: scenario.now.as_deref(),
            environment: Some(&scenario.environment),
            volatile: &scenario.volatile,
            secrets: Arc::clone(secrets),
            ports: ports::of(&scenario.cassette, config),
            ..Given::default()
        };
        let mut run = self.perform(command, given, Player::new(Arc::clone(&scenario.cassette))).await?;
        // Trials have no snapshot, and there are many of them.
        run.transcript.account.raw = Vec::new();
        Ok(Trial { question, run })
    }

    /// Runs a command, its requests answered by `responder`.
    pub(crate) async fn perform(
        &self,
        command: Command,
        given: Given<'_>,
        responder: impl Responder,
    ) -> Result<Run, Error> {
        let replay = |source| Error::Replay { source };
        let demands = given.demands.cloned().unwrap_or_default();
        let wanted = given.configured.map(|it| crate::catalog::wanted(it, &demands)).unwrap_or_default();
        let secrets = Arc::clone(&given.secrets);
        let (watch, notes) = Watch::over(responder, Arc::clone(&secrets));
        let session = match given.part {
            Some(part) => Session::start_as(part.clone(), &self.authority, watch).await,
            None => Session::start(&self.authority, watch).await,
        };
        let mut session = session.map_err(replay)?;
        let files = self.write_files(&given, &session.base_url())?;
        let ports: Vec<u16> = PORTS.into_iter().chain(given.ports.iter().copied()).collect();
        let began = Instant::now();
        // On the heap, as what runs the process is below: it is most of what a process takes of our memory.
        let interpreter = Box::pin(self.interpreter(&given, session.port(), &ports)).await;
        // Imports are the connector's time, but not those of an interpreter that was given up.
        let since = if interpreter.is_some() { began } else { Instant::now() };
        let port = interpreter.as_ref().map_or(session.port(), |interpreter| interpreter.port);
        let mut environment = self.environment(&given, port);
        if given.homeless {
            self.forget_user(&mut environment, &given);
        }
        // Trials are planned by what plain reads were given; a catalog may be large.
        let configured = given.configured.filter(|_| given.trial.is_none()).cloned().map(Arc::new);
        let invocation = Invocation {
            trial: given.trial,
            disturbance: given.disturbance,
            gives_up: given.misses.map(|after| GivesUp { missed: Arc::clone(&notes.missed), after }),
            ..self.invocation(command, environment, &files)
        };
        let started = self.start(&invocation, interpreter, &mut session, (port, &ports)).await?;
        let ledger = Ledger::new(Arc::clone(&secrets), &wanted, Digest::passing_over(given.volatile));
        let stderr = StderrLog::new(secrets);
        let running = process::run(invocation, started, ledger, stderr);
        let Over { transcript, refused, interpreter } = Box::pin(running).await?;
        self.busy.note(since);
        let altered = altered(&files);
        let folder = self.folder.path().display().to_string();
        let proxy = proxy_of(port).trim_start_matches("http://").to_owned();
        let volatile = Volatile { folder, proxy, fields: given.volatile.to_vec() };
        let journal = session.finish().await;
        let by = interpreter.as_ref().map(|interpreter| interpreter.number());
        // Not before the session has let go of its network.
        match (interpreter, &self.warm) {
            (Some(interpreter), Some(warm)) if interpreter.is_idle() => warm.keep(*interpreter),
            (Some(interpreter), _) => interpreter.end().await,
            (None, _) => {}
        }
        Ok(Run {
            transcript,
            journal,
            requests: notes.take(),
            configured,
            altered,
            refused,
            volatile,
            interpreter: by,
        })
    }

    /// The environment of a process whose proxy is on `port`.
    fn environment(&self, given: &Given<'_>, port: u16) -> BTreeMap<OsString, OsString> {
        let network = Network {
            proxy_url: &proxy_of(port),
            certificate: self.authority.certificate(),
            java_truststore: self.authority.java_truststore(),
            redirects: self.sandbox.is_none(),
        };
        let clock = if given.real { &Clock::default() } else { &self.clock };
        let mut variables = self.connector.settings.environment.clone();
        variables.extend(
            given.environment.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())),
        );
        environment::of(&network, &self.shim, clock.variables(given.now), &variables)
    }

    fn invocation(
        &self,
        command: Command,
        environment: BTreeMap<OsString, OsString>,
        files: &[Handed],
    ) -> Invocation<'_> {
        let Connector { command: program, folder, .. } = &self.connector;
        let mut words: Vec<OsString> = program.iter().map(OsString::from).collect();
        words.push(command.as_str().into());
        for Handed { flag, path, .. } in files {
            words.push((*flag).into());
            words.push(path.into());
        }
        Invocation {
            command,
            words,
            environment,
            folder,
            limit: self.limit(command),
            trial: None,
            disturbance: None,
            gives_up: None,
        }
    }

    fn limit(&self, command: Command) -> Duration {
        self.connector.settings.timeout.of(command)
    }

    /// Removes the files that a process was given in this folder.
    pub(crate) fn clear(&self, folder: &str) -> Result<(), Error> {
        let path = self.folder.path().join(folder);
        std::fs::remove_dir_all(&path).map_err(|source| Error::Write { path, source })
    }

    /// Writes what the process is given; `base_url` goes where the settings want it.
    fn write_files(&self, given: &Given<'_>, base_url: &str) -> Result<Vec<Handed>, Error> {
        let folder = self.folder.path().join(&given.folder);
        std::fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
        let redirects = self.connector.settings.base_url.as_ref().filter(|_| given.part.is_some());
        let config = match (redirects, given.config) {
            (Some(redirects), Some(config)) => Some(&redirects.redirected(config, base_url)),
            (_, config) => config,
        };
        let mut files = Vec::new();
        for (flag, name, value) in [
            ("--config", "config.json", config),
            ("--catalog", "configured_catalog.json", given.configured),
            ("--state", "state.json", given.state),
        ] {
            if let Some(value) = value {
                let path = folder.join(name);
                let text = value.to_string();
                std::fs::write(&path, &text).map_err(|source| Error::Write { path: path.clone(), source })?;
                files.push(Handed { flag, path, digest: digest_of(text.as_bytes()) });
            }
        }
        Ok(files)
    }
}

/// The URL of a proxy on this machine.
fn proxy_of(port: u16) -> String {
    format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

/// A file that a process was given.
struct Handed {
    /// The option that names it.
    flag: &'static str,
    path: PathBuf,
    /// A digest of what was written.
    digest: u64,
}

fn digest_of(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text);
    hasher.finish()
}

/// The names of the files that are no longer what was written.
fn altered(files: &[Handed]) -> Vec<String> {
    let is_altered =
        |file: &&Handed| std::fs::read(&file.path).is_ok_and(|text| digest_of(&text) != file.digest);
    let names = files.iter().filter(is_altered).filter_map(|file| file.path.file_name());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}
