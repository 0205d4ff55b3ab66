use std::collections::HashMap;
use std::sync::Arc;

use super::{Canonical, Content, Difference, difference};
use crate::{Interaction, Request};

/// The recorded requests, to be found in a time that does not grow with their number.
#[derive(Debug)]
pub(crate) struct Index {
    /// In the order of their first interactions.
    groups: Vec<Group>,
    by_request: HashMap<Arc<Canonical>, usize>,
}

/// The interactions whose requests are equal.
#[derive(Debug)]
pub(crate) struct Group {
    request: Arc<Canonical>,
    /// In recorded order, never empty.
    pub(crate) interactions: Vec<usize>,
    /// Whether the last answer may be given again.
    pub(crate) repeats: bool,
}

impl Index {
    /// The error is the interaction's position, its field, and what is wrong there.
    pub(crate) fn new(interactions: &[Interaction]) -> Result<Index, (usize, &'static str, String)> {
        let mut index = Index { groups: Vec::new(), by_request: HashMap::with_capacity(interactions.len()) };
        for (position, interaction) in interactions.iter().enumerate() {
            let request = Canonical::recorded(&interaction.request)
                .map_err(|(field, reason)| (position, field, reason))?;
            let request = Arc::new(request);
            let place = *index.by_request.entry(Arc::clone(&request)).or_insert(index.groups.len());
            let Some(group) = index.groups.get_mut(place) else {
                index.groups.push(Group {
                    request,
                    interactions: vec![position],
                    repeats: interaction.repeat,
                });
                continue;
            };
            if let Some(&last) = group.interactions.last().filter(|_| group.repeats) {
                let reason = format!(
                    "only the last of equal requests may repeat, and interaction {} is equal to this one",
                    position + 1
                );
                return Err((last, "repeat", reason));
            }
            group.interactions.push(position);
            group.repeats = interaction.repeat;
        }
        Ok(index)
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that a request belongs to: one, or one for each kind in which its body was recorded.
    pub(crate) fn find<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = usize> + 'a {
        let mut canonical = Canonical::live(request, Content::Empty);
        Content::readings(&request.body).filter_map(move |content| {
            canonical.content = content;
            self.by_request.get(&canonical).copied()
        })
    }

    /// The group that a request which belongs to none comes closest to, and what differs.
    ///
    /// Host counts most, then path, method, scheme and port, query, body; of equals `spent` ones come last, then later
    /// ones. Looks at every group: a miss may cost what a hit may not.
    pub(crate) fn nearest(
        &self,
        request: &Request,
        spent: impl Fn(usize) -> bool,
    ) -> Option<(usize, Vec<Difference>)> {
        let readings: Vec<Content> = Content::readings(&request.body).collect();
        let live = Canonical::live(request, Content::Empty);
        let heads: Vec<_> = self.groups.iter().map(|group| head_distance(&group.request, &live)).collect();
        let closest = heads.iter().min()?;
        // Bodies are compared only where nothing before them decides.
        let candidates = self.groups.iter().enumerate().filter(|(place, _)| heads[*place] == *closest);
        let (.., nearest, body) = candidates
            .map(|(place, group)| {
                let body = difference::of_content(&group.request.content, &readings);
                (body.len(), spent(place), place, body)
            })
            .min_by_key(|(count, spent, place, _)| (*count, *spent, *place))?;
        let mut differences = difference::of_head(&self.groups[nearest].request, &live);
        differences.extend(body);
        Some((nearest, differences))
    }
}

/// Smaller is nearer.
type Distance = (bool, usize, bool, bool, usize);

fn head_distance(wanted: &Canonical, got: &Canonical) -> Distance {
    (
        wanted.host != got.host,
        unmatched(wanted.path.split('/'), got.path.split('/')),
        wanted.method != got.method,
        (wanted.scheme, wanted.port) != (got.scheme, got.port),
        difference::of_pairs("", &wanted.query, &got.query).len(),
    )
}

/// How many places of two lists do not hold the same.
fn unmatched<'a>(mut one: impl Iterator<Item = &'a str>, mut other: impl Iterator<Item = &'a str>) -> usize {
    let mut count = 0;
    loop {
        match (one.next(), other.next()) {
            (None, None) => return count,
            (one, other) => count += usize::from(one != other),
        }
    }
}
