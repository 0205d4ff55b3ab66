//! Other tools' recordings to cassettes, and back.
