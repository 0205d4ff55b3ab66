//! Records a scenario from real traffic.

mod fake;
mod resume;
