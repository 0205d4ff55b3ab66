use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use connector_replay::{Body, BodyFile, Tape};

use super::aside::{self, FOLDER};
use crate::Error;

/// Writes a tape in the place of the cassette at `path`: the same tape as the same bytes.
///
/// The files of bodies come first, and the cassette in one rename at the end, so that whatever happens between, the old
/// cassette is there with all its bodies, or the new one. Files of bodies that no cassette in the folder names any more are
/// removed then, where their names are as [`assemble`](super::assemble) gives them.
///
/// # Errors
/// [`Error::WriteCassette`], which leaves the old cassette; [`Error::RemoveBody`], which leaves the new one and a file too
/// many.
pub fn write(tape: &Tape, path: &Path) -> Result<(), Error> {
    write_in_steps(tape, path, &mut || Ok(()))
}

/// Puts bytes in the place of the file at `path`, wholly or not at all. Who may read it stays as it was.
///
/// # Errors
/// Those of the system; what was there before is still there.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, &mut |to| to.write_all(bytes), &mut || Ok(()))
}

/// `step` is asked before each change of the disk whether it can be made.
fn write_in_steps(tape: &Tape, path: &Path, step: &mut dyn FnMut() -> io::Result<()>) -> Result<(), Error> {
    let wrong = |path: &Path| {
        let path = path.to_owned();
        |source| Error::WriteCassette { path, source }
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    for file in files(tape) {
        let path = folder.join(file.path());
        // What is there already stays as it is, its time too.
        if !fs::read(&path).is_ok_and(|bytes| bytes == *file.bytes()) {
            replace(&path, &mut |to| to.write_all(file.bytes()), step).map_err(wrong(&path))?;
        }
    }
    replace(path, &mut |to| tape.write_to(BufWriter::new(to)), step).map_err(wrong(path))?;
    for path in unnamed(folder) {
        let removed = step().and_then(|()| fs::remove_file(&path));
        removed.map_err(|source| Error::RemoveBody { path, source })?;
    }
    Ok(())
}

fn files(tape: &Tape) -> impl Iterator<Item = &BodyFile> {
    let bodies = tape.interactions.iter().flat_map(|it| [&it.request.body, &it.response.body]);
    bodies.filter_map(|body| match body {
        Some(Body::File(file)) => Some(file),
        _ => None,
    })
}

/// Puts what `write` writes at a path so that at any time either all of it is there or what was there before.
fn replace(
    path: &Path,
    write: &mut dyn FnMut(&mut File) -> io::Result<()>,
    step: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    step()?;
    fs::create_dir_all(folder)?;
    step()?;
    let mut file = new_file(folder)?;
    if let Ok(old) = fs::metadata(path) {
        // Before there is anything in it: what stood there may have been for its owner alone.
        file.as_file().set_permissions(old.permissions())?;
    }
    step()?;
    write(file.as_file_mut())?;
    step()?;
    file.as_file().sync_all()?;
    step()?;
    file.persist(path)?;
    // So that the new name is there after a loss of power; some systems cannot, and lose no more than that.
    if let Ok(folder) = File::open(folder) {
        let _unsupported = folder.sync_all();
    }
    Ok(())
}

/// To be read by whoever may read what people create here, not by its owner alone.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cassette-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The files of bodies that we named and that no cassette in the folder does. There may be several.
fn unnamed(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> io::Result<BTreeSet<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
    };
    let named = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(aside::is_ours);
    let Ok(bodies) = list(&folder.join(FOLDER)) else { return Vec::new() };
    let mut bodies: Vec<PathBuf> = bodies.into_iter().filter(named).collect();
    if bodies.is_empty() {
        return bodies;
    }
    let cassettes = list(folder).and_then(|all| {
        let cassettes = all.into_iter().filter(|path| path.extension().is_some_and(|it| it == "json"));
        cassettes.map(fs::read).collect::<io::Result<Vec<_>>>()
    });
    // One that cannot be read may name any.
    let Ok(cassettes) = cassettes else { return Vec::new() };
    bodies.retain(|path| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        !cassettes.iter().any(|text| text.windows(name.len()).any(|part| part == name))
    });
    bodies
}

#[cfg(test)]
mod tests {
    use super::super::tests::interaction;
    use super::*;

    /// A tape with a large body of these letters, and one in a file that a person named.
    fn tape(letter: char) -> Tape {
        let mut large = interaction("/large", &format!("[\"{}\"]", letter.to_string().repeat(70_000)));
        aside::put_aside(&mut large);
        let mut small = interaction("/small", "1");
        small.response.body = Some(Body::File(BodyFile::new("bodies/mine.txt", "mine").unwrap()));
        Tape::new(vec![large, small, interaction("/", &format!("\"{letter}\""))])
    }

    fn all_of(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = [folder.to_owned(), folder.join(FOLDER)]
            .iter()
            .flat_map(|folder| fs::read_dir(folder).into_iter().flatten())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn body_of(tape: &Tape) -> String {
        files(tape).next().unwrap().path().strip_prefix("bodies/").unwrap().to_owned()
    }

    /// As it reads from the disk, bodies included.
    fn contents(path: &Path) -> (String, Vec<Vec<u8>>) {
        let tape = Tape::load(path).unwrap();
        (tape.to_json().unwrap(), files(&tape).map(|file| file.bytes().to_vec()).collect())
    }

    #[test]
    fn a_tape_is_written_with_its_bodies_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/cassette.json");
        write(&tape('a'), &path).unwrap();
        assert_eq!(contents(&path).0, tape('a').to_json().unwrap());
        assert_eq!(
            all_of(path.parent().unwrap()),
            [&*body_of(&tape('a')), "bodies", "cassette.json", "mine.txt"]
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let beside = folder.path().join("beside");
            fs::write(&beside, "").unwrap();
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&path), mode(&beside), "others may read it as they may what people create");
        }
    }

    #[test]
    fn bodies_that_no_cassette_names_any_more_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cassette.json");
        write(&tape('a'), &path).unwrap();
        write(&tape('b'), &folder.path().join("other.json")).unwrap();
        for name in ["bodies/users.json", "bodies/0123456789abcdef.csv", "notes.md"] {
            fs::write(folder.path().join(name), "kept").unwrap();
        }
        fs::write(folder.path().join("bodies/0123456789abcdef.json"), "left by a crash").unwrap();
        write(&tape('c'), &path).unwrap();
        let mut wanted = [
            "cassette.json",
            "other.json",
            "bodies",
            "notes.md",
            "users.json",
            "mine.txt",
            "0123456789abcdef.csv",
        ]
        .map(str::to_owned)
        .to_vec();
        wanted.extend([body_of(&tape('b')), body_of(&tape('c'))]);
        wanted.sort();
        assert_eq!(all_of(folder.path()), wanted);
    }

    #[test]
    fn a_cassette_is_replaced_and_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (path, old) = (folder.path().join("cassette.json"), folder.path().join("old"));
        write(&tape('a'), &path).unwrap();
        fs::hard_link(&path, &old).unwrap();
        write(&tape('b'), &path).unwrap();
        assert_eq!(fs::read_to_string(old).unwrap(), tape('a').to_json().unwrap());
    }

    #[test]
    fn whichever_step_fails_the_old_cassette_or_the_new_one_is_whole() {
        let (mut failed, mut outcomes) = (0, BTreeSet::new());
        loop {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("cassette.json");
            write(&tape('a'), &path).unwrap();
            let before = contents(&path);
            let mut steps = 0;
            let result = write_in_steps(&tape('b'), &path, &mut || {
                steps += 1;
                if steps > failed { Err(io::Error::other("the disk is full")) } else { Ok(()) }
            });
            let after = contents(&path);
            assert!(all_of(folder.path()).iter().all(|name| !name.starts_with('.')), "half written");
            match result {
                Err(Error::WriteCassette { path, .. }) => {
                    assert_eq!(after, before, "after {failed} steps");
                    outcomes.insert(path.file_name().unwrap().to_owned());
                }
                Err(error) => {
                    assert!(error.to_string().contains(&body_of(&tape('a'))), "{error}");
                    assert_eq!(after.0, tape('b').to_json().unwrap(), "after {failed} steps");
                }
                Ok(()) => break,
            }
            failed += 1;
        }
        assert_eq!(failed, 11, "five for the body, five for the cassette, one to remove the old body");
        assert_eq!(outcomes, ["cassette.json".to_owned(), body_of(&tape('b'))].map(Into::into).into());
    }

    #[cfg(unix)]
    #[test]
    fn what_was_for_its_owner_alone_stays_so() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        replace_file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_error_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let path = folder.path().join("file/cassette.json");
        let error = write(&tape('a'), &path).unwrap_err().to_string();
        assert!(error.starts_with("write ") && error.contains("file/"), "{error}");
        assert!(error.contains("bodies/"), "{error}");
    }
}
