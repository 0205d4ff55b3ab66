//! The environment a connector runs in: small, the same everywhere, and pointing at the replay server.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use connector_protocol::environment::DETERMINISTIC;

use crate::shim;

/// What is handed on from our own environment: what programs need to start at all. Nothing else is, so that a run
/// does not depend on who runs it, and no credential of a build machine reaches a stranger's connector.
const HANDED_ON: &[&str] = &[
    "DYLD_LIBRARY_PATH",
    "HOME",
    "JAVA_HOME",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NODE_PATH",
    "PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "SHELL",
    "TMPDIR",
    "USER",
    "VIRTUAL_ENV",
];

/// By these a client finds a proxy. `NO_PROXY` is set too, to nothing: one of the user's must not let requests out.
const PROXY: &[&str] = &["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy", "https_proxy"];

/// By these a client finds the certificates it trusts: each names one file, which holds our authority alone.
const AUTHORITY: &[&str] = &[
    "AWS_CA_BUNDLE",                    // boto3
    "CURL_CA_BUNDLE",                   // curl, and requests
    "DENO_CERT",                        // Deno
    "GIT_SSL_CAINFO",                   // git
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", // gRPC
    "HTTPLIB2_CA_CERTS",                // google-api-python-client
    "NODE_EXTRA_CA_CERTS",              // Node
    "REQUESTS_CA_BUNDLE",               // requests
    "SSL_CERT_FILE",                    // OpenSSL, Go, rustls
];

/// Where a connector's requests go.
pub(crate) struct Network<'a> {
    pub(crate) proxy_url: &'a str,
    pub(crate) certificate: &'a Path,
}

/// The environment of one process.
///
/// `shim` is the folder that interpreters load from, and `clock` what tells the time.
pub(crate) fn of(
    network: &Network<'_>,
    shim: &Path,
    clock: Vec<(&'static str, OsString)>,
    settings: &BTreeMap<String, String>,
) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> =
        HANDED_ON.iter().filter_map(|name| Some(((*name).into(), std::env::var_os(name)?))).collect();
    let mut set = |name: &str, value: &OsStr| environment.insert(name.into(), value.into());
    set("LANG", "C.UTF-8".as_ref());
    set("TZ", "UTC".as_ref());
    // Several slices at a time come in another order at every run: no snapshot would agree with the next.
    set(DETERMINISTIC, "1".as_ref());
    // Python buffers a pipe by blocks and loses the last one when it is killed.
    set("PYTHONUNBUFFERED", "1".as_ref());
    for name in PROXY {
        set(name, network.proxy_url.as_ref());
    }
    for name in ["NO_PROXY", "no_proxy"] {
        set(name, "".as_ref());
    }
    for name in AUTHORITY {
        set(name, network.certificate.as_os_str());
    }
    // From Node 22 on; older releases need no less than a sandbox.
    set("NODE_USE_ENV_PROXY", "1".as_ref());
    for (name, value) in clock {
        set(name, &value);
    }
    for (name, value) in settings {
        set(name, value.as_ref());
    }
    // Last: a path of the settings' own must not hide it.
    let path = environment.get(OsStr::new(shim::PYTHONPATH)).cloned();
    environment.insert(shim::PYTHONPATH.into(), shim::before(shim, path.as_deref()));
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_to_the_replay_server_and_nowhere_else() {
        let network = Network { proxy_url: "http://127.0.0.1:1", certificate: Path::new("/tmp/ca.pem") };
        let settings = BTreeMap::from([("MODE".to_owned(), "test".to_owned())]);
        let environment = of(
            &network,
            Path::new("/shim"),
            vec![("CONNECTOR_NOW", "2024-01-01T00:00:00Z".into())],
            &settings,
        );
        let get = |name: &str| environment.get(OsStr::new(name)).and_then(|value| value.to_str());
        assert_eq!(get("https_proxy"), Some("http://127.0.0.1:1"));
        assert_eq!(get("NO_PROXY"), Some(""));
        assert_eq!(get("SSL_CERT_FILE"), Some("/tmp/ca.pem"));
        assert_eq!(get("CONNECTOR_NOW"), Some("2024-01-01T00:00:00Z"));
        assert_eq!(get("MODE"), Some("test"));
        assert!(get("PYTHONPATH").unwrap().starts_with("/shim"));
        assert_eq!(get("CARGO_MANIFEST_DIR"), None);
    }
}
