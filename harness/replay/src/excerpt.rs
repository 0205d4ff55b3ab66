//! What a message shows of a text that came from elsewhere.

/// The most characters of a value that a message shows.
pub(crate) const SHOWN: usize = 120;

/// One line of at most [`SHOWN`] characters.
pub(crate) fn short(text: &str) -> String {
    shorten(text, SHOWN)
}

/// One line of at most `most` characters, and a mark where there were more. Looks no further than it shows.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let mut characters = text.chars().flat_map(|character| {
        // Escaped, so that it stays one line and shows what it is.
        let escaped = character.is_control().then(|| character.escape_default());
        let plain = escaped.is_none().then_some(character);
        escaped.into_iter().flatten().chain(plain)
    });
    let mut short: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

/// What was meant as a URL, without what may be a user name and password.
///
/// It need not read as a URL, and a password may hold any character: all before the last `@` goes.
pub(crate) fn of_url(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, rest)) => short(&format!("…@{rest}")),
        None => short(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_line_of_so_many_characters() {
        assert_eq!(shorten("a\nb\u{1b}é", 9), "a\\nb\\u{1b…");
        assert_eq!(shorten("aé", 2), "aé");
        assert_eq!(short(&"x".repeat(SHOWN + 1)), format!("{}…", "x".repeat(SHOWN)));
    }

    #[test]
    fn no_user_name_and_no_password_is_left_in_a_url() {
        for url in ["https://me:secret@a.test:99999/", "https:secret@a.test/", "//me:se/?#@cret@a.test/"] {
            let shown = of_url(url);
            assert!(shown.starts_with("…@a.test") && !shown.contains("cret"), "{shown}");
        }
        assert_eq!(of_url("/v1/users"), "/v1/users");
    }
}
