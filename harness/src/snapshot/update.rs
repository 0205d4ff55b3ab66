//! When a snapshot may be written: insta's words, and the rule that CI never does.

use crate::error::Error;

/// What may be written where a snapshot does not match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Nothing.
    #[default]
    No,
    /// A proposal beside it, to be reviewed.
    Propose,
    /// A new snapshot at once, a proposal where there is one already.
    Unseen,
    /// The snapshot itself, at once.
    Always,
}

impl Update {
    /// Reads `INSTA_UPDATE` and `CI`, as insta does; but with `CI` set nothing is ever written.
    ///
    /// # Errors
    ///
    /// A word that insta does not know.
    pub fn from_environment(insta_update: Option<&str>, ci: Option<&str>) -> Result<Self, Error> {
        let word = insta_update.unwrap_or("auto");
        let said = match word {
            "auto" | "" | "new" => Update::Propose,
            "no" => Update::No,
            "unseen" => Update::Unseen,
            "always" | "force" | "1" => Update::Always,
            other => {
                return Err(Error::Settings {
                    path: "INSTA_UPDATE".into(),
                    why: format!("`{other}` is none of auto, new, always, unseen, no, force"),
                });
            }
        };
        Ok(if ci.is_some_and(Update::is_ci) { Update::No } else { said })
    }

    /// Whether the value of the variable `CI` says that this is one.
    pub(crate) fn is_ci(value: &str) -> bool {
        !matches!(value, "" | "0" | "false")
    }

    pub(super) fn at_once(self, new: bool) -> bool {
        self == Update::Always || (self == Update::Unseen && new)
    }

    pub(super) fn proposes(self) -> bool {
        matches!(self, Update::Propose | Update::Unseen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_never_writes_whatever_else_is_said() {
        let update = |insta, ci| Update::from_environment(insta, ci).unwrap();
        assert_eq!(update(None, None), Update::Propose);
        assert_eq!(update(Some("always"), None), Update::Always);
        assert_eq!(update(Some("always"), Some("true")), Update::No);
        assert_eq!(update(None, Some("false")), Update::Propose);
        assert!(Update::from_environment(Some("perhaps"), None).is_err());
    }
}
