//! Which processes a run needs: each command once per scenario, what depends on another after it.

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
    let lines: &[&[Command]] = &[
        &[Command::Check],
        // A read is asked for what was discovered.
        &[Command::Discover, Command::Read],
    ];
    (0..scenarios.len())
        .flat_map(|scenario| lines.iter().map(move |commands| Line { scenario, commands }))
        .collect()
}

/// How many processes that makes, `spec` included.
pub(crate) fn invocations(lines: &[Line]) -> usize {
    1 + lines.iter().map(|line| line.commands.len()).sum::<usize>()
}
