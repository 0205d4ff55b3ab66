use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::charge::{ID, charge, id, small};
use crate::{Outcome, ROLE};

/// A process that serves pages of charges: `/1000000/charges?limit=100&starting_after=ch_000000000100` of a million, and
/// `/small/200000/charges` the same of small ones. It does nothing for a page but to set the ids.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Outcome<Self> {
        let mut process =
            Command::new(std::env::current_exe()?).env(ROLE, "server").stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut url)?;
        Ok(Server { process, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends by itself with its last listener otherwise.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn serve() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    for connection in listener.incoming() {
        let connection = connection?;
        thread::spawn(move || answer(&connection).is_ok());
    }
    Ok(())
}

/// Answers all requests of a connection.
fn answer(connection: &TcpStream) -> Outcome<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::new(connection);
    let mut page: Option<(String, u64, Page)> = None;
    loop {
        let mut line = String::new();
        if requests.by_ref().read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while requests.read_line(&mut header)? > 2 {
            header.clear();
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let number = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.trim_start_matches("ch_").parse::<u64>().ok())
        };
        let all: u64 = path.split('/').find_map(|part| part.parse().ok()).unwrap_or_default();
        let (after, limit) = (number("starting_after").unwrap_or(0), number("limit").unwrap_or(10));
        let size = limit.min(all.saturating_sub(after));
        if page.as_ref().is_none_or(|(known, length, _)| known != path || *length != size) {
            let record = if path.contains("small") { small() } else { charge() };
            page = Some((path.to_owned(), size, Page::new(&record, size)));
        }
        if let Some((_, _, page)) = &mut page {
            let mut connection = connection;
            connection.write_all(page.from(after + 1, after + size < all))?;
        }
    }
}

/// An answer as it goes out, with the places that differ from page to page.
struct Page {
    bytes: Vec<u8>,
    ids: Vec<usize>,
    more: usize,
}

impl Page {
    fn new(record: &str, records: u64) -> Self {
        let (start, end) = (r#"{"object":"list","data":["#, r#"],"has_more":true ,"url":"/v1/charges"}"#);
        let between = usize::try_from(records.saturating_sub(1)).unwrap_or_default();
        let filling = usize::try_from(records).unwrap_or_default() * record.len() + between;
        let length = start.len() + filling + end.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        let mut bytes = Vec::with_capacity(head.len() + length);
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(start.as_bytes());
        let mut ids = Vec::new();
        for number in 0..records {
            if number > 0 {
                bytes.push(b',');
            }
            ids.push(bytes.len() + record.find(ID).unwrap_or_default());
            bytes.extend_from_slice(record.as_bytes());
        }
        let more = bytes.len() + end.find("true").unwrap_or_default();
        bytes.extend_from_slice(end.as_bytes());
        Page { bytes, ids, more }
    }

    fn from(&mut self, first: u64, more: bool) -> &[u8] {
        for (number, place) in (first..).zip(&self.ids) {
            self.bytes[*place..place + ID.len()].copy_from_slice(id(number).as_bytes());
        }
        self.bytes[self.more..self.more + 5].copy_from_slice(if more { b"true " } else { b"false" });
        &self.bytes
    }
}
