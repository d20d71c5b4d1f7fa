//! Interactions against their definition.

use crate::flow::{chain, distance};
use crate::random::{ensemble as ensemble_of, shapes};
use crate::reference::{folder, inputs};
use clarimark::ensemble;
use clarimark::explain::{ExplainError, Flow, Interactions, Interventional, oracle};
use clarimark::ids::{FeatureId, OutputId};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matrices_are_the_interaction_indices(shape in shapes()) {
        let case = shape.case();
        let (f, k) = (shape.n_features, shape.n_outputs);
        let (rows, background) = case.rows.split_at(10 * f);
        let tolerance = 1e-12 * case.scale;
        let against = Interactions::by_background(&Interventional::new(&case.model, background).unwrap());
        let expected = oracle::interactions(&case.model, rows, Some(background)).unwrap();
        prop_assert!(distance(&against.matrices(rows).unwrap(), &expected) <= tolerance);
        let Ok(by_cover) = Interactions::by_cover(&case.model) else {
            prop_assert!(!case.model.has_cover());
            return Ok(());
        };
        let expected = oracle::interactions(&case.model, rows, None).unwrap();
        let got = by_cover.matrices(rows).unwrap();
        prop_assert!(distance(&got, &expected) <= tolerance);
        // Lines sum to φ.
        let phi = Flow::new(&case.model).unwrap().explain(rows).values;
        let sums: Vec<f64> = got
            .chunks_exact(f * k)
            .flat_map(|line| (0..k).map(move |o| line.iter().skip(o).step_by(k).sum::<f64>()))
            .collect();
        prop_assert!(distance(&sums, &phi) <= tolerance);
        // Among some features, a row's matrix is a part of the whole one.
        let some: Vec<usize> = (0..f).rev().step_by(2).collect();
        let features: Vec<FeatureId> = some.iter().map(|&i| FeatureId::of(i)).collect();
        for o in 0..k {
            let part = by_cover.among(&rows[..f], &features, OutputId::of(o));
            let expected: Vec<f64> =
                some.iter().flat_map(|&i| some.iter().map(move |&j| (i, j))).map(|(i, j)| got[(i * f + j) * k + o]).collect();
            prop_assert!(distance(&part, &expected) <= tolerance);
        }
        // A pair's column and the strongest pairs say the same as the matrices.
        let at = |r: usize, i: usize, j: usize, o: usize| got[((r * f + i) * f + j) * k + o];
        let strongest = by_cover.strongest(rows, 3);
        for i in 0..f {
            for j in (0..f).filter(|&j| j != i) {
                let column = by_cover.pair(rows, FeatureId::of(i), FeatureId::of(j));
                let expected: Vec<f64> = (0..10).flat_map(|r| (0..k).map(move |o| at(r, i, j, o))).collect();
                prop_assert_eq!(&column, &expected);
                let mean = 2.0 * expected.iter().map(|x| x.abs()).sum::<f64>() / 10.0;
                let listed = strongest.iter().find(|p| p.features == [FeatureId::of(i), FeatureId::of(j)]);
                match listed {
                    Some(listed) => prop_assert!((listed.mean_abs - mean).abs() <= tolerance),
                    None if i < j && strongest.len() == 3 => prop_assert!(mean <= strongest[2].mean_abs + tolerance),
                    None => {}
                }
            }
        }
    }
}

#[test]
fn long_paths_have_interactions() {
    let model = ensemble_of(12, &[chain(40, 12)], &[0.5]);
    let rows: Vec<f64> =
        (0..3 * 12).map(|i| if i % 4 == 0 { f64::NAN } else { (i % 29) as f64 - 9.0 }).collect();
    let expected = oracle::interactions(&model, &rows, None).unwrap();
    let got = Interactions::by_cover(&model).unwrap().matrices(&rows).unwrap();
    assert!(distance(&got, &expected) < 1e-12);
}

#[test]
fn too_many_matrices_are_refused() {
    let model = ensemble_of(5_000, &[chain(3, 2)], &[0.0]);
    let engine = Interactions::by_cover(&model).unwrap();
    let refused = engine.matrices(&vec![0.0; 5_000 * 3]);
    assert_eq!(refused, Err(ExplainError::TooManyPairs { n_rows: 3, n_features: 5_000 }));
    assert_eq!(engine.strongest(&vec![0.0; 5_000 * 3], 10).len(), 1);
}

/// A case of `interactions.json`.
#[derive(serde::Deserialize)]
struct Case {
    case: String,
    tolerance: f64,
    /// `[row][output][feature][feature]`.
    values: Vec<Vec<Vec<Vec<f64>>>>,
}

#[test]
fn the_libraries_give_the_same_interactions() {
    let cases = std::fs::read(folder().join("interactions.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&cases).unwrap();
    assert_eq!(cases.len(), 14);
    for Case { case, tolerance, values } in cases {
        let path = |ending: &str| folder().join(format!("{case}.{ending}"));
        let model = ensemble::read(&std::fs::read(path("model.json")).unwrap()).unwrap().value;
        let got = Interactions::by_cover(&model).unwrap().matrices(&inputs(&model, &path("csv"))).unwrap();
        let (f, k) = (model.n_features(), model.n_outputs());
        let expected: Vec<f64> = values
            .iter()
            .flat_map(|row| (0..f * f * k).map(move |at| row[at % k][at / k / f][at / k % f]))
            .collect();
        assert!(expected.iter().any(|x| *x != 0.0), "{case}");
        let off = distance(&got, &expected);
        assert!(off <= tolerance, "{case}: {off}, tolerance {tolerance}");
    }
}
