//! A connector that is a Node package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::convention::{Found, Place, Sighting, choose};
use super::file;
use crate::error::Error;

#[derive(Deserialize)]
struct Package {
    name: Option<String>,
    bin: Option<Bin>,
    main: Option<String>,
    #[serde(default)]
    scripts: BTreeMap<String, Value>,
    #[serde(default)]
    dependencies: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "want `bin` to be a path, or a table of names and paths")]
enum Bin {
    One(String),
    Several(BTreeMap<String, String>),
}

/// The program that the package names by `bin`, its `bin/main`, or its `main`.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    let Some(text) = place.read("package.json")? else { return Ok(Sighting::Nothing) };
    let path = place.root.join("package.json");
    let package: Package = serde_json::from_str(&text).map_err(|source| Error::Json { path, source })?;
    let Some((said, program)) = program(place, &package)? else {
        let npm = if package.scripts.contains_key("start") {
            " (of its script `start`: `command = [\"npm\", \"run\", \"--silent\", \"start\", \"--\"]`)"
        } else {
            ""
        };
        return Ok(Sighting::Unclear(format!("package.json has neither `bin` nor `main`{npm}")));
    };
    let Some(program) = resolve(&program) else {
        let build = if package.scripts.contains_key("build") { "npm ci && npm run build" } else { "npm ci" };
        let missing = place.relative(&program);
        let why = format!("{said} is {missing}, which is not there: build it by `{build}`");
        return Err(place.not_found(why));
    };
    let installed = |folder: &Path| folder.join("node_modules").is_dir() || folder.join(".pnp.cjs").is_file();
    if !package.dependencies.is_empty() && !place.root.ancestors().any(installed) {
        let why = "it is a Node package whose dependencies are not installed: there is no node_modules in its folder or \
                   above: install them by `npm ci`";
        return Err(place.not_found(why.to_owned()));
    }
    let command = if file::is_script(&program) {
        vec![program.display().to_string()]
    } else {
        let Some(node) = node(place) else {
            return Err(place.not_found("there is no `node` on PATH to run it: install Node.js".to_owned()));
        };
        vec![node, program.display().to_string()]
    };
    Ok(Sighting::Found(Found { command, why: said }))
}

/// How Node is called.
pub(super) fn node(place: &Place<'_>) -> Option<String> {
    place.surroundings.first(&["node", "nodejs"])
}

/// What is to be run, and which key says so.
fn program(place: &Place<'_>, package: &Package) -> Result<Option<(String, PathBuf)>, Error> {
    let from = |path: &str| place.root.join(path.trim_start_matches("./"));
    match &package.bin {
        Some(Bin::One(path)) => return Ok(Some(("`bin` of package.json".to_owned(), from(path)))),
        Some(Bin::Several(programs)) if !programs.is_empty() => {
            let names: Vec<&str> = programs.keys().map(String::as_str).collect();
            let folder = place.name();
            let called: Vec<&str> =
                package.name.iter().map(String::as_str).chain([folder.as_str()]).collect();
            let Some(name) = choose(&names, &called) else {
                let commands: Vec<_> =
                    programs.values().map(|path| vec!["node".to_owned(), path.clone()]).collect();
                return Err(place.several("`bin` of package.json names several programs", &commands));
            };
            return Ok(Some((format!("`bin.{name}` of package.json"), from(&programs[name]))));
        }
        _ => {}
    }
    // Packages that are libraries too start their command line from there.
    let main = place.root.join("bin/main");
    if main.is_file() {
        return Ok(Some(("bin/main of a Node package".to_owned(), main)));
    }
    Ok(package.main.as_deref().map(|path| ("`main` of package.json".to_owned(), from(path))))
}

/// The file that Node takes for this path.
fn resolve(path: &Path) -> Option<PathBuf> {
    let with = |ending: &str| {
        let mut path = path.as_os_str().to_owned();
        path.push(ending);
        PathBuf::from(path)
    };
    let tried = [path.to_owned(), with(".js"), with(".cjs"), path.join("index.js"), path.join("index.cjs")];
    tried.into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use crate::locate::sketch::Sketch;

    #[test]
    fn bin_comes_before_bin_main_and_that_before_main() {
        let sketch = Sketch::new();
        sketch.file("lib/index.js", "").file("cli.js", "").on_path("node");
        for (package, wanted, why) in [
            (r#"{"main": "./lib"}"#, "lib/index.js", "`main` of package.json"),
            (r#"{"bin": "./cli.js", "main": "lib"}"#, "cli.js", "`bin` of package.json"),
            (
                r#"{"bin": {"x": "lib/index.js", "source-x": "cli"}}"#,
                "cli.js",
                "`bin.source-x` of package.json",
            ),
        ] {
            let found = sketch.file("package.json", package).found();
            assert_eq!(
                (found.command.as_slice(), found.why.as_str()),
                (&["node".to_owned(), sketch.path(wanted)][..], why)
            );
        }
        sketch.program("bin/main").file("package.json", r#"{"main": "lib"}"#);
        assert_eq!(sketch.found().command, [sketch.path("bin/main")]);
    }

    #[test]
    fn what_is_not_built_or_installed_says_how() {
        let sketch = Sketch::new();
        sketch.on_path("node");
        let error =
            sketch.file("package.json", r#"{"main": "dist/a.js", "scripts": {"build": "tsc"}}"#).fault();
        assert!(
            error.contains("is ./dist/a.js, which is not there: build it by `npm ci && npm run build`"),
            "{error}"
        );
        let error = sketch
            .file("a.js", "")
            .file("package.json", r#"{"main": "a.js", "dependencies": {"axios": "1"}}"#)
            .fault();
        assert!(error.contains("no node_modules") && error.contains("`npm ci`"), "{error}");
        sketch.file("../node_modules/axios/package.json", "{}");
        assert_eq!(sketch.found().command[1], sketch.path("a.js"));
        let without = Sketch::new();
        let error = without.file("a.js", "").file("package.json", r#"{"main": "a.js"}"#).fault();
        assert!(error.contains("no `node` on PATH"), "{error}");
    }

    #[test]
    fn what_cannot_be_told_says_what_to_write() {
        let sketch = Sketch::new();
        let error = sketch.file("package.json", r#"{"bin": {"a": "a.js", "b": "b.js"}}"#).fault();
        assert!(
            error.contains("command = [\"node\", \"a.js\"], or command = [\"node\", \"b.js\"]"),
            "{error}"
        );
        let error = sketch.file("package.json", r#"{"scripts": {"start": "node ."}}"#).fault();
        assert!(error.contains("neither `bin` nor `main`") && error.contains("--silent"), "{error}");
        let error = sketch.file("package.json", "{\n  \"bin\": 1\n}").fault();
        assert!(error.contains("package.json: want `bin` to be a path"), "{error}");
    }
}
