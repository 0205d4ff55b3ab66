//! connector-replay
