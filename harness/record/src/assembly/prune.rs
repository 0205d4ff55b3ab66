use std::collections::BTreeSet;

use connector_replay::Tape;

/// The tape without what was not used; `used` are positions counted from 0.
pub fn prune(tape: &Tape, used: &BTreeSet<usize>) -> Tape {
    let mut pruned = tape.clone();
    let mut position = 0..;
    pruned.interactions.retain(|_| position.next().is_some_and(|position| used.contains(&position)));
    pruned
}

#[cfg(test)]
mod tests {
    use super::super::tests::{interaction, lines};
    use super::*;

    #[test]
    fn what_was_used_stays_as_it_is() {
        let mut tape = Tape::new(["/a", "/b", "/c"].map(|path| interaction(path, "1")).to_vec());
        tape.meta = Some(serde_json::from_str(r#"{"by": "me"}"#).unwrap());
        let pruned = prune(&tape, &[0, 2, 9].into());
        assert_eq!(lines(&pruned), ["/a 1", "/c 1"]);
        assert!(pruned.meta.is_some());
    }
}
