use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Outcome;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    has_more: bool,
}

#[derive(Deserialize)]
struct Key<'a> {
    id: &'a str,
}

/// The least that reads the same pages and writes the same lines: no retries, no limits, one page in memory at a time.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn read(url: &str, limit: u64) -> Outcome<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build()?;
    let mut output = io::BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let (mut body, mut after) = (Vec::new(), String::new());
    loop {
        let mut response = client.get(format!("{url}/charges?limit={limit}{after}")).send().await?;
        body.clear();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        let page: Page<'_> = serde_json::from_slice(&body)?;
        #[expect(clippy::disallowed_methods, reason = "what the floor says is recorded nowhere")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        for record in &page.data {
            output.write_all(br#"{"type":"RECORD","record":{"stream":"charges","data":"#)?;
            output.write_all(record.get().as_bytes())?;
            writeln!(output, r#","emitted_at":{now}}}}}"#)?;
        }
        match page.data.last() {
            Some(last) if page.has_more => {
                let key: Key<'_> = serde_json::from_str(last.get())?;
                after = format!("&starting_after={}", key.id);
            }
            _ => return Ok(output.flush()?),
        }
    }
}
