//! What is asked of Google.

use connector_sdk::{Answer, Api, Auth, Decision, Error, OAuth, Rate, Result, ServiceAccount};
use serde::Deserialize;

use crate::{Config, Credentials, GoogleSheets};

/// To read spreadsheets, and nothing else.
const SCOPE: &str = "https://www.googleapis.com/auth/spreadsheets.readonly";
/// Of how many sheets the first rows are asked for at once: their names make up the URL, which has a limit.
const RANGES: usize = 50;

#[derive(Clone)]
pub(crate) struct Spreadsheet {
    api: Api,
}

/// A sheet with cells: others hold a chart, or what another source brings in.
pub(crate) struct Sheet {
    pub(crate) title: String,
    /// How many rows its grid has, with those that are empty.
    pub(crate) rows: u64,
}

impl Spreadsheet {
    pub(crate) fn new(google: &GoogleSheets, config: &Config) -> Result<Self> {
        let id = id(&config.spreadsheet_id);
        let api = Api::new(format!("{}/{id}", google.url))
            .auth(auth(google, &config.credentials)?)
            .rate(Rate::per_minute(60))
            .on_answer(decision);
        Ok(Spreadsheet { api })
    }

    /// The sheets that have cells.
    pub(crate) async fn sheets(&self) -> Result<Vec<Sheet>> {
        let fields = "sheets.properties(title,sheetType,gridProperties.rowCount)";
        let answer = self.api.get("").query("fields", fields).send().await?;
        let answer: Answered = answer.json()?;
        let sheets = answer.sheets.into_iter().map(|sheet| sheet.properties);
        Ok(sheets.filter_map(About::into_sheet).collect())
    }

    /// The first row of each sheet.
    pub(crate) async fn first_rows(&self, sheets: &[Sheet]) -> Result<Vec<Vec<String>>> {
        let mut first_rows = Vec::new();
        for sheets in sheets.chunks(RANGES) {
            let ranges = sheets.iter().map(|sheet| sheet.range(1, 1));
            let found = self.values(ranges).await?;
            first_rows.extend(
                found.into_iter().map(|mut rows| if rows.is_empty() { Vec::new() } else { rows.remove(0) }),
            );
        }
        Ok(first_rows)
    }

    /// The rows of a sheet from one to another, both included, each as the texts of its cells: what is empty at the end,
    /// of a row or of all of them, is left out.
    pub(crate) async fn rows(&self, sheet: &Sheet, first: u64, last: u64) -> Result<Vec<Vec<String>>> {
        let mut found = self.values([sheet.range(first, last)]).await?;
        Ok(found.pop().unwrap_or_default())
    }

    async fn values(&self, ranges: impl IntoIterator<Item = String>) -> Result<Vec<Vec<Vec<String>>>> {
        let request = self.api.get("values:batchGet").query("majorDimension", "ROWS");
        let request = ranges.into_iter().fold(request, |request, range| request.query("ranges", range));
        let answer: Values = request.send().await?.json()?;
        Ok(answer.value_ranges.into_iter().map(|range| range.values).collect())
    }
}

impl Sheet {
    /// Rows in A1 notation, both included: a name stands in quotes, and a quote in it is written twice.
    fn range(&self, first: u64, last: u64) -> String {
        format!("'{}'!{first}:{last}", self.title.replace('\'', "''"))
    }
}

/// The id of a spreadsheet, from its address or as it is.
fn id(address: &str) -> &str {
    let id = address.split_once("/d/").map_or(address, |(_, id)| id);
    id.split(['/', '?', '#']).next().unwrap_or(id).trim()
}

fn auth(google: &GoogleSheets, credentials: &Credentials) -> Result<Auth> {
    Ok(match credentials {
        Credentials::ServiceAccount { service_account_info } => {
            let account = ServiceAccount::parse(service_account_info)?;
            OAuth::service_account(&account, [SCOPE]).into()
        }
        Credentials::OAuth { client_id, client_secret, refresh_token } => {
            OAuth::refresh(&google.token_url, client_id.expose(), client_secret, refresh_token).into()
        }
    })
}

/// What a user has to mend, beyond the credentials.
fn decision(answer: &Answer) -> Option<Decision> {
    let mend = match (answer.status(), answer.field("error.status").as_deref()) {
        (404, _) => "check the address of the spreadsheet",
        (403, _) => "share the spreadsheet with the account that the credentials belong to",
        (400, Some("FAILED_PRECONDITION")) => {
            "save the document as a Google spreadsheet: an Excel file is none"
        }
        _ => return None,
    };
    Some(Decision::Fail(Error::config(format!("{answer}; {mend}"))))
}

#[derive(Deserialize)]
struct Answered {
    sheets: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    properties: About,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    title: String,
    sheet_type: String,
    grid_properties: Option<Grid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grid {
    row_count: u64,
}

impl About {
    fn into_sheet(self) -> Option<Sheet> {
        let grid = self.grid_properties.filter(|_| self.sheet_type == "GRID")?;
        Some(Sheet { title: self.title, rows: grid.row_count })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Values {
    value_ranges: Vec<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(default)]
    values: Vec<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_is_named_by_its_address_or_its_id() {
        for address in [
            "1aB-c_D",
            " 1aB-c_D ",
            "https://docs.google.com/spreadsheets/d/1aB-c_D/edit#gid=0",
            "https://docs.google.com/spreadsheets/d/1aB-c_D?usp=sharing",
            "https://docs.google.com/spreadsheets/u/1/d/1aB-c_D",
        ] {
            assert_eq!(id(address), "1aB-c_D", "{address}");
        }
    }

    #[test]
    fn a_quote_in_the_name_of_a_sheet_is_written_twice() {
        let sheet = Sheet { title: "Miller's sacks".to_owned(), rows: 10 };
        assert_eq!(sheet.range(2, 201), "'Miller''s sacks'!2:201");
    }
}
