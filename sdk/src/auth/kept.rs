use super::token::{Granted, Token};
use crate::scope::current;
use crate::{Result, Secret, write_back};

/// At which dotted paths of the config tokens stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) refresh_token: Option<String>,
    pub(super) access_token: Option<KeptToken>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeptToken {
    pub(super) path: String,
    pub(super) expiry_path: String,
}

impl Kept {
    /// The access token in the config, if there is one whose end can be read.
    pub(super) fn token(&self) -> Option<Token> {
        let (output, kept) = (current()?, self.access_token.as_ref()?);
        let access = output.held_config().text(&kept.path)?;
        let expiry = output.held_config().text(&kept.expiry_path)?.parse().ok()?;
        Some(Token::until(Secret::learnt(access), expiry))
    }

    /// The refresh token in the config, which may be newer than the one that the connector was started with.
    pub(super) fn refresh_token(&self) -> Option<Secret> {
        let (output, path) = (current()?, self.refresh_token.as_ref()?);
        output.held_config().text(path).map(Secret::learnt)
    }

    /// Has the platform keep what was granted.
    pub(super) fn keep(&self, granted: &Granted, token: &Token) -> Result<()> {
        let mut changes = Vec::new();
        match (&self.refresh_token, &granted.refresh_token) {
            (Some(path), Some(refresh_token)) => changes.push((path, refresh_token.expose().to_owned())),
            (None, Some(_)) => log::debug!(
                "a new refresh token came, and the connector does not say where in the config it belongs: it is used \
                 until this command ends"
            ),
            (_, None) => {}
        }
        if let Some(kept) = &self.access_token {
            let expiry = token.expiry.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            changes.extend([(&kept.path, token.access.expose().to_owned()), (&kept.expiry_path, expiry)]);
        }
        if changes.is_empty() { Ok(()) } else { write_back(changes) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;
    use tokio::sync::Notify;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, Request, ResponseTemplate};

    use crate::auth::stage::{Stage, secret};
    use crate::{Api, Clock, OAuth, Outcome, Result, Secret, Source, Spec, Stream, run_with};

    #[tokio::test]
    async fn an_access_token_in_the_config_is_used_while_it_is_good() {
        let kept = |expiry: &str| {
            let login = json!({"refresh_token": "refresh-1", "access_token": "kept-1", "expiry": expiry});
            json!({"login": login})
        };
        for (config, want) in [
            (kept("2024-01-08T12:01:00Z"), "kept-1"),
            (kept("2024-01-08T14:01:00+02:00"), "kept-1"),
            (kept("2024-01-08T12:00:20Z"), "access-1"),
            (kept("2023-01-08T12:00:00Z"), "access-1"),
            (kept("tomorrow"), "access-1"),
            (kept(""), "access-1"),
            (json!({"login": {"refresh_token": "refresh-1", "access_token": "kept-1"}}), "access-1"),
        ] {
            let stage = Stage::set().await;
            stage.hold(config.clone());
            stage.grants("refresh-1", "access-1", "refresh-1").await;
            let oauth = stage.oauth().access_token_kept("login.access_token", "login.expiry");
            let auth = stage.auth(oauth).await;
            assert_eq!(stage.token(&auth).await.unwrap(), want, "{config}");
            let forms = stage.count().await;
            assert_eq!(forms, usize::from(want == "access-1"), "{config}");
            assert_eq!(stage.kept().len(), forms, "{config}");
            assert!(!stage.output.redacted("kept-1 access-1").contains(want), "{config}");
        }
    }

    #[tokio::test]
    async fn a_new_access_token_is_written_back_with_its_end() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-2").await;
        let oauth = stage.oauth().access_token_kept("login.access_token", "login.expiry");
        let auth = stage.auth(oauth).await;
        stage.token(&auth).await.unwrap();
        let login = &stage.kept()[0]["login"];
        assert_eq!(login["refresh_token"], "refresh-2");
        assert_eq!(login["access_token"], "access-1");
        let expiry = login["expiry"].as_str().unwrap();
        assert!(expiry.starts_with("2024-01-08T13:00:0") && expiry.ends_with('Z'), "{expiry}");
    }

    #[tokio::test]
    async fn a_refresh_token_that_stays_the_same_is_not_written_back() {
        let stage = Stage::set().await;
        stage.grants("refresh-1", "access-1", "refresh-1").await;
        let auth = stage.auth(stage.oauth()).await;
        stage.token(&auth).await.unwrap();
        assert_eq!(stage.page.text(), "");
    }

    /// What happened, in its order: requests as the server saw them, messages as they were written.
    #[derive(Clone, Default)]
    struct Journal(Arc<Mutex<Vec<String>>>);

    impl Journal {
        fn note(&self, what: &str) {
            self.0.lock().unwrap().push(what.to_owned());
        }
    }

    impl Write for Journal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8_lossy(bytes);
            if text.contains("CONNECTOR_CONFIG") {
                self.note(if text.contains("refresh-2") { "kept refresh-2" } else { "kept another" });
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Clone, Deserialize, JsonSchema)]
    struct Config {
        url: String,
        refresh_token: Secret,
    }

    async fn used(config: Config) -> Result<()> {
        let oauth = OAuth::refresh(&config.url, "id", &secret("s"), &config.refresh_token);
        let api = Api::new(&config.url).auth(oauth.written_back("refresh_token"));
        api.get("orders").send().await.map(drop)
    }

    /// Gives up on its token as soon as the endpoint has the question, if it can hear of that.
    struct Shop(Option<Arc<Notify>>);

    impl Source for Shop {
        type Config = Config;

        fn spec(&self) -> Spec {
            Spec::new("https://docs.shop.test")
        }

        async fn check(&self, config: &Config) -> Result<()> {
            let Some(asked) = &self.0 else { return used(config.clone()).await };
            tokio::select! {
                biased;
                () = asked.notified() => Ok(()),
                // In a task of its own, as slices are read: it goes on when nobody waits for it.
                done = tokio::task::spawn_local(used(config.clone())) => done.unwrap(),
            }
        }

        async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
            used(config.clone()).await?;
            Ok(vec![Stream::new("orders", r#"{"type": "object"}"#).full_refresh(async |_| Ok(()))])
        }
    }

    /// What happens when this shop carries out a command.
    async fn story(shop: Shop, command: &str) -> Vec<String> {
        let (server, journal) = (MockServer::start().await, Journal::default());
        for (verb, body) in
            [("POST", json!({"access_token": "access-1", "refresh_token": "refresh-2"})), ("GET", json!({}))]
        {
            let (seen, asked) = (journal.clone(), shop.0.clone());
            let answer = move |request: &Request| {
                let token = request
                    .headers
                    .get("authorization")
                    .map_or("refresh-1", |value| value.to_str().unwrap().trim_start_matches("Bearer "));
                seen.note(&format!("{verb} with {token}"));
                if let Some(asked) = &asked {
                    asked.notify_one();
                }
                ResponseTemplate::new(200).set_body_json(&body)
            };
            Mock::given(method(verb)).respond_with(answer).mount(&server).await;
        }
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: serde_json::Value| {
            let path = folder.path().join(name);
            std::fs::write(&path, content.to_string()).unwrap();
            path.into_os_string()
        };
        let config = file("config.json", json!({"url": server.uri(), "refresh_token": "refresh-1"}));
        let catalog = file("catalog.json", json!({"streams": []}));
        let mut line = vec!["shop".into(), command.into(), "--config".into(), config];
        if command == "read" {
            line.extend(["--catalog".into(), catalog]);
        }
        let outcome = run_with(&shop, line, Box::new(journal.clone()), Clock::of_machine()).await;
        assert_eq!(outcome, Outcome::Succeeded, "{command}");
        journal.0.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn in_every_command_a_new_refresh_token_is_kept_before_the_access_token_is_used() {
        for command in ["check", "discover", "read"] {
            let want = ["POST with refresh-1", "kept refresh-2", "GET with access-1"];
            assert_eq!(story(Shop(None), command).await, want, "{command}");
        }
    }

    #[tokio::test]
    async fn a_command_that_gives_up_on_a_token_keeps_the_refresh_token_all_the_same() {
        let story = story(Shop(Some(Arc::default())), "check").await;
        assert_eq!(story, ["POST with refresh-1", "kept refresh-2"]);
    }
}
