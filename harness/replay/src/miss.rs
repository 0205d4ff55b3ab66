use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use crate::excerpt::short;
use crate::matching::{Difference, Remedy};
use crate::{Interaction, Outcome, Reply, Request, Rule};

/// A request that nothing recorded answers, and what is known of why.
pub(crate) struct Miss<'a> {
    pub(crate) request: &'a Request,
    /// The interaction that comes closest, by its position.
    pub(crate) nearest: Option<(usize, &'a Interaction)>,
    pub(crate) differences: Vec<Difference>,
    /// What would have made it equal.
    pub(crate) remedy: Option<Remedy>,
    /// How many answers were recorded for just this request, where all of them have been given.
    pub(crate) given: Option<usize>,
}

/// The body of the answer. It says in one line what happened, since that line ends up in the client's own log.
#[derive(Serialize)]
struct Explanation<'a> {
    error: String,
    request: RequestLine<'a>,
    nearest: Option<Nearest<'a>>,
    differences: &'a [Difference],
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    ignore: &'a [Rule],
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confuses: Option<usize>,
}

#[derive(Serialize)]
struct RequestLine<'a> {
    method: &'a str,
    url: String,
}

#[derive(Serialize)]
struct Nearest<'a> {
    /// Counted from 1, as people count.
    interaction: usize,
    #[serde(flatten)]
    request: RequestLine<'a>,
}

impl Miss<'_> {
    /// Status 599 with the reason.
    pub(crate) fn reply(self) -> Reply {
        let explanation = Explanation {
            error: self.sentence(),
            request: RequestLine {
                method: self.request.method.as_str(),
                url: self.request.target.to_string(),
            },
            nearest: self.nearest.map(|(position, interaction)| Nearest {
                interaction: position + 1,
                request: RequestLine {
                    method: interaction.request.method.as_str(),
                    url: interaction.request.url.to_string(),
                },
            }),
            differences: &self.differences,
            remedy: self.remedy.as_ref().map(|remedy| Shown {
                ignore: &remedy.ignore,
                confuses: remedy.confuses.map(|interaction| interaction + 1),
            }),
        };
        let body =
            serde_json::to_vec(&explanation).map_or_else(|error| error.to_string().into(), Bytes::from);
        let mut response = Response::new(body);
        // No real server sends it: the name of a failure that is ours.
        *response.status_mut() = StatusCode::from_u16(599).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let nearest = self.nearest.map(|(position, _)| position);
        Reply::new(
            response,
            Outcome::Unmatched { nearest, differences: self.differences, remedy: self.remedy },
        )
    }

    fn sentence(&self) -> String {
        let request = format!("{} {}", self.request.method, short(&self.request.target.to_string()));
        if let Some(given) = self.given {
            return format!(
                "all {given} recorded answers to {request} have been given; where the last may be given again, \
                 mark it in the cassette with \"repeat\": true"
            );
        }
        let Some((position, interaction)) = self.nearest else {
            return format!("no recorded interaction answers {request}: the cassette is empty");
        };
        let differences: Vec<String> = self.differences.iter().map(Difference::to_string).collect();
        format!(
            "no recorded interaction answers {request}; the nearest is interaction {}, {}, which differs in {}",
            position + 1,
            short(&interaction.to_string()),
            differences.join("; ")
        )
    }
}
