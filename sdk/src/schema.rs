use connector_protocol::JsonObject;

use crate::{Error, Result};

/// The JSON Schema (draft 7) of a stream's records: the text of a file, or an object made at run time.
///
/// ```
/// # use connector_sdk::Schema;
/// let schema = Schema::from(r#"{"type": "object", "properties": {"id": {"type": "integer"}}}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Schema(Form);

#[derive(Clone, Debug)]
enum Form {
    Text(String),
    Object(JsonObject),
}

impl Schema {
    /// The schema as an object. The text is read here and not before: a `spec` has no use for it.
    pub(crate) fn object(&self) -> Result<JsonObject> {
        match &self.0 {
            Form::Object(object) => Ok(object.clone()),
            Form::Text(text) => serde_json::from_str(text)
                .map_err(|cause| Error::system(format!("the schema is no JSON object: {cause}"))),
        }
    }
}

impl From<&str> for Schema {
    fn from(text: &str) -> Self {
        Schema(Form::Text(text.to_owned()))
    }
}

impl From<JsonObject> for Schema {
    fn from(object: JsonObject) -> Self {
        Schema(Form::Object(object))
    }
}
