//! What GitHub Actions understands: a workflow command for every cause, and the summary of the job.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::markdown;
use super::spelling::{named, plural, quoted};
use super::story::{End, Story, of_waiver, settings_of};
use super::{Reporter, Style};
use crate::event::{Cause, Event, What};
use crate::excerpt;
use crate::tally::Standing;

/// Annotations of each level that are made, and one more for the rest: GitHub takes ten per step and drops what is more
/// without a word.
const SHOWN: usize = 9;

/// Bytes of the summary of a step; GitHub takes nothing of one that is longer.
const SUMMARY: usize = 1024 * 1024;

/// Subjects that are named of one failure.
const SUBJECTS: usize = 3;

/// Reasons of one failure that are told.
const REASONS: usize = 3;

pub(super) struct GitHub {
    out: Box<dyn Write>,
    /// The file that the runner makes the summary of.
    summary: Option<PathBuf>,
    story: Story,
}

/// A workflow command.
struct Annotation {
    title: String,
    file: Option<PathBuf>,
    text: String,
}

impl GitHub {
    pub(super) fn new(out: Box<dyn Write>, summary: Option<PathBuf>, style: Style) -> Self {
        GitHub { out, summary, story: Story::new(style) }
    }

    fn failures(&self, wanted: Standing) -> impl Iterator<Item = Annotation> {
        let all = self.story.failures.all.iter().filter(move |failure| failure.standing == wanted);
        all.map(|failure| {
            let mut lines: Vec<String> =
                failure.reasons.iter().take(REASONS).flat_map(super::reason::Reason::lines).collect();
            lines.push(format!("again  {}", failure.again));
            let title = format!("{}: {}", failure.check, named(&failure.subjects, SUBJECTS));
            Annotation { title, file: failure.file.clone(), text: lines.join("\n") }
        })
    }

    /// What made the run end badly, other than a check.
    fn rest(&self) -> Vec<Annotation> {
        let mut rest = Vec::new();
        for (connector, waiver) in &self.story.waivers {
            let (Some((title, text)), What::WaiverFailed { file, .. }) = (of_waiver(waiver), waiver) else {
                continue;
            };
            let file = Some(super::from_here(file).to_owned());
            rest.push(Annotation { title: format!("{connector}: {title}"), file, text });
        }
        for chapter in &self.story.connectors {
            if let End::Unjudged { cause: Cause::Error, why } = &chapter.end {
                let title = format!("{}: not judged", chapter.name);
                rest.push(Annotation { title, file: settings_of(&chapter.path), text: why.clone() });
            }
            if !chapter.pending.is_empty() {
                let wait = plural(chapter.pending.len(), "snapshot waits", "snapshots wait");
                let titles: Vec<String> = chapter.pending.iter().map(|it| it.title.clone()).collect();
                let path = quoted(super::from_here(&chapter.path));
                let text = format!(
                    "{}\nRun `harness test {path}` on your machine, then `harness review {path}`.",
                    named(&titles, SHOWN)
                );
                let title = format!("{}: {wait} for review", chapter.name);
                rest.push(Annotation { title, file: settings_of(&chapter.path), text });
            }
        }
        rest
    }

    fn write(&mut self, level: &str, annotations: &[Annotation]) -> io::Result<()> {
        for Annotation { title, file, text } in annotations.iter().take(SHOWN) {
            let file = file.as_deref().map(|file| format!(",file={}", property(&file.display().to_string())));
            let (title, file) = (property(&excerpt::of_line(title)), file.unwrap_or_default());
            writeln!(self.out, "::{level} title={title}{file}::{}", data(text))?;
        }
        let rest = annotations.len().saturating_sub(SHOWN);
        if rest > 0 {
            let text = format!(
                "{} not shown here, since GitHub takes no more per step: see the log, or the summary of the job",
                plural(rest, "more is", "more are")
            );
            writeln!(self.out, "::{level} title={}::{}", property(&format!("{rest} more")), data(&text))?;
        }
        Ok(())
    }

    /// Adds to the summary of the step what there is room for.
    fn summarize(&self, file: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        let taken = usize::try_from(file.metadata()?.len()).unwrap_or(SUMMARY);
        let text = fit(&markdown::blocks(&self.story), SUMMARY.saturating_sub(taken));
        file.write_all(text.as_bytes())
    }
}

/// As many pieces as there is room for; where not all, a last line says so.
fn fit(blocks: &[String], limit: usize) -> String {
    const CUT: &str = "\n**Cut here: GitHub takes 1 MiB per step; the log has the rest.**\n";
    if blocks.iter().map(String::len).sum::<usize>() <= limit {
        return blocks.concat();
    }
    let Some(limit) = limit.checked_sub(CUT.len()) else { return String::new() };
    let mut text = String::new();
    for block in blocks {
        if text.len() + block.len() > limit {
            break;
        }
        text.push_str(block);
    }
    text + CUT
}

/// The text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of one.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

impl Reporter for GitHub {
    fn tell(&mut self, event: &Event) {
        self.story.hear(event);
    }

    fn break_off(&mut self, why: &str) {
        self.story.break_off(why);
    }

    fn close(&mut self) -> io::Result<()> {
        // What cannot be judged at all is said before what is wrong with what could.
        let mut errors = self.rest();
        errors.extend(self.failures(Standing::Failed));
        let warnings: Vec<Annotation> = self.failures(Standing::Warned).collect();
        self.write("error", &errors)?;
        self.write("warning", &warnings)?;
        self.out.flush()?;
        match &self.summary {
            Some(file) => self.summarize(file).map_err(|error| {
                io::Error::new(error.kind(), format!("{} (GITHUB_STEP_SUMMARY): {error}", file.display()))
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::played::{self, Page};
    use super::*;

    fn commands(events: &[Event], summary: Option<PathBuf>) -> String {
        let page = Page::default();
        let mut github = GitHub::new(Box::new(page.clone()), summary, Style::default());
        for event in events {
            github.tell(event);
        }
        github.close().unwrap();
        page.text()
    }

    #[test]
    fn every_cause_is_one_annotation_at_the_file_to_look_at() {
        let text = commands(&played::run(), None);
        for part in [
            "::error title=b%3A not judged::no such folder\n",
            "::error title=a%3A 1 snapshot waits for review::a/one read%0ARun `harness test dir/a` on",
            "::error title=records_match_schema%3A a/one%2C a/two,file=fixtures/one/scenario.toml::want   /data/id a \
             number%0Agot    \"1\"   (users, read, stdout line 3)%0Ahint   print numbers%0Aagain  harness test dir/a \
             --scenario one -E 'check(=records_match_schema)'\n",
            "::error title=a%3A waiver 2 of harness.toml (state_*),file=harness.toml::its day is over",
            "::warning title=spec_marks_secrets%3A a::want   a%0Agot    b",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert_eq!(text.lines().count(), 5, "what is known is no annotation: {text}");
    }

    #[test]
    fn hostile_text_makes_no_command_of_its_own() {
        let text = commands(&played::hostile(), None);
        assert!(text.lines().all(|line| line.starts_with("::error title=")), "{text}");
        assert!(text.contains("%250A"), "a percent sign is escaped: {text}");
    }

    #[test]
    fn the_tenth_annotation_says_how_many_are_not_shown() {
        let text = commands(&played::failing(12), None);
        assert_eq!(text.lines().count(), 10, "{text}");
        assert!(
            text.lines().last().unwrap().starts_with("::error title=3 more::3 more are not shown"),
            "{text}"
        );
        assert_eq!(commands(&played::failing(9), None).lines().count(), 9);
    }

    #[test]
    fn the_summary_is_added_to_what_is_there_and_cut_between_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary.md");
        std::fs::write(&file, "before\n").unwrap();
        commands(&played::run(), Some(file.clone()));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("before\n## Connectors\n") && text.contains("## Failures"), "{text}");

        let blocks = ["a".repeat(100), "b".repeat(100)];
        assert_eq!(fit(&blocks, 200), blocks.concat());
        let cut = fit(&blocks, 190);
        assert!(cut.starts_with(&blocks[0]) && cut.contains("Cut here") && !cut.contains("bb"), "{cut}");
        assert_eq!(fit(&blocks, 10), "");
    }
}
