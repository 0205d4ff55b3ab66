use std::collections::{BTreeSet, HashMap};

use super::clock::{self, Place, Range};
use super::credential::Credential;
use super::{Canonical, Content, Difference, Remedy, difference};
use crate::{RecordedRequest, Request, Rule, Terms};

/// The most groups among which the nearest is looked for, so that a client that asks for what is not there in a loop
/// does not wait for long.
const NEAREST: usize = 5_000;
/// The most segments of a path that are compared for the nearest.
const SEGMENTS: usize = 100;
/// Times that are this near to what was recorded are equally near: nanoseconds.
const EQUALLY_NEAR: i128 = 60_000_000_000;

/// The recorded requests, to be found in a time that does not grow with their number.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// In the order of their first interactions.
    groups: Vec<Group>,
    /// The groups by their requests, the times taken out.
    by_request: HashMap<Canonical, Vec<usize>>,
    /// Where times are compared as times.
    places: BTreeSet<Place>,
    ignore: Vec<Rule>,
}

/// The interactions whose requests are equal.
#[derive(Debug)]
pub(crate) struct Group {
    request: Canonical,
    ranges: Vec<Range>,
    /// Likewise for a client that nobody could tell the time.
    untold: Option<Vec<Range>>,
    credentials: Vec<Credential>,
    /// In recorded order, never empty.
    pub(crate) interactions: Vec<usize>,
    /// Whether the last answer may be given again.
    pub(crate) repeats: bool,
}

/// A request that no group answers, and the one that comes closest.
pub(crate) struct Nearest {
    pub(crate) group: usize,
    pub(crate) differences: Vec<Difference>,
    pub(crate) remedy: Option<Remedy>,
}

/// A recorded request at the time it is played, and at the earliest and latest that it may be asked.
struct Recorded {
    at: Canonical,
    /// The earliest and the latest.
    told: [Canonical; 2],
    /// Likewise of a client that nobody could tell the time.
    untold: Option<[Canonical; 2]>,
    credentials: Vec<Credential>,
}

/// The position of an interaction, its field, and what is wrong there.
pub(crate) type Wrong = (usize, &'static str, String);

impl Recorded {
    fn read(request: &RecordedRequest, terms: &Terms) -> Result<Recorded, (&'static str, String)> {
        let at = Canonical::recorded(request, terms)?;
        let early_and_late = |terms: &Terms| {
            let [early, late] = terms.early_and_late();
            Ok([Canonical::recorded(request, &early)?, Canonical::recorded(request, &late)?])
        };
        let (told, untold) = if request.tells_time() {
            let untold = terms.in_truth().map(|terms| early_and_late(&terms)).transpose()?;
            (early_and_late(terms)?, untold)
        } else {
            ([at.clone(), at.clone()], None)
        };
        let credentials = Credential::all_of(request, terms);
        let credentials = credentials.map_err(|reason| ("request.headers", reason))?;
        Ok(Recorded { at, told, untold, credentials })
    }
}

impl Index {
    /// Requests, and whether the answer to each may be given again. Those in which something is wrong are left out, and
    /// said.
    pub(crate) fn new<'a>(
        requests: impl IntoIterator<Item = (&'a RecordedRequest, bool)>,
        terms: &Terms,
    ) -> (Index, Vec<Wrong>) {
        let (mut recorded, mut wrong) = (Vec::new(), Vec::new());
        let mut places = BTreeSet::new();
        for (position, (request, repeat)) in requests.into_iter().enumerate() {
            match Recorded::read(request, terms) {
                Ok(read) => {
                    if request.tells_time() {
                        let [early, late] = &read.told;
                        places.extend(clock::places(early, late));
                        if let Some([untold, _]) = &read.untold {
                            places.extend(clock::places(early, untold));
                        }
                    }
                    recorded.push((position, repeat, read));
                }
                Err((field, reason)) => wrong.push((position, field, reason)),
            }
        }
        let mut index =
            Index { groups: Vec::new(), by_request: HashMap::new(), places, ignore: terms.ignore.clone() };
        for (position, repeat, request) in recorded {
            wrong.extend(index.add(position, repeat, request).err());
        }
        (index, wrong)
    }

    fn add(&mut self, position: usize, repeat: bool, request: Recorded) -> Result<(), Wrong> {
        let Recorded { at, told, untold, credentials } = request;
        let (key, ranges) = self.ranges(told);
        let untold = untold.map(|untold| self.ranges(untold).1);
        let equals = self.by_request.entry(key).or_default();
        let equal = |place: &usize| {
            let group = &self.groups[*place];
            group.ranges == ranges && group.credentials == credentials
        };
        let Some(place) = equals.iter().copied().find(equal) else {
            equals.push(self.groups.len());
            let interactions = vec![position];
            self.groups.push(Group {
                request: at,
                ranges,
                untold,
                credentials,
                interactions,
                repeats: repeat,
            });
            return Ok(());
        };
        let group = &mut self.groups[place];
        if let Some(&last) = group.interactions.last().filter(|_| group.repeats) {
            let reason = format!(
                "only the last of equal requests may repeat, and interaction {} is equal to this one",
                position + 1
            );
            return Err((last, "repeat", reason));
        }
        group.interactions.push(position);
        group.repeats = repeat;
        Ok(())
    }

    /// A request without its times, and from when to when each of these may be.
    fn ranges(&self, [mut early, mut late]: [Canonical; 2]) -> (Canonical, Vec<Range>) {
        let from = clock::take(&mut early, &self.places);
        let until = clock::take(&mut late, &self.places);
        (early, from.into_iter().zip(until).collect())
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that a request belongs to: one, as a rule; one for each kind in which its body was recorded; and of
    /// requests that are told apart by times near each other all, the nearest first.
    pub(crate) fn find(&self, request: &Request) -> Vec<usize> {
        let mut live = Canonical::live(request, Content::Empty, &self.ignore);
        let mut found = Vec::new();
        for content in Content::readings(&request.body) {
            let (key, times) = if self.places.is_empty() && self.ignore.is_empty() {
                live.content = content;
                (None, Vec::new())
            } else {
                let mut key = live.with(content, &self.ignore);
                let times = clock::take(&mut key, &self.places);
                (Some(key), times)
            };
            let groups = self.by_request.get(key.as_ref().unwrap_or(&live)).into_iter().flatten();
            let mut near: Vec<(i128, usize)> = groups
                .filter_map(|place| {
                    let group = &self.groups[*place];
                    let known = group.credentials.iter().all(|it| it.is_in(&request.headers));
                    let mut ranges = std::iter::once(&group.ranges).chain(&group.untold);
                    let distance = ranges.find_map(|ranges| clock::distance(ranges, &times));
                    Some((distance.filter(|_| known)? / EQUALLY_NEAR, *place))
                })
                .collect();
            near.sort_unstable();
            for (_, place) in near {
                // A body that is passed over reads the same in every way.
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
        found
    }

    /// The group that a request which belongs to none comes closest to, and what differs.
    ///
    /// Host counts most, then path, method, scheme and port, query, body; of equals `spent` ones come last, then later
    /// ones. Looks at the first [`NEAREST`] groups: a miss may cost what a hit may not, but not any price.
    pub(crate) fn nearest(&self, request: &Request, spent: impl Fn(usize) -> bool) -> Option<Nearest> {
        let live = Canonical::live(request, Content::Empty, &self.ignore);
        let readings: Vec<Content> = Content::readings(&request.body)
            .map(|content| live.with(content, &self.ignore).content)
            .collect();
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
        let group = &self.groups[nearest];
        let wanted = &group.request;
        let mut differences = difference::of_head(wanted, &live);
        differences.extend(difference::of_content(&wanted.content, &readings));
        let unknown = group.credentials.iter().filter(|it| !it.is_in(&request.headers));
        differences.extend(unknown.map(|it| it.difference(&request.headers)));
        let remedy = Remedy::of(&differences, &live.path, self, nearest);
        Some(Nearest { group: nearest, differences, remedy })
    }

    /// The first interaction of another group that these rules make equal to this one.
    pub(super) fn confused_with(&self, place: usize, rules: &[Rule]) -> Option<usize> {
        let without = |group: &Group| {
            let mut request = group.request.clone();
            for rule in rules {
                request.pass_over(rule);
            }
            request
        };
        let asked = &self.groups[place].request;
        let nearest = without(&self.groups[place]);
        // No rule passes over where a request goes; bodies are long, so that most are not even copied.
        let others = self.groups.iter().take(NEAREST).enumerate().filter(|(other, group)| {
            let it = &group.request;
            *other != place && (&it.method, &it.host, &it.path) == (&asked.method, &asked.host, &asked.path)
        });
        let mut confused = others.filter(|(_, group)| without(group) == nearest);
        confused.next().and_then(|(_, group)| group.interactions.first().copied())
    }
}

/// Smaller is nearer.
type Distance = (bool, usize, usize, bool, bool, usize);

fn head_distance(wanted: &Canonical, got: &Canonical) -> Distance {
    (
        wanted.host != got.host,
        unmatched(wanted.path.split('/'), got.path.split('/')),
        between(&wanted.path, &got.path),
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

/// How many bytes of the longer of two texts lie between how they both begin and how they both end: few where one is the
/// other misspelt.
fn between(one: &str, other: &str) -> usize {
    let longest = one.len().max(other.len());
    let begin = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let left = one.as_bytes()[begin..].iter().rev().zip(other.as_bytes()[begin..].iter().rev());
    longest - begin - left.take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interaction;

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
        let requests = interactions.iter().map(|interaction| (&interaction.request, false));
        let (index, wrong) = Index::new(requests, &Terms::default());
        assert!(wrong.is_empty(), "{wrong:?}");
        let nearest =
            |item| index.nearest(&request(&format!("http://a.test/{item}?x")), |_| false).unwrap().group;
        assert_eq!(nearest(NEAREST - 1), NEAREST - 1);
        assert!(nearest(NEAREST) < NEAREST);
    }

    #[test]
    fn of_paths_that_differ_in_one_segment_the_one_that_is_misspelt_is_nearest() {
        assert_eq!(between("/v1/customers", "/v1/custmers"), 1);
        assert_eq!(between("/v1/charges", "/v1/custmers"), 6);
        assert_eq!((between("aa", "aaa"), between("", "é"), between("a", "a")), (1, 2, 0));
    }

    #[test]
    fn no_more_than_the_first_segments_of_a_path_count() {
        let deep = "x/".repeat(2 * SEGMENTS);
        assert_eq!(unmatched("a/b".split('/'), "a/c/d".split('/')), 2);
        assert_eq!(unmatched("a".split('/'), deep.split('/')), SEGMENTS);
    }
}
