//! Every engine against the definition, on random ensembles of up to twelve features and levels.
//!
//! Repeated features, values on thresholds, missing and infinite ones, level sets, nodes without cover, trees of one
//! leaf, dropped-out trees, vector leaves. `CLARIMARK_CASES` says how many ensembles; 10,000 take some minutes.

use crate::flow::distance;
use crate::random::Shape;
use clarimark::explain::{Engine, Flow, Interactions, Interventional, Precision, oracle};
use clarimark::math::Rng;

/// Rows that are explained, and compared with.
const N_ROWS: usize = 3;
const N_BACKGROUND: usize = 6;

/// Largest deviations, relative to the size of a margin.
#[derive(Debug, Default)]
struct Worst {
    flow: f64,
    table: f64,
    single: f64,
    interventional: f64,
    interactions: f64,
    interactions_interventional: f64,
    n_without_cover: usize,
}

#[test]
fn every_engine_agrees_with_the_definition() {
    let n_cases = std::env::var("CLARIMARK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut worst = Worst::default();
    for seed in 0..n_cases {
        check(seed, &mut worst);
    }
    println!("{n_cases} ensembles, largest deviations relative to the margin: {worst:?}");
}

fn check(seed: u64, worst: &mut Worst) {
    let mut rng = Rng::new(seed);
    let shape = Shape {
        seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        n_features: 1 + rng.below(12) as usize,
        n_trees: 1 + rng.below(3) as usize,
        max_depth: rng.below(13) as usize,
        n_outputs: 1 + rng.below(2) as usize,
        vector_leaves: rng.below(2) == 0,
    };
    let case = shape.case();
    let (rows, rest) = case.rows.split_at(N_ROWS * shape.n_features);
    let background = &rest[..N_BACKGROUND * shape.n_features];
    let hold = |what: &str, got: &[f64], expected: &[f64], tolerance: f64, worst: &mut f64| {
        let off = distance(got, expected) / case.scale;
        assert!(off <= tolerance, "{what}: {off} with {shape:?}");
        *worst = worst.max(off);
    };
    let expected = oracle::explain_interventional(&case.model, rows, background).unwrap();
    let against = Interventional::new(&case.model, background).unwrap();
    let got = against.explain(rows);
    hold("interventional", &got.values, &expected.values, 1e-12, &mut worst.interventional);
    assert!(got.additivity_errors().iter().all(|e| *e <= 1e-12 * case.scale));
    let few = &rows[..shape.n_features];
    let expected = oracle::interactions(&case.model, few, Some(background)).unwrap();
    let got = Interactions::by_background(&against).matrices(few).unwrap();
    hold("interactions", &got, &expected, 1e-12, &mut worst.interactions_interventional);

    let Some(expected) = oracle::explain(&case.model, rows) else {
        worst.n_without_cover += 1;
        return;
    };
    let flow = Flow::new(&case.model).unwrap().explain(rows);
    hold("flow", &flow.values, &expected.values, 1e-12, &mut worst.flow);
    assert!(flow.additivity_errors().iter().all(|e| *e <= 1e-12 * case.scale));
    let table = Engine::new(&case.model, usize::MAX, Precision::F64).unwrap().explain(rows);
    hold("table", &table.values, &expected.values, 1e-12, &mut worst.table);
    let single = Engine::new(&case.model, usize::MAX, Precision::F32).unwrap().explain(rows);
    hold("f32", &single.values, &expected.values, 5e-6, &mut worst.single);
    let expected = oracle::interactions(&case.model, few, None).unwrap();
    let got = Interactions::by_cover(&case.model).unwrap().matrices(few).unwrap();
    hold("interactions", &got, &expected, 1e-12, &mut worst.interactions);
}
