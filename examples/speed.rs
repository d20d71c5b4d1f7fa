//! How long a patient takes: `cargo run --release --example speed -- model.json [ROWS]`.
//!
//! Rows are made up: each value is a threshold of the model, one step beside it, or missing. One thread. To compare
//! with XGBoost, time `Booster.predict(DMatrix(rows, nthread=1), pred_contribs=True)` with `nthread` 1 on as many rows.

#![allow(clippy::print_stdout)]

use clarimark::ensemble;
use clarimark::explain::Flow;
use clarimark::math::Rng;
use std::error::Error;
use std::time::Instant;

/// Runs of which the fastest counts.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which model?")?;
    let n_rows: usize = arguments.next().map_or(Ok(2000), |n| n.parse())?;

    let bytes = std::fs::read(path)?;
    let start = Instant::now();
    let model = ensemble::read(&bytes)?.value;
    let flow = Flow::new(&model)?;
    println!("read and prepared in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    let summary = model.summary();
    let mut rng = Rng::new(1);
    let mut rows = Vec::with_capacity(n_rows * model.n_features());
    for _ in 0..n_rows {
        for feature in &summary.features {
            rows.push(match feature.thresholds.len() as u32 {
                _ if rng.below(50) == 0 => f64::NAN,
                0 => f64::from(rng.below(8)),
                n => feature.thresholds[rng.below(n) as usize] + f64::from(rng.below(3)) - 1.0,
            });
        }
    }
    let time = |what: &str, run: &dyn Fn() -> f64| {
        let best = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(run());
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!("{what}: {:.2} µs per row", best / n_rows as f64 * 1e6);
    };
    println!("{} trees, {} leaves, at most {} deep", summary.n_trees, summary.n_leaves, summary.max_depth);
    time("margins", &|| model.margins(&rows).iter().sum());
    time("attributions", &|| flow.explain(&rows).values.iter().sum());
    let worst = flow.explain(&rows).additivity_errors().into_iter().fold(0.0, f64::max);
    println!("largest additivity error: {worst:.1e}");
    Ok(())
}
