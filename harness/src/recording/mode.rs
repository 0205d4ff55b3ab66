use clap::ValueEnum;

/// What to do with what is recorded already: the words that recorders of this kind share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Record nothing: only replay.
    None,
    /// Record where there is no cassette yet, else only replay.
    Once,
    /// Replay what is recorded, ask the real server for the rest, and add that.
    NewEpisodes,
    /// Record everything anew. What means the same as before keeps its bytes.
    All,
}
