use serde_json::Value;

/// A JSON Schema as a description to walk: what a value may be here, and what comes below it.
#[derive(Clone, Copy)]
pub(crate) struct Grammar<'a> {
    document: &'a Value,
    node: &'a Value,
}

impl<'a> Grammar<'a> {
    /// The grammar of a whole document.
    pub(crate) fn new(document: &'a Value) -> Self {
        Grammar { document, node: document }.below(document)
    }

    fn below(self, mut node: &'a Value) -> Self {
        while let Some(reference) = node["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').expect("references stay in their document");
            node = self.document.pointer(pointer).expect("references lead somewhere");
        }
        Grammar { node, ..self }
    }

    /// The only words allowed here, if words are listed.
    pub(crate) fn words(self) -> Vec<&'a str> {
        self.node["const"].as_str().into_iter().chain(texts(&self.node["enum"])).collect()
    }

    /// The JSON types allowed here.
    pub(crate) fn kinds(self) -> Vec<&'a str> {
        if !self.words().is_empty() {
            return vec!["string"];
        }
        let own = self.node["type"].as_str().into_iter().chain(texts(&self.node["type"]));
        own.chain(list(&self.node["oneOf"]).filter_map(|branch| branch["type"].as_str())).collect()
    }

    /// Whether a value of this JSON type may stand here.
    pub(crate) fn admits(self, value: &Value) -> bool {
        self.kinds().into_iter().any(|kind| match kind {
            "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("a schema names the type {other}"),
        })
    }

    /// The fields that an object may have, in alphabetical order.
    pub(crate) fn properties(self) -> impl Iterator<Item = (&'a str, Grammar<'a>)> {
        let properties = self.node["properties"].as_object().into_iter().flatten();
        properties.map(move |(name, node)| (name.as_str(), self.below(node)))
    }

    /// The fields that every object has here.
    pub(crate) fn required(self) -> Vec<&'a str> {
        texts(&self.node["required"]).collect()
    }

    /// The fields that this object must have because its `type` says so.
    pub(crate) fn demanded(self, object: &Value) -> Vec<&'a str> {
        list(&self.node["allOf"])
            .filter(|rule| object["type"] == rule["if"]["properties"]["type"]["const"])
            .flat_map(|rule| texts(&rule["then"]["required"]))
            .collect()
    }

    /// What the elements of an array are.
    pub(crate) fn items(self) -> Option<Grammar<'a>> {
        self.node.get("items").map(|node| self.below(node))
    }

    /// How many elements an array has at least.
    pub(crate) fn fewest(self) -> usize {
        self.node["minItems"].as_u64().map_or(0, |fewest| fewest.try_into().expect("a small number"))
    }

    /// Whether a text must be a URI.
    pub(crate) fn is_uri(self) -> bool {
        self.node["format"] == "uri"
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).filter_map(Value::as_str)
}
