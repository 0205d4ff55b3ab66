//! A connector that is a Python project.

use super::convention::{Found, Place, Sighting, choose};
use super::script::Scripts;
use super::venv::{self, Venv};
use crate::error::Error;

/// The script that the project installs, or its `main.py`.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    let scripts = Scripts::of(place)?;
    let main = place.root.join("main.py");
    if (scripts.is_some() || main.is_file())
        && let Some(why) = Venv::broken(place)
    {
        return Err(place.not_found(why));
    }
    match scripts {
        Some(declared) if !declared.functions.is_empty() => {
            let script = chosen(place, &declared)?;
            run_script(place, &declared, script).map(Sighting::Found)
        }
        _ if main.is_file() => {
            let Some((python, from)) = venv::python(place) else {
                return Err(
                    place.not_found("there is a main.py, and no python3 on PATH to run it".to_owned())
                );
            };
            let command = vec![python, main.display().to_string()];
            Ok(Sighting::Found(Found { command, why: format!("main.py, {from}") }))
        }
        Some(declared) => {
            Ok(Sighting::Unclear(format!("{} names no script, and there is no main.py", declared.file)))
        }
        None => Ok(Sighting::Nothing),
    }
}

/// The script that is the connector.
fn chosen<'a>(place: &Place<'_>, declared: &'a Scripts) -> Result<&'a str, Error> {
    let names: Vec<&str> = declared.functions.keys().map(String::as_str).collect();
    let folder = place.name();
    let called: Vec<&str> = declared.project.iter().map(String::as_str).chain([folder.as_str()]).collect();
    // Functions of Airbyte's own connectors are called so.
    let mut runs = declared.functions.iter().filter(|(_, called)| called.ends_with(":run"));
    match (choose(&names, &called), runs.next(), runs.next()) {
        (Some(name), _, _) => Ok(name),
        (None, Some((name, _)), None) => Ok(name),
        _ => {
            let bin = Venv::of(place).first().map_or_else(|| ".venv".to_owned(), |venv| venv.name.clone());
            let commands: Vec<_> = names.iter().map(|name| vec![format!("{bin}/bin/{name}")]).collect();
            Err(place.several(&format!("{} names several scripts", declared.file), &commands))
        }
    }
}

fn run_script(place: &Place<'_>, declared: &Scripts, script: &str) -> Result<Found, Error> {
    let venvs = Venv::of(place);
    let what = format!("script `{script}` of {}", declared.file);
    let of = |command: Vec<String>, why: String| Ok(Found { command, why: format!("{what}, {why}") });
    let installed = venvs.iter().find_map(|venv| Some((venv, venv.program(script)?)));
    if let Some((venv, program)) = installed {
        return of(vec![program.display().to_string()], format!("installed in {}", venv.name));
    }
    let main = place.root.join("main.py");
    if let Some(venv) = venvs.first() {
        let not_there = format!("not installed in {}", venv.name);
        if main.is_file() {
            return of(
                vec![venv.python(), main.display().to_string()],
                format!("{not_there}: its Python runs main.py"),
            );
        }
        let package = declared.functions[script].split(['.', ':']).next().unwrap_or_default();
        if !package.is_empty() && place.root.join(package).join("__main__.py").is_file() {
            let command = vec![venv.python(), "-m".to_owned(), package.to_owned()];
            return of(command, format!("{not_there}: its Python runs the package"));
        }
    }
    if let Some(program) = place.surroundings.program(script) {
        return of(vec![program.display().to_string()], "found on PATH".to_owned());
    }
    if main.is_file()
        && let Some((python, from)) = venv::python(place)
    {
        return of(vec![python, main.display().to_string()], format!("not installed: main.py, {from}"));
    }
    let mend = match venvs.first() {
        Some(venv) => format!(
            "{} has no `{script}`, nor has PATH: install it by `{} -m pip install -e .`",
            venv.name,
            place.relative(venv.python().as_ref())
        ),
        None => format!(
            "there is no virtual environment beside it and no `{script}` on PATH: create one by `python3 -m venv .venv \
             && .venv/bin/pip install -e .`"
        ),
    };
    Err(place.not_found(format!("it is a Python project ({what}), and {mend}")))
}

#[cfg(test)]
mod tests {
    use crate::locate::sketch::Sketch;
    use crate::locate::surroundings::Surroundings;

    const PYPROJECT: &str = "[tool.poetry]\nname = \"airbyte-source-x\"\n[tool.poetry.scripts]\n\
                             source-x = \"source_x.run:run\"\nlint = \"tools:lint\"\n";

    #[test]
    fn what_is_installed_beside_it_comes_before_all_else() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", PYPROJECT).on_path("source-x").on_path("python3");
        sketch.program("venv/bin/python").program("venv/bin/source-x").file("main.py", "");
        let found = sketch.found();
        assert_eq!(found.command, [sketch.path("venv/bin/source-x")]);
        assert_eq!(found.why, "script `source-x` of pyproject.toml, installed in venv");
        sketch.program(".venv/bin/python").program(".venv/bin/source-x");
        assert_eq!(sketch.found().command, [sketch.path(".venv/bin/source-x")]);
    }

    #[test]
    fn what_is_not_installed_is_run_from_its_source() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", PYPROJECT).program("env/bin/python").on_path("source-x");
        sketch.file("source_x/__main__.py", "");
        assert_eq!(sketch.found().command, [&sketch.path("env/bin/python"), "-m", "source_x"]);
        sketch.file("main.py", "");
        let found = sketch.found();
        assert_eq!(found.command, [sketch.path("env/bin/python"), sketch.path("main.py")]);
        assert!(found.why.contains("not installed in env"), "{found:?}");
    }

    #[test]
    fn without_an_environment_beside_it_the_active_one_counts_then_path() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", PYPROJECT).on_path("source-x").file("main.py", "").on_path("python3");
        assert!(sketch.found().command[0].ends_with("bin/source-x"));
        sketch.program("../elsewhere/bin/python").program("../elsewhere/bin/source-x");
        let active =
            Surroundings { virtual_env: Some(sketch.root().join("../elsewhere")), ..sketch.surroundings() };
        let found = sketch.with(&active, crate::locate::convention::find).unwrap();
        assert!(found.command[0].contains("elsewhere") && found.why.contains("the active"), "{found:?}");
    }

    #[test]
    fn a_main_py_is_run_where_no_script_is_installed_or_named() {
        let sketch = Sketch::new();
        sketch.file("main.py", "").on_path("python");
        assert_eq!(sketch.found().command, ["python", &sketch.path("main.py")]);
        sketch.on_path("python3").file("pyproject.toml", PYPROJECT);
        let found = sketch.found();
        assert_eq!(found.command, ["python3", &sketch.path("main.py")]);
        assert!(found.why.contains("no virtual environment beside it"), "{found:?}");
        sketch.program(".venv/bin/python");
        assert_eq!(sketch.found().command[0], sketch.path(".venv/bin/python"));
    }

    #[test]
    fn what_is_missing_is_said_with_the_command_that_brings_it() {
        let sketch = Sketch::new();
        let error = sketch.file("pyproject.toml", PYPROJECT).fault();
        let wanted = "no virtual environment beside it and no `source-x` on PATH: create one by `python3 -m venv .venv \
                      && .venv/bin/pip install -e .`";
        assert!(error.contains(wanted), "{error}");
        let error = sketch.program(".venv/bin/python").fault();
        assert!(error.contains("`./.venv/bin/python -m pip install -e .`"), "{error}");
        let error = Sketch::new().file("main.py", "").fault();
        assert!(error.contains("no python3 on PATH"), "{error}");
        let error = Sketch::new().file("setup.py", "setup()").fault();
        assert!(error.contains("setup.py names no script, and there is no main.py"), "{error}");
    }

    #[test]
    fn a_virtual_environment_that_is_broken_is_said_and_no_other_python_taken() {
        let sketch = Sketch::new();
        sketch.file("pyproject.toml", PYPROJECT).file("main.py", "").on_path("python3").on_path("source-x");
        sketch.file(".venv/pyvenv.cfg", "");
        std::os::unix::fs::symlink("/nowhere/python3.8", sketch.root().join(".venv/python3.8")).unwrap();
        assert!(sketch.found().command[0].ends_with("bin/source-x"), "no Python in it");
        std::fs::create_dir(sketch.root().join(".venv/bin")).unwrap();
        std::os::unix::fs::symlink("/nowhere/python3.8", sketch.root().join(".venv/bin/python")).unwrap();
        let error = sketch.fault();
        assert!(error.contains("broken: .venv/bin/python leads to no program"), "{error}");
        sketch.program("venv/bin/python").program("venv/bin/source-x");
        assert_eq!(sketch.found().command, [sketch.path("venv/bin/source-x")]);
    }

    #[test]
    fn of_several_scripts_one_has_to_be_said_unless_one_is_called_run() {
        let sketch = Sketch::new();
        let several = "[project.scripts]\na = \"x:a\"\nb = \"x:b\"\n";
        let error = sketch.file("pyproject.toml", several).fault();
        assert!(error.contains("command = [\".venv/bin/a\"], or command = [\".venv/bin/b\"]"), "{error}");
        sketch.file("pyproject.toml", &several.replace("x:b", "x:run")).on_path("b");
        assert!(sketch.found().command[0].ends_with("bin/b"));
    }
}
