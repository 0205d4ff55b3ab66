//! Which part of the units is this machine's.

use std::str::FromStr;

/// One of so many parts: `hash:1/4`, `slice:1/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    kind: Kind,
    /// From 0.
    part: u64,
    of: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// By the unit's name: it stays where it is, whatever others come and go.
    Hash,
    /// By its place among all that are chosen: the parts are of the same size.
    Slice,
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || {
            format!("want `hash:1/4` or `slice:1/4`, the part from 1 to the number of parts; got `{text}`")
        };
        let (kind, parts) = text.split_once(':').ok_or_else(wanted)?;
        let (part, of) = parts.split_once('/').ok_or_else(wanted)?;
        let kind = match kind {
            "hash" => Kind::Hash,
            "slice" => Kind::Slice,
            _ => return Err(wanted()),
        };
        match (part.parse::<u64>(), of.parse::<u64>()) {
            (Ok(part), Ok(of)) if part >= 1 && part <= of => Ok(Partition { kind, part: part - 1, of }),
            _ => Err(wanted()),
        }
    }
}

impl Partition {
    /// Whether the unit of that name, the `place`th of all, belongs to this part.
    pub(crate) fn owns(&self, place: usize, name: &str) -> bool {
        let number = match self.kind {
            Kind::Hash => fnv1a(name.as_bytes()),
            Kind::Slice => place as u64,
        };
        number % self.of == self.part
    }
}

/// FNV-1a with 64 bits: the same on every machine and in every version, which the standard library's is not.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_together_are_the_whole_and_nothing_is_in_two() {
        let mut chance = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let of = chance.usize(1..40);
            let names: Vec<String> =
                (0..chance.usize(0..60)).map(|it| format!("source-{it}/{}", chance.u16(..))).collect();
            for kind in ["hash", "slice"] {
                let parts: Vec<Partition> =
                    (1..=of).map(|part| format!("{kind}:{part}/{of}").parse().unwrap()).collect();
                for (place, name) in names.iter().enumerate() {
                    let owners = parts.iter().filter(|part| part.owns(place, name)).count();
                    assert_eq!(owners, 1, "{kind} {name} of {of}");
                }
                if kind == "slice" {
                    let sizes =
                        parts.iter().map(|part| (0..names.len()).filter(|it| part.owns(*it, "")).count());
                    let (least, most) = (sizes.clone().min().unwrap(), sizes.max().unwrap());
                    assert!(most - least <= 1);
                }
            }
        }
    }

    #[test]
    fn hash_is_the_one_that_others_can_compute() {
        // The published test vectors of FNV-1a.
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn no_machine_of_several_goes_idle() {
        let parts: Vec<Partition> = (1..=4).map(|part| format!("hash:{part}/4").parse().unwrap()).collect();
        for part in parts {
            let owned = (0..500).filter(|it| part.owns(0, &format!("source-{it}/first_read"))).count();
            assert!((90..160).contains(&owned), "{owned} of 500");
        }
    }

    #[test]
    fn a_part_that_there_is_not_is_refused() {
        for text in ["hash:0/4", "hash:5/4", "hash:1", "1/4", "count:1/4", "hash:a/4", "slice:1/0"] {
            assert!(text.parse::<Partition>().unwrap_err().contains("want `hash:1/4`"), "{text}");
        }
    }
}
