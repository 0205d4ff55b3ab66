#![allow(missing_docs, clippy::all, unused)]
use crate::*;
use connector_replay::Tape;
#[derive(Debug, Clone)] pub struct Secret { pub name: String, pub value: String }
#[derive(Debug, Clone)] pub struct Track { pub began: jiff::Timestamp }
pub struct Circumstances<'a> { pub secrets: &'a [Secret], pub tracks: &'a [Track], pub known: &'a [String] }
pub struct Scrubbed { pub interactions: Vec<Recorded>, pub notes: Vec<String> }
pub fn scrub(reel: &Reel, c: &Circumstances<'_>) -> Result<Scrubbed, Error> { todo!() }
pub fn suspects(t: &Tape) -> Vec<String> { todo!() }
