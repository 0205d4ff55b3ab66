use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use connector_protocol::Command;

use crate::input::Input;

/// What the command line lacks if it has no command.
pub(crate) const NO_COMMAND: &str = "no command: want one of spec, check, discover, read";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// `--help`, with what to print.
    Help(String),
    /// No command at all, with the usage for stderr.
    Nothing(String),
    Spec,
    Check {
        config: Input,
    },
    Discover {
        config: Input,
    },
    Read {
        config: Input,
        catalog: Input,
        state: Option<Input>,
    },
}

impl Arguments {
    /// Reads a whole command line, the program's own name first. Says also whether it asks for more to be logged.
    ///
    /// # Errors
    /// What is wrong with it, followed by the usage: for stderr, with exit code 2.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Self, bool), String> {
        let mut arguments = arguments.into_iter();
        let program = arguments.next().unwrap_or_default();
        let usage = usage(&program);
        parse(arguments, &usage).map_err(|problem| format!("error: {problem}\n\n{usage}"))
    }
}

fn parse(mut arguments: impl Iterator<Item = OsString>, usage: &str) -> Result<(Arguments, bool), String> {
    let (mut command, mut debug) = (None, false);
    let mut files = Files::default();
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        match argument.as_str() {
            "--help" | "-h" => return Ok((Arguments::Help(usage.to_owned()), debug)),
            "--debug" => debug = true,
            flag if flag.starts_with('-') => {
                let (name, value) = match flag.split_once('=') {
                    Some((name, value)) => (name, Some(value.into())),
                    None => (flag, arguments.next()),
                };
                let slot = files.slot(name).ok_or_else(|| format!("unknown option `{name}`"))?;
                *slot = Some(value.ok_or_else(|| format!("`{name}` wants a path"))?.into());
            }
            word if command.is_none() => {
                command = Some(word.parse().map_err(|unknown| format!("{unknown}"))?);
            }
            word => return Err(format!("unexpected argument `{word}`")),
        }
    }
    let arguments = match command {
        Some(command) => files.serve(command)?,
        None => Arguments::Nothing(format!("error: {NO_COMMAND}\n\n{usage}")),
    };
    Ok((arguments, debug))
}

#[derive(Default)]
struct Files {
    config: Option<PathBuf>,
    catalog: Option<PathBuf>,
    state: Option<PathBuf>,
}

impl Files {
    fn slot(&mut self, name: &str) -> Option<&mut Option<PathBuf>> {
        match name {
            "--config" => Some(&mut self.config),
            "--catalog" => Some(&mut self.catalog),
            "--state" => Some(&mut self.state),
            _ => None,
        }
    }

    /// A file that the command has no use for is let be: platforms may hand the same ones to every command.
    fn serve(self, command: Command) -> Result<Arguments, String> {
        let need = |file: Option<PathBuf>, flag| {
            file.map(Input::File).ok_or_else(|| format!("`{command}` needs {flag} PATH"))
        };
        Ok(match command {
            Command::Spec => Arguments::Spec,
            Command::Check => Arguments::Check { config: need(self.config, "--config")? },
            Command::Discover => Arguments::Discover { config: need(self.config, "--config")? },
            Command::Read => Arguments::Read {
                config: need(self.config, "--config")?,
                catalog: need(self.catalog, "--catalog")?,
                state: self.state.map(Input::File),
            },
        })
    }
}

fn usage(program: &OsStr) -> String {
    let name = Path::new(program).file_name().unwrap_or(OsStr::new("source")).to_string_lossy();
    format!(
        "\
Usage:
  {name} spec
  {name} check --config PATH
  {name} discover --config PATH
  {name} read --config PATH --catalog PATH [--state PATH]

Commands:
  spec      print what the config must hold
  check     try the config
  discover  print the streams that there are
  read      print records and states for the configured catalog

With --debug, every request is logged, and whatever else may help to find a fault.

Every file is JSON. Messages of the Airbyte protocol go to standard output, one on a line.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split(' ').map(OsString::from)).map(|(arguments, _)| arguments)
    }

    fn problem(line: &str) -> String {
        parsed(line).unwrap_err().lines().next().unwrap().to_owned()
    }

    #[test]
    fn both_spellings_of_an_option_are_read() {
        let want = Arguments::Read { config: "c".into(), catalog: "k".into(), state: Some("s".into()) };
        assert_eq!(parsed("./x read --config c --catalog=k --state s"), Ok(want));
        assert_eq!(parsed("./x --config c check"), Ok(Arguments::Check { config: "c".into() }));
    }

    #[test]
    fn what_is_wrong_is_said_and_the_usage_follows() {
        assert_eq!(
            problem("x write"),
            "error: unknown command `write`: want one of spec, check, discover, read"
        );
        assert_eq!(problem("x check"), "error: `check` needs --config PATH");
        assert_eq!(problem("x check --config"), "error: `--config` wants a path");
        assert_eq!(problem("x check --frob c"), "error: unknown option `--frob`");
        assert_eq!(problem("x spec check"), "error: unexpected argument `check`");
        assert!(parsed("/bin/source-x check").unwrap_err().contains("  source-x check --config PATH\n"));
    }

    #[test]
    fn a_line_without_a_command_is_told_apart() {
        for line in ["x", "x --config c"] {
            let Ok(Arguments::Nothing(text)) = parsed(line) else { panic!("there is no command") };
            assert!(
                text.starts_with("error: no command: want one of") && text.contains("  x spec\n"),
                "{text}"
            );
        }
    }

    #[test]
    fn more_can_be_logged() {
        let debug = |line: &str| Arguments::parse(line.split(' ').map(OsString::from)).unwrap().1;
        assert!(debug("x spec --debug") && debug("x --debug check --config c") && !debug("x spec"));
    }

    #[test]
    fn help_may_stand_anywhere() {
        assert!(matches!(parsed("x read --help"), Ok(Arguments::Help(_))));
    }
}
