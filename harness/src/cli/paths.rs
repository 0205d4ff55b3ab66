//! The connectors that the command line names, lists of them read.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The paths; in place of `@FILE` those that the file names.
///
/// # Errors
/// A list that cannot be read, or that names nothing.
pub(super) fn of(arguments: Vec<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for argument in arguments {
        match argument.to_str().and_then(|text| text.strip_prefix('@')) {
            Some(list) => paths.extend(listed(Path::new(list))?),
            None => paths.push(argument),
        }
    }
    Ok(paths)
}

/// What a list names: a path a line, seen from the current folder as if it were typed; `#` begins a comment line.
fn listed(list: &Path) -> Result<Vec<PathBuf>, Error> {
    let text =
        std::fs::read_to_string(list).map_err(|source| Error::Read { path: list.to_owned(), source })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let paths: Vec<PathBuf> = lines.map(PathBuf::from).collect();
    if paths.is_empty() {
        let why = "it names no connector: want a path a line".to_owned();
        return Err(Error::Settings { path: list.to_owned(), why });
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stands_for_what_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        std::fs::write(&list, "# ours\n\n  a/b \r\nc # d\n").unwrap();
        let at = PathBuf::from(format!("@{}", list.display()));
        let wanted = ["x", "a/b", "c # d"].map(PathBuf::from);
        assert_eq!(of(vec![PathBuf::from("x"), at.clone()]).unwrap(), wanted);
        std::fs::write(&list, "# none\n").unwrap();
        assert!(of(vec![at]).unwrap_err().to_string().contains("names no connector"));
    }
}
