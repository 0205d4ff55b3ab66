//! Which programs are scripts in Python.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::Program;

/// How much of a file is looked at: two lines of the longest paths.
const START: u64 = 1024;

/// Whether the program is a script in Python, or an interpreter that is given one.
pub(super) fn is_python(program: &Program<'_>) -> bool {
    let Some(word) = program.words.first() else { return false };
    let Some(file) = find(word, program) else { return false };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with("python") {
        // Other options may mean anything.
        return program.words.get(1).is_some_and(|word| match word.as_str() {
            "-c" | "-m" => program.words.len() > 2,
            script => !script.starts_with('-') && program.folder.join(script).is_file(),
        });
    }
    first_line(&file).is_some_and(|line| line.contains("python"))
}

fn find(word: &str, program: &Program<'_>) -> Option<PathBuf> {
    if word.contains('/') {
        return Some(program.folder.join(word));
    }
    std::env::split_paths(&program.path).map(|folder| folder.join(word)).find(|file| file.is_file())
}

/// What runs it, where it says so itself. (pip has `/bin/sh` run an interpreter whose path is too long for a first line.)
fn first_line(file: &Path) -> Option<String> {
    let mut start = Vec::new();
    File::open(file).ok()?.take(START).read_to_end(&mut start).ok()?;
    let text = String::from_utf8_lossy(&start);
    let (first, rest) = text.strip_prefix("#!")?.split_once('\n')?;
    let by_shell = first.trim() == "/bin/sh" && rest.starts_with("'''exec' ");
    Some(if by_shell { rest.lines().next().unwrap_or_default() } else { first }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_known_by_what_runs_them() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("by-name", "#!/a/venv/bin/python3.11\nimport a\n");
        write("by-env", "#!/usr/bin/env python3\n");
        write("by-shell", "#!/bin/sh\n'''exec' \"/a long path/bin/python\" \"$0\" \"$@\"\n' '''\n");
        write("shell", "#!/bin/sh\nexec python main.py \"$@\"\n");
        write("binary", "\u{7f}ELF python\n");
        write("main.py", "import a\n");
        write("python3", "");
        let path = std::env::join_paths([folder.path()]).unwrap();
        for (words, expected) in [
            (&["by-name"][..], true),
            (&["./by-name"], true),
            (&["by-env"], true),
            (&["by-shell"], true),
            (&["python3", "main.py"], true),
            (&["python3", "-m", "main"], true),
            (&["python3", "-c", "1"], true),
            (&["python3", "-c"], false),
            (&["python3", "-u", "main.py"], false),
            (&["python3"], false),
            (&["shell"], false),
            (&["binary"], false),
            (&["absent"], false),
            (&[], false),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let program = Program {
                words: &words,
                folder: folder.path(),
                path: path.clone(),
                python_path: std::ffi::OsString::new(),
                home: None,
            };
            assert_eq!(is_python(&program), expected, "{words:?}");
        }
    }
}
