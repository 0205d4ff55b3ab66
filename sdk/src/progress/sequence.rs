use std::collections::BTreeMap;

use crate::cursor::{Mark, Place};

/// How far slices that follow one another have been read, in whichever order they come to their end.
///
/// Its mark only passes a slice once all before it are done, so a state with it leaves out nothing.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    place: Place,
    /// The first slice that is not done.
    next: usize,
    /// What slices after it, which are done already, have come to.
    ahead: BTreeMap<usize, Mark>,
}

impl Sequence {
    pub(crate) fn from(place: Place) -> Self {
        Sequence { place, ..Sequence::default() }
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// All slices are done; true if that says more than that each is.
    pub(crate) fn complete(&mut self) -> bool {
        self.place.complete()
    }

    /// Up to where everything has been read.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.place.mark
    }

    /// A slice is done; true if the mark has moved, or is the first.
    pub(crate) fn done(&mut self, index: usize, mark: Mark) -> bool {
        self.ahead.insert(index, mark);
        let before = self.next;
        while let Some(mark) = self.ahead.remove(&self.next) {
            // A lookback reads what lies before the state: that is no reason to go back.
            self.place.mark = self.place.mark.max(Some(mark));
            self.next += 1;
        }
        before != self.next
    }

    /// A slice in ascending order has come so far; true if the mark has moved.
    pub(crate) fn reached(&mut self, index: usize, mark: Mark) -> bool {
        let moves = index == self.next && self.place.mark < Some(mark);
        if moves {
            self.place.mark = Some(mark);
        }
        moves
    }

    /// What was reached within a slice is not to be trusted: it is read again from `mark`.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.place.mark = self.place.mark.min(Some(mark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_waits_for_the_slices_before() {
        let mut sequence = Sequence::default();
        assert!(!sequence.done(1, Mark(20)));
        assert_eq!(sequence.mark(), None);
        assert!(!sequence.reached(2, Mark(25)), "a slice that is not the first one under way");
        assert!(sequence.done(0, Mark(10)));
        assert_eq!(sequence.mark(), Some(Mark(20)));
        assert!(sequence.reached(2, Mark(25)));
        assert_eq!(sequence.mark(), Some(Mark(25)));
    }

    #[test]
    fn a_lookback_does_not_move_the_mark_back() {
        let mut sequence = Sequence::from(Place { mark: Some(Mark(50)), listing_since: None });
        assert!(sequence.done(0, Mark(40)), "a slice was done all the same");
        assert_eq!(sequence.mark(), Some(Mark(50)));
        assert!(!sequence.reached(1, Mark(45)));
        sequence.back_to(Mark(30));
        assert_eq!(sequence.mark(), Some(Mark(30)));
    }
}
