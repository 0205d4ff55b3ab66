//! Where a report goes.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum as _;

use super::Format;
use crate::error::Error;

/// A report beside the one for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// What it is written in.
    pub format: Format,
    /// The file; stdout where there is none.
    pub file: Option<PathBuf>,
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let Some((format, path)) = parts else {
            return Err("want FORMAT=PATH, such as junit=target/junit.xml; `-` is stdout".to_owned());
        };
        let format = Format::from_str(format, false).map_err(|_unknown| {
            let all: Vec<String> = Format::value_variants()
                .iter()
                .filter_map(|it| Some(it.to_possible_value()?.get_name().into()))
                .collect();
            format!("there is no format `{format}`: want one of {}", all.join(", "))
        })?;
        Ok(Destination { format, file: (path != "-").then(|| PathBuf::from(path)) })
    }
}

/// A new file, its parents made; what was there before is gone.
pub(super) fn create(path: &Path) -> Result<Box<dyn Write>, Error> {
    let created = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| File::create(path))
        .map_err(|source| Error::Write { path: path.to_owned(), source })?;
    Ok(Box::new(created))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_named_by_its_format_and_its_file() {
        let of = |text: &str| Destination::from_str(text);
        let file = Some(PathBuf::from("a=b.xml"));
        assert_eq!(of("junit=a=b.xml"), Ok(Destination { format: Format::Junit, file }));
        assert_eq!(of("github=-"), Ok(Destination { format: Format::Github, file: None }));
        assert!(of("junit").unwrap_err().contains("want FORMAT=PATH"));
        assert!(of("junit=").unwrap_err().contains("want FORMAT=PATH"));
        let unknown = of("html=a").unwrap_err();
        assert!(unknown.contains("no format `html`") && unknown.contains("human, json, junit"), "{unknown}");
    }
}
