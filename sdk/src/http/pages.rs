use std::fmt;

use reqwest::StatusCode;
use serde_json::Value;
use serde_json::value::RawValue;

use super::excerpt::excerpt;
use super::failure::Reason;
use super::opened::{Attempts, Incoming, Opened};
use super::paging::{Guard, Page, Paging, Position, hash};
use super::{Request, shortened};
use crate::json::{Flaw, Splitter};
use crate::{Error, Record, Result, Resume};

/// After so many bytes others get their turn, however fast the API is: a signal, another stream.
const TURN: usize = 1024 * 1024;

/// The records of an answer, or of all the pages of it, one at a time.
///
/// A body is read as it comes: no more is kept than the record at hand and what stands beside the records. A page that
/// breaks off is asked for again; where some of its records have been handed out by then, they come again. That can
/// be only if they did not all fit in the first 2 MiB of the body.
///
/// ```
/// # use connector_sdk::{Api, Paging, Records, Result};
/// # async fn read(api: &Api, records: &mut Records) -> Result<()> {
/// let mut users = api.get("users").pages(Paging::number("page").size("limit", 100)).records("data");
/// while let Some(user) = users.next().await? {
///     if !user.get::<bool>("is_test")? {
///         records.push(&user)?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "pages are not asked for until `next` is called"]
pub struct Pages<'a> {
    request: Request<'a>,
    paging: Paging,
    /// Where the records are; `None` for values that follow one another.
    path: Option<String>,
    guard: Guard,
    /// Of the page that is being read; `None` after the last.
    position: Option<Position>,
    page: Option<OpenPage<'a>>,
    turned: u64,
    /// The record that was handed out.
    record: Option<Box<RawValue>>,
    since_turn: usize,
}

/// A page that is being read.
struct OpenPage<'a> {
    request: Request<'a>,
    attempts: Attempts,
    incoming: Incoming,
    splitter: Splitter,
    records: u64,
    bytes: u64,
    first: u64,
}

impl fmt::Debug for Pages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("request", &self.request)
            .field("paging", &self.paging)
            .finish_non_exhaustive()
    }
}

impl<'a> Request<'a> {
    /// The records of all pages; [`records`](Pages::records) says where in a body they stand.
    pub fn pages(self, paging: Paging) -> Pages<'a> {
        Pages {
            request: self,
            paging,
            path: Some(String::new()),
            guard: Guard::default(),
            position: Some(Position::default()),
            page: None,
            turned: 0,
            record: None,
            since_turn: 0,
        }
    }

    /// The records of one answer, which are the elements of the array at `path` of its body; see
    /// [`Pages::records`].
    pub fn records(self, path: impl Into<String>) -> Pages<'a> {
        self.pages(Paging::none()).records(path)
    }
}

impl Pages<'_> {
    /// Records are the elements of the array at `path` of the body: a name, or names with dots between them.
    ///
    /// Without it, or where it is empty, the body is that array. An object there is the only record; `null` means that
    /// there are none.
    pub fn records(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Records follow one another in the body, as in JSON Lines.
    pub fn json_lines(mut self) -> Self {
        self.path = None;
        self
    }

    /// Goes on where an earlier reading stood, as [`position`](Self::position) told.
    ///
    /// # Errors
    /// If that is no position.
    pub fn from(mut self, position: &Value) -> Result<Self> {
        let position = serde_json::from_value(position.clone()).map_err(|error| {
            let position = shortened(&position.to_string());
            Error::config(format!(
                "`{position}` in the state is no place among pages: {error}; reset the stream"
            ))
        })?;
        self.position = Some(position);
        Ok(self)
    }

    /// Goes on where a [resumable](crate::Stream::resumable) read was cut short; begins anew where none was.
    ///
    /// # Errors
    /// If the state holds no place among pages.
    pub fn resume(self, from: &Resume) -> Result<Self> {
        match from.position() {
            Some(position) => self.from(position),
            None => Ok(self),
        }
    }

    /// Where the page stands that is being read, for a state: a reading that goes on from there misses nothing.
    ///
    /// It becomes that of the next page when [`next`](Self::next) has gone beyond the last record of a page, so all that
    /// comes before it has been handed out and dealt with. `None` once the last page is read, and where the first is being
    /// read: there is nothing to go on from.
    pub fn position(&self) -> Option<Value> {
        let position = self.position.as_ref().filter(|position| **position != Position::default())?;
        serde_json::to_value(position).ok()
    }

    /// How many pages have been read to their end.
    pub fn pages_read(&self) -> u64 {
        self.turned
    }

    /// The next record; `None` after the last.
    ///
    /// # Errors
    /// If a page cannot be had, if it is no JSON, if it has no array where the records should be, or if pages lead in
    /// a circle: each names the request.
    pub async fn next(&mut self) -> Result<Option<Record<'_>>> {
        self.record = self.advance(RawValue::to_owned).await?;
        Ok(self.record.as_deref().map(Record::from))
    }

    /// The same for those who need no more of the record than its [`text`](Self::text), which is not copied for it;
    /// false after the last.
    pub(crate) async fn step(&mut self) -> Result<bool> {
        Ok(self.advance(|_| ()).await?.is_some())
    }

    /// The record that [`step`](Self::step) has come to.
    pub(crate) fn text(&self) -> &str {
        self.page.as_ref().map_or("", |page| page.splitter.element())
    }

    /// Goes to the next record, of which `make` makes what the caller wants.
    async fn advance<T>(&mut self, make: impl Fn(&RawValue) -> T) -> Result<Option<T>> {
        loop {
            let Some(page) = &mut self.page else {
                if !self.open(Attempts::none()).await? {
                    return Ok(None);
                }
                continue;
            };
            match page.splitter.next(&make) {
                Ok(Some(record)) => {
                    page.note();
                    return Ok(Some(record));
                }
                Ok(None) if page.splitter.has_ended() => self.turn()?,
                Ok(None) => self.read().await?,
                Err(Flaw::Truncated { offset }) => self.again(Reason::Cut { offset }).await?,
                Err(flaw) => return Err(page.unusable(&flaw)),
            }
        }
    }

    /// Opens the page at the position; false if there is none.
    async fn open(&mut self, mut attempts: Attempts) -> Result<bool> {
        while let Some(position) = &self.position {
            let request = self.paging.request(&self.request, position)?;
            match request.open(&mut attempts).await? {
                Opened::Page(Incoming { status: StatusCode::NO_CONTENT, .. })
                | Opened::Nothing
                | Opened::End => {
                    self.position = None;
                }
                Opened::Page(incoming) => {
                    self.page = Some(OpenPage::new(request, attempts, incoming, self.path.as_deref()));
                    return Ok(true);
                }
                Opened::Smaller(error) => {
                    let smaller = self.paging.smaller(position).ok_or(error)?;
                    log::info!("{} is too large a page; asking for half of it", request.shown()?);
                    self.position = Some(smaller);
                    attempts = Attempts::none();
                }
            }
        }
        Ok(false)
    }

    /// Reads more of the page at hand.
    async fn read(&mut self) -> Result<()> {
        let Some(page) = &mut self.page else { return Ok(()) };
        match page.incoming.chunk().await {
            Ok(Some(chunk)) => {
                self.since_turn += chunk.len();
                if let Err(flaw) = page.splitter.feed(chunk) {
                    return Err(page.unusable(&flaw));
                }
            }
            Ok(None) => page.splitter.end(),
            Err(reason) => self.again(reason).await?,
        }
        if self.since_turn >= TURN {
            self.since_turn = 0;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Opens the page at hand again, as it broke off.
    async fn again(&mut self, reason: Reason) -> Result<()> {
        if let Some(mut page) = self.page.take() {
            page.request.reopen(&mut page.attempts, reason).await?;
            self.open(page.attempts).await?;
        }
        Ok(())
    }

    /// Leaves the page at hand, which has been read to its end.
    fn turn(&mut self) -> Result<()> {
        let Some((page, position)) = self.page.take().zip(self.position.take()) else { return Ok(()) };
        let page = Page {
            request: &page.request,
            headers: &page.incoming.headers,
            envelope: page.splitter.envelope(),
            records: page.records,
            bytes: page.bytes,
            first: page.first,
            last: (page.records > 0).then(|| page.splitter.element()),
        };
        let next = self.paging.next(&position, &page, &mut self.guard)?;
        self.position = next.map(|next| self.paging.tidied(next, &self.request));
        self.turned += 1;
        Ok(())
    }
}

impl<'a> OpenPage<'a> {
    fn new(request: Request<'a>, attempts: Attempts, incoming: Incoming, path: Option<&str>) -> Self {
        let splitter = path.map_or_else(Splitter::values, Splitter::at);
        OpenPage { request, attempts, incoming, splitter, records: 0, bytes: 0, first: 0 }
    }

    fn note(&mut self) {
        let record = self.splitter.element();
        if self.records == 0 {
            self.first = hash(&record);
        }
        self.records += 1;
        self.bytes += record.len() as u64;
    }

    fn unusable(&self, flaw: &Flaw) -> Error {
        let request = match self.request.shown() {
            Ok(request) => request,
            Err(error) => return error,
        };
        let body = excerpt(self.splitter.envelope().as_bytes());
        match flaw {
            Flaw::Absent { .. } | Flaw::OtherKind { .. } => {
                Error::system(format!("{request} answered with an unexpected body: {flaw}; it is {body}"))
            }
            _ => Error::system(format!("{request} answered with an unexpected body: {flaw}")),
        }
    }
}
