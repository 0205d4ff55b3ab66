use serde::Deserialize;

use crate::{Error, Result, Secret};

/// The key of a Google service account: the JSON file that the console offers when a key is made.
///
/// ```
/// # use connector_sdk::{Auth, OAuth, Result, Secret, ServiceAccount};
/// # fn auth(credentials: &Secret) -> Result<Auth> {
/// let account = ServiceAccount::parse(credentials)?;
/// Ok(OAuth::service_account(&account, ["https://www.googleapis.com/auth/spreadsheets.readonly"]).into())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ServiceAccount {
    pub(super) client_email: String,
    pub(super) private_key: Secret,
    #[serde(default)]
    pub(super) private_key_id: Option<String>,
    #[serde(default = "google")]
    pub(super) token_uri: String,
}

/// Where Google grants tokens, unless the key says otherwise.
fn google() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

impl ServiceAccount {
    /// Reads the whole file, as users paste it into a config.
    ///
    /// # Errors
    /// If it is no JSON, or lacks a field: the user must paste it again. Nothing of it is quoted.
    pub fn parse(json: &Secret) -> Result<Self> {
        let mut parsed = serde_json::Deserializer::from_str(json.expose());
        serde_path_to_error::deserialize(&mut parsed).map_err(|error| {
            let field = error.path().to_string();
            let inner = error.inner();
            let what = match inner.classify() {
                serde_json::error::Category::Data if field == "." => {
                    missing(json).unwrap_or_else(|| "it is no JSON object".to_owned())
                }
                serde_json::error::Category::Data => format!("its field `{field}` is no text"),
                _ => format!("it is no JSON from line {}, column {} on", inner.line(), inner.column()),
            };
            Error::config(format!(
                "the key of the service account cannot be read: {what}; paste the whole file"
            ))
        })
    }
}

/// Which field it lacks.
fn missing(json: &Secret) -> Option<String> {
    let fields: connector_protocol::JsonObject = serde_json::from_str(json.expose()).ok()?;
    let lacks = ["client_email", "private_key"].into_iter().find(|name| !fields.contains_key(*name))?;
    Some(format!("it has no `{lacks}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::FailureType;

    fn refusal(text: &str) -> String {
        let error = ServiceAccount::parse(&serde_json::from_value(json!(text)).unwrap()).unwrap_err();
        assert_eq!(error.failure_type(), FailureType::ConfigError);
        error.to_string()
    }

    #[test]
    fn a_pasted_file_is_read_whatever_else_it_holds() {
        let file = json!({"type": "service_account", "client_email": "me@x", "private_key": "k"}).to_string();
        let account = ServiceAccount::parse(&serde_json::from_value(Value::from(file)).unwrap()).unwrap();
        assert_eq!(account.token_uri, "https://oauth2.googleapis.com/token");
        assert!(!format!("{account:?}").contains("\"k\""));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_named_and_not_quoted() {
        let start = "the key of the service account cannot be read: ";
        for (text, want) in [
            (r#"{"private_key": "k-123"}"#, "it has no `client_email`"),
            (r#"{"client_email": "a"}"#, "it has no `private_key`"),
            (r#"{"client_email": "a", "private_key": 7}"#, "its field `private_key` is no text"),
            ("k-123", "it is no JSON from line 1, column 1 on"),
            ("\"k-123\"", "it is no JSON object"),
        ] {
            assert_eq!(refusal(text), format!("{start}{want}; paste the whole file"));
        }
    }
}
