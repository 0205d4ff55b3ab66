//! A connector that is a manifest of Airbyte's low-code CDK and no program: the CDK runs it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::convention::{Found, Place, Sighting, files};
use super::file::first_line;
use super::surroundings::is_program;
use super::venv::Venv;
use crate::error::Error;

const FILE: &str = "manifest.yaml";

/// The program by which an installed CDK is known.
const RUNNER: &str = "source-declarative-manifest";

/// Runs the manifest in a folder, which is its first argument, as the image does that manifests are published with: there
/// the CDK finds `manifest.yaml` in its working folder, `spec` is the manifest's own, and the config holds nothing but the
/// user's. (`RUNNER` takes a manifest too, by `--manifest-path`, but answers `spec` with one that fits all manifests.)
/// Python that belongs to a manifest is imported from `source_declarative_manifest`, which is the folder.
/// Before 6.34 the CDK looks for the manifest in the package of its class, which is that one in the image.
const LAUNCH: &str = "import os, sys, importlib.util as util; \
    import airbyte_cdk.cli.source_declarative_manifest._run as cdk; \
    folder = sys.argv.pop(1); os.chdir(folder); \
    name = 'source_declarative_manifest'; \
    spec = util.spec_from_file_location(name, os.path.join(folder, '__init__.py'), submodule_search_locations=[folder]); \
    sys.modules[name] = util.module_from_spec(spec); \
    cdk.SourceLocalYaml.__module__ = name; \
    cdk.handle_local_manifest_command(sys.argv[1:])";

/// What is looked at of a manifest.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "type")]
    kind: Option<String>,
    streams: Option<IgnoredAny>,
    dynamic_streams: Option<IgnoredAny>,
}

/// The manifest of the folder, or of its package.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    let packages = files(place.root, |path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("source_") && path.is_dir()
    });
    let folders = std::iter::once(place.root.to_owned()).chain(packages);
    let manifests: Vec<PathBuf> =
        folders.map(|folder| folder.join(FILE)).filter(|path| path.is_file()).collect();
    match manifests.as_slice() {
        [] => Ok(Sighting::Nothing),
        [manifest, ..] if is_declarative(manifest)? => run(place, manifest).map(Sighting::Found),
        [manifest, ..] => Ok(Sighting::Unclear(format!(
            "{} is no manifest of a connector: want `type: DeclarativeSource`",
            place.relative(manifest)
        ))),
    }
}

/// How the CDK runs this manifest.
pub(super) fn run(place: &Place<'_>, manifest: &Path) -> Result<Found, Error> {
    let not_found = |why: String| Error::NotFound { path: manifest.to_owned(), why };
    if manifest.file_name() != Some(FILE.as_ref()) || !is_declarative(manifest)? {
        return Err(not_found(format!("want a {FILE} of `type: DeclarativeSource`")));
    }
    let installed = Venv::of(place)
        .into_iter()
        .find_map(|venv| Some((format!("in {}", venv.name), venv.program(RUNNER)?)));
    let on_path = || Some(("on PATH".to_owned(), place.surroundings.program(RUNNER)?));
    let Some((place_of, runner)) = installed.or_else(on_path) else {
        return Err(not_found(format!(
            "there is no `{RUNNER}` to run it, neither in a virtual environment beside it nor on PATH: install it by \
             `python3 -m venv .venv && .venv/bin/pip install airbyte-cdk`"
        )));
    };
    let Some(python) = python_of(&runner) else {
        let runner = runner.display();
        return Err(not_found(format!("the Python of {runner} is not to be found: is it installed whole?")));
    };
    let folder = manifest.parent().unwrap_or(place.root);
    let words = [python.as_str(), "-c", LAUNCH, &folder.display().to_string()].map(str::to_owned);
    Ok(Found { command: words.to_vec(), why: format!("{FILE}, by the airbyte-cdk {place_of}") })
}

fn is_declarative(path: &Path) -> Result<bool, Error> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let manifest: Manifest = serde_saphyr::from_str(&text).map_err(|error| Error::Settings {
        path: path.to_owned(),
        why: error.without_snippet().to_string(),
    })?;
    let has_streams = manifest.streams.is_some() || manifest.dynamic_streams.is_some();
    Ok(manifest.kind.map_or(has_streams, |kind| kind == "DeclarativeSource"))
}

/// The Python that a script of an installed package is run by: its first line names it, or, where that would be too
/// long for the system, it lies beside it.
fn python_of(script: &Path) -> Option<String> {
    let named = first_line(script).map(|words| words[0].clone());
    let is_python = |program: &String| program.contains("python") && is_program(program.as_ref());
    let real = script.canonicalize().ok()?;
    let beside = |name: &str| Some(real.with_file_name(name)).filter(|path| is_program(path));
    let beside = beside("python").or_else(|| beside("python3")).map(|path| path.display().to_string());
    named.filter(is_python).or(beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::sketch::Sketch;

    const MANIFEST: &str = "version: 6.0.0\ntype: DeclarativeSource\nstreams: []\n";

    #[test]
    fn a_manifest_is_run_by_the_cdk_beside_it_or_on_path() {
        let sketch = Sketch::new();
        sketch.file("manifest.yaml", MANIFEST).on_path(RUNNER).on_path("python3");
        let found = sketch.found();
        assert!(found.command[0].ends_with("bin/python3"), "{found:?}");
        assert_eq!(found.command[1..], ["-c", LAUNCH, sketch.path("").trim_end_matches('/')]);
        assert!(found.why.ends_with("by the airbyte-cdk on PATH"), "{found:?}");
        sketch.program(".venv/bin/python").program(&format!(".venv/bin/{RUNNER}"));
        assert_eq!(sketch.found().command[0], sketch.path(".venv/bin/python"));
        sketch.file("../elsewhere/python3.11", "").program("../elsewhere/python3.11");
        let line = format!("#!{}\n", sketch.path("../elsewhere/python3.11"));
        // Still executable: writing keeps the mode.
        sketch.file(&format!(".venv/bin/{RUNNER}"), &line);
        assert!(sketch.found().command[0].ends_with("elsewhere/python3.11"));
    }

    #[test]
    fn a_manifest_in_the_package_is_found_too_and_a_project_comes_before_it() {
        let sketch = Sketch::new();
        sketch.file("source_x/manifest.yaml", MANIFEST).on_path(RUNNER).on_path("python");
        assert_eq!(sketch.found().command[3], sketch.path("source_x"));
        sketch.file("main.py", "");
        assert_eq!(sketch.found().command, ["python", &sketch.path("main.py")]);
    }

    #[test]
    fn what_is_missing_or_no_manifest_says_so() {
        let sketch = Sketch::new();
        let error = sketch.file("manifest.yaml", MANIFEST).fault();
        assert!(
            error.contains("no `source-declarative-manifest`") && error.contains("pip install airbyte-cdk"),
            "{error}"
        );
        let error = sketch.file("manifest.yaml", "kind: Pod\n").fault();
        assert!(error.contains("./manifest.yaml is no manifest of a connector"), "{error}");
        let error = sketch.file("manifest.yaml", "type: DeclarativeSource\nstreams: [\n").fault();
        assert!(error.contains("manifest.yaml: ") && error.contains("line 2"), "{error}");
    }
}
