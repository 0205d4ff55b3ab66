//! The sheets of a Google spreadsheet: each is a stream, its first row names the columns.

mod header;
mod spreadsheet;

use std::process::ExitCode;

use connector_sdk::{Result, Secret, Source, Spec, Stream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::header::Header;
use crate::spreadsheet::{Sheet, Spreadsheet};

/// # Google Sheets
#[derive(Deserialize, JsonSchema)]
struct Config {
    /// # Spreadsheet
    /// The spreadsheet's address in the browser, or its id: what stands in the address between /d/ and the next slash.
    spreadsheet_id: String,

    /// # Rows per request
    /// How many rows are asked for at a time. Google allows 60 requests a minute, and answers of some 2 MB.
    #[serde(default = "two_hundred")]
    #[schemars(range(min = 1, max = 100_000))]
    batch_size: u64,

    /// # Credentials
    credentials: Credentials,
}

/// The spreadsheet must be shared with whom these belong to.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "auth_type")]
enum Credentials {
    /// # Service account
    #[serde(rename = "Service")]
    ServiceAccount {
        /// # Key
        /// The key of the service account: the text of the JSON file that Google hands out.
        service_account_info: Secret,
    },
    /// # OAuth
    #[serde(rename = "Client")]
    OAuth {
        /// # Client id
        client_id: Secret,
        /// # Client secret
        client_secret: Secret,
        /// # Refresh token
        refresh_token: Secret,
    },
}

fn two_hundred() -> u64 {
    200
}

/// Google Sheets, at the address of its API, and the server that hands out its tokens.
struct GoogleSheets {
    url: String,
    token_url: String,
}

impl Source for GoogleSheets {
    type Config = Config;

    fn spec(&self) -> Spec {
        Spec::new("https://developers.google.com/workspace/sheets/api/reference/rest")
    }

    async fn check(&self, config: &Config) -> Result<()> {
        Spreadsheet::new(self, config)?.sheets().await?;
        Ok(())
    }

    async fn streams(&self, config: &Config) -> Result<Vec<Stream>> {
        let spreadsheet = Spreadsheet::new(self, config)?;
        let sheets = spreadsheet.sheets().await?;
        let first_rows = spreadsheet.first_rows(&sheets).await?;
        let mut streams = Vec::new();
        for (sheet, first_row) in sheets.into_iter().zip(first_rows) {
            let header = Header::of(&sheet.title, first_row);
            if header.is_empty() {
                log::info!("the sheet `{}` is passed over: its first row names no column", sheet.title);
            } else {
                streams.push(stream(spreadsheet.clone(), sheet, header, config.batch_size));
            }
        }
        Ok(streams)
    }
}

fn stream(spreadsheet: Spreadsheet, sheet: Sheet, header: Header, batch_size: u64) -> Stream {
    Stream::new(&sheet.title, header.schema()).resumable(async move |from, records| {
        // Rows are counted from 1, and the first one is the header.
        let mut row = from.get("row").and_then(Value::as_u64).unwrap_or(2);
        let mut size = batch_size;
        while row <= sheet.rows {
            let last = sheet.rows.min(row + size - 1);
            let batch = spreadsheet.rows(&sheet, row, last).await?;
            for cells in &batch {
                let record = header.record(cells);
                if !record.is_empty() {
                    records.push(&record)?;
                }
            }
            // Most sheets end long before their grid does, but a gap is not the end: so a larger part of it comes next.
            size = if batch.is_empty() { size * 2 } else { batch_size };
            row = last + 1;
            records.checkpoint(&json!({ "row": row }))?;
        }
        Ok(())
    })
}

fn main() -> ExitCode {
    connector_sdk::run(GoogleSheets {
        url: "https://sheets.googleapis.com/v4/spreadsheets".to_owned(),
        token_url: "https://oauth2.googleapis.com/token".to_owned(),
    })
}

#[cfg(test)]
mod tests;
