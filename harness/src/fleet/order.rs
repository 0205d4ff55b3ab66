//! Connectors run side by side and are told of one after the other.

use std::collections::VecDeque;

use crate::event::Event;

/// Holds the events of a connector back until all before it have ended.
#[derive(Default)]
pub(super) struct Order {
    /// The place of the connector that is told of now.
    front: usize,
    /// What is known of it (nothing: it was told) and of those after it.
    waiting: VecDeque<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Event>,
    ended: bool,
}

impl Order {
    /// How far the connector at `place` is from the one that is told of.
    pub(super) fn ahead_of(&self, place: usize) -> usize {
        place.saturating_sub(self.front)
    }

    /// An event of the connector at `place`.
    pub(super) fn hear(&mut self, place: usize, event: Event, tell: &mut impl FnMut(&Event)) {
        if place == self.front {
            tell(&event);
        } else if let Some(waiting) = self.at(place) {
            waiting.events.push(event);
        }
    }

    /// The connector at `place` has no more to say.
    pub(super) fn end(&mut self, place: usize, tell: &mut impl FnMut(&Event)) {
        if let Some(waiting) = self.at(place) {
            waiting.ended = true;
        }
        while self.waiting.front().is_some_and(|front| front.ended) {
            self.waiting.pop_front();
            self.front += 1;
            for event in
                self.waiting.front_mut().map(|next| std::mem::take(&mut next.events)).unwrap_or_default()
            {
                tell(&event);
            }
        }
    }

    /// The places of those that have not ended, of so many in all.
    pub(super) fn open(&self, all: usize) -> Vec<usize> {
        let ended = |place: &usize| self.waiting.get(*place - self.front).is_some_and(|it| it.ended);
        (self.front..all).filter(|place| !ended(place)).collect()
    }

    fn at(&mut self, place: usize) -> Option<&mut Waiting> {
        let index = place.checked_sub(self.front)?;
        if index >= self.waiting.len() {
            self.waiting.resize_with(index + 1, Waiting::default);
        }
        self.waiting.get_mut(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::What;

    #[test]
    fn whatever_order_they_end_in_they_are_told_in_their_own() {
        let mut chance = fastrand::Rng::with_seed(3);
        for _ in 0..200 {
            let connectors = chance.usize(1..8);
            // Each says three things and ends, in an order of chance.
            let mut steps: Vec<usize> = (0..connectors).flat_map(|place| [place; 4]).collect();
            chance.shuffle(&mut steps);
            let mut order = Order::default();
            let mut said = vec![0; connectors];
            let mut told = Vec::new();
            let mut tell = |event: &Event| {
                if let What::Noted { note } = &event.what {
                    told.push(note.clone());
                }
            };
            for place in steps {
                said[place] += 1;
                if said[place] == 4 {
                    order.end(place, &mut tell);
                } else {
                    let note = format!("{place}.{}", said[place]);
                    order.hear(
                        place,
                        Event { at_ms: 0, connector: None, what: What::Noted { note } },
                        &mut tell,
                    );
                }
            }
            let wanted: Vec<String> = (0..connectors)
                .flat_map(|place| (1..=3).map(move |number| format!("{place}.{number}")))
                .collect();
            assert_eq!(told, wanted);
        }
    }
}
