use std::time::Duration;

use super::attempts::Attempts;
use super::decision::{Means, decide, refused, too_large};
use super::envelope::Envelope;
use super::opened::Rest;
use super::{Answer, Decision, Request};
use crate::auth::Credentials;
use crate::{Auth, Result};

/// From here on a wait for a quota is none of the attempts. One that is said to be shorter could be said for ever.
const QUOTA_WAIT: Duration = Duration::from_secs(1);

impl Request<'_> {
    /// Asks until a decision leaves nothing more to ask: to use the answer, or to go on without.
    pub(super) async fn settle(&self, attempts: &mut Attempts) -> Result<(Decision, Answer, Rest)> {
        let envelope = self.envelope()?;
        loop {
            let credentials = self.credentials(&envelope, attempts).await?;
            let attempt = self.attempt(&envelope, credentials.as_ref(), attempts).await?;
            let means =
                Means { renew: self.api.auth.is_some() && !attempts.renewed, shrink: self.can_shrink };
            let seen = attempt.as_ref().map(|(answer, _)| answer);
            match (decide(seen, &self.api.rules, means), attempt) {
                (Decision::Fail(error), _) => return Err(error),
                (_, Err(failure)) => attempts.again(&self.api.retry, &failure, None).await?,
                (Decision::Retry, Ok((answer, _))) => {
                    attempts.again(&self.api.retry, &answer, answer.quota().retry_after).await?;
                }
                (Decision::RateLimited { wait }, Ok((answer, _))) => {
                    self.limited(&envelope, &answer, wait, credentials.as_ref(), attempts)?;
                }
                (Decision::RefreshToken, Ok((answer, _))) => {
                    self.renew(&answer, credentials.as_ref(), attempts).await?;
                }
                (Decision::SmallerPage, Ok((answer, _))) if !means.shrink => {
                    return Err(too_large(&answer));
                }
                (decision, Ok((answer, rest))) => return Ok((decision, answer, rest)),
            }
        }
    }

    /// What proves whom the next attempt comes from: chosen late, so that it has not expired, nor is it a token without
    /// quota, when a pause is over; but before there is a place at the host, since to renew a token may need one itself.
    async fn credentials(&self, envelope: &Envelope, attempts: &mut Attempts) -> Result<Option<Credentials>> {
        let Some(auth) = &self.api.auth else { return Ok(None) };
        let pause = async |patience: &mut _| envelope.host.wait_for_quota(patience).await;
        attempts.in_line(&self.api.retry, pause).await?;
        auth.credentials().await.map(Some)
    }

    /// No quota: the next token's turn, or a pause for all who ask this host. The wait is in the line before the host.
    fn limited(
        &self,
        envelope: &Envelope,
        answer: &Answer,
        wait: Option<Duration>,
        credentials: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<()> {
        if let (Some(auth), Some(Credentials { which, .. })) = (&self.api.auth, credentials)
            && auth.alternative(*which)
            && !attempts.exhausted.contains(which)
        {
            attempts.exhausted.push(*which);
            log::info!("{answer}; asking again with the next token");
            return Ok(());
        }
        let wait = match wait.or_else(|| self.ready_in()).or_else(|| answer.quota().wait()) {
            Some(wait) if wait >= QUOTA_WAIT => wait,
            asked => attempts.fail(&self.api.retry, answer, asked)?,
        };
        envelope.host.pause(wait, answer.to_string());
        Ok(())
    }

    /// How long there is no token with quota: of several, another one than was just used may be the first that has some.
    pub(super) fn ready_in(&self) -> Option<Duration> {
        self.api.auth.as_ref().and_then(Auth::ready_in)
    }

    /// New credentials, once.
    async fn renew(
        &self,
        answer: &Answer,
        rejected: Option<&Credentials>,
        attempts: &mut Attempts,
    ) -> Result<()> {
        if let (Some(auth), Some(rejected)) = (&self.api.auth, rejected)
            && !attempts.renewed
        {
            attempts.renewed = true;
            if auth.renew(rejected).await? {
                log::info!("{answer}; asking again with new credentials");
                return Ok(());
            }
        }
        Err(refused(answer))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::Duration;

    use connector_protocol::StreamDescriptor;
    use wiremock::matchers::{body_string, header, method, path, query_param};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::http::opened::{Attempts, Opened};
    use crate::output::Output;
    use crate::output::tests::Page;
    use crate::scope::{of_stream, within};
    use crate::{Answer, Api, Clock, Decision, Error, FailureType, Rate};

    /// A command in which waits take no time; what they would have taken counts.
    fn output(page: &Page) -> Rc<Output> {
        let clock = Clock::starting_at("2024-01-08T12:00:00Z".parse().unwrap()).waiting("0").unwrap();
        Rc::new(Output::new(Box::new(page.clone()), clock))
    }

    async fn server(answers: &[(u64, ResponseTemplate)]) -> MockServer {
        let server = MockServer::start().await;
        for (times, answer) in answers {
            let mock = Mock::given(path("/x")).respond_with(answer.clone());
            mock.up_to_n_times(*times).mount(&server).await;
        }
        server
    }

    fn answer(status: u16) -> ResponseTemplate {
        ResponseTemplate::new(status)
    }

    async fn asked(server: &MockServer) -> usize {
        server.received_requests().await.unwrap().len()
    }

    #[tokio::test]
    async fn a_wait_for_a_quota_is_none_of_the_attempts() {
        let server = server(&[(9, answer(429).insert_header("retry-after", "60")), (1, answer(200))]).await;
        let page = Page::default();
        let read = of_stream(Rc::new(StreamDescriptor::new("users")), async {
            Api::new(server.uri()).get("x").send().await
        });
        assert_eq!(within(output(&page), read).await.unwrap().status(), 200);
        let text = page.text();
        assert_eq!(text.matches("RATE_LIMITED").count(), 9, "{text}");
    }

    #[tokio::test]
    async fn quota_waits_that_are_too_long_together_end_the_stream() {
        let server = server(&[(99, answer(429).insert_header("retry-after", "250"))]).await;
        let page = Page::default();
        within(output(&page), async {
            let api = Api::new(server.uri());
            let error = api.get("x").send().await.unwrap_err();
            assert_eq!(error.failure_type(), FailureType::TransientError);
            let reset = error.rate_limited().unwrap().to_string();
            assert!(reset.starts_with("2024-01-08T12:04:"), "{reset}");
            assert!(error.to_string().contains("a wait of 250 s is longer than the 100 s"), "{error}");
            assert_eq!(asked(&server).await, 3);
            let another = Api::new(server.uri()).get("x").send().await.unwrap_err();
            assert!(another.rate_limited().is_some());
        })
        .await;
        assert_eq!(asked(&server).await, 3, "it is the same host for all");
    }

    #[tokio::test]
    async fn a_quota_that_an_answer_uses_up_is_waited_for_before_the_next_request() {
        let used_up = answer(200)
            .insert_header("x-ratelimit-remaining", "0")
            .insert_header("x-ratelimit-reset", "3600");
        let server = server(&[(9, used_up)]).await;
        let error = within(output(&Page::default()), async {
            let api = Api::new(server.uri());
            api.get("x").send().await.unwrap();
            api.get("x").send().await.unwrap_err()
        })
        .await;
        assert!(error.to_string().contains("/x used up the quota; gave up"), "{error}");
        assert_eq!(asked(&server).await, 1);
    }

    #[tokio::test]
    async fn a_busy_api_without_a_word_on_when_is_asked_as_often_as_any() {
        for (busy, decision) in [(429, None), (200, Some(Decision::RateLimited { wait: None }))] {
            let server = server(&[(99, answer(busy))]).await;
            let error = within(output(&Page::default()), async {
                let api = Api::new(server.uri()).on_answer(move |_| decision.clone());
                api.get("x").send().await.unwrap_err()
            })
            .await;
            assert!(error.to_string().ends_with("gave up after 5 attempts"), "{error}");
            assert_eq!(asked(&server).await, 5);
        }
    }

    #[tokio::test]
    async fn a_wait_that_the_author_knows_goes_before_that_of_the_headers() {
        let server = server(&[(1, answer(429).insert_header("retry-after", "3600")), (1, answer(200))]).await;
        let api = Api::new(server.uri())
            .on_status(429, Decision::RateLimited { wait: Some(Duration::from_secs(5)) });
        within(output(&Page::default()), async { api.get("x").send().await }).await.unwrap();
    }

    #[tokio::test]
    async fn a_closure_reads_a_success_that_is_none() {
        let refusal =
            |error: &str| answer(200).set_body_json(serde_json::json!({"ok": false, "error": error}));
        let api = |server: &MockServer| {
            Api::new(server.uri()).on_answer(|answer: &Answer| match answer.field("error")?.as_str() {
                "busy" => Some(Decision::Retry),
                "no_channel" => Some(Decision::Ignore),
                "the_end" => Some(Decision::EndOfStream),
                error => Some(Decision::Fail(Error::config(format!("the API says {error}")))),
            })
        };
        let busy = server(&[(1, refusal("busy")), (1, answer(200).set_body_string("{}"))]).await;
        within(output(&Page::default()), async { api(&busy).get("x").send().await }).await.unwrap();
        let wrong = server(&[(1, refusal("invalid_auth"))]).await;
        let error = api(&wrong).get("x").send().await.unwrap_err();
        assert_eq!(error.to_string(), "the API says invalid_auth");
        let gone = server(&[(1, refusal("no_channel")), (1, refusal("the_end"))]).await;
        let gone = api(&gone);
        let opened = gone.get("x").open(&mut Attempts::none()).await.unwrap();
        assert!(matches!(opened, Opened::Nothing));
        let opened = gone.get("x").open(&mut Attempts::none()).await.unwrap();
        assert!(matches!(opened, Opened::End));
    }

    #[tokio::test]
    async fn a_page_that_is_too_large_is_asked_for_in_parts_where_that_can_be() {
        let server = server(&[(1, answer(413)), (1, answer(504)), (1, answer(413))]).await;
        let api = Api::new(server.uri());
        for failure_type in [FailureType::SystemError, FailureType::TransientError] {
            let mut request = api.get("x");
            request.can_shrink = true;
            let opened = request.open(&mut Attempts::none()).await.unwrap();
            assert!(matches!(opened, Opened::Smaller(error) if error.failure_type() == failure_type));
        }
        assert!(api.get("x").open(&mut Attempts::none()).await.is_err());
    }

    #[tokio::test]
    async fn an_ignored_answer_that_is_wanted_whole_is_there() {
        let server =
            server(&[(1, answer(404).insert_header("x-why", "gone").set_body_string("not here"))]).await;
        let api = Api::new(server.uri()).on_status(404, Decision::Ignore);
        let response = api.get("x").send().await.unwrap();
        assert_eq!((response.status(), response.header("X-Why")), (404, Some("gone")));
        assert_eq!(response.bytes(), b"not here");
    }

    #[tokio::test]
    async fn a_body_goes_out_as_it_was_given() {
        let server = MockServer::start().await;
        let json = Mock::given(method("POST")).and(header("content-type", "application/json"));
        json.and(body_string(r#"{"q":1}"#)).respond_with(answer(200)).expect(1).mount(&server).await;
        let form =
            Mock::given(method("PUT")).and(header("content-type", "application/x-www-form-urlencoded"));
        form.and(body_string("a=b+c"))
            .and(query_param("q", "1"))
            .respond_with(answer(200))
            .expect(1)
            .mount(&server)
            .await;
        let api = Api::new(server.uri()).rate(Rate::per_second(9));
        api.post("x").json(&serde_json::json!({"q": 1})).send().await.unwrap();
        api.request(crate::Method::PUT, "x").form([("a", "b c")]).query("q", 1).send().await.unwrap();
    }
}
