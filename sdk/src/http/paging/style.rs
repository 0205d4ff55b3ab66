use super::{Number, Page, Position, link_header};
use crate::Result;
use crate::http::Request;

/// What leads from one page to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing: there is one page.
    One,
    Number(Number),
    Offset {
        name: String,
        first: u64,
    },
    Cursor {
        name: String,
        source: Source,
    },
    Link(Source),
    AfterLast {
        name: String,
        key: String,
    },
}

/// Where a page has what leads to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Field(String),
    Header(String),
    LinkHeader,
}

impl Style {
    /// Whether a page without records is the last, as nothing says so otherwise.
    pub(super) fn ends_empty(&self) -> bool {
        matches!(self, Style::Number(_) | Style::Offset { .. } | Style::AfterLast { .. })
    }

    pub(super) fn request<'a>(&self, request: Request<'a>, position: &Position) -> Result<Request<'a>> {
        Ok(match (self, &position.token) {
            (Style::Number(number), _) => request.with_parameter(&number.name, number.of(position)),
            (Style::Offset { name, first }, _) => {
                request.with_parameter(name, first.saturating_add(position.received))
            }
            (Style::Cursor { name, .. } | Style::AfterLast { name, .. }, Some(token)) => {
                request.with_parameter(name, token.as_str())
            }
            (Style::Link(_), Some(link)) => request.with_link(link)?,
            _ => request,
        })
    }

    /// Where the next page is, if there is one; `here` is the end of this page.
    pub(super) fn next(&self, here: Position, page: &Page<'_>) -> Result<Option<Position>> {
        let token = match self {
            Style::Number(number) => {
                return Ok(Some(Position { number: Some(number.of(&here).saturating_add(1)), ..here }));
            }
            Style::Offset { .. } if page.records > 0 => return Ok(Some(here)),
            Style::Offset { .. } | Style::One => None,
            Style::Cursor { source, .. } | Style::Link(source) => source.find(page)?,
            Style::AfterLast { key, .. } => page.last_key(key)?,
        };
        Ok(token.map(|token| Position { token: Some(token), ..here }))
    }
}

impl Source {
    fn find(&self, page: &Page<'_>) -> Result<Option<String>> {
        match self {
            Source::Field(path) => page.token(path),
            Source::Header(name) => {
                let value = page.headers.get(name).and_then(|value| value.to_str().ok());
                Ok(value.filter(|value| !value.is_empty()).map(str::to_owned))
            }
            Source::LinkHeader => Ok(link_header::next(page.headers)),
        }
    }
}
