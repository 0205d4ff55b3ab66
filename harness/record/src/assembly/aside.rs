//! Bodies too large to be read among others go to files of their own.

use connector_replay::{Body, BodyFile, Interaction, lay_out};
use ring::digest::{SHA256, digest};

/// The folder, beside the cassette.
pub(super) const FOLDER: &str = "bodies";
/// The longest text that stands in the cassette, in bytes.
const TEXT: usize = 64 * 1024;
/// The longest base64, which nobody reads.
const BASE64: usize = 4 * 1024;

/// Puts large bodies aside.
pub(super) fn put_aside(interaction: &mut Interaction) {
    let Interaction { request, response, .. } = interaction;
    for body in [&mut request.body, &mut response.body].into_iter().flatten() {
        if let Some(file) = file_of(body) {
            *body = Body::File(file);
        }
    }
}

fn file_of(body: &Body) -> Option<BodyFile> {
    let (text, ending) = match body {
        Body::Json(json) if json.get().len() > TEXT => (lay_out(json).into_bytes(), "json"),
        Body::Text(text) if text.len() > TEXT => (text.clone().into_bytes(), "txt"),
        Body::Lines(lines) if lines.iter().map(|line| line.len() + 1).sum::<usize>() > TEXT => {
            (lines.iter().flat_map(|line| [line, "\n"]).collect::<String>().into_bytes(), "txt")
        }
        Body::Base64(bytes) if bytes.len().div_ceil(3) * 4 > BASE64 => (bytes.clone(), "bin"),
        _ => return None,
    };
    let sum = digest(&SHA256, &text);
    let start = sum.as_ref().iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    BodyFile::new(format!("{FOLDER}/{start:016x}.{ending}"), text).ok()
}

/// Whether a file of the folder was named here, not by a person.
pub(super) fn is_ours(name: &str) -> bool {
    let Some((sum, ending)) = name.split_once('.') else { return false };
    sum.len() == 16
        && sum.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        && ["json", "txt", "bin"].contains(&ending)
}

#[cfg(test)]
mod tests {
    use connector_replay::Terms;

    use super::*;

    fn body(json: &str) -> Body {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_large_body_is_put_in_a_file_and_sends_the_same_bytes() {
        let terms = Terms { values: [("k".to_owned(), "v".to_owned())].into(), ..Terms::default() };
        let long = "x".repeat(TEXT);
        for (large, ending) in [
            (format!(r#"{{"json": {{"b": 1.0, "a": ["{{{{secret:k}}}}", "{long}"]}}}}"#), ".json"),
            (format!(r#"{{"text": "{{{{secret:k}}}} {long}"}}"#), ".txt"),
            (format!(r#"{{"lines": ["{long}", "{{{{secret:k}}}}", ""]}}"#), ".txt"),
            (format!(r#"{{"base64": "{}"}}"#, "QUJD".repeat(BASE64 / 4 + 1)), ".bin"),
        ] {
            let large = body(&large);
            let file = file_of(&large).unwrap();
            assert!(file.path().ends_with(ending), "{}", file.path());
            let name = file.path().strip_prefix("bodies/").unwrap();
            assert!(is_ours(name), "{name}");
            assert_eq!(Body::File(file).to_bytes(&terms), large.to_bytes(&terms));
        }
        for small in [r#"{"json": {}}"#, r#"{"text": "x"}"#, r#"{"base64": "QUJD"}"#] {
            assert!(file_of(&body(small)).is_none(), "{small}");
        }
    }

    #[test]
    fn a_name_of_someone_s_own_choosing_is_not_ours() {
        for name in ["users.json", "0123456789abcdef.csv", "0123456789abcde.json", "0123456789ABCDEF.bin"] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
