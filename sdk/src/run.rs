use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use connector_protocol::{Catalog, ConnectionStatus, JsonObject, LogLevel, StateInput, Status};

use crate::arguments::Arguments;
use crate::input::{load, load_state, understand};
use crate::logger::logging_to;
use crate::output::Output;
use crate::panic::{caught, silence};
use crate::read::Read;
use crate::secret::secrets;
use crate::spec::config_schema;
use crate::{Clock, Result, Source, Stream};

/// Runs a connector as the process that it is: the whole of its `main`.
///
/// | exit code | when |
/// |---|---|
/// | 0 | the command was carried out; for `check` also when its answer is FAILED |
/// | 1 | a TRACE ERROR says why, or nobody reads standard output any more |
/// | 2 | the command line is wrong: stderr says how |
#[expect(clippy::needless_pass_by_value, reason = "a main has no more use for its source")]
pub fn run<S: Source>(source: S) -> ExitCode {
    silence();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return misused(&format!("error: failed to start: {error}")),
    };
    let clock = match Clock::from_environment() {
        Ok(clock) => clock,
        Err(error) => return misused(&format!("error: {error}")),
    };
    match runtime.block_on(run_with(&source, std::env::args_os(), Box::new(io::stdout()), clock)) {
        Outcome::Succeeded => ExitCode::SUCCESS,
        Outcome::Failed => ExitCode::FAILURE,
        Outcome::Misused(message) => misused(&message),
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out: exit code 0.
    Succeeded,
    /// It was not, and a TRACE ERROR says why: exit code 1.
    Failed,
    /// The command line is wrong, as the text for stderr says: exit code 2.
    Misused(String),
}

/// Runs one command within this process, for tests: [`run()`] without the machine around it.
///
/// `arguments` is the whole command line, the program's name first; what the connector prints goes to `stdout`.
pub async fn run_with<S: Source>(
    source: &S,
    arguments: impl IntoIterator<Item = OsString>,
    stdout: Box<dyn Write>,
    clock: Clock,
) -> Outcome {
    let arguments = match Arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(usage) => return Outcome::Misused(usage),
    };
    let output = Rc::new(Output::new(stdout, clock));
    let run = Run { source, output: Rc::clone(&output), clock };
    match logging_to(Rc::clone(&output), caught(run.command(arguments))).await {
        Ok(true) => Outcome::Succeeded,
        Ok(false) => Outcome::Failed,
        Err(error) => {
            // Where this fails too, standard output is closed: there is nobody to tell.
            let _ = output.error(&error, None);
            Outcome::Failed
        }
    }
}

struct Run<'a, S> {
    source: &'a S,
    output: Rc<Output>,
    clock: Clock,
}

impl<S: Source> Run<'_, S> {
    /// Carries out a command; false means that it failed and has said why.
    async fn command(&self, arguments: Arguments) -> Result<bool> {
        match arguments {
            Arguments::Help(text) => self.output.help(&text)?,
            Arguments::Spec => self.output.send(self.source.spec().describe::<S::Config>())?,
            Arguments::Check { config } => self.check(&config).await?,
            Arguments::Discover { config } => self.discover(&config).await?,
            Arguments::Read { config, catalog, state } => {
                return self.read(&config, &catalog, state.as_deref()).await;
            }
        }
        Ok(true)
    }

    /// Whatever goes wrong is the answer: people look at the status and its message, so there is always one.
    async fn check(&self, config: &Path) -> Result<()> {
        let checked = match self.config(config) {
            Ok(config) => self.source.check(&config).await,
            Err(error) => Err(error),
        };
        let (status, message) = match &checked {
            Ok(()) => (Status::Succeeded, None),
            Err(error) => (Status::Failed, Some(error.to_string())),
        };
        if let Err(error) = &checked
            && error.chain() != error.to_string()
        {
            // The status has no room for what the connector's author needs.
            self.output.log(LogLevel::Error, error.chain());
        }
        self.output.send(ConnectionStatus { status, message, extra: JsonObject::new() })
    }

    async fn discover(&self, config: &Path) -> Result<()> {
        let streams = self.source.streams(&self.config(config)?).await?;
        let streams = streams.iter().map(Stream::offer).collect::<Result<_>>()?;
        self.output.send(Catalog { streams, extra: JsonObject::new() })
    }

    async fn read(&self, config: &Path, catalog: &Path, state: Option<&Path>) -> Result<bool> {
        let config = self.config(config)?;
        let catalog = understand("catalog", catalog, load("catalog", catalog)?)?;
        let state = state.map_or(Ok(StateInput::default()), load_state)?;
        let streams = self.source.streams(&config).await?;
        let read = Read { streams: &streams, state: &state, today: self.clock.today(), output: &self.output };
        read.all(&catalog).await
    }

    /// Reads the config. From here on its secrets are not shown: an error about the config may quote it.
    fn config(&self, path: &Path) -> Result<S::Config> {
        let value = load("config", path)?;
        self.output.redact(&secrets(&config_schema::<S::Config>(), &value));
        understand("config", path, value)
    }
}

fn misused(message: &str) -> ExitCode {
    // Where stderr is closed as well, the exit code has to do.
    let _ = writeln!(io::stderr(), "{}", message.trim_end());
    ExitCode::from(2)
}
