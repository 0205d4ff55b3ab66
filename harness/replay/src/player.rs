use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::matching::{Difference, Group, Nearest};
use crate::miss::Miss;
use crate::responder::Answering;
use crate::{Cassette, Interaction, Reply, Request, Responder, Unasked};

/// Answers from a cassette, each interaction once and equal requests in recorded order.
///
/// A player begins its cassette anew and remembers what it gave; several can share one cassette.
#[derive(Debug)]
pub struct Player {
    cassette: Arc<Cassette>,
    /// How often each group of equal requests was asked.
    asked: Vec<AtomicUsize>,
}

impl Player {
    /// Puts a cassette in, at its beginning.
    pub fn new(cassette: impl Into<Arc<Cassette>>) -> Player {
        let cassette = cassette.into();
        let asked = cassette.index().groups().iter().map(|_| AtomicUsize::new(0)).collect();
        Player { cassette, asked }
    }

    /// The next answer of a group, or how often it has been asked by now.
    fn take(&self, place: usize, group: &Group) -> Result<usize, usize> {
        let before = self.asked[place].fetch_add(1, Ordering::Relaxed);
        let again = group.interactions.last().filter(|_| group.repeats);
        group.interactions.get(before).or(again).copied().ok_or(before + 1)
    }

    /// The recorded answer, or the reason why there is none.
    pub fn answer(&self, request: &Request) -> Reply {
        let groups = self.cassette.index().groups();
        let mut exhausted = None;
        for place in self.cassette.index().find(request) {
            match self.take(place, &groups[place]) {
                Ok(interaction) => return Reply::recorded(self.cassette.answer(interaction), interaction),
                Err(times) => exhausted = exhausted.or(Some((place, times))),
            }
        }
        let miss = match exhausted {
            Some((place, times)) => {
                let interactions = &groups[place].interactions;
                let given = interactions.len();
                let times = Difference::new("times", Some(&given.to_string()), Some(&times.to_string()));
                let nearest = interactions.last().map(|last| self.recorded(*last));
                Miss { request, nearest, differences: vec![times], remedy: None, given: Some(given) }
            }
            None => match self.cassette.index().nearest(request, |place| self.is_spent(place)) {
                Some(Nearest { group, differences, remedy }) => {
                    let asked = self.asked[group].load(Ordering::Relaxed);
                    let interactions = &groups[group].interactions;
                    let nearest = interactions.get(asked).or(interactions.last());
                    let nearest = nearest.map(|nearest| self.recorded(*nearest));
                    Miss { request, nearest, differences, remedy, given: None }
                }
                None => Miss { request, nearest: None, differences: Vec::new(), remedy: None, given: None },
            },
        };
        miss.reply()
    }

    fn is_spent(&self, place: usize) -> bool {
        self.asked[place].load(Ordering::Relaxed) >= self.cassette.index().groups()[place].interactions.len()
    }

    fn recorded(&self, interaction: usize) -> (usize, &Interaction) {
        (interaction, &self.cassette.interactions()[interaction])
    }
}

impl Responder for Player {
    fn respond<'a>(&'a self, request: &'a Request) -> Answering<'a> {
        Box::pin(std::future::ready(self.answer(request)))
    }

    fn unasked(&self) -> Vec<Unasked> {
        let groups = self.cassette.index().groups().iter().zip(&self.asked);
        let mut places: Vec<usize> = groups
            .flat_map(|(group, asked)| group.interactions.iter().skip(asked.load(Ordering::Relaxed)).copied())
            .collect();
        places.retain(|place| !self.cassette.interactions()[*place].optional);
        places.sort_unstable();
        let unasked = places.into_iter().map(|interaction| {
            let request = &self.cassette.interactions()[interaction].request;
            Unasked { interaction, method: request.method.to_string(), url: request.url.to_string() }
        });
        unasked.collect()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::{Outcome, Target, Terms};

    /// A player of interactions that are all `METHOD URL [BODY]`, answered 200; a leading `*` marks one that repeats.
    fn player(requests: &[&str]) -> Player {
        let interactions: Vec<String> = requests
            .iter()
            .map(|line| {
                let (repeat, line) = line.strip_prefix('*').map_or((false, *line), |line| (true, line));
                let (method, url, body) = split(line);
                let body = if body.is_empty() { "null" } else { body };
                format!(
                    r#"{{"request": {{"method": "{method}", "url": "{url}", "body": {body}}}, "response": {{"status": 200}}, "repeat": {repeat}}}"#
                )
            })
            .collect();
        let text = format!(r#"{{"cassette": 1, "interactions": [{}]}}"#, interactions.join(","));
        Player::new(Cassette::parse(&text, "test", &Terms::default()).unwrap())
    }

    fn split(line: &str) -> (&str, &str, &str) {
        let (method, rest) = line.split_once(' ').unwrap();
        let (url, body) = rest.split_once(' ').unwrap_or((rest, ""));
        (method, url, body)
    }

    fn request(line: &str) -> Request {
        let (method, url, body) = split(line);
        let target: Target = serde_json::from_value(url.into()).unwrap();
        let method: Method = method.parse().unwrap();
        Request { method, target, headers: http::HeaderMap::new(), body: body.to_owned().into() }
    }

    /// The interaction that answers, or the nearest one and what differs.
    fn ask(player: &Player, line: &str) -> Result<usize, String> {
        let request = request(line);
        match player.answer(&request).send(&request).1 {
            Outcome::Answered { interaction } => Ok(interaction),
            Outcome::Unmatched { nearest, differences, .. } => {
                let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
                Err(format!("{nearest:?} {}", differences.join("; ")))
            }
            outcome => panic!("a player does not say {outcome:?}"),
        }
    }

    #[test]
    fn equal_requests_match() {
        for (recorded, asked) in [
            ("GET https://a.test/x", "GET https://A.test:443/x"),
            ("GET http://a.test", "GET http://a.test:80/"),
            ("GET http://a.test/?", "GET http://a.test/"),
            ("GET http://a.test/?b=2&a=1&b=1", "GET http://a.test/?a=1&b=1&b=2"),
            ("GET http://a.test/?a=x+y&b", "GET http://a.test/?a=x%20y&b="),
            ("GET http://a.test/%7Eme/a%2fb", "GET http://a.test/~me/a%2Fb"),
            (
                r#"POST http://a.test/ {"json": {"a": 1.0, "b": [2]}}"#,
                r#"POST http://a.test/ { "b": [2], "a": 1 }"#,
            ),
            (r#"POST http://a.test/ {"form": [["b", "1 2"], ["a", "x"]]}"#, "POST http://a.test/ a=x&b=1+2"),
            (r#"POST http://a.test/ {"text": "b=1&a=2"}"#, "POST http://a.test/ b=1&a=2"),
            (r#"POST http://a.test/ {"lines": ["a", "b"]}"#, "POST http://a.test/ a\nb\n"),
            (r#"POST http://a.test/ {"base64": "aGk="}"#, "POST http://a.test/ hi"),
            (r#"POST http://a.test/ {"text": ""}"#, "POST http://a.test/"),
            (r#"POST http://a.test/ {"form": []}"#, "POST http://a.test/"),
            (r#"POST http://a.test/ {"json": "a"}"#, r#"POST http://a.test/ "\u0061""#),
        ] {
            assert_eq!(ask(&player(&[recorded]), asked), Ok(0), "{recorded} {asked}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        for (recorded, asked, difference) in [
            ("GET http://a.test/?sig=%FE", "GET http://a.test/?sig=%FF", "query sig: wanted %FE, got %FF"),
            (
                "GET http://a.test/?%FE=1",
                "GET http://a.test/?%FF=1",
                "query %FE: wanted 1, got nothing; query %FF: wanted nothing, got 1",
            ),
            (
                r#"PUT http://a.test/ {"form": [["a", "\ufffd"]]}"#,
                "PUT http://a.test/ a=%FF",
                "body a: wanted \u{fffd}, got %FF",
            ),
        ] {
            let player = player(&[recorded]);
            assert_eq!(ask(&player, asked), Err(format!("Some(0) {difference}")));
        }
        let form = player(&[r#"PUT http://a.test/ {"form": [["\ufffd", ""]]}"#]);
        let request = Request { body: vec![0xff].into(), ..request("PUT http://a.test/ x") };
        let (_, outcome) = form.answer(&request).send(&request);
        assert!(matches!(outcome, Outcome::Unmatched { .. }), "{outcome:?}");
        let same = player(&["GET http://a.test/?sig=%fe%41"]);
        assert_eq!(ask(&same, "GET http://a.test/?sig=%FEA"), Ok(0));
    }

    #[test]
    fn what_is_asked_once_is_counted_once_though_its_body_reads_in_several_ways() {
        let text = r#"{"cassette": 1, "interactions": [{
            "request": {"method": "PUT", "url": "http://a.test/", "body": {"json": {}}}, "response": {"status": 200}}]}"#;
        let terms = Terms { ignore: vec![serde_json::from_str("\"body\"").unwrap()], ..Terms::default() };
        let player = Player::new(Cassette::parse(text, "test", &terms).unwrap());
        assert_eq!(ask(&player, "PUT http://a.test/ {\"a\":1}"), Ok(0));
        for times in [2, 3] {
            let wanted = format!("Some(0) times: wanted 1, got {times}");
            assert_eq!(ask(&player, "PUT http://a.test/ {\"a\":2}"), Err(wanted));
        }
    }

    #[test]
    fn what_differs_is_named_by_its_part() {
        for (recorded, asked, difference) in [
            ("GET http://a.test/", "POST http://a.test/", "method: wanted GET, got POST"),
            ("GET https://a.test:80/", "GET http://a.test:80/", "scheme: wanted https, got http"),
            ("GET http://a.test/", "GET http://b.test/", "host: wanted a.test, got b.test"),
            ("GET http://a.test/", "GET http://a.test:81/", "port: wanted 80, got 81"),
            ("GET http://a.test/x", "GET http://a.test/X", "path: wanted /x, got /X"),
            ("GET http://a.test/x", "GET http://a.test/x/", "path: wanted /x, got /x/"),
            ("GET http://a.test/a%2Fb", "GET http://a.test/a/b", "path: wanted /a%2Fb, got /a/b"),
            ("GET http://a.test/?a=1", "GET http://a.test/?a=2", "query a: wanted 1, got 2"),
            ("GET http://a.test/?a=1&a=1", "GET http://a.test/?a=1", "query a: wanted 1, 1, got 1"),
            (
                "GET http://a.test/?a=1",
                "GET http://a.test/?b=1",
                "query a: wanted 1, got nothing; query b: wanted nothing, got 1",
            ),
            (
                r#"PUT http://a.test/ {"json": {"a": {"b/c": [1, 2]}}}"#,
                r#"PUT http://a.test/ {"a": {"b/c": [1, 3, 4]}}"#,
                "body /a/b~1c/1: wanted 2, got 3; body /a/b~1c/2: wanted nothing, got 4",
            ),
            (
                r#"PUT http://a.test/ {"json": 12345678901234567890}"#,
                "PUT http://a.test/ 12345678901234567891",
                "body: wanted 12345678901234567890, got 12345678901234567891",
            ),
            (
                r#"PUT http://a.test/ {"json": {"a": "1"}}"#,
                r#"PUT http://a.test/ {"a": 1}"#,
                "body /a: wanted \"1\", got 1",
            ),
            (r#"PUT http://a.test/ {"json": {}}"#, "PUT http://a.test/ a=1", "body: wanted {}, got a=1"),
            (r#"PUT http://a.test/ {"json": {}}"#, "PUT http://a.test/", "body: wanted {}, got nothing"),
            ("PUT http://a.test/", "PUT http://a.test/ {}", "body: wanted nothing, got {}"),
            (
                r#"PUT http://a.test/ {"form": [["a", "1"], ["b", "2"]]}"#,
                "PUT http://a.test/ b=3&a=1",
                "body b: wanted 2, got 3",
            ),
            (
                r#"PUT http://a.test/ {"text": "one\ntwo"}"#,
                "PUT http://a.test/ one\nten",
                "body at byte 5: wanted wo, got en",
            ),
            (
                r#"PUT http://a.test/ {"text": "{\"a\":1}"}"#,
                r#"PUT http://a.test/ {"a": 1}"#,
                "body at byte 5: wanted 1}, got  1}",
            ),
        ] {
            let miss = ask(&player(&[recorded]), asked).unwrap_err();
            assert_eq!(miss, format!("Some(0) {difference}"), "{recorded} {asked}");
        }
    }

    #[test]
    fn an_unmatched_request_names_the_nearest_interaction() {
        let recorded = [
            "GET https://b.test/v1/users",
            "GET https://a.test/v1/users?page=1",
            "GET https://a.test/v1/users?page=1&size=10",
            "POST https://a.test/v1/users",
            r#"POST https://a.test/v1/search {"json": {"q": "a", "from": 0}}"#,
            r#"POST https://a.test/v1/search {"json": {"q": "b", "from": 10}}"#,
        ];
        for (asked, nearest) in [
            ("GET https://a.test/v1/users?page=2&size=10", 2),
            ("GET https://a.test/v1/users", 1),
            ("GET http://a.test/v1/users?page=1", 1),
            ("PUT https://a.test/v1/users", 3),
            ("GET https://b.test/v2/teams", 0),
            ("GET https://c.test/v1/users", 0),
            (r#"POST https://a.test/v1/search {"q": "c", "from": 10}"#, 5),
            ("DELETE https://a.test/v1/search", 4),
        ] {
            let miss = ask(&player(&recorded), asked).unwrap_err();
            assert!(miss.starts_with(&format!("Some({nearest}) ")), "{asked}: {miss}");
        }
        assert_eq!(ask(&player(&[]), "GET http://a.test/"), Err("None ".into()));
    }

    #[test]
    fn of_equally_near_interactions_one_that_is_still_to_be_asked_for_is_named() {
        let player = player(&["GET http://a.test/?page=1", "GET http://a.test/?page=2"]);
        assert_eq!(ask(&player, "GET http://a.test/?page=1"), Ok(0));
        let miss = ask(&player, "GET http://a.test/?page=3");
        assert_eq!(miss, Err("Some(1) query page: wanted 2, got 3".into()));
    }

    #[test]
    fn equal_requests_are_answered_in_recorded_order_and_each_answer_once() {
        let player = player(&["GET http://a.test/", "GET http://a.test/other", "GET http://a.test/"]);
        assert_eq!(ask(&player, "GET http://a.test/"), Ok(0));
        assert_eq!(ask(&player, "GET http://a.test/"), Ok(2));
        assert_eq!(ask(&player, "GET http://a.test/"), Err("Some(2) times: wanted 2, got 3".into()));
        assert_eq!(ask(&player, "GET http://a.test/"), Err("Some(2) times: wanted 2, got 4".into()));
        assert_eq!(player.unasked().iter().map(|unasked| unasked.interaction).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn the_last_answer_repeats_where_it_says_so() {
        let player = player(&["GET http://a.test/", "*GET http://a.test/"]);
        let answers: Vec<_> = (0..4).map(|_| ask(&player, "GET http://a.test/").unwrap()).collect();
        assert_eq!(answers, [0, 1, 1, 1]);
        assert_eq!(player.unasked(), []);
    }

    #[test]
    fn a_body_recorded_in_several_kinds_is_answered_from_the_exact_one_first() {
        let player = player(&[r#"PUT http://a.test/ {"json": {}}"#, r#"PUT http://a.test/ {"text": "{}"}"#]);
        assert_eq!(ask(&player, "PUT http://a.test/ {}"), Ok(1));
        assert_eq!(ask(&player, "PUT http://a.test/ {}"), Ok(0));
        assert!(ask(&player, "PUT http://a.test/ {}").is_err());
    }

    #[test]
    fn what_a_miss_shows_is_one_line_and_bounded() {
        let player = player(&[r#"PUT http://a.test/ {"json": {}}"#]);
        let members: Vec<String> =
            (0..100).map(|key| format!("\"{key}\": \"{}\"", "x\\ty".repeat(1_000))).collect();
        let pairs = (0..1_000).map(|pair| format!("{pair}{0}={0}", "a".repeat(1_000)));
        let request = request(&format!("PUT http://a.test/?{}", pairs.collect::<Vec<_>>().join("&")));
        let request = Request { body: format!("{{{}}}", members.join(",")).into(), ..request };
        let (_, outcome) = player.answer(&request).send(&request);
        let Outcome::Unmatched { differences, .. } = outcome else { panic!("a miss") };
        assert_eq!(differences.len(), 10 + 10);
        assert!(differences.iter().all(|difference| difference.to_string().len() < 300), "{differences:?}");
    }

    #[test]
    fn every_player_begins_the_cassette_anew() {
        let cassette = Arc::clone(&player(&["GET http://a.test/"]).cassette);
        for _ in 0..2 {
            assert_eq!(ask(&Player::new(Arc::clone(&cassette)), "GET http://a.test/"), Ok(0));
        }
    }
}
