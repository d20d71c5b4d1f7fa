//! What the pure rooms promise, held from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod broken;
mod builder;
mod command;
mod evidence;
mod figures;
mod flow;
mod hostile;
mod random;
mod reference;
mod session;
mod statistics;
mod study_run;
