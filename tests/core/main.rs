//! What the pure rooms promise, held from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod broken;
mod builder;
mod command;
mod comparator;
mod engine;
mod evidence;
mod exactness;
mod figures;
mod flow;
mod interaction;
mod interventional;
mod random;
mod reference;
mod report;
mod session;
mod statistics;
mod stream;
mod streamed;
mod study_run;
mod subgroups;
mod tables;
mod what_if;
