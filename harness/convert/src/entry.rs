/// A request and its answer, as a recording of any format has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    /// What messages call it: its number, counted from 1, or a file's name.
    pub(crate) label: String,
    /// The recording's own word to the reader.
    pub(crate) note: Option<String>,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) request: Message,
    pub(crate) status: i64,
    pub(crate) response: Message,
    pub(crate) repeat: bool,
    pub(crate) optional: bool,
}

/// Headers and body of a request or an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// Whether the format keeps bodies without their content encoding, whatever the header says.
    pub(crate) decoded: bool,
}

impl Message {
    /// The first header of this name (lower case) that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
        values.find_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    /// Sets a header in place of all of its name.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }
}
