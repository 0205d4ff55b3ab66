//! A unified diff made readable: messages are long lines that differ in one place.

/// Characters of a line that are shown.
const WIDTH: usize = 110;

/// Characters before the first difference that are shown.
const BEFORE: usize = 30;

/// The lines of a diff, headers left out, each cut to the piece around its first difference from the line that it
/// takes the place of.
pub(super) fn shorten(diff: &str) -> Vec<String> {
    let lines: Vec<&str> = diff.lines().filter(|line| !line.starts_with("@@")).collect();
    let mut shown = Vec::with_capacity(lines.len());
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        let (removed, after) = split(rest, '-');
        let (added, after) = split(after, '+');
        // Old and new side by side, so that however little is shown shows a change.
        for index in 0..removed.len().max(added.len()) {
            let (old, new) = (removed.get(index).copied(), added.get(index).copied());
            shown.extend(old.map(|line| cut(line, new)));
            shown.extend(new.map(|line| cut(line, old)));
        }
        rest = after;
        if removed.is_empty() && added.is_empty() {
            shown.push(cut(rest[0], None));
            rest = &rest[1..];
        }
    }
    shown
}

/// The lines at the start that begin with `sign`, and the others.
fn split<'a, 'b>(lines: &'a [&'b str], sign: char) -> (&'a [&'b str], &'a [&'b str]) {
    let end = lines.iter().position(|line| !line.starts_with(sign)).unwrap_or(lines.len());
    lines.split_at(end)
}

fn cut(line: &str, other: Option<&str>) -> String {
    // The first character is the sign.
    let same = other.map_or(0, |other| {
        line.chars().skip(1).zip(other.chars().skip(1)).take_while(|(left, right)| left == right).count()
    });
    let length = line.chars().count();
    let start = if length > WIDTH { same.saturating_sub(BEFORE).min(length - WIDTH) } else { 0 };
    let mut text: String = line.chars().take(1).collect();
    if start > 0 {
        text.push('…');
    }
    text.extend(line.chars().skip(1 + start).take(WIDTH));
    if length > 1 + start + WIDTH {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_its_first_difference() {
        let (start, end) = ("a".repeat(300), "z".repeat(300));
        let diff = format!("@@ -1 +1 @@\n same\n-{start}1{end}\n+{start}2{end}\n");
        let shown = shorten(&diff);
        assert_eq!(shown.len(), 3);
        assert_eq!(shown[0], " same");
        assert!(
            shown[1].starts_with("-…aaa") && shown[1].contains("a1z") && shown[1].ends_with("z…"),
            "{}",
            shown[1]
        );
        assert!(shown[2].starts_with("+…aaa") && shown[2].contains("a2z"), "{}", shown[2]);
    }

    #[test]
    fn a_line_stands_beside_the_one_that_takes_its_place() {
        assert_eq!(shorten("-a\n-b\n+c\n+d\n+e\n"), ["-a", "+c", "-b", "+d", "+e"]);
    }
}
