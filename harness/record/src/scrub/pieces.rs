use std::ops::Range;

use connector_replay::{Expression, Template};

/// A text that is partly what it was and partly expressions. Each step of scrubbing looks at what is still as it was.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pieces(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// As it came.
    Literal(String),
    /// What stands in the place of something else.
    Expression(Expression),
}

impl Pieces {
    pub(super) fn literal(text: &str) -> Pieces {
        let mut pieces = Pieces::default();
        pieces.push_literal(text);
        pieces
    }

    pub(super) fn of(expression: Expression) -> Pieces {
        Pieces(vec![Piece::Expression(expression)])
    }

    /// Bytes that mean themselves.
    pub(super) fn bytes(bytes: &[u8]) -> Pieces {
        match std::str::from_utf8(bytes) {
            Ok(text) => Pieces::literal(text),
            Err(_) => Pieces::of(Expression::Bytes(bytes.to_vec())),
        }
    }

    pub(super) fn push_literal(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.0.push(Piece::Literal(text.to_owned())),
        }
    }

    pub(super) fn push(&mut self, expression: Expression) {
        self.0.push(Piece::Expression(expression));
    }

    pub(super) fn extend(&mut self, other: Pieces) {
        for piece in other.0 {
            match piece {
                Piece::Literal(text) => self.push_literal(&text),
                Piece::Expression(expression) => self.push(expression),
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Piece> {
        self.0.iter()
    }

    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Expression(_) => None,
        })
    }

    /// Its one expression, where it is nothing else.
    pub(super) fn sole(&self) -> Option<&Expression> {
        match self.0.as_slice() {
            [Piece::Expression(expression)] => Some(expression),
            _ => None,
        }
    }

    pub(super) fn has_expressions(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Expression(_)))
    }

    /// Puts something in the place of parts of what is still as it was: `find` says which, from left to right.
    #[must_use]
    pub(super) fn refined(self, mut find: impl FnMut(&str) -> Vec<(Range<usize>, Pieces)>) -> Pieces {
        let mut refined = Pieces::default();
        for piece in self.0 {
            match piece {
                Piece::Literal(text) => {
                    let mut end = 0;
                    for (span, replacement) in find(&text) {
                        refined.push_literal(&text[end..span.start]);
                        refined.extend(replacement);
                        end = span.end;
                    }
                    refined.push_literal(&text[end..]);
                }
                Piece::Expression(expression) => refined.push(expression),
            }
        }
        refined
    }

    pub(super) fn template(&self) -> Template {
        self.template_with(str::to_owned)
    }

    /// As a cassette writes it, what is as it was spelled anew.
    pub(super) fn template_with(&self, spell: impl Fn(&str) -> String) -> Template {
        let mut template = Template::default();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => template.push_literal(&spell(text)),
                Piece::Expression(expression) => template.push(expression),
            }
        }
        template
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_sees_only_what_is_still_as_it_was() {
        let secret = || Pieces::of(Expression::Secret("a".to_owned()));
        let step = |wanted: &'static str| {
            move |text: &str| {
                let found = text.match_indices(wanted);
                found.map(|(at, _)| (at..at + wanted.len(), secret())).collect()
            }
        };
        let pieces = Pieces::literal("one two op{{en").refined(step("two")).refined(step("e"));
        assert_eq!(pieces.template().as_str(), "on{{secret:a}} {{secret:a}} op{{open}}{{secret:a}}n");
    }
}
