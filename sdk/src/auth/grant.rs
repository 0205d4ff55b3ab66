use std::fmt;

use jiff::Timestamp;

use super::{ServiceAccount, jwt};
use crate::{Result, Secret};

/// What an access token is asked for with.
#[derive(Clone, PartialEq)]
pub(super) enum Grant {
    Refresh(Secret),
    ClientCredentials,
    ServiceAccount(ServiceAccount),
}

impl Grant {
    /// The fields of the form that are the grant's own. `newer` is a refresh token that came after the one given.
    pub(super) fn form(
        &self,
        newer: Option<&Secret>,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Vec<(&'static str, String)>> {
        let scope = scopes.join(" ");
        let mut form = match self {
            Grant::Refresh(token) => vec![
                ("grant_type", "refresh_token".to_owned()),
                ("refresh_token", newer.unwrap_or(token).expose().to_owned()),
            ],
            Grant::ClientCredentials => vec![("grant_type", "client_credentials".to_owned())],
            // Its scopes stand in what is signed.
            Grant::ServiceAccount(account) => {
                let assertion = Secret::learnt(jwt::signed(account, &scope, now)?);
                return Ok(vec![
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()),
                    ("assertion", assertion.expose().to_owned()),
                ]);
            }
        };
        if !scope.is_empty() {
            form.push(("scope", scope));
        }
        Ok(form)
    }

    /// What the user can do about a refusal.
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Grant::Refresh(_) => {
                "authenticate again: the refresh token has expired, was revoked or used up, or it belongs to another \
                 client"
            }
            Grant::ClientCredentials => "check the client's id and secret in the config",
            Grant::ServiceAccount(_) => {
                "check that the service account exists, and that its key is in force and may have these scopes"
            }
        }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grant::Refresh(_) => "refresh token",
            Grant::ClientCredentials => "client credentials",
            Grant::ServiceAccount(_) => "service account",
        })
    }
}
