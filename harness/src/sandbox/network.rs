//! The network of a sandbox, seen from the harness, which serves it.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll};

use connector_replay::Session;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::dns;
use super::names::Names;
use super::watch::Watch;
use crate::refused::Refusals;

/// Names are served in it until it is dropped, and the rest by whichever session it was last given to.
pub(crate) struct Network {
    names: Names,
    watch: Watch,
    proxy: TcpListener,
    /// One for each port that is served on every address.
    ports: Vec<TcpListener>,
    _tasks: JoinSet<()>,
}

impl Network {
    /// `sockets` are those that the helper has made, in their order.
    pub(super) fn over(sockets: Vec<OwnedFd>) -> io::Result<Network> {
        let mut sockets = sockets.into_iter();
        let mut next = || sockets.next().ok_or(ErrorKind::UnexpectedEof);
        let names = Names::default();
        let mut tasks = JoinSet::new();
        let packets = std::net::UdpSocket::from(next()?);
        packets.set_nonblocking(true)?;
        tasks.spawn(dns::over_udp(UdpSocket::from_std(packets)?, names.clone()));
        let connections = TcpListener::from(next()?);
        connections.set_nonblocking(true)?;
        tasks.spawn(dns::over_tcp(tokio::net::TcpListener::from_std(connections)?, names.clone()));
        let watch = Watch::over(next()?.into(), names.clone(), &mut tasks)?;
        let proxy = TcpListener::from(next()?);
        let ports = sockets.map(TcpListener::from).collect();
        Ok(Network { names, watch, proxy, ports, _tasks: tasks })
    }

    /// Has a session answer what is asked in it.
    pub(crate) fn serve(&self, session: &mut Session) -> io::Result<()> {
        session.listen(self.proxy.try_clone()?).map_err(io::Error::other)?;
        for listener in &self.ports {
            let names = self.names.clone();
            let name_of = move |address| names.name_of(address);
            session.intercept(listener.try_clone()?, name_of).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Forgets what the process before has left: connections that nobody took, and those that were refused to it.
    pub(super) fn clear(&self) -> io::Result<()> {
        for listener in self.listeners() {
            listener.set_nonblocking(true)?;
            // An error says that there is no more.
            while listener.accept().is_ok() {}
        }
        self.watch.take();
        Ok(())
    }

    /// Waits until somebody dials what is served, while no session serves it: whoever does would wait for an answer in vain.
    pub(super) async fn dialled(&self) -> io::Result<()> {
        let mut listeners = Vec::new();
        for listener in self.listeners() {
            let listener = listener.try_clone()?;
            listener.set_nonblocking(true)?;
            listeners.push(tokio::net::TcpListener::from_std(listener)?);
        }
        let accept = |context: &mut Context<'_>| {
            let is_dialled = listeners.iter().any(|listener| listener.poll_accept(context).is_ready());
            if is_dialled { Poll::Ready(()) } else { Poll::Pending }
        };
        poll_fn(accept).await;
        Ok(())
    }

    /// Whether somebody has asked for a name in it, or dialled anything.
    pub(super) fn is_used(&self) -> io::Result<bool> {
        if !self.names.is_empty() || !self.watch.take().is_empty() {
            return Ok(true);
        }
        for listener in self.listeners() {
            listener.set_nonblocking(true)?;
            if listener.accept().is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn listeners(&self) -> impl Iterator<Item = &TcpListener> {
        self.ports.iter().chain([&self.proxy])
    }

    /// The connections that were refused up to now.
    pub(crate) fn refusals(&self) -> Refusals {
        self.watch.take()
    }
}
