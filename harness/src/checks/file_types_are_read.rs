use super::{Check, Group, Level};
use crate::evidence::Evidence;
use crate::verdict::{Finding, Verdict};

pub(super) const CHECK: Check = Check {
    id: "file_types_are_read",
    level: Level::Must,
    group: Group::Records,
    requirement: "A certified connector that reads files shows, in all its scenarios together, that it reads \
                   .avro, .csv, .jsonl and .parquet, and one of .pdf, .doc, .docx, .ppt, .pptx and .md, but for \
                   what is waived.",
    why: "Each of these is parsed by code of its own, which nothing else tries.",
    source: "Connector acceptance tests, `basic_read`: `file_types`; by the field `_ab_source_file_url` of the \
              records.",
    judge,
    condemns: &[
        "# demands {\"certified\": true, \"reads_files\": true}\n# files .csv .jsonl .parquet .md",
        "# demands {\"certified\": true, \"reads_files\": true}\n# files .avro .csv .jsonl .parquet",
        "# demands {\"certified\": true, \"reads_files\": true, \"unsupported_file_types\": [{\"name\": \".avro\", \"reason\": \"r\"}]}\n# files .csv .jsonl .pdf",
    ],
    acquits: &[
        "# demands {\"certified\": true, \"reads_files\": true}\n# files .avro .csv .jsonl .parquet .md .txt",
        "# demands {\"certified\": true, \"reads_files\": true, \"unsupported_file_types\": [{\"name\": \".avro\", \"reason\": \"r\"}]}\n# files .csv .jsonl .parquet .docx",
    ],
};

/// Each of these.
const STRUCTURED: [&str; 4] = [".avro", ".csv", ".jsonl", ".parquet"];

/// One of these.
const DOCUMENTS: [&str; 6] = [".pdf", ".doc", ".docx", ".ppt", ".pptx", ".md"];

fn judge(evidence: &Evidence) -> Verdict {
    let demands = &evidence.demands;
    let Some(read) = evidence.file_types.as_ref().filter(|_| demands.certified && demands.reads_files) else {
        return Verdict::Skip { reason: "it is no certified connector that reads files".to_owned() };
    };
    let waived =
        |name: &&str| demands.unsupported_file_types.iter().any(|it| it.name.eq_ignore_ascii_case(name));
    let has = |name: &&str| read.contains(*name);
    let mut wanted: Vec<String> = STRUCTURED
        .iter()
        .filter(|name| !waived(name) && !has(name))
        .map(|name| format!("a file {name}"))
        .collect();
    let documents: Vec<&str> = DOCUMENTS.into_iter().filter(|name| !waived(name)).collect();
    if !documents.is_empty() && !documents.iter().any(has) {
        wanted.push(format!("a file {}", documents.join(" or ")));
    }
    let all = read.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let got = if all.is_empty() { "no file".to_owned() } else { format!("only {all}") };
    let next = "record a scenario that reads one, or waive it: unsupported_file_types under [demands] in scenario.toml";
    let findings = wanted.into_iter().map(|want| Finding::new(want, &got).next(next)).collect();
    Verdict::of(findings, true, "")
}
