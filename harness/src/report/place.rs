use crate::verdict::Finding;

/// Where a finding stands: its stream, its command, its line, and how often.
pub(super) fn of(finding: &Finding) -> String {
    let mut parts = Vec::new();
    if let Some(stream) = &finding.stream {
        parts.push(stream.to_string());
    }
    let process = finding.trial.clone().or_else(|| Some(finding.command?.to_string()));
    match (process, finding.line) {
        (Some(process), Some(line)) => parts.push(format!("{process}, stdout line {line}")),
        (Some(process), None) => parts.push(process),
        (None, Some(line)) => parts.push(format!("stdout line {line}")),
        (None, None) => {}
    }
    if finding.times > 1 {
        parts.push(format!("{} times in all", finding.times));
    }
    parts.join(", ")
}
