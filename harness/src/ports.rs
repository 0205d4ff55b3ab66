//! The ports that a scenario's servers are asked on.

use connector_replay::Cassette;
use serde_json::Value;

/// Those that the URLs of a cassette and of a config name. They may come more than once.
pub(crate) fn of(cassette: &Cassette, config: &Value) -> Vec<u16> {
    let urls = cassette.interactions().iter().map(|interaction| interaction.request.url.as_str());
    let mut ports: Vec<u16> = urls.filter_map(of_url).collect();
    of_config(config, &mut ports);
    ports
}

/// Those that the URLs of a config name.
pub(crate) fn of_config(config: &Value, ports: &mut Vec<u16>) {
    match config {
        Value::String(text) => ports.extend(of_url(text)),
        Value::Array(items) => items.iter().for_each(|item| of_config(item, ports)),
        Value::Object(members) => members.values().for_each(|member| of_config(member, ports)),
        _ => {}
    }
}

fn of_url(text: &str) -> Option<u16> {
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https"].contains(&scheme) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    authority.rsplit_once(':')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use connector_replay::Terms;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_port_that_a_url_names_is_found() {
        let text = r#"{"cassette": 1, "interactions": [
            {"request": {"method": "GET", "url": "https://a.test:8443/x:1"}, "response": {"status": 200}},
            {"request": {"method": "GET", "url": "https://a.test/y?z=http://b.test:1"}, "response": {"status": 200}}
        ]}"#;
        let cassette = Cassette::parse(text, "c.json", &Terms::default()).unwrap();
        let config = json!({"url": "http://me:9@c.test:8080", "deep": [{"it": "https://[::1]:4/"}], "port": 5,
                            "db": "postgres://d.test:5432/", "name": "http://e.test"});
        let mut found = of(&cassette, &config);
        found.sort_unstable();
        assert_eq!(found, [4, 8080, 8443]);
    }
}
