//! How the processes of a stage are started: anew, or forked by an interpreter that has done its imports.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use connector_protocol::Command;
use connector_replay::Session;
use tokio::net::UnixListener;
use tokio::sync::SemaphorePermit;

use super::{PORTS, Stage};
use crate::environment;
use crate::error::Error;
use crate::given::Given;
use crate::process::{self, Invocation, Started};
use crate::sandbox::{Barred, Entrant, Interpreter, Kind, Place, Turn};

/// The port of the proxy of an interpreter that is started before there is a session: any but those of HTTP.
const PROXY: u16 = 3128;

impl Stage {
    /// Starts a process, its requests answered by `session`.
    pub(super) async fn start(
        &self,
        invocation: &Invocation<'_>,
        interpreter: Option<Box<Interpreter>>,
        session: &mut Session,
        (proxy, ports): (u16, &[u16]),
    ) -> Result<Result<Started, Barred>, Error> {
        if let (Some(interpreter), Some(warm)) = (interpreter, &self.warm) {
            let arguments = &invocation.words[self.connector.command.len()..];
            match process::fork(invocation, arguments, interpreter, session, &self.nursery).await {
                Ok(forked) => return Ok(Ok(forked)),
                Err(error) => warm.give_up(format!("it does not fork: {error}")),
            }
        }
        let (words, environment) = (&invocation.words, &invocation.environment);
        let room =
            self.sandbox.as_ref().map(|sandbox| (sandbox, Entrant { words, environment, proxy, ports }));
        let started = process::start(invocation, room, &self.nursery).await;
        if let Ok(Started { network: Some(network), .. }) = &started {
            network.serve(session).map_err(|source| process::no_sandbox("serve it", source))?;
        }
        Ok(started)
    }

    /// An interpreter that the process may be forked by, if there can be one.
    pub(super) async fn interpreter(
        &self,
        given: &Given<'_>,
        port: u16,
        ports: &[u16],
    ) -> Option<Box<Interpreter>> {
        let warm = self.warm.as_ref()?;
        let mut environment = self.environment(given, port);
        self.forget_user(&mut environment, given);
        // What a library does to a clock begins when the process does, and a base URL names the session's own port.
        if given.real || given.part.is_some() || environment.contains_key(OsStr::new("LD_PRELOAD")) {
            return None;
        }
        let kind = Kind { environment: environment::without_proxy(&environment), ports: ports.to_vec() };
        let place = match warm.turn(&kind, given.unlike).await? {
            Turn::Idle(interpreter) => return Some(interpreter),
            Turn::Start(place) => place,
            Turn::Replace(place, other) => {
                other.end().await;
                place
            }
        };
        match self.warmed(place, kind, environment, port).await {
            Ok(interpreter) => Some(Box::new(interpreter)),
            Err(reason) => {
                warm.give_up(reason);
                None
            }
        }
    }

    /// Takes away what tells of the user, but for what the settings or the scenario say themselves.
    pub(super) fn forget_user(&self, environment: &mut BTreeMap<OsString, OsString>, given: &Given<'_>) {
        let said = |name: &str| {
            self.connector.settings.environment.contains_key(name)
                || given.environment.is_some_and(|said| said.contains_key(name))
        };
        for name in environment::USER.into_iter().filter(|name| !said(name)) {
            environment.remove(OsStr::new(name));
        }
    }

    /// Starts an interpreter for processes of this kind, whose proxy is on `proxy`.
    async fn warmed(
        &self,
        place: Place,
        kind: Kind,
        mut environment: BTreeMap<OsString, OsString>,
        proxy: u16,
    ) -> Result<Interpreter, String> {
        let sandbox = self.sandbox.as_ref().ok_or("there is no sandbox")?;
        let path = self.folder.path().join(format!("warm-{:016x}", fastrand::u64(..)));
        let listener = UnixListener::bind(&path).map_err(|error| error.to_string())?;
        environment.insert(environment::WARM.into(), path.into());
        // Any command will do: it is replaced by that of each process.
        let invocation = self.invocation(Command::Spec, environment, &[]);
        let (words, environment) = (&invocation.words, &invocation.environment);
        let ports = kind.ports.clone();
        let room = Some((sandbox, Entrant { words, environment, proxy, ports: &ports }));
        process::warm_up(&invocation, room, &self.nursery, listener, (place, kind, proxy)).await
    }

    /// To be had before a process is started, and kept until it has ended. Interpreters take memory also where they have
    /// nothing to do: so there are no more of them than processes at a time.
    pub(crate) async fn lane(&self) -> Option<SemaphorePermit<'_>> {
        self.warm.as_ref().filter(|warm| warm.is_open())?;
        // It is never closed.
        self.lanes.acquire().await.ok()
    }

    /// Has an interpreter ready for the next process that is told this time, where there can be one.
    pub(crate) async fn warm_up(&self, now: Option<&str>) {
        let given = Given { now, ..Given::default() };
        // Any port is free in a network of its own.
        if let (Some(interpreter), Some(warm)) = (self.interpreter(&given, PROXY, &PORTS).await, &self.warm) {
            warm.keep(*interpreter);
        }
    }

    /// Ends what waits for further processes. Says why nothing could be forked, where it was tried in vain.
    pub(crate) async fn end(&self) -> Option<String> {
        self.warm.as_ref()?.end().await
    }
}
