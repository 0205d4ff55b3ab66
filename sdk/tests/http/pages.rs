use std::time::Duration;

use connector_sdk::{Api, Auth, FailureType, Pages, Paging, Result, Retry};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{any, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const TEN: [usize; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

fn api(server: &MockServer) -> Api {
    Api::new(server.uri()).retry(Retry { first_wait: Duration::ZERO, ..Retry::default() })
}

/// A server that answers each request as a function says.
async fn server(answer: impl Fn(&Asked) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |request: &Request| answer(&Asked(request));
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

struct Asked<'a>(&'a Request);

impl Asked<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    fn number(&self, name: &str) -> usize {
        self.text(name).map_or(0, |text| text.parse().unwrap())
    }
}

fn page(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// Records with the ids of a range.
fn data(ids: impl IntoIterator<Item = usize>) -> Value {
    ids.into_iter().map(|id| json!({"id": id})).collect()
}

async fn ids(mut pages: Pages<'_>) -> Result<Vec<usize>> {
    let mut ids = Vec::new();
    while let Some(record) = pages.next().await? {
        ids.push(record.get("id")?);
    }
    Ok(ids)
}

async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

/// Ten records, however many are asked for, but never more than four at a time.
fn capped(start: usize, size: usize) -> Value {
    data((start + 1)..=(start + size.min(4)).min(10))
}

#[tokio::test]
async fn counted_pages_end_with_an_empty_one_even_if_the_api_caps_their_size() {
    let server = server(|asked| page(&json!({"data": capped((asked.number("page") - 1) * 4, 100)}))).await;
    let api = api(&server);
    let pages = api.get("x").query("q", 1).pages(Paging::number("page").size("size", 100)).records("data");
    assert_eq!(ids(pages).await.unwrap(), TEN);
    assert_eq!(asked(&server).await[2..], ["q=1&page=3&size=100", "q=1&page=4&size=100"]);
}

#[tokio::test]
async fn offsets_advance_by_what_came() {
    let server = server(|asked| page(&capped(asked.number("offset"), asked.number("size")))).await;
    let api = api(&server);
    let paging = Paging::offset("offset").size("size", 6);
    assert_eq!(ids(api.get("x").pages(paging)).await.unwrap(), TEN);
    assert_eq!(asked(&server).await.last().unwrap(), "offset=10&size=6");
}

#[tokio::test]
async fn a_total_a_flag_or_a_short_page_spare_the_last_request() {
    let server = server(|asked| {
        let at = asked.number("offset");
        page(&json!({"data": capped(at, 4), "all": 10, "more": at < 8}))
    })
    .await;
    for paging in [
        Paging::offset("offset").size("size", 4).total("all"),
        Paging::offset("offset").more("more"),
        Paging::offset("offset").size("size", 4).last_when_short(),
    ] {
        let before = asked(&server).await.len();
        let api = api(&server);
        assert_eq!(ids(api.get("x").pages(paging).records("data")).await.unwrap().len(), 10);
        assert_eq!(asked(&server).await.len() - before, 3);
    }
}

#[tokio::test]
async fn cursors_come_from_the_body_or_from_a_header() {
    let server = server(|asked| {
        let at = asked.number("cursor");
        let next = if at == 8 { json!("") } else { json!(at + 4) };
        let header = if at == 8 { String::new() } else { (at + 4).to_string() };
        page(&json!({"meta": {"next": next}, "data": capped(at, 4)})).insert_header("x-next", header)
    })
    .await;
    for paging in [Paging::cursor("cursor", "meta.next"), Paging::cursor_in_header("cursor", "x-next")] {
        let api = api(&server);
        assert_eq!(ids(api.get("x").pages(paging).records("data")).await.unwrap(), TEN);
    }
    assert_eq!(asked(&server).await, ["", "cursor=4", "cursor=8"].repeat(2));
}

#[tokio::test]
async fn links_come_from_the_body_or_from_a_header() {
    let server = server(|asked| {
        let (at, key) = (asked.number("at"), asked.text("key").unwrap());
        assert_eq!(key, "k");
        let link = format!("/x?at={}", at + 4);
        let next = if at == 8 { Value::Null } else { json!(link) };
        let header = if at == 8 { String::new() } else { format!("<{link}>; rel=\"next\"") };
        page(&json!({"data": capped(at, 4), "links": {"next": next}})).insert_header("link", header)
    })
    .await;
    for paging in [Paging::next_link("links.next").size("size", 9), Paging::link_header()] {
        let api = api(&server).query("key", "k");
        let pages = api.get("x").query("q", 1).pages(paging).records("data");
        assert_eq!(ids(pages).await.unwrap(), TEN);
    }
    assert_eq!(asked(&server).await[..3], ["key=k&q=1&size=9", "at=4&key=k", "at=8&key=k"]);
}

#[tokio::test]
async fn a_key_in_a_link_is_neither_kept_nor_sent_twice() {
    let server = server(|asked| {
        let next = asked.text("at").is_none().then_some("/x?at=1&locale=en&key=k-123");
        page(&json!({"data": data([1]), "next": next}))
    })
    .await;
    let key = serde_json::from_value(json!("k-123")).unwrap();
    let api = api(&server).query("locale", "en").auth(Auth::query("key", &key));
    let mut pages = api.get("x").pages(Paging::next_link("next")).records("data");
    assert!(pages.next().await.unwrap().is_some());
    assert!(pages.next().await.unwrap().is_some());
    assert_eq!(pages.position(), Some(json!({"token": "/x?at=1", "received": 1})));
    assert_eq!(asked(&server).await, ["locale=en&key=k-123", "at=1&locale=en&key=k-123"]);
}

#[tokio::test]
async fn a_link_to_another_host_is_refused() {
    let server = server(|_| page(&json!({"data": data([1]), "next": "https://evil.test/x"}))).await;
    let api = api(&server).header("authorization", "k");
    let error = ids(api.get("x").pages(Paging::next_link("next")).records("data")).await.unwrap_err();
    assert!(error.to_string().contains("https://evil.test/x` is not followed"), "{error}");
}

#[tokio::test]
async fn the_last_record_leads_to_the_next_page_until_the_flag_says_no() {
    let server = server(|asked| {
        let at = asked.number("after");
        page(&json!({"has_more": at < 8, "data": capped(at, asked.number("limit"))}))
    })
    .await;
    let api = api(&server);
    let paging = Paging::after_last("after", "id").size("limit", 4).more("has_more");
    assert_eq!(ids(api.get("x").pages(paging).records("data")).await.unwrap(), TEN);
    assert_eq!(asked(&server).await, ["limit=4", "after=4&limit=4", "after=8&limit=4"]);
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_an_error() {
    let server = server(|_| page(&json!({"data": data([1, 2]), "next": "c-1", "link": "?a=1"}))).await;
    for (paging, told) in [
        (Paging::cursor("cursor", "next"), "`c-1` for the next page, which was read before"),
        (Paging::next_link("link"), "`?a=1` for the next page, which was read before"),
        (Paging::after_last("after", "id"), "`2` for the next page, which was read before"),
        (Paging::number("page"), "the very records of the page before"),
        (Paging::offset("offset"), "the very records of the page before"),
    ] {
        let api = api(&server);
        let error = ids(api.get("x").pages(paging).records("data")).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(error.failure_type(), FailureType::SystemError);
    }
}

#[tokio::test]
async fn more_that_never_comes_is_an_error() {
    let server = server(|_| page(&json!({"data": [], "more": true}))).await;
    for (paging, told) in [
        (Paging::number("page"), "no records, like 9999 pages before"),
        (Paging::offset("offset"), "the flag that more follows, but does not say what"),
        (Paging::cursor("cursor", "next"), "the flag that more follows, but does not say what"),
        (Paging::after_last("after", "id"), "the flag that more follows, but does not say what"),
    ] {
        let api = api(&server);
        let error = ids(api.get("x").pages(paging.more("more")).records("data")).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_halved_and_nothing_is_left_out() {
    for style in ["page", "offset"] {
        let server = server(move |asked| {
            let size = asked.number("size");
            let at = if style == "page" { asked.number("page") * size } else { asked.number("offset") };
            // One record in the middle is huge.
            match size {
                _ if at + size > 14 && at < 17 && size > 3 => ResponseTemplate::new(413),
                _ => page(&json!({"total": 40, "data": data(at..(at + size).min(40))})),
            }
        })
        .await;
        let paging = if style == "page" { Paging::number("page").first(0) } else { Paging::offset("offset") };
        let api = api(&server);
        let found =
            ids(api.get("x").pages(paging.size("size", 10).total("total")).records("data")).await.unwrap();
        let mut all = found.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all, (0..40).collect::<Vec<_>>(), "{style}: {found:?}");
        assert!(found.len() < 45, "{style}: {found:?}");
    }
}

#[tokio::test]
async fn a_single_record_that_is_too_large_is_an_error() {
    let server = server(|_| ResponseTemplate::new(413)).await;
    let api = api(&server);
    let error = ids(api.get("x").pages(Paging::offset("offset").size("size", 10))).await.unwrap_err();
    assert!(error.to_string().contains("413"), "{error}");
    let sizes = ["10", "5", "2", "1"].map(|size| format!("offset=0&size={size}"));
    assert_eq!(asked(&server).await, sizes);
}

#[tokio::test]
async fn a_reading_goes_on_where_another_stood() {
    let server = server(|asked| {
        let at = asked.number("cursor");
        page(&json!({"next": if at == 8 { Value::Null } else { json!(at + 4) }, "data": capped(at, 4)}))
    })
    .await;
    let api = api(&server);
    let pages = || api.get("x").pages(Paging::cursor("cursor", "next")).records("data");
    let mut first = pages();
    let mut positions = Vec::new();
    while first.next().await.unwrap().is_some() {
        positions.push((first.pages_read(), first.position()));
    }
    assert_eq!((first.pages_read(), first.position()), (3, None));
    assert_eq!(positions[3], (0, None));
    assert_eq!(positions[4], (1, Some(json!({"token": "4", "received": 4}))));
    let again = pages().from(positions[4].1.as_ref().unwrap()).unwrap();
    assert_eq!(ids(again).await.unwrap(), TEN[4..]);
    let error = pages().from(&json!("x")).unwrap_err();
    assert!(error.to_string().contains("`\"x\"` in the state is no place among pages"), "{error}");
}

#[tokio::test]
async fn a_body_without_records_says_what_it_has_instead() {
    for (body, told) in [
        (
            json!({"error": {"message": "no such view"}}).to_string(),
            "has no array at `data`; it is `no such view`",
        ),
        ("{\"data\": [{\"id\": 1},}".to_owned(), "is no JSON at byte 20: expected value"),
        ("<html>".to_owned(), "is no JSON at byte 0: expected value"),
    ] {
        let server = server(move |_| ResponseTemplate::new(200).set_body_string(body.clone())).await;
        let error = ids(api(&server).get("x").records("data")).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn null_and_no_content_are_no_records() {
    let server = server(|asked| match asked.text("q") {
        None => page(&json!({"data": null})),
        Some(_) => ResponseTemplate::new(204),
    })
    .await;
    let api = api(&server);
    assert_eq!(ids(api.get("x").records("data")).await.unwrap(), [0; 0]);
    assert_eq!(ids(api.get("x").query("q", 1).records("data")).await.unwrap(), [0; 0]);
}

#[tokio::test]
async fn lines_of_json_are_records() {
    let server = server(|_| ResponseTemplate::new(200).set_body_string("{\"id\": 1}\n{\"id\":\n2}\n")).await;
    assert_eq!(ids(api(&server).get("x").records("").json_lines()).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_page_that_breaks_off_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let serve = async {
        let bodies = [
            "{\"data\": [{\"id\": 1}, {\"id\"",
            "{\"data\": [{\"id\": 1}, {\"id\": 2}]",
            "{\"data\": [{\"id\": 1}, {\"id\": 2}]}",
        ];
        // The first says that it is longer than what comes, the second is just no whole JSON.
        for (body, length) in bodies.iter().zip([100, bodies[1].len(), bodies[2].len()]) {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            stream.write_all((head + body).as_bytes()).await.unwrap();
        }
    };
    let api = Api::new(uri).retry(Retry { first_wait: Duration::ZERO, ..Retry::default() });
    let ((), found) = tokio::join!(serve, ids(api.get("x").records("data")));
    let mut found = found.unwrap();
    found.dedup();
    assert_eq!(found[found.len() - 2..], [1, 2]);
}

#[tokio::test]
async fn parameters_of_the_page_take_the_place_of_the_authors() {
    let server = MockServer::start().await;
    Mock::given(query_param("page", "2")).respond_with(page(&json!([]))).mount(&server).await;
    let first = page(&data([7]));
    Mock::given(query_param("page", "1"))
        .and(query_param_is_missing("size"))
        .respond_with(first)
        .mount(&server)
        .await;
    let api = api(&server);
    assert_eq!(ids(api.get("x").query("page", 9).pages(Paging::number("page"))).await.unwrap(), [7]);
}

#[tokio::test]
async fn empty_pages_with_ever_new_cursors_come_to_an_end() {
    let server = server(|asked| page(&json!({"data": [], "next": asked.number("cursor") + 1}))).await;
    let api = api(&server);
    let error = ids(api.get("x").pages(Paging::cursor("cursor", "next")).records("data")).await.unwrap_err();
    assert!(error.to_string().contains("no records, like 9999 pages before"), "{error}");
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let server = server(|_| {
        let body = [b"\xEF\xBB\xBF".as_slice(), br#"{"data": [{"id": 1}]}"#].concat();
        ResponseTemplate::new(200).set_body_bytes(body)
    })
    .await;
    assert_eq!(ids(api(&server).get("x").records("data")).await.unwrap(), [1]);
}
