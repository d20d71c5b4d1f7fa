//! The engines by name.

use clarimark::ensemble::Ensemble;
use clarimark::explain::{Engine, ExplainError, Flow, Interactions, Interventional, Precision};
use std::error::Error;
use std::hint::black_box;

/// Explains `rows` with an engine; `all` are those that a background is taken from.
///
/// # Errors
/// Where there is no such engine, or it refuses the model.
pub(crate) fn run(
    model: &Ensemble,
    flow: &Flow,
    engine: &str,
    rows: &[f64],
    all: &[f64],
) -> Result<(), Box<dyn Error>> {
    let n_rows = rows.len() / model.n_features();
    let choose = |precision| -> Result<(), ExplainError> {
        black_box(Engine::new(model, n_rows, precision)?.explain(rows));
        Ok(())
    };
    match engine.split_once(':') {
        Some(("interventional", n)) => {
            let background = &all[all.len() - n.parse::<usize>()? * model.n_features()..];
            black_box(Interventional::new(model, background)?.explain(rows));
        }
        _ => match engine {
            "flow" => drop(black_box(flow.explain(rows))),
            "f64" => choose(Precision::F64)?,
            "f32" => choose(Precision::F32)?,
            "interactions" => drop(black_box(Interactions::by_cover(model)?.matrices(rows)?)),
            _ => return Err(format!("there is no engine {engine}").into()),
        },
    }
    Ok(())
}
