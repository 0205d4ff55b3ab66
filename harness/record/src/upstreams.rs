use std::fmt;
use std::str::FromStr;

use connector_replay::{Scheme, Target};
use http::uri::Authority;
use url::Url;

use crate::Error;

/// That a host is to be asked elsewhere: `api.example.test=http://127.0.0.1:4010`.
///
/// On the left a host, which stands for all its ports unless one is named. On the right the URL that takes the place of
/// scheme, host and port; a path there goes before the path of each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    host: String,
    port: Option<u16>,
    /// Without a slash at its end.
    base: String,
    secure: bool,
}

/// Which hosts are asked elsewhere. All others are asked as they are named.
#[derive(Clone, Debug, Default)]
pub struct Upstreams(Vec<Mapping>);

impl Upstreams {
    /// Collects mappings, in any order: one with a port goes before one without.
    ///
    /// # Errors
    /// [`Error::ParseUpstream`] where two are for the same host and port.
    pub fn new(mappings: impl IntoIterator<Item = Mapping>) -> Result<Upstreams, Error> {
        let mut all: Vec<Mapping> = Vec::new();
        for mapping in mappings {
            if let Some(other) = all.iter().find(|other| other.asked() == mapping.asked()) {
                let reason =
                    format!("{} is already mapped to {}; leave one out", mapping.asked(), other.base);
                return Err(Error::ParseUpstream { text: mapping.to_string(), reason });
            }
            all.push(mapping);
        }
        all.sort_by_key(|mapping| mapping.port.is_none());
        Ok(Upstreams(all))
    }

    pub(crate) fn find(&self, target: &Target) -> Option<&Mapping> {
        self.0.iter().find(|mapping| {
            mapping.host == target.host && mapping.port.is_none_or(|port| port == target.port)
        })
    }
}

impl Mapping {
    /// The URL to ask in place of `target`.
    pub(crate) fn url(&self, target: &Target) -> String {
        let query = target.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{}{query}", self.base, target.path)
    }

    /// Where it leads, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether the upstream is asked over TLS, so by a name that its certificate is for.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    /// Puts the origin of `target` where a text names the upstream's base; `None` where it does not.
    pub(crate) fn as_asked(&self, text: &str, target: &Target) -> Option<String> {
        let asked = origin(target);
        let mut pieces = text.split(&self.base);
        let mut written = pieces.next()?.to_owned();
        let mut found = false;
        for piece in pieces {
            // Not the beginning of a longer host, port or path.
            let ends =
                !piece.starts_with(|next: char| next.is_ascii_alphanumeric() || "-._~%".contains(next));
            written.push_str(if ends { &asked } else { &self.base });
            written.push_str(piece);
            found |= ends;
        }
        found.then_some(written)
    }

    fn asked(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }
}

/// Scheme, host and port of a URL, as it is written.
pub(crate) fn origin(target: &Target) -> String {
    Target { path: String::new(), query: None, ..target.clone() }.to_string()
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.asked(), self.base)
    }
}

impl FromStr for Mapping {
    type Err = Error;

    fn from_str(text: &str) -> Result<Mapping, Error> {
        parse(text).map_err(|reason| {
            // What stands before an @ may be a password.
            let shown =
                text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"));
            Error::ParseUpstream { text: shown, reason }
        })
    }
}

fn parse(text: &str) -> Result<Mapping, String> {
    let (asked, base) = text
        .split_once('=')
        .ok_or("wanted HOST=URL, such as api.example.com=http://127.0.0.1:4010; there is no `=`")?;
    let (host, port) = parse_asked(asked.trim())?;
    let url = Url::parse(base.trim())
        .map_err(|error| format!("wanted a URL after the `=`, such as http://127.0.0.1:4010: {error}"))?;
    let secure = match url.scheme() {
        "http" => false,
        "https" => true,
        scheme => return Err(format!("wanted a URL of http:// or https:// after the `=`, got {scheme}:")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("wanted a URL without user name and password: the client's own are sent".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("wanted a URL that ends with its path, without `?` and `#`".to_owned());
    }
    Ok(Mapping { host, port, base: url.as_str().trim_end_matches('/').to_owned(), secure })
}

fn parse_asked(asked: &str) -> Result<(String, Option<u16>), String> {
    let wanted =
        |got: &dyn fmt::Display| format!("wanted a host before the `=`, such as api.example.com, {got}");
    if let Some((scheme, _)) = asked.split_once("://") {
        return Err(wanted(&format_args!("without {scheme}://: it is mapped for http and https")));
    }
    if asked.contains(['/', '@', '?', '#']) {
        return Err(wanted(&"with a port or without, and nothing else"));
    }
    let authority: Authority = asked.parse().map_err(|error| wanted(&error))?;
    if authority.as_str() != authority.host() && authority.port_u16().is_none() {
        return Err(wanted(&"and a port from 0 to 65535"));
    }
    // In the one spelling that a target has too.
    let url = Url::parse(&format!("{}://{}/", Scheme::Http.as_str(), authority.host()))
        .map_err(|error| wanted(&error))?;
    Ok((url.host_str().unwrap_or_default().to_owned(), authority.port_u16()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        serde_json::from_value(url.into()).unwrap()
    }

    fn upstreams(mappings: &[&str]) -> Result<Upstreams, Error> {
        Upstreams::new(mappings.iter().map(|mapping| mapping.parse().unwrap()))
    }

    #[test]
    fn a_mapped_host_is_asked_elsewhere_and_no_other() {
        let upstreams = upstreams(&[
            "API.example.test=http://127.0.0.1:4010",
            "api.example.test:8443=https://[::1]/prefix/",
            "[FD00:0::1]=http://b.test/",
        ])
        .unwrap();
        for (asked, wanted) in [
            ("https://api.example.test/v1?x=%20y&z", Some("http://127.0.0.1:4010/v1?x=%20y&z")),
            ("http://api.example.test:81", Some("http://127.0.0.1:4010/")),
            ("https://api.example.test:8443/v1", Some("https://[::1]/prefix/v1")),
            ("https://[fd00::1]/?", Some("http://b.test/?")),
            ("https://sub.api.example.test/", None),
            ("https://example.test/", None),
        ] {
            let asked = target(asked);
            let url = upstreams.find(&asked).map(|mapping| mapping.url(&asked));
            assert_eq!(url.as_deref(), wanted, "{asked}");
        }
    }

    #[test]
    fn what_names_the_upstream_is_written_as_it_was_asked() {
        let mapping: Mapping = "a.test=http://127.0.0.1:4010/up".parse().unwrap();
        let asked = target("https://a.test:8443/x");
        for (text, wanted) in [
            ("http://127.0.0.1:4010/up/x?y", Some("https://a.test:8443/x?y")),
            ("http://127.0.0.1:4010/up", Some("https://a.test:8443")),
            (
                "<http://127.0.0.1:4010/up/2>; rel=next, <http://127.0.0.1:4010/up?9>",
                Some("<https://a.test:8443/2>; rel=next, <https://a.test:8443?9>"),
            ),
            ("http://127.0.0.1:4010/upper", None),
            ("http://127.0.0.1:40101/up", None),
            ("/up/x", None),
        ] {
            assert_eq!(mapping.as_asked(text, &asked).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn a_slip_is_told_with_what_was_wanted() {
        for (text, wanted) in [
            ("api.test", "wanted HOST=URL, such as api.example.com=http://127.0.0.1:4010; there is no `=`"),
            ("https://api.test=http://b.test", "without https://: it is mapped for http and https"),
            ("api.test/v1=http://b.test", "with a port or without, and nothing else"),
            ("api.test:99999=http://b.test", "and a port from 0 to 65535"),
            ("api.test:=http://b.test", "and a port from 0 to 65535"),
            ("=http://b.test", "wanted a host before the `=`"),
            ("api.test=127.0.0.1:4010", "wanted a URL"),
            ("api.test=localhost:4010", "wanted a URL of http:// or https:// after the `=`, got localhost:"),
            ("api.test=http://b.test?x", "without `?` and `#`"),
            ("api.test=http://me:secret@b.test", "without user name and password"),
        ] {
            let error = text.parse::<Mapping>().unwrap_err().to_string();
            assert!(error.starts_with("read the upstream ") && error.contains(wanted), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let error = upstreams(&["a.test=http://b.test", "A.test=http://c.test"]).unwrap_err().to_string();
        assert!(error.ends_with("a.test is already mapped to http://b.test; leave one out"), "{error}");
        upstreams(&["a.test=http://b.test", "a.test:1=http://c.test"]).unwrap();
    }
}
