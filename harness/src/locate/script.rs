//! The scripts that a Python project says it installs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::convention::Place;
use crate::error::Error;
use crate::toml_file;

/// What a project says of its scripts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scripts {
    /// The file that says it.
    pub(super) file: &'static str,
    /// The project's name, where it is said.
    pub(super) project: Option<String>,
    /// The names of the scripts, and the `module:function` that each calls.
    pub(super) functions: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct PyProject {
    project: Option<Project>,
    #[serde(default)]
    tool: Tools,
}

#[derive(Deserialize)]
struct Project {
    name: Option<String>,
    #[serde(default)]
    scripts: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct Tools {
    poetry: Option<Poetry>,
}

#[derive(Deserialize)]
struct Poetry {
    name: Option<String>,
    #[serde(default)]
    scripts: BTreeMap<String, PoetryScript>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum PoetryScript {
    Function(String),
    Table { reference: Option<String>, callable: Option<String> },
    Other(IgnoredAny),
}

impl Scripts {
    /// Those of the first file that names any; `None` where there is none of the files.
    pub(super) fn of(place: &Place<'_>) -> Result<Option<Scripts>, Error> {
        let mut first = None;
        for file in ["pyproject.toml", "setup.cfg", "setup.py"] {
            let Some(text) = place.read(file)? else { continue };
            let read = match file {
                "pyproject.toml" => pyproject(place, &text)?,
                "setup.cfg" => setup_cfg(&text),
                _ => setup_py(&text),
            };
            let scripts = Scripts { file, ..read };
            if !scripts.functions.is_empty() {
                return Ok(Some(scripts));
            }
            first.get_or_insert(scripts);
        }
        Ok(first)
    }
}

fn pyproject(place: &Place<'_>, text: &str) -> Result<Scripts, Error> {
    let PyProject { project, tool } = toml_file::parse(text, &place.root.join("pyproject.toml"))?;
    let mut found = Scripts::default();
    if let Some(poetry) = tool.poetry {
        found.project = poetry.name;
        let called = |script| match script {
            PoetryScript::Function(function) => function,
            PoetryScript::Table { reference, callable } => reference.or(callable).unwrap_or_default(),
            PoetryScript::Other(_) => String::new(),
        };
        found.functions.extend(poetry.scripts.into_iter().map(|(name, script)| (name, called(script))));
    }
    if let Some(project) = project {
        found.project = project.name.or(found.project);
        found.functions.extend(project.scripts);
    }
    Ok(found)
}

/// `console_scripts` of `[options.entry_points]`: a line each, indented.
fn setup_cfg(text: &str) -> Scripts {
    let mut found = Scripts::default();
    let (mut section, mut key) = ("", "");
    for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end().trim_end_matches(']').trim();
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if !indented {
            key = name;
        }
        match (section, key, indented) {
            ("metadata", "name", false) => found.project = Some(value.to_owned()),
            ("options.entry_points", "console_scripts", true) => {
                found.functions.insert(name.to_owned(), value.to_owned());
            }
            _ => {}
        }
    }
    found
}

/// The texts in the list that follows `console_scripts`. What is put together when it runs is not seen.
fn setup_py(text: &str) -> Scripts {
    let list = text.split_once("console_scripts").and_then(|(_, rest)| rest.split_once('['));
    let list = list.and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
    let quoted = list.split(['"', '\'']).skip(1).step_by(2);
    let scripts = quoted.filter_map(|script| script.split_once('='));
    let scripts = scripts.map(|(name, called)| (name.trim().to_owned(), called.trim().to_owned()));
    Scripts { functions: scripts.collect(), ..Scripts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::sketch::Sketch;

    fn scripts(file: &str, text: &str) -> Option<Scripts> {
        let sketch = Sketch::new();
        sketch.file(file, text).with(&sketch.surroundings(), Scripts::of).unwrap()
    }

    #[test]
    fn every_file_says_it_in_its_own_way() {
        for (file, text) in [
            ("pyproject.toml", "[project]\nname = \"p\"\n[project.scripts]\nsource-x = \"source_x.run:run\""),
            (
                "pyproject.toml",
                "[tool.poetry]\nname = \"p\"\n[tool.poetry.scripts]\nsource-x = \"source_x.run:run\"",
            ),
            (
                "pyproject.toml",
                "[tool.poetry]\nname = \"p\"\n[tool.poetry.scripts.source-x]\nreference = \"source_x.run:run\"\ntype = \"console\"",
            ),
            (
                "setup.cfg",
                "[metadata]\nname = p\n[options.entry_points]\n# c\nconsole_scripts =\n    source-x = source_x.run:run\nother =\n  a = b",
            ),
        ] {
            let found = scripts(file, text).unwrap();
            assert_eq!(found.project.as_deref(), Some("p"), "{text}");
            let wanted = BTreeMap::from([("source-x".to_owned(), "source_x.run:run".to_owned())]);
            assert_eq!(found.functions, wanted, "{text}");
        }
        let text = "setup(\n    name='p',\n    entry_points={\n        'console_scripts': [\n            \
                    'source-x=source_x.run:run',\n            \"other = o:o\",\n        ],\n    },\n)";
        let found = scripts("setup.py", text).unwrap();
        assert_eq!(found.functions["source-x"], "source_x.run:run");
        assert_eq!(found.functions["other"], "o:o");
    }

    #[test]
    fn a_file_without_scripts_leaves_it_to_the_next() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", "[tool.black]\n").file("setup.py", "setup(console_scripts=['a=b:c'])");
        let found = sketch.with(&sketch.surroundings(), Scripts::of).unwrap().unwrap();
        assert_eq!((found.file, found.functions.len()), ("setup.py", 1));
        let none = scripts("setup.py", "from setuptools import setup\nsetup()").unwrap();
        assert_eq!((none.file, none.functions.len()), ("setup.py", 0));
        assert_eq!(scripts("readme.md", ""), None);
    }

    #[test]
    fn a_broken_file_is_named_with_line_and_key() {
        let sketch = Sketch::new();
        let error = sketch.file("pyproject.toml", "[project]\nname = \"p\"\nscripts = \"run\"").fault();
        assert!(error.contains("pyproject.toml:3: project.scripts: "), "{error}");
        let sketch = Sketch::new();
        let error = sketch.file("pyproject.toml", "[project\n").fault();
        assert!(error.contains("pyproject.toml:1: "), "{error}");
    }
}
