//! Reads which connections were refused off the packets that say so.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::Interest;
use tokio::task::JoinSet;

use super::names::Names;
use crate::refused::{Refusals, Refused};

/// The most refused connections that are told apart.
const DIFFERENT: usize = 1_000;

/// Watches for refused connections.
pub(super) struct Watch {
    /// Not one of UDP in truth, but read as one: a packet at a time.
    socket: Arc<UdpSocket>,
    notes: Arc<Mutex<Refusals>>,
    names: Names,
}

impl Watch {
    /// Begins to watch: a socket holds only so many packets. `tasks` are where it goes on.
    pub(super) fn over(socket: UdpSocket, names: Names, tasks: &mut JoinSet<()>) -> io::Result<Watch> {
        socket.set_nonblocking(true)?;
        let readable = tokio::net::UdpSocket::from_std(socket.try_clone()?)?;
        let watch = Watch { socket: Arc::new(socket), notes: Arc::default(), names };
        let (socket, notes, names) =
            (Arc::clone(&watch.socket), Arc::clone(&watch.notes), watch.names.clone());
        tasks.spawn(async move {
            let read_all = || Err::<(), _>(read(&socket, &notes, &names));
            // Waits and reads on as long as there was no other error than that nothing was there.
            let _gone = readable.async_io(Interest::READABLE, read_all).await;
        });
        Ok(watch)
    }

    /// What was refused up to now.
    pub(super) fn take(&self) -> Refusals {
        // What has come since it was last looked for.
        let _nothing_more = read(&self.socket, &self.notes, &self.names);
        std::mem::take(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads what is there; returns what came when there was no more.
fn read(socket: &UdpSocket, notes: &Mutex<Refusals>, names: &Names) -> io::Error {
    let mut packet = [0; 64];
    loop {
        let length = match socket.recv(&mut packet) {
            Ok(length) => length,
            Err(error) => return error,
        };
        let Some(refused) = refused(&packet[..length], names) else { continue };
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < DIFFERENT || notes.contains_key(&refused) {
            *notes.entry(refused).or_default() += 1;
        }
    }
}

/// The connection that a packet tells of, by its IP header and what comes after it.
fn refused(packet: &[u8], names: &Names) -> Option<Refused> {
    const TCP: u8 = 6;
    let header = packet.first_chunk::<20>()?;
    let behind = packet.get(usize::from(header[0] & 0x0f) * 4..)?.first_chunk::<4>()?;
    let ([s0, s1, s2, s3, d0, d1, d2, d3], [sp0, sp1, dp0, dp1]) = (header.last_chunk::<8>()?, behind);
    // The answer to a connection comes from where it was meant to go.
    let (transport, address, port) = if header[9] == TCP {
        ("tcp", [*s0, *s1, *s2, *s3], [*sp0, *sp1])
    } else {
        ("udp", [*d0, *d1, *d2, *d3], [*dp0, *dp1])
    };
    let address = Ipv4Addr::from(address);
    let host = names.name_of(address.into()).unwrap_or_else(|| address.to_string());
    Some(Refused { transport, host, port: u16::from_be_bytes(port) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet without options.
    fn packet(protocol: u8, from: (Ipv4Addr, u16), to: (Ipv4Addr, u16)) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0];
        packet.extend(from.0.octets());
        packet.extend(to.0.octets());
        packet.extend(from.1.to_be_bytes());
        packet.extend(to.1.to_be_bytes());
        packet
    }

    #[test]
    fn the_host_is_named_that_was_asked_for() {
        let names = Names::default();
        let database = names.address_of("db.a.test").unwrap();
        let (here, clock) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(192, 0, 2, 1));
        let said = |packet: &[u8]| refused(packet, &names).map(|refused| refused.to_string());
        let answer = packet(6, (database, 5432), (here, 40_000));
        assert_eq!(said(&answer).as_deref(), Some("tcp db.a.test:5432"));
        assert_eq!(said(&packet(17, (here, 40_000), (clock, 123))).as_deref(), Some("udp 192.0.2.1:123"));
        for end in 0..answer.len() {
            assert_eq!(said(&answer[..end]), None, "cut at {end}");
        }
        let mut optional = answer;
        optional[0] = 0x46;
        optional.splice(20..20, [1, 1, 1, 1]);
        assert_eq!(said(&optional).as_deref(), Some("tcp db.a.test:5432"));
    }
}
