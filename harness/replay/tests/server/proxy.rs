use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::{client, finish, play, through};

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
