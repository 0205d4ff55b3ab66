use url::{Url, form_urlencoded};

use super::failure::shown_text;
use crate::{Error, Result};

/// Name and value of each parameter.
pub(super) type Pairs = Vec<(String, String)>;

/// Puts a URL together: the base of an API, a path, and parameters.
///
/// Nothing is lost on the way: the base keeps its path and its query, whatever the path begins with. A path that is a
/// whole URL, as a link to the next page is, takes the base's place if it leads to the same host.
pub(super) struct Address<'a> {
    pub(super) base: &'a str,
    pub(super) path: &'a str,
    /// Of the API: not added to a whole URL that has them.
    pub(super) common: &'a Pairs,
    /// Of the request.
    pub(super) own: &'a Pairs,
    /// In place of any others of their names.
    pub(super) instead: &'a Pairs,
}

impl Address<'_> {
    pub(super) fn url(&self) -> Result<Url> {
        let whole = is_whole(self.path);
        let path = if whole { self.path.to_owned() } else { written(self.path) };
        let (base, base_query) = split(self.base);
        let (path, query) = split(&path);
        let mut url = if whole { link(base, self.path)? } else { join(base, path)? };
        let query = if whole { url.query().unwrap_or_default().to_owned() } else { query.to_owned() };

        let linked: Vec<String> = if whole { query.split('&').map(name).collect() } else { Vec::new() };
        let pieces: Vec<&str> = base_query
            .split('&')
            .filter(|piece| !linked.contains(&name(piece)))
            .chain(query.split('&'))
            .filter(|piece| !piece.is_empty() && !has(self.instead, &name(piece)))
            .collect();
        let pairs: Vec<&(String, String)> = self
            .common
            .iter()
            .filter(|(name, _)| !linked.contains(name))
            .chain(self.own)
            .filter(|(name, _)| !has(self.instead, name))
            .chain(self.instead)
            .collect();
        url.set_query((!pieces.is_empty()).then(|| pieces.join("&")).as_deref());
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs.into_iter().map(|(name, value)| (name, value)));
        }
        Ok(url)
    }
}

/// Whether a path is a URL of its own.
pub(super) fn is_whole(path: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| path.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// One segment of a path, of whatever a text holds.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// A path with what would otherwise be dropped in silence when a URL is parsed: line breaks, and what follows a `#`.
fn written(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    for character in path.trim_matches(' ').chars() {
        match character {
            '#' | '\\' | '\0'..='\x1f' => written.push_str(&segment(&character.to_string())),
            _ => written.push(character),
        }
    }
    written
}

fn join(base: &str, path: &str) -> Result<Url> {
    let joined = match path.trim_start_matches('/') {
        "" => base.to_owned(),
        path => format!("{}/{path}", base.trim_end_matches('/')),
    };
    let refused = |why: &str| Error::system(format!("`{}` is no URL: {why}", shown_text(&joined)));
    let dots =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.split('/').any(dots) {
        return Err(refused("a path with `.` or `..` leads elsewhere than it says"));
    }
    let wanted = |error| refused(&format!("{error}; want one such as https://api.example.test/v1"));
    let url = Url::parse(&joined).map_err(wanted)?;
    if !url.has_host() {
        return Err(refused("it names no host, as https://api.example.test does"));
    }
    Ok(url)
}

/// A whole URL that an API has given. Credentials go with every request, so none leaves their host.
fn link(base: &str, link: &str) -> Result<Url> {
    let base = join(base, "")?;
    let refused = |why: String| Error::system(format!("`{}` is not followed: {why}", shown_text(link)));
    let mut url = Url::parse(link).map_err(|error| refused(format!("it is no URL: {error}")))?;
    if url.origin() != base.origin() {
        return Err(refused(format!(
            "it leads to {}, and the credentials of {} must not",
            url.origin().ascii_serialization(),
            base.origin().ascii_serialization()
        )));
    }
    // Both fail only for URLs that cannot have any.
    let _ = url.set_username(base.username());
    let _ = url.set_password(base.password());
    url.set_fragment(None);
    Ok(url)
}

/// A link without the parameters that are not wanted in it, by name and value.
pub(super) fn without(link: &str, unwanted: impl Fn(&(String, String)) -> bool) -> String {
    let (path, query) = split(link);
    let wanted =
        |piece: &&str| !form_urlencoded::parse(piece.as_bytes()).into_owned().any(|pair| unwanted(&pair));
    let kept: Vec<&str> = query.split('&').filter(wanted).collect();
    if kept.is_empty() || query.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

fn split(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

fn name(piece: &str) -> String {
    form_urlencoded::parse(piece.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn has(pairs: &Pairs, name: &str) -> bool {
    pairs.iter().any(|(known, _)| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Pairs {
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    fn url(base: &str, path: &str, common: &str, own: &str, instead: &str) -> String {
        let (common, own, instead) = (&pairs(common), &pairs(own), &pairs(instead));
        match (Address { base, path, common, own, instead }).url() {
            Ok(url) => url.into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_path_follows_its_base_after_one_slash() {
        for (base, path) in
            [("https://a.test/v1", "x"), ("https://a.test/v1/", "x"), ("https://a.test/v1/", "/x")]
        {
            assert_eq!(url(base, path, "", "", ""), "https://a.test/v1/x");
        }
        assert_eq!(url("https://a.test/graphql", "", "", "", ""), "https://a.test/graphql");
        assert_eq!(url("https://a.test/v1", "//b.test/x", "", "", ""), "https://a.test/v1/b.test/x");
    }

    #[test]
    fn queries_of_base_path_api_and_request_are_merged_in_this_order() {
        assert_eq!(
            url("https://a.test/v1?a=1%2C2", "x?b[gte]=2", "c=3", "d=4&b[gte]=5", ""),
            "https://a.test/v1/x?a=1%2C2&b[gte]=2&c=3&d=4&b%5Bgte%5D=5"
        );
    }

    #[test]
    fn a_parameter_of_the_page_is_there_instead_of_all_others_of_its_name() {
        assert_eq!(
            url("https://a.test?page=1&k=1", "x?page=2", "page=3", "page=4&d=4", "page=5"),
            "https://a.test/x?k=1&d=4&page=5"
        );
    }

    #[test]
    fn a_link_is_taken_whole_and_gets_what_it_lacks() {
        let link = "https://a.test/v2/next?k=1&cursor=a%3D%3D#here";
        assert_eq!(
            url("https://a.test/v1?b=2", link, "k=1&locale=en", "", ""),
            "https://a.test/v2/next?b=2&k=1&cursor=a%3D%3D&locale=en"
        );
        assert_eq!(url("https://a.test:443", "HTTPS://A.test", "", "", ""), "https://a.test/");
    }

    #[test]
    fn a_link_to_another_host_is_not_followed() {
        for link in
            ["https://evil.test/x", "http://a.test/x", "https://a.test:8443/x", "https://a.test@evil.test/x"]
        {
            let refusal = url("https://a.test/v1", link, "", "", "");
            assert!(refusal.contains("is not followed: it leads to "), "{link}: {refusal}");
            assert!(refusal.contains("the credentials of https://a.test must not"), "{refusal}");
        }
        assert_eq!(url("https://me:k@a.test", "https://you@a.test/x", "", "", ""), "https://me:k@a.test/x");
    }

    #[test]
    fn parameters_are_taken_out_of_a_link_by_name_and_value() {
        let unwanted =
            |(name, value): &(String, String)| name == "api key" || (name == "locale" && value == "en");
        for (link, left) in [
            ("https://a.test/x?api+key=k&cursor=a%3D&locale=en", "https://a.test/x?cursor=a%3D"),
            ("?api%20key=k&locale=de", "?locale=de"),
            ("/x?locale=en", "/x"),
            ("/x", "/x"),
        ] {
            assert_eq!(without(link, unwanted), left);
        }
    }

    #[test]
    fn what_a_path_holds_is_neither_dropped_nor_followed_elsewhere() {
        let base = "https://a.test/v1";
        assert_eq!(url(base, "a b/#1/\u{e9}\n\\c", "", "", ""), "https://a.test/v1/a%20b/%231/%C3%A9%0A%5Cc");
        for path in ["../admin", "lists/../../admin", "lists/%2e%2E/admin", "."] {
            assert!(url(base, path, "", "", "").ends_with("leads elsewhere than it says"), "{path}");
        }
    }

    #[test]
    fn a_segment_stays_one_segment() {
        let path = format!("lists/{}", segment("a/b?c#d e+%2F&\u{e9}"));
        assert_eq!(
            url("https://a.test", &path, "", "", ""),
            "https://a.test/lists/a%2Fb%3Fc%23d%20e%2B%252F%26%C3%A9"
        );
    }

    #[test]
    fn a_base_that_is_no_url_is_named() {
        assert!(url("a.test", "x", "", "", "").starts_with("`a.test/x` is no URL"));
        assert_eq!(
            url("data:x", "y", "", "", ""),
            "`data:x/y` is no URL: it names no host, as https://api.example.test does"
        );
    }
}
