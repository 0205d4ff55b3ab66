//! The steps of JSON pointers (RFC 6901), in which `~` and `/` of a name are written as `~0` and `~1`.

/// The pointer to the member `name` of what `pointer` points to.
pub(crate) fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The name that a step stands for.
pub(crate) fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_was() {
        for name in ["plain", "a/b", "~", "~1", "m~n/o", ""] {
            let pointer = below("/at", name);
            assert_eq!(unescaped(pointer.strip_prefix("/at/").unwrap()), name);
        }
    }
}
