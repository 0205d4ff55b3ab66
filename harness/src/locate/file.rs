//! A connector that is given as a file: it is run itself, or by the interpreter that its name or first line asks for.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;

use super::convention::{Found, Place};
use super::surroundings::is_program;
use super::{manifest, node, venv};
use crate::error::Error;

/// How `file` is run, which lies in the place's folder.
pub(super) fn find(place: &Place<'_>, file: &Path) -> Result<Found, Error> {
    let itself = file.display().to_string();
    let ending = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    let first_line = first_line(file);
    let needs_interpreter = INTERPRETED.contains(&ending) && first_line.is_none();
    if is_program(file) && !needs_interpreter {
        return Ok(Found { command: vec![itself], why: "the file itself".to_owned() });
    }
    let by = |program: &str| match place.surroundings.first(&[program]) {
        Some(program) => Ok(vec![program]),
        None => Err(not_found(file, format!("there is no `{program}` on PATH to run it"))),
    };
    let (mut command, why) = match (ending, first_line) {
        ("py", _) => match venv::python(place) {
            Some((python, from)) => (vec![python], from),
            None => return Err(not_found(file, "there is no python3 on PATH to run it".to_owned())),
        },
        ("js" | "mjs" | "cjs", _) => match node::node(place) {
            Some(node) => (vec![node], "by Node".to_owned()),
            None => return Err(not_found(file, "there is no `node` on PATH to run it".to_owned())),
        },
        ("ts" | "mts" | "cts", _) => typescript(place, file)?,
        ("jar", _) => match place.surroundings.java() {
            Some(java) => (vec![java, "-jar".to_owned()], "by Java".to_owned()),
            None => {
                return Err(not_found(
                    file,
                    "there is no `java` in JAVA_HOME or on PATH to run it".to_owned(),
                ));
            }
        },
        ("yaml" | "yml", _) => return manifest::run(place, file),
        (_, Some(words)) => (words, "by what its first line names".to_owned()),
        ("sh", None) => (by("sh")?, "by sh".to_owned()),
        ("rb", None) => (by("ruby")?, "by Ruby".to_owned()),
        ("php", None) => (by("php")?, "by PHP".to_owned()),
        _ => {
            let why = format!(
                "it is not executable, and nothing tells what runs it: `chmod +x {itself}`, or say `command = \
                 [\"program\", \"argument\"]` in a harness.toml"
            );
            return Err(not_found(file, why));
        }
    };
    command.push(itself);
    Ok(Found { command, why })
}

/// Files that the system cannot run without a first line that says how, even where they are executable.
const INTERPRETED: &[&str] =
    &["cjs", "cts", "jar", "js", "mjs", "mts", "php", "py", "rb", "sh", "ts", "yaml", "yml"];

/// Whether the system runs it as a script.
pub(super) fn is_script(file: &Path) -> bool {
    is_program(file) && first_line(file).is_some()
}

/// The interpreter that the first line of a script names, and its argument if there is one.
pub(super) fn first_line(file: &Path) -> Option<Vec<String>> {
    let mut start = Vec::new();
    // As much as the systems look at, and a little more.
    std::fs::File::open(file).ok()?.take(1024).read_to_end(&mut start).ok()?;
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let line = line.trim();
    let (program, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    let words = [program, argument].into_iter().filter(|word| !word.is_empty()).map(str::to_owned);
    Some(words.collect()).filter(|words: &Vec<String>| !words.is_empty())
}

fn typescript(place: &Place<'_>, file: &Path) -> Result<(Vec<String>, String), Error> {
    for name in ["tsx", "ts-node"] {
        let installed = place.root.ancestors().map(|folder| folder.join("node_modules/.bin").join(name));
        if let Some(program) = installed.into_iter().find(|program| is_program(program)) {
            return Ok((vec![program.display().to_string()], format!("by {name} of node_modules")));
        }
    }
    let why = "it is TypeScript, and there is neither tsx nor ts-node in node_modules to run it: compile it and give \
               the JavaScript, or install one by `npm install --save-dev tsx`";
    Err(not_found(file, why.to_owned()))
}

fn not_found(file: &Path, why: String) -> Error {
    Error::NotFound { path: file.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::sketch::Sketch;

    fn found(sketch: &Sketch, name: &str) -> Result<Vec<String>, String> {
        let file = sketch.root().join(name);
        let found = sketch.with(&sketch.surroundings(), |place| find(place, &file));
        found.map(|found| found.command).map_err(|error| error.to_string())
    }

    #[test]
    fn an_executable_is_run_itself() {
        let sketch = Sketch::new();
        sketch.program("a").program("b.py").program("c.sh");
        for name in ["a", "b.py", "c.sh"] {
            assert_eq!(found(&sketch, name).unwrap(), [sketch.path(name)]);
        }
    }

    #[test]
    fn a_file_that_cannot_be_run_is_run_by_its_interpreter() {
        let sketch = Sketch::new();
        for name in ["python3", "node", "java", "sh", "ruby", "php"] {
            sketch.on_path(name);
        }
        for (name, program) in [
            ("a.py", &["python3"][..]),
            ("a.mjs", &["node"]),
            ("a.js", &["node"]),
            ("a.jar", &["java", "-jar"]),
            ("a.sh", &["sh"]),
            ("a.rb", &["ruby"]),
            ("a.php", &["php"]),
        ] {
            let wanted: Vec<String> =
                program.iter().map(|word| (*word).to_owned()).chain([sketch.path(name)]).collect();
            assert_eq!(found(sketch.file(name, "x"), name).unwrap(), wanted);
        }
        sketch.file("b", "#!/usr/bin/env  perl -w\nprint").file("c.sh", "#!/bin/bash\n");
        assert_eq!(found(&sketch, "b").unwrap(), ["/usr/bin/env", "perl -w", &sketch.path("b")]);
        assert_eq!(found(&sketch, "c.sh").unwrap(), ["/bin/bash", &sketch.path("c.sh")]);
        sketch.program(".venv/bin/python");
        assert_eq!(found(&sketch, "a.py").unwrap()[0], sketch.path(".venv/bin/python"));
        sketch.program("node_modules/.bin/tsx");
        let wanted = [sketch.path("node_modules/.bin/tsx"), sketch.path("a.ts")];
        assert_eq!(found(sketch.file("a.ts", ""), "a.ts").unwrap(), wanted);
    }

    #[test]
    fn what_nothing_runs_says_what_to_do() {
        let sketch = Sketch::new();
        for (name, wanted) in [
            ("a.py", "no python3 on PATH"),
            ("a.js", "no `node` on PATH"),
            ("a.ts", "npm install --save-dev tsx"),
            ("a.jar", "no `java` in JAVA_HOME or on PATH"),
            ("a.rb", "no `ruby` on PATH"),
            ("a.txt", "chmod +x"),
        ] {
            let error = found(sketch.file(name, "x"), name).unwrap_err();
            assert!(error.contains(wanted) && error.contains(name), "{error}");
        }
    }
}
