use reqwest::header::{HeaderMap, LINK};

/// The link to the next page in headers `Link`, as RFC 8288 has them.
pub(super) fn next(headers: &HeaderMap) -> Option<String> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of)
}

/// Of one header, which may hold several links: `<url>; rel="next"; title="a, b", <url>; rel=prev`.
fn next_of(header: &str) -> Option<String> {
    let mut rest = header;
    loop {
        let (_, from) = rest.split_once('<')?;
        let (target, parameters) = from.split_once('>')?;
        let (relation, behind) = relation(parameters);
        if relation
            .is_some_and(|names| names.split_whitespace().any(|name| name.eq_ignore_ascii_case("next")))
        {
            return Some(target.trim().to_owned());
        }
        rest = behind;
    }
}

/// The first `rel` among the parameters of a link, and what follows the link.
fn relation(mut rest: &str) -> (Option<String>, &str) {
    let mut relation = None;
    loop {
        rest = rest.trim_start();
        let Some(from) = rest.strip_prefix(';') else { return (relation, rest) };
        let end = from.find(['=', ';', ',']).unwrap_or(from.len());
        let name = from[..end].trim();
        rest = &from[end..];
        let Some(value) = rest.strip_prefix('=') else { continue };
        let (value, behind) = value_of(value.trim_start());
        if relation.is_none() && name.eq_ignore_ascii_case("rel") {
            relation = Some(value);
        }
        rest = behind;
    }
}

/// A value, quoted or not, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_named_next_is_found_among_several() {
        for header in [
            r#"<https://a.test/x?page=1>; rel="prev", <https://a.test/x?page=3>; rel="next""#,
            "<https://a.test/x?page=3>;rel=next;title=x",
            r#"<https://a.test/x?page=3>; title="a, <b>; rel=\"prev\""; REL = "last Next""#,
            r#"<https://a.test/?a=1,2;b>; rel="last" , <https://a.test/x?page=3> ; flag; rel="next""#,
        ] {
            assert_eq!(next_of(header).as_deref(), Some("https://a.test/x?page=3"), "{header}");
        }
    }

    #[test]
    fn without_a_link_named_next_there_is_none() {
        for header in [
            "",
            "<https://a.test>; rel=prev",
            "<https://a.test>",
            "<https://a.test",
            "<https://a.test>; rel=\"nextish\"",
            "<https://a.test>; rel=prev; rel=next",
            "<https://a.test>; title=\"rel=next",
        ] {
            assert_eq!(next_of(header), None, "{header}");
        }
    }

    #[test]
    fn there_may_be_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append(LINK, "<https://a.test/1>; rel=first".parse().unwrap());
        headers.append(LINK, "<https://a.test/2>; rel=next".parse().unwrap());
        assert_eq!(next(&headers).unwrap(), "https://a.test/2");
    }
}
