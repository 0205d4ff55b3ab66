use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use connector_replay::{Authority, Cassette, Player, Session, Target, Terms, Via};

use crate::{client, finish, play, raw, through};

#[tokio::test]
async fn one_connection_serves_many_requests() {
    for scheme in ["http", "https"] {
        let (session, authority) = play(&format!(
            r#"{{"request": {{"method": "GET", "url": "{scheme}://a.test/"}},
                "response": {{"status": 200, "body": {{"json": 1}}}}, "repeat": true}}"#
        ))
        .await;
        let (proxy, connections) = counting(session.proxy_url()).await;
        let client = through(&proxy, &authority).http1_only().build().unwrap();
        for _ in 0..10 {
            let answer = client.get(format!("{scheme}://a.test/")).send().await.unwrap();
            assert_eq!(answer.text().await.unwrap(), "1");
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{scheme}");
        drop(client);
        let journal = finish(session).await;
        assert_eq!((journal.exchanges.len(), journal.faults.len()), (10, 0), "{journal:?}");
    }
}

/// A relay in front of a session that counts the connections.
async fn counting(session: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        let upstream = session.trim_start_matches("http://").to_owned();
        while let Ok((mut inward, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut outward = TcpStream::connect(&upstream).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut inward, &mut outward).await });
        }
    });
    (format!("http://{address}"), connections)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_at_once_are_each_given_their_own_answers() {
    let interactions: Vec<String> = (0..50)
        .flat_map(|user| {
            let scheme = if user % 2 == 0 { "http" } else { "https" };
            (0..3).map(move |turn| {
                format!(
                    r#"{{"request": {{"method": "GET", "url": "{scheme}://h{user}.test/{user}"}},
                        "response": {{"status": 200, "body": {{"json": [{user}, {turn}]}}}}}}"#
                )
            })
        })
        .collect();
    let (session, authority) = play(&interactions.join(",")).await;
    let clients: Vec<_> = (0..50)
        .map(|user| {
            let client = client(&session, &authority).build().unwrap();
            tokio::spawn(async move {
                let scheme = if user % 2 == 0 { "http" } else { "https" };
                for turn in 0..3 {
                    let answer = client.get(format!("{scheme}://h{user}.test/{user}")).send().await.unwrap();
                    assert_eq!(answer.text().await.unwrap(), format!("[{user},{turn}]"));
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let journal = finish(session).await;
    assert_eq!(
        (journal.exchanges.len(), journal.unasked.len(), journal.faults.len()),
        (150, 0, 0),
        "{journal:?}"
    );
    assert!(journal.exchanges.is_sorted_by_key(|exchange| exchange.at_ms));
}

#[tokio::test]
async fn how_a_request_came_is_written_down() {
    let (session, authority) = play(
        r#"{"request": {"method": "GET", "url": "http://a.test/"}, "response": {"status": 204}, "repeat": true},
           {"request": {"method": "GET", "url": "https://a.test/"}, "response": {"status": 204}, "repeat": true}"#,
    )
    .await;
    let client = client(&session, &authority).build().unwrap();
    client.get("https://a.test/").send().await.unwrap();
    raw(&session, b"GET http://a.test/ HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n").await;
    raw(&session, b"GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n").await;
    let direct = session.proxy_url().trim_start_matches("http://").parse().unwrap();
    let straight = reqwest::Client::builder().resolve("a.test", direct).http2_prior_knowledge();
    let certificate = std::fs::read(authority.certificate()).unwrap();
    let straight = straight
        .tls_certs_only([reqwest::Certificate::from_pem(&certificate).unwrap()])
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("https://a.test:{}/", direct.port());
    straight.get(url).send().await.unwrap();
    drop((client, straight));
    let journal = finish(session).await;
    let ways: Vec<Via> = journal.exchanges.iter().map(|exchange| exchange.via).collect();
    assert_eq!(ways, [Via::Proxy, Via::Proxy, Via::Direct, Via::Direct], "{journal:?}");
    assert_eq!(journal.via(), [(Via::Proxy, 2), (Via::Direct, 2)].into());
}

#[tokio::test]
async fn a_session_plays_the_part_of_a_host_and_leads_back_to_itself() {
    let text = r#"{"cassette": 1, "interactions": [
        {"request": {"method": "GET", "url": "https://a.test/old"},
         "response": {"status": 302, "headers": [["location", "https://a.test/new"]]}},
        {"request": {"method": "GET", "url": "https://a.test/new"}, "response": {"status": 200, "body": {"json": 7}}}
    ]}"#;
    let cassette = Cassette::parse(text, "test", &Terms::default()).unwrap();
    rustls::crypto::ring::default_provider().install_default().ok();
    let part = Target::parse("https://a.test").unwrap();
    let session = Session::start_as(part, &Authority::new().unwrap(), Player::new(cassette)).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}/old", session.base_url())).send().await.unwrap();
    assert_eq!(answer.url().as_str(), format!("{}/new", session.base_url()));
    assert_eq!(answer.text().await.unwrap(), "7");
    drop(client);
    let journal = finish(session).await;
    assert_eq!(journal.via(), [(Via::BaseUrl, 2)].into());
    assert_eq!(journal.exchanges[0].url, "https://a.test/old");
}
