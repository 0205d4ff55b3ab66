use std::fmt;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connector_replay::Request;
use jiff::Timestamp;

use crate::spool::{Place, Spool};
use crate::{Error, Failure, Take, frame};

/// The most failures that are kept; more are counted.
const FAILURES: usize = 1_000;
/// What is said of a request that is given up while it is answered.
const LEFT: &str = "it was given up before the answer was there: the client left, or the session ended";

/// All that the recorders of a run have recorded so far, in a sealed temporary file without a name.
///
/// It is full of secrets: it ends with this value, and its key is in memory alone. In memory, a take is an entry of an
/// index, whatever its bodies are.
pub struct Reel {
    begun: AtomicU64,
    tape: Mutex<Tape>,
    failed: Mutex<Failed>,
}

struct Tape {
    spool: Spool,
    /// In the order of the sequence numbers.
    index: Vec<(u64, Place)>,
    /// The first error in writing, for all who come later.
    broken: Option<(io::ErrorKind, String)>,
}

#[derive(Default)]
struct Failed {
    first: Vec<Failure>,
    count: u64,
}

impl Reel {
    /// An empty reel in the system's folder for temporary files.
    ///
    /// # Errors
    /// [`Error::MakeSpool`], naming that folder, and [`Error::MakeKey`].
    pub fn new() -> Result<Reel, Error> {
        let make = |source| Error::MakeSpool { folder: std::env::temp_dir(), source };
        Reel::on(tempfile::tempfile().map_err(make)?)
    }

    fn on(file: File) -> Result<Reel, Error> {
        let spool = Spool::new(file).map_err(|_| Error::MakeKey)?;
        let tape = Tape { spool, index: Vec::new(), broken: None };
        Ok(Reel { begun: AtomicU64::new(0), tape: Mutex::new(tape), failed: Mutex::default() })
    }

    /// Gives a request that came just now its place in the order. What becomes of it is told to what is returned.
    pub(crate) fn begin(self: &Arc<Reel>, track: u32, request: &Request) -> Pending {
        let sequence = self.begun.fetch_add(1, Ordering::Relaxed);
        let (method, url) = (request.method.to_string(), request.target.to_string());
        let failure =
            Failure { track, sequence, began: Timestamp::now(), method, url, reason: String::new() };
        Pending { reel: Arc::clone(self), failure, settled: false }
    }

    /// Adds a take at the place of its sequence number. Writes to the disk, so an async caller does it in
    /// `spawn_blocking`.
    ///
    /// # Errors
    /// [`Error::WriteSpool`], from then on for every take: a recording with a hole is none.
    pub fn append(&self, take: &Take) -> Result<(), Error> {
        let text = frame::encode(take).map_err(|source| Error::WriteSpool { source })?;
        let mut tape = self.tape();
        if let Some(error) = tape.broken() {
            return Err(error);
        }
        match tape.spool.write(text) {
            Ok(place) => {
                let before = tape.index.partition_point(|(sequence, _)| *sequence < take.sequence);
                tape.index.insert(before, (take.sequence, place));
                Ok(())
            }
            Err(source) => {
                tape.broken = Some((source.kind(), source.to_string()));
                Err(Error::WriteSpool { source })
            }
        }
    }

    /// All takes, in the order in which their requests came. Those that are added meanwhile may be missed.
    ///
    /// # Errors
    /// Each as from [`Reel::take`]. [`Error::WriteSpool`] comes first where one could not be written.
    pub fn takes(&self) -> impl Iterator<Item = Result<Take, Error>> {
        let broken = self.tape().broken().map(Err);
        broken.into_iter().chain((0..self.len()).filter_map(|index| self.take(index).transpose()))
    }

    /// The take at a place among those there are, counted from 0; `None` past the last.
    ///
    /// # Errors
    /// [`Error::ReadSpool`] where it does not come back as it was written.
    pub fn take(&self, index: usize) -> Result<Option<Take>, Error> {
        let mut tape = self.tape();
        let Some((_, place)) = tape.index.get(index).copied() else { return Ok(None) };
        let read = |source| Error::ReadSpool { source };
        let text = tape.spool.read(place).map_err(read)?;
        drop(tape);
        frame::decode(text).map(Some).map_err(read)
    }

    /// How many takes there are.
    pub fn len(&self) -> usize {
        self.tape().index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The requests for which nothing could be recorded, in the order in which that was known: the first 1,000.
    pub fn failures(&self) -> Vec<Failure> {
        self.failed().first.clone()
    }

    /// How many failures there were in all.
    pub fn failed_count(&self) -> u64 {
        self.failed().count
    }

    fn fail(&self, failure: Failure) {
        let mut failed = self.failed();
        failed.count += 1;
        if failed.first.len() < FAILURES {
            failed.first.push(failure);
        }
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self) -> MutexGuard<'_, Failed> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing of what is on it.
impl fmt::Debug for Reel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reel").field("takes", &self.len()).finish_non_exhaustive()
    }
}

impl Tape {
    fn broken(&self) -> Option<Error> {
        let (kind, reason) = self.broken.as_ref()?;
        Some(Error::WriteSpool { source: io::Error::new(*kind, reason.clone()) })
    }
}

/// A request that is being answered. Dropped before its end is told, it is a failure.
pub(crate) struct Pending {
    reel: Arc<Reel>,
    failure: Failure,
    settled: bool,
}

impl Pending {
    pub(crate) fn sequence(&self) -> u64 {
        self.failure.sequence
    }

    pub(crate) fn began(&self) -> Timestamp {
        self.failure.began
    }

    /// There is a take of it.
    pub(crate) fn recorded(mut self) {
        self.settled = true;
    }

    /// There will be none.
    pub(crate) fn failed(mut self, reason: &str) {
        self.settle(reason);
    }

    fn settle(&mut self, reason: &str) {
        self.settled = true;
        self.reel.fail(Failure { reason: reason.to_owned(), ..self.failure.clone() });
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.settled {
            self.settle(LEFT);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method, StatusCode};

    use super::*;

    fn request(url: &str) -> Request {
        let target = serde_json::from_value(url.into()).unwrap();
        Request { method: Method::GET, target, headers: HeaderMap::new(), body: "".into() }
    }

    fn take(pending: &Pending, body: &'static str) -> Take {
        Take {
            track: 0,
            sequence: pending.sequence(),
            began: pending.began(),
            request: request("http://a.test/"),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    #[test]
    fn takes_stand_in_the_order_in_which_their_requests_came() {
        let reel = Arc::new(Reel::new().unwrap());
        let request = request("http://a.test/");
        let [first, second, third] = [0, 1, 2].map(|_| reel.begin(0, &request));
        for (pending, body) in [(third, "third"), (first, "first"), (second, "second")] {
            reel.append(&take(&pending, body)).unwrap();
            pending.recorded();
        }
        let bodies: Vec<_> = reel.takes().map(|take| take.unwrap().body).collect();
        assert_eq!(bodies, ["first", "second", "third"]);
        assert_eq!(reel.take(1).unwrap().unwrap().body, "second");
        assert!(reel.take(3).unwrap().is_none());
        assert_eq!((reel.len(), reel.failed_count()), (3, 0));
    }

    #[test]
    fn what_is_dropped_unsettled_is_a_failure_and_the_list_is_bounded() {
        let reel = Arc::new(Reel::new().unwrap());
        reel.begin(3, &request("http://a.test/left"));
        reel.begin(3, &request("http://a.test/refused")).failed("refused");
        for _ in 0..FAILURES {
            reel.begin(0, &request("http://a.test/")).failed("again");
        }
        let failures = reel.failures();
        assert_eq!((failures.len(), reel.failed_count()), (FAILURES, FAILURES as u64 + 2));
        assert_eq!(failures[0].reason, LEFT);
        assert_eq!((failures[0].track, failures[0].url.as_str()), (3, "http://a.test/left"));
        assert_eq!((failures[1].sequence, failures[1].reason.as_str()), (1, "refused"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_fails_every_later_take_and_whoever_reads_them() {
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let reel = Arc::new(Reel::on(full).unwrap());
        let pending = reel.begin(0, &request("http://a.test/"));
        for _ in 0..2 {
            let error = reel.append(&take(&pending, "body")).unwrap_err();
            let Error::WriteSpool { source } = error else { panic!("{error}") };
            assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        }
        let read: Vec<_> = reel.takes().collect();
        assert!(matches!(read.as_slice(), [Err(Error::WriteSpool { .. })]), "{read:?}");
    }
}
