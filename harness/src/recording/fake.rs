//! Made-up values in place of secrets: of the same shape, so that the connector takes them, and never the same.

use serde_json::{Number, Value};

use crate::secrets::is_secret_leaf;
use crate::terms::{below, item_of, json_within};

/// Keys that we made and that open nothing: a connector that signs with a key needs one that works.
const RSA: &str = include_str!("made_up_rsa.pem");
const EC: &str = include_str!("made_up_ec.pem");

/// Letters that show what they are.
const LETTERS: &[u8] = b"madeup";

/// The longest beginning that says of which kind a key is, such as `sk_test_`.
const KIND: usize = 16;
/// The fewest characters that are left to be made up after it.
const REST: usize = 8;

/// The made-up value for the secret at `path` of a config, a string or a number.
///
/// `hosts` are those that were asked: a part of a secret that names one of them has to stay, since it says where to go
/// (the data centre at the end of a Mailchimp key).
pub(super) fn of(path: &str, value: &Value, hosts: &[String]) -> Value {
    match value {
        Value::String(text) => Value::String(text_of(path, text, hosts)),
        Value::Number(number) => number_of(path, number),
        other => other.clone(),
    }
}

/// A secret that is JSON, its own secrets made up.
fn within(path: &str, inner: &Value, hosts: &[String]) -> Value {
    match inner {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), within(&below(path, name), value, hosts)))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| within(&item_of(path, index), item, hosts)).collect()
        }
        Value::String(text) if is_secret_leaf(text) => Value::String(text_of(path, text, hosts)),
        other => other.clone(),
    }
}

fn text_of(path: &str, text: &str, hosts: &[String]) -> String {
    if let Some(inner) = json_within(text) {
        return within(path, &inner, hosts).to_string();
    }
    if let Some(key) = key_of(text) {
        return key;
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        // Where a URL leads has to stay; a password in it does not.
        let (authority, path_of_url) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let user = if user.is_empty() { String::new() } else { format!("{}@", shaped(path, user, &[])) };
        return format!("{scheme}://{user}{host}{}", shaped(path, path_of_url, &[]));
    }
    let kind = kind_of(text);
    format!("{kind}{}", shaped(path, &text[kind.len()..], hosts))
}

/// What a key begins with to say of which kind it is: `ghp_`, `sk_test_`, `xoxb-`.
fn kind_of(text: &str) -> &str {
    let head = text.get(..KIND.min(text.len())).unwrap_or_default();
    let plain =
        |part: &str| (2..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut end = 0;
    for (at, _) in head.match_indices(['_', '-']) {
        if !plain(&head[end..at]) || text.len() < at + 1 + REST {
            break;
        }
        end = at + 1;
    }
    &text[..end]
}

/// A key of the same kind that works, for one in PEM.
fn key_of(text: &str) -> Option<String> {
    let key = match text.split_once("-----BEGIN ")?.1 {
        head if head.starts_with("EC ") => EC,
        head if head.split("-----").next()?.contains("PRIVATE KEY") => RSA,
        _ => return None,
    };
    let escaped = text.contains("\\n");
    Some(if escaped { key.replace('\n', "\\n") } else { key.to_owned() })
}

/// Letters for letters and digits for digits; all else stays, and so does a part that names a host.
fn shaped(path: &str, text: &str, hosts: &[String]) -> String {
    let mut seed =
        path.bytes().fold(text.len(), |seed, byte| seed.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let mut parts = Vec::new();
    for part in text.split_inclusive(['-', '.', '@', ':']) {
        let name = part.trim_end_matches(['-', '.', '@', ':']);
        let names_a_host =
            !name.is_empty() && hosts.iter().any(|host| host.split(['.', '-']).any(|label| label == name));
        parts.push(if names_a_host { part.to_owned() } else { letters(part, &mut seed) });
    }
    let made_up = parts.concat();
    // A value of nothing but made-up letters is no secret to begin with.
    if made_up == text && !text.is_empty() && hosts.is_empty() {
        letters(text, &mut seed.wrapping_add(1))
    } else {
        made_up
    }
}

fn letters(text: &str, seed: &mut usize) -> String {
    let mut made_up = String::with_capacity(text.len());
    for character in text.chars() {
        let letter = char::from(LETTERS[*seed % LETTERS.len()]);
        made_up.push(match character {
            'a'..='z' => letter,
            'A'..='Z' => letter.to_ascii_uppercase(),
            '0'..='9' => char::from(b'0' + u8::try_from(*seed % 10).unwrap_or_default()),
            character if character.is_alphanumeric() => letter,
            character => character,
        });
        *seed = seed.wrapping_add(1);
    }
    made_up
}

fn number_of(path: &str, number: &Number) -> Value {
    let mut seed = path.len();
    let digits = letters(&number.to_string(), &mut seed);
    // A number must not begin with a zero.
    let digits = digits.replacen('0', "1", usize::from(digits.starts_with('0')));
    serde_json::from_str(&digits).unwrap_or_else(|_| Value::from(1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made_up(value: &str, hosts: &[&str]) -> String {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        of("api_key", &json!(value), &hosts).as_str().unwrap().to_owned()
    }

    #[test]
    fn a_made_up_value_has_the_shape_of_the_secret_and_nothing_else_of_it() {
        for (secret, kept) in [
            ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "sk_test_"),
            ("xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", "xoxb-"),
            ("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", "ghp_"),
            ("correct horse", ""),
            ("0123456789abcdef", ""),
        ] {
            let made_up = made_up(secret, &[]);
            assert!(made_up.starts_with(kept) && made_up.len() == secret.len(), "{made_up}");
            assert_ne!(made_up, secret);
            let classes = |text: &str| {
                text.chars()
                    .map(|it| (it.is_ascii_lowercase(), it.is_ascii_uppercase(), it.is_ascii_digit()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(classes(&made_up), classes(secret), "{made_up}");
        }
    }

    #[test]
    fn what_says_where_to_go_stays() {
        assert!(
            made_up("0123456789abcdef0123456789abcdef-us10", &["us10.api.mailchimp.com"]).ends_with("-us10")
        );
        let url = made_up("https://me:pa55@hooks.example.test/T0/x?k=v", &[]);
        assert!(url.contains("@hooks.example.test/") && !url.contains("pa55"), "{url}");
    }

    #[test]
    fn a_key_that_signs_is_one_that_works_and_a_text_of_json_stays_json() {
        let account = json!({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIx\n-----END PRIVATE KEY-----\n",
                             "token_uri": "https://oauth2.example.test/token", "client_id": "123456789012345",
                             "client_email": "bot@example.test"});
        let made_up: Value = serde_json::from_str(&made_up(&account.to_string(), &[])).unwrap();
        assert_eq!(made_up["private_key"], RSA);
        for name in ["token_uri", "client_email"] {
            assert_eq!(made_up[name], account[name]);
        }
        assert_ne!(made_up["client_id"], account["client_id"]);
        let escaped =
            text_of("k", "-----BEGIN EC PRIVATE KEY-----\\nMIIx\\n-----END EC PRIVATE KEY-----", &[]);
        assert!(escaped.contains("\\n") && !escaped.contains('\n'));
    }

    #[test]
    fn two_secrets_of_one_shape_are_told_apart_and_a_number_stays_one() {
        let value = json!("AAAAAAAA11111111");
        assert_ne!(of("access_key", &value, &[]), of("secret_key", &value, &[]));
        let number = of("account", &json!(4_711_000), &[]);
        assert!(number.is_u64() && number.to_string().len() == 7 && number != json!(4_711_000), "{number}");
    }
}
