use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{Format, Offset, Template, jwt};
use crate::excerpt::short;
use crate::terms::Terms;

/// What stands between double braces. Displayed, it is written so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A value that whoever plays the cassette knows by this name: [`Terms::values`].
    Secret(String),
    /// A made-up token, the same for the same name.
    Token(String),
    /// The base64 of a text.
    Base64 {
        /// May hold expressions itself.
        text: Template,
        /// URL-safe and without padding.
        url_safe: bool,
    },
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A JSON Web Token with a made-up signature, issued now.
    Jwt {
        /// Its first part, JSON in base64url, whose strings may hold expressions.
        header: String,
        /// Its second part, likewise; the times in it are moved.
        claims: String,
    },
    /// A time that is so far from now.
    Now {
        /// How far.
        offset: Offset,
        /// How it is written.
        format: Format,
    },
    /// Anything, in the header of a request.
    Opaque,
    /// Two opening braces.
    Open,
    /// Two closing braces.
    Close,
}

/// How many expressions may stand within each other: each base64 is a third longer than what it says.
const DEEPEST: usize = 16;

/// What an expression that says more begins with.
const WORDS: [&str; 9] =
    ["secret:", "token:", "base64:", "base64url:", "bytes:", "jwt:", "now:", "now+", "now-"];

/// What one that says no more is.
const PLAIN: [(&str, Expression); 3] =
    [("opaque}}", Expression::Opaque), ("open}}", Expression::Open), ("close}}", Expression::Close)];

impl Expression {
    /// Whether text after two braces may be read as an expression, whatever comes after it.
    pub(super) fn may_begin(inner: &str) -> bool {
        let words = WORDS.into_iter().chain(PLAIN.iter().map(|(word, _)| *word));
        words.into_iter().any(|word| inner.starts_with(word) || word.starts_with(inner))
    }

    /// The expression that a text begins with, and how many bytes it takes. `None` where it begins with none; the error
    /// says what is wrong with one that cannot be meant otherwise.
    pub(super) fn read(text: &str) -> Option<Result<(Expression, usize), String>> {
        let inner = text.strip_prefix("{{")?;
        let Some(word) = WORDS.into_iter().find(|word| inner.starts_with(word)) else {
            let plain = PLAIN.into_iter().find(|(word, _)| inner.starts_with(word));
            return plain.map(|(word, expression)| Ok((expression, 2 + word.len())));
        };
        let end = match end(inner) {
            Ok(end) => end,
            Err(reason) => return Some(Err(format!("{}: {reason}", short(text)))),
        };
        let rest = &inner[word.len()..end];
        let expression = match word {
            "secret:" => Ok(Expression::Secret(rest.to_owned())),
            "token:" => Ok(Expression::Token(rest.to_owned())),
            "base64:" => Ok(Expression::Base64 { text: Template::new(rest), url_safe: false }),
            "base64url:" => Ok(Expression::Base64 { text: Template::new(rest), url_safe: true }),
            "bytes:" => STANDARD
                .decode(rest)
                .map(Expression::Bytes)
                .map_err(|error| format!("wanted base64 with padding: {error}")),
            "jwt:" => match rest.split_once('.') {
                Some((header, claims)) if !claims.contains('.') => {
                    Ok(Expression::Jwt { header: header.to_owned(), claims: claims.to_owned() })
                }
                _ => Err("wanted HEADER.CLAIMS, two parts in base64url".to_owned()),
            },
            _ => moment(&inner["now".len()..end]),
        };
        let length = 2 + end + 2;
        let expression = expression.map_err(|reason| format!("{}: {reason}", short(&text[..length])));
        Some(expression.map(|expression| (expression, length)))
    }

    /// What it stands for.
    pub(super) fn value(&self, terms: &Terms) -> Result<Vec<u8>, String> {
        Ok(match self {
            Expression::Secret(name) => {
                if let Some(value) = terms.values.get(name) {
                    value.clone().into_bytes()
                } else {
                    let known: Vec<_> = terms.values.keys().map(String::as_str).collect();
                    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                    return Err(format!("wanted one of {known}"));
                }
            }
            Expression::Token(name) => format!("token-{name}-made-up").into_bytes(),
            Expression::Base64 { text, url_safe: false } => STANDARD.encode(text.bind(terms)?).into_bytes(),
            Expression::Base64 { text, url_safe: true } => {
                URL_SAFE_NO_PAD.encode(text.bind(terms)?).into_bytes()
            }
            Expression::Bytes(bytes) => bytes.clone(),
            Expression::Jwt { header, claims } => jwt::issued(header, claims, terms)?.into_bytes(),
            Expression::Now { offset, format } => Expression::now(*offset, format, terms)?.into_bytes(),
            Expression::Opaque => {
                return Err("stands only in headers of a request, alone or after other text".to_owned());
            }
            Expression::Open => b"{{".to_vec(),
            Expression::Close => b"}}".to_vec(),
        })
    }

    pub(super) fn now(offset: Offset, format: &Format, terms: &Terms) -> Result<String, String> {
        let now = terms.now.ok_or("nobody said what time it is for this recording")?;
        format.write(offset.from(now)?)
    }
}

/// What follows `now`.
fn moment(text: &str) -> Result<Expression, String> {
    let (offset, format) = text.split_once(':').unwrap_or((text, ""));
    Ok(Expression::Now { offset: offset.parse()?, format: format.parse()? })
}

/// Where the expression that `inner` begins with ends. Others may stand within it.
fn end(inner: &str) -> Result<usize, String> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(step) = inner[at..].find(['{', '}']) {
        at += step;
        if inner[at..].starts_with("}}") {
            if depth == 0 {
                return Ok(at);
            }
            depth -= 1;
            at += 2;
        } else if inner[at..].starts_with("{{") {
            depth += 1;
            at += 2;
            if depth == DEEPEST {
                return Err(format!("wanted no more than {DEEPEST} expressions within each other"));
            }
        } else {
            at += 1;
        }
    }
    Err("wanted }} at its end".to_owned())
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Secret(name) => write!(f, "{{{{secret:{name}}}}}"),
            Expression::Token(name) => write!(f, "{{{{token:{name}}}}}"),
            Expression::Base64 { text, url_safe: false } => write!(f, "{{{{base64:{text}}}}}"),
            Expression::Base64 { text, url_safe: true } => write!(f, "{{{{base64url:{text}}}}}"),
            Expression::Bytes(bytes) => write!(f, "{{{{bytes:{}}}}}", STANDARD.encode(bytes)),
            Expression::Jwt { header, claims } => write!(f, "{{{{jwt:{header}.{claims}}}}}"),
            Expression::Now { offset, format } => write!(f, "{{{{now{offset}:{format}}}}}"),
            Expression::Opaque => f.write_str("{{opaque}}"),
            Expression::Open => f.write_str("{{open}}"),
            Expression::Close => f.write_str("{{close}}"),
        }
    }
}
