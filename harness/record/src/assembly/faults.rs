use connector_replay::{Body, Equals, Interaction, Tape, Terms};
use serde_json::value::RawValue;

use super::chain::{Step, chains};
use super::page::Page;
use super::stand_in;

/// What is wrong with a tape as it stands, a sentence each: what can never be given, and what no real server says.
pub fn faults(tape: &Tape) -> Vec<String> {
    let terms = stand_in::terms(&tape.interactions, &[]);
    let named = |position: usize| format!("interaction {} ({})", position + 1, tape.interactions[position]);
    let mut faults: Vec<(usize, String)> = Vec::new();
    for (position, interaction) in tape.interactions.iter().enumerate() {
        faults.extend(of_answer(interaction, &terms).into_iter().map(|fault| (position, fault)));
    }
    let equals = Equals::new(tape.interactions.iter().map(|interaction| &interaction.request), &terms);
    for (position, reason) in equals.unreadable() {
        faults.push((*position, format!("cannot be asked: {reason}")));
    }
    let sets = equals.sets();
    for set in &sets {
        if let Some(place) = set.iter().position(|position| tape.interactions[*position].repeat) {
            faults.extend(set[place + 1..].iter().map(|position| {
                let reason =
                    format!("can never be given, since {}, which is equal, repeats", named(set[place]));
                (*position, reason)
            }));
        }
    }
    faults.extend(breaks(&tape.interactions, &sets, &terms));
    faults.sort();
    faults.into_iter().map(|(position, fault)| format!("{} {fault}", named(position))).collect()
}

fn of_answer(Interaction { response, .. }: &Interaction, terms: &Terms) -> Vec<String> {
    let mut faults = Vec::new();
    let header = |name: &str| {
        let found = response.headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.as_str().to_ascii_lowercase())
    };
    if [301, 302, 303, 307, 308].contains(&response.status) && header("location").is_none() {
        faults.push(format!("answers {} without a location", response.status));
    }
    let body = match response.body.as_ref().map(|body| body.to_bytes(terms)).transpose() {
        Ok(body) => body.unwrap_or_default(),
        Err(reason) => {
            faults.push(format!("has a body that cannot be sent: {reason}"));
            return faults;
        }
    };
    let kind = header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let is_json = kind == "application/json" || kind.ends_with("+json");
    if is_json && !body.is_empty() && serde_json::from_slice::<&RawValue>(&body).is_err() {
        faults.push(format!("says that its body is {kind}, but that is no JSON"));
    }
    let decoded = match &response.body {
        Some(Body::Base64(_)) | None => false,
        Some(Body::File(file)) => {
            file.path().rsplit_once('.').is_some_and(|(_, it)| ["json", "txt"].contains(&it))
        }
        Some(_) => true,
    };
    if let Some(coding) = header("content-encoding").filter(|it| decoded && it != "gzip" && it != "identity")
    {
        faults.push(format!("says that its body is compressed as {coding}, but that is plain text"));
    }
    faults
}

/// Chains of pages that end though the last one says that there is more.
fn breaks(interactions: &[Interaction], sets: &[Vec<usize>], terms: &Terms) -> Vec<(usize, String)> {
    let (mut pages, mut shown): (Vec<Page>, Vec<usize>) = Default::default();
    for set in sets {
        // Of equal requests the last answer leads on.
        let Some(last) = set.last() else { continue };
        if let Some(page) = Page::new(&interactions[*last], terms) {
            pages.push(page);
            shown.push(*last);
        }
    }
    let mut faults = Vec::new();
    for chain in chains(&pages).iter().filter(|chain| !chain.forks) {
        let (Some(last), Some(step)) = (chain.pages.last(), chain.steps.last()) else { continue };
        let page = &pages[*last];
        let more = page.leaves.iter().find(|leaf| {
            let name = leaf.name().replace('_', "");
            !leaf.is_listed()
                && leaf.text == "true"
                && ["hasmore", "hasnextpage", "hasnext"].contains(&&*name)
        });
        let ahead = match step {
            Step::Link => page.next.first().map(String::as_str),
            Step::Carried { name, place } => {
                let found = page.leaves.iter().find(|leaf| leaf.place == *place).map(|leaf| &*leaf.text);
                found.filter(|text| !["", "false", "0"].contains(text) && Some(*text) != page.value(name))
            }
            Step::Record | Step::Counted { .. } => None,
        };
        let again = page.next.contains(&page.line());
        if let Some(ahead) = ahead.or(more.map(|leaf| &*leaf.place)).filter(|_| !again) {
            faults
                .push((shown[*last], format!("says that more pages follow ({ahead}), but none is recorded")));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::tests::interaction;
    use super::*;

    fn found(all: Vec<Interaction>) -> Vec<String> {
        faults(&Tape::new(all))
    }

    fn answered(response: &str) -> Interaction {
        Interaction { response: serde_json::from_str(response).unwrap(), ..interaction("/a", "1") }
    }

    #[test]
    fn answers_that_no_server_gives_are_named() {
        for (response, wanted) in [
            (r#"{"status": 302}"#, "answers 302 without a location"),
            (
                r#"{"status": 200, "headers": [["content-type", "application/json; charset=utf-8"]], "body": {"text": "{"}}"#,
                "says that its body is application/json, but that is no JSON",
            ),
            (
                r#"{"status": 200, "headers": [["content-encoding", "br"]], "body": {"json": 1}}"#,
                "says that its body is compressed as br, but that is plain text",
            ),
            (
                r#"{"status": 200, "body": {"text": "{{now+1x:date}}"}}"#,
                "has a body that cannot be sent: {{now+1x:date}}: wanted an offset such as -1d or +3600s, got +1x",
            ),
        ] {
            assert_eq!(
                found(vec![answered(response)]),
                [format!("interaction 1 (GET https://a.test/a) {wanted}")]
            );
        }
        for sound in [
            r#"{"status": 302, "headers": [["location", "/"]]}"#,
            r#"{"status": 304}"#,
            r#"{"status": 200, "headers": [["content-type", "application/json"]], "body": {"text": "{\"a\": 1}"}}"#,
            r#"{"status": 200, "headers": [["content-type", "application/json"]]}"#,
            r#"{"status": 200, "headers": [["content-encoding", "gzip"]], "body": {"json": 1}}"#,
            r#"{"status": 200, "headers": [["content-encoding", "br"]], "body": {"base64": "AAAA"}}"#,
        ] {
            assert_eq!(found(vec![answered(sound)]), [""; 0], "{sound}");
        }
    }

    #[test]
    fn what_can_never_be_asked_or_given_is_named() {
        let mut all = vec![interaction("/a?x=1&y=2", "1"), interaction("/{{now+1x:date}}", "1")];
        all[0].repeat = true;
        all.push(interaction("/a?y=2&x=1", "2"));
        let found = found(all);
        assert!(found[0].starts_with("interaction 2 (GET https://a.test/{{now+1x:date}}) cannot be asked: "));
        let wanted = "interaction 3 (GET https://a.test/a?y=2&x=1) can never be given, since interaction 1 (GET \
                      https://a.test/a?x=1&y=2), which is equal, repeats";
        assert_eq!(found[1..], [wanted]);
    }

    #[test]
    fn a_chain_that_breaks_off_is_named() {
        for (second, ahead) in [
            (("/a?cursor=x", r#"{"next_cursor": "y"}"#), "y"),
            (("/a?page=2", r#"{"has_more": true}"#), "/has_more"),
            (("/a?p=x", r#"{"next": "https://a.test/a?p=y"}"#), "GET https://a.test:443/a?p=y"),
        ] {
            let first = r#"{"next_cursor": "x", "next": "https://a.test/a?p=x", "has_more": true}"#;
            let found = found(vec![interaction("/a", first), interaction(second.0, second.1)]);
            let fault = format!("says that more pages follow ({ahead}), but none is recorded");
            assert_eq!(found, [format!("interaction 2 (GET https://a.test{}) {fault}", second.0)]);
        }
        let whole = [("/a", r#"{"next_cursor": "x"}"#), ("/a?cursor=x", r#"{"next_cursor": ""}"#)];
        assert_eq!(found(whole.map(|(path, answer)| interaction(path, answer)).to_vec()), [""; 0]);
    }
}
