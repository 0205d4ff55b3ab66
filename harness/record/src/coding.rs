use std::io::Read as _;

use brotli_decompressor::Decompressor;
use bytes::Bytes;
use connector_replay::inflate;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

const BUFFER: usize = 32 << 10;

/// Takes all compression off the body of an answer, and leaves of `content-encoding` what a cassette knows: gzip.
///
/// What cannot be read cannot be searched for secrets, so the error says why it cannot, or that there are more than
/// `limit` bytes.
pub(crate) fn decode(headers: &mut HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let text = value.to_str().map_err(|_| format!("the content-encoding {value:?} is no text"))?;
        let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
        codings.extend(names.filter(|name| !name.is_empty() && name != "identity"));
    }
    headers.remove(CONTENT_ENCODING);
    if matches!(codings.as_slice(), [only] if only == "gzip" || only == "x-gzip") {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    // An answer to HEAD says how its body would come.
    if body.is_empty() {
        return Ok(body);
    }
    codings.iter().rev().try_fold(body, |body, coding| match inflate(coding, &body, limit) {
        Some(decoded) => decoded,
        None if coding == "br" => brotli(&body, limit),
        None => Err(format!(
            "its content-encoding is {coding:?}, of which gzip, deflate and br can be read; it was not asked for"
        )),
    })
}

fn brotli(body: &[u8], limit: usize) -> Result<Bytes, String> {
    let mut decoded = Vec::new();
    let read = Decompressor::new(body, BUFFER).take(limit as u64 + 1).read_to_end(&mut decoded);
    match read {
        Ok(_) if decoded.len() > limit => Err(format!("the body is longer than {limit} bytes")),
        Ok(_) => Ok(decoded.into()),
        Err(error) => Err(format!("the body is not the br that its header says: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    /// `{"id":1}`, as brotli.
    const BROTLI: [u8; 12] = [139, 3, 128, 123, 34, 105, 100, 34, 58, 49, 125, 3];
    /// 100,000 zeros, as brotli.
    const BOMB: [u8; 14] = [91, 159, 134, 129, 127, 2, 32, 30, 11, 4, 178, 252, 2, 0];

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(body: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    /// The body, and what is left of the header.
    fn decoded(codings: &[&str], body: Vec<u8>) -> Result<(Bytes, Option<String>), String> {
        let mut headers = HeaderMap::new();
        for coding in codings {
            headers.append(CONTENT_ENCODING, coding.parse().unwrap());
        }
        let body = decode(&mut headers, body.into(), 10_000)?;
        let left = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        Ok((body, left))
    }

    #[test]
    fn every_coding_is_taken_off_and_gzip_alone_is_remembered() {
        let text = br#"{"id":1}"#;
        for (codings, body, left) in [
            (&[][..], text.to_vec(), None),
            (&["Identity"], text.to_vec(), None),
            (&["GZIP"], gzip(text), Some("gzip")),
            (&["x-gzip"], gzip(text), Some("gzip")),
            (&["deflate"], zlib(text), None),
            (&["br"], BROTLI.to_vec(), None),
            (&["br, gzip"], gzip(&BROTLI), None),
            (&["deflate", "gzip"], gzip(&zlib(text)), None),
        ] {
            let (body, kept) = decoded(codings, body).unwrap();
            assert_eq!((&*body, kept.as_deref()), (&text[..], left), "{codings:?}");
        }
        assert_eq!(decoded(&["gzip"], Vec::new()).unwrap(), (Bytes::new(), Some("gzip".to_owned())));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (coding, body, wanted) in [
            ("zstd", b"body".to_vec(), "its content-encoding is \"zstd\", of which gzip, deflate and br"),
            ("gzip", b"body".to_vec(), "the body is not the gzip that its header says"),
            ("gzip", gzip(b"body")[..10].to_vec(), "the body is not the gzip that its header says"),
            ("br", b"body".to_vec(), "the body is not the br that its header says"),
            ("br", BROTLI[..6].to_vec(), "the body is not the br that its header says"),
            ("br", BOMB.to_vec(), "the body is longer than 10000 bytes"),
            ("gzip", gzip(&[0; 10_001]), "the body is longer than 10000 bytes"),
        ] {
            let error = decoded(&[coding], body).unwrap_err();
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
