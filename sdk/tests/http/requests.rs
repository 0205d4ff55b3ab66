use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{Api, FailureType, Retry, Timeouts};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// An API that asks again without waiting, so that no test sleeps.
fn api(base: &str) -> Api {
    Api::new(base).retry(Retry { first_wait: Duration::ZERO, ..Retry::default() })
}

async fn server_answering(status: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(status).set_body_json(json!({"message": "not today"})))
        .mount(&server)
        .await;
    server
}

async fn requests_to(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn headers_and_parameters_of_the_api_go_with_every_request() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/users"))
        .and(header("x-key", "k-1"))
        .and(query_param("locale", "en"))
        .and(query_param("page", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": 7})))
        .mount(&server)
        .await;
    let api = api(&format!("{}/v1", server.uri())).header("x-key", "k-1").query("locale", "en");
    let answer = api.get("users").query("page", 2).send().await.unwrap();
    assert_eq!(answer.json::<Value>().unwrap(), json!({"id": 7}));
}

#[tokio::test]
async fn a_busy_api_is_asked_again_until_it_answers() {
    for status in [408, 425, 429, 500, 502, 503, 504, 520, 524, 529] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(status))
            .up_to_n_times(2)
            .mount(&server)
            .await;
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        api(&server.uri()).get("x").send().await.unwrap();
        assert_eq!(requests_to(&server).await, 3, "{status}");
    }
}

#[tokio::test]
async fn an_api_that_stays_busy_is_a_transient_error_after_five_attempts() {
    let server = server_answering(503).await;
    let error = api(&server.uri()).get("x").query("day", 7).send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    assert_eq!(
        error.to_string(),
        format!(
            "GET {}/x?day=7 answered 503 Service Unavailable, saying `not today`; gave up after 5 attempts",
            server.uri()
        )
    );
    assert_eq!(requests_to(&server).await, 5);
}

#[tokio::test]
async fn retry_after_zero_asks_again_at_once() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "0");
    Mock::given(method("GET")).respond_with(busy).up_to_n_times(4).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    // Waits of its own would pass the budget, so it would give up.
    let hour = Duration::from_secs(3600);
    let retry =
        Retry { first_wait: hour, longest_wait: hour, budget: Duration::from_secs(30), ..Retry::default() };
    Api::new(server.uri()).retry(retry).get("x").send().await.unwrap();
    assert_eq!(requests_to(&server).await, 5);
}

#[tokio::test]
async fn a_wait_over_the_limit_is_not_begun() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(429).insert_header("retry-after", "86400");
    Mock::given(method("GET")).respond_with(limited).mount(&server).await;
    let error = api(&server.uri()).get("x").send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    assert!(error.to_string().contains("a wait of 86400 s"), "{error}");
    assert_eq!(requests_to(&server).await, 1);
}

#[tokio::test]
async fn refused_credentials_are_a_config_error_and_not_asked_again() {
    for status in [401, 403] {
        let server = server_answering(status).await;
        let error = api(&server.uri()).get("x").send().await.unwrap_err();
        assert_eq!(error.failure_type(), FailureType::ConfigError);
        assert!(error.to_string().contains("saying `not today`; check the credentials"), "{error}");
        assert_eq!(requests_to(&server).await, 1);
    }
}

#[tokio::test]
async fn any_other_refusal_is_a_system_error_and_not_asked_again() {
    for status in [400, 404, 418, 304, 501, 505, 525, 599] {
        let server = server_answering(status).await;
        let error = api(&server.uri()).get("x").send().await.unwrap_err();
        assert_eq!(error.failure_type(), FailureType::SystemError, "{status}");
        assert_eq!(requests_to(&server).await, 1);
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_does_not_carry_the_key_there() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let away = ResponseTemplate::new(302).insert_header("location", elsewhere.uri());
    Mock::given(path("/away")).respond_with(away).mount(&server).await;
    let near = ResponseTemplate::new(302).insert_header("location", "/here");
    Mock::given(path("/near")).respond_with(near).mount(&server).await;
    Mock::given(path("/here")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let api = api(&server.uri()).header("x-key", "k-1");
    let error = api.get("away").send().await.unwrap_err();
    assert!(error.to_string().contains("302 Found"), "{error}");
    assert_eq!(requests_to(&elsewhere).await, 0);
    api.get("near").send().await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let short = Timeouts { read: Duration::from_millis(20), ..Timeouts::default() };
    let retry = Retry { attempts: 2, first_wait: Duration::ZERO, ..Retry::default() };
    let error = Api::new(&base).timeouts(short).retry(retry).get("x").send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    assert_eq!(error.to_string(), format!("GET {base}/x was not answered in time; gave up after 2 attempts"));
    drop(listener);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answers = async {
        for body in ["{\"rates", "{\"rates\":{}}"] {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            assert!(socket.read(&mut request).await.unwrap() > 0);
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n";
            socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    };
    let api = api(&base);
    let (answer, ()) = tokio::join!(api.get("x").send(), answers);
    assert_eq!(answer.unwrap().json::<Value>().unwrap(), json!({"rates": {}}));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_transient_error_with_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = api(&base).get("x").send().await.unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert!(error.to_string().ends_with("gave up after 5 attempts"), "{error}");
}

#[tokio::test]
async fn a_user_in_the_url_is_not_shown() {
    let server = server_answering(404).await;
    let base = server.uri().replace("http://", "http://user:hidden@");
    let error = api(&base).get("x").send().await.unwrap_err().to_string();
    assert!(!error.contains("hidden") && !error.contains("user"), "{error}");
}

/// A server that takes connections and treats them all alike, until it is dropped: its base, and how many there were.
async fn connections(answer: &'static [u8]) -> (String, Rc<Cell<u32>>, impl Future<Output = ()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Rc::new(Cell::new(0));
    let counted = Rc::clone(&count);
    let serve = async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            counted.set(counted.get() + 1);
            let mut request = [0; 1024];
            assert!(socket.read(&mut request).await.unwrap() > 0);
            socket.write_all(answer).await.unwrap();
        }
    };
    (address, count, serve)
}

#[tokio::test]
async fn a_refusal_whose_body_breaks_off_is_still_a_refusal() {
    let (address, count, serve) =
        connections(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 99\r\n\r\n<p>no such key").await;
    let api = api(&format!("http://{address}"));
    let error = tokio::select! {
        answer = api.get("x").send() => answer.unwrap_err(),
        () = serve => unreachable!("it serves for ever"),
    };
    assert_eq!(error.failure_type(), FailureType::ConfigError);
    assert!(error.to_string().contains("401 Unauthorized, saying `<p>no such key`"), "{error}");
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn tls_that_fails_is_a_system_error_and_not_tried_again() {
    let (address, count, serve) = connections(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let api = api(&format!("https://{address}"));
    let error = tokio::select! {
        answer = api.get("x").send() => answer.unwrap_err(),
        () = serve => unreachable!("it serves for ever"),
    };
    assert_eq!(error.failure_type(), FailureType::SystemError);
    assert!(
        error.to_string().contains("/x was not sent, since TLS failed: received corrupt message"),
        "{error}"
    );
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_a_system_error_and_not_tried_again() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], signing_key.serialize_der().try_into().unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = api(&format!("https://localhost:{}", listener.local_addr().unwrap().port()));
    let count = Cell::new(0);
    let serve = async {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            count.set(count.get() + 1);
            assert!(acceptor.accept(socket).await.is_err());
        }
    };
    let error = tokio::select! {
        answer = api.get("x").send() => answer.unwrap_err(),
        () = serve => unreachable!("it serves for ever"),
    };
    assert_eq!(error.failure_type(), FailureType::SystemError);
    assert!(error.to_string().contains("/x was not sent, since the server is not trusted: "), "{error}");
    assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn an_attempt_ends_where_the_budget_does() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let retry = Retry { budget: Duration::from_millis(20), first_wait: Duration::ZERO, ..Retry::default() };
    let api = Api::new(&base).retry(retry);
    let answer = tokio::time::timeout(Duration::from_secs(2), api.get("x").send()).await;
    let error = answer.expect("the budget ends it").unwrap_err();
    assert_eq!(error.failure_type(), FailureType::TransientError);
    assert_eq!(
        error.to_string(),
        format!("GET {base}/x was not answered in time; gave up, since the limit of 20ms is reached")
    );
    drop(listener);
}
