//! The name server of a connector's network: every host has an address.

mod message;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::names::Names;

/// The port that name servers have.
pub(super) const PORT: u16 = 53;

/// How long a client over TCP may take for its next question.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many clients are served over TCP at a time.
const CLIENTS: usize = 64;
/// When a call that failed is made again: at once would only spin.
const AGAIN: Duration = Duration::from_millis(10);

/// Answers questions that come as packets, until it is dropped.
pub(super) async fn over_udp(socket: UdpSocket, names: Names) {
    let mut question = [0; 4096];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut question).await else {
            tokio::time::sleep(AGAIN).await;
            continue;
        };
        if let Some(answer) = message::answer(&question[..length], &names) {
            // From the address that was asked, since in this network every address reaches itself alone.
            let _arrived = socket.send_to(&answer, client).await;
        }
    }
}

/// Answers questions that come over connections, until it is dropped.
pub(super) async fn over_tcp(listener: TcpListener, names: Names) {
    let slots = Arc::new(Semaphore::new(CLIENTS));
    let mut clients = JoinSet::new();
    loop {
        // The semaphore is never closed.
        let slot = Arc::clone(&slots).acquire_owned().await;
        match listener.accept().await {
            Ok((client, _)) => {
                let names = names.clone();
                clients.spawn(async move {
                    let _slot = slot;
                    // A client that leaves or says nothing is gone: there is nobody to tell.
                    let _ended = serve(client, &names).await;
                });
            }
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
        while clients.try_join_next().is_some() {}
    }
}

/// Each message goes after its length.
async fn serve(mut client: TcpStream, names: &Names) -> io::Result<()> {
    loop {
        let length = timeout(PATIENCE, client.read_u16()).await??;
        let mut question = vec![0; usize::from(length)];
        timeout(PATIENCE, client.read_exact(&mut question)).await??;
        let Some(answer) = message::answer(&question, names) else { return Ok(()) };
        let length = u16::try_from(answer.len()).map_err(io::Error::other)?;
        let framed = [&length.to_be_bytes(), answer.as_slice()].concat();
        timeout(PATIENCE, client.write_all(&framed)).await??;
    }
}
