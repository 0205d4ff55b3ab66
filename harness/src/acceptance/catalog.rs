//! The configured catalogs that the file names.

use std::path::Path;

use serde_json::{Value, json};

use crate::error::Error;
use crate::ledger::first_fault_of_catalog;

/// A configured catalog; `None` where there is no such file. Older ones lack what the protocol demands by now: since streams
/// are taken as they are discovered, any value will do.
pub(super) fn read(path: &Path) -> Result<Option<Value>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let mut catalog: Value =
        serde_json::from_str(&text).map_err(|source| Error::Json { path: path.to_owned(), source })?;
    let streams = catalog.get_mut("streams").and_then(Value::as_array_mut);
    for configured in streams.into_iter().flatten() {
        fill(configured, "sync_mode", || json!("full_refresh"));
        fill(configured, "destination_sync_mode", || json!("append"));
        if let Some(stream) = configured.get_mut("stream") {
            fill(stream, "json_schema", || json!({}));
            fill(stream, "supported_sync_modes", || json!(["full_refresh"]));
        }
    }
    match first_fault_of_catalog(&catalog.to_string()) {
        Some(why) => Err(Error::Settings { path: path.to_owned(), why }),
        None => Ok(Some(catalog)),
    }
}

fn fill(object: &mut Value, key: &str, value: impl FnOnce() -> Value) {
    if let Some(members) = object.as_object_mut()
        && members.get(key).is_none_or(Value::is_null)
    {
        members.insert(key.to_owned(), value());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_old_catalog_lacks_is_filled_in_and_what_it_has_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.json");
        assert_eq!(read(&path).unwrap(), None);
        let text =
            r#"{"streams": [{"stream": {"name": "a", "json_schema": null}, "sync_mode": "incremental"}]}"#;
        std::fs::write(&path, text).unwrap();
        let stream = &read(&path).unwrap().unwrap()["streams"][0];
        assert_eq!(
            (&stream["sync_mode"], &stream["destination_sync_mode"]),
            (&json!("incremental"), &json!("append"))
        );
        std::fs::write(&path, r#"{"streams": [{"sync_mode": "full_refresh"}]}"#).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("c.json"));
    }
}
