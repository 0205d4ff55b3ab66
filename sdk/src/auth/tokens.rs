use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::credentials::Credentials;
use super::endpoint::ask;
use super::oauth::OAuth;
use super::token::Token;
use crate::scope::current;
use crate::{Clock, Error, FailureType, Result, Secret};

/// How long the end of a command waits for what was begun.
const SETTLING: Duration = Duration::from_secs(10);

type Renewal = Pin<Box<dyn Future<Output = Result<Renewed>>>>;

struct Renewed {
    token: Token,
    refresh_token: Option<Secret>,
}

/// The access token of an [`OAuth`], renewed by one request at a time.
pub(super) struct Tokens {
    oauth: Rc<OAuth>,
    /// How many renewals have failed. Who waited for one that did need not try it all over again.
    failed: Cell<usize>,
    turn: Mutex<Turn>,
}

/// What belongs to the one whose turn it is.
#[derive(Default)]
struct Turn {
    token: Option<Token>,
    /// Which token it is: the first has the number 1.
    number: usize,
    /// The newest that came, for where the config is not renewed.
    refresh_token: Option<Secret>,
    /// A renewal on its way. It is kept here and not by who began it: if that one is dropped, the next goes on with
    /// it, since a refresh token that was sent may not be sent twice.
    renewal: Option<Renewal>,
    failure: Option<Error>,
}

impl Tokens {
    /// Those of the running command for an equal `OAuth`, if there are any already.
    pub(super) fn of(oauth: OAuth) -> Rc<Tokens> {
        match current() {
            Some(output) => output.tokens().of(oauth),
            None => Rc::new(Tokens::new(oauth)),
        }
    }

    fn new(oauth: OAuth) -> Self {
        Tokens { oauth: Rc::new(oauth), failed: Cell::new(0), turn: Mutex::default() }
    }

    pub(super) async fn credentials(&self) -> Result<Credentials> {
        let (token, number) = self.token(None).await?;
        Credentials::bearer(token.expose(), number)
    }

    /// Sees to it that the token with this number is used no more.
    pub(super) async fn renew(&self, rejected: usize) -> Result<()> {
        self.token(Some(rejected)).await.map(drop)
    }

    fn is_renewing(&self) -> bool {
        self.turn.try_lock().is_ok_and(|turn| turn.renewal.is_some())
    }

    async fn token(&self, rejected: Option<usize>) -> Result<(Secret, usize)> {
        let failed = self.failed.get();
        let mut turn = self.turn.lock().await;
        let turn = &mut *turn;
        if turn.number == 0 {
            turn.token = self.oauth.kept.token();
            turn.number = 1;
        }
        if turn.renewal.is_none() {
            let now = Clock::current().now();
            if let Some(token) = turn.token.as_ref().filter(|token| token.is_good(now))
                && rejected != Some(turn.number)
            {
                return Ok((token.access.clone(), turn.number));
            }
            if let Some(failure) = &turn.failure
                && (failed != self.failed.get() || failure.failure_type() == FailureType::ConfigError)
            {
                return Err(failure.clone());
            }
        }
        let renewal = turn
            .renewal
            .get_or_insert_with(|| Box::pin(renewed(Rc::clone(&self.oauth), turn.refresh_token.clone())));
        let result = renewal.as_mut().await;
        turn.renewal = None;
        match result {
            Ok(Renewed { token, refresh_token }) => {
                turn.number += 1;
                turn.refresh_token = refresh_token;
                turn.failure = None;
                Ok((turn.token.insert(token).access.clone(), turn.number))
            }
            Err(failure) => {
                self.failed.update(|failed| failed + 1);
                Err(turn.failure.insert(failure).clone())
            }
        }
    }
}

/// Fetches a token, and tells the platform of it before anybody can use it.
async fn renewed(oauth: Rc<OAuth>, newest: Option<Secret>) -> Result<Renewed> {
    let granted = ask(&oauth, newest.as_ref()).await?;
    let token = Token::lasting(granted.access_token.clone(), granted.lifetime(), Clock::current().now());
    // Outside of a command there is neither a config nor anybody to keep it.
    if current().is_some() {
        oauth.kept.keep(&granted, &token)?;
    }
    Ok(Renewed { token, refresh_token: granted.refresh_token.or(newest) })
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.oauth.fmt(f)
    }
}

/// The tokens of a command: a connector that makes its `Auth` anew for each stream has one token for all.
#[derive(Default)]
pub(crate) struct TokensOfCommand(RefCell<Vec<Rc<Tokens>>>);

impl TokensOfCommand {
    fn of(&self, oauth: OAuth) -> Rc<Tokens> {
        let mut all = self.0.borrow_mut();
        if let Some(tokens) = all.iter().find(|tokens| *tokens.oauth == oauth) {
            return Rc::clone(tokens);
        }
        let tokens = Rc::new(Tokens::new(oauth));
        all.push(Rc::clone(&tokens));
        tokens
    }

    /// Ends what was begun and given up on, as at a signal: the refresh token that comes with it may be the only one
    /// that is still good, and the platform must learn of it.
    pub(crate) async fn settle(&self) {
        let all = self.0.borrow().clone();
        for tokens in all.iter().filter(|tokens| tokens.is_renewing()) {
            // What comes of it, nobody waits for; a failure was told to those who did.
            let _ = timeout(SETTLING, tokens.token(None)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::ResponseTemplate;

    use super::super::kept::Kept;
    use crate::auth::Auth;
    use crate::auth::stage::Stage;
    use crate::{FailureType, OAuth};

    #[tokio::test]
    async fn many_that_find_no_token_fetch_one() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        let auth = stage.auth(stage.oauth()).await;
        let other = stage.auth(stage.oauth()).await;
        let all =
            tokio::join!(stage.token(&auth), stage.token(&other), stage.token(&auth), stage.token(&other));
        for token in <[_; 4]>::from(all) {
            assert_eq!(token.unwrap(), "access-1");
        }
        assert_eq!(stage.count().await, 1);
    }

    #[tokio::test]
    async fn a_token_is_renewed_before_its_end_and_with_the_newest_refresh_token() {
        let kept = |oauth: OAuth| oauth;
        let forgotten = |oauth: OAuth| OAuth { kept: Kept::default(), ..oauth };
        renews_in_time(kept).await;
        renews_in_time(forgotten).await;
    }

    async fn renews_in_time(variant: impl Fn(OAuth) -> OAuth) {
        let mut stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        stage.grants("refresh-2", "access-2", "refresh-3").await;
        let auth = stage.auth(variant(stage.oauth())).await;
        for (passed, want) in [(0, "access-1"), (3560, "access-1"), (11, "access-2")] {
            stage.pass(passed);
            assert_eq!(stage.token(&auth).await.unwrap(), want);
        }
        assert_eq!(stage.count().await, 2);
    }

    #[tokio::test]
    async fn the_platform_has_the_new_refresh_token_before_anybody_has_the_access_token() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        let auth = stage.auth(stage.oauth()).await;
        stage.token(&auth).await.unwrap();
        assert_eq!(stage.kept(), [json!({"login": {"refresh_token": "refresh-2"}, "unknown": 1})]);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_the_renewal_to_the_next() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        let auth = stage.auth(stage.oauth()).await;
        give_up(&stage, &auth).await;
        assert_eq!(stage.token(&auth).await.unwrap(), "access-1");
        assert_eq!(stage.count().await, 1);
    }

    #[tokio::test]
    async fn the_end_of_a_command_does_not_lose_a_renewal_that_nobody_waits_for() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        give_up(&stage, &stage.auth(stage.oauth()).await).await;
        assert_eq!(stage.kept().len(), 0);
        stage.run(stage.output.tokens().settle()).await;
        assert_eq!(stage.kept().len(), 1);
    }

    /// Asks for a token until the endpoint has the question.
    async fn give_up(stage: &Stage, auth: &Auth) {
        tokio::select! {
            biased;
            () = stage.asked.notified() => {}
            token = stage.token(auth) => panic!("{token:?} came before it was asked for"),
        }
    }

    #[tokio::test]
    async fn a_token_that_many_saw_rejected_is_renewed_once() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        stage.grants("refresh-2", "access-2", "refresh-3").await;
        let auth = stage.auth(stage.oauth()).await;
        let rejected = stage.run(auth.credentials()).await.unwrap();
        let (one, two) = tokio::join!(stage.run(auth.renew(&rejected)), stage.run(auth.renew(&rejected)));
        assert!(one.unwrap() && two.unwrap());
        assert!(stage.run(auth.renew(&rejected)).await.unwrap());
        assert_eq!(stage.token(&auth).await.unwrap(), "access-2");
        assert_eq!(stage.count().await, 2);
    }

    #[tokio::test]
    async fn a_refused_refresh_token_is_not_sent_again() {
        let stage = Stage::set().await;
        let refusal = ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_grant"}));
        stage.answers("refresh-1", refusal).await;
        let auth = stage.auth(stage.oauth()).await;
        let (one, two) = tokio::join!(stage.token(&auth), stage.token(&auth));
        for result in [one, two, stage.token(&auth).await] {
            let error = result.unwrap_err();
            assert_eq!(error.failure_type(), FailureType::ConfigError);
            assert!(error.to_string().contains("`invalid_grant`; authenticate again: "), "{error}");
        }
        assert_eq!(stage.count().await, 1);
    }

    #[tokio::test]
    async fn an_endpoint_in_trouble_is_asked_again_by_one_for_all_who_wait() {
        let stage = Stage::set().await;
        stage.answers("refresh-1", ResponseTemplate::new(503)).await;
        let auth = stage.auth(stage.oauth()).await;
        let (one, two) = tokio::join!(stage.token(&auth), stage.token(&auth));
        for result in [one, two] {
            assert_eq!(result.unwrap_err().failure_type(), FailureType::TransientError);
        }
        assert_eq!(stage.count().await, 5, "the attempts of one request");
        stage.server.reset().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        assert_eq!(stage.token(&auth).await.unwrap(), "access-1");
    }

    #[tokio::test]
    async fn without_a_command_a_token_is_fetched_all_the_same() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        let credentials = Auth::from(stage.oauth()).credentials().await.unwrap();
        assert_eq!(credentials.headers[0].1, "Bearer access-1");
        assert_eq!(stage.page.text(), "");
    }
}
