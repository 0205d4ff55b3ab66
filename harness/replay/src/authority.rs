use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;

use crate::{Error, truststore};

/// A certificate authority for one run. Clients that trust it accept a session as any host.
///
/// Its private key lives and dies with this value: it is in memory alone. Its certificate is a PEM file in a folder that
/// only this user can read and that is removed when the value is dropped. One authority serves many sessions.
#[derive(Debug)]
pub struct Authority {
    certificate: PathBuf,
    java_truststore: PathBuf,
    name: String,
    mint: Arc<Mint>,
    _folder: TempDir,
}

impl Authority {
    /// Makes keys and certificate, in about a millisecond.
    ///
    /// # Errors
    /// [`Error::MakeAuthority`] and [`Error::WriteCertificate`], the latter naming the folder for temporary files.
    pub fn new() -> Result<Authority, Error> {
        let (mint, name, certificate) = Mint::new().map_err(|source| Error::MakeAuthority { source })?;
        let folder = write(&certificate)
            .map_err(|source| Error::WriteCertificate { folder: std::env::temp_dir(), source })?;
        let [certificate, java_truststore] = [PEM, JKS].map(|name| folder.path().join(name));
        Ok(Authority { certificate, java_truststore, name, mint: Arc::new(mint), _folder: folder })
    }

    /// The PEM file for a client to trust, alone: nothing of the real internet is meant to be trusted beside it.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// The same for Java, which reads no PEM: a JKS file, with Java's usual password.
    pub fn java_truststore(&self) -> &Path {
        &self.java_truststore
    }

    /// Its common name, which is all of its subject: the same for no other authority.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn mint(&self) -> Arc<Mint> {
        Arc::clone(&self.mint)
    }
}

const PEM: &str = "ca.pem";
const JKS: &str = "ca.jks";

fn write(certificate: &Certificate) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.prefix("replay-").tempdir()?;
    fs::write(folder.path().join(PEM), certificate.pem())?;
    fs::write(folder.path().join(JKS), truststore::of(certificate.der()))?;
    Ok(folder)
}

/// Strikes a certificate for each host that is asked for, and keeps it.
pub(crate) struct Mint {
    issuer: Issuer<'static, KeyPair>,
    /// One key for all hosts: only the signature costs time per host.
    key: KeyPair,
    provider: Arc<CryptoProvider>,
    struck: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl Mint {
    fn new() -> Result<(Mint, String, Certificate), rcgen::Error> {
        let authority_key = KeyPair::generate()?;
        let mut params = valid_for_all_times(CertificateParams::default());
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name = DistinguishedName::new();
        let name = unique_name(&authority_key);
        params.distinguished_name.push(DnType::CommonName, name.as_str());
        let certificate = params.self_signed(&authority_key)?;
        let mint = Mint {
            issuer: Issuer::new(params, authority_key),
            key: KeyPair::generate()?,
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            struck: Mutex::default(),
        };
        Ok((mint, name, certificate))
    }

    /// How to speak TLS as `host`: a DNS name in lower case or an IP address without brackets.
    ///
    /// The error says why no certificate can be made, such as a name that is not ASCII.
    pub(crate) fn config(&self, host: &str) -> Result<Arc<ServerConfig>, String> {
        let mut struck = self.struck.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = struck.get(host) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.strike(host)?);
        struck.insert(host.to_owned(), Arc::clone(&config));
        Ok(config)
    }

    fn strike(&self, host: &str) -> Result<ServerConfig, String> {
        let mut params = valid_for_all_times(CertificateParams::default());
        // No common name: it may hold 64 bytes at most, and clients look at the alternative names alone.
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = vec![match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(host.try_into().map_err(|error: rcgen::Error| error.to_string())?),
        }];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python's strict mode wants it.
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&self.key, &self.issuer).map_err(|error| error.to_string())?;
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key.into())
            .map_err(|error| error.to_string())?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Not thirty days around now: a client may run under a clock of another year, and these certificates end with the run.
fn valid_for_all_times(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    params
}

/// Two authorities of one name make a client that trusts the one report a bad signature of the other, not a stranger.
fn unique_name(key: &KeyPair) -> String {
    // The first byte of a point is its format, the same for all.
    let id: Vec<String> =
        key.public_key_raw().iter().skip(1).take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("recorded internet {}", id.concat())
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_struck_once_per_host_and_for_addresses_too() {
        let authority = Authority::new().unwrap();
        for host in ["a.test", "127.0.0.1", "fd00::1", &"a.".repeat(100)] {
            let first = authority.mint.config(host).unwrap();
            assert!(Arc::ptr_eq(&first, &authority.mint.config(host).unwrap()));
        }
        assert!(authority.mint.config("b\u{fc}cher.test").is_err());
    }

    #[test]
    fn no_two_authorities_share_a_name() {
        let name = || unique_name(&KeyPair::generate().unwrap());
        assert_ne!(name(), name());
    }

    #[test]
    #[cfg(unix)]
    fn the_certificate_and_no_key_is_written_to_a_private_folder_that_goes_with_the_authority() {
        use std::os::unix::fs::PermissionsExt as _;

        let authority = Authority::new().unwrap();
        let folder = authority.certificate().parent().unwrap().to_owned();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(files, [authority.java_truststore(), authority.certificate()]);
        let pem = fs::read_to_string(authority.certificate()).unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && !pem.contains("KEY"), "{pem}");
        drop(authority);
        assert!(!folder.exists());
    }
}
