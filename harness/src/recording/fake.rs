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
/// What parts a secret.
const MARKS: [char; 4] = ['-', '.', '@', ':'];

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
        Value::String(text) if is_secret_leaf(path, text) => Value::String(text_of(path, text, hosts)),
        Value::Number(number) if is_secret_leaf(path, &number.to_string()) => number_of(path, number),
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
        let (user, rest) = user_of(rest);
        let (host, path_of_url) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let user = if user.is_empty() { String::new() } else { format!("{}@", shaped(path, user, &[])) };
        return format!("{scheme}://{user}{host}{}", shaped(path, path_of_url, &[]));
    }
    let kind = kind_of(text);
    let made_up = shaped(path, &text[kind.len()..], hosts);
    // No mark that another place would spell otherwise: an answer that held the secret percent-encoded, or in quotes, is
    // recorded without saying so.
    let mut seed = path.len();
    let plain = |mark: char| mark.is_alphanumeric() || "-._~:@ ".contains(mark);
    let letter = |mark: char| if plain(mark) { mark.to_string() } else { letters("x", &mut seed) };
    format!("{kind}{}", made_up.chars().map(letter).collect::<String>())
}

/// The user name and password of a URL whose scheme was cut off, and the rest. A password may hold a slash, though it must
/// not: what follows the colon is no port then.
fn user_of(url: &str) -> (&str, &str) {
    let end = url.find(['/', '?']).unwrap_or(url.len());
    let port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let broken =
        url[..end].rsplit_once(':').is_some_and(|(_, after)| !port(after) && !after.contains(['@', ']']));
    let within = if broken { url } else { &url[..end] };
    within.rfind('@').map_or(("", url), |at| (&url[..at], &url[at + 1..]))
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
    // What goes on with words is a phrase, of which every word is secret.
    let is_word = |part: &str| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    if text[end..].split(['_', '-', ' ']).any(is_word) { "" } else { &text[..end] }
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
    let names_a_host = |part: &str| {
        let name = part.trim_end_matches(MARKS);
        !name.is_empty() && hosts.iter().any(|host| host.split(['.', '-']).any(|label| label == name))
    };
    let parts: Vec<&str> = text.split_inclusive(MARKS).collect();
    let made_up = |seed: &mut usize| -> String {
        parts
            .iter()
            .map(|part| if names_a_host(part) { (*part).to_owned() } else { letters(part, seed) })
            .collect()
    };
    let first = made_up(&mut seed);
    // Chance made up the very secret: once more, from another letter on.
    if first == text { made_up(&mut (seed + text.len() + 1)) } else { first }
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
    let written = number.to_string();
    let made_up = |mut seed: usize| {
        let digits = letters(&written, &mut seed);
        // A number must not begin with a zero.
        digits.replacen('0', "1", usize::from(digits.starts_with('0')))
    };
    // Of three rows of digits at least one is another number.
    let digits = (path.len()..path.len() + 3).map(made_up).find(|digits| *digits != written);
    digits.and_then(|digits| serde_json::from_str(&digits).ok()).unwrap_or_else(|| Value::from(1))
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
    fn nothing_of_a_phrase_or_of_a_password_in_a_url_stays() {
        assert!(!made_up("horse-apple-cat-battery-dog", &[]).contains("horse"));
        for marks in ["#$%&*!?^@(", "a+b/c==", "x\n\"y\\z"] {
            let made_up = made_up(marks, &[]);
            assert!(
                made_up != marks && !made_up.contains(['%', '+', '/', '=', '\n', '"', '\\']),
                "{made_up}"
            );
        }
        for url in
            ["postgres://me:can/a@ry@db.example.test:5432/x", "postgres://me:canary@db.example.test:5432/x"]
        {
            let url = made_up(url, &[]);
            assert!(url.contains("@db.example.test:5432/") && !url.contains("can"), "{url}");
        }
        for url in ["https://hooks.example.test:8080/T0/@x", "https://[::1]/x"] {
            assert!(made_up(url, &[]).starts_with(&url[..url.len() - 1][..12]), "{url}");
        }
    }

    #[test]
    fn chance_does_not_make_up_the_secret_itself() {
        let host = ["api.example.test".to_owned()];
        for first in 0..10_u8 {
            let digits: String = (0..6).map(|at| char::from(b'0' + (first + at) % 10)).collect();
            assert_ne!(of("pin", &json!(digits), &host), json!(digits));
            let number = json!(u32::from(first));
            assert_ne!(of("pin", &number, &host), number);
        }
    }

    #[test]
    fn two_secrets_of_one_shape_are_told_apart_and_a_number_stays_one() {
        let value = json!("AAAAAAAA11111111");
        assert_ne!(of("access_key", &value, &[]), of("secret_key", &value, &[]));
        let number = of("account", &json!(4_711_000), &[]);
        assert!(number.is_u64() && number.to_string().len() == 7 && number != json!(4_711_000), "{number}");
    }
}
