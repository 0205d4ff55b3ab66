use crate::Scene;
use crate::server::saying;

#[tokio::test]
async fn a_redirect_is_passed_on_and_not_followed() {
    let base = saying("HTTP/1.1 302 Found\r\nlocation: /next?x=1\r\ncontent-length: 0\r\n\r\n").await;
    let scene = Scene::new(&base).await;
    let got = scene.client().get("https://api.test/").send().await.unwrap();
    assert_eq!((got.status().as_u16(), &got.headers()["location"]), (302, &"/next?x=1".parse().unwrap()));
    let cut = scene.finish().await;
    assert_eq!(
        (cut.take().status.as_u16(), &cut.take().headers["location"]),
        (302, &"/next?x=1".parse().unwrap())
    );
}

#[tokio::test]
async fn a_stand_in_hears_the_host_that_is_meant_and_where_it_names_itself_that_host_stands() {
    // One that builds its links from the request, and one that knows its own address.
    let base = crate::server::acting(|mut socket, head| async move {
        use tokio::io::AsyncWriteExt as _;
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or("nothing").to_owned()
        };
        let own = socket.local_addr().unwrap();
        let (proto, host) = (header("x-forwarded-proto"), header("host"));
        let text = format!(
            "HTTP/1.1 301 Moved\r\nlocation: http://{own}/moved\r\nlink: <{proto}://{host}/2>; rel=next, \
            <http://{own}/9>; rel=last\r\ncontent-length: 0\r\n\r\n"
        );
        socket.write_all(text.as_bytes()).await.unwrap();
    })
    .await;
    let scene = Scene::new(&base).await;
    let got = scene.client().get("https://api.test:8443/").send().await.unwrap();
    let links = "<https://api.test:8443/2>; rel=next, <https://api.test:8443/9>; rel=last";
    assert_eq!(got.headers()["location"], "https://api.test:8443/moved");
    assert_eq!(got.headers()["link"], links);
    let cut = scene.finish().await;
    assert_eq!(cut.take().headers["location"], "https://api.test:8443/moved");
    assert_eq!(cut.take().headers["link"], links);
}
