//! Distances by correlation, densities, mixtures and competing events against scipy, umap-learn, scikit-learn and
//! lifelines: `reference/subgroups.json`.

use crate::evidence::all_near;
use clarimark::cohort::agreement::adjusted_rand;
use clarimark::cohort::hierarchy::{Linkage, hierarchy};
use clarimark::cohort::metric::Metric;
use clarimark::cohort::nonlinear::{Nearest, Umap, overlap};
use serde::Deserialize;
use std::sync::LazyLock;

static SUBGROUPS: LazyLock<Subgroups> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/subgroups.json")).unwrap());

#[derive(Deserialize)]
struct Subgroups {
    correlation: Correlation,
}

#[derive(Deserialize)]
struct Correlation {
    trees: Vec<Tree>,
    map: Map,
}

#[derive(Deserialize)]
struct Tree {
    matrix: Vec<Vec<f64>>,
    ward: Joined,
    average: Joined,
    complete: Joined,
}

#[derive(Deserialize)]
struct Joined {
    heights: Vec<f64>,
    labels_for_k_from_2: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Map {
    matrix: Vec<Vec<f64>>,
    umap: Vec<[f64; 2]>,
}

#[test]
fn hierarchies_by_correlation_are_those_of_scipy() {
    for case in &SUBGROUPS.correlation.trees {
        for (how, expected) in [
            (Linkage::Ward, &case.ward),
            (Linkage::Average, &case.average),
            (Linkage::Complete, &case.complete),
        ] {
            let (matrix, f) = (case.matrix.concat(), case.matrix[0].len());
            let tree = hierarchy(&matrix, f, how, Metric::Correlation).unwrap();
            let heights: Vec<f64> = tree.merges.iter().map(|m| m.height).collect();
            assert!(all_near(&heights, &expected.heights), "{how:?}: {heights:?}");
            for (k, labels) in (2..).zip(&expected.labels_for_k_from_2) {
                assert_eq!(adjusted_rand(&tree.cut(k), labels), 1.0, "{how:?}, {k}");
            }
        }
    }
}

#[test]
fn maps_by_correlation_keep_neighbours_as_well_as_umap_learn() {
    let case = &SUBGROUPS.correlation.map;
    let (matrix, f) = (case.matrix.concat(), case.matrix[0].len());
    let (rows, n_columns) = Metric::Correlation.rows(&matrix, f);
    let data = Nearest::of(&matrix, f, 15, Metric::Correlation);
    assert_eq!(data.index, Nearest::of(&rows, n_columns, 15, Metric::Euclidean).index);
    let mut umap = Umap::new(&rows, n_columns, &data, 0);
    while umap.step() {}
    let near = |points: &[[f64; 2]]| Nearest::of(points.as_flattened(), 2, 15, Metric::Euclidean);
    let (kept, kept_there) = (overlap(&data, &near(umap.points())), overlap(&data, &near(&case.umap)));
    assert!(kept > kept_there - 0.03, "{kept} against {kept_there}");
}
