//! A failure that is known, with the reason why it is let be.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::checks;
use crate::nearest::nearest;

/// A failure that is known. Its reason is demanded, so that none is let be in passing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiver {
    /// The checks, by id; `*` stands for any text. `harness list` shows all ids.
    pub(crate) check: CheckPattern,
    /// The scenarios, by name; `*` stands for any text, and `(connector)` for what is judged of the connector itself. All of
    /// them, and the connector itself, where it is left out.
    #[schemars(length(min = 1))]
    pub(crate) scenario: Option<Pattern>,
    /// The streams, by name or `namespace.name`; `*` stands for any text. All of them where it is left out.
    #[schemars(length(min = 1))]
    pub(crate) stream: Option<Pattern>,
    /// Why it is let be: read by people.
    pub(crate) reason: Reason,
    /// The URL of where it is worked on.
    #[serde(default, deserialize_with = "url")]
    #[schemars(extend("format" = "uri", "pattern" = "^https?://"))]
    pub(crate) issue: Option<String>,
    /// The last day on which it holds, such as `2027-01-31`. It never ends where it is left out.
    #[serde(default, deserialize_with = "day")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub(crate) expires: Option<Date>,
}

/// A name in which `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("minLength" = 1))]
pub(crate) struct Pattern(String);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("want a name, in which `*` stands for any text; leave the key out for all".to_owned());
        }
        Ok(Pattern(text))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Pattern {
    /// The pattern of a name; of one with a `*` in it, that of more.
    pub(crate) fn of(name: &str) -> Self {
        Pattern(name.to_owned())
    }

    /// Whether it means `name`.
    pub(crate) fn matches(&self, name: &str) -> bool {
        connector_replay::fits(&self.0, name)
    }
}

/// A pattern that means a check at least.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Pattern")]
#[schemars(inline)]
pub(crate) struct CheckPattern(pub(crate) Pattern);

impl TryFrom<Pattern> for CheckPattern {
    type Error = String;

    fn try_from(pattern: Pattern) -> Result<Self, String> {
        if checks::ALL.iter().any(|check| pattern.matches(check.id)) {
            return Ok(CheckPattern(pattern));
        }
        let hint = match nearest(&pattern.0, checks::ALL.iter().map(|check| check.id)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`harness list` shows all of them".to_owned(),
        };
        Err(format!("there is no check {:?}: {hint}", pattern.0))
    }
}

/// Why something is let be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("pattern" = "\\S"))]
pub(crate) struct Reason(pub(crate) String);

impl TryFrom<String> for Reason {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() { Err("it is empty: say why".to_owned()) } else { Ok(Reason(text)) }
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let url = String::deserialize(deserializer)?;
    let web = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    if web.is_none_or(|rest| rest.is_empty() || rest.contains(char::is_whitespace)) {
        let why = format!("want a URL such as \"https://example.com/issues/12\", got {url:?}");
        return Err(de::Error::custom(why));
    }
    Ok(Some(url))
}

/// A day, as TOML's own date or as text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }

    let wanted = "want a day such as 2027-01-31";
    let text = match Written::deserialize(deserializer) {
        Ok(Written::Date(date)) => date.to_string(),
        Ok(Written::Text(text)) => text,
        Err(_) => return Err(de::Error::custom(wanted)),
    };
    // jiff would take the day of a longer text.
    match text.parse() {
        Ok(day) if text.len() == "2027-01-31".len() => Ok(Some(day)),
        _ => Err(de::Error::custom(format!("{wanted}, got {text}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;
    use crate::toml_file;

    fn parse(text: &str) -> Result<Vec<Waiver>, String> {
        let settings = toml_file::parse::<Settings>(text, Path::new("x/harness.toml"));
        settings.map(|settings| settings.waiver).map_err(|error| error.to_string())
    }

    #[test]
    fn a_waiver_says_what_is_let_be_and_why() {
        let text = "[[waiver]]\ncheck = \"records_match_schema\"\nscenario = \"full_*\"\nstream = \"orders\"\n\
                    reason = \"amount is text until v2\"\nissue = \"https://example.com/12\"\n";
        for expires in ["2027-01-31", "\"2027-01-31\""] {
            let waivers = parse(&format!("{text}expires = {expires}")).unwrap();
            assert_eq!(waivers[0].expires, Some(jiff::civil::date(2027, 1, 31)));
            assert_eq!(waivers[0].reason, Reason("amount is text until v2".to_owned()));
            assert!(waivers[0].scenario.as_ref().unwrap().matches("full_refresh"));
        }
        let waivers = parse("[[waiver]]\ncheck = \"records_*\"\nreason = \"r\"").unwrap();
        assert!(waivers[0].check.0.matches("records_match_schema"));
        assert_eq!((&waivers[0].stream, &waivers[0].issue, waivers[0].expires), (&None, &None, None));
    }

    #[test]
    fn what_makes_no_sense_is_told_by_line_and_key() {
        for (lines, at, wanted) in [
            (
                "check = \"record_match_schema\"",
                ":2: waiver[0].check: ",
                "did you mean `records_match_schema`?",
            ),
            ("check = \"zzz*\"", ":2: waiver[0].check: ", "`harness list` shows all"),
            ("check = \"\"", ":2: waiver[0].check: ", "want a name"),
            ("check = \"*\"\nstream = \" \"", ":3: waiver[0].stream: ", "leave the key out for all"),
            ("check = \"*\"\nissue = \"#12\"", ":3: waiver[0].issue: ", "want a URL"),
            ("check = \"*\"\nissue = \"https://\"", ":3: waiver[0].issue: ", "want a URL"),
            (
                "check = \"*\"\nexpires = \"soon\"",
                ":3: waiver[0].expires: ",
                "want a day such as 2027-01-31, got soon",
            ),
            ("check = \"*\"\nexpires = \"2027-02-30\"", ":3: waiver[0].expires: ", "want a day"),
            ("check = \"*\"\nexpires = 2027-01-31T10:00:00Z", ":3: waiver[0].expires: ", "want a day"),
            ("check = \"*\"\nexpires = 7", ":3: waiver[0].expires: ", "want a day"),
            ("check = \"*\"\nstreams = \"a\"", ":3: waiver[0]", "did you mean `stream`?"),
        ] {
            let error = parse(&format!("[[waiver]]\n{lines}\nreason = \"r\"")).unwrap_err();
            assert!(error.contains(&format!("x/harness.toml{at}")) && error.contains(wanted), "{error}");
        }
        assert!(parse("[[waiver]]\ncheck = \"*\"").unwrap_err().contains("missing field `reason`"));
        assert!(parse("[[waiver]]\ncheck = \"*\"\nreason = \"\"").unwrap_err().contains("say why"));
    }
}
