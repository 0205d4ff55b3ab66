use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::rc::Rc;

use connector_protocol::environment::DETERMINISTIC;
use connector_protocol::{
    Catalog, ConfiguredCatalog, ConnectionStatus, FailureType, JsonObject, LogLevel, StateInput, Status,
    StreamDescriptor,
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use crate::arguments::{Arguments, NO_COMMAND};
use crate::config::config_schema;
use crate::input::{Input, load_object, load_state, understand, understand_config};
use crate::known_state::strangers;
use crate::logger;
use crate::output::Output;
use crate::panic::{caught, silence};
use crate::read::Read;
use crate::scope::within;
use crate::secret::secrets;
use crate::signal::{Signal, Stop, never, signals, watch_over_signals};
use crate::unfinished::Unfinished;
use crate::{Clock, Error, Result, Source, Stream};

/// Runs a connector as the process that it is: the whole of its `main`.
///
/// | exit code | when |
/// |---|---|
/// | 0 | the command was carried out, or the help printed |
/// | 0 | `check` answered FAILED; a TRACE ERROR precedes it unless it is the config that must be mended |
/// | 1 | a command failed, or a stream of a read: a TRACE ERROR says why |
/// | 1 | the connector panicked, in `check` too: a TRACE ERROR says where, and there is no status |
/// | 1 | the process cannot start, as where `CONNECTOR_NOW` is no timestamp: a TRACE ERROR says why |
/// | 1 | there is no command: a TRACE ERROR says so, stderr shows the usage |
/// | 1 | nobody reads standard output any more |
/// | 2 | the command line is wrong otherwise: stderr says how and shows the usage |
/// | 130 | SIGINT stopped it: the last states are out, and streams that were under way are INCOMPLETE |
/// | 143 | SIGTERM did |
///
/// A process that is stuck, and so does not heed a signal, ends with the same code twelve seconds later, or at a second
/// signal, without more words.
///
/// In one thing it differs from Airbyte's own kit: there, a `check` that fails for another reason than the config
/// ends with 1 and without a status. Here it answers FAILED all the same, so that the user reads the reason.
#[expect(clippy::needless_pass_by_value, reason = "a main has no more use for its source")]
pub fn run<S: Source>(source: S) -> ExitCode {
    silence();
    let (clock, runtime) = match start() {
        Ok(started) => started,
        Err(error) => {
            // Where this fails too, standard output is closed: there is nobody to tell.
            let _ = Output::new(Box::new(io::stdout()), Clock::of_machine()).error(&error, None);
            return ExitCode::FAILURE;
        }
    };
    watch_over_signals();
    let conditions = Conditions { clock, deterministic: is_deterministic(), stop: signals() };
    let run = command(&source, std::env::args_os(), Box::new(io::stdout()), conditions);
    match block_on(runtime, run) {
        Outcome::Succeeded => ExitCode::SUCCESS,
        Outcome::Failed => ExitCode::FAILURE,
        Outcome::Idle(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
        Outcome::Misused(message) => {
            complain(&message);
            ExitCode::from(2)
        }
        Outcome::Stopped(signal) => ExitCode::from(signal.exit_code()),
    }
}

/// Runs a future to its end, and waits for nothing else: a name that is still looked up, say, may block a thread for long.
fn block_on<F: Future>(runtime: Runtime, future: F) -> F::Output {
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    output
}

/// Whether the environment rules out chance.
fn is_deterministic() -> bool {
    std::env::var_os(DETERMINISTIC).is_some_and(|value| value == "1")
}

/// What a command needs of the machine.
fn start() -> Result<(Clock, Runtime)> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::system(format!("failed to start: {error}")))?;
    Ok((Clock::from_environment()?, runtime))
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out: exit code 0.
    Succeeded,
    /// It was not, and a TRACE ERROR says why: exit code 1.
    Failed,
    /// There was no command: a TRACE ERROR says so, and this text is for stderr: exit code 1.
    Idle(String),
    /// The command line is wrong, as the text for stderr says: exit code 2.
    Misused(String),
    /// It was told to stop: exit code 130 or 143.
    Stopped(Signal),
}

/// What surrounds a command.
pub(crate) struct Conditions {
    pub(crate) clock: Clock,
    /// Whether slices are read one after the other, in the order of the catalog.
    pub(crate) deterministic: bool,
    pub(crate) stop: Stop,
}

/// Runs one command within this process, for tests: [`run()`] without the machine around it, and
/// [deterministic](connector_protocol::environment::DETERMINISTIC).
///
/// `arguments` is the whole command line, the program's name first; what the connector prints goes to `stdout`.
pub async fn run_with<S: Source>(
    source: &S,
    arguments: impl IntoIterator<Item = OsString>,
    stdout: Box<dyn Write>,
    clock: Clock,
) -> Outcome {
    let conditions = Conditions { clock, deterministic: true, stop: never() };
    // On the heap: a command is large, and tests hold several within another future.
    Box::pin(command(source, arguments, stdout, conditions)).await
}

/// Runs one command.
async fn command<S: Source>(
    source: &S,
    arguments: impl IntoIterator<Item = OsString>,
    stdout: Box<dyn Write>,
    conditions: Conditions,
) -> Outcome {
    match Arguments::parse(arguments) {
        Ok((arguments, debug)) => {
            logger::install(debug);
            carry_out(source, arguments, stdout, conditions).await
        }
        Err(usage) => Outcome::Misused(usage),
    }
}

/// Carries out what a command line asks for.
pub(crate) async fn carry_out<S: Source>(
    source: &S,
    arguments: Arguments,
    stdout: Box<dyn Write>,
    Conditions { clock, deterministic, stop }: Conditions,
) -> Outcome {
    let output = Rc::new(Output::new(stdout, clock));
    let failed = match &arguments {
        Arguments::Nothing(usage) => Outcome::Idle(usage.clone()),
        _ => Outcome::Failed,
    };
    let unfinished = Rc::new(Unfinished::default());
    let run = Run { source, output: Rc::clone(&output), clock, deterministic, unfinished };
    let tasks = LocalSet::new();
    let carried_out = within(Rc::clone(&output), tasks.run_until(caught(run.carry_out(arguments))));
    // Where one of these cannot be written, standard output is closed: there is nobody to tell.
    let outcome = tokio::select! {
        biased;
        signal = stop => {
            let _ = run.unfinished.stop(&output, &signal.error());
            Outcome::Stopped(signal)
        }
        done = carried_out => match done {
            Ok(true) => Outcome::Succeeded,
            Ok(false) => Outcome::Failed,
            Err(error) => {
                let _ = output.error(&error, None);
                failed
            }
        },
    };
    // What is still spawned may be in the middle of a renewal, and holds it up.
    drop(tasks);
    within(Rc::clone(&output), output.tokens().settle()).await;
    outcome
}

struct Run<'a, S> {
    source: &'a S,
    output: Rc<Output>,
    clock: Clock,
    deterministic: bool,
    unfinished: Rc<Unfinished>,
}

impl<S: Source> Run<'_, S> {
    /// Carries out a command; false means that it failed and has said why.
    async fn carry_out(&self, arguments: Arguments) -> Result<bool> {
        match arguments {
            Arguments::Help(text) => self.output.help(&text)?,
            Arguments::Nothing(_) => return Err(Error::system(NO_COMMAND)),
            Arguments::Spec => self.output.send(self.source.spec().describe::<S::Config>()?)?,
            Arguments::Check { config } => self.check(&config).await?,
            Arguments::Discover { config } => self.discover(&config).await?,
            Arguments::Read { config, catalog, state } => {
                return self.read(&config, &catalog, state.as_ref()).await;
            }
        }
        Ok(true)
    }

    /// Whatever goes wrong is the answer, since people look at the status and its message: a panic alone leaves none.
    async fn check(&self, config: &Input) -> Result<()> {
        let checked = match self.config(config) {
            Ok(config) => self.source.check(&config).await,
            Err(error) => Err(error),
        };
        let (status, message) = match &checked {
            Ok(()) => (Status::Succeeded, None),
            Err(error) => (Status::Failed, Some(error.to_string())),
        };
        // The status has no room for who can mend it, nor for what the connector's author needs.
        match &checked {
            Err(error) if error.failure_type() != FailureType::ConfigError => {
                self.output.error(error, None)?;
            }
            Err(error) if error.chain() != error.to_string() => {
                self.output.log(LogLevel::Error, error.chain());
            }
            _ => {}
        }
        self.output.send(ConnectionStatus { status, message, extra: JsonObject::new() })
    }

    async fn discover(&self, config: &Input) -> Result<()> {
        let streams = self.source.streams(&self.config(config)?).await?;
        let streams = streams.iter().map(Stream::offer).collect::<Result<_>>()?;
        self.output.send(Catalog { streams, extra: JsonObject::new() })
    }

    async fn read(&self, config: &Input, catalog: &Input, state: Option<&Input>) -> Result<bool> {
        let config = self.config(config)?;
        let catalog: ConfiguredCatalog = understand("catalog", catalog, load_object("catalog", catalog)?)?;
        asks_once(&catalog)?;
        let state = state.map_or(Ok(StateInput::default()), load_state)?;
        let streams = self.source.streams(&config).await?;
        let has = |name: &str, namespace: Option<&str>| {
            let named =
                |stream: &StreamDescriptor| stream.name == name && stream.namespace.as_deref() == namespace;
            streams.iter().any(|stream| named(&stream.descriptor()))
        };
        if let Some(warning) = strangers(&state, has) {
            self.output.log(LogLevel::Warn, warning);
        }
        let read = Rc::new(Read {
            streams,
            state,
            now: self.clock.began(),
            output: Rc::clone(&self.output),
            concurrency: if self.deterministic { 1 } else { self.source.concurrency(&config) },
            unfinished: Rc::clone(&self.unfinished),
        });
        read.all(&catalog).await
    }

    /// Reads the config. From here on its secrets are not shown: an error about the config may quote it.
    fn config(&self, input: &Input) -> Result<S::Config> {
        let value = load_object("config", input)?;
        let schema = config_schema::<S::Config>();
        self.output.redact(&secrets(&schema, &value));
        if let Some(config) = value.as_object() {
            self.output.held_config().hold(config.clone(), schema.clone());
        }
        understand_config(input, &schema, &value)
    }
}

/// Two reads of one stream would write states and statuses that contradict one another.
fn asks_once(catalog: &ConfiguredCatalog) -> Result<()> {
    let mut asked = HashSet::new();
    let again = catalog.streams.iter().map(|configured| &configured.stream).find(|stream| {
        let name = (stream.namespace.as_deref(), stream.name.as_str());
        !asked.insert(name)
    });
    again.map_or(Ok(()), |stream| {
        Err(Error::config(format!(
            "the catalog asks for the stream `{}` more than once: configure it once",
            stream.name
        )))
    })
}

fn complain(message: &str) {
    // Where stderr is closed as well, the exit code has to do.
    let _ = writeln!(io::stderr(), "{}", message.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_is_stuck_does_not_hold_up_the_end() {
        let (ended, end) = std::sync::mpsc::channel();
        let (_stuck, never) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().build().unwrap();
            block_on(runtime, async {
                tokio::task::spawn_blocking(move || never.recv());
            });
            ended.send(()).unwrap();
        });
        end.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    }
}
