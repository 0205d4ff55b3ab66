//! Makes cassettes of real traffic, safe to publish.
