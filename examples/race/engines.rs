//! The engines by name.

use clarimark::cohort::cluster::kmeans;
use clarimark::cohort::embed::pca;
use clarimark::cohort::nonlinear::{Metric, Nearest, Umap};
use clarimark::ensemble::Ensemble;
use clarimark::explain::{Engine, ExplainError, Flow, Interactions, Interventional, Precision, WhatIf};
use clarimark::ids::FeatureId;
use std::error::Error;
use std::hint::black_box;

/// The features that are changed, the first ones: in the bench's data those that the outcome depends on.
const OFTEN: usize = 14;

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
            // What is done with attributions is done to the rows here: their number and shape alone decide the time.
            "pca" => drop(black_box(pca(rows, model.n_features()))),
            "k-means" => drop(black_box(kmeans(rows, model.n_features(), 3, &vec![0.0; n_rows], 0))),
            "umap" => {
                let nearest = Nearest::of(rows, model.n_features(), 14, Metric::Euclidean);
                let mut map = Umap::new(rows, model.n_features(), &nearest, 0);
                while map.step() {}
                black_box(map.points());
            }
            // A patient, of whom one value after the other becomes another patient's.
            "what-if" => {
                let mut patient = WhatIf::new(flow, rows);
                for (i, row) in rows.chunks_exact(model.n_features()).enumerate().skip(1) {
                    let feature = i % OFTEN.min(row.len());
                    patient.set(FeatureId::of(feature), row[feature]);
                }
                black_box(patient.phi());
            }
            "interactions" => drop(black_box(Interactions::by_cover(model)?.matrices(rows)?)),
            _ => return Err(format!("there is no engine {engine}").into()),
        },
    }
    Ok(())
}
