//! JSON Web Tokens: what of them is the same in two runs, and one issued now.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::bind_json;
use crate::Terms;

/// Says when a token was issued, from and until when it holds, and which of many it is.
const OF_A_RUN: [&str; 4] = ["iat", "nbf", "exp", "jti"];

/// In place of a signature: no key has made it.
const SIGNATURE: &str = "bWFkZS11cA";

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Which of several keys has signed: another one at replay.
const KEY: &str = "kid";

/// Of a JWT, in one spelling what does not change from run to run; `None` of any other text.
pub(crate) fn claims_of(text: &[u8]) -> Option<String> {
    // `{"` in base64.
    if !text.starts_with(b"eyJ") {
        return None;
    }
    let mut parts = std::str::from_utf8(text).ok()?.split('.');
    let (mut header, mut claims) = (object(parts.next()?)?, object(parts.next()?)?);
    parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    header.remove(KEY);
    claims.retain(|name, _| !OF_A_RUN.contains(&name.as_str()));
    Some(format!("jwt {} {}", Value::Object(header), Value::Object(claims)))
}

/// A token of these two parts, its expressions filled in, its times moved so that it is issued now.
pub(super) fn issued(header: &str, claims: &str, terms: &Terms) -> Result<String, String> {
    let bound = |part: &str| {
        let text = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let json = text.and_then(|text| RawValue::from_string(text).ok());
        let json = json.ok_or("wanted two JSON objects in base64url")?;
        Ok::<_, String>(URL_SAFE_NO_PAD.encode(bind_json(&json, terms)?))
    };
    let (header, claims, now) = (bound(header)?, bound(claims)?, terms.now);
    let mut object = object(&claims).ok_or("wanted an object of claims")?;
    let issued = ["iat", "nbf"].iter().find_map(|name| object.get(*name)?.as_i64());
    let Some((now, issued)) = now.zip(issued) else {
        return Ok(format!("{header}.{claims}.{SIGNATURE}"));
    };
    for name in ["iat", "nbf", "exp"] {
        if let Some(at) = object.get(name).and_then(Value::as_i64) {
            // Claims may say anything, the ends of time included.
            let moved = at.saturating_sub(issued).saturating_add(now.as_second());
            object.insert(name.to_owned(), moved.into());
        }
    }
    let claims = URL_SAFE_NO_PAD.encode(Value::Object(object).to_string());
    Ok(format!("{header}.{claims}.{SIGNATURE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn two_tokens_of_one_meaning_are_one() {
        let one = token(r#"{"iss":"me","iat":1,"exp":3601,"jti":"a"}"#);
        let other = token(r#"{"exp":7201,"iat":3601,"jti":"b","iss":"me"}"#);
        assert_eq!(claims_of(one.as_bytes()), claims_of(other.as_bytes()));
        assert_ne!(claims_of(one.as_bytes()), claims_of(token(r#"{"iss":"you"}"#).as_bytes()));
        for text in ["eyJ", "eyJ.a.b", "a.b.c", &format!("{one}.more")] {
            assert_eq!(claims_of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_issued_anew() {
        let token = token(r#"{"iss":"me","iat":1000,"exp":4600}"#);
        let (head, _) = token.rsplit_once('.').unwrap();
        let (header, claims) = head.split_once('.').unwrap();
        let now = jiff::Timestamp::from_second(2_000_000_000).unwrap();
        let terms = Terms { now: Some(now), ..Terms::default() };
        let issued = issued(header, claims, &terms).unwrap();
        let claims = object(issued.split('.').nth(1).unwrap()).unwrap();
        assert_eq!(claims["iat"], 2_000_000_000_i64);
        assert_eq!(claims["exp"], 2_000_003_600_i64);
        assert_eq!(claims_of(issued.as_bytes()), claims_of(token.as_bytes()));
    }

    #[test]
    fn a_token_that_never_expires_still_does_not() {
        let token = token(&format!(r#"{{"iat":-1000,"exp":{}}}"#, i64::MAX));
        let (header, claims) = token.rsplit_once('.').unwrap().0.split_once('.').unwrap();
        let now = jiff::Timestamp::from_second(2_000_000_000).unwrap();
        let issued = issued(header, claims, &Terms { now: Some(now), ..Terms::default() }).unwrap();
        assert_eq!(object(issued.split('.').nth(1).unwrap()).unwrap()["exp"], i64::MAX);
    }
}
