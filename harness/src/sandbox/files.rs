//! The files of the system that a connector finds others in the place of: who resolves names, and whom to trust.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use connector_replay::Authority;

use super::order::Mount;
use super::subject;

/// Where systems keep what they trust, in one file.
const BUNDLES: &[&str] = &[
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",  // Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
    "/etc/pki/tls/cert.pem",                             // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                            // SUSE
    "/etc/ssl/cert.pem",                                 // Alpine
    "/etc/ssl/certs/ca-bundle.crt",                      // NixOS
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Alpine, Arch
    "/usr/lib/ssl/cert.pem",                             // OpenSSL on Debian
    "/usr/local/ssl/cert.pem",                           // OpenSSL from its source
    "/var/lib/ca-certificates/ca-bundle.pem",            // SUSE
];

/// And in a folder, a file for each, found by the hash of its subject.
const FOLDERS: &[&str] = &[
    "/etc/ca-certificates/extracted/cadir",           // Arch
    "/etc/pki/ca-trust/extracted/pem/directory-hash", // Fedora
    "/etc/pki/tls/certs",                             // Fedora, RHEL
    "/etc/ssl/certs",                                 // Debian, Alpine
    "/usr/local/ssl/certs",                           // OpenSSL from its source
    "/var/lib/ca-certificates/pem",                   // SUSE
];

/// The folder of a program that answers for all others which host has which address. It is asked over a socket in a
/// file, which no namespace of networks is in the way of.
const NAME_CACHE: &str = "/run/nscd";

/// Writes what a connector is to find into `folder`; returns what it takes the place of. `bundles` are further files of
/// certificates.
pub(super) fn prepare(
    folder: &Path,
    authority: &Authority,
    bundles: &BTreeSet<PathBuf>,
) -> io::Result<Vec<Mount>> {
    let pem = fs::read(authority.certificate())?;
    let mut covered = Covered::default();
    let write = |name: &str, text: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, text).map(|()| path)
    };
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let hosts = format!("127.0.0.1 localhost {}\n", host.trim());
    covered.put("/etc/hosts", write("hosts", hosts.as_bytes())?);
    covered.put("/etc/resolv.conf", write("resolv.conf", b"nameserver 127.0.0.1\n")?);
    let switch = name_services(&fs::read_to_string("/etc/nsswitch.conf").unwrap_or_default());
    covered.put("/etc/nsswitch.conf", write("nsswitch.conf", switch.as_bytes())?);
    let bundle = write("ca.pem", &pem)?;

    let nothing = folder.join("nothing");
    fs::create_dir_all(&nothing)?;
    covered.put(NAME_CACHE, nothing);
    let trusted = folder.join("trusted");
    fs::create_dir_all(&trusted)?;
    // By this name every OpenSSL finds it, whichever of the folders it looks in.
    fs::write(trusted.join(format!("{}.0", subject::hash_of(authority.name()))), &pem)?;
    let stores: Vec<PathBuf> =
        FOLDERS.iter().filter_map(|it| fs::canonicalize(it).ok()).filter(|it| it.is_dir()).collect();
    for store in &stores {
        covered.put(store, trusted.clone());
        // Java's own format: what is there stays, until there is one of ours.
        let java = store.join("java/cacerts");
        if java.is_file() {
            fs::create_dir_all(trusted.join("java"))?;
            fs::copy(java, trusted.join("java/cacerts"))?;
        }
    }
    for file in
        BUNDLES.iter().map(Path::new).chain(bundles.iter().map(PathBuf::as_path)).filter(|it| it.is_file())
    {
        let named = file.parent().and_then(|parent| parent.canonicalize().ok()).zip(file.file_name());
        let named = named.map(|(parent, name)| parent.join(name));
        for path in [file.canonicalize().ok(), named].into_iter().flatten() {
            match stores.iter().find_map(|store| path.strip_prefix(store).ok()) {
                // The folder it is in is another one: there it is put.
                Some(within) => {
                    let path = trusted.join(within);
                    fs::create_dir_all(path.parent().unwrap_or(&trusted))?;
                    fs::write(path, &pem)?;
                }
                None => covered.put(&path, bundle.clone()),
            }
        }
    }
    Ok(covered.mounts())
}

/// What is covered, by what.
#[derive(Default)]
struct Covered(BTreeMap<PathBuf, PathBuf>);

impl Covered {
    /// Does nothing where nothing is there: a file cannot be put where there is none.
    fn put(&mut self, target: impl AsRef<Path>, source: PathBuf) {
        if let Ok(target) = target.as_ref().canonicalize() {
            self.0.insert(target, source);
        }
    }

    fn mounts(self) -> Vec<Mount> {
        self.0
            .into_iter()
            .map(|(target, source)| Mount { target: target.into(), source: source.into() })
            .collect()
    }
}

/// The same services, but for hosts: files, then the name server. All others may ask somebody outside.
fn name_services(text: &str) -> String {
    let others = text.lines().filter(|line| !line.trim_start().starts_with("hosts:"));
    others.chain(["hosts: files dns"]).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_looked_for_in_files_and_asked_of_the_name_server() {
        let text =
            "passwd: files sss\nhosts:  files mdns4_minimal [NOTFOUND=return] resolve dns\n# hosts: none\n";
        assert_eq!(name_services(text), "passwd: files sss\n# hosts: none\nhosts: files dns\n");
        assert_eq!(name_services(""), "hosts: files dns\n");
    }

    #[test]
    fn every_bundle_that_is_there_holds_our_authority() {
        let folder = tempfile::tempdir().unwrap();
        let (there, link) = (folder.path().join("cacert.pem"), folder.path().join("link.pem"));
        fs::write(&there, "others").unwrap();
        std::os::unix::fs::symlink(&there, &link).unwrap();
        let gone = folder.path().join("gone.pem");
        let authority = Authority::new().unwrap();
        let place = folder.path().join("prepared");
        fs::create_dir(&place).unwrap();
        let mounts = prepare(&place, &authority, &BTreeSet::from([there.clone(), link, gone])).unwrap();
        let of_folder: Vec<&Mount> =
            mounts.iter().filter(|it| Path::new(&it.target).starts_with(folder.path())).collect();
        let [mount] = of_folder.as_slice() else { panic!("one file: {of_folder:?}") };
        assert_eq!(Path::new(&mount.target), there.canonicalize().unwrap());
        assert_eq!(fs::read(&mount.source).unwrap(), fs::read(authority.certificate()).unwrap());
        assert_eq!(fs::read_to_string(&there).unwrap(), "others", "nothing is changed but in a sandbox");
    }
}
