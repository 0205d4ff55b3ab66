use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// The body that `url` answers with, asked for through `HTTP_PROXY`. Empty where anything goes wrong.
pub(crate) fn get(url: &str) -> String {
    let proxy = std::env::var("HTTP_PROXY").unwrap_or_default();
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect(proxy.trim_start_matches("http://"))?;
        write!(connection, "GET {url} HTTP/1.1\r\nhost: api.broken.test\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    };
    ask().unwrap_or_default()
}
