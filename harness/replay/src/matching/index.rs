use std::collections::HashMap;
use std::sync::Arc;

use super::{Canonical, Content, Difference, difference};
use crate::{Interaction, Request};

/// The most groups among which the nearest is looked for, so that a client that asks for what is not there in a loop
/// does not wait for long.
const NEAREST: usize = 5_000;
/// The most segments of a path that are compared for the nearest.
const SEGMENTS: usize = 100;

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
    /// ones. Looks at the first [`NEAREST`] groups: a miss may cost what a hit may not, but not any price.
    pub(crate) fn nearest(
        &self,
        request: &Request,
        spent: impl Fn(usize) -> bool,
    ) -> Option<(usize, Vec<Difference>)> {
        let readings: Vec<Content> = Content::readings(&request.body).collect();
        let live = Canonical::live(request, Content::Empty);
        let heads: Vec<_> =
            self.groups.iter().take(NEAREST).map(|group| head_distance(&group.request, &live)).collect();
        let closest = heads.iter().min()?;
        // Bodies are compared only where nothing before them decides.
        let candidates = self.groups.iter().zip(&heads).enumerate().filter(|(_, (_, head))| *head == closest);
        let (.., nearest) = candidates
            .map(|(place, (group, _))| {
                let body = difference::count_in_content(&group.request.content, &readings);
                (body, spent(place), place)
            })
            .min()?;
        let wanted = &self.groups[nearest].request;
        let mut differences = difference::of_head(wanted, &live);
        differences.extend(difference::of_content(&wanted.content, &readings));
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
        difference::count_in_pairs(&wanted.query, &got.query),
    )
}

/// How many of the first places of two lists do not hold the same.
fn unmatched<'a>(one: impl Iterator<Item = &'a str>, other: impl Iterator<Item = &'a str>) -> usize {
    let (mut one, mut other) = (one.fuse(), other.fuse());
    let places = std::iter::from_fn(|| match (one.next(), other.next()) {
        (None, None) => None,
        place => Some(place),
    });
    places.take(SEGMENTS).filter(|(one, other)| one != other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> Request {
        let target = serde_json::from_value(url.into()).unwrap();
        Request { method: http::Method::GET, target, headers: http::HeaderMap::new(), body: "".into() }
    }

    #[test]
    fn the_nearest_is_looked_for_among_the_first_groups() {
        let interactions: Vec<_> = (0..=NEAREST)
            .map(|item| {
            format!(r#"{{"request": {{"method": "GET", "url": "http://a.test/{item}"}}, "response": {{"status": 200}}}}"#)
        })
            .collect();
        let interactions: Vec<Interaction> =
            serde_json::from_str(&format!("[{}]", interactions.join(","))).unwrap();
        let index = Index::new(&interactions).unwrap();
        let nearest =
            |item| index.nearest(&request(&format!("http://a.test/{item}?x")), |_| false).unwrap().0;
        assert_eq!(nearest(NEAREST - 1), NEAREST - 1);
        assert_eq!(nearest(NEAREST), 0);
    }

    #[test]
    fn no_more_than_the_first_segments_of_a_path_count() {
        let deep = "x/".repeat(2 * SEGMENTS);
        assert_eq!(unmatched("a/b".split('/'), "a/c/d".split('/')), 2);
        assert_eq!(unmatched("a".split('/'), deep.split('/')), SEGMENTS);
    }
}
