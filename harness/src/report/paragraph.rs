//! Long sentences under a short name, so that they stay readable on a terminal.

/// Columns of a line of text, its name not counted.
const WIDTH: usize = 100;

/// The lines of a text: broken between words, no longer than they may be unless a word is.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split(' ') {
        let longer = word.chars().count();
        if length > 0 && length + 1 + longer > WIDTH {
            lines.push(String::new());
            length = 0;
        }
        if let Some(line) = lines.last_mut() {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += longer;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_broken_between_words_and_nothing_is_lost() {
        let text = "word ".repeat(50).trim_end().to_owned() + " " + &"x".repeat(150);
        let lines = lines(&text);
        assert_eq!(lines.join(" "), text);
        assert!(lines[..lines.len() - 1].iter().all(|line| line.len() <= WIDTH));
        assert_eq!(super::lines("short"), ["short"]);
    }
}
