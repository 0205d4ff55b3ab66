use super::Position;

/// Pages that are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The parameter.
    pub(super) name: String,
    pub(super) first: u64,
}

impl Number {
    pub(super) fn of(&self, position: &Position) -> u64 {
        position.number.unwrap_or(self.first)
    }

    /// The same place where pages have another size, or one a little before it, so that nothing is left out.
    pub(super) fn resized(&self, position: &Position, size: u64) -> Position {
        let pages = position.received / size;
        Position {
            number: Some(self.first.saturating_add(pages)),
            received: pages * size,
            size: Some(size),
            token: None,
        }
    }
}
