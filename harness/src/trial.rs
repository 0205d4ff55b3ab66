//! A trial: a process besides the plain commands, made to answer one question.

use std::fmt;

use crate::evidence::Run;

/// What is to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Does the same read bring the same?
    ReadAgain,
}

impl fmt::Display for Question {
    /// As it stands in reports: what was done, in a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::ReadAgain => f.write_str("read once more"),
        }
    }
}

/// A question, and the process that answered it.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) question: Question,
    pub(crate) run: Run,
}
