//! The connectors that the command line names, and what each is called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::error::Error;
use crate::locate::{Connector, Hints, locate};

/// What stands at a path: a connector, or why there is none.
#[derive(Debug)]
pub struct Candidate {
    /// As it was given, `./` and what else is idle left out.
    pub path: PathBuf,
    /// Its name: that of its folder or file, with those of the folders above it where several would share it.
    pub name: String,
    /// The connector.
    pub found: Result<Connector, Error>,
}

impl Candidate {
    /// A connector that was found at `path`.
    pub fn new(path: &Path, connector: Connector) -> Self {
        Candidate { path: plain(path), name: connector.name.clone(), found: Ok(connector) }
    }

    /// Looks at all `paths`, one after the other, since some have to be built. A path that is given twice is looked at
    /// once.
    pub fn at(paths: &[PathBuf], hints: &Hints) -> Vec<Self> {
        let mut known = BTreeSet::new();
        let mut all: Vec<(PathBuf, Self)> = Vec::new();
        for path in paths {
            let absolute = absolute(path);
            if known.insert(absolute.clone()) {
                let found = locate(path, hints);
                let name = match &found {
                    Ok(connector) => connector.name.clone(),
                    Err(_) => last(&absolute, 1),
                };
                all.push((absolute, Candidate { path: plain(path), name, found }));
            }
        }
        name_apart(&mut all);
        all.into_iter().map(|(_, candidate)| candidate).collect()
    }

    fn call(&mut self, name: String) {
        if let Ok(connector) = &mut self.found {
            connector.name.clone_from(&name);
        }
        self.name = name;
    }
}

/// Gives those that share a name as many of the folders above them as tell them apart.
fn name_apart(all: &mut [(PathBuf, Candidate)]) {
    let mut depth = 1;
    loop {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for (_, candidate) in &*all {
            *times.entry(candidate.name.clone()).or_default() += 1;
        }
        let mut longer = false;
        depth += 1;
        for (absolute, candidate) in &mut *all {
            let name = last(absolute, depth);
            if times[&candidate.name] > 1 && name != candidate.name {
                candidate.call(name);
                longer = true;
            }
        }
        // Paths differ, so that in the end their whole texts do.
        if !longer {
            return;
        }
    }
}

/// The last `count` parts of a path.
fn last(path: &Path, count: usize) -> String {
    let parts: Vec<String> = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts[parts.len().saturating_sub(count)..].join("/")
}

/// Where a path leads. A link to a program is taken by its own name: programs of many names go by it.
fn absolute(path: &Path) -> PathBuf {
    let plain = plain(path);
    let (folder, name) = match (path.is_dir(), path.parent(), path.file_name()) {
        (true, _, _) => (path, None),
        (false, Some(folder), Some(name)) if folder.as_os_str().is_empty() => (Path::new("."), Some(name)),
        (false, Some(folder), Some(name)) => (folder, Some(name)),
        _ => return plain,
    };
    let Ok(folder) = folder.canonicalize() else { return plain };
    name.map_or(folder.clone(), |name| folder.join(name))
}

/// A path without `./`.
fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = paths.iter().map(|path| folder.path().join(path)).collect();
        for path in &paths {
            std::fs::create_dir_all(path).unwrap();
            std::fs::write(path.join("harness.toml"), "command = [\"true\"]").unwrap();
        }
        let all = Candidate::at(&paths, &Hints::default());
        for candidate in &all {
            assert_eq!(candidate.found.as_ref().unwrap().name, candidate.name);
        }
        all.into_iter().map(|candidate| candidate.name).collect()
    }

    #[test]
    fn a_name_is_as_long_as_it_takes_to_tell_connectors_apart() {
        assert_eq!(names(&["a/x", "a/y"]), ["x", "y"]);
        assert_eq!(names(&["a/x", "b/x", "b/y"]), ["a/x", "b/x", "y"]);
        assert_eq!(names(&["a/c/x", "b/c/x", "d/x"]), ["a/c/x", "b/c/x", "d/x"]);
        assert_eq!(names(&["a/x", "a/./x", "a/x/"]), ["x"], "one path is looked at once");
    }

    #[test]
    fn where_there_is_none_it_is_called_by_its_path() {
        let all = Candidate::at(&[PathBuf::from("./no/where")], &Hints::default());
        assert_eq!((all[0].name.as_str(), all[0].path.to_str()), ("where", Some("no/where")));
        assert!(all[0].found.is_err());
    }
}
