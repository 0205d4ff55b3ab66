use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::ServiceAccount;
use crate::{Error, Result};

/// How long what we sign is in force: as long as Google allows.
const LIFETIME: i64 = 3600;

/// What a service account says of itself to get an access token, signed by its key with RS256.
pub(super) fn signed(account: &ServiceAccount, scope: &str, now: Timestamp) -> Result<String> {
    // Whole minutes: never in the future of a server whose clock is a little behind ours, and the same again when a
    // recording is replayed.
    let issued = now.as_second().div_euclid(60) * 60;
    let mut header = json!({"alg": "RS256", "typ": "JWT"});
    if let Some(id) = &account.private_key_id {
        header["kid"] = Value::from(id.as_str());
    }
    let claims = json!({
        "iss": account.client_email,
        "scope": scope,
        "aud": account.token_uri,
        "iat": issued,
        "exp": issued + LIFETIME,
    });
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encoded(&header), encoded(&claims));
    let key = key(account)?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|_| Error::system("failed to sign with the key of the service account"))?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key(account: &ServiceAccount) -> Result<RsaKeyPair> {
    let unusable = |why: &str| {
        Error::config(format!(
            "the `private_key` of the service account cannot be used: {why}; paste the whole file of the key"
        ))
    };
    // Escaped twice by who pasted it, it has `\n` where its lines end.
    let pem = account.private_key.expose().replace("\\n", "\n");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| unusable("want a PEM that begins with `-----BEGIN PRIVATE KEY-----`"))?;
    RsaKeyPair::from_pkcs8(der.secret_pkcs8_der())
        .map_err(|error| unusable(&format!("want an RSA key of 2048 bits or more in PKCS #8 ({error})")))
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;
    use crate::FailureType;

    const KEY: &str = include_str!("test_key.pem");

    fn account(private_key: &str) -> ServiceAccount {
        let account = json!({
            "client_email": "me@x.test", "private_key": private_key, "private_key_id": "id-7",
            "token_uri": "https://a.test/token"
        });
        serde_json::from_value(account).unwrap()
    }

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn the_public_key_verifies_what_was_signed_and_nothing_else() {
        let token = signed(&account(KEY), "a b", "2024-01-08T12:00:59Z".parse().unwrap()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let pair = key(&account(KEY)).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
        public.verify(message.as_bytes(), &signature).unwrap();
        assert!(public.verify(message.replacen('e', "f", 1).as_bytes(), &signature).is_err());

        let (header, claims) = message.split_once('.').unwrap();
        assert_eq!(decoded(header), json!({"alg": "RS256", "typ": "JWT", "kid": "id-7"}));
        let want = json!({
            "iss": "me@x.test", "scope": "a b", "aud": "https://a.test/token", "iat": 1_704_715_200,
            "exp": 1_704_718_800
        });
        assert_eq!(decoded(claims), want);
    }

    #[test]
    fn a_key_whose_line_breaks_were_escaped_twice_is_read() {
        key(&account(&KEY.replace('\n', "\\n"))).unwrap();
    }

    #[test]
    fn a_key_that_cannot_be_used_is_named_and_not_quoted() {
        let (head, body) = KEY.split_at(KEY.find("MII").unwrap());
        let cut = format!("{head}{}", &body[64..].trim_start());
        for (text, want) in [
            ("k-123", "want a PEM that begins with `-----BEGIN PRIVATE KEY-----`"),
            (&KEY.replace("BEGIN PRIVATE", "BEGIN PUBLIC"), "want a PEM that begins with"),
            (&cut, "want an RSA key of 2048 bits or more in PKCS #8"),
        ] {
            let error = signed(&account(text), "", Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.failure_type(), FailureType::ConfigError);
            let said = error.to_string();
            assert!(said.starts_with("the `private_key` of the service account cannot be used: "), "{said}");
            assert!(said.contains(want) && !said.contains("k-123") && !said.contains("MII"), "{said}");
        }
    }
}
