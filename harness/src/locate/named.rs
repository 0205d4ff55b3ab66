//! A connector that is installed elsewhere: its folder holds the scenarios alone, and is called as its program is.

use super::convention::{Found, Place, Sighting};
use super::venv::Venv;

/// The program that is called as the folder, in a virtual environment beside it or on PATH. A folder without scenarios
/// is not asked: by chance many a folder is called as a program is.
pub(super) fn find(place: &Place<'_>) -> Sighting {
    if !place.fixtures.is_dir() {
        return Sighting::Nothing;
    }
    let name = place.name();
    let installed =
        Venv::of(place).into_iter().find_map(|venv| Some((venv.name.clone(), venv.program(&name)?)));
    let on_path = || Some(("on PATH".to_owned(), place.surroundings.program(&name)?));
    match installed.or_else(on_path) {
        Some((whence, program)) => Sighting::Found(Found {
            command: vec![program.display().to_string()],
            why: format!("the program that is called as its folder, {whence}"),
        }),
        None => Sighting::Unclear(format!(
            "the folder shows no project, and there is no program `{name}` in a virtual environment in it or on PATH"
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::locate::sketch::Sketch;

    #[test]
    fn a_folder_of_scenarios_is_of_the_program_of_its_name() {
        let sketch = Sketch::new();
        let error = sketch.on_path("source-x").fault();
        assert!(error.contains("want a Cargo.toml"), "{error}");
        sketch.file("fixtures/a/config.json", "{}");
        assert!(sketch.found().command[0].ends_with("/bin/source-x"));
        sketch.program(".venv/bin/python").program(".venv/bin/source-x");
        assert_eq!(sketch.found().command, [sketch.path(".venv/bin/source-x")]);
        let error = Sketch::new().file("fixtures/a/config.json", "{}").fault();
        assert!(error.contains("no program `source-x`"), "{error}");
    }
}
