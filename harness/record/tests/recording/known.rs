use connector_record::{Options, Upstreams};
use connector_replay::{Cassette, Outcome, Player, Terms};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::Scene;

#[tokio::test]
async fn what_a_player_knows_is_not_asked_again_unless_it_must_be() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_string("live")).mount(&server).await;
    let interaction = |path| {
        format!(
            r#"{{"request": {{"method": "GET", "url": "https://api.test/{path}"}},
                "response": {{"status": 200, "body": {{"text": "known"}}}}}}"#
        )
    };
    let interactions = ["a", "token", "never"].map(interaction).join(",");
    let text = format!(r#"{{"cassette": 1, "interactions": [{interactions}]}}"#);
    let player = Player::new(Cassette::parse(&text, "test", &Terms::default()).unwrap());
    let upstreams = Upstreams::new([format!("api.test={}", server.uri()).parse().unwrap()]).unwrap();
    let live = |request: &connector_replay::Request| request.target.path == "/token";
    let options = Options { upstreams, ..Options::default() };
    let scene = Scene::of(options, |recorder| recorder.completing(player, live)).await;
    let client = scene.client();
    // Known, known but to be asked, unknown, and known for once.
    for (path, wanted) in [("a", "known"), ("token", "live"), ("b", "live"), ("a", "live")] {
        let got = client.get(format!("https://api.test/{path}")).send().await.unwrap();
        assert_eq!(got.text().await.unwrap(), wanted, "{path}");
    }
    let cut = scene.finish().await;
    let paths: Vec<_> = cut.takes.iter().map(|take| take.request.target.path.as_str()).collect();
    assert_eq!(paths, ["/token", "/b", "/a"]);
    assert_eq!(cut.journal.exchanges[0].outcome, Outcome::Answered { interaction: 0 });
    assert_eq!(cut.journal.exchanges[3].outcome, Outcome::Forwarded);
    let unasked: Vec<_> = cut.journal.unasked.iter().map(|unasked| unasked.interaction).collect();
    assert_eq!(unasked, [1, 2]);
}
