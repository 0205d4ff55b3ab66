//! A trial: a process besides the plain commands, made to answer one question.

use std::fmt;

use connector_replay::Outcome;

use crate::evidence::Run;
use crate::ledger::StreamName;
use crate::resumption::Resumption;

/// What is to be found out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Question {
    /// `spec`: does it need a user with a home?
    SpecWithoutHome,
    /// `check`: how does it answer to a config of our making?
    CheckOf(Case),
    /// Does the same read bring the same?
    ReadAgain,
    /// Does a stream depend on which come before it?
    ReadReversed,
    /// Does it depend on others at all?
    ReadAlone(StreamName),
    /// What becomes of a stream that there is not?
    ReadOfStranger,
    /// Does it go on from a state that it has printed?
    ReadFrom(Resumption),
    /// Does it find nothing in the future?
    ReadFromFuture,
    /// Does it end when it is asked to?
    ReadTerminated,
    /// Does it end when nobody listens any more?
    ReadUnheard,
}

/// A config made from the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) kind: CaseKind,
    /// JSON pointer to what is missing or wrong; empty where nothing is.
    pub(crate) pointer: String,
    /// What was done to it, in a few words.
    pub(crate) about: String,
}

/// How a config stands to the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseKind {
    /// It satisfies it.
    Valid,
    /// It lacks one field that is required.
    Missing,
    /// One value is not of those that are allowed.
    Wrong,
}

impl Question {
    /// Whether it is a read of streams that there are, which nothing breaks off.
    pub(crate) fn reads_what_there_is(&self) -> bool {
        match self {
            Question::ReadAgain
            | Question::ReadReversed
            | Question::ReadAlone(_)
            | Question::ReadFrom(_)
            | Question::ReadFromFuture => true,
            Question::SpecWithoutHome
            | Question::CheckOf(_)
            | Question::ReadOfStranger
            | Question::ReadTerminated
            | Question::ReadUnheard => false,
        }
    }
}

impl fmt::Display for Question {
    /// As it stands in reports: what was done, in a few words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::SpecWithoutHome => f.write_str("spec without HOME"),
            Question::CheckOf(case) => write!(f, "check {}", case.about),
            Question::ReadAgain => f.write_str("read once more"),
            Question::ReadReversed => f.write_str("read in reversed order"),
            Question::ReadAlone(stream) => write!(f, "read of {stream} alone"),
            Question::ReadOfStranger => f.write_str("read of a stream that there is not"),
            Question::ReadFrom(resumption) => write!(f, "read from {}", resumption.of),
            Question::ReadFromFuture => f.write_str("read from a future state"),
            Question::ReadTerminated => f.write_str("read, with SIGTERM after the first record"),
            Question::ReadUnheard => f.write_str("read, with stdout closed after the first record"),
        }
    }
}

/// A question, and the process that answered it.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) question: Question,
    pub(crate) run: Run,
}

impl Trial {
    /// Whether it asked for something that is not recorded: then what it did is not to be judged.
    pub(crate) fn lacks_answers(&self) -> bool {
        self.run
            .journal
            .exchanges
            .iter()
            .any(|exchange| matches!(exchange.outcome, Outcome::Unmatched { .. }))
    }
}
