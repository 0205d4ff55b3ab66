use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use connector_protocol::{StreamDescriptor, StreamStatus};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use url::Url;

use super::quota::LONGEST;
use super::rate::{Rate, Window};
use crate::{Clock, Error, scope};

/// The hosts that a command has asked.
#[derive(Default)]
pub(crate) struct Hosts(RefCell<BTreeMap<String, Rc<Host>>>);

impl Hosts {
    pub(super) fn of(&self, url: &Url) -> Rc<Host> {
        let name = url.origin().ascii_serialization();
        Rc::clone(self.0.borrow_mut().entry(name).or_default())
    }
}

/// What an [`Api`](crate::Api) says its host can take. It holds for all who ask there.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub(super) rates: Vec<Rate>,
    pub(super) at_once: Option<usize>,
}

/// A host: one line, in which all requests to it wait for their turn.
///
/// Whoever is first in line waits for the end of a pause, for room in the rates, and for a place; all others wait for
/// the first. It holds nothing that anyone else needs to go on, and a place is given back by time if by nothing else:
/// so the line always moves.
#[derive(Default)]
pub(super) struct Host {
    /// The line. Its lock is taken in the order of asking.
    line: Mutex<Vec<Window>>,
    pause: RefCell<Option<Pause>>,
    at_once: Cell<Option<usize>>,
    busy: Cell<usize>,
    left: Notify,
}

/// The host answers nobody until then.
struct Pause {
    until: Instant,
    /// Who said so.
    said: String,
    /// Whether people have been told.
    logged: bool,
    /// The streams of which the platform has been told.
    told: Vec<Rc<StreamDescriptor>>,
    /// It has been too long for somebody, so that it is for all: a stream has ended for it, the others shall as well.
    refused: bool,
}

impl Host {
    /// Nobody asks for that long, since there is no quota, as `said`.
    pub(super) fn pause(&self, wait: Duration, said: String) {
        let until = Instant::now() + wait.min(LONGEST);
        let mut pause = self.pause.borrow_mut();
        if pause.as_ref().is_none_or(|pause| pause.until < until) {
            let refused = pause.as_ref().is_some_and(|pause| pause.refused);
            *pause = Some(Pause { until, said, logged: false, told: Vec::new(), refused });
        }
    }

    /// Waits for a turn, with no more than `patience` for quotas, of which it takes off what it has waited.
    ///
    /// # Errors
    /// If the quota comes back later than that.
    pub(super) async fn enter(
        self: &Rc<Self>,
        limits: &Limits,
        patience: &mut Duration,
    ) -> Result<Place, Error> {
        self.learn(limits);
        self.tell(*patience);
        let mut windows = self.line.lock().await;
        for rate in &limits.rates {
            if !windows.iter().any(|window| window.rate() == *rate) {
                windows.push(Window::new(*rate));
            }
        }
        let now = Instant::now();
        let room = windows.iter().map(|window| window.wait(now)).max().unwrap_or_default();
        let whole = *patience;
        let long = || out_of_quota("the requests that this connector allows itself are made", room, whole);
        *patience = patience.checked_sub(room).ok_or_else(long)?;
        Clock::current().wait(room).await;
        self.sit_out(patience).await?;
        while self.at_once.get().is_some_and(|most| self.busy.get() >= most) {
            self.left.notified().await;
            // Whoever has left may have been told to pause.
            self.sit_out(patience).await?;
        }
        let now = Instant::now();
        windows.iter_mut().for_each(|window| window.count(now));
        self.busy.set(self.busy.get() + 1);
        Ok(Place(Rc::clone(self)))
    }

    /// Waits in line for the end of a pause alone, so that what is made ready for a request is not old when it is sent.
    pub(super) async fn wait_for_quota(&self, patience: &mut Duration) -> Result<(), Error> {
        self.tell(*patience);
        let _line = self.line.lock().await;
        self.sit_out(patience).await
    }

    async fn sit_out(&self, patience: &mut Duration) -> Result<(), Error> {
        while let Some((wait, until)) = self.paused(patience)? {
            self.tell(*patience);
            *patience = patience.saturating_sub(wait);
            Clock::current().wait(wait).await;
            self.pause.borrow_mut().take_if(|pause| pause.until == until);
        }
        Ok(())
    }

    /// How long there is still no quota, if that can be waited for.
    fn paused(&self, patience: &Duration) -> Result<Option<(Duration, Instant)>, Error> {
        let mut pause = self.pause.borrow_mut();
        let now = Instant::now();
        pause.take_if(|pause| pause.until <= now);
        let Some(pause) = pause.as_mut() else { return Ok(None) };
        let wait = pause.until - now;
        pause.refused |= wait > *patience;
        if pause.refused {
            return Err(out_of_quota(&pause.said, wait, *patience));
        }
        Ok(Some((wait, pause.until)))
    }

    /// Tells people, once a pause, that somebody waits for its end; and the platform, that the running stream does.
    fn tell(&self, patience: Duration) {
        let now = Instant::now();
        let mut pause = self.pause.borrow_mut();
        let Some(pause) = pause.as_mut().filter(|pause| !pause.refused) else { return };
        let wait = pause.until.saturating_duration_since(now);
        if wait.is_zero() || wait > patience {
            return;
        }
        if !std::mem::replace(&mut pause.logged, true) {
            log::info!("{}; waiting {} s for quota", pause.said, seconds(wait));
        }
        if let (Some(output), Some(stream)) = (scope::current(), scope::stream())
            && !pause.told.contains(&stream)
        {
            // That nobody reads it is found out by whoever writes what matters.
            let _ = output.rate_limited(&stream, StreamStatus::Running, from_now(wait));
            pause.told.push(stream);
        }
    }

    fn learn(&self, limits: &Limits) {
        let known = self.at_once.get();
        self.at_once.set(known.into_iter().chain(limits.at_once).min());
    }
}

/// A place at a host: given back when it is dropped.
pub(super) struct Place(Rc<Host>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.busy.set(self.0.busy.get().saturating_sub(1));
        self.0.left.notify_one();
    }
}

fn out_of_quota(said: &str, wait: Duration, patience: Duration) -> Error {
    let (wait_s, patience_s) = (seconds(wait), patience.as_secs());
    let message = format!(
        "{said}; gave up, since a wait of {wait_s} s is longer than the {patience_s} s that are left for such waits"
    );
    Error::out_of_quota(message, from_now(wait))
}

/// Begun seconds: a wait of which a moment is over is told as it was asked for.
fn seconds(wait: Duration) -> u128 {
    wait.as_millis().div_ceil(1000)
}

fn from_now(wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    Clock::current().now().saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::output::tests::Page;
    use crate::scope::{of_stream, within};

    const MINUTE: Duration = Duration::from_secs(60);

    fn at_once(most: usize) -> Limits {
        Limits { at_once: Some(most), ..Limits::default() }
    }

    /// How many seconds it took to be let in.
    async fn entered(host: &Rc<Host>, limits: &Limits, mut patience: Duration) -> Result<u64, Error> {
        let before = Instant::now();
        host.enter(limits, &mut patience).await?;
        Ok(before.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_for_all_and_ends() {
        let host = Rc::new(Host::default());
        host.pause(MINUTE, "no quota".into());
        host.pause(Duration::from_secs(5), "shorter".into());
        let limits = Limits::default();
        let (left, right) =
            tokio::join!(entered(&host, &limits, MINUTE), entered(&host, &limits, Duration::ZERO));
        assert_eq!((left.unwrap(), right.unwrap()), (60, 60), "the second waits for the first alone");
        assert_eq!(entered(&host, &limits, Duration::ZERO).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_past_the_limit_is_refused_to_all_at_once_and_says_when_there_is_quota() {
        let host = Rc::new(Host::default());
        host.pause(2 * MINUTE, "the API says no".into());
        let limits = Limits::default();
        let before = Clock::current().now();
        let error = entered(&host, &limits, MINUTE).await.unwrap_err();
        let reset = error.rate_limited().unwrap().duration_since(before).as_secs();
        assert!((119..=121).contains(&reset), "{reset}");
        assert!(
            error.to_string().starts_with("the API says no; gave up, since a wait of 120 s is"),
            "{error}"
        );
        assert!(
            error.to_string().ends_with("is longer than the 60 s that are left for such waits"),
            "{error}"
        );
        tokio::time::advance(MINUTE + MINUTE / 2).await;
        let again = entered(&host, &limits, MINUTE).await.unwrap_err();
        assert!(again.rate_limited().is_some(), "half a minute is left, which the others could not wait for");
        tokio::time::advance(MINUTE).await;
        assert_eq!(entered(&host, &limits, MINUTE).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_by_so_many_at_once_and_in_the_order_of_asking() {
        let host = Rc::new(Host::default());
        let order = RefCell::new(Vec::new());
        let ask = async |name: u8| {
            let place = host.enter(&at_once(2), &mut MINUTE.clone()).await.unwrap();
            order.borrow_mut().push((name, host.busy.get()));
            tokio::time::sleep(MINUTE).await;
            drop(place);
        };
        tokio::join!(ask(1), ask(2), ask(3), ask(4), ask(5));
        assert_eq!(*order.borrow(), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_made_ready_for_a_request_can_wait_for_the_end_of_a_pause() {
        let host = Rc::new(Host::default());
        host.pause(MINUTE, "no quota".into());
        let mut patience = 2 * MINUTE;
        host.wait_for_quota(&mut patience).await.unwrap();
        assert_eq!(patience, MINUTE);
        assert_eq!(entered(&host, &Limits::default(), Duration::ZERO).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_begins_while_the_first_in_line_waits_for_a_place_holds_for_it() {
        let host = Rc::new(Host::default());
        let place = host.enter(&at_once(1), &mut MINUTE.clone()).await.unwrap();
        let one = at_once(1);
        let leave = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            host.pause(Duration::from_secs(30), "no quota".into());
            drop(place);
        };
        let (waited, ()) = tokio::join!(entered(&host, &one, MINUTE), leave);
        assert_eq!(waited.unwrap(), 35);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_leaves_the_line_does_not_stop_it() {
        let host = Rc::new(Host::default());
        let place = host.enter(&at_once(1), &mut MINUTE.clone()).await.unwrap();
        let one = at_once(1);
        let impatient = tokio::time::timeout(MINUTE, entered(&host, &one, MINUTE));
        assert!(impatient.await.is_err());
        drop(place);
        assert_eq!(entered(&host, &at_once(1), MINUTE).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rates_of_all_hold_for_each() {
        let host = Rc::new(Host::default());
        let slow = Limits { rates: vec![Rate::per_minute(2)], ..Limits::default() };
        let none = Limits::default();
        let mut waits = Vec::new();
        for limits in [&slow, &none, &none] {
            waits.push(entered(&host, limits, MINUTE).await.unwrap());
        }
        assert_eq!(waits, [0, 0, 60]);
        let hourly = Limits { rates: vec![Rate::per_hour(1)], ..Limits::default() };
        entered(&host, &hourly, MINUTE).await.unwrap();
        let error = entered(&host, &hourly, MINUTE).await.unwrap_err();
        assert!(error.to_string().starts_with("the requests that this connector allows itself"), "{error}");
        assert!(error.rate_limited().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn each_stream_that_waits_says_so_once() {
        let page = Page::default();
        let host = Rc::new(Host::default());
        host.pause(MINUTE, "no quota".into());
        let limits = Limits::default();
        let read = |name| of_stream(StreamDescriptor::new(name), entered(&host, &limits, MINUTE));
        let (first, second, third) = within(Rc::new(page.output()), async {
            tokio::join!(read("users"), read("users"), read("teams"))
        })
        .await;
        assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (60, 60, 60));
        let text = page.text();
        assert_eq!(text.matches("STREAM_STATUS").count(), 2, "{text}");
        for line in text.lines().filter(|line| line.contains("STREAM_STATUS")) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let status = &line["trace"]["stream_status"];
            assert_eq!(status["status"], "RUNNING");
            assert_eq!(status["reasons"][0]["type"], "RATE_LIMITED");
            let reset = status["reasons"][0]["rate_limited"]["quota_reset"].as_i64().unwrap();
            let start: Timestamp = "2024-01-08T12:01:00Z".parse().unwrap();
            assert_eq!(reset, start.as_millisecond());
        }
    }
}
