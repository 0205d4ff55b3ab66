//! The trust store of Java, in the format that every Java reads: JKS, version 2.

use ring::digest;

const MAGIC: u32 = 0xFEED_FEED;
const VERSION: u32 = 2;
/// Of an entry that is a certificate to be trusted, not a key.
const TRUSTED: u32 = 2;
/// The name of the one entry.
const ALIAS: &str = "recorded internet";
/// Java's own default. It keeps no secret: who has a password has the file checked against its digest.
const PASSWORD: &str = "changeit";
/// What the format adds to the password before it is digested.
const SALT: &[u8] = b"Mighty Aphrodite";

/// A trust store with one certificate, which is in DER.
pub(crate) fn of(certificate: &[u8]) -> Vec<u8> {
    let mut store = Vec::new();
    for number in [MAGIC, VERSION, 1, TRUSTED] {
        store.extend(number.to_be_bytes());
    }
    text(&mut store, ALIAS);
    // When it was put in, which nobody asks for.
    store.extend(0_u64.to_be_bytes());
    text(&mut store, "X.509");
    store.extend(u32::try_from(certificate.len()).unwrap_or(u32::MAX).to_be_bytes());
    store.extend_from_slice(certificate);
    let mut digested: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    digested.extend_from_slice(SALT);
    digested.extend_from_slice(&store);
    // The format knows no other digest. Nothing rests on it.
    store.extend_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &digested).as_ref());
    store
}

/// A text of ASCII, after its length.
fn text(store: &mut Vec<u8>, text: &str) {
    store.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    store.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `keytool -list -storepass changeit` takes such a file, and refuses it by another password; that Java programs trust
    /// what it holds is seen in `.ci/interception/run`.
    #[test]
    fn a_store_holds_its_certificate_and_a_digest_of_all_before_it() {
        let store = of(b"certificate");
        let head = b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x02\0\x11recorded internet\0\0\0\0\0\0\0\0\0\x05X.509\
                     \0\0\0\x0bcertificate";
        assert_eq!(store[..head.len()], head[..]);
        let digest: Vec<String> = store[head.len()..].iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = digest.concat();
        assert_eq!(digest, "5b1436b96f4bebc38564e97d9dfc0d892192d707");
    }
}
