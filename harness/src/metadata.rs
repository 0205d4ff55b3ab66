//! `metadata.yaml`: what Airbyte's registry is told of a connector. Of all it says, only the hosts are taken.

use std::path::Path;

use serde::Deserialize;

use crate::error::Error;
use crate::hosts::HostPattern;

const FILE: &str = "metadata.yaml";

#[derive(Deserialize)]
struct Metadata {
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "allowedHosts")]
    allowed_hosts: Option<AllowedHosts>,
}

#[derive(Deserialize)]
struct AllowedHosts {
    hosts: Option<Vec<String>>,
}

/// The hosts of `data.allowedHosts.hosts` in the folder of a connector; `None` where nothing is said of them.
pub(crate) fn allowed_hosts(folder: &Path) -> Result<Option<Vec<HostPattern>>, Error> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Read { path, source }),
    };
    let metadata: Metadata = serde_saphyr::from_str(&text)
        .map_err(|error| Error::Settings { path, why: error.without_snippet().to_string() })?;
    let hosts = metadata.data.and_then(|data| data.allowed_hosts).and_then(|allowed| allowed.hosts);
    Ok(hosts.map(|hosts| hosts.iter().map(|host| HostPattern::lenient(host)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn load(metadata: &str, settings: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), metadata).unwrap();
        std::fs::write(folder.path().join(crate::settings::FILE), settings).unwrap();
        Settings::load(folder.path()).map_err(|error| crate::error::chain(&error))
    }

    #[test]
    fn its_hosts_count_where_the_settings_say_nothing() {
        let text =
            "data:\n  name: X\n  allowedHosts:\n    hosts:\n      - https://a.test\n      - \"*.b.test\"\n";
        let hosts = ["a.test", "*.b.test"].map(HostPattern::lenient).to_vec();
        assert_eq!(load(text, "").unwrap().allowed_hosts, Some(hosts));
        assert_eq!(load(text, "allowed_hosts = []").unwrap().allowed_hosts, Some(Vec::new()));
        for nothing in ["", "data:\n  name: X\n", "data:\n  allowedHosts:\n    hosts:\n", "data:\n"] {
            assert_eq!(load(nothing, "").unwrap().allowed_hosts, None, "{nothing:?}");
        }
        let none = load("data:\n  allowedHosts:\n    hosts: []\n", "").unwrap();
        assert_eq!(none.allowed_hosts, Some(Vec::new()));
    }

    #[test]
    fn what_does_not_read_is_named_with_its_line() {
        let error = load("data:\n  allowedHosts:\n    hosts: api.test\n", "").unwrap_err();
        assert!(error.contains("metadata.yaml") && error.contains("line 3"), "{error}");
    }
}
