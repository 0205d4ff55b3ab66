//! The SDK over real sockets: how requests are retried, and a whole connector run within this process.

#[cfg(test)] // Said again, since clippy lets only what is marked so unwrap outside of a test's own function.
mod auth;
mod connector;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod stage;
