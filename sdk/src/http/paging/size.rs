use super::Position;

/// How many records are asked for at a time.
#[derive(Clone, Debug)]
pub(super) struct Size {
    /// The parameter.
    pub(super) name: String,
    pub(super) declared: u64,
}

impl Size {
    /// At a position: as declared, or less if the API could not bring so many.
    pub(super) fn at(&self, position: &Position) -> u64 {
        position.size.unwrap_or(self.declared)
    }

    /// Half of it; `None` if it is 1.
    pub(super) fn half(&self, position: &Position) -> Option<u64> {
        Some(self.at(position) / 2).filter(|half| *half > 0)
    }
}
