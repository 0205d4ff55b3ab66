use serde::Deserialize;

use super::basic;
use super::grant::Grant;
use super::oauth::OAuth;
use super::token::Granted;
use crate::{Answer, Api, Clock, Decision, Error, Result, Secret};

/// The codes with which an endpoint says that the answer will be another one later, whatever its status.
const LATER: [&str; 2] = ["temporarily_unavailable", "server_error"];

/// Asks the token endpoint for a token, again where that can help.
pub(super) async fn ask(oauth: &OAuth, newest: Option<&Secret>) -> Result<Granted> {
    let grant = oauth.grant.clone();
    let mut api = Api::new(&oauth.token_url)
        .header("accept", "application/json")
        .on_answer(move |answer| decision(&grant, answer));
    if let Some(client) = oauth.client.as_ref().filter(|client| client.basic) {
        api = api.header("authorization", basic(&client.id, &client.secret));
    }
    let response = api.post("").form(form(oauth, newest)?).send().await?;
    // The body is quoted nowhere: it may hold tokens where we do not look for them.
    let granted = serde_json::from_slice::<Granted>(response.bytes()).ok();
    granted.filter(|granted| !granted.access_token.expose().is_empty()).ok_or_else(|| {
        Error::system(format!(
            "failed to get an access token: {} without a JSON object with an `access_token`; is it the right token URL?",
            response.told()
        ))
    })
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

/// The `error` of a refusal. Some endpoints refuse with 200 and say so in the body alone.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

fn decision(grant: &Grant, answer: &Answer) -> Option<Decision> {
    let status = answer.status();
    let code = answer.json::<Refusal>().ok().map(|refusal| refusal.error);
    let code = code.as_deref().filter(|code| !code.is_empty());
    if code.is_some_and(|code| LATER.contains(&code)) {
        return Some(Decision::Retry);
    }
    let is_refused = match status {
        400 | 401 | 403 => true,
        200..300 => code.is_some(),
        _ => false,
    };
    if !is_refused {
        return None;
    }
    let remedy = match code {
        Some("invalid_client" | "unauthorized_client") => "check the client's id and secret in the config",
        Some("invalid_scope") => {
            "the scopes that the connector asks for were not granted; authenticate again"
        }
        _ => grant.remedy(),
    };
    let mut said = answer.to_string();
    if let Some(code) = code.filter(|code| !said.contains(code)) {
        said = format!("{said} with the error `{code}`");
    }
    Some(Decision::Fail(Error::config(format!("failed to get an access token: {said}; {remedy}"))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::FailureType;
    use crate::auth::ServiceAccount;
    use crate::auth::stage::{Stage, secret};

    /// The fields of the form that was sent for this, in their order.
    async fn sent(stage: &Stage, oauth: OAuth) -> Vec<(String, String)> {
        let auth = stage.auth(oauth).await;
        stage.token(&auth).await.unwrap();
        stage.forms().await.pop().unwrap()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    #[tokio::test]
    async fn a_form_holds_grant_scopes_client_and_the_authors_own_fields() {
        let stage = Stage::set().await;
        stage.grants("grant_type", "access-1", "refresh-1").await;
        let form = sent(&stage, stage.oauth().scopes(["a", "b"]).form("audience", "x & y")).await;
        let want = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "refresh-1"),
            ("scope", "a b"),
            ("client_id", "client-7"),
            ("client_secret", "client-secret"),
            ("audience", "x & y"),
        ];
        assert_eq!(form, pairs(want));
    }

    #[tokio::test]
    async fn a_client_can_say_who_it_is_by_a_header() {
        let stage = Stage::set().await;
        stage.grants("grant_type", "access-1", "refresh-1").await;
        let oauth = OAuth::client_credentials(stage.server.uri(), "client-7", &secret("client-secret"));
        assert_eq!(sent(&stage, oauth.basic()).await, pairs([("grant_type", "client_credentials")]));
        let request = &stage.server.received_requests().await.unwrap()[0];
        assert_eq!(request.headers["authorization"], "Basic Y2xpZW50LTc6Y2xpZW50LXNlY3JldA==");
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    }

    #[tokio::test]
    async fn a_service_account_sends_what_its_key_has_signed() {
        let stage = Stage::set().await;
        stage.grants("grant_type", "access-1", "refresh-1").await;
        let account: ServiceAccount = serde_json::from_value(json!({
            "client_email": "me@x.test", "private_key": include_str!("test_key.pem"),
            "token_uri": stage.server.uri()
        }))
        .unwrap();
        let form = sent(&stage, OAuth::service_account(&account, ["a"])).await;
        assert_eq!(form[0].1, "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let now = stage.output.clock().now();
        assert_eq!(form[1], ("assertion".to_owned(), crate::auth::jwt::signed(&account, "a", now).unwrap()));
        assert_eq!(form.len(), 2);
    }

    async fn error(answer: ResponseTemplate) -> (FailureType, String) {
        let stage = Stage::set().await;
        stage.answers("refresh-1", answer).await;
        let auth = stage.auth(stage.oauth()).await;
        let error = stage.token(&auth).await.unwrap_err();
        (error.failure_type(), error.to_string().replace(&stage.server.uri(), "<url>"))
    }

    #[tokio::test]
    async fn each_refusal_says_who_can_mend_it_and_how() {
        use FailureType::{ConfigError, SystemError, TransientError};
        let cases = [
            (
                400,
                json!({"error": "invalid_grant", "error_description": "gone"}),
                ConfigError,
                "authenticate again",
            ),
            (401, json!({"error": "invalid_client"}), ConfigError, "check the client's id and secret"),
            (400, json!({"error": "invalid_scope"}), ConfigError, "were not granted"),
            (200, json!({"ok": false, "error": "token_revoked"}), ConfigError, "authenticate again"),
            (400, json!({"error": "temporarily_unavailable"}), TransientError, "gave up after 5 attempts"),
            (404, json!({"message": "no such page"}), SystemError, "no such page"),
            (200, json!({"token": "x"}), SystemError, "without a JSON object with an `access_token`"),
            (200, json!({"access_token": ""}), SystemError, "without a JSON object"),
            (429, json!({}), TransientError, "gave up after 5 attempts"),
        ];
        for (status, body, who, how) in cases {
            let (failure, said) = error(ResponseTemplate::new(status).set_body_json(&body)).await;
            assert!(failure == who && said.contains(how), "{status} {body}: {failure:?} {said}");
            assert!(said.contains(&format!("POST <url>/ answered {status}")), "{said}");
        }
        let body = json!({"error": "invalid_grant", "error_description": "gone"});
        let (_, said) = error(ResponseTemplate::new(400).set_body_json(body)).await;
        assert!(said.contains("saying `gone` with the error `invalid_grant`; authenticate"), "{said}");
    }

    #[tokio::test]
    async fn no_token_is_shown_whatever_the_endpoint_says() {
        let odd = ["access_token=canary-1", r#"{"access_token": {"deep": "canary-1"}}"#, r#""canary-1""#];
        for body in odd {
            let (_, said) = error(ResponseTemplate::new(200).set_body_string(body)).await;
            assert!(!said.contains("canary-1"), "{said}");
        }
        let stage = Stage::set().await;
        let echo = "refresh-1 and client-secret are wrong";
        stage.answers("refresh-1", ResponseTemplate::new(400).set_body_string(echo)).await;
        let auth = stage.auth(stage.oauth().scopes(["odd"])).await;
        stage.output.error(&stage.token(&auth).await.unwrap_err(), None).unwrap();
        assert!(stage.page.text().contains("**** and **** are wrong"), "{}", stage.page.text());

        stage.server.reset().await;
        stage.grants("refresh-1", "canary-access", "canary-refresh").await;
        let auth = stage.auth(stage.oauth()).await;
        let credentials = stage.run(auth.credentials()).await.unwrap();
        stage.run(async { log::warn!("canary-access, canary-refresh, {credentials:?}, {auth:?}") }).await;
        let page = stage.page.text();
        let shown: Vec<&str> = page.lines().filter(|line| !line.contains("CONTROL")).collect();
        let shown = format!("{shown:?} {credentials:?} {auth:?} {:?}", stage.oauth());
        assert!(shown.contains("****, ****, Credentials") && shown.contains("refresh token"), "{shown}");
        for secret in ["canary", "refresh-1", "client-secret"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
}
