//! What the pure rooms promise, held from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod broken;
mod flow;
mod random;
mod reference;
mod statistics;
