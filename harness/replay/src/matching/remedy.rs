use serde::Serialize;

use super::difference::MOST;
use super::{Difference, Index};
use crate::{Part, Rule};

/// What would make a request that nothing recorded answers equal to the nearest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What to pass over, beyond what is passed over already.
    pub ignore: Vec<Rule>,
    /// An interaction that is told from the nearest by nothing else: with these rules the one could be given for the
    /// other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confuses: Option<usize>,
}

impl Remedy {
    /// The rules that pass over all these differences of a request to `path`, if rules can.
    pub(super) fn of(
        differences: &[Difference],
        path: &str,
        index: &Index,
        nearest: usize,
    ) -> Option<Remedy> {
        // So many that some may not be shown.
        if differences.is_empty() || differences.len() >= MOST {
            return None;
        }
        let rule = |difference: &Difference| {
            let part = difference.part.split_once(" at byte ").map_or(&*difference.part, |(body, _)| body);
            // What was cut does not name it.
            let whole = !part.ends_with('…');
            let part: Part = part.parse().ok().filter(|_| whole)?;
            Some(Rule { path: Some(path.to_owned()), part })
        };
        let ignore: Vec<Rule> = differences.iter().map(rule).collect::<Option<_>>()?;
        let confuses = index.confused_with(nearest, &ignore);
        Some(Remedy { ignore, confuses })
    }
}
