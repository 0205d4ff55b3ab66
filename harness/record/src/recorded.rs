use connector_replay::Interaction;

/// An interaction that holds no secret any more, and where it was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// In which run of the client.
    pub track: u32,
    /// Its place among all requests of all runs.
    pub sequence: u64,
    /// What was asked and answered.
    pub interaction: Interaction,
}
