//! How paths and numbers are spelt.

use std::path::Path;

/// A path as one would type it here.
pub(crate) fn from_here(path: &Path) -> &Path {
    std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// A path as a shell takes it.
pub(crate) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |character: char| character.is_alphanumeric() || "/._-+:@%".contains(character);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Some names, the rest counted.
pub(crate) fn named(names: &[String], shown: usize) -> String {
    let text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > shown { format!("{text} and {} more", names.len() - shown) } else { text }
}

/// So many of something.
pub(crate) fn plural(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_take_it_apart() {
        assert_eq!(quoted(Path::new("a/b-1.c")), "a/b-1.c");
        assert_eq!(quoted(Path::new("a b/it's")), r"'a b/it'\''s'");
    }

    #[test]
    fn of_many_names_some_are_said_and_the_rest_are_counted() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(named(&names, 3), "a, b, c");
        assert_eq!(named(&names, 1), "a and 2 more");
    }
}
