//! A recorder behind a session, between real clients and servers of every kind: what the client sees, and what is kept.

#![expect(clippy::unwrap_used, reason = "clippy takes what tests share for no test")]

mod answer;
mod body;
mod coding;
mod failure;
mod known;
mod leaving;
mod redirect;
mod request;
mod secret;
mod secure;
mod server;
mod timing;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use connector_record::{Failure, Limits, Options, Recorder, Reel, Take, Upstream, Upstreams};
use connector_replay::{Authority, Journal, Outcome, Session};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy};
use tokio::time::timeout;

/// Past it, a test hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long for a server on the same machine, short for a test.
const SHORT: Duration = Duration::from_millis(500);

/// A session that records. `api.test` is wherever the test says.
struct Scene {
    session: Session,
    authority: Authority,
    reel: Arc<Reel>,
}

/// What was recorded, and what was not.
struct Cut {
    takes: Vec<Take>,
    failures: Vec<Failure>,
    journal: Journal,
}

impl Scene {
    async fn new(base: &str) -> Scene {
        Scene::within(Limits { idle: PATIENCE, ..Limits::default() }, base).await
    }

    async fn within(limits: Limits, base: &str) -> Scene {
        let upstreams = Upstreams::new([format!("api.test={base}").parse().unwrap()]).unwrap();
        Scene::with(Options { upstreams, limits, ..Options::default() }).await
    }

    async fn with(options: Options) -> Scene {
        Scene::of(options, |recorder| recorder).await
    }

    async fn of(options: Options, change: impl FnOnce(Recorder) -> Recorder) -> Scene {
        let (authority, reel) = (Authority::new().unwrap(), Arc::new(Reel::new().unwrap()));
        let upstream = Arc::new(Upstream::new(options).unwrap());
        let recorder = change(Recorder::new(upstream, Arc::clone(&reel), 7));
        let session = Session::start(&authority, recorder).await.unwrap();
        Scene { session, authority, reel }
    }

    /// A client that trusts the authority alone and shows what it is sent as it is.
    fn client(&self) -> Client {
        let certificate = Certificate::from_pem(&fs::read(self.authority.certificate()).unwrap()).unwrap();
        Client::builder()
            .proxy(Proxy::all(self.session.proxy_url()).unwrap())
            .tls_certs_only([certificate])
            .redirect(Policy::none())
            .no_gzip()
            .timeout(PATIENCE)
            .build()
            .unwrap()
    }

    async fn finish(self) -> Cut {
        let journal = timeout(PATIENCE, self.session.finish()).await.expect("a session that finishes");
        let takes = self.reel.takes().map(Result::unwrap).collect();
        Cut { takes, failures: self.reel.failures(), journal }
    }
}

impl Cut {
    /// The only take, of an exchange that the journal calls forwarded.
    fn take(&self) -> &Take {
        let ([take], []) = (self.takes.as_slice(), self.failures.as_slice()) else {
            panic!("one take: {:?} {:?}", self.takes, self.failures)
        };
        assert_eq!(self.journal.exchanges[0].outcome, Outcome::Forwarded);
        assert_eq!(self.journal.faults.len(), 0, "{:?}", self.journal.faults);
        take
    }

    /// Why the only exchange failed, which left no take.
    fn reason(&self) -> &str {
        let ([], [failure]) = (self.takes.as_slice(), self.failures.as_slice()) else {
            panic!("one failure: {:?} {:?}", self.takes, self.failures)
        };
        assert_eq!(self.journal.exchanges[0].outcome, Outcome::Failed);
        assert_eq!(self.journal.exchanges[0].status, 502);
        &failure.reason
    }
}

/// The values of a header, in their order.
fn values<'a>(headers: &'a http::HeaderMap, name: &str) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect()
}
