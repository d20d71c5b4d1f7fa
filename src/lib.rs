//! Clarimark explains trained tree ensembles on patient data, exactly and where the data already is:
//! in the reader's browser, or on the command line.
//!
//! This page is the map of the house. An arrow `A ← B` means that B may use A; nothing else may.
//!
//! ```text
//! ids, math ← ensemble, dataset ← study ← explain ← cohort, evaluate ← plot
//! session (state, commands) ← figure (session × plot), share (links, one-file pages) ← report
//! job (what a worker does) ← worker, app (the browser)
//! study, explain, share ← command (without a browser)
//! ```
//!
//! | room | what it knows |
//! |---|---|
//! | [`ids`] | which row, feature, output, cluster: small typed numbers |
//! | [`math`] | reproducible elementary functions, seeded random numbers, order statistics |
//! | [`ensemble`] | a fitted model: trees, links, one loader per file format, one builder that checks all |
//! | [`dataset`] | a table: columns, levels, missing values, CSV, and what is turned into it |
//! | [`study`] | a model and a table that belong together: manifest, column roles, binding by name, findings |
//! | [`explain`] | SHAP values and interactions: the engines, their oracle, base values, importance |
//! | [`cohort`] | sets of patients: maps, clusters and whether there are any, profiles, rules |
//! | [`evaluate`] | how good a model is: discrimination, calibration, survival; which comparisons are tests |
//! | [`plot`] | scenes: inert laid-out drawings, charts that make them, painters that show them; crowds of marks become pixels in a crate of their own, `crates/raster` |
//! | [`session`] | everything a reader can change, and the pure function that changes it |
//! | [`figure`] | what an analysis looks like: sessions turned into charts, tables, sentences |
//! | [`share`] | the session in a link, a study in one file |
//! | `command` | the program `clarimark`: arguments, files, exit status; native only |
//! | [`report`] | a printable document of an analysis, with its numbers as JSON |
//! | [`job`] | messages to the three programs in workers (one computes, one draws, one reads tables that are no text) and the work they ask for, without a browser |
//!
//! **Invariants**
//! 1. Only `app`, `worker` and the binaries touch the browser; a native build compiles none of it.
//! 2. `ensemble`, `dataset`, `study`, `explain`, `cohort` and `evaluate` take values and return values: no clock,
//!    no globals, no unseeded randomness, no logging.
//! 3. A [`ensemble::Tree`] that exists is valid: the builder is the only door.
//! 4. A chart returns a [`plot::Scene`] and never sees a backend; a painter never sees a patient.
//! 5. Domain types do not serialise; links, pages and worker messages have twins that do.
//! 6. What a user gives ends in an error with a place and a remedy, or in a value with warnings. A panic is a bug.
//! 7. Elementary functions that reach a result go through [`math`], so every platform gives the same bits.

pub mod cohort;
#[cfg(not(target_arch = "wasm32"))]
pub mod command;
pub mod dataset;
pub mod ensemble;
pub mod evaluate;
pub mod explain;
pub mod figure;
pub mod ids;
pub mod job;
pub mod math;
pub mod plot;
pub mod report;
pub mod session;
pub mod share;
pub mod study;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod worker;

/// A value that was read, with everything about it that deserves a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// What was read.
    pub value: T,
    /// One plain sentence each, in the order they came up.
    pub warnings: Vec<String>,
}

impl<T> Parsed<T> {
    /// Wraps a value that raised no warning.
    pub fn clean(value: T) -> Self {
        Parsed { value, warnings: Vec::new() }
    }
}
