//! Slack's refusals: they come with status 200, and say why in one word.

use connector_sdk::{Answer, Decision, Error};

/// What to make of an answer that is a refusal; of any other, nothing.
pub(crate) fn decision(answer: &Answer) -> Option<Decision> {
    if answer.field("ok").as_deref() != Some("false") {
        return None;
    }
    let error = answer.field("error").unwrap_or_default();
    Some(match error.as_str() {
        "ratelimited" => Decision::RateLimited { wait: None },
        "fatal_error" | "internal_error" | "request_timeout" | "service_unavailable" => Decision::Retry,
        // Since it was listed, the app was taken out of the channel, or a channel or a thread was deleted.
        "channel_not_found" | "not_in_channel" | "thread_not_found" => {
            log::warn!("passed over: {answer}");
            Decision::Ignore
        }
        "missing_scope" => {
            let scope = answer.field("needed").unwrap_or_default();
            Decision::Fail(Error::config(format!("the API token lacks the scope {scope}: add it to the app")))
        }
        "account_inactive" | "invalid_auth" | "no_permission" | "not_authed" | "token_expired"
        | "token_revoked" => {
            Decision::Fail(Error::config(format!("Slack does not accept this API token: {error}")))
        }
        _ => Decision::Fail(Error::system(answer.to_string())),
    })
}
