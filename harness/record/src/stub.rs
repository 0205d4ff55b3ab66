#![allow(missing_docs, clippy::all, unused)]
use crate::*;
use connector_replay::Tape;
#[derive(Debug, Clone)] pub struct Secret { pub name: String, pub value: String }
#[derive(Debug, Clone)] pub struct Track { pub began: jiff::Timestamp }
pub struct Circumstances<'a> { pub secrets: &'a [Secret], pub tracks: &'a [Track], pub known: &'a [String] }
pub struct Scrubbed { pub interactions: Vec<Recorded>, pub notes: Vec<String> }
pub fn scrub(reel: &Reel, c: &Circumstances<'_>) -> Result<Scrubbed, Error> { todo!() }
#[derive(Default)] pub struct Assembly<'a> { pub required: std::collections::BTreeSet<u32>, pub ignore: Vec<connector_replay::Rule>, pub old: Option<&'a Tape>, pub mode: AssemblyMode, pub sample: Option<usize> }
#[derive(Default)] pub enum AssemblyMode { #[default] All, NewEpisodes }
pub struct Assembled { pub tape: Tape, pub notes: Vec<String> }
pub fn assemble(r: Vec<Recorded>, o: &Assembly<'_>) -> Result<Assembled, Error> { todo!() }
pub fn suspects(t: &Tape) -> Vec<String> { todo!() }
pub fn write(t: &Tape, p: &std::path::Path) -> Result<(), Error> { todo!() }
pub fn faults(t: &Tape) -> Vec<String> { todo!() }
pub fn diff(t: &Tape, u: &Tape) -> Vec<String> { todo!() }
pub fn prune(t: &Tape, u: &std::collections::BTreeSet<usize>) -> Tape { todo!() }
