//! Which times are written as so far from now.

use std::collections::BTreeSet;

use connector_replay::{Expression, Format, Moment, Offset};
use jiff::{SignedDuration, Timestamp};

use super::pieces::Pieces;

/// How far from now a time may be that belongs to the run.
const NEAR: SignedDuration = SignedDuration::from_hours(36);
/// How much later than its run began a client may read its clock, in seconds, so that what it works out is known by it.
const LATE: i64 = 300;
const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// Which times in a text are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Times {
    /// None: headers of requests are compared to the byte.
    None,
    /// Those near now.
    Near,
    /// Those, and in a request those that the client worked out from now: "the last thirty days".
    Asked,
    /// Those, and all to come: until then something holds.
    Coming,
    /// All.
    All,
}

/// What is known of the times of a recording.
#[derive(Debug)]
pub(super) struct Clock {
    /// What the client was started with.
    known: Vec<String>,
    /// Times that are written as they are wherever they stand, since they are so somewhere.
    fixed: BTreeSet<Timestamp>,
    /// When the recording began: what it makes "now" of for every run.
    origin: Timestamp,
    /// Times near now in what was answered. All runs were told of the same data, so that these are counted from the
    /// beginning of the recording wherever they stand, and not from that of the run.
    answered: BTreeSet<Timestamp>,
}

impl Clock {
    pub(super) fn new(known: &[String], origin: Timestamp) -> Clock {
        let fixed = known.iter().flat_map(|text| Moment::all_in(text)).map(|moment| moment.at()).collect();
        Clock { known: known.to_vec(), fixed, origin, answered: BTreeSet::new() }
    }

    /// A response says this, and it is no time at which something ends: that one follows the clock of who asked.
    pub(super) fn answer(&mut self, text: &str, began: Timestamp) {
        let near = Moment::all_in(text).into_iter().map(|moment| moment.at());
        self.answered.extend(near.filter(|at| at.duration_since(began).abs() <= NEAR));
    }

    /// A response says this time in a way in which it cannot be written relative to now.
    pub(super) fn fix(&mut self, at: Timestamp) {
        self.fixed.insert(at);
    }

    /// A response holds this time, which a request might have been taken to work out from now: what asks for it later has
    /// it from there.
    pub(super) fn fix_answered(&mut self, text: &str, began: Timestamp) {
        // As long as a time is written.
        const LONGEST: usize = 40;
        if text.len() > LONGEST {
            return;
        }
        for moment in Moment::all_in(text) {
            let distance = moment.at().duration_since(began);
            if distance.abs() > NEAR && is_whole_days(distance) {
                self.fix(moment.at());
            }
        }
    }

    /// Times that a response holds in a spelling that is not recognised as a time: what asks for them later does.
    pub(super) fn fix_hidden(&mut self, text: &str, began: Timestamp) {
        let near = |moment: &Moment| moment.at().duration_since(began).abs() <= NEAR;
        if text.contains('%') {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
            let shown: Vec<Timestamp> = Moment::all_in(text).iter().map(Moment::at).collect();
            for moment in Moment::all_in(&decoded).iter().filter(|it| near(it) && !shown.contains(&it.at())) {
                self.fix(moment.at());
            }
        }
        if let Some((seconds, fraction)) = text.split_once('.')
            && fraction.bytes().all(|byte| byte.is_ascii_digit())
            && let [moment] = Moment::all_in(seconds).as_slice()
            && moment.span.len() == seconds.len()
            && near(moment)
        {
            self.fix(moment.at());
        }
    }

    /// The text with its times relative to `began`.
    pub(super) fn relative(&self, text: Pieces, began: Timestamp, times: Times) -> Pieces {
        if times == Times::None {
            return text;
        }
        text.refined(|literal| {
            let moments = Moment::all_in(literal).into_iter();
            moments
                .filter_map(|moment| {
                    let written = &literal[moment.span.clone()];
                    let expression = self.expression(written, &moment, began, times)?;
                    Some((moment.span, Pieces::of(expression)))
                })
                .collect()
        })
    }

    fn expression(
        &self,
        written: &str,
        moment: &Moment,
        began: Timestamp,
        times: Times,
    ) -> Option<Expression> {
        let at = moment.at();
        let began = if self.answered.contains(&at) { self.origin } else { began }.round_down();
        let (offset, format) = stated(written, moment, began);
        let meant = match times {
            Times::None => false,
            Times::Near => (offset - moment.ahead).abs() <= NEAR,
            Times::Asked => (offset - moment.ahead).abs() <= NEAR || is_whole_days(at.duration_since(began)),
            Times::Coming => offset - moment.ahead >= -NEAR,
            Times::All => true,
        };
        if !meant || (times != Times::All && self.is_fixed(written, at)) {
            return None;
        }
        // Only what gives the very same text again.
        let again = format.write(began.checked_add(offset).ok()?).ok()?;
        (again == written).then_some(Expression::Now { offset: Offset(offset), format })
    }

    /// What the client was started with, and what it works out from a state near now by going back some hours or by one
    /// step, stays as it is, since the state does.
    fn is_fixed(&self, written: &str, at: Timestamp) -> bool {
        if self.fixed.contains(&at) || self.known.iter().any(|known| known.contains(written)) {
            return true;
        }
        let around = at.checked_sub(NEAR).ok().zip(at.checked_add(NEAR).ok());
        let Some((from, until)) = around else { return false };
        self.fixed.range(from..=until).any(|fixed| {
            let step = at.duration_since(*fixed).as_nanos().unsigned_abs();
            step.is_multiple_of(u128::from(HOUR.unsigned_abs()) * 1_000_000_000) && !is_midnight(*fixed)
                || [1_000, 1_000_000, 1_000_000_000].contains(&step)
        })
    }
}

/// How far from `began` a time is, and how it is written: dates by whole days, so that they are the same at any hour.
fn stated(written: &str, moment: &Moment, began: Timestamp) -> (SignedDuration, Format) {
    let days = moment.reading.as_second().div_euclid(DAY) - began.as_second().div_euclid(DAY);
    let whole_days = SignedDuration::from_hours(24 * days);
    match &moment.format {
        Format::Date => (whole_days, Format::Date),
        Format::Pattern(pattern) if !pattern.contains("%H") => (whole_days, moment.format.clone()),
        Format::Pattern(pattern) if is_midnight(moment.reading) || is_end_of_day(moment.reading) => {
            // The hour as it is: the client made it so.
            let date = pattern.find("%H").unwrap_or_default();
            let clock = written.len().checked_sub(literal_length(&pattern[date..]));
            let clock = clock.and_then(|start| written.get(start..)).unwrap_or_default();
            (whole_days, Format::Pattern(format!("{}{clock}", &pattern[..date])))
        }
        format => (moment.reading.duration_since(began), format.clone()),
    }
}

/// How long what a pattern of hours, minutes, seconds and a zone writes is.
fn literal_length(pattern: &str) -> usize {
    let mut length = 0;
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if let Some(fraction) = rest.strip_prefix("%.") {
            length += 1 + fraction[..1].parse::<usize>().unwrap_or_default();
            rest = &fraction[2..];
        } else if rest.starts_with('%') {
            length += 2;
            rest = &rest[2..];
        } else {
            length += next.len_utf8();
            rest = &rest[next.len_utf8()..];
        }
    }
    length
}

/// Whether a time was worked out from now by going whole days back or ahead: nothing else has the hour, the minute and
/// the second of the run, but for the moment that it takes to get there.
fn is_whole_days(distance: SignedDuration) -> bool {
    (0..=LATE).contains(&distance.as_secs().rem_euclid(DAY))
}

fn is_midnight(at: Timestamp) -> bool {
    at.as_second().rem_euclid(DAY) == 0 && at.subsec_nanosecond() == 0
}

fn is_end_of_day(at: Timestamp) -> bool {
    at.as_second().rem_euclid(DAY) == DAY - 1
}

/// Whole seconds read better, and nobody replays to the fraction of one.
pub(super) trait RoundDown {
    fn round_down(self) -> Self;
}

impl RoundDown for Timestamp {
    fn round_down(self) -> Timestamp {
        Timestamp::from_second(self.as_nanosecond().div_euclid(1_000_000_000).try_into().unwrap_or_default())
            .unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: &str = "2026-11-22T15:14:51.25Z";

    fn relative(known: &[&str], text: &str, times: Times) -> String {
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        let clock = Clock::new(&known, BEGAN.parse().unwrap());
        clock.relative(Pieces::literal(text), BEGAN.parse().unwrap(), times).template().as_str().to_owned()
    }

    #[test]
    fn times_near_now_are_relative_and_others_stay() {
        for (text, wanted) in [
            ("2026-11-22T15:14:46Z", "{{now-5s:%Y-%m-%dT%H:%M:%SZ}}"),
            ("2026-11-22T16:14:46.250+01:00!", "{{now+3595.25s:%Y-%m-%dT%H:%M:%S%.3f+01:00}}!"),
            ("1795360491", "{{now:epoch}}"),
            ("1795360492123", "{{now+1.123s:epoch_ms}}"),
            ("2026-11-22", "{{now:date}}"),
            ("20261121", "{{now-1d:%Y%m%d}}"),
            ("2026-11-22T00:00:00.000Z", "{{now:%Y-%m-%dT00:00:00.000Z}}"),
            ("2026-11-21 23:59:59", "{{now-1d:%Y-%m-%d 23:59:59}}"),
            ("2024-01-01T00:00:00Z 1704801601", "2024-01-01T00:00:00Z 1704801601"),
            ("Sun, 22 Nov 2026 15:14:51 GMT", "{{now:http}}"),
        ] {
            assert_eq!(relative(&[], text, Times::Near), wanted);
        }
        for (text, wanted) in [
            ("1792768500", "{{now-"),
            ("2026-10-23T15:14:53Z", "{{now-"),
            ("2026-10-23T15:14:49Z", "2026-10-23T15:14:49Z"),
            ("2026-10-23", "2026-10-23"),
            ("2026-10-23T00:00:00Z", "2026-10-23T00:00:00Z"),
        ] {
            let asked = relative(&[], text, Times::Asked);
            assert!(asked.starts_with(wanted), "{text}: {asked}");
            assert_eq!(relative(&[], text, Times::Near), text);
        }
        let mut clock = Clock::new(&[], BEGAN.parse().unwrap());
        clock.fix_answered("1792768500", BEGAN.parse().unwrap());
        let asked = clock.relative(Pieces::literal("1792768500"), BEGAN.parse().unwrap(), Times::Asked);
        assert_eq!(asked.template().as_str(), "1792768500", "an answer has said so");
        let far = "2030-01-01T00:00:01Z";
        assert_eq!(relative(&[], far, Times::Near), far);
        assert!(relative(&[], far, Times::Coming).starts_with("{{now+"));
        assert_eq!(relative(&[], "2026-11-22", Times::None), "2026-11-22");
    }

    #[test]
    fn what_the_client_was_started_with_stays() {
        let state = r#"{"cursor": "2026-11-22T15:10:00Z"}"#;
        for text in ["2026-11-22T15:10:00Z", "1795360200", "2026-11-22T14:10:00+00:00", "1795360201"] {
            assert_eq!(relative(&[state], text, Times::Near), text);
        }
        assert_eq!(relative(&[state], "1795360290", Times::Near), "{{now-201s:epoch}}");
    }

    #[test]
    fn times_of_data_are_counted_from_the_beginning_of_the_recording() {
        let began: Timestamp = BEGAN.parse().unwrap();
        let mut clock = Clock::new(&[], began - SignedDuration::from_secs(60));
        clock.answer("made 2026-11-22T15:14:46Z, 1795360485 and 2020-01-01T00:00:00Z", began);
        let relative = |text: &str| {
            clock.relative(Pieces::literal(text), began, Times::Near).template().as_str().to_owned()
        };
        assert_eq!(relative("2026-11-22T15:14:46Z"), "{{now+55s:%Y-%m-%dT%H:%M:%SZ}}");
        assert_eq!(relative("1795360485"), "{{now+54s:epoch}}");
        assert_eq!(relative("1795360484"), "{{now-7s:epoch}}", "the client's own");
    }

    #[test]
    fn times_in_another_spelling_are_fixed() {
        let began: Timestamp = BEGAN.parse().unwrap();
        let mut clock = Clock::new(&[], began);
        clock.fix_hidden("https://a.test/?since=2026-11-22T15%3A00%3A00Z&t=1795360000", began);
        clock.fix_hidden("1795360100.000200", began);
        let relative = |text: &str| {
            clock.relative(Pieces::literal(text), began, Times::Near).template().as_str().to_owned()
        };
        for text in ["2026-11-22T15:00:00Z", "1795360100"] {
            assert_eq!(relative(text), text);
        }
        assert_eq!(relative("1795360000"), "{{now-491s:epoch}}");
    }
}
