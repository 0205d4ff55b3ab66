//! Paths without what differs from one object to the next.

use percent_encoding::percent_decode_str;

/// `path` with `{date}` and `{id}` in place of the segments that are one. An ending such as `.json` stays.
pub(super) fn template(path: &str) -> String {
    let segments: Vec<String> = path.split('/').map(segment).collect();
    segments.join("/")
}

fn segment(text: &str) -> String {
    let (stem, ending) = match text.rsplit_once('.') {
        Some((stem, ending)) if !ending.is_empty() && ending.bytes().all(|it| it.is_ascii_alphabetic()) => {
            (stem, &text[stem.len()..])
        }
        _ => (text, ""),
    };
    let plain = percent_decode_str(stem).decode_utf8_lossy();
    if is_date(&plain) {
        format!("{{date}}{ending}")
    } else if is_id(&plain) {
        format!("{{id}}{ending}")
    } else {
        text.to_owned()
    }
}

/// `2024-01`, `2024-01-09`, and with a time behind it.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number =
        |from: usize, to: usize| bytes.get(from..to).is_some_and(|it| it.iter().all(u8::is_ascii_digit));
    let month = matches!(bytes.get(5..7), Some([b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2']));
    month
        && number(0, 4)
        && bytes[4] == b'-'
        && bytes[7..].iter().all(|byte| byte.is_ascii_digit() || b"-:.+TtZz ".contains(byte))
}

/// A number, several of them, or eight characters and more with digits among them that no word has: two of them, or
/// one among large and small letters.
fn is_id(text: &str) -> bool {
    let count = |of: fn(&u8) -> bool| text.bytes().filter(of).count();
    let digits = count(u8::is_ascii_digit);
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || b",:;_-~|".contains(&byte));
    let mixed = count(u8::is_ascii_uppercase) > 0 && count(u8::is_ascii_lowercase) > 0;
    digits > 0 && (number || (text.len() >= 8 && (digits > 1 || mixed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_one_object_is_left_out_and_what_names_a_kind_stays() {
        for (path, wanted) in [
            ("/", "/"),
            ("/v1/customers/cus_NffrFeUfNV2Hib/sources", "/v1/customers/{id}/sources"),
            ("/admin/api/2024-01/orders/450789469.json", "/admin/api/{date}/orders/{id}.json"),
            ("/3.0/lists/a1b2c3d4e5/members", "/3.0/lists/{id}/members"),
            ("/services/data/v59.0/sobjects/001D000000IqhSLIAZ", "/services/data/v59.0/sobjects/{id}"),
            ("/orgs/6f1b1f0e-0000-4000-8000-0123456789ab/", "/orgs/{id}/"),
            ("/repos/octo-org/hello-world/issues/1347", "/repos/octo-org/hello-world/issues/{id}"),
            ("/conversations.history", "/conversations.history"),
            ("/exchangerates_data/2024-01-09", "/exchangerates_data/{date}"),
            ("/at/2024-01-09T10%3A00%3A00.000Z/x", "/at/{date}/x"),
            ("/many/1,2,3/deadbeef01", "/many/{id}/{id}"),
            ("/oauth2/v2/token/2024-13", "/oauth2/v2/token/{id}"),
        ] {
            assert_eq!(template(path), wanted);
        }
    }
}
