use std::rc::Rc;

use connector_protocol::LogLevel;
use log::{Level, LevelFilter, Metadata, Record};
use tokio::task_local;

use crate::output::Output;

task_local! {
    /// Where the lines of the command that is running go.
    static OUTPUT: Rc<Output>;
}

/// Runs a command whose log lines go to `output`.
pub(crate) async fn logging_to<F: Future>(output: Rc<Output>, command: F) -> F::Output {
    // A process has one logger. If there is one already, it is this one, or one that the author prefers.
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
    OUTPUT.scope(output, command).await
}

/// Hands the lines of the `log` crate to the output of the command in which they were written.
struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // Outside of a command there is nobody to tell.
            let _ = OUTPUT.try_with(|output| output.log(level(record.level()), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn level(level: Level) -> LogLevel {
    match level {
        Level::Error => LogLevel::Error,
        Level::Warn => LogLevel::Warn,
        Level::Info => LogLevel::Info,
        Level::Debug => LogLevel::Debug,
        Level::Trace => LogLevel::Trace,
    }
}
