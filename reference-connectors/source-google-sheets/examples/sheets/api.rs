//! A small spreadsheet behind the Sheets API, and the server that hands out tokens for it.
//!
//! It answers in the shape that Google documents, from `spreadsheet.json`; the same request is always answered alike, but
//! for a fault, which comes once.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// The id of the spreadsheet.
pub(crate) const ID: &str = "1mill-Spreadsheet_of-the_fixtures00000000000";
/// Who may read it: a service account, and a client with a refresh token.
pub(crate) const EMAIL: &str = "reader@mill-0000.iam.gserviceaccount.com";
pub(crate) const REFRESH_TOKEN: &str = "1//made-up-refresh-token-of-the-fixtures";

const ACCESS_TOKEN: &str = "ya29.made-up-access-token-of-the-fixtures";

pub(crate) struct Sheets {
    spreadsheet: Value,
    /// The faults that are still to come, the last one first: answers in place of rows.
    faults: Mutex<Vec<ResponseTemplate>>,
}

impl Sheets {
    pub(crate) fn new() -> Self {
        let spreadsheet = serde_json::from_str(include_str!("spreadsheet.json")).unwrap();
        Self { spreadsheet, faults: Mutex::default() }
    }

    pub(crate) fn with_faults() -> Self {
        let quota = refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Read requests'.");
        let faults = vec![quota, refusal(500, "INTERNAL", "Internal error encountered.")];
        Self { faults: Mutex::new(faults), ..Self::new() }
    }

    fn spreadsheet(&self) -> Value {
        let sheets = self.sheets().iter().enumerate().map(|(index, sheet)| {
            let kind = sheet["type"].as_str().unwrap_or("GRID");
            let mut properties = json!({
                "sheetId": index, "title": sheet["title"], "index": index, "sheetType": kind,
            });
            if kind == "GRID" {
                properties["gridProperties"] =
                    json!({"rowCount": sheet["rowCount"], "columnCount": sheet["columnCount"]});
            }
            json!({"properties": properties})
        });
        json!({"sheets": sheets.collect::<Vec<_>>()})
    }

    fn sheets(&self) -> &[Value] {
        self.spreadsheet["sheets"].as_array().unwrap()
    }

    /// The rows of several ranges such as `'A sheet'!2:201`.
    fn ranges(&self, ranges: &[String]) -> ResponseTemplate {
        let mut found = Vec::new();
        for range in ranges {
            match self.rows(range) {
                Ok(rows) => found.push(rows),
                Err(message) => return refusal(400, "INVALID_ARGUMENT", &message),
            }
        }
        answer(&json!({"spreadsheetId": ID, "valueRanges": found}))
    }

    fn rows(&self, range: &str) -> Result<Value, String> {
        let no_range = || format!("Unable to parse range: {range}");
        let (name, rows) = range.rsplit_once('!').ok_or_else(no_range)?;
        let name = name.trim_matches('\'');
        if name.replace("''", "").contains('\'') {
            return Err(no_range());
        }
        let title = name.replace("''", "'");
        let sheet = self.sheets().iter().find(|sheet| sheet["title"] == title).ok_or_else(no_range)?;
        let (from, to) = rows.split_once(':').ok_or_else(no_range)?;
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let limit = usize::try_from(sheet["rowCount"].as_u64().unwrap()).unwrap();
        if from > limit {
            return Err(format!("Range ({title}!{from}:{to}) exceeds grid limits. Max rows: {limit}"));
        }
        let values = sheet["values"].as_array().unwrap();
        let mut values: Vec<&Value> = values.iter().skip(from - 1).take(to + 1 - from).collect();
        // Both bounds are included. Nothing is said of rows that are empty at the end.
        while values.last().is_some_and(|row| row.as_array().unwrap().is_empty()) {
            values.pop();
        }
        let mut answer =
            json!({"range": format!("{name}!A{from}:Z{}", to.min(limit)), "majorDimension": "ROWS"});
        if !values.is_empty() {
            answer["values"] = json!(values);
        }
        Ok(answer)
    }
}

impl Respond for Sheets {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let spreadsheet = format!("/v4/spreadsheets/{ID}");
        let path = request.url.path().replace("%3A", ":");
        if path == "/token" {
            return token(&request.body);
        }
        let token = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        if token != Some(&format!("Bearer {ACCESS_TOKEN}")) {
            return refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        }
        let Some(rest) = path.strip_prefix(&spreadsheet) else {
            return refusal(404, "NOT_FOUND", "Requested entity was not found.");
        };
        match rest {
            "" => answer(&self.spreadsheet()),
            "/values:batchGet" => {
                let ranges = request.url.query_pairs().filter(|(name, _)| name == "ranges");
                let ranges: Vec<String> = ranges.map(|(_, range)| range.into_owned()).collect();
                let of_rows = ranges.iter().any(|range| !range.ends_with("!1:1"));
                match of_rows.then(|| self.faults.lock().unwrap().pop()).flatten() {
                    Some(fault) => fault,
                    None => self.ranges(&ranges),
                }
            }
            _ => refusal(404, "NOT_FOUND", "Requested entity was not found."),
        }
    }
}

/// What is answered for a signed assertion or a refresh token.
fn token(body: &[u8]) -> ResponseTemplate {
    let mut url = wiremock::http::Url::parse("http://form.test").unwrap();
    url.set_query(std::str::from_utf8(body).ok());
    let form: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let known = match form.get("grant_type").map(String::as_str) {
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => issuer(&form["assertion"]) == EMAIL,
        Some("refresh_token") => form["refresh_token"] == REFRESH_TOKEN,
        _ => false,
    };
    if known {
        answer(&json!({"access_token": ACCESS_TOKEN, "expires_in": 3599, "token_type": "Bearer"}))
    } else {
        let error =
            json!({"error": "invalid_grant", "error_description": "Invalid grant: account not found"});
        ResponseTemplate::new(400).set_body_json(error)
    }
}

/// Who an assertion says that it is from.
fn issuer(assertion: &str) -> String {
    let claims = assertion.split('.').nth(1).unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["iss"].as_str().unwrap().to_owned()
}

fn answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refusal(code: u16, status: &str, message: &str) -> ResponseTemplate {
    let error = json!({"error": {"code": code, "message": message, "status": status}});
    ResponseTemplate::new(code).set_body_json(error)
}
