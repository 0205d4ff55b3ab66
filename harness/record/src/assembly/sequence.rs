use connector_replay::{Interaction, RecordedRequest};

/// Equal requests and their answers in recorded order.
#[derive(Debug)]
pub(super) struct Sequence {
    /// Never empty.
    pub(super) entries: Vec<Entry>,
    /// The place of the set of equal requests in the old tape, where it has one.
    pub(super) old: Option<usize>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Entry {
    /// When it was first asked: the order of the tape.
    pub(super) first: u64,
    pub(super) interaction: Interaction,
}

impl Sequence {
    pub(super) fn request(&self) -> &RecordedRequest {
        &self.entries[0].interaction.request
    }

    /// The answer after which nothing more was asked.
    pub(super) fn last(&self) -> &Interaction {
        &self.entries[self.entries.len() - 1].interaction
    }
}
