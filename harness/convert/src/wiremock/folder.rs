use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use url::Url;

use super::{Stub, mappings, order, stub};
use crate::entry::Entry;
use crate::flaw::Flaw;
use crate::note::Notes;

/// The deepest folder below `mappings` that is looked into.
const DEPTH: usize = 16;

/// Why a folder was not imported.
pub(crate) enum Unread {
    Flaw(Flaw),
    File(PathBuf, io::Error),
}

impl From<Flaw> for Unread {
    fn from(flaw: Flaw) -> Unread {
        Unread::Flaw(flaw)
    }
}

/// Where bodies stand that a mapping names by their file.
pub(super) struct BodyFiles(Option<PathBuf>);

impl BodyFiles {
    /// Those of a mapping file.
    pub(super) fn beside(mapping: &Path) -> BodyFiles {
        let folder = mapping.parent().unwrap_or(Path::new(""));
        BodyFiles::around(folder)
    }

    fn around(folder: &Path) -> BodyFiles {
        let places = [folder.join("__files"), folder.join("..").join("__files")];
        BodyFiles(places.into_iter().find(|place| place.is_dir()))
    }

    /// The error says what was wanted, and quotes nothing.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !plain {
            return Err("wanted a path within the folder `__files`".to_owned());
        }
        let folder = self
            .0
            .as_deref()
            .ok_or("wanted a folder `__files` beside the mapping or the folder of mappings")?;
        fs::read(folder.join(name)).map_err(|error| format!("cannot read {name} in `__files`: {error}"))
    }
}

/// The mappings of a folder that holds `mappings`, or of that folder itself, in the order of their names.
pub(crate) fn in_folder(folder: &Path, base: Option<&Url>, notes: &mut Notes) -> Result<Vec<Entry>, Unread> {
    let below = folder.join("mappings");
    let root = if below.is_dir() { below } else { folder.to_owned() };
    let mut paths = Vec::new();
    find(&root, DEPTH, &mut paths)?;
    if paths.is_empty() {
        return Err(
            Flaw::of_file("wanted a folder `mappings` with files that end in .json, found none").into()
        );
    }
    let files = BodyFiles::around(&root);
    let mut stubs: Vec<Stub> = Vec::new();
    for path in paths {
        let label = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let bytes = fs::read(&path).map_err(|error| Unread::File(path.clone(), error))?;
        let text = String::from_utf8(bytes).map_err(|_| Flaw::at(&label, "", "wanted UTF-8 text"))?;
        let all = mappings(&label, text.trim_start_matches('\u{feff}'))?;
        let several = all.len() > 1;
        for (place, mapping) in all.into_iter().enumerate() {
            let label = if several { format!("{} of {label}", place + 1) } else { label.clone() };
            stubs.extend(stub(&label, mapping, base, &files, notes)?);
        }
    }
    Ok(order::in_order(stubs, notes))
}

fn find(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Unread> {
    let unread = |error| Unread::File(folder.to_owned(), error);
    let mut found = fs::read_dir(folder).map_err(unread)?.collect::<Result<Vec<_>, _>>().map_err(unread)?;
    found.sort_by_key(fs::DirEntry::file_name);
    for file in found {
        let path = file.path();
        // Of a link it says that it is one, so that no folder is gone through twice.
        let kind = file.file_type().map_err(unread)?;
        if kind.is_dir() && depth > 0 {
            find(&path, depth - 1, paths)?;
        } else if !kind.is_dir() && path.extension().is_some_and(|it| it == "json") {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(folder: &Path) -> Result<Vec<Entry>, String> {
        let base = Url::parse("https://a.test").unwrap();
        in_folder(folder, Some(&base), &mut Notes::default()).map_err(|unread| match unread {
            Unread::Flaw(flaw) => format!("{}{}", flaw.place, flaw.reason),
            Unread::File(path, error) => format!("{}: {error}", path.display()),
        })
    }

    #[test]
    fn a_folder_is_read_with_its_bodies_and_no_file_outside_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let mapping = |body: &str| {
            format!(
                r#"{{"request": {{"method": "GET", "url": "/{body}"}}, "response": {{"bodyFileName": "{body}"}}}}"#
            )
        };
        let at = |path: &str| folder.path().join(path);
        assert!(import(folder.path()).unwrap_err().starts_with("wanted a folder `mappings`"));
        fs::create_dir_all(at("mappings/b")).unwrap();
        fs::create_dir_all(at("__files/sub")).unwrap();
        fs::write(at("mappings/b/1.json"), mapping("sub/x.txt")).unwrap();
        fs::write(
            at("mappings/a.json"),
            format!(r#"{{"mappings": [{}, {}]}}"#, mapping("y"), mapping("sub/x.txt?")),
        )
        .unwrap();
        fs::write(at("mappings/readme.txt"), "no mapping").unwrap();
        fs::write(at("__files/sub/x.txt"), "x").unwrap();
        fs::write(at("__files/y"), "y").unwrap();
        fs::write(at("secret"), "canary").unwrap();
        assert!(
            import(folder.path())
                .unwrap_err()
                .starts_with("entry 2 of a.json: response.bodyFileName: cannot read")
        );
        fs::write(at("mappings/a.json"), mapping("y")).unwrap();
        for given in [folder.path().to_owned(), at("mappings")] {
            let bodies: Vec<_> =
                import(&given).unwrap().into_iter().map(|entry| (entry.label, entry.response.body)).collect();
            assert_eq!(
                bodies,
                [("a.json".to_owned(), b"y".to_vec()), ("b/1.json".to_owned(), b"x".to_vec())]
            );
        }
        fs::write(at("mappings/a.json"), mapping("../secret")).unwrap();
        assert_eq!(
            import(folder.path()).unwrap_err(),
            "entry a.json: response.bodyFileName: wanted a path within the folder `__files`"
        );
        fs::write(at("mappings/a.json"), r#"{"mappings": [{}, 1]}"#).unwrap();
        assert!(
            import(folder.path()).unwrap_err().starts_with("entry a.json: entry 2: invalid type: integer")
        );
    }
}
