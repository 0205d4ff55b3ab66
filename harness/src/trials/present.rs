//! Whether records tell what time it was when they were read.

use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use memchr::memmem;

/// A read that takes longer is looked at for its beginning only.
const LONGEST: Duration = Duration::from_secs(600);

/// When a read that began then, and took so long, can be repeated so that whatever it says of the present differs: in
/// another second. `None` where it says nothing of it.
pub(super) fn repeatable_from(printed: &[u8], began: Timestamp, took: Duration) -> Option<Timestamp> {
    let first = began.as_second();
    let last = first + i64::try_from(took.min(LONGEST).as_secs()).unwrap_or_default() + 1;
    let ended = began.checked_add(took).unwrap_or(began);
    let tells = has_date(printed, first, last) || has_number(printed, first, last);
    tells.then(|| Timestamp::from_second(ended.as_second()).unwrap_or(ended) + 1.seconds())
}

/// Whether one of these seconds is named as a date and a time in UTC.
fn has_date(printed: &[u8], first: i64, last: i64) -> bool {
    let has = |second: i64, time: &str| {
        let Ok(at) = Timestamp::from_second(second) else { return false };
        ["%Y-%m-%dT", "%Y-%m-%d "].iter().any(|day| {
            memmem::find(printed, at.strftime(&format!("{day}{time}")).to_string().as_bytes()).is_some()
        })
    };
    // By the minute first: a long read is looked through once for each.
    let minutes = (first.div_euclid(60)..=last.div_euclid(60)).filter(|minute| has(minute * 60, "%H:%M"));
    let seconds = minutes.flat_map(|minute| minute * 60..minute * 60 + 60);
    seconds.filter(|second| (first..=last).contains(second)).any(|second| has(second, "%H:%M:%S"))
}

/// Whether one of these seconds is named by how many there were since 1970. (`emitted_at` counts milliseconds.)
fn has_number(printed: &[u8], first: i64, last: i64) -> bool {
    (first.div_euclid(100)..=last.div_euclid(100)).any(|hundred| {
        let start = hundred.to_string();
        memmem::find_iter(printed, start.as_bytes()).any(|place| {
            let end = place + start.len() + 2;
            let before = place.checked_sub(1);
            let beside = [before, Some(end)].into_iter().flatten();
            let is_alone = beside.into_iter().all(|it| !printed.get(it).is_some_and(u8::is_ascii_digit));
            let number =
                printed.get(place..end).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            is_alone && number.is_some_and(|number: i64| (first..=last).contains(&number))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_is_known_in_whatever_way_it_is_written() {
        let began: Timestamp = "2026-11-23T10:00:00.9Z".parse().unwrap();
        let from = |printed: &str| {
            repeatable_from(printed.as_bytes(), began, Duration::from_millis(1_300)).map(|at| at.to_string())
        };
        let later = Some("2026-11-23T10:00:03Z".to_owned());
        assert_eq!(from("{\"data\":{\"at\":\"2026-11-23T10:00:01.123Z\"}}"), later);
        assert_eq!(from("{\"data\":{\"at\":\"2026-11-23 10:00:02\"}}"), later);
        assert_eq!(from("{\"data\":{\"at\":1795428001}}"), later);
        assert_eq!(from("{\"data\":{\"at\":1795428001.5}}"), later);
        assert_eq!(from("{\"emitted_at\":1795428001123}"), None);
        assert_eq!(from("{\"data\":{\"at\":\"2026-11-23T09:59:59Z\"}}"), None);
        assert_eq!(from("{\"data\":{\"at\":\"2026-11-23T10:00:03Z\", \"n\":1795428003}}"), None);
        assert_eq!(from(""), None);
    }
}
