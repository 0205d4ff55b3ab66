use connector_protocol::LogLevel;
use log::{Level, LevelFilter, Metadata, Record};

use crate::scope::current;

/// From now on, the lines of the `log` crate go to the command that runs on the thread where they are written:
/// those of level info and graver, or of debug.
pub(crate) fn install(debug: bool) {
    // A process has one logger. If there is one already, it is this one, or one that the author prefers.
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(if debug { LevelFilter::Debug } else { LevelFilter::Info });
    }
}

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        // Outside of a command there is nobody to tell, and nobody who knows its secrets.
        if self.enabled(record.metadata())
            && let Some(output) = current()
        {
            output.log(level(record.level()), record.args().to_string());
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
