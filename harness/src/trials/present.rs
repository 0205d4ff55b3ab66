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
    let tells = (first..=last).any(|second| tells(printed, second));
    let ended = began.checked_add(took).unwrap_or(began);
    tells.then(|| Timestamp::from_second(ended.as_second()).unwrap_or(ended) + 1.seconds())
}

/// Whether a second is named: as a date and a time in UTC, or as how many there were since 1970 (`emitted_at` counts
/// milliseconds).
fn tells(printed: &[u8], second: i64) -> bool {
    let Ok(time) = Timestamp::from_second(second) else { return false };
    let date = |format: &str| memmem::find(printed, time.strftime(format).to_string().as_bytes()).is_some();
    date("%Y-%m-%dT%H:%M:%S") || date("%Y-%m-%d %H:%M:%S") || {
        let number = second.to_string();
        let stands_alone = |place: usize| {
            let beside = [place.checked_sub(1), Some(place + number.len())];
            beside.into_iter().flatten().all(|it| !printed.get(it).is_some_and(u8::is_ascii_digit))
        };
        memmem::find_iter(printed, number.as_bytes()).any(stands_alone)
    }
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
        assert_eq!(from(""), None);
    }
}
