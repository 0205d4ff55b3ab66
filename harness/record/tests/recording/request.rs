use connector_record::{Options, Upstreams};
use connector_replay::{Authority, Cassette, Player, Session, Terms};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::server::{acting, answer, saying};
use crate::{PATIENCE, Scene, values};

#[tokio::test]
async fn a_request_goes_on_with_its_own_headers_and_nothing_of_its_connection() {
    let (sender, mut heads) = mpsc::unbounded_channel();
    let base = acting(move |mut socket, head| {
        sender.send(head).unwrap();
        async move { socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap() }
    })
    .await;
    let scene = Scene::new(&base).await;
    let mut asked =
        b"POST http://api.test/a/b'?q='x'&y HTTP/1.1\r\nhost: api.test\r\nx-twice: b\r\nx-twice: a\r\n"
            .to_vec();
    asked.extend_from_slice(
        b"x-raw: \xff\r\nproxy-authorization: Basic x\r\nconnection: close, x-mine\r\nx-mine: 1\r\n",
    );
    asked.extend_from_slice(b"accept: x/y\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
    let mut socket =
        TcpStream::connect(scene.session.proxy_url().trim_start_matches("http://")).await.unwrap();
    socket.write_all(&asked).await.unwrap();
    let mut got = String::new();
    timeout(PATIENCE, socket.read_to_string(&mut got)).await.expect("an answer").unwrap();
    assert!(got.starts_with("HTTP/1.1 204 "), "{got}");

    let head = heads.recv().await.unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(line, "POST /a/b'?q=%27x%27&y HTTP/1.1");
    let mut headers: Vec<&str> = headers.trim_end().split("\r\n").collect();
    headers.sort_by_key(|line| line.split_once(':').unwrap().0);
    assert_eq!(
        headers,
        [
            "accept: x/y",
            "accept-encoding: identity",
            "content-length: 4",
            "host: api.test",
            "x-forwarded-proto: http",
            "x-raw: \u{fffd}",
            "x-twice: b",
            "x-twice: a",
        ]
    );
    let cut = scene.finish().await;
    let kept = &cut.take().request;
    assert_eq!(kept.target.to_string(), "http://api.test/a/b'?q='x'&y");
    assert_eq!(values(&kept.headers, "x-raw"), [b"\xff"]);
    assert_eq!((values(&kept.headers, "x-twice"), &*kept.body), (vec![&b"b"[..], b"a"], &b"body"[..]));
}

#[tokio::test]
async fn requests_stand_in_the_order_in_which_they_came_not_in_which_they_were_answered() {
    let (sender, mut asked) = mpsc::unbounded_channel();
    let base = acting(move |socket, head| {
        sender.send((socket, head)).unwrap();
        async {}
    })
    .await;
    let scene = Scene::new(&base).await;
    let mut gets = Vec::new();
    let mut sockets = Vec::new();
    for path in ["first", "second"] {
        gets.push(tokio::spawn(scene.client().get(format!("http://api.test/{path}")).send()));
        let (socket, head) = timeout(PATIENCE, asked.recv()).await.expect("it is asked").unwrap();
        assert!(head.starts_with(&format!("GET /{path} ")), "{head}");
        sockets.push(socket);
    }
    for (mut socket, get) in sockets.into_iter().zip(gets).rev() {
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        assert_eq!(get.await.unwrap().unwrap().status().as_u16(), 200);
    }
    let cut = scene.finish().await;
    let order = |paths: Vec<&str>| {
        paths.iter().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let takes = cut.takes.iter().map(|take| take.request.target.path.as_str()).collect();
    let answered = cut.journal.exchanges.iter().map(|exchange| exchange.url.as_str()).collect();
    assert_eq!(
        (order(takes), order(answered)),
        (vec!["first".into(), "second".into()], vec!["second".into(), "first".into()])
    );
}

#[tokio::test]
async fn a_proxy_is_asked_for_all_but_this_machine() {
    let interaction = r#"{"request": {"method": "GET", "url": "http://far.test/x"},
        "response": {"status": 200, "body": {"text": "from the proxy"}}}"#;
    let text = format!(r#"{{"cassette": 1, "interactions": [{interaction}]}}"#);
    let authority = Authority::new().unwrap();
    let player = Player::new(Cassette::parse(&text, "test", &Terms::default()).unwrap());
    let proxy = Session::start(&authority, player).await.unwrap();

    let near = format!("api.test={}", saying(answer("", b"from here")).await);
    let upstreams = Upstreams::new([near.parse().unwrap()]).unwrap();
    let scene =
        Scene::with(Options { upstreams, proxy: Some(proxy.proxy_url()), ..Options::default() }).await;
    for (url, wanted) in [("http://far.test/x", "from the proxy"), ("http://api.test/x", "from here")] {
        let got = scene.client().get(url).send().await.unwrap();
        assert_eq!(got.text().await.unwrap(), wanted, "{url}");
    }
    assert_eq!(scene.finish().await.takes.len(), 2);
    assert_eq!(proxy.finish().await.unasked, []);
}
