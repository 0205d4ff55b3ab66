//! The virtual environments of a Python project.

use std::path::PathBuf;

use super::convention::Place;
use super::surroundings::is_program;

/// Where people and their tools put one beside a project: poetry and uv the first.
const BESIDE: &[&str] = &[".venv", "venv", "env"];

/// A virtual environment.
pub(super) struct Venv {
    /// For people.
    pub(super) name: String,
    bin: PathBuf,
}

impl Venv {
    /// The ones beside the project, then the one that is active.
    pub(super) fn of(place: &Place<'_>) -> Vec<Venv> {
        let beside = BESIDE.iter().map(|name| ((*name).to_owned(), place.root.join(name)));
        let active = place.surroundings.virtual_env.iter();
        let active = active.map(|root| (format!("the active {}", root.display()), root.clone()));
        let all = beside.chain(active).map(|(name, root)| Venv { name, bin: root.join("bin") });
        all.filter(|venv| is_program(&venv.bin.join("python"))).collect()
    }

    /// One beside the project whose Python is gone, where none there has another. Another Python would lack what is
    /// installed in it.
    pub(super) fn broken(place: &Place<'_>) -> Option<String> {
        let python = |name: &&str| place.root.join(name).join("bin/python");
        if BESIDE.iter().any(|name| is_program(&python(name))) {
            return None;
        }
        let broken = BESIDE.iter().find(|name| python(name).symlink_metadata().is_ok())?;
        Some(format!(
            "its virtual environment is broken: {broken}/bin/python leads to no program. Create it anew by `rm -r {broken} \
             && python3 -m venv {broken} && {broken}/bin/pip install -e .`"
        ))
    }

    pub(super) fn python(&self) -> String {
        self.bin.join("python").display().to_string()
    }

    /// A program that is installed in it.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        Some(self.bin.join(name)).filter(|program| is_program(program))
    }
}

/// How Python is called for what needs no installation, and where it is from.
pub(super) fn python(place: &Place<'_>) -> Option<(String, String)> {
    if let Some(venv) = Venv::of(place).into_iter().next() {
        return Some((venv.python(), format!("by the Python of {}", venv.name)));
    }
    let python = place.surroundings.first(&["python3", "python"])?;
    let from = format!("by the {python} on PATH: there is no virtual environment beside it");
    Some((python, from))
}
