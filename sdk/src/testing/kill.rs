use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Transcript;
use super::transcript::state_after;
use super::trial::Trial;
use crate::{Error, Outcome, Result, Source};

/// How a read was killed, in all the ways there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kills {
    /// At how many lines.
    pub lines: usize,
    /// From how many different states it was gone on with.
    pub resumed: usize,
    /// How many records had to come.
    pub records: usize,
}

pub(super) async fn killed_anywhere<S: Source>(trial: &Trial<'_, S>, names: &[&str]) -> Result<Kills> {
    let whole = trial.read_from(names, trial.begin()).await;
    succeeded(&whole, "the read that is not killed")?;
    let lines = whole.messages();
    let records: Vec<String> = records(trial, lines).collect();
    let mut resumed: BTreeMap<String, Transcript> = BTreeMap::new();
    // After the last line, there is nothing to kill.
    for cut in 0..lines.len() {
        let own = state_after(&lines[..cut]);
        // A stream that has had no state yet keeps the one that it began with.
        let state = merged(trial.begin(), &own);
        let key = state.to_string();
        if !resumed.contains_key(&key) {
            let read = trial.read_from(names, Some(&state)).await;
            succeeded(&read, &format!("the read that goes on from {state}"))?;
            resumed.insert(key.clone(), read);
        }
        let Some(rest) = resumed.get(&key) else { continue };
        let came: BTreeSet<String> =
            self::records(trial, &lines[..cut]).chain(self::records(trial, rest.messages())).collect();
        if let Some(lost) = records.iter().find(|record| !came.contains(*record)) {
            return Err(Error::system(format!(
                "killed before line {} and gone on from {state}, the read loses this record: {lost}",
                cut + 1
            )));
        }
    }
    Ok(Kills { lines: lines.len(), resumed: resumed.len(), records: records.len() })
}

fn succeeded(read: &Transcript, which: &str) -> Result<()> {
    match read.outcome() {
        Outcome::Succeeded => Ok(()),
        outcome => Err(Error::system(format!("{which} ended as {outcome:?}: {}", read.errors().join("; ")))),
    }
}

/// Stream and data, as text; when a record was emitted does not matter.
fn records<S: Source>(trial: &Trial<'_, S>, lines: &[Value]) -> impl Iterator<Item = String> {
    let records = lines.iter().filter(|line| line["type"] == "RECORD");
    records.map(|line| trial.same(&line["record"]))
}

/// The states that a read began with, each replaced by the one that it has written since.
fn merged(begin: Option<&Value>, own: &Value) -> Value {
    let states = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let begin = begin.map(states).unwrap_or_default();
    let messages: Vec<Value> = begin
        .into_iter()
        .chain(states(own))
        .map(|state| json!({ "type": "STATE", "state": state }))
        .collect();
    state_after(&messages)
}

#[cfg(test)]
mod chance;
#[cfg(test)]
mod tests;
