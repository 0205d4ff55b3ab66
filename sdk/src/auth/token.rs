use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::Secret;

/// How long a token lasts of which nobody says how long.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// How long before its end a token is used no more: the request that carries it is still on its way.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// An access token and its end.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) access: Secret,
    pub(super) expiry: Timestamp,
    margin: SignedDuration,
}

impl Token {
    /// One that lasts from now on.
    pub(super) fn lasting(access: Secret, lifetime: SignedDuration, now: Timestamp) -> Self {
        let expiry = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        Token { access, expiry, margin: MARGIN.min(lifetime / 10) }
    }

    /// One of which the end alone is known.
    pub(super) fn until(access: Secret, expiry: Timestamp) -> Self {
        Token { access, expiry, margin: MARGIN }
    }

    /// Whether a request that is sent now may carry it.
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        now.saturating_add(self.margin).is_ok_and(|then| then < self.expiry)
    }
}

/// What a token endpoint answers. Whatever is secret in it is hidden from when it is parsed.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Option<Secret>,
    #[serde(default)]
    expires_in: Value,
}

impl Granted {
    pub(super) fn lifetime(&self) -> SignedDuration {
        let seconds = match &self.expires_in {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let lifetime = seconds.and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
        lifetime.filter(SignedDuration::is_positive).unwrap_or(USUAL)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lifetime(expires_in: &Value) -> i64 {
        let granted = json!({"access_token": "a", "expires_in": expires_in});
        serde_json::from_value::<Granted>(granted).unwrap().lifetime().as_secs()
    }

    #[test]
    fn a_lifetime_is_a_number_in_either_spelling_else_an_hour() {
        assert_eq!(lifetime(&json!(90)), 90);
        assert_eq!(lifetime(&json!("90")), 90);
        assert_eq!(lifetime(&json!(90.5)), 90);
        for odd in [Value::Null, json!("soon"), json!(0), json!(-5), json!(1e300), json!("NaN")] {
            assert_eq!(lifetime(&odd), 3600, "{odd}");
        }
        let granted: Granted = serde_json::from_value(json!({"access_token": "a"})).unwrap();
        assert_eq!(granted.lifetime().as_secs(), 3600);
    }

    #[test]
    fn a_token_is_given_up_a_little_before_its_end() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |seconds| now + SignedDuration::from_secs(seconds);
        let access: Secret = serde_json::from_value(json!("a")).unwrap();
        for (lifetime, last) in [(3600, 3569), (300, 269), (100, 89), (10, 8)] {
            let token = Token::lasting(access.clone(), SignedDuration::from_secs(lifetime), now);
            assert!(token.is_good(after(last)) && !token.is_good(after(last + 1)), "{lifetime}");
        }
        let token = Token::until(access, after(100));
        assert!(token.is_good(after(69)) && !token.is_good(after(70)));
    }
}
