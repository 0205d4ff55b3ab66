#![cfg(target_os = "linux")]

use std::fs;

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::Scene;

const CANARY: &str = "canary-5e1f0c";

#[tokio::test]
async fn no_secret_is_readable_on_disk_while_it_is_recorded() {
    let server = MockServer::start().await;
    let response =
        ResponseTemplate::new(200).insert_header("set-cookie", CANARY).set_body_string(CANARY.repeat(1_000));
    Mock::given(any()).respond_with(response).mount(&server).await;
    let scene = Scene::new(&server.uri()).await;
    let asked = scene.client().post(format!("https://api.test/{CANARY}?{CANARY}={CANARY}"));
    let got = asked.header("authorization", CANARY).body(CANARY).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), CANARY.repeat(1_000));

    // Files without a name are found by who holds them open.
    let mut spools = 0;
    for entry in fs::read_dir("/proc/self/fd").unwrap() {
        let path = entry.unwrap().path();
        let Ok(link) = fs::read_link(&path) else { continue };
        if !fs::metadata(&path).is_ok_and(|file| file.is_file()) {
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let shown = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
        // This program, which holds the word, is among the open files of a debugger alone.
        assert!(!shown, "{}", link.display());
        spools +=
            usize::from(link.to_string_lossy().ends_with(" (deleted)") && bytes.len() > CANARY.len() * 1_000);
    }
    assert!(spools > 0, "a spool with a whole take, and no name");
    for entry in fs::read_dir(std::env::temp_dir()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "{}", path.display());
    }
    let cut = scene.finish().await;
    assert_eq!(cut.take().request.headers["authorization"], CANARY);
}
