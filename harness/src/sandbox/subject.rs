//! The name of the file in which OpenSSL looks for the certificate of an authority.

use std::fmt::Write as _;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// The eight digits by which OpenSSL finds a certificate whose subject is this common name and nothing else.
///
/// They are the first four bytes, the last one first, of a hash over the subject in DER without its outermost frame, as
/// UTF-8, in lower case, each run of spaces as one.
pub(super) fn hash_of(common_name: &str) -> String {
    const SET: u8 = 0x31;
    const SEQUENCE: u8 = 0x30;
    const UTF8: u8 = 0x0c;
    const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 4, 3];
    let canonical = common_name.split_ascii_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let text = frame(UTF8, canonical.as_bytes());
    let subject = frame(SET, &frame(SEQUENCE, &[COMMON_NAME, &text].concat()));
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &subject);
    let bytes = hash.as_ref().iter().take(4).rev();
    bytes.fold(String::new(), |mut digits, byte| {
        // A string takes whatever is written.
        let _written = write!(digits, "{byte:02x}");
        digits
    })
}

/// DER, for contents of less than 128 bytes: their length is one byte.
fn frame(kind: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap_or(u8::MAX);
    [&[kind, length], contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_openssl_says() {
        // By `openssl x509 -noout -subject_hash` of certificates with these subjects.
        for (name, hash) in [("recorded internet 0123456789abcdef", "d7f1ead4"), ("Some  CA", "2709036b")] {
            assert_eq!(hash_of(name), hash, "{name}");
        }
    }
}
