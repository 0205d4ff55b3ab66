//! `metadata.yaml`: what Airbyte's registry is told of a connector.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::demands::Demands;
use crate::error::Error;
use crate::hosts::HostPattern;

const FILE: &str = "metadata.yaml";

/// From this quality level on a connector is certified.
const CERTIFIED: u64 = 400;

/// What is taken of it. Whatever else it says, or says otherwise than expected, is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    /// `data.allowedHosts.hosts`; `None` where nothing is said of them.
    pub(crate) allowed_hosts: Option<Vec<HostPattern>>,
    /// `data.ab_internal.ql`.
    quality: u64,
    /// `data.dockerRepository`.
    #[cfg_attr(not(test), expect(dead_code, reason = "for finding out what to run"))]
    pub(crate) docker_repository: Option<String>,
    /// `data.dockerImageTag`: the version.
    #[cfg_attr(not(test), expect(dead_code, reason = "for finding out what to run"))]
    pub(crate) docker_image_tag: Option<String>,
    /// What follows `language:` in `data.tags`.
    #[cfg_attr(not(test), expect(dead_code, reason = "for finding out what to run"))]
    pub(crate) languages: Vec<String>,
    /// The versions under `data.releases.breakingChanges`.
    #[cfg_attr(not(test), expect(dead_code, reason = "for comparing versions"))]
    pub(crate) breaking_changes: Vec<String>,
    reads_files: bool,
    longest_silence: Option<u64>,
    suggested_streams: Option<Vec<String>>,
}

/// Hosts are held to their form: what is not understood would let requests go anywhere.
#[derive(Deserialize)]
struct File {
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

impl Metadata {
    /// Reads the file in the folder of a connector; nothing where there is none.
    ///
    /// # Errors
    /// Where it is no YAML, or its hosts are no list of texts.
    pub(crate) fn load(folder: &Path) -> Result<Metadata, Error> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Metadata::default()),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let invalid = |error: serde_saphyr::Error| Error::Settings {
            path: path.clone(),
            why: error.without_snippet().to_string(),
        };
        let file: File = serde_saphyr::from_str(&text).map_err(invalid)?;
        let hosts = file.data.and_then(|data| data.allowed_hosts).and_then(|allowed| allowed.hosts);
        let metadata: Value = serde_saphyr::from_str(&text).map_err(invalid)?;
        let data = &metadata["data"];
        let text = |key: &str| match &data[key] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let breaking = [&data["releases"]["breakingChanges"], &data["breakingChanges"]];
        Ok(Metadata {
            allowed_hosts: hosts.map(|hosts| hosts.iter().map(|host| HostPattern::lenient(host)).collect()),
            quality: data["ab_internal"]["ql"].as_u64().unwrap_or_default(),
            docker_repository: text("dockerRepository"),
            docker_image_tag: text("dockerImageTag"),
            languages: texts(&data["tags"])
                .iter()
                .flatten()
                .filter_map(|tag| tag.strip_prefix("language:"))
                .map(str::to_owned)
                .collect(),
            breaking_changes: breaking
                .into_iter()
                .filter_map(Value::as_object)
                .flat_map(|changes| changes.keys().cloned())
                .collect(),
            reads_files: data["connectorSubtype"] == "file",
            longest_silence: data["maxSecondsBetweenMessages"].as_u64(),
            suggested_streams: texts(&data["suggestedStreams"]["streams"]),
        })
    }

    /// Whether the connector claims a quality that binds it to more.
    pub(crate) fn is_certified(&self) -> bool {
        self.quality >= CERTIFIED
    }

    /// What follows for any of its scenarios.
    pub(crate) fn demands(&self) -> Demands {
        Demands {
            certified: self.is_certified(),
            stream_statuses: self.is_certified(),
            reads_files: self.reads_files,
            hosts_named: self.allowed_hosts.as_ref().map(Vec::len),
            suggested_streams: self.suggested_streams.clone(),
            longest_silence: self.longest_silence,
            ..Demands::default()
        }
    }
}

/// The texts of a list.
fn texts(value: &Value) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter().filter_map(Value::as_str);
    Some(texts.map(str::to_owned).collect())
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

    #[test]
    fn what_it_says_of_quality_and_streams_becomes_demands() {
        let text = "data:\n  ab_internal:\n    ql: 400\n  dockerRepository: airbyte/source-x\n  dockerImageTag: 0.2\n  \
                    connectorSubtype: file\n  maxSecondsBetweenMessages: 60\n  suggestedStreams:\n    streams:\n      - a\n  \
                    tags:\n    - language:python\n    - cdk:low-code\n  releases:\n    breakingChanges:\n      \
                    1.0.0:\n        message: x\n";
        let metadata = load(text, "").unwrap().metadata;
        let wanted = Demands {
            certified: true,
            stream_statuses: true,
            reads_files: true,
            suggested_streams: Some(vec!["a".to_owned()]),
            longest_silence: Some(60),
            ..Demands::default()
        };
        assert_eq!(metadata.demands(), wanted);
        assert_eq!(metadata.docker_repository.as_deref(), Some("airbyte/source-x"));
        assert_eq!(metadata.docker_image_tag.as_deref(), Some("0.2"));
        assert_eq!(
            (metadata.languages, metadata.breaking_changes),
            (vec!["python".into()], vec!["1.0.0".into()])
        );
        let odd = "data:\n  ab_internal: none\n  tags: language:java\n  suggestedStreams: [a]\n";
        assert_eq!(load(odd, "").unwrap().metadata.demands(), Demands::default());
    }
}
