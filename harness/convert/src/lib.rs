//! stub
#![allow(missing_docs, clippy::all, unused)]
use connector_replay::Tape;
#[derive(Debug, Clone)]
pub struct Format;
impl std::str::FromStr for Format {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        todo!()
    }
}
pub struct Imported {
    pub tape: Tape,
    pub notes: Vec<String>,
}
pub fn import(p: &std::path::Path, f: Option<Format>, u: Option<&str>) -> Result<Imported, std::io::Error> {
    todo!()
}
pub fn export_har(t: &Tape) -> Result<String, std::io::Error> {
    todo!()
}
