use crate::verdict::Finding;

/// Where a finding stands: its stream, its command, its line, and how often.
pub(super) fn of(finding: &Finding) -> String {
    let mut parts = Vec::new();
    if let Some(stream) = &finding.stream {
        parts.push(stream.to_string());
    }
    match (finding.command, finding.line) {
        (Some(command), Some(line)) => parts.push(format!("{command}, stdout line {line}")),
        (Some(command), None) => parts.push(command.to_string()),
        (None, Some(line)) => parts.push(format!("stdout line {line}")),
        (None, None) => {}
    }
    if finding.times > 1 {
        parts.push(format!("{} times in all", finding.times));
    }
    parts.join(", ")
}
