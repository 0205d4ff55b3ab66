//! Servers that send exactly the bytes that a test wants.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Reads the head of one request a connection, then does with the socket what `act` says. Where it listens.
pub(crate) async fn acting<F>(act: impl Fn(TcpStream, String) -> F + Send + Sync + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let act = Arc::new(act);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let act = Arc::clone(&act);
            tokio::spawn(async move {
                let head = head(&mut socket).await;
                act(socket, head).await;
            });
        }
    });
    base
}

/// Sends the same bytes whatever is asked, then closes.
pub(crate) async fn saying(bytes: impl AsRef<[u8]>) -> String {
    let bytes: Arc<[u8]> = bytes.as_ref().into();
    acting(move |mut socket, _| {
        let bytes = Arc::clone(&bytes);
        async move {
            socket.write_all(&bytes).await.unwrap();
            socket.shutdown().await.unwrap();
            // Until the other side closes too, so that nothing is cut off.
            socket.read_to_end(&mut Vec::new()).await.ok();
        }
    })
    .await
}

/// An answer with its length.
pub(crate) fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Nobody listens there.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
