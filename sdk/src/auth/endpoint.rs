use reqwest::StatusCode;
use serde_json::Value;

use super::oauth::OAuth;
use super::token::Granted;
use super::{basic, credentials::sensitive};
use crate::http::{Posted, post_form};
use crate::{Api, Clock, Error, Result, Secret};

/// The codes with which an endpoint says that the answer will be another one later, whatever its status.
const LATER: [&str; 2] = ["temporarily_unavailable", "server_error"];

/// Asks the token endpoint once, again where that can help.
pub(super) async fn ask(oauth: &OAuth, newest: Option<&Secret>) -> Result<Granted> {
    let api = Api::new(&oauth.token_url);
    let (authorization, form) = (authorization(oauth)?, form(oauth, newest)?);
    let posted = post_form(&api, authorization, &form).await?;
    // The body is quoted nowhere: it may hold tokens, and one that is no JSON has them where we do not look.
    if posted.status.is_success()
        && let Ok(granted) = serde_json::from_slice::<Granted>(&posted.body)
        && !granted.access_token.expose().is_empty()
    {
        return Ok(granted);
    }
    Err(refusal(oauth, &posted))
}

fn authorization(oauth: &OAuth) -> Result<Option<reqwest::header::HeaderValue>> {
    let client = oauth.client.as_ref().filter(|client| client.basic);
    client.map(|client| sensitive("authorization", &basic(&client.id, &client.secret))).transpose()
}

fn form(oauth: &OAuth, newest: Option<&Secret>) -> Result<Vec<(String, String)>> {
    let kept = oauth.kept.refresh_token();
    let mut form = oauth.grant.form(kept.as_ref().or(newest), &oauth.scopes, Clock::current().now())?;
    if let Some(client) = oauth.client.as_ref().filter(|client| !client.basic) {
        form.push(("client_id", client.id.clone()));
        form.push(("client_secret", client.secret.expose().to_owned()));
    }
    let own = form.into_iter().map(|(name, value)| (name.to_owned(), value));
    Ok(own.chain(oauth.form.iter().cloned()).collect())
}

/// The error of an answer that brings no token. Some endpoints refuse with 200 and an `error` in the body.
fn refusal(oauth: &OAuth, posted: &Posted) -> Error {
    let body = serde_json::from_slice::<Value>(&posted.body).ok();
    let code = body.as_ref().and_then(|body| body.get("error")).and_then(Value::as_str);
    let said = match code {
        Some(code) if !posted.said.contains(code) => format!("{} with the error `{code}`", posted.said),
        _ => posted.said.clone(),
    };
    let refused = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    if code.is_some_and(|code| LATER.contains(&code)) {
        Error::transient(format!("failed to get an access token: {said}"))
    } else if refused.contains(&posted.status) || (posted.status.is_success() && code.is_some()) {
        let remedy = match code {
            Some("invalid_client" | "unauthorized_client") => {
                "check the client's id and secret in the config"
            }
            Some("invalid_scope") => {
                "the scopes that the connector asks for were not granted; authenticate again"
            }
            _ => oauth.grant.remedy(),
        };
        Error::config(format!("failed to get an access token: {said}; {remedy}"))
    } else if posted.status.is_success() {
        Error::system(format!(
            "failed to get an access token: {said}, without a JSON object with an `access_token`"
        ))
    } else {
        Error::system(format!("failed to get an access token: {said}; is it the right token URL?"))
    }
}
