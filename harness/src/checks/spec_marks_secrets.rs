use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::example::spec_of;
use crate::json_schema::{Node, Place, allows, types};
use crate::schemas;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "spec_marks_secrets",
    level: Level::Should,
    group: Group::Spec,
    requirement: "A field of the connectionSpecification that is named as a secret, and can hold one, is marked \
                  `airbyte_secret`.",
    why: "What is marked is kept in a vault, shown as dots, and masked in logs. What is not stands in the database, in the \
          form, and in every log that shows the config. Names are a guess: one that only looks like a secret may be waived.",
    source: "Connector acceptance tests, `spec`: test_secret_is_properly_marked, whose list of names lacks `api_key` and \
             all others that are put together.",
    judge,
    condemns: &[
        spec_of!(r#"{"type":"object","properties":{"api_key":{"type":"string"}}}"#),
        spec_of!(
            r#"{"type":"object","properties":{"auth":{"type":["null","object"],"oneOf":[{"properties":{"by":{"const":"a"},"privateKey":{"type":["string","null"]}}}]}}}"#
        ),
        spec_of!(r#"{"type":"object","properties":{"tokens":{"type":"array","items":{"type":"string"}}}}"#),
        spec_of!(r#"{"type":"object","properties":{"Tenant_ID":{"type":"integer"}}}"#),
        spec_of!(r#"{"type":"object","properties":{"password":{"type":"string","airbyte_secret":false}}}"#),
    ],
    acquits: &[
        spec_of!(
            r#"{"type":"object","properties":{"api_key":{"type":"string","airbyte_secret":true},"max_tokens":{"type":"integer"},"token_url":{"type":"string"},"sort_key":{"type":"string"}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"tokens":{"type":"array","items":{"type":"string","airbyte_secret":true}},"credentials":{"type":"object","oneOf":[{"properties":{"token":{"const":"none"}}}]}}}"#
        ),
        spec_of!(
            r#"{"type":"object","properties":{"params":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}}}},"secret":{"type":"boolean"}}}"#
        ),
    ],
};

/// Names that Airbyte's own tests take for those of secrets.
const NAMES: [&str; 18] = [
    "client_token",
    "access_token",
    "api_token",
    "token",
    "secret",
    "client_secret",
    "password",
    "key",
    "service_account_info",
    "service_account",
    "tenant_id",
    "certificate",
    "jwt",
    "credentials",
    "app_id",
    "appid",
    "refresh_token",
    "apikey",
];

/// Last words of the names of secrets that are texts.
const LAST: [&str; 12] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwords",
    "passphrase",
    "passwd",
    "pwd",
    "apikey",
    "apikeys",
    "jwt",
];

/// Tokens that let nobody in.
const HARMLESS_TOKENS: [&str; 5] = ["page", "next", "continuation", "sync", "cursor"];

/// Words before `key` that make it one that lets its bearer in: there are also sort keys, object keys, project keys.
const KEYS: [&str; 22] = [
    "access",
    "account",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "client",
    "consumer",
    "developer",
    "encryption",
    "integration",
    "license",
    "master",
    "private",
    "rsa",
    "secret",
    "security",
    "server",
    "shared",
    "signing",
    "ssh",
];

fn judge(evidence: &Evidence) -> Verdict {
    schemas::of_spec(evidence, "there is no spec", |node| {
        let name = node.property.filter(|_| node.place != Place::Other);
        let fault = name.filter(|name| !node.secret && is_secret(name, node));
        let finding =
            |name| Finding::new("`airbyte_secret: true`", format!("none, on a field named `{name}`"));
        Some(fault.map(finding).into_iter().collect())
    })
}

/// Whether a field of that name is a secret, by its name and by what it can hold.
fn is_secret(name: &str, node: &Node<'_>) -> bool {
    let fixed = ["const", "enum"].iter().any(|keyword| node.schema.contains_key(*keyword));
    let text = allows(node.schema, "string");
    let number = types(node.schema).any(|kind| kind == "integer" || kind == "number");
    // One of a pair with a value names it, and is no key to anything.
    let lower = name.to_ascii_lowercase();
    let pair = lower == "key" && node.siblings.is_some_and(|siblings| siblings.contains_key("value"));
    !fixed && !pair && ((text || number) && NAMES.contains(&lower.as_str()) || text && sounds_secret(name))
}

fn sounds_secret(name: &str) -> bool {
    let words = words(name);
    let mut last = words.iter().rev().map(String::as_str);
    match (last.next(), last.next()) {
        (Some("key" | "keys"), before) => before.is_some_and(|before| KEYS.contains(&before)),
        (Some("token" | "tokens"), Some(before)) => !HARMLESS_TOKENS.contains(&before),
        (Some(word), _) => LAST.contains(&word),
        (None, _) => false,
    }
}

/// The words of a name, however it is put together; numbers are left out.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for character in name.chars() {
        if !character.is_alphabetic() || (small && character.is_uppercase()) {
            words.push(String::new());
        }
        small = character.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphabetic()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
