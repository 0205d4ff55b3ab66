//! The network as a connector finds it: one interface, to which every IPv4 address belongs.
//!
//! Said to the kernel in its own words (rtnetlink): two messages are not worth a library, and `ip` may not be there.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::{Failure, at};

const NETLINK: i32 = 16;
const ROUTE: i32 = 0;

const NEW_LINK: u16 = 16;
const NEW_ROUTE: u16 = 24;
const ERROR: u16 = 2;
const REQUEST_ACKNOWLEDGED: u16 = 0x1 | 0x4;
const CREATE: u16 = 0x400;

/// In a new namespace it is the first and only one.
const LOOPBACK: u32 = 1;

/// Brings the loopback interface up, and has it answer for every address there is.
pub(super) fn bring_up() -> Result<(), Failure> {
    let socket = Socket::new(Domain::from(NETLINK), Type::RAW, Some(Protocol::from(ROUTE)))
        .map_err(at("speak to the network"))?;
    socket.set_read_timeout(Some(Duration::from_secs(5))).map_err(at("speak to the network"))?;
    ask(&socket, &message(NEW_LINK, 0, &up())).map_err(at("bring the loopback interface up"))?;
    ask(&socket, &message(NEW_ROUTE, CREATE, &everything_is_local())).map_err(at("make every address local"))
}

/// An `ifinfomsg`: of any family and type, the interface, its flags, and which of them are meant.
fn up() -> Vec<u8> {
    const UP: u32 = 1;
    [0, LOOPBACK, UP, UP].into_iter().flat_map(u32::to_ne_bytes).collect()
}

/// An `rtmsg` for 0.0.0.0/0, and the interface as its one attribute.
fn everything_is_local() -> Vec<u8> {
    const IPV4: u8 = 2;
    const TABLE_LOCAL: u8 = 255;
    const BY_ADMINISTRATOR: u8 = 4;
    const SCOPE_HOST: u8 = 254;
    const KIND_LOCAL: u8 = 2;
    const OUT_INTERFACE: u16 = 4;
    let mut body = vec![IPV4, 0, 0, 0, TABLE_LOCAL, BY_ADMINISTRATOR, SCOPE_HOST, KIND_LOCAL, 0, 0, 0, 0];
    body.extend(8_u16.to_ne_bytes());
    body.extend(OUT_INTERFACE.to_ne_bytes());
    body.extend(LOOPBACK.to_ne_bytes());
    body
}

/// With an `nlmsghdr` before it: length, kind, flags, number, sender.
fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap_or(u32::MAX);
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend((REQUEST_ACKNOWLEDGED | flags).to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    message
}

/// Sends a message and waits for the kernel's word: an error's number, negative, or zero.
fn ask(mut socket: &Socket, message: &[u8]) -> io::Result<()> {
    socket.write_all(message)?;
    let mut answer = [0; 512];
    let length = socket.read(&mut answer)?;
    let answer = &answer[..length];
    let kind = answer.get(4..6).and_then(|bytes| bytes.try_into().ok()).map(u16::from_ne_bytes);
    let code = answer.get(16..20).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
    match (kind, code) {
        (Some(ERROR), Some(0)) => Ok(()),
        (Some(ERROR), Some(code)) => Err(io::Error::from_raw_os_error(code.wrapping_neg())),
        _ => Err(io::Error::other("the kernel's answer does not read")),
    }
}
