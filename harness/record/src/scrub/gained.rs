//! Secrets that a client asked to keep while it was recorded, most of which an answer had handed out.

use std::collections::HashSet;

use super::leaf::{self, Answered};
use super::secret::{LONG, Secret};
use crate::{Error, Take};

/// The values of these that an answer hands out, if only one.
pub(super) fn handed_out<I>(takes: impl Fn() -> I, gained: &[Secret]) -> Result<HashSet<&str>, Error>
where
    I: Iterator<Item = Result<Take, Error>>,
{
    // Shorter ones are found in innocent words.
    let mut sought: HashSet<&str> = gained.iter().map(|secret| &*secret.value).collect();
    sought.retain(|value| value.len() >= LONG);
    let mut found = HashSet::new();
    if sought.is_empty() {
        return Ok(found);
    }
    for take in takes() {
        let take = take?;
        let mut see = |answered: Answered<'_>| {
            found.extend(sought.get(answered.text).filter(|_| !answered.number));
        };
        leaf::answered(&take, &mut see);
        leaf::answered_headers(&take.headers, &mut see);
        found.extend(leaf::cookies(&take.headers).filter_map(|(_, value)| sought.get(value)));
    }
    Ok(found)
}
