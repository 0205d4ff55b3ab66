use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::Api;
use super::body::{beginning, whole};
use super::failure::{Failure, Reason, shown_text};
use super::response::LARGEST;
use crate::{Clock, Error, Result};

/// An answer to a posted form, good or bad.
pub(crate) struct Posted {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    /// Request and status in a sentence, and what a refusal says. Nothing of the body of a success.
    pub(crate) said: String,
}

/// Posts a form to the base of `api`, again where that can help. A refusal is an answer like any other.
pub(crate) async fn post_form(
    api: &Api,
    authorization: Option<HeaderValue>,
    form: &[(String, String)],
) -> Result<Posted> {
    let url = Url::parse(&api.base).ok().filter(Url::has_host).ok_or_else(|| {
        Error::system(format!("`{}` is no URL such as https://api.example.test/token", shown_text(&api.base)))
    })?;
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let (client, retry, started) = (api.client()?, &api.retry, Instant::now());
    let mut attempt = 1;
    loop {
        let limit = api.timeouts.total.min(retry.budget.saturating_sub(started.elapsed()));
        let mut request = client
            .post(url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .timeout(limit)
            .body(body.clone());
        if let Some(authorization) = &authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let failure = match answer(request, &url).await {
            Ok(posted) => return Ok(posted),
            Err(reason) => Failure::new("POST", &url, reason),
        };
        if !failure.is_transient() {
            return Err(failure.refusal());
        }
        let wait = retry
            .wait(attempt, started.elapsed(), failure.retry_after(), fastrand::f64())
            .map_err(|give_up| Error::transient(format!("{failure}; {give_up}")))?;
        attempt += 1;
        log::warn!("{failure}; asking again (attempt {attempt} of {})", retry.attempts);
        Clock::current().wait(wait).await;
    }
}

async fn answer(request: reqwest::RequestBuilder, url: &Url) -> Result<Posted, Reason> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    if status.is_success() {
        let body = whole(response, LARGEST).await?;
        let said = format!("POST {} answered {status}", super::failure::shown(url));
        return Ok(Posted { status, body, said });
    }
    let body = beginning(response).await;
    let reason = Reason::status(status, &headers, &body);
    let failure = Failure::new("POST", url, reason);
    if failure.is_transient() {
        return Err(Reason::status(status, &headers, &body));
    }
    Ok(Posted { status, said: failure.to_string(), body })
}
