//! A connector that is a Go module, built.

use std::path::{Path, PathBuf};

use super::convention::{Found, Place, Sighting, choose, files};
use super::surroundings::is_program;
use crate::error::Error;

/// The binary that is called as the module or its folder, there or in `bin/`, else the only one in `bin/`. Nothing is
/// built.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    let Some(text) = place.read("go.mod")? else { return Ok(Sighting::Nothing) };
    let Some(module) = module(&text) else {
        let path = place.root.join("go.mod");
        let why = "want a line `module example.com/source-x`, there is none".to_owned();
        return Err(Error::Settings { path, why });
    };
    let folder = place.name();
    let called = [module, folder.as_str()];
    let beside = called.iter().map(|name| place.root.join(name)).find(|path| is_program(path));
    let built = files(&place.root.join("bin"), is_program);
    let names: Vec<&str> = built.iter().filter_map(|path| path.to_str()).collect();
    let binary = match (beside, choose(&names, &called)) {
        (Some(binary), _) => binary,
        (None, Some(binary)) => PathBuf::from(binary),
        (None, None) if built.is_empty() => {
            let why = format!(
                "it is a Go module that is not built: there is no program `{module}` in it, and none in bin/: build it \
                 by `mkdir -p bin && go build -o bin/ ./...`"
            );
            return Err(place.not_found(why));
        }
        (None, None) => {
            let commands: Vec<_> = built.iter().map(|path| vec![place.relative(path)]).collect();
            return Err(place.several("there are several programs in bin/", &commands));
        }
    };
    let why = "the binary that was built of go.mod".to_owned();
    Ok(Sighting::Found(Found { command: vec![binary.display().to_string()], why }))
}

/// The last part of the module's path that is no version: what `go build` calls its binary.
fn module(text: &str) -> Option<&str> {
    let path = text.lines().find_map(|line| line.trim().strip_prefix("module ")).map(str::trim)?;
    let path = path.split("//").next()?.trim().trim_matches(['"', '`']);
    let is_version = |part: &&str| {
        part.strip_prefix('v')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
    };
    let name = Path::new(path).iter().filter_map(|part| part.to_str()).rev().find(|part| !is_version(part));
    name.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::sketch::Sketch;

    #[test]
    fn a_module_is_called_by_the_last_part_that_is_no_version() {
        for (text, wanted) in [
            ("module example.com/a/source-b\n", Some("source-b")),
            ("// x\nmodule example.com/source-b/v2 // y\ngo 1.24\n", Some("source-b")),
            ("module \"source-b\"", Some("source-b")),
            ("go 1.24", None),
        ] {
            assert_eq!(module(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_binary_is_called_as_the_module_or_the_only_one_in_bin() {
        let sketch = Sketch::new();
        sketch.file("go.mod", "module example.com/tap/v3").program("bin/server");
        assert_eq!(sketch.found().command, [sketch.path("bin/server")]);
        sketch.program("bin/tap");
        assert_eq!(sketch.found().command, [sketch.path("bin/tap")]);
        sketch.program("source-x");
        assert_eq!(sketch.found().command, [sketch.path("source-x")]);
    }

    #[test]
    fn what_is_not_built_or_not_clear_says_what_to_do() {
        let sketch = Sketch::new();
        let error = sketch.file("go.mod", "module example.com/m").fault();
        assert!(error.contains("no program `m`") && error.contains("go build -o bin/ ./..."), "{error}");
        let error = sketch.program("bin/a").program("bin/b").fault();
        assert!(error.contains("command = [\"./bin/a\"], or command = [\"./bin/b\"]"), "{error}");
        let error = sketch.file("go.mod", "go 1.24").fault();
        assert!(error.contains("go.mod: want a line `module"), "{error}");
    }
}
