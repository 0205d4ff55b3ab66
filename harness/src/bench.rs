//! The pass over stdout, opened for the benchmark of its speed.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::ledger::{Digest, Ledger, StreamName, Wanted};
use crate::secrets::Secrets;

/// Judges output of a read of the stream `orders`.
pub struct Judge(Ledger);

impl Judge {
    /// A judge by that stream schema, who also looks for one secret.
    pub fn new(schema: &Value) -> Self {
        let specification = json!({"properties": {"key": {"airbyte_secret": true}}});
        let secrets = Secrets::of(&specification, &json!({"key": "sk_live_9d1f0c2b7a"}));
        let name = StreamName { namespace: None, name: "orders".to_owned() };
        let key = vec![vec!["id".to_owned()]];
        let wanted = Wanted { name, schema: schema.to_string().into(), key, ..Wanted::default() };
        Judge(Ledger::new(Arc::new(secrets), &[wanted], Digest::default()))
    }

    /// Takes the next bytes of stdout.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.0.feed(chunk);
    }

    /// How many records there were, and how many kinds of faults.
    pub fn finish(self) -> (u64, usize) {
        let account = self.0.finish();
        let of_streams: usize = account.streams.iter().map(|stream| stream.violations.len()).sum();
        let faults = of_streams + account.violations.len() + account.strays.len() + account.leaks.len();
        (account.records, faults)
    }
}
