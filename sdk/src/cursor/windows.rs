use std::rc::Rc;

use super::form::{Form, Mark};
use super::{Slice, Step};

/// The slices from one mark to another, in order, each beginning where the one before ends.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    pub(super) form: Rc<Form>,
    pub(super) next: Mark,
    /// The first mark that is not read any more.
    pub(super) limit: Mark,
    pub(super) step: Option<Step>,
    pub(super) resumed: bool,
    pub(super) index: usize,
}

impl Iterator for Windows {
    type Item = Slice;

    fn next(&mut self) -> Option<Slice> {
        if self.next >= self.limit {
            return None;
        }
        let start = self.next;
        // An integer has no present to walk up to, so one slice covers all.
        let step = self.step.filter(|_| self.form.is_time());
        let until = step.map_or(self.limit, |step| self.form.after(start, step).min(self.limit));
        // A step too small for the format would never arrive.
        let until = until.max(Mark(start.0.saturating_add(self.form.unit())));
        self.next = until;
        let index = self.index;
        self.index += 1;
        let (form, resumed) = (Rc::clone(&self.form), self.resumed);
        Some(Slice { form, start, until, resumed, index, open: until >= self.limit })
    }
}
