use connector_protocol::{AdvancedAuth, ConnectorSpecification};
use schemars::JsonSchema;

use crate::config::config_schema;
use crate::{Error, Result};

/// What there is to say of a connector beside its config.
///
/// The config's own schema is derived from [`Source::Config`](crate::Source::Config), in the form that platforms turn
/// into a page with fields:
///
/// - a doc comment is the description, and its first line, if a heading, the title; fields are shown in their order;
/// - an `Option` is a field that may be left out, and so is one with `#[serde(default)]`, whose default is shown if its
///   type is `Serialize`; a field that a form has emptied, and so is null, counts as left out;
/// - a [`Secret`](crate::Secret) is shown as one, a [`Date`](crate::Date) with its pattern;
/// - an enum without content is a choice of words; one with `#[serde(tag = "..")]` a choice between groups of fields;
/// - `#[schemars(extend(..))]` says the rest in the platform's words, and `#[schemars(range(min = 1))]`,
///   `length(max = 9)` are limits that a config is held to.
///
/// ```
/// use connector_sdk::{Date, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// # Weather
/// #[derive(Deserialize, JsonSchema)]
/// struct Config {
///     /// # Credentials
///     credentials: Credentials,
///     /// # Start date
///     /// The first day to read.
///     #[schemars(extend("examples" = ["2024-01-02"]))]
///     start_date: Date,
///     /// # Page size
///     #[serde(default = "hundred")]
///     #[schemars(range(min = 1, max = 500), extend("airbyte_hidden" = true))]
///     page: u32,
///     /// # Region
///     #[schemars(extend("pattern" = "^[a-z]{2}$"))]
///     region: Option<String>,
/// }
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(tag = "auth_type", rename_all = "snake_case")]
/// enum Credentials {
///     /// # Token
///     Token { token: Secret },
///     /// # Certificate
///     Certificate {
///         #[schemars(extend("multiline" = true))]
///         certificate: Secret,
///     },
/// }
///
/// fn hundred() -> u32 {
///     100
/// }
/// ```
///
/// A `pattern` is for the platform, which checks it and shows it; here it is the type that says what it cannot read.
#[derive(Clone, Debug)]
pub struct Spec {
    documentation_url: String,
    changelog_url: Option<String>,
    advanced_auth: Option<String>,
}

impl Spec {
    /// A connector whose documentation stands at this URL.
    pub fn new(documentation_url: impl Into<String>) -> Self {
        Spec { documentation_url: documentation_url.into(), changelog_url: None, advanced_auth: None }
    }

    /// Where its changelog stands.
    #[must_use]
    pub fn changelog_url(self, url: impl Into<String>) -> Self {
        Spec { changelog_url: Some(url.into()), ..self }
    }

    /// How the platform obtains OAuth credentials for the user: the `advanced_auth` of the protocol as JSON text, such
    /// as that of a file.
    ///
    /// ```
    /// # use connector_sdk::Spec;
    /// let spec = Spec::new("https://docs.weather.test").advanced_auth(
    ///     r#"{
    ///         "auth_flow_type": "oauth2.0",
    ///         "predicate_key": ["credentials", "auth_type"],
    ///         "predicate_value": "oauth2.0",
    ///         "oauth_config_specification": {
    ///             "complete_oauth_output_specification": {"type": "object", "properties": {
    ///                 "refresh_token": {
    ///                     "type": "string", "path_in_connector_config": ["credentials", "refresh_token"]
    ///                 }
    ///             }}
    ///         }
    ///     }"#,
    /// );
    /// ```
    #[must_use]
    pub fn advanced_auth(self, json: impl Into<String>) -> Self {
        Spec { advanced_auth: Some(json.into()), ..self }
    }

    /// The SPEC message's content.
    pub(crate) fn describe<C: JsonSchema>(self) -> Result<ConnectorSpecification> {
        let advanced_auth = self.advanced_auth.map(|json| {
            serde_json::from_str::<AdvancedAuth>(&json)
                .map_err(|cause| Error::system(format!("the spec's advanced_auth cannot be read: {cause}")))
        });
        Ok(ConnectorSpecification {
            documentation_url: Some(self.documentation_url),
            changelog_url: self.changelog_url,
            connection_specification: config_schema::<C>(),
            advanced_auth: advanced_auth.transpose()?,
            ..ConnectorSpecification::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    struct Config {}

    #[test]
    fn a_spec_says_where_its_changes_stand_and_how_to_sign_in() {
        let spec = Spec::new("https://a.test")
            .changelog_url("https://a.test/changes")
            .advanced_auth(r#"{"auth_flow_type": "oauth2.0", "predicate_key": ["kind"]}"#)
            .describe::<Config>()
            .unwrap();
        assert_eq!(spec.changelog_url.as_deref(), Some("https://a.test/changes"));
        assert_eq!(spec.advanced_auth.unwrap().predicate_key.unwrap(), ["kind"]);
    }

    #[test]
    fn an_advanced_auth_that_cannot_be_read_says_where() {
        let error = Spec::new("https://a.test").advanced_auth("{\n7}").describe::<Config>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the spec's advanced_auth cannot be read: key must be a string at line 2 column 1"
        );
    }
}
