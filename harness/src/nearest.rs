//! Which of the known names was probably meant.

/// How much of two names has to be the same: a letter or two of a short one may be wrong.
const ALIKE: f32 = 0.65;

/// The known name that looks most like `written`, if any does.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    similar::get_close_matches(written, &known, 1, ALIKE).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["timeout", "command", "folder"];
        for (written, wanted) in [
            ("timeouts", Some("timeout")),
            ("comand", Some("command")),
            ("floder", Some("folder")),
            ("retries", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), wanted, "{written}");
        }
    }
}
