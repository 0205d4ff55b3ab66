//! The sockets that the harness serves, made in the connector's network.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;

use socket2::{Domain, Protocol, SockFilter, Socket, Type};

use super::super::dns::PORT as NAMES;
use super::super::order::Order;
use super::{Failure, at};

/// More than clients open at once; the kernel has its own limit.
const BACKLOG: i32 = 1024;

/// In the order that [`READY`](super::super::order::READY) names.
pub(super) fn sockets(order: &Order) -> Result<Vec<OwnedFd>, Failure> {
    let names = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, NAMES)).map_err(at("listen on port 53 for names"))?;
    let mut sockets = vec![
        names.into(),
        listener(Ipv4Addr::UNSPECIFIED, NAMES)?,
        refusals().map_err(at("watch for refused connections"))?.into(),
        listener(Ipv4Addr::LOCALHOST, order.proxy)?,
    ];
    for port in &order.ports {
        sockets.push(listener(Ipv4Addr::UNSPECIFIED, *port)?);
    }
    Ok(sockets)
}

fn listener(address: Ipv4Addr, port: u16) -> Result<OwnedFd, Failure> {
    let listen = || {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&SocketAddr::from((address, port)).into())?;
        socket.listen(BACKLOG)?;
        Ok(socket.into())
    };
    listen().map_err(at::<std::io::Error>(format!("listen on {address}:{port}")))
}

/// A socket that sees packets, from the IP header on, of those that tell of a refused connection.
fn refusals() -> std::io::Result<Socket> {
    const IPV4: u16 = 0x0800;
    // In the byte order of the network.
    let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(i32::from(IPV4.to_be()))))?;
    socket.attach_filter(&filter())?;
    Ok(socket)
}

/// Lets two kinds of packets through, each once, and of either its head.
///
/// - The answer to a TCP connection that nobody listens for: RST and ACK, its sequence number zero. It comes from where
///   the connection was meant to go.
/// - A UDP packet that is neither a question for a name nor its answer.
///
/// What is said to 127.0.0.0/8 is the connector's own affair.
fn filter() -> [SockFilter; 20] {
    const LOAD_WORD: u16 = 0x20;
    const LOAD_BYTE: u16 = 0x30;
    const LENGTH_OF_IP_HEADER: u16 = 0xb1;
    // From the end of the IP header on.
    const LOAD_WORD_BEHIND: u16 = 0x40;
    const LOAD_HALF_BEHIND: u16 = 0x48;
    const LOAD_BYTE_BEHIND: u16 = 0x50;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const KIND_OF_PACKET: u32 = 0xffff_f004;
    const OUTGOING: u32 = 4;
    let load = |code, at| SockFilter::new(code, 0, 0, at);
    let jump = |value, same, other| SockFilter::new(JUMP_IF_EQUAL, same, other, value);
    [
        // Each packet passes the loopback interface twice, on its way out and in.
        load(LOAD_WORD, KIND_OF_PACKET),
        jump(OUTGOING, 17, 0),
        load(LENGTH_OF_IP_HEADER, 0),
        load(LOAD_BYTE, 9),
        jump(6, 1, 0),
        jump(17, 6, 13),
        // TCP: the sender, the flags, the number.
        load(LOAD_BYTE, 12),
        jump(127, 11, 0),
        load(LOAD_BYTE_BEHIND, 13),
        jump(0x14, 0, 9),
        load(LOAD_WORD_BEHIND, 4),
        jump(0, 6, 7),
        // UDP: the receiver and both ports.
        load(LOAD_BYTE, 16),
        jump(127, 5, 0),
        load(LOAD_HALF_BEHIND, 2),
        jump(u32::from(NAMES), 3, 0),
        load(LOAD_HALF_BEHIND, 0),
        jump(u32::from(NAMES), 1, 0),
        load(RETURN, 64),
        load(RETURN, 0),
    ]
}
