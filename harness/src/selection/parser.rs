//! Reads filter expressions.

use super::filter::{Expression, FilterError};
use super::matcher::Matcher;
use crate::checks;

/// How deep parentheses may stand in each other.
const DEPTH: usize = 100;

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expression = parser.or()?;
    if parser.rest().is_empty() {
        return Ok(expression);
    }
    let why = if parser.rest().starts_with(')') {
        "no parenthesis is open here"
    } else {
        "want `&`, `|` or the end"
    };
    Err(parser.fault(parser.at, why))
}

struct Parser<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn fault(&self, at: usize, why: impl Into<String>) -> FilterError {
        let column = self.text[..at].chars().count();
        FilterError { text: self.text.to_owned(), column, why: why.into() }
    }

    /// Takes a sign, or the word that stands for it.
    fn takes(&mut self, sign: char, word: &str) -> bool {
        self.skip_blanks();
        let rest = self.rest();
        let after_word = rest.strip_prefix(word).filter(|rest| rest.starts_with([' ', '\t', '\n', '(', '!']));
        let after = rest.strip_prefix(sign).or(after_word.filter(|_| !word.is_empty()));
        self.at += after.map_or(0, |after| rest.len() - after.len());
        after.is_some()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn or(&mut self) -> Result<Expression, FilterError> {
        let mut all = self.and()?;
        while self.takes('|', "or") {
            all = Expression::Or(Box::new(all), Box::new(self.and()?));
        }
        Ok(all)
    }

    fn and(&mut self) -> Result<Expression, FilterError> {
        let mut all = self.not()?;
        while self.takes('&', "and") {
            all = Expression::And(Box::new(all), Box::new(self.not()?));
        }
        Ok(all)
    }

    fn not(&mut self) -> Result<Expression, FilterError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.fault(self.at, format!("more than {DEPTH} levels stand in each other")));
        }
        let expression = if self.takes('!', "not") {
            Expression::Not(Box::new(self.not()?))
        } else if self.takes('(', "") {
            let open = self.at - 1;
            let inner = self.or()?;
            if !self.takes(')', "") {
                return Err(self.unclosed(open));
            }
            inner
        } else {
            self.word()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn unclosed(&self, open: usize) -> FilterError {
        match self.rest() {
            "" => self.fault(open, "this parenthesis is not closed"),
            _ => self.fault(self.at, "want `&`, `|` or `)`"),
        }
    }

    fn word(&mut self) -> Result<Expression, FilterError> {
        const WANTED: &str =
            "want connector(..), scenario(..), check(..), group(..), level(..), all(), none(), `!` or `(`";
        let from = self.at;
        let length =
            self.rest().find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        self.at += length;
        let makes: fn(Matcher) -> Expression = match word {
            "connector" => Expression::Connector,
            "scenario" => Expression::Scenario,
            "check" => Expression::Check,
            "group" => Expression::Group,
            "level" => Expression::Level,
            "all" | "none" => return self.constant(word),
            "" => return Err(self.fault(from, WANTED)),
            other => return Err(self.fault(from, format!("`{other}` is no word of it: {WANTED}"))),
        };
        let open = self.open(word)?;
        let begins = self.at;
        let text = self.argument(open)?;
        let skipped = text.len() - text.trim_start().len();
        let matcher = Matcher::parse(text.trim()).map_err(|why| self.fault(begins + skipped, why))?;
        match unknown(word, &matcher) {
            Some(why) => Err(self.fault(begins + skipped, why)),
            None => Ok(makes(matcher)),
        }
    }

    fn constant(&mut self, word: &str) -> Result<Expression, FilterError> {
        let open = self.open(word)?;
        let begins = self.at;
        if !self.argument(open)?.trim().is_empty() {
            return Err(self.fault(begins, format!("{word}() takes nothing")));
        }
        Ok(if word == "all" { Expression::All } else { Expression::None })
    }

    /// The parenthesis after a word; returns its place.
    fn open(&mut self, word: &str) -> Result<usize, FilterError> {
        if !self.takes('(', "") {
            return Err(self.fault(self.at, format!("want `(` after `{word}`")));
        }
        Ok(self.at - 1)
    }

    /// What stands up to the closing parenthesis, which is read too. A regular expression may hold some itself.
    fn argument(&mut self, open: usize) -> Result<&'a str, FilterError> {
        let rest = self.rest();
        let inner = rest.trim_start();
        let mut from = 0;
        if let Some(expression) = inner.strip_prefix('/') {
            let mut escaped = false;
            let end = expression.find(|it: char| {
                let ends = it == '/' && !escaped;
                escaped = it == '\\' && !escaped;
                ends
            });
            let Some(end) = end else {
                let at = self.at + rest.len() - inner.len();
                return Err(self.fault(at, "this regular expression does not end: want `/`"));
            };
            from = rest.len() - expression.len() + end + 1;
        }
        let Some(end) = rest[from..].find(')').map(|end| from + end) else {
            return Err(self.fault(open, "this parenthesis is not closed"));
        };
        if from > 0 && !rest[from..end].trim().is_empty() {
            return Err(self.fault(self.at + from, "want `)` after the regular expression"));
        }
        self.at += end + 1;
        Ok(&rest[..end])
    }
}

/// Why nothing that there is can match: the words of checks are known.
fn unknown(word: &str, matcher: &Matcher) -> Option<String> {
    let any =
        |name: fn(&checks::Check) -> String| checks::ALL.iter().any(|check| matcher.matches(&name(check)));
    let (matches, hint) = match word {
        "check" => (any(|check| check.id.to_owned()), "`harness list` shows all checks"),
        "group" => (any(|check| check.group.to_string()), "`harness list` shows all groups"),
        "level" => (any(|check| check.level.to_string()), "there are `must` and `should`"),
        _ => return None,
    };
    (!matches).then(|| format!("no {word} matches: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_is_pointed_at() {
        for (text, column, why) in [
            ("", 1, "want connector(..)"),
            ("scnario(a)", 1, "`scnario` is no word of it"),
            ("all() & ", 9, "want connector(..)"),
            ("all() all()", 7, "want `&`, `|` or the end"),
            ("all())", 6, "no parenthesis is open here"),
            ("(all()", 1, "this parenthesis is not closed"),
            ("(all() scenario(a))", 8, "want `&`, `|` or `)`"),
            ("scenario(a", 9, "this parenthesis is not closed"),
            ("scenario", 9, "want `(` after `scenario`"),
            ("scenario()", 10, "want a name"),
            ("scenario( =)", 11, "want a name"),
            ("all(x)", 5, "all() takes nothing"),
            ("scenario(/a)", 10, "does not end"),
            ("scenario(/a/b)", 13, "after the regular expression"),
            ("scenario(/[/)", 10, "no regular expression"),
            ("check(zzz)", 7, "`harness list` shows all checks"),
            ("group(zzz)", 7, "`harness list` shows all groups"),
            ("level(zzz)", 7, "`must` and `should`"),
            ("connector(ü) & zzz", 16, "`zzz` is no word of it"),
        ] {
            let said = fault(text);
            assert!(said.starts_with(&format!("column {column}: ")) && said.contains(why), "{text}: {said}");
            let caret = said.lines().last().unwrap();
            assert_eq!(caret.chars().count(), column + 2, "{said}");
        }
    }

    #[test]
    fn a_regular_expression_may_hold_what_ends_others() {
        assert!(parse(r"scenario(/(a|b)\/c\)/) & all()").is_ok());
    }

    #[test]
    fn nothing_is_too_deep_to_be_refused() {
        let text = format!("{}all(){}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(fault(&text).contains("levels"));
        assert!(fault(&"!".repeat(100_000)).contains("levels"));
    }
}
