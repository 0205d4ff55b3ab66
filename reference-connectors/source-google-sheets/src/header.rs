//! The first row of a sheet, and what becomes of the cells below it.

use std::collections::BTreeMap;

use connector_sdk::Schema;
use serde_json::{Map, Value, json};

/// The columns of a sheet: from the left to the first cell without a name.
pub(crate) struct Header {
    /// Where a column stands, and its name.
    columns: Vec<(usize, String)>,
}

impl Header {
    /// Of two columns of one name, which a record cannot have, neither is read: to choose one would be to guess.
    pub(crate) fn of(sheet: &str, first_row: Vec<String>) -> Self {
        let names: Vec<String> = first_row.into_iter().take_while(|name| !name.trim().is_empty()).collect();
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for name in &names {
            *times.entry(name).or_default() += 1;
        }
        let twice: Vec<&str> = times.iter().filter(|(_, times)| **times > 1).map(|(name, _)| *name).collect();
        if !twice.is_empty() {
            log::warn!(
                "the sheet `{sheet}` has more than one column with the name {}: they are passed over; \
                        give each its own name",
                twice.join(" and with the name ")
            );
        }
        let is_once = |name: &str| times.get(name) == Some(&1);
        let columns = names.iter().enumerate().filter(|(_, name)| is_once(name));
        Header { columns: columns.map(|(place, name)| (place, name.clone())).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Every cell is a text, as the sheet shows it, or is not there.
    pub(crate) fn schema(&self) -> Schema {
        let text = |(_, name): &(usize, String)| (name.clone(), json!({"type": ["string", "null"]}));
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(self.columns.iter().map(text).collect()));
        schema.insert("additionalProperties".to_owned(), json!(true));
        Schema::from(schema)
    }

    /// The cells of a row that have something in them, by the names of their columns.
    pub(crate) fn record<'a>(&'a self, cells: &'a [String]) -> BTreeMap<&'a str, &'a str> {
        let cell = |place: usize| cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty());
        self.columns.iter().filter_map(|(place, name)| Some((name.as_str(), cell(*place)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(first_row: &[&str]) -> Header {
        Header::of("A sheet", first_row.iter().map(ToString::to_string).collect())
    }

    fn names(header: &Header) -> Vec<&str> {
        header.columns.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn a_header_ends_at_its_first_blank_cell() {
        assert_eq!(names(&header(&["day", "mark", " ", "note"])), ["day", "mark"]);
        assert!(header(&["", "note"]).is_empty());
        assert!(header(&[]).is_empty());
    }

    #[test]
    fn columns_of_one_name_are_passed_over_and_the_others_keep_their_cells() {
        let header = header(&["sack", "weight", "weight", "miller"]);
        assert_eq!(names(&header), ["sack", "miller"]);
        let cells = ["S-1", "24", "25", "Ada"].map(str::to_owned);
        let record = header.record(&cells);
        assert_eq!(record, BTreeMap::from([("miller", "Ada"), ("sack", "S-1")]));
    }

    #[test]
    fn empty_cells_and_cells_beyond_the_header_are_not_in_a_record() {
        let header = header(&["day", "mark", "kept by"]);
        let cells = ["Monday", "", "Ada", "ice"].map(str::to_owned);
        assert_eq!(header.record(&cells), BTreeMap::from([("day", "Monday"), ("kept by", "Ada")]));
        assert!(header.record(&[String::new()]).is_empty());
        assert!(header.record(&[]).is_empty());
    }
}
