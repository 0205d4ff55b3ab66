//! Markdown: a table of connectors, then what is wrong by cause. For the summary of a job, or a comment.

use std::io::{self, Write};

use super::reason::Failure;
use super::spelling::{named, quoted};
use super::story::{Chapter, End, Pending, Story, of_waiver};
use super::{Reporter, Style, difference, from_here, plural};
use crate::checks;
use crate::event::{Cause, Event};
use crate::excerpt;
use crate::tally::Standing;

/// Subjects that are named of one failure.
const SUBJECTS: usize = 20;

/// Reasons of one failure that are shown.
const REASONS: usize = 5;

/// Lines of a snapshot's difference that are shown.
const DIFF_SHOWN: usize = 20;

pub(super) struct Markdown {
    out: Box<dyn Write>,
    story: Story,
}

impl Markdown {
    pub(super) fn new(out: Box<dyn Write>, style: Style) -> Self {
        Markdown { out, story: Story::new(style) }
    }
}

impl Reporter for Markdown {
    fn tell(&mut self, event: &Event) {
        self.story.hear(event);
    }

    fn break_off(&mut self, why: &str) {
        self.story.break_off(why);
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.write_all(blocks(&self.story).concat().as_bytes())?;
        self.out.flush()
    }
}

/// The whole text in pieces, each a line of the table or all that is said of one thing: it may be cut between them.
pub(super) fn blocks(story: &Story) -> Vec<String> {
    let mut blocks = vec![
        "## Connectors\n\n\
         | connector | verdict | passed | failed | warned | known | snapshots | time |\n\
         |---|---|--:|--:|--:|--:|---|--:|\n"
            .to_owned(),
    ];
    blocks.extend(story.connectors.iter().map(row));
    if story.connectors.is_empty() {
        blocks = vec!["## Connectors\n\nNothing was judged.\n".to_owned()];
    }
    if story.interrupted {
        blocks.push("\nThe run was interrupted.\n".to_owned());
    }
    for (title, wanted) in
        [("Failures", Standing::Failed), ("Warnings", Standing::Warned), ("Known failures", Standing::Known)]
    {
        let of = story.failures.all.iter().filter(|failure| failure.standing == wanted);
        let mut section: Vec<String> = of.map(failure).collect();
        if wanted == Standing::Failed {
            section.extend(story.waivers.iter().filter_map(|(connector, waiver)| {
                let (title, why) = of_waiver(waiver)?;
                Some(format!("\n### {}\n\n{}: {}\n", escape(&title), escape(connector), escape(&why)))
            }));
        }
        if !section.is_empty() {
            blocks.push(format!("\n## {title}\n"));
            blocks.extend(section);
        }
    }
    let waiting = || story.connectors.iter().filter(|chapter| !chapter.pending.is_empty());
    if waiting().next().is_some() {
        blocks.push("\n## Snapshots that wait for review\n".to_owned());
    }
    for chapter in waiting() {
        blocks.extend(chapter.pending.iter().map(pending));
        let path = quoted(from_here(&chapter.path));
        blocks.push(fence("sh", &[format!("harness test {path} && harness review {path}")]));
    }
    blocks
}

fn row(Chapter { name, end, .. }: &Chapter) -> String {
    let name = escape(name);
    match end {
        End::Unjudged { cause, why } => {
            let word = if *cause == Cause::Error { "**not judged**" } else { "not judged" };
            format!("| {name} | {word}: {} | | | | | | |\n", escape(why))
        }
        End::Judged { counts, exit_code, duration_ms } => {
            let verdict = match (exit_code, counts.warned) {
                (0, 0) => "conforms",
                (0, _) => "conforms, with warnings",
                (6, _) => "**waits for review**",
                (5, _) => "nothing was judged",
                _ => "**fails**",
            };
            let mut snapshots = vec![format!("{} matched", counts.snapshots_matched)];
            for (number, what) in [(counts.snapshots_pending, "wait"), (counts.snapshots_held, "held back")] {
                if number > 0 {
                    snapshots.push(format!("{number} {what}"));
                }
            }
            format!(
                "| {name} | {verdict} | {} | {} | {} | {} | {} | {:.2} s |\n",
                counts.passed,
                counts.failed + counts.waivers_failed,
                counts.warned,
                counts.known,
                snapshots.join(", "),
                duration_ms / 1e3
            )
        }
    }
}

fn failure(failure: &Failure) -> String {
    let subjects = escape(&named(&failure.subjects, SUBJECTS));
    let of = match failure.subjects.len() {
        1 => String::new(),
        many => format!("{}: ", plural(many, "place", "places")),
    };
    let mut text = format!("\n### {}\n\n{of}{subjects}\n", escape(failure.check));
    if let Some(check) = checks::find(failure.check) {
        text.extend(["\n", &failure.level.to_string(), ": ", &escape(check.requirement), "\n"]);
    }
    let mut lines = Vec::new();
    for reason in failure.reasons.iter().take(REASONS) {
        lines.extend(reason.lines());
    }
    if failure.reasons.len() > REASONS {
        lines.push(format!("... and {} more kinds", failure.reasons.len() - REASONS));
    }
    text.push_str(&fence("text", &lines));
    text.push_str(&fence("sh", std::slice::from_ref(&failure.again)));
    text
}

fn pending(Pending { title, file, diff }: &Pending) -> String {
    let mut lines = difference::shorten(diff);
    if lines.len() > DIFF_SHOWN {
        let rest = lines.len() - DIFF_SHOWN;
        lines.truncate(DIFF_SHOWN);
        lines.push(format!("... {rest} more lines"));
    }
    let head = format!("\n### {}\n\n{}\n", escape(title), escape(&file.display().to_string()));
    head + &fence("diff", &lines)
}

/// Lines as they are, in a fence that nothing in them ends.
fn fence(language: &str, lines: &[String]) -> String {
    let text = lines.iter().map(|line| excerpt::of_line(line)).collect::<Vec<_>>().join("\n");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}{language}\n{text}\n{fence}\n")
}

/// A text on one line that Markdown and HTML take for nothing but text.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in excerpt::of_line(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                escaped.extend(['\\', character]);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::played::{self, Page};
    use super::*;

    fn text(events: &[Event]) -> String {
        let page = Page::default();
        let mut markdown = Markdown::new(Box::new(page.clone()), Style::default());
        for event in events {
            markdown.tell(event);
        }
        markdown.close().unwrap();
        page.text()
    }

    #[test]
    fn connectors_are_a_table_and_failures_are_grouped_by_cause() {
        let text = text(&played::run());
        for part in [
            "| a | **fails** | 1 | 2 | 1 | 1 | 0 matched, 1 wait | 1.50 s |\n",
            "| b | **not judged**: no such folder | | | | | | |\n",
            "\n### records\\_match\\_schema\n\n2 places: a/one, a/two\n\nmust: ",
            "\n```text\nwant   /data/id a number\ngot    \"1\"   (users, read, stdout line 3)\nhint   print numbers\n```\n",
            "\n```sh\nharness test dir/a --scenario one -E 'check(=records_match_schema)'\n```\n",
            "## Warnings\n",
            "## Known failures\n",
            "known  ticket 7\n",
            "### a/one read\n",
            "harness test dir/a && harness review dir/a\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert_eq!(text.matches("### records\\_match\\_schema").count(), 1, "{text}");
    }

    #[test]
    fn hostile_text_breaks_neither_table_nor_fence() {
        let text = text(&played::hostile());
        assert!(!text.contains("| <b>") && !text.contains("\n<b>"), "{text}");
        let row = text.lines().find(|line| line.contains("x\\|y")).unwrap();
        assert_eq!(row.replace("\\|", "").matches('|').count(), 9, "{row}");
        assert!(text.contains("\n`````text\n"), "the fence is longer than what is in it: {text}");
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
    }

    #[test]
    fn a_run_that_breaks_off_is_said_in_the_table() {
        let mut story = Story::new(Style::default());
        story.break_off("find config.json");
        let text = blocks(&story).concat();
        assert!(text.contains("| harness | **not judged**: find config.json |"), "{text}");
    }
}
