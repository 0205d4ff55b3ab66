//! Content encodings taken off bodies: in a cassette they stand as they are before compression.

use std::io::Read;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::entry::Message;

/// Bytes that all bodies of a recording may have together when they are decoded: a small file can hold a bomb.
pub(crate) const MOST: usize = 1 << 30;

/// Standard base64 as tools write it: with padding or without, on one line or many.
pub(crate) fn base64(text: &str) -> Result<Vec<u8>, String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let whole: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    LENIENT.decode(whole).map_err(|error| format!("wanted base64: {error}"))
}

/// Two hexadecimal digits a byte, none of no bytes.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// What became of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is as it was before compression.
    Plain,
    /// It is compressed in a way that is not known here, and stays so.
    Kept(String),
    /// It is not what its header says, and stays as it is.
    Broken(String),
}

/// Takes a body's content encodings off, and the header with them where it would not be true of the cassette.
///
/// The error says that there is no room for what comes out; `left` is the room in bytes.
pub(crate) fn decode(message: &mut Message, left: &mut usize) -> Result<Outcome, String> {
    let said: Vec<String> = message
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
        .flat_map(|(_, value)| {
            String::from_utf8_lossy(value)
                .to_ascii_lowercase()
                .split(',')
                .map(|it| it.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    message.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"));
    for coding in said.iter().rev() {
        let body = &message.body[..];
        if body.is_empty() {
            break;
        }
        let inflated = match coding.as_str() {
            // What does not begin so was decoded by the tool.
            "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
                inflate(MultiGzDecoder::new(body), *left)?
            }
            "gzip" | "x-gzip" => continue,
            "deflate" if message.decoded => continue,
            "deflate" => match inflate(ZlibDecoder::new(body), *left)? {
                Some(bytes) => Some(bytes),
                None => match inflate(DeflateDecoder::new(body), *left)? {
                    Some(bytes) => Some(bytes),
                    None if std::str::from_utf8(body).is_ok() => continue,
                    None => None,
                },
            },
            // Compressed bytes are no text.
            _ if message.decoded || std::str::from_utf8(body).is_ok() => continue,
            _ => {
                message.headers.push(("content-encoding".to_owned(), coding.clone().into_bytes()));
                return Ok(Outcome::Kept(coding.clone()));
            }
        };
        match inflated {
            Some(bytes) => {
                *left -= bytes.len();
                message.body = bytes;
            }
            None => return Ok(Outcome::Broken(coding.clone())),
        }
    }
    // The one encoding that has a meaning in a cassette: it is put on again for clients that take it.
    if let [coding] = &said[..]
        && coding.ends_with("gzip")
        && !message.body.is_empty()
    {
        message.headers.push(("content-encoding".to_owned(), b"gzip".to_vec()));
    }
    Ok(Outcome::Plain)
}

/// `None` of what does not decode.
fn inflate(decoder: impl Read, left: usize) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    if decoder.take(left as u64 + 1).read_to_end(&mut bytes).is_err() {
        return Ok(None);
    }
    if bytes.len() > left {
        return Err(format!("wanted bodies of at most {MOST} bytes in all when decoded"));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn message(coding: &str, body: &[u8]) -> Message {
        let headers = vec![("Content-Encoding".to_owned(), coding.into())];
        Message { headers, body: body.to_vec(), decoded: false }
    }

    fn decoded(coding: &str, body: &[u8]) -> (Outcome, Vec<u8>, Option<String>) {
        let mut message = message(coding, body);
        let outcome = decode(&mut message, &mut 1_000).unwrap();
        let header = message.header("content-encoding").map(str::to_owned);
        (outcome, message.body, header)
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(body).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn what_is_compressed_is_decoded_and_only_gzip_is_said_of_it_again() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"body").unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"body").unwrap();
        let plain = |header: Option<&str>| (Outcome::Plain, b"body".to_vec(), header.map(str::to_owned));
        assert_eq!(decoded("GZIP", &gzip(b"body")), plain(Some("gzip")));
        assert_eq!(decoded("x-gzip", b"body"), plain(Some("gzip")), "the tool has decoded it");
        assert_eq!(decoded("deflate", &zlib.finish().unwrap()), plain(None));
        assert_eq!(decoded("deflate", &deflate.finish().unwrap()), plain(None));
        assert_eq!(decoded("deflate", b"body"), plain(None));
        assert_eq!(decoded("gzip, gzip", &gzip(&gzip(b"body"))), plain(None));
        assert_eq!(decoded("br", b"body"), plain(None));
        assert_eq!(decoded("identity", b"body"), plain(None));
    }

    #[test]
    fn what_does_not_decode_stays_as_it_is() {
        let brotli = b"\x0b\x02\x80body\xff";
        let kept = (Outcome::Kept("br".into()), brotli.to_vec(), Some("br".to_owned()));
        assert_eq!(decoded("br", brotli), kept);
        let broken = &gzip(b"body")[..12];
        assert_eq!(decoded("gzip", broken), (Outcome::Broken("gzip".into()), broken.to_vec(), None));
        let mut har = Message { decoded: true, ..message("br", b"\xff") };
        assert_eq!(decode(&mut har, &mut 9).unwrap(), Outcome::Plain);
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_the_memory() {
        let mut left = 1_000;
        let error = decode(&mut message("gzip", &gzip(&vec![0; 100_000])), &mut left).unwrap_err();
        assert!(error.starts_with("wanted bodies of at most"), "{error}");
        decode(&mut message("gzip", &gzip(&[0; 600])), &mut left).unwrap();
        assert!(decode(&mut message("gzip", &gzip(&[0; 600])), &mut left).is_err(), "all count together");
    }

    #[test]
    fn bytes_are_read_from_base64_and_hexadecimal() {
        assert_eq!(base64("AAE\n C").unwrap(), [0, 1, 2]);
        assert_eq!(base64("AAE=").unwrap(), [0, 1]);
        assert!(base64("A*").unwrap_err().starts_with("wanted base64"));
        assert_eq!(hex("00fF").unwrap(), [0, 255]);
        for wrong in ["", "0", "0g", "é0"] {
            assert_eq!(hex(wrong), None, "{wrong}");
        }
    }
}
