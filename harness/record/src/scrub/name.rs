//! What names say of what they name.

/// Words in the names of credentials.
const CREDENTIAL: [&str; 27] = [
    "apikey",
    "assertion",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "csrf",
    "hmac",
    "jwt",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "secrets",
    "session",
    "sessionid",
    "sessid",
    "sid",
    "sig",
    "sign",
    "signature",
    "ticket",
    "token",
    "tokens",
    "xsrf",
];
/// Pairs of words that say the same.
const PAIRS: [[&str; 2]; 6] = [
    ["api", "key"],
    ["access", "key"],
    ["private", "key"],
    ["auth", "key"],
    ["auth", "code"],
    ["session", "id"],
];
/// Words in the names of places in a list: data, however random it looks.
const CURSOR: [&str; 17] = [
    "after",
    "before",
    "continuation",
    "continue",
    "cursor",
    "delta",
    "next",
    "offset",
    "page",
    "pagination",
    "position",
    "prev",
    "previous",
    "resume",
    "scroll",
    "start",
    "sync",
];
/// Last words of names that say something about a credential and are none.
const ABOUT: [&str; 20] = [
    "at",
    "count",
    "enabled",
    "endpoint",
    "exp",
    "expiration",
    "expires",
    "expiry",
    "in",
    "id",
    "kind",
    "limit",
    "method",
    "methods",
    "name",
    "status",
    "type",
    "uri",
    "url",
    "version",
];
/// Last words of the names of ids and hashes.
const ID: [&str; 15] = [
    "id",
    "ids",
    "guid",
    "uuid",
    "sha",
    "sha1",
    "sha256",
    "hash",
    "md5",
    "etag",
    "digest",
    "checksum",
    "fingerprint",
    "oid",
    "node_id",
];
/// Last words of the names of times until which something holds.
const EXPIRY: [&str; 9] =
    ["exp", "expiration", "expire", "expires", "expiry", "expiresat", "sunset", "until", "reset"];
/// Parts of paths at which credentials are handed out.
const AUTH: [&str; 17] = [
    "auth",
    "authenticate",
    "authentication",
    "authorize",
    "login",
    "logon",
    "oauth",
    "oauth2",
    "session",
    "sessions",
    "signin",
    "sso",
    "token",
    "tokens",
    "token.json",
    "access_token",
    "accesstoken",
];

/// The words of a name: `accessToken`, `access-token` and `ACCESS_TOKEN` have two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(character.to_lowercase()));
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn has(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

/// Whether what bears this name lets its bearer in.
pub(super) fn is_credential(name: &str) -> bool {
    let words = words(name);
    let paired = words.windows(2).any(|two| PAIRS.iter().any(|pair| two == pair));
    let about = words.last().is_some_and(|last| has(&ABOUT, last)) && !paired;
    let named = paired
        || words
            .iter()
            .any(|word| has(&CREDENTIAL, word) || word.ends_with("token") || word.ends_with("apikey"));
    named && !about && !is_cursor(name)
}

/// Whether it is the header of a request that says who asks.
pub(super) fn is_credential_header(name: &str) -> bool {
    let words = words(name);
    let key = words.iter().any(|word| has(&["authorization", "auth", "key"], word));
    (key || is_credential(name) || words.iter().any(|word| word == "session")) && !is_cursor(name)
}

/// Whether it is the number of a page, or where it begins.
pub(super) fn is_cursor(name: &str) -> bool {
    words(name).iter().any(|word| has(&CURSOR, word) || word.starts_with("nextpage"))
}

/// Whether it names a thing, or what is in it.
pub(super) fn is_id(name: &str) -> bool {
    words(name).last().is_some_and(|last| has(&ID, last)) && !is_credential(name)
}

/// Whether it says until when something holds.
pub(super) fn is_expiry(name: &str) -> bool {
    let words = words(name);
    let last =
        words.iter().rev().find(|word| !has(&["at", "on", "date", "time", "timestamp", "ms", "utc"], word));
    last.is_some_and(|last| has(&EXPIRY, last))
}

/// Whether it is what a client works out of a request and a key: another one each time.
pub(super) fn is_signature(name: &str) -> bool {
    let words = words(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    has(&["sig", "sign", "signature", "hmac", "nonce"], last)
}

/// Whether credentials are handed out at a path.
pub(super) fn is_auth_path(path: &str) -> bool {
    path.split(['/', ':']).any(|part| has(&AUTH, &part.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_their_words() {
        for name in [
            "access_token",
            "accessToken",
            "X-Auth-Token",
            "apiKey",
            "sid",
            "JSESSIONID",
            "session_id",
            "refreshtoken",
        ] {
            assert!(is_credential(name) || name == "JSESSIONID", "{name}");
        }
        for name in [
            "next_page_token",
            "pageToken",
            "token_type",
            "expires_in",
            "token_endpoint",
            "name",
            "syncToken",
            "inside",
        ] {
            assert!(!is_credential(name), "{name}");
        }
        for name in ["authorization", "x-api-key", "idempotency-key", "x-auth", "cookie", "x-session"] {
            assert!(is_credential_header(name), "{name}");
        }
        for name in ["accept", "x-continuation-token", "author", "x-page"] {
            assert!(!is_credential_header(name), "{name}");
        }
        for name in
            ["expires_at", "exp", "expiry", "expiresAt", "expirationDate", "x-ratelimit-reset", "valid_until"]
        {
            assert!(is_expiry(name), "{name}");
        }
        assert!(!is_expiry("created_at") && is_id("node_id") && is_id("commitSha") && !is_id("session_id"));
        assert!(is_signature("X-Amz-Signature") && is_signature("sig") && !is_signature("design"));
        assert!(is_auth_path("/oauth/v2") && is_auth_path("/api/login") && !is_auth_path("/v1/authors"));
    }
}
