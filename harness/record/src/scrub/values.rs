//! Which value of a secret that changed a request was made with.

use std::collections::BTreeMap;

use connector_replay::{Expression, Request};

use super::needle::Needles;
use super::secret::Secret;

/// The most choices that are tried.
const MOST: usize = 1_000;

/// One value for each secret, in every way in which this request may have been made with them. `written` is what was made
/// of it.
pub(super) fn choices(secrets: &[Secret], request: &Request, written: &str) -> Vec<BTreeMap<String, String>> {
    let mut by_name: BTreeMap<&str, Vec<&Secret>> = BTreeMap::new();
    for secret in secrets {
        by_name.entry(&secret.name).or_default().push(secret);
    }
    let mut choices = vec![BTreeMap::new()];
    for (name, mut all) in by_name {
        if all.len() > 1 {
            let is_said = written.contains(&Expression::Secret(name.to_owned()).to_string());
            let said: Vec<&Secret> = all.iter().copied().filter(|secret| is_in(request, secret)).collect();
            match said.is_empty() {
                _ if !is_said => all.truncate(1),
                false => all = said,
                // In a form that is not seen from here: any of them.
                true => {}
            }
        }
        let with = |choice: &BTreeMap<String, String>, secret: &Secret| {
            let mut choice = choice.clone();
            choice.insert(name.to_owned(), secret.value.clone());
            choice
        };
        let more = choices.iter().flat_map(|choice| all.iter().map(move |secret| with(choice, secret)));
        choices = more.take(MOST).collect();
    }
    choices
}

fn is_in(request: &Request, secret: &Secret) -> bool {
    let needles = Needles::new(secret.needles().into_iter().chain(secret.short()).collect());
    needles.are_in(request.target.to_string().as_bytes())
        || request.headers.values().any(|value| needles.are_in(value.as_bytes()))
        || needles.are_in(&request.body)
}
