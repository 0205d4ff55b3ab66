use reqwest::Response;

use super::failure::Reason;

/// How many bytes of a refusal are looked at.
const BEGINNING: usize = 64 * 1024;

/// The whole body, decoded. One that has more than `limit` bytes is given up: it would take all memory there is.
pub(super) async fn whole(mut response: Response, limit: usize) -> Result<Vec<u8>, Reason> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit {
            return Err(Reason::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What came of a refusal's body. That it breaks off changes nothing of the refusal.
pub(super) async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < BEGINNING
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(BEGINNING);
    body
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::http::client::client;
    use crate::http::failure::Failure;

    async fn answered(bytes: usize) -> Response {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; bytes]);
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        client(crate::Timeouts::default()).unwrap().get(server.uri()).send().await.unwrap()
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_given_up_and_not_asked_for_again() {
        assert_eq!(whole(answered(1000).await, 1000).await.unwrap().len(), 1000);
        let reason = whole(answered(1001).await, 1000).await.unwrap_err();
        let failure = Failure::new("GET", &"https://a.test/x".parse().unwrap(), reason);
        assert!(!failure.is_transient());
        assert_eq!(
            failure.refusal().to_string(),
            "GET https://a.test/x answered with a body of more than 1000 bytes: ask for less at a time"
        );
    }

    #[tokio::test]
    async fn of_a_long_refusal_the_beginning_is_read() {
        assert_eq!(beginning(answered(BEGINNING + 1).await).await.len(), BEGINNING);
        assert_eq!(beginning(answered(10).await).await.len(), 10);
    }
}
