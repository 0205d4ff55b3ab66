use super::token::{Granted, Token};
use crate::scope::current;
use crate::{Result, Secret, write_back};

/// At which dotted paths of the config tokens stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) refresh_token: Option<String>,
    pub(super) access_token: Option<KeptToken>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeptToken {
    pub(super) path: String,
    pub(super) expiry_path: String,
}

impl Kept {
    /// The access token in the config, if there is one whose end can be read.
    pub(super) fn token(&self) -> Option<Token> {
        let (output, kept) = (current()?, self.access_token.as_ref()?);
        let access = output.held_config().text(&kept.path)?;
        let expiry = output.held_config().text(&kept.expiry_path)?.parse().ok()?;
        Some(Token::until(Secret::learnt(access), expiry))
    }

    /// The refresh token in the config, which may be newer than the one that the connector was started with.
    pub(super) fn refresh_token(&self) -> Option<Secret> {
        let (output, path) = (current()?, self.refresh_token.as_ref()?);
        output.held_config().text(path).map(Secret::learnt)
    }

    /// Has the platform keep what was granted.
    pub(super) fn keep(&self, granted: &Granted, token: &Token) -> Result<()> {
        let mut changes = Vec::new();
        match (&self.refresh_token, &granted.refresh_token) {
            (Some(path), Some(refresh_token)) => changes.push((path, refresh_token.expose().to_owned())),
            (None, Some(_)) => log::debug!(
                "a new refresh token came, and the connector does not say where in the config it belongs: it is used \
                 until this command ends"
            ),
            (_, None) => {}
        }
        if let Some(kept) = &self.access_token {
            let expiry = token.expiry.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            changes.extend([(&kept.path, token.access.expose().to_owned()), (&kept.expiry_path, expiry)]);
        }
        if changes.is_empty() { Ok(()) } else { write_back(changes) }
    }
}
