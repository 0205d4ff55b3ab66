//! Cookies: their names stay, their values are credentials.

use connector_replay::Template;

use super::vault::{Stand, Vault};

/// Name and value of each cookie that a request carries.
pub(super) fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header
        .split(';')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Name and value of the cookie that an answer sets.
pub(super) fn set(header: &str) -> (&str, &str) {
    let pair = header.split(';').next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name.trim(), value.trim())
}

/// The `cookie` header of a request, if all that is in it was handed out in this recording.
pub(super) fn asked(header: &str, vault: &Vault) -> Option<Template> {
    let mut template = Template::default();
    for (place, (name, value)) in pairs(header).enumerate() {
        template.push_literal(if place == 0 { "" } else { "; " });
        template.push_literal(name);
        template.push_literal("=");
        match vault.stand(value.as_bytes()) {
            Some(stand @ Stand::Token(_)) => stand.push_to(&mut template),
            _ if value.is_empty() => {}
            _ => return None,
        }
    }
    Some(template)
}

/// A `set-cookie` header. A time at which the cookie expires would have passed when the cassette is played: such a
/// cookie lasts as long as the client.
pub(super) fn answered(header: &str, vault: &Vault) -> Template {
    let (name, value) = set(header);
    let mut template = Template::literal(name);
    template.push_literal("=");
    if let Some(stand) = vault.stand(value.as_bytes()) {
        stand.push_to(&mut template);
    }
    for attribute in header.split(';').skip(1) {
        let lower = attribute.trim().to_ascii_lowercase();
        let deletes = value.is_empty() || lower.contains("1970");
        if !lower.starts_with("expires") || deletes {
            template.push_literal("; ");
            template.push_literal(attribute.trim());
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_that_were_handed_out_are_kept_and_others_not() {
        let mut vault = Vault::default();
        vault.answered("sid", b"canary=1", 0);
        vault.asked("sid", b"canary=1", 1);
        vault.asked("other", b"x", 1);
        assert_eq!(asked("sid=canary=1; e=", &vault).unwrap().as_str(), "sid={{token:sid}}; e=");
        assert_eq!(asked("sid=canary=1; other=x", &vault), None);
        let header = "sid=canary=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT;HttpOnly";
        assert_eq!(answered(header, &vault).as_str(), "sid={{token:sid}}; Path=/; HttpOnly");
        let deleted = "sid=; Expires=Wed, 21 Oct 2015 07:28:00 GMT";
        assert_eq!(answered(deleted, &vault).as_str(), deleted);
    }
}
