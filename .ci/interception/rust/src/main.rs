//! A connector of one page: `interception-clients CLIENT COMMAND [--config FILE ..]` asks for it with the client that is named.

use std::error::Error;

/// Both kinds of roots are compiled in: a feature of the crate would choose for all clients in the program.
fn reqwest(native: bool, url: &str) -> Result<String, Box<dyn Error>> {
    let client = reqwest::blocking::Client::builder()
        .tls_built_in_native_certs(native)
        .tls_built_in_webpki_certs(!native)
        .build()?;
    Ok(client.get(url).send()?.error_for_status()?.text()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [client, command, flags @ ..] = arguments.as_slice() else { return Err("CLIENT COMMAND".into()) };
    match command.as_str() {
        "spec" => println!(
            r#"{{"type":"SPEC","spec":{{"connectionSpecification":{{"type":"object","properties":{{"api_url":{{"type":"string"}}}}}}}}}}"#
        ),
        "check" => println!(r#"{{"type":"CONNECTION_STATUS","connectionStatus":{{"status":"SUCCEEDED"}}}}"#),
        "discover" => println!(
            r#"{{"type":"CATALOG","catalog":{{"streams":[{{"name":"users","json_schema":{{"type":"object","properties":{{"id":{{"type":"integer"}}}}}},"supported_sync_modes":["full_refresh"]}}]}}}}"#
        ),
        "read" => {
            let place = flags.iter().position(|flag| flag == "--config").ok_or("--config")?;
            let config = std::fs::read_to_string(&flags[place + 1])?;
            let (_, rest) = config.split_once("\"api_url\"").ok_or("api_url")?;
            let base = rest.split('"').nth(1).ok_or("api_url")?;
            let url = format!("{base}/users");
            let users = match client.as_str() {
                "reqwest-native roots" => reqwest(true, &url)?,
                "reqwest-webpki roots" => reqwest(false, &url)?,
                _ => ureq::get(&url).call()?.body_mut().read_to_string()?,
            };
            // One user: what stands between the brackets.
            let user = users.trim().trim_matches(['[', ']']);
            println!(r#"{{"type":"RECORD","record":{{"stream":"users","emitted_at":0,"data":{user}}}}}"#);
            println!("{}", r#"{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"read":true}}}}"#);
        }
        _ => std::process::exit(2),
    }
    Ok(())
}
