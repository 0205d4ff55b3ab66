use super::Index;
use crate::{RecordedRequest, Request, Terms};

/// The requests of a tape by which of them are equal, as a [`Player`](crate::Player) sees it.
///
/// For tools that put tapes together or compare them. Requests are named by their positions.
#[derive(Debug)]
pub struct Equals {
    index: Index,
    unreadable: Vec<(usize, String)>,
}

impl Equals {
    /// Finds out which of these requests are equal on these terms.
    pub fn new<'a>(requests: impl IntoIterator<Item = &'a RecordedRequest>, terms: &Terms) -> Equals {
        let (index, wrong) = Index::new(requests.into_iter().map(|request| (request, false)), terms);
        let unreadable =
            wrong.into_iter().map(|(position, field, reason)| (position, format!("{field}: {reason}")));
        Equals { index, unreadable: unreadable.collect() }
    }

    /// The sets of equal requests, by their first; each in recorded order.
    pub fn sets(&self) -> Vec<Vec<usize>> {
        self.index.groups().iter().map(|group| group.interactions.clone()).collect()
    }

    /// The sets from which a request is answered, by their places in [`Equals::sets`]: one as a rule, the nearest first
    /// where only times tell requests apart.
    pub fn find(&self, request: &Request) -> Vec<usize> {
        self.index.find(request)
    }

    /// The requests that nobody can ask, and why.
    pub fn unreadable(&self) -> &[(usize, String)] {
        &self.unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> RecordedRequest {
        serde_json::from_value(serde_json::json!({"method": "GET", "url": url})).unwrap()
    }

    #[test]
    fn requests_are_put_together_as_a_player_would() {
        let terms = Terms { now: Some("2030-01-02T03:04:05Z".parse().unwrap()), ..Terms::default() };
        let requests = [
            "http://a.test/?b=1&a=2",
            "http://a.test/?key={{secret:unknown}}",
            "http://a.test/?at={{now-1d:date}}",
            "http://a.test/?a=2&b=1",
        ]
        .map(request);
        let equals = Equals::new(&requests, &terms);
        assert_eq!(equals.sets(), [vec![0, 3], vec![2]]);
        assert_eq!(equals.find(&request("http://a.test/?at=2030-01-01").asked(&terms).unwrap()), [1]);
        let [(1, reason)] = equals.unreadable() else { panic!("{equals:?}") };
        assert!(reason.starts_with("request.url: {{secret:unknown}}"), "{reason}");
    }
}
