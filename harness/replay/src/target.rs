use std::fmt;
use std::net::Ipv6Addr;

use http::uri::Authority;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::Url;

use crate::excerpt;

/// `http` or `https`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, on port 80 unless another is named.
    Http,
    /// `https`, on port 443 likewise.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }

    /// Reads `http` or `https`, as the URI library hands it out: in lower case.
    pub(crate) fn of(name: &str) -> Option<Scheme> {
        [Scheme::Http, Scheme::Https].into_iter().find(|scheme| scheme.as_str() == name)
    }
}

/// What a request is addressed to: a URL without user name, password and fragment, its parts at hand.
///
/// Displayed, it is the URL, without a port that is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which of the two schemes.
    pub scheme: Scheme,
    /// In lower case; an IPv6 address in brackets.
    pub host: String,
    /// The port, where none is written the scheme's own.
    pub port: u16,
    /// As sent, beginning with `/`.
    pub path: String,
    /// As sent, without the `?`.
    pub query: Option<String>,
}

impl Target {
    /// Puts together what a request says in several places. `port` serves where `authority` names none.
    pub(crate) fn new(
        scheme: Scheme,
        authority: &Authority,
        port: Option<u16>,
        path: &str,
        query: Option<&str>,
    ) -> Target {
        let port = authority.port_u16().or(port).unwrap_or(scheme.default_port());
        let path = if path.is_empty() { "/" } else { path };
        Target { scheme, host: host(authority), port, path: path.to_owned(), query: query.map(str::to_owned) }
    }

    /// Reads a URL as people write it in a cassette. The error says what was wanted.
    ///
    /// # Errors
    /// The sentence names what came.
    pub fn parse(text: &str) -> Result<Target, String> {
        // Even one that does not read may hold a password.
        let got = || excerpt::of_url(text);
        let url = Url::parse(text).map_err(|error| format!("wanted a URL, got \"{}\": {error}", got()))?;
        let (Some(scheme), Some(host)) = (Scheme::of(url.scheme()), url.host_str()) else {
            return Err(format!("wanted a URL that begins with http:// or https://, got \"{}\"", got()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "wanted a URL without user name and password, since a client sends them as a header".into()
            );
        }
        if url.fragment().is_some() {
            return Err(format!(
                "wanted a URL without `#`, since a client does not send what follows it, got \"{}\"",
                got()
            ));
        }
        Ok(Target {
            scheme,
            host: host.to_owned(),
            port: url.port().unwrap_or(scheme.default_port()),
            path: url.path().to_owned(),
            query: url.query().map(str::to_owned),
        })
    }
}

impl Target {
    /// Host and port, without a port that is the scheme's own.
    pub(crate) fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.authority())
    }

    /// Whether both are of one host, whatever their path.
    pub(crate) fn same_origin(&self, other: &Target) -> bool {
        (self.scheme, &self.host, self.port) == (other.scheme, &other.host, other.port)
    }
}

/// The host alone, written in the one way in which the cassette's URLs write it too.
pub(crate) fn host(authority: &Authority) -> String {
    let host = authority.host();
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match address.and_then(|address| address.parse::<Ipv6Addr>().ok()) {
        Some(address) => format!("[{address}]"),
        None => host.to_ascii_lowercase(),
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())?;
        f.write_str(&self.path)?;
        match &self.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
        Target::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_written_without_the_scheme_s_own_port() {
        for (text, written) in [
            ("https://API.example.test:443", "https://api.example.test/"),
            ("http://a.test:80/x?y=1&z", "http://a.test/x?y=1&z"),
            ("https://a.test:8443/x y", "https://a.test:8443/x%20y"),
            ("https://[FD00:0::1]/", "https://[fd00::1]/"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.to_string(), written);
            assert_eq!(Target::parse(written).unwrap(), target, "what is written reads back");
        }
    }

    #[test]
    fn a_url_that_no_request_can_carry_is_refused() {
        for (text, wanted) in [
            ("/v1/users", "wanted a URL, got \"/v1/users\": relative URL without a base"),
            ("ftp://a.test/", "begins with http:// or https://"),
            ("https://me:secret@a.test/", "without user name and password"),
            ("https://me:secret@a.test:99999/", "wanted a URL, got \"…@a.test:99999/\": invalid port number"),
            ("ftp://me:secret@a.test/", "begins with http:// or https://, got \"…@a.test/\""),
            ("https://a.test/#top", "without `#`"),
        ] {
            let error = Target::parse(text).unwrap_err();
            assert!(error.contains(wanted), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_authority_gives_its_host_in_one_spelling() {
        for (authority, written) in [
            ("API.example.test", "http://api.example.test:81/"),
            ("me:secret@a.test:80", "http://a.test/"),
            ("[FD00:0::1]:8080", "http://[fd00::1]:8080/"),
        ] {
            let target = Target::new(Scheme::Http, &authority.parse().unwrap(), Some(81), "", None);
            assert_eq!(target.to_string(), written);
        }
    }
}
