//! The snapshot of what was asked for.

use std::fmt::Write as _;

use super::normalize;
use crate::evidence::Run;
use crate::secrets::Secrets;

/// The shapes of the requests of every process, how often each was asked for, and what came back where that was
/// anything but 200. The processes come in the order of the plan, shapes by the alphabet.
pub(crate) fn text_of_requests(runs: &[Run], secrets: &Secrets) -> String {
    let mut text = String::new();
    for run in runs {
        let _infallible = writeln!(text, "$ {}", run.transcript.command);
        for (shape, statuses) in &run.requests.shapes {
            let times: u64 = statuses.values().sum();
            let shape = secrets.mask(&normalize::normalize(shape, &run.volatile));
            let _infallible = writeln!(text, "> {shape}  x{times}{}", came_back(statuses.iter()));
        }
        if run.requests.shapeless > 0 {
            let _infallible = writeln!(text, "... {} more requests", run.requests.shapeless);
        }
    }
    text
}

/// ` (200 x2, 429)`; nothing where all were 200.
fn came_back<'a>(statuses: impl Iterator<Item = (&'a u16, &'a u64)> + Clone) -> String {
    if statuses.clone().all(|(status, _)| *status == 200) {
        return String::new();
    }
    let each = statuses.map(|(status, times)| match times {
        1 => status.to_string(),
        times => format!("{status} x{times}"),
    });
    format!(" ({})", each.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn requests_are_counted_by_their_shape_in_whatever_order_they_came() {
        let lines = [
            "> GET https://a.test/users/1?page=1",
            "> GET https://a.test/users/2?page=7 503",
            "> GET https://a.test/users/2?page=7",
            "> GET https://a.test/teams",
        ];
        let text = |lines: [&str; 4]| {
            let example = format!("$ check\n$ read\n{}", lines.join("\n"));
            text_of_requests(&example::parse(&example).runs, &Secrets::default())
        };
        let wanted = "$ check\n$ read\n> GET https://a.test/teams  x1\n\
                      > GET https://a.test/users/{id}?page  x3 (200 x2, 503)\n";
        assert_eq!(text(lines), wanted);
        assert_eq!(text([lines[3], lines[2], lines[1], lines[0]]), wanted);
    }
}
