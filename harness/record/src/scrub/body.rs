use connector_replay::{Body, Template};
use serde_json::value::RawValue;

use super::json;
use super::pieces::Pieces;
use super::text::{Place, Scrubber};
use super::url::Ignored;

impl Scrubber {
    /// A body of this kind.
    pub(super) fn body(
        &self,
        bytes: &[u8],
        kind: Option<Body>,
        place: Place,
        ignored: &mut Ignored,
    ) -> Option<Body> {
        let kind = kind?;
        let Ok(text) = std::str::from_utf8(bytes) else {
            let secret = self.needles.are_in(bytes);
            return Some(if secret { Body::Text(written(&self.bytes_from(bytes, 0))) } else { kind });
        };
        Some(match kind {
            Body::Json(_) => {
                let json = RawValue::from_string(self.json(text, place));
                json.map_or_else(|_| self.plain(text, place), Body::Json)
            }
            Body::Form(_) => {
                let pairs = form_urlencoded::parse(bytes);
                let pairs = pairs.map(|(name, value)| {
                    let field = self.field("body", &name, &value, place, ignored);
                    (written(&self.text(&name, place)), written(&field))
                });
                Body::Form(pairs.collect())
            }
            Body::Lines(_) if json::is_valid(text) => by_lines(&self.within_json(text, place)),
            Body::Text(_) if json::is_valid(text) => Body::Text(written(&self.within_json(text, place))),
            Body::Lines(_) => {
                // Each may be JSON; and a secret may go over several.
                let whole = self.needles.replaced(Pieces::literal(text));
                let lines = whole.refined(|literal| {
                    let mut start = 0;
                    let lines = literal.split_inclusive('\n').map(|line| {
                        let line = line.trim_end_matches(['\n', '\r']);
                        let span = start..start + line.len();
                        start += literal[start..].find('\n').map_or(literal.len() - start, |end| end + 1);
                        (span, self.text(line, place))
                    });
                    lines.collect()
                });
                by_lines(&lines)
            }
            Body::Text(_) | Body::Base64(_) | Body::File(_) => self.plain(text, place),
        })
    }

    fn plain(&self, text: &str, place: Place) -> Body {
        Body::Text(written(&self.value(text, place)))
    }
}

fn by_lines(text: &Pieces) -> Body {
    let text = written(text);
    let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n');
    Body::Lines(lines.map(str::to_owned).collect())
}

fn written(pieces: &Pieces) -> String {
    let template: Template = pieces.template();
    template.as_str().to_owned()
}
