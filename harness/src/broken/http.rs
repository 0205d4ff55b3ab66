use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// The body that `url` answers with, asked for through `HTTP_PROXY`, or of the server that the config calls `api_url`,
/// past any proxy. Empty where anything goes wrong.
pub(crate) fn get(url: &str) -> String {
    let proxy = std::env::var("HTTP_PROXY").unwrap_or_default();
    match api_url() {
        Some(server) => {
            let server = server.trim_start_matches("http://");
            get_from(server, server, url.trim_start_matches("http://api.broken.test"))
        }
        None => get_from(proxy.trim_start_matches("http://"), "api.broken.test", url),
    }
}

/// The same, asked of the host itself, as clients do that know nothing of proxies.
pub(crate) fn get_directly(host: &str, path: &str) -> String {
    get_from(&format!("{host}:80"), "api.broken.test", path)
}

fn get_from(server: &str, host: &str, url: &str) -> String {
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect(server)?;
        write!(connection, "GET {url} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    };
    ask().unwrap_or_default()
}

fn api_url() -> Option<String> {
    let config = std::env::args().skip_while(|argument| argument != "--config").nth(1)?;
    let config: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(config).ok()?).ok()?;
    config["api_url"].as_str().map(str::to_owned)
}
