//! Which address stands for which host.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The first address of 198.18.0.0/15, which nobody has: it is set aside for measurements.
const FIRST: u32 = 0xc612_0000;
/// How many there are.
const ADDRESSES: u32 = 1 << 17;
/// The most names that are given an address: a connector that makes names up must not fill our memory.
const NAMES: usize = 10_000;

/// Hands out addresses for the names that are asked for, and knows afterwards whose they are. Shared by its clones.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    addresses: HashMap<String, Ipv4Addr>,
    names: HashMap<Ipv4Addr, String>,
}

impl Names {
    /// The address of a host, the same each time it is asked for. `None` where there are too many.
    pub(super) fn address_of(&self, name: &str) -> Option<Ipv4Addr> {
        if name == "localhost" || name.ends_with(".localhost") {
            return Some(Ipv4Addr::LOCALHOST);
        }
        let mut table = self.table();
        if let Some(address) = table.addresses.get(name) {
            return Some(*address);
        }
        if table.names.len() >= NAMES {
            return None;
        }
        // By the name and not by the order of asking: a message with an address in it is the same in the next run.
        let place = name
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let free = (0..ADDRESSES)
            .map(|step| place.wrapping_add(step) % ADDRESSES)
            .map(|place| Ipv4Addr::from(FIRST + place))
            // The last byte of a network's own address, and of the one for all.
            .find(|address| !matches!(address.octets()[3], 0 | 255) && !table.names.contains_key(address))?;
        table.addresses.insert(name.to_owned(), free);
        table.names.insert(free, name.to_owned());
        Some(free)
    }

    /// The host that an address was handed out for.
    /// Whether nobody has asked for any.
    pub(super) fn is_empty(&self) -> bool {
        self.table().names.is_empty()
    }

    pub(super) fn name_of(&self, address: IpAddr) -> Option<String> {
        let IpAddr::V4(address) = address else { return None };
        self.table().names.get(&address).cloned()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_has_one_address_and_an_address_one_name() {
        let names = Names::default();
        let one = names.address_of("api.a.test").unwrap();
        assert_eq!(names.address_of("api.a.test"), Some(one));
        assert_eq!(names.name_of(one.into()).as_deref(), Some("api.a.test"));
        assert_eq!(names.name_of(Ipv4Addr::new(1, 1, 1, 1).into()), None);
        // Whatever was asked for before.
        let others = Names::default();
        others.address_of("b.test").unwrap();
        assert_eq!(others.address_of("api.a.test"), Some(one));
    }

    #[test]
    fn this_machine_stays_where_it_is() {
        for name in ["localhost", "db.localhost"] {
            assert_eq!(Names::default().address_of(name), Some(Ipv4Addr::LOCALHOST));
        }
    }

    #[test]
    fn names_without_end_come_to_one() {
        let names = Names::default();
        let given: BTreeSet<Ipv4Addr> =
            (0..NAMES + 5).filter_map(|number| names.address_of(&format!("h{number}.test"))).collect();
        assert_eq!(given.len(), NAMES);
        assert!(given.iter().all(|address| matches!(address.octets(), [198, 18 | 19, _, 1..=254])));
    }
}
