use connector_protocol::JsonObject;
use serde_json::Value;

/// The property that tells the branches of a `oneOf` apart: each has it, with a constant of its own.
pub(super) fn discriminator(branches: &[Value]) -> Option<&str> {
    let (first, others) = branches.split_first()?;
    let names = first.get("properties")?.as_object()?.keys();
    names.map(String::as_str).find(|name| {
        constant(first, name).is_some() && others.iter().all(|branch| constant(branch, name).is_some())
    })
}

/// The only value that a branch allows for the property.
pub(super) fn constant<'a>(branch: &'a Value, name: &str) -> Option<&'a str> {
    branch.get("properties")?.get(name)?.get("const")?.as_str()
}

/// The branches of a `oneOf` that is told apart by a property, and that property.
pub(super) fn choice(schema: &JsonObject) -> Option<(&str, &[Value])> {
    let branches = schema.get("oneOf")?.as_array()?;
    Some((discriminator(branches)?, branches))
}

/// The branch that the value has chosen, if there is a choice: else its tag, and the words that the tag may be.
pub(super) fn branch<'a>(
    schema: &'a JsonObject,
    value: &Value,
) -> Result<Option<&'a JsonObject>, (&'a str, Vec<&'a str>)> {
    let Some((tag, branches)) = choice(schema) else { return Ok(None) };
    let chosen = value.get(tag).and_then(Value::as_str);
    let of = |branch: &&Value| chosen.is_some() && constant(branch, tag) == chosen;
    match branches.iter().find(of) {
        Some(branch) => Ok(branch.as_object()),
        None => Err((tag, branches.iter().filter_map(|branch| constant(branch, tag)).collect())),
    }
}
