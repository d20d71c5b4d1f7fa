//! The engine against the definition of the Shapley value.

use crate::random::{N_ROWS, Shape, ensemble, shapes, walk};
use clarimark::ensemble::{NodeSpec, TreeSpec};
use clarimark::explain::{Attributions, ExplainError, Flow, oracle};
use proptest::prelude::*;

/// Largest |a − b|.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, |m, d| if d.is_nan() { d } else { m.max(d) })
}

pub(crate) fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn attributions_are_the_shapley_values(shape in shapes()) {
        let case = shape.case();
        let flow = Flow::new(&case.model);
        if let Err(e) = flow {
            prop_assert_eq!(e, ExplainError::NoCover);
            prop_assert!(!case.model.has_cover());
            return Ok(());
        }
        let got = flow.unwrap().explain(&case.rows);
        let expected = oracle::explain(&case.model, &case.rows).unwrap();
        let tolerance = 1e-12 * case.scale;
        prop_assert!(distance(&got.values, &expected.values) <= tolerance);
        prop_assert!(distance(&got.base_values, &expected.base_values) <= tolerance);
        prop_assert!(distance(&got.margin, &expected.margin) == 0.0);
        prop_assert!(got.additivity_errors().iter().all(|&e| e <= tolerance));
    }

    #[test]
    fn margins_are_those_of_a_naive_walk(shape in shapes()) {
        let case = shape.case();
        let got = case.model.margins(&case.rows);
        let expected: Vec<f64> = case.rows.chunks_exact(shape.n_features)
            .flat_map(|row| walk(&case.specs, &case.base, row))
            .collect();
        prop_assert_eq!(bits(&got), bits(&expected));
        let mut one = vec![0.0; shape.n_outputs];
        case.model.margin(&case.rows[..shape.n_features], &mut one);
        prop_assert_eq!(bits(&one), bits(&got[..shape.n_outputs]));
    }

    #[test]
    fn a_row_does_not_depend_on_its_neighbours(shape in shapes()) {
        let case = shape.case();
        let Ok(flow) = Flow::new(&case.model) else { return Ok(()) };
        let whole = flow.explain(&case.rows);
        prop_assert_eq!(whole.n_rows, N_ROWS);
        for n in [1, 3, 8, 13] {
            let mut parts = Attributions::default();
            for rows in case.rows.chunks(n * shape.n_features) {
                parts.append(flow.explain(rows));
            }
            prop_assert_eq!(bits(&parts.values), bits(&whole.values));
            prop_assert_eq!(bits(&parts.margin), bits(&whole.margin));
        }
        let backwards: Vec<f64> = case.rows.chunks_exact(shape.n_features).rev().flatten().copied().collect();
        let backwards = flow.explain(&backwards);
        let width = shape.n_features * shape.n_outputs;
        let turned: Vec<f64> = backwards.values.chunks_exact(width).rev().flatten().copied().collect();
        prop_assert_eq!(bits(&turned), bits(&whole.values));
    }
}

/// A chain: every node but the last has a leaf on one side.
pub(crate) fn chain(length: usize, n_features: usize) -> TreeSpec {
    let mut nodes = Vec::new();
    let mut cover = Vec::new();
    for i in 0..length {
        let (inner, leaf) = (2 * i as i64 + 2, 2 * i as i64 + 1);
        let (left, right) = if i % 2 == 0 { (leaf, inner) } else { (inner, leaf) };
        nodes.push(NodeSpec::Below {
            feature: (i % n_features) as i64,
            threshold: if i % 2 == 0 { -(i as f64) } else { i as f64 },
            left,
            right,
            default_left: i % 3 == 0,
        });
        cover.push((2 * (length - i) + 1) as f64);
        nodes.push(NodeSpec::Leaf { first: nodes.len() });
        cover.push(2.0);
    }
    nodes.push(NodeSpec::Leaf { first: nodes.len() });
    cover.push(1.0);
    let leaf_values = (0..nodes.len()).map(|i| (i % 7) as f64 - 3.0).collect();
    TreeSpec { nodes, leaf_values, cover: Some(cover), output: Some(0), weight: 1.0 }
}

#[test]
fn a_chain_of_ten_thousand_nodes_is_explained_without_recursion() {
    for n_features in [1, 10, 20, 64] {
        let model = ensemble(n_features, &[chain(10_000, n_features)], &[0.5]);
        assert_eq!(model.trees()[0].depth(), 10_000);
        assert_eq!(model.summary().max_depth, 10_000);
        let rows: Vec<f64> =
            (0..3 * n_features).map(|i| if i % 5 == 0 { f64::NAN } else { i as f64 }).collect();
        let explained = Flow::new(&model).unwrap().explain(&rows);
        let worst = explained.additivity_errors().into_iter().fold(0.0, f64::max);
        assert!(worst < 1e-9, "{n_features} features: {worst}");
    }
}

/// Trees with 1 to 64 features on a path take 1 to 32 points, in 1 to 4 passes; each leaves something in working memory.
#[test]
fn a_single_row_has_the_same_bits_with_any_number_of_points() {
    const N_FEATURES: usize = 64;
    let lengths = [64, 3, 33, 9, 17, 1, 12, 5, 200, 7, 16, 11, 2];
    let trees = lengths.map(|length| chain(length, N_FEATURES.min(length)));
    let repeated = [64, 6, 15, 10, 3].map(|n_features| chain(100, n_features));
    let model = ensemble(N_FEATURES, &[&trees[..], &repeated[..]].concat(), &[0.5]);
    let flow = Flow::new(&model).unwrap();
    let value = |i: usize| if i.is_multiple_of(9) { f64::NAN } else { (i * 37 % 101) as f64 - 50.0 };
    let rows: Vec<f64> = (0..11 * N_FEATURES).map(value).collect();
    let together = flow.explain(&rows);
    for (row, expected) in rows.chunks_exact(N_FEATURES).zip(together.values.chunks_exact(N_FEATURES)) {
        assert_eq!(bits(&flow.explain(row).values), bits(expected));
    }
}

#[test]
fn a_deep_chain_agrees_with_the_definition() {
    for (length, n_features) in [(60, 12), (300, 8), (11, 11), (12, 12)] {
        let model = ensemble(n_features, &[chain(length, n_features)], &[0.5]);
        let rows: Vec<f64> =
            (0..5 * n_features).map(|i| if i % 4 == 0 { f64::NAN } else { (i % 29) as f64 - 9.0 }).collect();
        let got = Flow::new(&model).unwrap().explain(&rows);
        let expected = oracle::explain(&model, &rows).unwrap();
        let worst = distance(&got.values, &expected.values);
        assert!(worst < 1e-12, "{length} nodes, {n_features} features: {worst}");
    }
}

#[test]
fn without_cover_there_are_predictions_but_no_attributions() {
    let mut tree = chain(3, 2);
    tree.cover = None;
    let model = ensemble(2, &[tree.clone()], &[0.0]);
    assert_eq!(Flow::new(&model).err(), Some(ExplainError::NoCover));
    assert_eq!(model.summary().base_values, None);
    assert_eq!(model.margins(&[0.0, 0.0]).len(), 1);
    tree.cover = Some(vec![0.0; tree.nodes.len()]);
    assert!(Flow::new(&ensemble(2, &[tree], &[0.0])).is_err());
}

#[test]
fn trees_without_splits_need_no_cover() {
    let leaf = TreeSpec {
        nodes: vec![NodeSpec::Leaf { first: 0 }],
        leaf_values: vec![0.25],
        cover: None,
        output: Some(0),
        weight: 2.0,
    };
    let model = ensemble(2, &[leaf], &[1.0]);
    let explained = Flow::new(&model).unwrap().explain(&[1.0, 2.0]);
    assert_eq!(
        (explained.base_values, explained.margin, explained.values),
        (vec![1.5], vec![1.5], vec![0.0; 2])
    );
}

#[test]
fn no_rows_and_no_features_are_no_trouble() {
    let shape = Shape { seed: 3, n_features: 3, n_trees: 2, max_depth: 3, n_outputs: 2, vector_leaves: true };
    let case = shape.case();
    let nothing = Flow::new(&case.model).unwrap().explain(&[]);
    assert_eq!((nothing.n_rows, nothing.values.len(), nothing.margin.len()), (0, 0, 0));
    let bare = ensemble(0, &[], &[1.0]);
    assert_eq!(Flow::new(&bare).unwrap().explain(&[]).n_rows, 0);
}

#[test]
fn banzhaf_values_count_every_set_the_same() {
    // Two features: half the sum of the effect alone and of the effect beside the other.
    let model = ensemble(2, &[chain(6, 2)], &[0.5]);
    let row = [0.25, 3.0];
    let banzhaf = Flow::banzhaf(&model).unwrap().explain(&row).values;
    let shapley = Flow::new(&model).unwrap().explain(&row).values;
    assert!(distance(&banzhaf, &shapley) < 1e-15, "for two players they are the same");
    let model = ensemble(6, &[chain(9, 6)], &[0.5]);
    let row: Vec<f64> = (0..6).map(|i| i as f64 - 2.0).collect();
    let banzhaf = Flow::banzhaf(&model).unwrap().explain(&row).values;
    let expected = oracle::banzhaf(&model, &row).unwrap();
    assert!(distance(&banzhaf, &expected) < 1e-14);
    assert!(distance(&banzhaf, &Flow::new(&model).unwrap().explain(&row).values) > 1e-6);
}
