use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Page, Position};
use crate::Result;
use crate::http::shortened;

/// How many pages without a record may follow one another: some APIs filter after they have cut pages, but none for ever.
const EMPTY_PAGES: u32 = 10_000;

/// Knows what a reading has seen, so that it ends with an error where it would go round for ever.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// Hashes of all tokens.
    tokens: HashSet<u64>,
    /// Of the last page that had records.
    page: Option<Print>,
    empty: u32,
}

/// What makes two pages the same: to hash every byte of each record would cost a tenth of a whole reading.
#[derive(Debug, PartialEq, Eq)]
struct Print {
    records: u64,
    bytes: u64,
    ends: u64,
}

impl Guard {
    /// That `next`, which `page` has led to, is another place than all before, and that few pages have brought nothing.
    pub(super) fn pass(&mut self, page: &Page<'_>, next: &Position) -> Result<()> {
        self.empty = if page.last.is_some() { 0 } else { self.empty + 1 };
        if self.empty >= EMPTY_PAGES {
            return Err(page.odd(format_args!(
                "no records, like {} pages before, and says that more follow",
                self.empty - 1
            )));
        }
        match &next.token {
            Some(token) if self.tokens.insert(hash(token)) => Ok(()),
            Some(token) => Err(page.odd(format_args!(
                "`{}` for the next page, which was read before: this would never end",
                shortened(token)
            ))),
            None => self.counted(page),
        }
    }

    /// That a page which was found by its number has brought something new.
    fn counted(&mut self, page: &Page<'_>) -> Result<()> {
        let Some(last) = page.last else { return Ok(()) };
        let print = Print { records: page.records, bytes: page.bytes, ends: hash(&(page.first, last)) };
        if self.page.as_ref() == Some(&print) {
            return Err(
                page.odd("the very records of the page before: it does not heed the parameter for the page")
            );
        }
        self.page = Some(print);
        Ok(())
    }
}

/// Not kept from one process to another.
pub(crate) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
