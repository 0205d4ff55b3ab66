use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{Result, Spec, Stream};

/// A connector: what it must be told, whether that works, and the streams that it then offers.
///
/// The methods that talk to an API are async; write them as `async fn`. They run on one thread, so nothing in them
/// needs to be `Send`.
pub trait Source {
    /// What the connector must be told. Its spec is derived from this type: see [`Spec`].
    type Config: DeserializeOwned + JsonSchema;

    /// What there is to say of the connector beside its config.
    fn spec(&self) -> Spec;

    /// Tries the config, best with the cheapest request that proves it.
    ///
    /// # Errors
    /// Whatever keeps the connector from reading. The user sees the error's message.
    fn check(&self, config: &Self::Config) -> impl Future<Output = Result<()>>;

    /// The streams, in the order in which they are offered.
    ///
    /// # Errors
    /// If the streams depend on what the API answers, and it answers no.
    fn streams(&self, config: &Self::Config) -> impl Future<Output = Result<Vec<Stream>>>;

    /// How many slices, of all streams together, are read at once.
    ///
    /// It is 4 unless said otherwise: enough to hide that answers take their time, and few enough for most APIs. A
    /// connector whose API counts connections or requests says so to its [`Api`](crate::Api) instead.
    fn concurrency(&self, config: &Self::Config) -> usize {
        let _ = config;
        4
    }
}
