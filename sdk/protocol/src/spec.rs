use serde::{Deserialize, Serialize};

use crate::{DestinationSyncMode, JsonObject, number, word::words};

/// SPEC: what a connector needs to be told before it can work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectorSpecification {
    /// Where its documentation stands.
    #[serde(rename = "documentationUrl", default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// Where its changelog stands.
    #[serde(rename = "changelogUrl", default, skip_serializing_if = "Option::is_none")]
    pub changelog_url: Option<String>,
    /// The JSON Schema (draft 7) of the config. `airbyte_secret: true` marks what must not be shown.
    #[serde(rename = "connectionSpecification")]
    pub connection_specification: JsonObject,
    /// Deprecated: the catalog says it per stream.
    #[serde(rename = "supportsIncremental", default, skip_serializing_if = "Option::is_none")]
    pub supports_incremental: Option<bool>,
    /// Destinations only.
    #[serde(rename = "supportsNormalization", default, skip_serializing_if = "Option::is_none")]
    pub supports_normalization: Option<bool>,
    /// Destinations only.
    #[serde(rename = "supportsDBT", default, skip_serializing_if = "Option::is_none")]
    pub supports_dbt: Option<bool>,
    /// Destinations only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_destination_sync_modes: Option<Vec<DestinationSyncMode>>,
    /// Deprecated in favour of `advanced_auth`.
    #[serde(rename = "authSpecification", default, skip_serializing_if = "Option::is_none")]
    pub auth_specification: Option<AuthSpecification>,
    /// How the platform can obtain credentials for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_auth: Option<AdvancedAuth>,
    /// The release of the protocol that the connector speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// The deprecated declaration of an OAuth flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuthSpecification {
    /// The kind of flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<AuthType>,
    /// The flow.
    #[serde(rename = "oauth2Specification", default, skip_serializing_if = "Option::is_none")]
    pub oauth2_specification: Option<OAuth2Specification>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// The kinds of flow of [`AuthSpecification`].
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum AuthType {
        OAuth2 = "oauth2.0",
    }
}

/// Which config fields the deprecated OAuth declaration reads and fills.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OAuth2Specification {
    /// Path of the object that holds the OAuth fields.
    #[serde(rename = "rootObject", default, skip_serializing_if = "Option::is_none")]
    pub root_object: Option<Vec<RootObjectStep>>,
    /// Paths of the fields that start the flow.
    #[serde(rename = "oauthFlowInitParameters", default, skip_serializing_if = "Option::is_none")]
    pub oauth_flow_init_parameters: Option<Vec<Vec<String>>>,
    /// Paths of the fields that the flow fills.
    #[serde(rename = "oauthFlowOutputParameters", default, skip_serializing_if = "Option::is_none")]
    pub oauth_flow_output_parameters: Option<Vec<Vec<String>>>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// One step of the path of [`OAuth2Specification::root_object`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RootObjectStep {
    /// A property.
    Key(String),
    /// A branch of a `oneOf`.
    Index(#[serde(deserialize_with = "number::integer")] i64),
}

/// How the platform can obtain credentials for the user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AdvancedAuth {
    /// The kind of flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_flow_type: Option<AuthFlowType>,
    /// Path of the config field that decides whether the flow applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate_key: Option<Vec<String>>,
    /// The value at which it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate_value: Option<String>,
    /// What goes in and comes out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_config_specification: Option<OAuthConfigSpecification>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

words! {
    /// The kinds of flow of [`AdvancedAuth`].
    #[expect(missing_docs, reason = "the protocol's own words")]
    pub enum AuthFlowType {
        OAuth2 = "oauth2.0",
        OAuth1 = "oauth1.0",
    }
}

/// What goes into an OAuth flow and what comes out of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OAuthConfigSpecification {
    /// JSON Schema of the config fields that start the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_user_input_from_connector_config_specification: Option<JsonObject>,
    /// The requests of the flow, as templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_connector_input_specification: Option<OAuthConnectorInput>,
    /// JSON Schema of what the provider answers, and where it goes in the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_oauth_output_specification: Option<JsonObject>,
    /// JSON Schema of what the platform's administrator adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_oauth_server_input_specification: Option<JsonObject>,
    /// JSON Schema of what of it goes into the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_oauth_server_output_specification: Option<JsonObject>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// The requests of an OAuth flow, as templates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OAuthConnectorInput {
    /// Where the user consents.
    pub consent_url: String,
    /// The scopes asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Where a code is exchanged for a token.
    pub access_token_url: String,
    /// Headers of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_headers: Option<JsonObject>,
    /// Parameters of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_params: Option<JsonObject>,
    /// The keys of the answer to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract_output: Option<Vec<String>>,
    /// How the `state` parameter is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<OAuthState>,
    /// What the provider calls the client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id_key: Option<String>,
    /// What the provider calls the client secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_key: Option<String>,
    /// What the provider calls the scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_key: Option<String>,
    /// What the provider calls the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_key: Option<String>,
    /// What the provider calls the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_code_key: Option<String>,
    /// What the provider calls the redirect URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri_key: Option<String>,
    /// What the provider calls the token's expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_expiry_key: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

/// How long the `state` parameter of an OAuth flow may be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OAuthState {
    /// Characters, at least.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub min: Option<i64>,
    /// Characters, at most.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "number::optional_integer")]
    pub max: Option<i64>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}
