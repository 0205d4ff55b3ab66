//! How many requests a process may make, and how.

use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// What requests may cost; nothing is said by default. What `scenario.toml` says takes the place of what `harness.toml`
/// says, key by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    /// Requests of one process, whatever came of them.
    pub(crate) max_requests: Option<u64>,
    /// How often one process may make the very same request again after it was answered with success. A second try
    /// after a failure never counts.
    pub(crate) max_duplicates: Option<u64>,
    /// What requests for pages have to say.
    pub(crate) page_size: Option<PageSize>,
}

/// What requests for pages have to say: where one process asks for a path with several queries, each carries `query`
/// with `at_least` that value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageSize {
    /// The parameter of the query that says how large a page is to be.
    #[serde(deserialize_with = "name")]
    #[schemars(length(min = 1))]
    pub(crate) query: String,
    /// The least that it may say.
    pub(crate) at_least: NonZeroU64,
    /// A parameter beside which it may be left out: the API's own pointer to the next page, which holds the size.
    #[serde(default, deserialize_with = "some_name")]
    #[schemars(length(min = 1))]
    pub(crate) unless: Option<String>,
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if name.is_empty() {
        return Err(de::Error::custom("want the name of a parameter of the query, such as \"limit\""));
    }
    Ok(name)
}

fn some_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    name(deserializer).map(Some)
}

impl Budget {
    /// What it says, and for the rest what `default` says.
    pub(crate) fn over(self, default: &Budget) -> Budget {
        Budget {
            max_requests: self.max_requests.or(default.max_requests),
            max_duplicates: self.max_duplicates.or(default.max_duplicates),
            page_size: self.page_size.or_else(|| default.page_size.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Budget, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_budget_says_some_and_leaves_the_rest_to_the_default() {
        let default = parse("max_requests = 10\npage_size = { query = \"limit\", at_least = 100 }").unwrap();
        let budget = parse("max_requests = 3\nmax_duplicates = 0").unwrap().over(&default);
        assert_eq!((budget.max_requests, budget.max_duplicates), (Some(3), Some(0)));
        assert_eq!(budget.page_size, default.page_size);
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line() {
        for (line, wanted) in [
            ("max_request = 1", "max_request"),
            ("max_requests = -1", "max_requests"),
            ("page_size = { query = \"\", at_least = 1 }", "such as \"limit\""),
            ("page_size = { query = \"limit\", at_least = 0 }", "nonzero"),
            ("page_size = { query = \"limit\" }", "at_least"),
        ] {
            let error = parse(&format!("max_duplicates = 1\n{line}")).unwrap_err();
            assert!(error.contains(wanted) && error.contains("line 2"), "{error}");
        }
    }
}
