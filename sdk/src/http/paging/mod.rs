//! How an API parts what it has into pages, and how one leads to the next.

mod guard;
mod link_header;
mod number;
mod page;
mod position;
mod size;
mod style;

pub(crate) use guard::{Guard, hash};
use number::Number;
pub(crate) use page::Page;
pub(crate) use position::Position;
use size::Size;
use style::{Source, Style};

use super::Request;
use crate::Result;

/// How the pages of an API follow one another, said as data.
///
/// Fields are those of the body of an answer, by name or by names with dots between them, wherever they stand beside
/// the records. A reading ends with an error rather than going round: where a cursor, a link or a last record comes a
/// second time, and where a counted page brings what the one before brought.
///
/// ```
/// # use connector_sdk::{Api, Paging};
/// let api = Api::new("https://api.example.test/v1");
/// let by_cursor = api.get("users").pages(Paging::cursor("cursor", "meta.next_cursor")).records("users");
/// let by_number = api.get("orders").pages(Paging::number("page").size("per_page", 100)).records("data");
/// let by_last = api.get("charges").pages(Paging::after_last("starting_after", "id").more("has_more")).records("data");
/// ```
#[derive(Clone, Debug)]
#[must_use = "paging does nothing until a request has it"]
pub struct Paging {
    style: Style,
    size: Option<Size>,
    more: Option<String>,
    total: Option<String>,
    last_when_short: bool,
}

impl Paging {
    /// Pages that are counted from 1 on, or from what [`first`](Self::first) says. An empty one is the last.
    pub fn number(parameter: impl Into<String>) -> Self {
        Self::by(Style::Number(Number { name: parameter.into(), first: 1 }))
    }

    /// Pages that begin after so many records, which are counted as they come. An empty one is the last.
    pub fn offset(parameter: impl Into<String>) -> Self {
        Self::by(Style::Offset { name: parameter.into(), first: 0 })
    }

    /// Each page says in a field what to ask for the next. One where that is missing, null or empty is the last.
    pub fn cursor(parameter: impl Into<String>, field: impl Into<String>) -> Self {
        Self::by(Style::Cursor { name: parameter.into(), source: Source::Field(field.into()) })
    }

    /// The same, where it is said in a header.
    pub fn cursor_in_header(parameter: impl Into<String>, header: impl Into<String>) -> Self {
        Self::by(Style::Cursor { name: parameter.into(), source: Source::Header(header.into()) })
    }

    /// Each page has the URL of the next in a field, or what differs of it. One without is the last.
    ///
    /// A URL of another host is refused: the credentials of this one would go with it.
    pub fn next_link(field: impl Into<String>) -> Self {
        Self::by(Style::Link(Source::Field(field.into())))
    }

    /// The same, where it is in the header `Link` with `rel="next"`.
    pub fn link_header() -> Self {
        Self::by(Style::Link(Source::LinkHeader))
    }

    /// The next page is asked for by a field of the last record of this one. An empty page is the last.
    pub fn after_last(parameter: impl Into<String>, field: impl Into<String>) -> Self {
        Self::by(Style::AfterLast { name: parameter.into(), key: field.into() })
    }

    /// There is one page.
    pub(crate) fn none() -> Self {
        Self::by(Style::One)
    }

    fn by(style: Style) -> Self {
        Paging { style, size: None, more: None, total: None, last_when_short: false }
    }

    /// The number of the first page, where it is not 1, or the offset of the first record, where it is not 0.
    pub fn first(mut self, first: u64) -> Self {
        match &mut self.style {
            Style::Number(Number { first: declared, .. }) | Style::Offset { first: declared, .. } => {
                *declared = first;
            }
            _ => {}
        }
        self
    }

    /// How many records to ask for at a time, and the parameter that says so.
    ///
    /// If the API cannot bring as many, as the status 413 or 504 says, half of it is asked for from there on, down to 1.
    pub fn size(mut self, parameter: impl Into<String>, records: u64) -> Self {
        self.size = Some(Size { name: parameter.into(), declared: records.max(1) });
        self
    }

    /// A field that says whether more follows: `false` ends the reading. Where it is missing, it does as without it.
    pub fn more(mut self, field: impl Into<String>) -> Self {
        self.more = Some(field.into());
        self
    }

    /// A field that says how many records there are in all: the reading ends when so many have come.
    pub fn total(mut self, field: impl Into<String>) -> Self {
        self.total = Some(field.into());
        self
    }

    /// A page with fewer records than were asked for is the last: one request less at the end.
    ///
    /// Only for an API that never sends fewer for another reason: many cap the size of a page without a word, and some
    /// take records out of a page that the caller may not see.
    pub fn last_when_short(mut self) -> Self {
        self.last_when_short = true;
        self
    }

    /// The request for the page at a position.
    pub(crate) fn request<'a>(&self, request: &Request<'a>, position: &Position) -> Result<Request<'a>> {
        let mut request = self.style.request(request.clone(), position)?;
        if let Some(size) = &self.size {
            // A link has the size already.
            let said = matches!((&self.style, &position.token), (Style::Link(_), Some(_)));
            if !said || position.size.is_some() {
                request = request.with_parameter(&size.name, size.at(position));
            }
            request.can_shrink = size.half(position).is_some();
        }
        Ok(request)
    }

    /// Where to go on after a page; `None` if it was the last.
    pub(crate) fn next(
        &self,
        position: &Position,
        page: &Page<'_>,
        guard: &mut Guard,
    ) -> Result<Option<Position>> {
        let more = self.more.as_deref().map_or(Ok(None), |path| page.flag(path))?;
        let total = self.total.as_deref().map_or(Ok(None), |path| page.total(path))?;
        let received = position.received.saturating_add(page.records);
        if more == Some(false) || total.is_some_and(|total| received >= total) {
            return Ok(None);
        }
        let size = self.size.as_ref().map_or(0, |size| size.at(position));
        let here = Position { received, ..position.clone() };
        if self.style.ends_empty() && more != Some(true) {
            if page.records == 0
                && let Some(total) = total
            {
                let request = page.request.shown()?;
                log::warn!("{request} has no more records after {received}, although it told of {total}");
            }
            if page.records == 0 || self.last_when_short && page.records < size {
                return Ok(None);
            }
        }
        let next = self.style.next(here, page)?;
        match &next {
            Some(next) => guard.pass(page, next)?,
            None if more == Some(true) && self.style != Style::One => {
                return Err(page.odd("the flag that more follows, but does not say what"));
            }
            None => {}
        }
        Ok(next)
    }

    /// The same place, without a key that a link may hold.
    pub(crate) fn tidied(&self, position: Position, request: &Request<'_>) -> Position {
        match (&self.style, &position.token) {
            (Style::Link(_), Some(link)) => {
                Position { token: Some(request.without_common(link)), ..position }
            }
            _ => position,
        }
    }

    /// The same place, where half as many records are asked for at a time; `None` if that cannot be.
    pub(crate) fn smaller(&self, position: &Position) -> Option<Position> {
        let half = self.size.as_ref()?.half(position)?;
        Some(match &self.style {
            Style::Number(number) => number.resized(position, half),
            _ => Position { size: Some(half), ..position.clone() },
        })
    }
}
