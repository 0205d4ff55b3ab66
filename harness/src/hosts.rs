//! Which hosts a connector may ask, which of them it may send a secret to, and which have no HTTPS.

use std::net::{Ipv4Addr, Ipv6Addr};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::settings::Settings;

/// A host, or many: `*` stands for one label or more, `${field}` for a field of the config, named by its dotted path.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("minLength" = 1, "pattern" = "^[^/:]+$|^\\[.*\\]$"))]
pub(crate) struct HostPattern(String);

impl TryFrom<String> for HostPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let known = |character: char| character.is_alphanumeric() || "-._*${}".contains(character);
        let address = text.starts_with('[') && text.ends_with(']');
        if text.is_empty() || !(address || text.chars().all(known)) {
            return Err(format!(
                "{text:?} is no host: want its name without scheme, port and path, such as \"api.example.com\""
            ));
        }
        if text.split('.').any(|label| label.contains('*') && label != "*") {
            return Err(format!("{text:?} has a `*` beside letters: want one such as \"*.example.com\""));
        }
        Ok(HostPattern(text))
    }
}

impl HostPattern {
    /// What was not written for us: a URL may stand for its host.
    pub(crate) fn lenient(text: &str) -> Self {
        HostPattern(host_of(text).to_owned())
    }

    /// With the fields of `config` in place of their names. One that the config does not set stays, and matches nothing.
    fn filled(&self, config: &Value) -> Self {
        let mut filled = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, (field, after))) =
            rest.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            filled.push_str(before);
            match field.split('.').try_fold(config, |value, name| value.get(name)) {
                Some(Value::String(text)) => filled.push_str(host_of(text)),
                _ => filled.extend(["${", field, "}"]),
            }
            rest = after;
        }
        filled.push_str(rest);
        HostPattern(filled.to_ascii_lowercase())
    }

    fn matches(&self, host: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == host };
        let Some(mut left) = host.strip_prefix(first) else { return false };
        let (between, last) = match rest.rsplit_once('*') {
            Some((between, last)) => (Some(between), last),
            None => (None, rest),
        };
        // A star stands for one character at least.
        for piece in between.into_iter().flat_map(|between| between.split('*')) {
            let Some((_, more)) = left.get(1..).and_then(|left| left.split_once(piece)) else { return false };
            left = more;
        }
        left.get(1..).is_some_and(|left| left.ends_with(last))
    }
}

/// The host that a text of a config names, be it a URL or the host alone.
fn host_of(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// What is said of hosts, for the config of one scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    /// `None` where nothing says which.
    pub(crate) allowed: Option<Vec<HostPattern>>,
    secret: Option<Vec<HostPattern>>,
    plain: Vec<HostPattern>,
}

impl Hosts {
    pub(crate) fn of(settings: &Settings, config: &Value) -> Self {
        let filled = |patterns: &Vec<HostPattern>| patterns.iter().map(|it| it.filled(config)).collect();
        let mut plain: Vec<HostPattern> = filled(&settings.plain_hosts);
        name_plain(config, &mut plain);
        let (allowed, secret) = (&settings.allowed_hosts, &settings.secret_hosts);
        Hosts { allowed: allowed.as_ref().map(filled), secret: secret.as_ref().map(filled), plain }
    }

    /// Whether a request may go there. Everything may where nothing is said, and nobody is asked on this machine.
    pub(crate) fn allow(&self, host: &str) -> bool {
        is_loopback(host) || self.allowed.as_ref().is_none_or(|patterns| any(patterns, host))
    }

    /// Whether a secret may go there.
    pub(crate) fn allow_secrets(&self, host: &str) -> bool {
        let said = self.secret.as_ref().is_none_or(|patterns| any(patterns, host));
        self.allow(host) && (said || is_loopback(host))
    }

    /// Whether it may be asked without TLS.
    pub(crate) fn allow_plain(&self, host: &str) -> bool {
        is_loopback(host) || any(&self.plain, host)
    }

    /// Whether anything says where secrets may go.
    pub(crate) fn speak_of_secrets(&self) -> bool {
        self.allowed.is_some() || self.secret.is_some()
    }

    /// The hosts that may be asked, for people.
    pub(crate) fn allowed_names(&self) -> String {
        names(self.allowed.as_ref())
    }

    /// The hosts that may be sent a secret, for people.
    pub(crate) fn secret_names(&self) -> String {
        names(self.secret.as_ref().or(self.allowed.as_ref()))
    }
}

fn any(patterns: &[HostPattern], host: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(host))
}

fn names(patterns: Option<&Vec<HostPattern>>) -> String {
    let names: Vec<&str> = patterns.into_iter().flatten().map(|pattern| pattern.0.as_str()).collect();
    if names.is_empty() { "no host at all".to_owned() } else { names.join(", ") }
}

/// Notes the hosts that a config names with `http://`: who writes that wants it.
fn name_plain(config: &Value, hosts: &mut Vec<HostPattern>) {
    match config {
        Value::String(text) if text.starts_with("http://") => {
            hosts.push(HostPattern(host_of(text).to_ascii_lowercase()));
        }
        Value::Array(items) => items.iter().for_each(|item| name_plain(item, hosts)),
        Value::Object(members) => members.values().for_each(|member| name_plain(member, hosts)),
        _ => {}
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || address.and_then(|address| address.parse::<Ipv6Addr>().ok()).is_some_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pattern(text: &str) -> HostPattern {
        HostPattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_star_stands_for_one_label_or_more() {
        for (text, host, wanted) in [
            ("api.a.test", "api.a.test", true),
            ("api.a.test", "b.api.a.test", false),
            ("api.a.test", "api.a.test.evil.test", false),
            ("*.a.test", "api.a.test", true),
            ("*.a.test", "eu.api.a.test", true),
            ("*.a.test", "a.test", false),
            ("*.a.test", "evila.test", false),
            ("s3.*.a.test", "s3.eu.west.a.test", true),
            ("s3.*.a.test", "s3.a.test", false),
            ("*", "anything.test", true),
            ("*.a.*.test", "x.a.y.test", true),
            ("*.a.*.test", "x.a.test", false),
            ("[::1]", "[::1]", true),
        ] {
            assert_eq!(pattern(text).matches(host), wanted, "{text} {host}");
        }
    }

    #[test]
    fn a_field_of_the_config_takes_the_place_of_its_name() {
        let config = json!({"shop": "Acme", "tunnel": {"url": "https://me@T.test:8443/x?y"}, "port": 5});
        for (text, wanted) in [
            ("${shop}.a.test", "acme.a.test"),
            ("${tunnel.url}", "t.test"),
            ("x.${shop}.${tunnel.none}", "x.acme.${tunnel.none}"),
            ("${port}.a.test", "${port}.a.test"),
        ] {
            assert_eq!(pattern(text).filled(&config).0, wanted);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "https://a.test", "a.test/x", "a.test:80", "*a.test", "a b"] {
            let error = HostPattern::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("want") && error.contains(&format!("{text:?}")), "{error}");
        }
        assert_eq!(HostPattern::lenient("https://a.test/x").0, "a.test");
    }

    #[test]
    fn plain_is_what_the_config_asks_for_and_what_stays_on_this_machine() {
        let config =
            json!({"servers": [{"url": "http://On.Premise.test:8080/api"}], "other": "https://b.test"});
        let hosts = Hosts::of(&Settings::default(), &config);
        for (host, wanted) in [
            ("on.premise.test", true),
            ("b.test", false),
            ("localhost", true),
            ("127.0.0.7", true),
            ("[::1]", true),
            ("10.0.0.1", false),
            ("notlocalhost", false),
        ] {
            assert_eq!(hosts.allow_plain(host), wanted, "{host}");
        }
    }

    #[test]
    fn secrets_go_where_requests_may_go_or_to_fewer_hosts() {
        let said = |allowed: Option<&[&str]>, secret: Option<&[&str]>| {
            let patterns = |texts: &[&str]| texts.iter().map(|text| pattern(text)).collect();
            Hosts { allowed: allowed.map(patterns), secret: secret.map(patterns), plain: Vec::new() }
        };
        let both = said(Some(&["*.a.test"]), Some(&["api.a.test", "b.test"]));
        assert!(both.allow("cdn.a.test") && !both.allow_secrets("cdn.a.test"));
        assert!(both.allow_secrets("api.a.test") && !both.allow_secrets("b.test"));
        assert!(said(Some(&["a.test"]), None).allow_secrets("a.test"));
        assert!(said(None, None).allow("a.test") && !said(None, None).speak_of_secrets());
        assert!(!said(Some(&[]), None).allow("a.test") && said(Some(&[]), None).allow("localhost"));
    }
}
