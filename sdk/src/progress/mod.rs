//! What of a stream has been read, and so which state may be written: one that covers only what is out already.

mod parts;
mod sequence;

use std::rc::Rc;

use connector_protocol::{
    JsonObject, LogLevel, RecordMetaChange, StateMessage, StateStats, StreamDescriptor, StreamStatus,
};

use jiff::Timestamp;

use self::parts::Parts;
use self::sequence::Sequence;
use crate::cursor::{Mark, Place};
use crate::known_state::{COMPLETE, NO_CURSOR};
use crate::normalizer::Normalizer;
use crate::output::Output;
use crate::stream::Mode;
use crate::undeclared::Undeclared;
use crate::{Cursor, Error, Partition, Result, Stream};

/// The progress of one stream's read. All that the stream emits goes through it.
pub(crate) struct Progress {
    output: Rc<Output>,
    stream: StreamDescriptor,
    prefix: Vec<u8>,
    undeclared: Undeclared,
    normalizer: Option<Normalizer>,
    /// The record at hand, normalized, and what it has lost: kept for their memory.
    normal: String,
    changes: Vec<RecordMetaChange>,
    running: bool,
    since_state: u64,
    bytes_since_state: usize,
    /// Whether there is more to say than the last state did.
    unsaid: bool,
    kept: Kept,
}

/// What a state of the stream says.
enum Kept {
    /// That there is none to go on from.
    Nothing,
    /// What the author said; that it is complete, at the end.
    Own(JsonObject),
    /// What the author said, also at the end.
    Token(JsonObject),
    /// How far one sequence of slices has come.
    Whole(Rc<Cursor>, Sequence),
    /// The same for each parent.
    Parts(Parts),
}

impl Progress {
    /// Of a stream that is going to be read from `state`; incrementally, or as a whole.
    ///
    /// # Errors
    /// If the state is not understood.
    pub(crate) fn new(
        output: Rc<Output>,
        stream: &Stream,
        state: Option<&JsonObject>,
        now: Timestamp,
    ) -> Result<Self> {
        if let Some(flaw) = stream.cursor().and_then(|cursor| cursor.flaw()) {
            return Err(Error::system(flaw));
        }
        let kept = match stream.mode() {
            Mode::FullRefresh(_) | Mode::Each(..) => Kept::Nothing,
            Mode::Resumable(_) => Kept::Own(state.cloned().unwrap_or_default()),
            Mode::Token(_) => Kept::Token(state.cloned().unwrap_or_default()),
            Mode::Incremental(cursor, _) => {
                Kept::Whole(Rc::clone(cursor), Sequence::from(cursor.place(state, now)?))
            }
            Mode::EachIncremental(_, cursor, _) if cursor.forgets() => {
                return Err(Error::system(format!(
                    "the stream `{}` has parents, for which `Cursor::forgotten_after` does not work: leave it out",
                    stream.name()
                )));
            }
            Mode::EachIncremental(_, cursor, _) => Kept::Parts(Parts::from(cursor, state)?),
        };
        let schema = stream.schema().object()?;
        let normalizer = stream.is_normalized().then(|| Normalizer::compile(&schema));
        let stream = stream.descriptor();
        let prefix = Output::prefix(&stream)?;
        Ok(Progress {
            output,
            stream,
            prefix,
            undeclared: Undeclared::of(&schema),
            normalizer,
            normal: String::new(),
            changes: Vec::new(),
            running: false,
            since_state: 0,
            bytes_since_state: 0,
            unsaid: true,
            kept,
        })
    }

    pub(crate) fn stream(&self) -> &StreamDescriptor {
        &self.stream
    }

    /// Emits a record: the JSON of an object, on one line.
    pub(crate) fn record(&mut self, data: &str) -> Result<()> {
        if !self.running {
            self.running = true;
            self.output.status(&self.stream, StreamStatus::Running)?;
        }
        self.since_state += 1;
        self.bytes_since_state += data.len();
        self.undeclared.look_at(data);
        self.changes.clear();
        self.normal.clear();
        let normalized = match &self.normalizer {
            Some(normalizer) => normalizer.apply(data, &mut self.normal, &mut self.changes),
            None => false,
        };
        self.output.record(&self.prefix, if normalized { &self.normal } else { data }, &self.changes)
    }

    /// From where the slices begin: of the stream, or of one parent's children.
    pub(crate) fn begin(&mut self, partition: Option<&Partition>) -> Place {
        match (&mut self.kept, partition) {
            (Kept::Whole(_, sequence), _) => sequence.place(),
            (Kept::Parts(parts), Some(partition)) => parts.begin(partition),
            _ => Place::default(),
        }
    }

    /// A slice is done, and all up to `mark` read.
    pub(crate) fn done(&mut self, partition: Option<&Rc<str>>, index: usize, mark: Mark) -> Result<()> {
        self.change(partition, |sequence| sequence.done(index, mark))
    }

    /// A slice in ascending order has come to `mark`.
    pub(crate) fn reached(&mut self, partition: Option<&Rc<str>>, index: usize, mark: Mark) -> Result<()> {
        self.change(partition, |sequence| sequence.reached(index, mark))
    }

    /// What was reached within a slice is not to be trusted.
    pub(crate) fn back_to(&mut self, partition: Option<&Rc<str>>, mark: Mark) -> Result<()> {
        let back = |sequence: &mut Sequence| {
            sequence.back_to(mark);
            true
        };
        self.change(partition, back)?;
        self.flush()
    }

    /// The children of one parent have all been read.
    pub(crate) fn end(&mut self, partition: &Rc<str>) {
        if let Kept::Parts(parts) = &mut self.kept {
            parts.end(partition);
        }
    }

    /// All parents have been listed and read.
    pub(crate) fn retain(&mut self, listed: &[Partition]) {
        if let Kept::Parts(parts) = &mut self.kept {
            parts.retain(listed);
        }
    }

    /// Whether its state is a place among pages, unless the author says otherwise.
    pub(crate) fn is_paged(&self) -> bool {
        matches!(self.kept, Kept::Own(_))
    }

    /// Writes the author's own state.
    pub(crate) fn own(&mut self, state: JsonObject) -> Result<()> {
        match &mut self.kept {
            Kept::Own(own) | Kept::Token(own) => *own = state,
            Kept::Nothing | Kept::Whole(..) | Kept::Parts(_) => {
                return Err(Error::system(format!(
                    "the stream `{}` writes its states by itself: only a stream that is resumable or read by a token has checkpoints of its own",
                    self.stream.name
                )));
            }
        }
        self.state()
    }

    /// Tells the author of fields that the schema does not declare.
    pub(crate) fn report(&self) {
        if let Some(report) = self.undeclared.report() {
            self.output.log(LogLevel::Info, format!("stream `{}`: {report}", self.stream.name));
        }
    }

    /// Writes the last state of a stream that has been read to its end.
    pub(crate) fn complete(&mut self) -> Result<()> {
        match &mut self.kept {
            Kept::Own(own) => {
                *own = JsonObject::from_iter([(COMPLETE.to_owned(), true.into())]);
                self.state()
            }
            Kept::Whole(_, sequence) => {
                self.unsaid |= sequence.complete();
                self.flush()
            }
            Kept::Nothing | Kept::Token(_) | Kept::Parts(_) => self.flush(),
        }
    }

    /// Writes the state of what has been read, if the last one did not say it, and if there is any.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if self.unsaid || self.since_state > 0 { self.state() } else { Ok(()) }
    }

    /// The same for a stream that is cut short: what has no state to go on from is passed over.
    pub(crate) fn cut_short(&mut self) -> Result<()> {
        let nothing = match &self.kept {
            Kept::Nothing => true,
            Kept::Own(own) | Kept::Token(own) => own.is_empty(),
            Kept::Whole(_, sequence) => sequence.mark().is_none(),
            Kept::Parts(parts) => parts.size() == 0,
        };
        if nothing { Ok(()) } else { self.flush() }
    }

    fn change(
        &mut self,
        partition: Option<&Rc<str>>,
        change: impl FnOnce(&mut Sequence) -> bool,
    ) -> Result<()> {
        let (changed, due) = match (&mut self.kept, partition) {
            (Kept::Whole(_, sequence), _) => (change(sequence), true),
            (Kept::Parts(parts), Some(key)) => {
                let changed = parts.change(key, change);
                (changed, self.bytes_since_state >= parts.size())
            }
            _ => (false, false),
        };
        self.unsaid |= changed;
        if changed && due { self.state() } else { Ok(()) }
    }

    /// Writes the state, which covers all records so far that it says it does.
    fn state(&mut self) -> Result<()> {
        let state = match &self.kept {
            Kept::Nothing => JsonObject::from_iter([(NO_CURSOR.to_owned(), true.into())]),
            Kept::Own(own) | Kept::Token(own) => own.clone(),
            Kept::Whole(cursor, sequence) => cursor.state(sequence.place()),
            Kept::Parts(parts) => parts.state(),
        };
        // Whole, as the protocol wants it: a count with a decimal point.
        #[expect(clippy::cast_precision_loss, reason = "nobody emits 2^53 records between two states")]
        let count = self.since_state as f64;
        let stats = StateStats { record_count: Some(count), ..StateStats::default() };
        let message = StateMessage::of_stream(self.stream.clone(), state);
        self.output.send(StateMessage { source_stats: Some(stats), ..message })?;
        (self.since_state, self.bytes_since_state, self.unsaid) = (0, 0, false);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::Page;
    use crate::{Partitions, Step};

    #[test]
    fn a_child_stream_cannot_be_forgotten() {
        let parents = Partitions::new(async |_| Ok(()));
        let cursor = Cursor::epoch("at").forgotten_after(Step::days(30));
        let stream =
            Stream::new("children", "{}").for_each(parents).incremental(cursor, async |_, _, _| Ok(()));
        let output = Rc::new(Page::default().output());
        let error = Progress::new(output, &stream, None, Timestamp::UNIX_EPOCH).err().unwrap();
        assert!(error.to_string().contains("`children` has parents"), "{error}");
    }
}
