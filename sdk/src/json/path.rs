/// Whether the way along `path` leads through the field `key`, and if so, what is left of it.
///
/// Names are parted by dots, and may have dots themselves: `@odata.nextLink` is one field, `meta.next` may be a field
/// `next` of a field `meta`, or a field of that whole name.
pub(crate) fn through<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

#[cfg(test)]
mod tests {
    use super::through;

    #[test]
    fn a_key_is_a_whole_name_or_several() {
        assert_eq!(through("data.items", "data"), Some("items"));
        assert_eq!(through("data.items", "data.items"), Some(""));
        assert_eq!(through("data.items", "dat"), None);
        assert_eq!(through("data", "data.items"), None);
        assert_eq!(through("@odata.nextLink", "@odata.nextLink"), Some(""));
    }
}
