//! Which processes a run needs: each command of a scenario once, what depends on another after it.

use connector_protocol::Command;

use crate::scenario::Scenario;

/// Processes of one scenario that run one after the other. Different lines run side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The place of the scenario in the list.
    pub(crate) scenario: usize,
    pub(crate) commands: &'static [Command],
}

/// What is run after `spec`, which comes first and once: it says what is secret, and whether there is a connector at
/// all.
pub(crate) fn lines(scenarios: &[Scenario]) -> Vec<Line> {
    let lines_of = |scenario: &Scenario| {
        let plays = |command| scenario.commands.contains(&command);
        let check: &[Command] = if plays(Command::Check) { &[Command::Check] } else { &[] };
        let rest: &[Command] = match (plays(Command::Discover), plays(Command::Read)) {
            // A read is asked for what was discovered.
            (_, true) => &[Command::Discover, Command::Read],
            (true, false) => &[Command::Discover],
            (false, false) => &[],
        };
        [check, rest].into_iter().filter(|commands| !commands.is_empty())
    };
    let scenarios = scenarios.iter().enumerate();
    scenarios
        .flat_map(|(scenario, it)| lines_of(it).map(move |commands| Line { scenario, commands }))
        .collect()
}

/// How many processes that makes, `spec` included.
pub(crate) fn invocations(lines: &[Line]) -> usize {
    1 + lines.iter().map(|line| line.commands.len()).sum::<usize>()
}
