//! How a stack trace is told from other text.

/// Whether a line is one of a stack trace as Python, Java, Node, Go or Rust print them.
pub(crate) fn begins(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("Traceback (most recent call last)")
        || line.starts_with("Exception in thread \"")
        || (line.starts_with("thread '") && line.contains(" panicked at "))
        || (line.starts_with("goroutine ") && line.ends_with("[running]:"))
        || (line.starts_with("at ") && line.ends_with(')') && has_place(line))
}

/// Whether it ends with a place in a file of Java or JavaScript: `(Main.java:12)`, `(/app/index.js:1:7)`.
fn has_place(line: &str) -> bool {
    let Some((_, place)) = line.rsplit_once('(') else { return false };
    let files = [".java:", ".kt:", ".scala:", ".js:", ".mjs:", ".cjs:", ".ts:"];
    place.starts_with("node:") || place == "Native Method)" || files.iter().any(|file| place.contains(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_stack_trace_is_told_from_a_sentence() {
        for line in [
            "Traceback (most recent call last):",
            "thread 'main' (123) panicked at src/main.rs:2:5:",
            "Exception in thread \"main\" java.lang.NullPointerException",
            "\tat com.example.Main.main(Main.java:12)",
            "    at async run (node:internal/modules/run_main:1:2)",
            "goroutine 17 [running]:",
        ] {
            assert!(begins(line), "{line}");
        }
        for line in ["", "at noon (UTC)", "the thread 'main' ended", "Exception: no", "see Main.java:12"] {
            assert!(!begins(line), "{line}");
        }
    }
}
