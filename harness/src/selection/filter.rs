//! Filter expressions: what `-E` takes, and whether it picks a check of a scenario.

use std::fmt;
use std::str::FromStr;

use super::matcher::Matcher;
use super::parser;
use crate::checks::{self, Check};

/// An expression over connectors, scenarios and checks. It picks pairs: a check, and what it may judge.
#[derive(Clone, Debug)]
pub struct Filter(pub(super) Expression);

#[derive(Clone, Debug)]
pub(super) enum Expression {
    All,
    None,
    Connector(Matcher),
    Scenario(Matcher),
    Check(Matcher),
    Group(Matcher),
    Level(Matcher),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

/// Why an expression cannot be understood, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    pub(super) text: String,
    /// Characters before the fault.
    pub(super) column: usize,
    pub(super) why: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FilterError { text, column, why } = self;
        // A caret under a line of its own would lie if the line were broken.
        let text = text.replace(['\n', '\r', '\t'], " ");
        write!(f, "column {}: {why}\n  {text}\n  {:column$}^", column + 1, "")
    }
}

impl std::error::Error for FilterError {}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parser::parse(text).map(Filter)
    }
}

impl Filter {
    /// What at least one of several picks; `None` where there is none.
    pub(crate) fn any(filters: impl IntoIterator<Item = Filter>) -> Option<Filter> {
        let all = filters.into_iter().map(|Filter(expression)| expression);
        all.reduce(|one, other| Expression::Or(Box::new(one), Box::new(other))).map(Filter)
    }

    /// Whether it picks `check` of a scenario of a connector, or of the connector itself.
    pub(crate) fn picks(&self, connector: &str, scenario: Option<&str>, check: &Check) -> bool {
        self.0.picks(connector, scenario, check)
    }

    /// Whether it picks any check there.
    pub(crate) fn picks_any(&self, connector: &str, scenario: Option<&str>) -> bool {
        checks::ALL.iter().any(|check| self.picks(connector, scenario, check))
    }
}

impl Expression {
    fn picks(&self, connector: &str, scenario: Option<&str>, check: &Check) -> bool {
        let picks = |it: &Expression| it.picks(connector, scenario, check);
        match self {
            Expression::All => true,
            Expression::None => false,
            Expression::Connector(matcher) => matcher.matches(connector),
            Expression::Scenario(matcher) => scenario.is_some_and(|name| matcher.matches(name)),
            Expression::Check(matcher) => matcher.matches(check.id),
            Expression::Group(matcher) => matcher.matches(&check.group.to_string()),
            Expression::Level(matcher) => matcher.matches(&check.level.to_string()),
            Expression::Not(it) => !picks(it),
            Expression::And(one, other) => picks(one) && picks(other),
            Expression::Or(one, other) => picks(one) || picks(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picks(text: &str, connector: &str, scenario: Option<&str>, check: &str) -> bool {
        text.parse::<Filter>().unwrap().picks(connector, scenario, checks::find(check).unwrap())
    }

    #[test]
    fn every_word_picks_by_what_it_names() {
        let (connector, scenario, check) = ("source-a", Some("first_read"), "state_is_present");
        for (text, wanted) in [
            ("all()", true),
            ("none()", false),
            ("connector(a)", true),
            ("connector(=a)", false),
            ("connector(=source-a)", true),
            ("scenario(first)", true),
            ("scenario(first*)", true),
            ("scenario(*first)", false),
            ("scenario(#first_?ead)", true),
            ("scenario(/^f.*d$/)", true),
            ("scenario(/^irst/)", false),
            ("check(state)", true),
            ("group(state)", true),
            ("group(=records)", false),
            ("level(must)", true),
        ] {
            assert_eq!(picks(text, connector, scenario, check), wanted, "{text}");
        }
    }

    #[test]
    fn and_binds_closer_than_or_and_not_closest() {
        for (text, wanted) in [
            ("all() | all() & none()", true),
            ("(all() | all()) & none()", false),
            ("!none() & all()", true),
            ("!(none() | all())", false),
            ("!!all()", true),
            ("not none() and all() or none()", true),
        ] {
            assert_eq!(picks(text, "c", None, "state_is_present"), wanted, "{text}");
        }
    }

    #[test]
    fn the_connector_itself_is_no_scenario() {
        assert!(!picks("scenario(*)", "c", None, "spec_is_one_message"));
        assert!(picks("!scenario(*)", "c", None, "spec_is_one_message"));
    }

    #[test]
    fn several_expressions_pick_what_one_of_them_picks() {
        let filter = Filter::any(["connector(a)", "connector(b)"].map(|text| text.parse().unwrap())).unwrap();
        assert!(filter.picks_any("a", None) && filter.picks_any("b", None) && !filter.picks_any("c", None));
        assert!(Filter::any([]).is_none());
    }
}
