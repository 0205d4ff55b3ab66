use serde::{Deserialize, Serialize};

use crate::JsonObject;

/// Names a stream: `name` alone, or `name` within `namespace`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamDescriptor {
    /// The stream's name.
    pub name: String,
    /// Where several namespaces may hold a stream of one name: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Fields that this release does not know.
    #[serde(flatten)]
    pub extra: JsonObject,
}

impl StreamDescriptor {
    /// A descriptor without a namespace.
    ///
    /// ```
    /// # use connector_protocol::StreamDescriptor;
    /// assert_eq!(StreamDescriptor::new("users").name, "users");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        StreamDescriptor { name: name.into(), ..StreamDescriptor::default() }
    }
}
