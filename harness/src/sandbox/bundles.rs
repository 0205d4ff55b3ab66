//! The files of certificates that the packages of an interpreter bring along, whatever the system trusts.
//!
//! They are looked for where the connector's program leads: its own prefix, that of its interpreter, the environments
//! beside it, and the prefixes of PATH.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What they are called: certifi and botocore, httplib2, stripe, grpc.
const FILES: &[&str] = &["cacert.pem", "cacerts.txt", "ca-certificates.crt", "roots.pem"];
/// Where a package may have one, beside its own folder.
const DEPTHS: &[&str] = &["_cython/_credentials", "_vendor/certifi", "certs", "data", "vendor/certifi"];
/// Where OpenSSL looks that was built for a prefix.
const OF_PREFIX: &[&str] = &["ssl/cacert.pem", "ssl/cert.pem", "etc/ssl/cert.pem", "etc/openssl/cert.pem"];
/// How much of a script is read, and how many programs are followed.
const SCRIPT: u64 = 64 * 1024;
const PROGRAMS: usize = 32;
/// The most folders of packages that are gone through, and entries of each.
const FOLDERS: usize = 64;
const ENTRIES: usize = 5_000;

/// What is run, and where.
pub(crate) struct Program<'a> {
    pub(crate) words: &'a [String],
    pub(crate) folder: &'a Path,
    /// The `PATH` that it is looked for on.
    pub(crate) path: OsString,
    /// The `PYTHONPATH` that it is given.
    pub(crate) python_path: OsString,
    /// The folder of its user.
    pub(crate) home: Option<PathBuf>,
}

/// The bundles that `program` may come to load.
pub(super) fn find(program: &Program<'_>) -> BTreeSet<PathBuf> {
    let prefixes = prefixes(program);
    let mut found = BTreeSet::new();
    let mut packages: BTreeSet<PathBuf> = std::env::split_paths(&program.python_path).collect();
    for prefix in &prefixes {
        found.extend(OF_PREFIX.iter().map(|file| prefix.join(file)).filter(|file| file.is_file()));
        for library in ["lib", "lib64", "local/lib"] {
            for interpreter in entries(&prefix.join(library)) {
                if interpreter.file_name().is_some_and(|name| name.to_string_lossy().starts_with("python")) {
                    packages.extend([interpreter.join("site-packages"), interpreter.join("dist-packages")]);
                }
            }
        }
    }
    let real: BTreeSet<PathBuf> = packages.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
    for package in real.iter().take(FOLDERS).flat_map(|folder| entries(folder)) {
        let folders = std::iter::once(package.clone()).chain(DEPTHS.iter().map(|depth| package.join(depth)));
        for folder in folders.filter(|folder| folder.is_dir()) {
            found.extend(FILES.iter().map(|file| folder.join(file)).filter(|file| file.is_file()));
        }
    }
    found
}

/// The folders above `bin` of whatever may be run.
fn prefixes(program: &Program<'_>) -> BTreeSet<PathBuf> {
    let mut prefixes = BTreeSet::new();
    let path: Vec<PathBuf> =
        std::env::split_paths(&program.path).filter(|folder| folder.is_absolute()).collect();
    for folder in &path {
        prefixes.extend(folder.parent().map(Path::to_owned));
        // pyenv and asdf: a folder of programs that choose among versions.
        if folder.ends_with("shims") {
            let versions = folder.parent().into_iter().flat_map(|parent| {
                entries(&parent.join("versions")).into_iter().chain(entries(&parent.join("installs/python")))
            });
            prefixes.extend(versions);
        }
    }
    let mut programs: Vec<PathBuf> =
        program.words.iter().filter_map(|word| look_up(word, program, &path)).collect();
    let mut place = 0;
    while place < programs.len() && programs.len() < PROGRAMS {
        let named = named_by(&programs[place], program, &path);
        programs.extend(named.into_iter().filter(|file| !programs.contains(file)).collect::<Vec<_>>());
        place += 1;
    }
    for program in programs {
        // As it is named: in a virtual environment the interpreter is a link out of it. And what it is.
        let real = program.canonicalize().ok();
        prefixes.extend(
            [Some(program), real]
                .into_iter()
                .flatten()
                .filter_map(|it| Some(it.parent()?.parent()?.to_owned())),
        );
    }
    let beside = [Some(program.folder), program.folder.parent()].into_iter().flatten();
    prefixes.extend(beside.flat_map(entries).filter(|folder| folder.join("pyvenv.cfg").is_file()));
    prefixes.extend(program.home.iter().map(|home| home.join(".local")));
    // Above /bin, and above what has no folder.
    prefixes.remove(Path::new("/"));
    prefixes.remove(Path::new(""));
    prefixes
}

/// The file that a word of the command names, if it does.
fn look_up(word: &str, program: &Program<'_>, path: &[PathBuf]) -> Option<PathBuf> {
    let here = program.folder.join(word);
    if here.is_file() {
        return Some(here);
    }
    let on_path = || path.iter().map(|folder| folder.join(word)).find(|file| file.is_file());
    if word.contains('/') || word.starts_with('-') { None } else { on_path() }
}

/// The programs that a script names: what runs it, by its first line, and what it may run itself, such as the interpreter
/// of an environment by its path.
fn named_by(file: &Path, program: &Program<'_>, path: &[PathBuf]) -> Vec<PathBuf> {
    let mut text = Vec::new();
    let read = File::open(file).and_then(|file| file.take(SCRIPT).read_to_end(&mut text));
    if read.is_err() || !text.starts_with(b"#!") {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&text);
    let (first, rest) = text[2..].split_once('\n').unwrap_or((&text[2..], ""));
    let words = first.split_ascii_whitespace();
    let interpreter = words.filter(|word| !word.ends_with("/env") && !word.starts_with('-')).take(1);
    let words = rest.split(|character: char| character.is_whitespace() || "\"'`=;:()$".contains(character));
    let programs = words.filter(|word| word.contains("bin/"));
    interpreter.chain(programs).take(PROGRAMS).filter_map(|word| look_up(word, program, path)).collect()
}

/// What is in a folder, where there is one.
fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().take(ENTRIES).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_found_where_the_program_leads() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let touch = |file: &str, text: &str| {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            file
        };
        let wanted = BTreeSet::from([
            touch("tool/lib/python3.12/site-packages/certifi/cacert.pem", ""),
            touch("tool/lib/python3.12/site-packages/stripe/data/ca-certificates.crt", ""),
            touch("tool/lib/python3.12/site-packages/grpc/_cython/_credentials/roots.pem", ""),
            touch("connector/.venv/lib/python3.12/site-packages/httplib2/cacerts.txt", ""),
            touch("pyenv/versions/3.11/lib/python3.11/site-packages/pip/_vendor/certifi/cacert.pem", ""),
            touch("conda/ssl/cacert.pem", ""),
            touch("path/botocore/cacert.pem", ""),
        ]);
        touch("tool/lib/python3.12/site-packages/certifi/other.pem", "");
        touch("connector/.venv/pyvenv.cfg", "");
        let python = touch("tool/bin/python3", "").display().to_string();
        touch("pyenv/shims/python", "");
        touch("conda/bin/tool", "");
        touch("connector/main.py", &format!("#!{python} -I\n"));
        let find = |words: &[&str], path: &str| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found = find(&Program {
                words: &words,
                folder: &root.join("connector"),
                path: path.replace("ROOT", &root.display().to_string()).into(),
                python_path: root.join("path").into(),
                home: None,
            });
            // What runs the script may be the system's.
            found.into_iter().filter(|file| file.starts_with(&root)).collect::<BTreeSet<_>>()
        };
        let path = "ROOT/pyenv/shims:ROOT/conda/bin";
        assert_eq!(find(&["./main.py"], path), wanted, "by its first line");
        assert_eq!(find(&[&python, "main.py"], path), wanted, "by its name");
        assert_eq!(find(&["python3"], &format!("ROOT/tool/bin:{path}")), wanted, "on the path");
        touch("connector/run.sh", "#!/bin/sh\nPYTHON=../tool/bin/python3\nexec \"$PYTHON\" main.py\n");
        assert_eq!(find(&["./run.sh"], path), wanted, "by a script that runs it");
        assert_eq!(find(&["nobody"], "").len(), 2);
    }
}
