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
