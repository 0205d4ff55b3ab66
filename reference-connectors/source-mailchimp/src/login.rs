//! Each account lives in a data center, which is part of the host's name: it is to be found out before all else.

use connector_sdk::{Api, Auth, Error, Result, Secret};
use serde::Deserialize;

use crate::{Credentials, Mailchimp};

impl Mailchimp {
    /// The API of the account.
    pub(crate) async fn sign_in(&self, credentials: &Credentials) -> Result<Api> {
        let (auth, center) = match credentials {
            Credentials::ApiKey { apikey: key } => (Auth::basic("anystring", key), of_key(key)?),
            Credentials::OAuth { access_token: token } => (Auth::bearer(token), self.of_token(token).await?),
        };
        // Mailchimp closes the door on an eleventh connection.
        Ok(Api::new(self.api.replace("{dc}", &center)).auth(auth).at_once(10))
    }

    async fn of_token(&self, token: &Secret) -> Result<String> {
        let api = Api::new(&self.login).auth(Auth::scheme("OAuth", token));
        let metadata = api.get("oauth2/metadata").send().await?;
        // The status is 200 even if Mailchimp does not know the token.
        let center = metadata.json::<Metadata>()?.dc.filter(|center| is_center(center));
        center.ok_or_else(|| Error::config("Mailchimp does not know this access token: sign in again"))
    }
}

/// What Mailchimp says of an access token; of one that it does not know, it says `error` instead.
#[derive(Deserialize)]
struct Metadata {
    dc: Option<String>,
}

/// The data center at the end of a key.
fn of_key(key: &Secret) -> Result<String> {
    let center = key.expose().rsplit_once('-').map(|(_, center)| center).filter(|center| is_center(center));
    center.map(str::to_owned).ok_or_else(|| {
        Error::config("the API key has no data center: want it whole, with an end such as -us10")
    })
}

/// Letters and digits alone: with anything else in it, the key would be sent to another host.
fn is_center(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}
