//! Connectors that are broken in one way each: by them `harness selftest` and the end-to-end tests judge the checks.
//!
//! `harness broken FAULT COMMAND [--config ...]` is a small good connector with one fault. It reads one page of users over
//! plain HTTP through the proxy of its environment. To add a fault, add a line to one of the tables: [`faults`],
//! [`spec`], [`catalog`], [`requests`], [`records`], [`states`], [`trials`].

#![expect(clippy::disallowed_methods, reason = "a broken connector starts processes that nobody looks after")]

mod call;
mod catalog;
mod connector;
mod deed;
mod fault;
mod faults;
mod http;
mod output;
mod records;
mod requests;
mod spec;
mod states;
mod streams;
mod trials;

pub(crate) use call::Call;
pub(crate) use fault::Fault;
pub(crate) use faults::all;

/// Is the connector with that fault; a fault that nobody knows is none. Returns its exit status.
pub(crate) fn run(fault: &str, call: &Call) -> u8 {
    let Some(mut output) = connector::answer(call) else { return 2 };
    if let Some(fault) = all().find(|known| known.name == fault) {
        (fault.inflict)(&mut output, call);
    }
    output.print()
}
