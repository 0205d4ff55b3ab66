use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::rand::{SecureRandom as _, SystemRandom};

/// So much is sealed at a time: little to hold in memory beside a body of any length.
const CHUNK: usize = 1 << 20;

/// A file that nobody else can read, not even from the disk: it is sealed with a key that is in memory alone.
///
/// A recording is full of secrets until it is scrubbed, and a machine may die before that.
pub(crate) struct Spool {
    file: File,
    key: LessSafeKey,
    /// How many chunks were sealed, which makes the nonce of each. It never goes back, not even after an error.
    sealed: u64,
    end: u64,
    /// The chunk at hand, and room for its tag.
    chunk: Vec<u8>,
}

/// Where something was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    offset: u64,
    first_chunk: u64,
    length: usize,
}

impl Spool {
    pub(crate) fn new(file: File) -> Result<Spool, Unspecified> {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key)?;
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key)?);
        Ok(Spool { file, key, sealed: 0, end: 0, chunk: Vec::new() })
    }

    /// Writes all that `text` gives at the end.
    pub(crate) fn write(&mut self, mut text: impl Read) -> io::Result<Place> {
        let mut place = Place { offset: self.end, first_chunk: self.sealed, length: 0 };
        let mut end = self.file.seek(SeekFrom::Start(self.end))?;
        loop {
            self.chunk.clear();
            let length = text.by_ref().take(CHUNK as u64).read_to_end(&mut self.chunk)?;
            if length == 0 {
                break;
            }
            let nonce = nonce(self.sealed);
            self.sealed += 1;
            let sealed = self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.chunk);
            sealed.map_err(|_| io::Error::other("it could not be sealed"))?;
            self.file.write_all(&self.chunk)?;
            place.length += length;
            end += self.chunk.len() as u64;
        }
        self.end = end;
        Ok(place)
    }

    pub(crate) fn read(&mut self, place: Place) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(place.offset))?;
        let mut text = Vec::with_capacity(place.length);
        for number in place.first_chunk.. {
            let length = CHUNK.min(place.length - text.len());
            if length == 0 {
                break;
            }
            self.chunk.resize(length + MAX_TAG_LEN, 0);
            self.file.read_exact(&mut self.chunk)?;
            let opened = self.key.open_in_place(nonce(number), Aad::empty(), &mut self.chunk);
            let opened = opened.map_err(|_| io::Error::other("what comes back is not what was written"))?;
            text.extend_from_slice(opened);
        }
        Ok(text)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; ring::aead::NONCE_LEN];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    Nonce::assume_unique_for_key(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool() -> Spool {
        Spool::new(tempfile::tempfile().unwrap()).unwrap()
    }

    #[test]
    fn what_is_written_comes_back_in_any_order_whatever_its_length() {
        let mut spool = spool();
        let texts: Vec<Vec<u8>> =
            [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK].map(|length| vec![b'x'; length]).to_vec();
        let places: Vec<Place> = texts.iter().map(|text| spool.write(text.as_slice()).unwrap()).collect();
        for (text, place) in texts.iter().zip(places).rev() {
            assert!(spool.read(place).unwrap() == *text, "{place:?}");
        }
    }

    #[test]
    fn equal_texts_are_unequal_on_disk_and_neither_shows() {
        let mut spool = spool();
        for _ in 0..2 {
            spool.write(&b"canary canary"[..]).unwrap();
        }
        let mut disk = Vec::new();
        spool.file.rewind().unwrap();
        spool.file.read_to_end(&mut disk).unwrap();
        assert_eq!(disk.len(), 2 * (13 + MAX_TAG_LEN));
        assert_ne!(disk[..29], disk[29..]);
        assert!(!disk.windows(6).any(|window| window == b"canary"));
    }

    #[test]
    fn what_was_changed_on_disk_is_not_taken_for_what_was_written() {
        let mut spool = spool();
        let place = spool.write(&b"body"[..]).unwrap();
        spool.file.seek(SeekFrom::Start(1)).unwrap();
        spool.file.write_all(b"?").unwrap();
        assert_eq!(spool.read(place).unwrap_err().to_string(), "what comes back is not what was written");
    }

    /// Gives two chunks, then fails.
    struct Broken(usize);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("broken"));
            }
            let length = buffer.len().min(self.0);
            self.0 -= length;
            Ok(length)
        }
    }

    #[test]
    fn after_an_error_no_nonce_is_used_again_and_the_next_text_takes_the_place() {
        let mut spool = spool();
        spool.write(Broken(2 * CHUNK)).unwrap_err();
        let place = spool.write(&b"body"[..]).unwrap();
        assert_eq!((place.offset, place.first_chunk), (0, 2));
        assert_eq!(spool.read(place).unwrap(), b"body");
    }
}
