//! The command that shows a failure again, and little else.

use std::path::Path;

use super::spelling::{from_here, quoted};

/// What to type to judge one check of one scenario anew, of the connector itself where it is `None`; with these options, each
/// of which begins with a space.
pub(super) fn repro(options: &str, connector: &Path, scenario: Option<&str>, check: &str) -> String {
    let path = quoted(from_here(connector));
    let scenario =
        scenario.map(|name| format!(" --scenario {}", quoted(Path::new(name)))).unwrap_or_default();
    format!("harness test {path}{options}{scenario} -E 'check(={check})'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_is() {
        assert_eq!(
            repro(" --sandbox off", Path::new("my connectors/x"), Some("first_read"), "state_is_present"),
            "harness test 'my connectors/x' --sandbox off --scenario first_read -E 'check(=state_is_present)'"
        );
        assert_eq!(repro("", Path::new("x"), None, "a"), "harness test x -E 'check(=a)'");
    }
}
