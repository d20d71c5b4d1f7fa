//! Interventional attributions against the definition of the Shapley value.

use crate::flow::{bits, chain, distance};
use crate::random::{N_ROWS, ensemble, shapes};
use clarimark::ensemble::{NodeSpec, TreeSpec};
use clarimark::explain::{Attributions, ExplainError, Interventional, Output, oracle};
use proptest::prelude::*;

/// The first rows explain, the others are the background.
const N_EXPLAINED: usize = 9;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn attributions_are_the_shapley_values(shape in shapes()) {
        let case = shape.case();
        let (rows, background) = case.rows.split_at(N_EXPLAINED * shape.n_features);
        let engine = Interventional::new(&case.model, background).unwrap();
        prop_assert_eq!(engine.n_background(), N_ROWS - N_EXPLAINED);
        let got = engine.explain(rows);
        let expected = oracle::explain_interventional(&case.model, rows, background).unwrap();
        let tolerance = 1e-12 * case.scale;
        prop_assert!(distance(&got.values, &expected.values) <= tolerance);
        prop_assert!(distance(&got.base_values, &expected.base_values) <= tolerance);
        prop_assert!(got.additivity_errors().iter().all(|&e| e <= tolerance));
        // The walk alone gives the same.
        let walked = engine.explain_output(rows, Output::Margin).unwrap();
        prop_assert!(distance(&walked.attributions.values, &expected.values) <= tolerance);
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours(shape in shapes()) {
        let case = shape.case();
        let engine = Interventional::new(&case.model, &case.rows).unwrap();
        let whole = engine.explain(&case.rows);
        for n in [1, 3, 8, 13] {
            let mut parts = Attributions::default();
            for rows in case.rows.chunks(n * shape.n_features) {
                parts.append(engine.explain(rows));
            }
            prop_assert_eq!(bits(&parts.values), bits(&whole.values));
        }
    }
}

/// Inputs that take both sides of a chain's thresholds.
fn inputs(n_rows: usize, n_features: usize) -> Vec<f64> {
    let value = |i: usize| match i * 7 % 5 {
        0 => f64::NAN,
        1 => -((i % 41) as f64),
        _ => (i * i % 97) as f64 - 20.0,
    };
    (0..n_rows * n_features).map(value).collect()
}

#[test]
fn paths_too_long_for_tables_are_walked() {
    // 20 distinct features are beyond the oracle: there the sum over rows is a check, and the halves of a background.
    for (length, n_features) in [(60, 12), (12, 12), (300, 8)] {
        let model = ensemble(n_features, &[chain(length, n_features)], &[0.5]);
        let (rows, background) = (inputs(6, n_features), inputs(70, n_features));
        let engine = Interventional::new(&model, &background).unwrap();
        let expected = oracle::explain_interventional(&model, &rows, &background).unwrap();
        let worst = distance(&engine.explain(&rows).values, &expected.values);
        assert!(worst < 1e-12, "{length} nodes, {n_features} features: {worst}");
    }
    for n_features in [1, 20, 64, 300] {
        let model = ensemble(n_features, &[chain(10_000, n_features)], &[0.5]);
        let (rows, background) = (inputs(3, n_features), inputs(66, n_features));
        let engine = Interventional::new(&model, &background).unwrap();
        let whole = engine.explain(&rows);
        assert!(whole.additivity_errors().iter().all(|&e| e < 1e-9), "{n_features} features");
        let (one, two) = background.split_at(33 * n_features);
        let [one, two] = [one, two].map(|half| Interventional::new(&model, half).unwrap().explain(&rows));
        let mean: Vec<f64> = one.values.iter().zip(&two.values).map(|(a, b)| (a + b) / 2.0).collect();
        assert!(distance(&whole.values, &mean) < 1e-12, "{n_features} features");
    }
}

/// A tree of 2^depth leaves that asks for another feature on each level.
fn bushy(depth: usize) -> TreeSpec {
    let n_inner = (1 << depth) - 1;
    let inner = (0..n_inner).map(|i: i64| NodeSpec::Below {
        feature: i64::from((i + 1).ilog2()),
        threshold: ((i * 31) % 60 - 20) as f64,
        left: 2 * i + 1,
        right: 2 * i + 2,
        default_left: i % 3 == 0,
    });
    let n_leaves = 1 << depth;
    let nodes = inner.chain((0..n_leaves).map(|first| NodeSpec::Leaf { first })).collect();
    let leaf_values = (0..n_leaves).map(|i| (i % 11) as f64 - 5.0).collect();
    TreeSpec { nodes, leaf_values, cover: None, output: Some(0), weight: 1.0 }
}

#[test]
fn trees_deeper_on_every_side_than_tables_go_are_walked() {
    let depth = 15;
    let model = ensemble(depth, &[bushy(depth)], &[0.5]);
    let (rows, background) = (inputs(3, depth), inputs(66, depth));
    let whole = Interventional::new(&model, &background).unwrap().explain(&rows);
    assert!(whole.additivity_errors().iter().all(|&e| e < 1e-12));
    let mean = model.margins(&background).iter().sum::<f64>() / 66.0;
    assert!((whole.base_values[0] - mean).abs() < 1e-12);
    let (one, two) = background.split_at(33 * depth);
    let [one, two] = [one, two].map(|half| Interventional::new(&model, half).unwrap().explain(&rows));
    let mean: Vec<f64> = one.values.iter().zip(&two.values).map(|(a, b)| (a + b) / 2.0).collect();
    assert!(distance(&whole.values, &mean) < 1e-12);
}

#[test]
fn a_background_needs_rows_and_no_cover() {
    let mut tree = chain(3, 2);
    tree.cover = None;
    let model = ensemble(2, &[tree], &[0.0]);
    assert_eq!(Interventional::new(&model, &[1.0]).err(), Some(ExplainError::NoBackground));
    let engine = Interventional::new(&model, &[1.0, f64::NAN]).unwrap();
    assert_eq!(engine.explain(&[1.0, f64::NAN]).values, [0.0, 0.0]);
    assert!(engine.explain(&[]).values.is_empty());
}

#[test]
fn a_model_without_probability_gives_none() {
    let model = ensemble(2, &[chain(3, 2)], &[0.0]);
    let engine = Interventional::new(&model, &[1.0, 2.0]).unwrap();
    let refused = engine.explain_output(&[1.0, 2.0], Output::Probability);
    assert!(matches!(refused, Err(ExplainError::NoProbability { .. })));
}

/// Against so many rows leaves with up to 14 features on their path are read from tables, against half of them walked.
#[test]
fn a_large_background_is_the_mean_of_its_halves() {
    for (length, n_features) in [(14, 14), (40, 14), (13, 13), (16, 16)] {
        let model = ensemble(n_features, &[chain(length, n_features)], &[0.5]);
        let rows = inputs(7, n_features);
        let background: Vec<f64> = inputs(2_007, n_features)[rows.len()..].to_vec();
        let of = |background: &[f64]| Interventional::new(&model, background).unwrap();
        let whole = of(&background);
        assert_eq!(whole.n_background(), 2_000);
        let got = whole.explain(&rows);
        let halves = background.chunks(background.len() / 2).map(|half| of(half).explain(&rows).values);
        let halves: Vec<Vec<f64>> = halves.collect();
        let mean: Vec<f64> = halves[0].iter().zip(&halves[1]).map(|(a, b)| (a + b) / 2.0).collect();
        assert!(distance(&got.values, &mean) <= 1e-13, "{length}: {}", distance(&got.values, &mean));
        assert!(got.values.iter().any(|v| v.abs() > 0.01));
        let walked = whole.explain_output(&rows, Output::Margin).unwrap().attributions;
        assert!(distance(&got.values, &walked.values) <= 1e-13, "{length}");
        assert!(got.additivity_errors().iter().all(|&e| e <= 1e-13), "{length}");
    }
}
