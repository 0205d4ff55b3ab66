use std::fs;

use connector_replay::{Authority, Cassette, Player, Session, Tape, Terms};

use crate::{client, finish};

/// The blocks of one language in `docs/cassette.md`.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cassette.md")).unwrap();
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned)).collect()
}

#[test]
fn the_document_s_cassettes_load_and_are_laid_out_as_it_says() {
    let blocks = blocks("json");
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert_eq!(Tape::parse(&block, "docs/cassette.md").unwrap().to_json().unwrap(), block);
    }
}

#[tokio::test]
async fn the_document_s_miss_is_what_a_client_is_told() {
    let authority = Authority::new().unwrap();
    let values = [("access_key".to_owned(), "k3y".to_owned())].into();
    let terms = Terms { values, ..Terms::default() };
    let player = Player::new(Cassette::parse(&blocks("json")[0], "docs/cassette.md", &terms).unwrap());
    let session = Session::start(&authority, player).await.unwrap();
    let key = [("authorization".parse().unwrap(), "Bearer k3y".parse().unwrap())];
    let client = client(&session, &authority).default_headers(key.into_iter().collect()).build().unwrap();
    let get = async |page| {
        let url = format!("https://api.example.test/v1/users?page={page}");
        client.get(url).send().await.unwrap().text().await.unwrap()
    };
    assert_eq!(get(1).await, r#"{"users":[{"id":12345678901234567890,"balance":10.50}],"next":2}"#);
    assert_eq!(get(3).await, blocks("text")[0].replace("\n ", " ").replace(" \"", "\"").trim_end());
    assert_eq!(get(2).await, "token expired");
    assert_eq!(finish(session).await.unasked, []);
}
