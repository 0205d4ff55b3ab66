//! Objects that are read field by field, so that none is passed over without a word.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::flaw::{Flaw, line};
use crate::note::Notes;

/// The fields of an entry, or of an object in it, that were not read yet.
pub(crate) struct Fields<'a> {
    entry: &'a str,
    /// Where the object is in its entry; empty, or ending in a dot.
    within: String,
    left: BTreeMap<String, Box<RawValue>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(entry: &'a str, within: &str, left: BTreeMap<String, Box<RawValue>>) -> Fields<'a> {
        let within = if within.is_empty() { String::new() } else { format!("{within}.") };
        Fields { entry, within, left }
    }

    pub(crate) fn entry(&self) -> &'a str {
        self.entry
    }

    /// A field, if it is there and not `null`.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Flaw> {
        match self.left.remove(name).filter(|json| json.get() != "null") {
            Some(json) => self.read(name, &json).map(Some),
            None => Ok(None),
        }
    }

    /// A field that must be there; `wanted` says what.
    pub(crate) fn need<T: DeserializeOwned>(&mut self, name: &str, wanted: &str) -> Result<T, Flaw> {
        self.take(name)?.ok_or_else(|| {
            Flaw::at(
                self.entry,
                &format!("{}{name}", self.within),
                format_args!("wanted {wanted}, got nothing"),
            )
        })
    }

    /// An object in a field.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Fields<'a>>, Flaw> {
        let fields = self.take(name)?;
        Ok(fields.map(|fields| Fields::new(self.entry, &format!("{}{name}", self.within), fields)))
    }

    /// Drops fields that say nothing of the exchange.
    pub(crate) fn pass_over(&mut self, names: &[&str]) {
        self.left.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// The names of those that are left, as messages show them.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.left.keys().map(|name| format!("`{}{}`", self.within, line(name, 40))).collect()
    }

    /// Notes those that are left.
    pub(crate) fn say_rest(&self, notes: &mut Notes) {
        for name in self.rest() {
            notes.add(self.entry, format!("{name} is not kept"));
        }
    }

    fn read<T: DeserializeOwned>(&self, name: &str, json: &RawValue) -> Result<T, Flaw> {
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json.get()))
            .map_err(|error| Flaw::within(self.entry, &format!("{}{name}", self.within), &error))
    }
}

/// A whole file of JSON.
pub(crate) fn file<T: DeserializeOwned>(text: &str) -> Result<T, Flaw> {
    let mut json = serde_json::Deserializer::from_str(text);
    let file = serde_path_to_error::deserialize(&mut json).map_err(|error| Flaw::on_path(&error))?;
    json.end().map_err(Flaw::of_file)?;
    Ok(file)
}
