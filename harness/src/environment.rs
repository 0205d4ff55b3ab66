//! The environment a connector runs in: small, the same everywhere, and pointing at the replay server.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use connector_protocol::environment::DETERMINISTIC;

use crate::shim::Shim;

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
    "PERL_LWP_SSL_CA_FILE",             // Perl's LWP
    "REQUESTS_CA_BUNDLE",               // requests
    "SSL_CERT_FILE",                    // OpenSSL, Go, rustls
];

/// What our own shims ask for: the address that every connection is made to, which does not stay on this machine.
const REDIRECT: &str = "CONNECTOR_HARNESS_REDIRECT";

/// What a JVM finds its options in.
const JAVA: &str = "JAVA_TOOL_OPTIONS";

/// By these a program finds the user that it runs for.
pub(crate) const USER: [&str; 3] = ["HOME", "LOGNAME", "USER"];

/// The socket on which a Python interpreter is told to fork, where it is to: see `shim/warm.py`.
pub(crate) const WARM: &str = "CONNECTOR_HARNESS_WARM";

/// Where a connector's requests go.
pub(crate) struct Network<'a> {
    /// `http://127.0.0.1:PORT`.
    pub(crate) proxy_url: &'a str,
    /// The one certificate to be trusted, as PEM.
    pub(crate) certificate: &'a Path,
    /// The same for Java.
    pub(crate) java_truststore: &'a Path,
    /// Whether clients that ask no proxy variable are made to go there too. Not where all names lead there anyway.
    pub(crate) redirects: bool,
}

/// The environment of one process.
///
/// `shim` is what interpreters load, and `clock` what tells the time.
pub(crate) fn of(
    network: &Network<'_>,
    shim: &Shim,
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
    set("WGETRC", shim.wget.as_os_str());
    // Node asks for a proxy from release 22.21 on, Perl's LWP in any, where this says so.
    for name in ["NODE_USE_ENV_PROXY", "PERL_LWP_ENV_PROXY"] {
        set(name, "1".as_ref());
    }
    let address = network.proxy_url.trim_start_matches("http://");
    if network.redirects {
        set(REDIRECT, address.as_ref());
    }
    for (name, value) in clock {
        set(name, &value);
    }
    for (name, value) in settings {
        set(name, value.as_ref());
    }
    // Last, what goes with a value of the settings' own in place of before it. Where two disagree, theirs holds.
    let mut join = |name: &str, ours: OsString, separator: &str| {
        let joined = match environment.get(OsStr::new(name)).filter(|theirs| !theirs.is_empty()) {
            Some(theirs) => [ours.as_os_str(), theirs].join(OsStr::new(separator)),
            None => ours,
        };
        environment.insert(name.into(), joined);
    };
    join("PYTHONPATH", shim.python.clone().into(), ":");
    join(JAVA, java_options(network), " ");
    if network.redirects {
        join("NODE_OPTIONS", word("--require=", &shim.node), " ");
    }
    // An empty folder is the one that PHP was built with.
    join("PHP_INI_SCAN_DIR", [OsStr::new(""), shim.php.as_os_str()].join(OsStr::new(":")), ":");
    environment
}

/// What an environment has in common with others of the same kind: all but where the proxy is.
pub(crate) fn without_proxy(environment: &BTreeMap<OsString, OsString>) -> BTreeMap<OsString, OsString> {
    let tells = |name: &OsStr| name == JAVA || PROXY.iter().any(|it| name == *it);
    environment
        .iter()
        .filter(|(name, _)| !tells(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What a JVM takes in place of proxy variables and certificate files.
fn java_options(network: &Network<'_>) -> OsString {
    let address = network.proxy_url.trim_start_matches("http://");
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "80"));
    let mut options = OsString::new();
    for scheme in ["http", "https"] {
        options.push(format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port} "));
    }
    // Empty: without it a JVM sends what stays on this machine past the proxy.
    options.push("-Dhttp.nonProxyHosts= -Djavax.net.ssl.trustStoreType=JKS ");
    options.push(word("-Djavax.net.ssl.trustStore=", network.java_truststore));
    options
}

/// An option with a path, as one word of a list that is split at spaces unless they are quoted.
fn word(option: &str, path: &Path) -> OsString {
    let spaced = path.as_os_str().as_encoded_bytes().iter().any(u8::is_ascii_whitespace);
    let quote = if spaced { "\"" } else { "" };
    let mut word = OsString::from(quote);
    for part in [option.as_ref(), path.as_os_str(), quote.as_ref()] {
        word.push(part);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shim() -> Shim {
        let [python, node, php, wget] = ["/shim/py", "/shim/js", "/shim/php", "/shim/wgetrc"].map(Into::into);
        Shim { python, node, php, wget }
    }

    fn environment(redirects: bool, settings: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        let network = Network {
            proxy_url: "http://127.0.0.1:1",
            certificate: Path::new("/tmp/ca.pem"),
            java_truststore: Path::new("/a folder/ca.jks"),
            redirects,
        };
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        of(&network, &shim(), vec![("CONNECTOR_NOW", "2024-01-01T00:00:00Z".into())], &settings.collect())
    }

    #[test]
    fn requests_go_to_the_replay_server_and_nowhere_else() {
        let environment = environment(true, &[("MODE", "test")]);
        let get = |name: &str| environment.get(OsStr::new(name)).and_then(|value| value.to_str());
        assert_eq!(get("https_proxy"), Some("http://127.0.0.1:1"));
        assert_eq!(get("NO_PROXY"), Some(""));
        assert_eq!(get("SSL_CERT_FILE"), Some("/tmp/ca.pem"));
        assert_eq!(get("CONNECTOR_NOW"), Some("2024-01-01T00:00:00Z"));
        assert_eq!(get("MODE"), Some("test"));
        assert_eq!(get("CONNECTOR_HARNESS_REDIRECT"), Some("127.0.0.1:1"));
        assert_eq!(get("NODE_OPTIONS"), Some("--require=/shim/js"));
        let java = get("JAVA_TOOL_OPTIONS").unwrap();
        assert!(java.contains("-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=1 "), "{java}");
        assert!(java.ends_with("\"-Djavax.net.ssl.trustStore=/a folder/ca.jks\""), "{java}");
        assert!(get("PYTHONPATH").unwrap().starts_with("/shim"));
        assert_eq!(get("CARGO_MANIFEST_DIR"), None);
    }

    #[test]
    fn what_the_settings_say_goes_with_ours_and_after_it() {
        let theirs = [
            ("PYTHONPATH", "a:b"),
            ("JAVA_TOOL_OPTIONS", "-Xmx1g"),
            ("NODE_OPTIONS", "--max-old-space-size=99"),
            ("PHP_INI_SCAN_DIR", "/php"),
            ("WGETRC", "/own"),
        ];
        let environment = environment(true, &theirs);
        let get = |name: &str| environment[OsStr::new(name)].to_str().unwrap();
        assert_eq!(get("PYTHONPATH"), "/shim/py:a:b");
        assert!(get("JAVA_TOOL_OPTIONS").ends_with("/ca.jks\" -Xmx1g"));
        assert_eq!(get("NODE_OPTIONS"), "--require=/shim/js --max-old-space-size=99");
        assert_eq!(get("PHP_INI_SCAN_DIR"), ":/shim/php:/php");
        assert_eq!(get("WGETRC"), "/own");
    }

    #[test]
    fn an_empty_path_of_theirs_leaves_no_empty_entry() {
        // It would be the connector's own folder.
        assert_eq!(environment(true, &[("PYTHONPATH", "")])[OsStr::new("PYTHONPATH")], "/shim/py");
    }

    #[test]
    fn where_all_names_lead_there_nothing_is_redirected() {
        let environment = environment(false, &[]);
        for name in [REDIRECT, "NODE_OPTIONS"] {
            assert_eq!(environment.get(OsStr::new(name)), None);
        }
    }
}
