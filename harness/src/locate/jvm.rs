//! A connector that a Gradle or Maven build has built.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::convention::{Found, Place, Sighting, choose, files};
use super::surroundings::is_program;
use crate::error::Error;

const GRADLE: &[&str] = &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];

/// How the builds' plugins call a jar that holds all that it depends on.
const WHOLE: &[&str] = &["-all", "-fat", "-jar-with-dependencies", "-runner", "-shaded", "-uber"];

/// The start script of `installDist`, else a jar that holds all that it needs. Nothing is built.
pub(super) fn find(place: &Place<'_>) -> Result<Sighting, Error> {
    let is_gradle = |folder: &Path| GRADLE.iter().any(|name| folder.join(name).is_file());
    let is_maven = |folder: &Path| folder.join("pom.xml").is_file();
    let is_built_so = |folder: &Path| is_gradle(folder) || is_maven(folder);
    if !is_built_so(place.root) {
        return Ok(Sighting::Nothing);
    }
    // The application may be a project within the build: `app/`.
    let mut folders = vec![place.root.to_owned()];
    folders.extend(files(place.root, |path| path.is_dir() && is_built_so(path)));
    let starts: Vec<PathBuf> = folders.iter().flat_map(|folder| start_scripts(folder)).collect();
    let jars: Vec<PathBuf> = folders.iter().flat_map(|folder| whole_jars(folder)).collect();
    if !starts.is_empty() {
        let commands: Vec<_> = starts.iter().map(|start| vec![place.relative(start)]).collect();
        let start = one(place, "the build has installed several programs", &starts, &commands)?;
        let why = "the start script that Gradle has installed".to_owned();
        return Ok(Sighting::Found(Found { command: vec![start.display().to_string()], why }));
    }
    if jars.is_empty() {
        let build = match (is_gradle(place.root), place.root.join("gradlew").is_file()) {
            (true, true) => "`./gradlew installDist`",
            (true, false) => "`gradle installDist`",
            (false, _) => {
                "`mvn package`, with the shade or assembly plugin, which put into the jar what it depends on"
            }
        };
        let why = format!(
            "it is a {} project that is not built: there is neither a program in build/install nor a whole jar in \
             build/libs or target: build it by {build}",
            if is_gradle(place.root) { "Gradle" } else { "Maven" }
        );
        return Err(place.not_found(why));
    }
    let Some(java) = place.surroundings.java() else {
        return Err(place.not_found("there is no `java` in JAVA_HOME or on PATH to run its jar".to_owned()));
    };
    let run = |jar: String| vec![java.clone(), "-jar".to_owned(), jar];
    let commands: Vec<_> = jars.iter().map(|jar| run(place.relative(jar))).collect();
    let jar = one(place, "the build has made several jars", &jars, &commands)?;
    let why = "the jar that the build has made, by Java".to_owned();
    Ok(Sighting::Found(Found { command: run(jar.display().to_string()), why }))
}

fn start_scripts(folder: &Path) -> Vec<PathBuf> {
    let installed = files(&folder.join("build/install"), Path::is_dir);
    // The scripts for Windows lie beside them.
    let starts = |path: &Path| is_program(path) && path.extension() != Some(OsStr::new("bat"));
    installed.iter().flat_map(|program| files(&program.join("bin"), starts)).collect()
}

fn whole_jars(folder: &Path) -> Vec<PathBuf> {
    let is_jar = |path: &Path| path.extension() == Some(OsStr::new("jar"));
    let is_whole = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        // Beside a jar that it has made whole, Maven's shade plugin keeps the one it was.
        let original = path.with_file_name(format!("original-{stem}.jar"));
        WHOLE.iter().any(|ending| stem.ends_with(ending)) || original.is_file()
    };
    ["build/libs", "target"]
        .iter()
        .flat_map(|name| files(&folder.join(name), |it| is_jar(it) && is_whole(it)))
        .collect()
}

/// The one of them, or the one that is called as the folder.
fn one<'a>(
    place: &Place<'_>,
    what: &str,
    paths: &'a [PathBuf],
    commands: &[Vec<String>],
) -> Result<&'a PathBuf, Error> {
    let names: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
    let chosen = choose(&names, &[&place.name()]);
    let path = paths.iter().find(|path| path.to_str().is_some_and(|path| Some(path) == chosen));
    path.ok_or_else(|| place.several(what, commands))
}

#[cfg(test)]
mod tests {
    use crate::locate::sketch::Sketch;
    use crate::locate::surroundings::Surroundings;

    #[test]
    fn an_installed_program_comes_before_a_jar() {
        let sketch = Sketch::new();
        sketch
            .file("build.gradle.kts", "")
            .file("build/libs/x-1.0-all.jar", "")
            .file("build/libs/x-1.0.jar", "");
        sketch.on_path("java");
        assert_eq!(sketch.found().command, ["java", "-jar", &sketch.path("build/libs/x-1.0-all.jar")]);
        sketch.program("build/install/app/bin/app").program("build/install/app/bin/app.bat");
        assert_eq!(sketch.found().command, [sketch.path("build/install/app/bin/app")]);
        sketch.program("build/install/app/bin/source-x");
        assert_eq!(sketch.found().command, [sketch.path("build/install/app/bin/source-x")]);
    }

    #[test]
    fn the_application_may_be_a_project_within_the_build() {
        let sketch = Sketch::new();
        sketch
            .file("settings.gradle", "")
            .file("app/build.gradle", "")
            .program("app/build/install/app/bin/app");
        assert_eq!(sketch.found().command, [sketch.path("app/build/install/app/bin/app")]);
    }

    #[test]
    fn a_jar_of_maven_is_whole_by_its_name_or_by_the_one_it_was() {
        let sketch = Sketch::new();
        sketch
            .file("pom.xml", "")
            .file("target/x-1.0.jar", "")
            .file("target/original-x-1.0.jar", "")
            .on_path("java");
        assert_eq!(sketch.found().command[2], sketch.path("target/x-1.0.jar"));
        sketch.file("target/y-jar-with-dependencies.jar", "");
        let error = sketch.fault();
        assert!(
            error.contains("several jars") && error.contains("\"./target/x-1.0.jar\"], or command = "),
            "{error}"
        );
    }

    #[test]
    fn what_is_not_built_says_how() {
        for (file, wanted) in [("build.gradle", "`gradle installDist`"), ("pom.xml", "`mvn package`")] {
            let error = Sketch::new().file(file, "").fault();
            assert!(error.contains("not built") && error.contains(wanted), "{error}");
        }
        let sketch = Sketch::new();
        let error = sketch.file("build.gradle", "").file("gradlew", "").fault();
        assert!(error.contains("`./gradlew installDist`"), "{error}");
        let error = sketch.file("build/libs/x-all.jar", "").fault();
        assert!(error.contains("no `java` in JAVA_HOME or on PATH"), "{error}");
        sketch.program("jdk/bin/java");
        let surroundings =
            Surroundings { java_home: Some(sketch.root().join("jdk")), ..Surroundings::default() };
        let found = sketch.with(&surroundings, crate::locate::convention::find).unwrap();
        assert_eq!(found.command[0], sketch.path("jdk/bin/java"));
    }
}
