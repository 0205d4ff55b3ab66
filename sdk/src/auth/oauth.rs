use std::fmt::{self, Display};

use super::ServiceAccount;
use super::grant::Grant;
use super::kept::{Kept, KeptToken};
use crate::Secret;

/// Access tokens that are fetched from a token endpoint and renewed before they expire: OAuth 2.0.
///
/// A token is renewed 30 seconds before it expires, or when a tenth of its time is left if that is less; one whose
/// `expires_in` is absent or no number lasts an hour. However many requests find it expired, it is renewed once for
/// all, also where a connector makes several equal `OAuth`s in the course of a command. What time it is says
/// [`Clock::current`](crate::Clock::current).
///
/// ```
/// # use connector_sdk::{Auth, OAuth, Secret};
/// # fn auth(secret: Secret, refresh_token: Secret) -> Auth {
/// OAuth::refresh("https://login.example.test/token", "client-7", &secret, &refresh_token)
///     .scopes(["orders.read"])
///     .written_back("credentials.refresh_token")
///     .access_token_kept("credentials.access_token", "credentials.token_expiry_date")
///     .into()
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct OAuth {
    pub(super) token_url: String,
    pub(super) grant: Grant,
    pub(super) client: Option<Client>,
    pub(super) scopes: Vec<String>,
    pub(super) form: Vec<(String, String)>,
    pub(super) kept: Kept,
}

/// Who the connector is to the token endpoint.
#[derive(Clone, PartialEq)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Secret,
    pub(super) basic: bool,
}

impl OAuth {
    /// Access tokens for a refresh token that a user has granted.
    pub fn refresh(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: &Secret,
        refresh_token: &Secret,
    ) -> Self {
        let client = Client { id: client_id.into(), secret: client_secret.clone(), basic: false };
        Self::new(token_url.into(), Grant::Refresh(refresh_token.clone()), Some(client))
    }

    /// Access tokens for the connector itself, by its id and secret alone.
    pub fn client_credentials(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: &Secret,
    ) -> Self {
        let client = Client { id: client_id.into(), secret: client_secret.clone(), basic: false };
        Self::new(token_url.into(), Grant::ClientCredentials, Some(client))
    }

    /// Access tokens for a Google service account, by a JWT that its key signs.
    pub fn service_account<S: Display>(
        account: &ServiceAccount,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let token_url = account.token_uri.clone();
        Self::new(token_url, Grant::ServiceAccount(account.clone()), None).scopes(scopes)
    }

    /// What the access token is to be good for.
    #[must_use]
    pub fn scopes<S: Display>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(|scope| scope.to_string()));
        self
    }

    /// A further field of the request for a token, such as an audience.
    #[must_use]
    pub fn form(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.form.push((name.into(), value.to_string()));
        self
    }

    /// Sends the client's id and secret in the header of basic authentication, not in the form.
    #[must_use]
    pub fn basic(mut self) -> Self {
        if let Some(client) = &mut self.client {
            client.basic = true;
        }
        self
    }

    /// The dotted path in the config where the refresh token stands, such as `credentials.refresh_token`.
    ///
    /// A new refresh token is written back there before the access token that came with it is first used, so that a
    /// refresh token that is good for one use is not lost, whatever happens next: see
    /// [`write_back`](crate::write_back()).
    #[must_use]
    pub fn written_back(mut self, path: impl Into<String>) -> Self {
        self.kept.refresh_token = Some(path.into());
        self
    }

    /// The dotted paths in the config where the access token stands and when it expires, as an RFC 3339 timestamp.
    ///
    /// While the one there is good, none is fetched; a new one is written back. Worth it where a fetched token costs
    /// something: where refresh tokens are good for one use, or the number of access tokens is limited.
    #[must_use]
    pub fn access_token_kept(mut self, path: impl Into<String>, expiry_path: impl Into<String>) -> Self {
        self.kept.access_token = Some(KeptToken { path: path.into(), expiry_path: expiry_path.into() });
        self
    }

    fn new(token_url: String, grant: Grant, client: Option<Client>) -> Self {
        OAuth { token_url, grant, client, scopes: Vec::new(), form: Vec::new(), kept: Kept::default() }
    }
}

impl fmt::Debug for OAuth {
    /// Neither the URL nor the client, since either may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("grant", &self.grant)
            .field("scopes", &self.scopes)
            .field("kept", &self.kept)
            .finish_non_exhaustive()
    }
}
