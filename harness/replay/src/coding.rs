use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

/// Takes the compression off a request's body. What is not gzip or deflate stays as it came.
///
/// The error says why the body does not decode, or that it holds more than `limit` bytes.
pub(crate) fn decode(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, String> {
    let coding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if body.is_empty() {
        return Ok(body);
    }
    inflate(coding, &body, limit).unwrap_or(Ok(body))
}

/// Takes gzip or deflate off a body; `None` where `coding`, as a `content-encoding` names it, is neither.
///
/// # Errors
/// Why the body does not decode, or that it holds more than `limit` bytes.
pub fn inflate(coding: &str, body: &[u8], limit: usize) -> Option<Result<Bytes, String>> {
    let coding = coding.trim().to_ascii_lowercase();
    let decoded = match coding.as_str() {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(body), limit),
        // Meant to be zlib's format; some send it without zlib's head.
        "deflate" if is_zlib(body) => read(ZlibDecoder::new(body), limit),
        "deflate" => read(DeflateDecoder::new(body), limit),
        _ => return None,
    };
    Some(match decoded {
        Ok(decoded) if decoded.len() > limit => Err(too_long(limit)),
        Ok(decoded) => Ok(decoded.into()),
        Err(error) => Err(format!("the body is not the {coding} that its header says: {error}")),
    })
}

/// What to say of a body past the limit.
pub(crate) fn too_long(limit: usize) -> String {
    format!("the body is longer than {limit} bytes")
}

fn read(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut decoded)?;
    Ok(decoded)
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]) % 31 == 0)
}

/// Whether a client takes gzip, in so many words and not with a weight of zero.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
        coding.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn one(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn decoded(coding: &'static str, body: Vec<u8>, limit: usize) -> Result<Bytes, String> {
        decode(&one(CONTENT_ENCODING, coding), body.into(), limit)
    }

    #[test]
    fn bodies_are_decoded_as_their_header_says() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"body").unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"body").unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"body").unwrap();
        assert_eq!(decoded("GZIP", gzip.finish().unwrap(), 4).unwrap(), "body");
        assert_eq!(decoded("deflate", zlib.finish().unwrap(), 4).unwrap(), "body");
        assert_eq!(decoded("deflate", deflate.finish().unwrap(), 4).unwrap(), "body");
        assert_eq!(decoded("br", b"body".to_vec(), 4).unwrap(), "body");
        assert_eq!(decode(&HeaderMap::new(), "body".into(), 4).unwrap(), "body");
    }

    #[test]
    fn a_body_that_is_not_what_its_header_says_or_swells_past_the_limit_is_refused() {
        let error = decoded("gzip", b"body".to_vec(), 4).unwrap_err();
        assert!(error.starts_with("the body is not the gzip that its header says"), "{error}");
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![0; 100_000]).unwrap();
        assert_eq!(decoded("gzip", bomb.finish().unwrap(), 1_000).unwrap_err(), too_long(1_000));
    }

    #[test]
    fn gzip_is_accepted_in_so_many_words() {
        for (accept, wanted) in [
            ("gzip", true),
            ("br, GZip;q=0.5", true),
            ("gzip;q=0", false),
            ("*", false),
            ("identity", false),
            ("gzipped", false),
        ] {
            assert_eq!(accepts_gzip(&one(ACCEPT_ENCODING, accept)), wanted, "{accept}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
