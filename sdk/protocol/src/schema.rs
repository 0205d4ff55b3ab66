//! The protocol as JSON Schemas, one file per message: what the harness judges raw bytes by.
//!
//! We wrote them from the protocol's definition. They ask for what every reader needs, which in a few listed places is
//! more than the official schema asks: see `sdk/protocol/schema/README.md`.

use crate::MessageType;

/// The release of the protocol that the schemas, and the types of this crate, describe.
pub const RELEASE: &str = "0.18.0";

/// The schema of the file of `read --catalog`.
pub const CONFIGURED_CATALOG: &str = include_str!("../schema/configured_catalog.json");

/// The schema of a whole message of this type: its envelope and its payload.
///
/// It is draft 7, refers to no other file, and asks of `format: uri` that it be checked.
///
/// ```
/// # use connector_protocol::{MessageType, schema};
/// let schema: serde_json::Value = serde_json::from_str(schema::of_message(MessageType::Record))?;
/// assert_eq!(schema["properties"]["type"]["const"], "RECORD");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const fn of_message(message_type: MessageType) -> &'static str {
    match message_type {
        MessageType::Record => include_str!("../schema/record.json"),
        MessageType::State => include_str!("../schema/state.json"),
        MessageType::Log => include_str!("../schema/log.json"),
        MessageType::Spec => include_str!("../schema/spec.json"),
        MessageType::ConnectionStatus => include_str!("../schema/connection_status.json"),
        MessageType::Catalog => include_str!("../schema/catalog.json"),
        MessageType::Trace => include_str!("../schema/trace.json"),
        MessageType::Control => include_str!("../schema/control.json"),
        MessageType::DestinationCatalog => include_str!("../schema/destination_catalog.json"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::{fs, iter};

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_schema_and_named_after_its_message() {
        let known: BTreeMap<String, &str> = MessageType::ALL
            .iter()
            .map(|kind| (format!("{}.json", kind.as_str().to_lowercase()), of_message(*kind)))
            .chain(iter::once(("configured_catalog.json".to_owned(), CONFIGURED_CATALOG)))
            .collect();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
        assert!(found.keys().eq(known.keys()), "files {:?}, known {:?}", found.keys(), known.keys());
        for (name, text) in known {
            assert_eq!(found[&name], text, "{name}");
        }
    }
}
