use serde_json::value::RawValue;

use super::LeftOut;
use super::folder::BodyFiles;
use crate::entry::{Entry, Message};
use crate::fields::Fields;
use crate::flaw::Flaw;
use crate::note::Notes;
use crate::scalar::Headers;
use crate::{charset, coding};

pub(super) fn read(
    mut fields: Fields<'_>,
    files: &BodyFiles,
    entry: &mut Entry,
    notes: &mut Notes,
) -> Result<LeftOut, Flaw> {
    let label = entry.label.clone();
    if fields.take::<Box<RawValue>>("fault")?.is_some() {
        return Ok(Err("it answers with a fault, not with a response"));
    }
    if fields.take::<Box<RawValue>>("proxyBaseUrl")?.is_some() {
        return Ok(Err("it passes requests on to another server"));
    }
    entry.status = fields.take("status")?.unwrap_or(200);
    let headers: Headers = fields.take("headers")?.unwrap_or_default();
    let mut message = Message { headers: headers.0, ..Message::default() };
    if let Some(transformers) = fields.take::<Vec<String>>("transformers")?
        && !transformers.is_empty()
    {
        notes.add(&label, "its answer is made by transformers, and kept as it is written before them");
    }
    if let Some(text) = fields.take::<String>("body")? {
        let encoded = charset::encode(&text, message.content_type().and_then(charset::of), &[]);
        if encoded.replaced {
            charset::call_utf8(&mut message);
            notes.add(&label, "a body is sent in UTF-8 in place of its own charset, and says so");
        }
        message.body = encoded.bytes;
    } else if let Some(json) = fields.take::<Box<RawValue>>("jsonBody")? {
        message.body = json.get().as_bytes().to_vec();
    } else if let Some(base64) = fields.take::<String>("base64Body")? {
        message.body =
            coding::base64(&base64).map_err(|reason| Flaw::at(&label, "response.base64Body", reason))?;
    } else if let Some(name) = fields.take::<String>("bodyFileName")? {
        if name.contains("{{") {
            return Ok(Err("the file of its body depends on the request"));
        }
        message.body =
            files.read(&name).map_err(|reason| Flaw::at(&label, "response.bodyFileName", reason))?;
    }
    entry.response = message;
    // The wording of a status line is not part of HTTP/2, nor of a cassette.
    fields.pass_over(&["statusMessage"]);
    fields.say_rest(notes);
    Ok(Ok(()))
}
