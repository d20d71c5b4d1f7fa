//! The command: explain, inspect, pack.
fn main() {}
