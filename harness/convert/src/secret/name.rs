//! Which names belong to credentials. Tools record their values in the clear.

/// Letters and digits in lower case, so that `client_secret`, `clientSecret` and `Client-Secret` are one.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// Whether a field of a query, a form or JSON holds a credential by its name.
///
/// `next_page_token` and its like do not: they are part of what an API answers.
pub(super) fn is_field(name: &str) -> bool {
    const WHOLE: [&str; 21] = [
        "accesskey",
        "appkey",
        "appsecret",
        "assertion",
        "auth",
        "authorization",
        "bearer",
        "clientassertion",
        "idtoken",
        "jwt",
        "passphrase",
        "passwd",
        "pwd",
        "secret",
        "sessionid",
        "sessiontoken",
        "sig",
        "signature",
        "subscriptionkey",
        "token",
        "xamzcredential",
    ];
    const ENDS: [&str; 11] = [
        "accesstoken",
        "apikey",
        "apitoken",
        "authtoken",
        "clientsecret",
        "password",
        "privatekey",
        "refreshtoken",
        "secretkey",
        "securitytoken",
        "xamzsignature",
    ];
    let name = plain(name);
    WHOLE.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a field does only where its value looks like a credential: what is called just `token` may be that of a page.
pub(super) fn is_vague(name: &str) -> bool {
    plain(name) == "token"
}

/// Whether a parameter of a query does: Google's APIs call theirs just `key`.
pub(super) fn is_parameter(name: &str, value: &str) -> bool {
    is_field(name) || (plain(name) == "key" && value.len() >= 20 && !value.contains(' '))
}

/// Whether a header of a request does. `cookie` does too, but is made of several.
pub(super) fn is_request_header(name: &str) -> bool {
    let name = plain(name);
    let random = name.ends_with("idempotencykey") || name == "secwebsocketkey";
    let parts =
        ["token", "secret", "key", "authorization", "password", "credential", "signature", "session", "jwt"];
    !random && (name.ends_with("auth") || parts.iter().any(|part| name.contains(part)))
}

/// Whether a header of an answer hands one out.
pub(super) fn is_response_header(name: &str) -> bool {
    let name = plain(name);
    let parts = ["token", "secret", "apikey", "password", "session"];
    name == "authorization" || parts.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_told_from_others() {
        for name in
            ["access_token", "clientSecret", "X-Amz-Signature", "api-key", "user_password", "token", "sig"]
        {
            assert!(is_field(name), "{name}");
        }
        for name in ["next_page_token", "token_type", "key", "scope", "monkey", "grant_type", "expires_in"] {
            assert!(!is_field(name), "{name}");
        }
        assert!(is_parameter("key", "AIzaSyA0000000000000000"));
        assert!(!is_parameter("key", "name"));
    }

    #[test]
    fn headers_of_credentials_are_told_from_others() {
        for name in [
            "authorization",
            "proxy-authorization",
            "x-api-key",
            "x-shopify-access-token",
            "x-auth",
            "dd-application-key",
        ] {
            assert!(is_request_header(name), "{name}");
        }
        for name in ["accept", "user-agent", "idempotency-key", "content-type", "author"] {
            assert!(!is_request_header(name), "{name}");
        }
        assert!(is_response_header("x-csrf-token"));
        assert!(!is_response_header("surrogate-key"));
    }
}
