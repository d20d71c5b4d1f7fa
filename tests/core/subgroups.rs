//! Distances by correlation, densities, mixtures and competing events against scipy, umap-learn, scikit-learn and
//! lifelines: `reference/subgroups.json`.

use crate::evidence::{all_near, near};
use crate::study_run::analyse;
use clarimark::cohort::agreement::adjusted_rand;
use clarimark::cohort::cluster::divided;
use clarimark::cohort::density::hdbscan;
use clarimark::cohort::division::{ClusterKind, Division};
use clarimark::cohort::hierarchy::{Linkage, hierarchy};
use clarimark::cohort::metric::Metric;
use clarimark::cohort::mixture::mixture;
use clarimark::cohort::nonlinear::{Nearest, Umap, overlap};
use clarimark::cohort::profile::profile;
use clarimark::cohort::stability::jaccard;
use clarimark::evaluate::survival::{End, cumulative_incidence};
use clarimark::figure::{self, Grouping, Layout, SheetKind};
use clarimark::ids::FeatureId;
use clarimark::plot::svg;
use clarimark::session::ViewState;
use clarimark::study::OutcomeSpec;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

static SUBGROUPS: LazyLock<Subgroups> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/subgroups.json")).unwrap());

#[derive(Deserialize)]
struct Subgroups {
    correlation: Correlation,
    densities: Vec<Density>,
    mixtures: Vec<Mixed>,
    competing: Vec<Competing>,
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

#[derive(Deserialize)]
struct Density {
    name: String,
    matrix: Vec<Vec<f64>>,
    min_cluster_size: usize,
    labels: Vec<i32>,
}

#[test]
fn densities_are_those_of_scikit_learn() {
    for case in &SUBGROUPS.densities {
        let found = hdbscan(&case.matrix.concat(), case.matrix[0].len(), case.min_cluster_size);
        let noise: Vec<bool> = found.iter().map(Option::is_none).collect();
        assert_eq!(noise, case.labels.iter().map(|l| *l < 0).collect::<Vec<_>>(), "{}", case.name);
        let ours: Vec<u32> = found.iter().map(|c| c.map_or(u32::MAX, |c| c)).collect();
        let theirs: Vec<u32> = case.labels.iter().map(|l| l.cast_unsigned()).collect();
        assert_eq!(adjusted_rand(&ours, &theirs), 1.0, "{}", case.name);
    }
}

#[derive(Deserialize)]
struct Mixed {
    name: String,
    matrix: Vec<Vec<f64>>,
    k: usize,
    start: Vec<u32>,
    log_likelihood: f64,
    bic: f64,
    labels: Vec<u32>,
    means: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

#[test]
fn mixtures_are_those_of_scikit_learn_from_the_same_start() {
    for case in &SUBGROUPS.mixtures {
        let (matrix, d) = (case.matrix.concat(), case.matrix[0].len());
        let found = mixture(&matrix, d, &case.start, case.k, 1e-6, 1e-10).unwrap();
        assert!(near(found.log_likelihood, case.log_likelihood), "{}: {}", case.name, found.log_likelihood);
        assert!(near(found.bic, case.bic), "{}: {}", case.name, found.bic);
        assert_eq!(found.labels, case.labels, "{}", case.name);
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(close(&found.means.concat(), &case.means.concat()), "{}: {:?}", case.name, found.means);
        assert!(close(&found.weights, &case.weights), "{}: {:?}", case.name, found.weights);
    }
}

/// Everything that shows clusters, with clusters of densities: patients in none have a set of their own.
#[test]
fn patients_in_no_cluster_are_shown_and_named_everywhere() {
    let mut a = analyse("pbc");
    let f = a.study.n_features();
    let margin: Vec<f64> = a.rows.iter().map(|&r| a.margin(r)).collect();
    for kind in ClusterKind::ALL {
        let phi = a.attributions.matrix(0);
        let mut clusters = divided(&phi, f, Division { kind, k: 3 }, &margin, 0);
        clusters.stability = jaccard(&phi, f, &clusters, 20, 0);
        assert_eq!(clusters, {
            let mut again = divided(&phi, f, Division { kind, k: 3 }, &margin, 0);
            again.stability = jaccard(&phi, f, &again, 20, 0);
            again
        });
        let n_out = clusters.labels.iter().filter(|l| **l as usize == clusters.k).count();
        assert_eq!(clusters.n_out, n_out);
        assert!(kind == ClusterKind::Density || (clusters.k == 3 && n_out == 0), "{kind:?}: {clusters:?}");
        assert_eq!(clusters.stability.len(), clusters.k);
        let names = figure::cluster_names(&clusters);
        assert_eq!(names.len(), clusters.n_sets());
        assert_eq!(names.contains(&"in no cluster".to_string()), n_out > 0);
        let insight = Arc::make_mut(&mut a.insight);
        let values: Vec<f64> = a
            .rows
            .iter()
            .flat_map(|&r| (0..f).map(|i| a.study.value(FeatureId::of(i), r)).collect::<Vec<_>>())
            .collect();
        let categorical: Vec<bool> = a.study.model.features.iter().map(|f| f.categorical).collect();
        insight.profile = profile(&phi, &values, &categorical, &clusters.labels, clusters.n_sets(), None);
        insight.clusters = clusters;
        let size = [640.0, 300.0];
        let now = ViewState::default();
        let drawn_out = figure::map_table(&a, &Layout::of(&a), &now)
            .rows
            .iter()
            .filter(|r| r[3] == "in no cluster")
            .count();
        assert_eq!(drawn_out, n_out);
        assert_eq!(figure::trust(&a).contains("in no cluster"), n_out > 0 && a.insight.clusters.k > 1);
        for kind in [
            SheetKind::Description,
            SheetKind::Consensus,
            SheetKind::Tree { linkage: Linkage::Ward, metric: Metric::Euclidean },
            SheetKind::Survival { by: Grouping::Cluster },
        ] {
            let sheet = figure::sheet(&a, &kind, None, size);
            for (name, figure) in &sheet.figures {
                let text = svg::to_svg(&figure.scene, &svg::Options::default());
                assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
            }
            for (name, table) in &sheet.tables {
                assert!(table.rows.iter().all(|r| r.len() == table.header.len()), "{name}");
            }
        }
        for figure in
            [figure::profile(&a, 640.0), figure::silhouettes(&a, size), figure::stability(&a, 640.0)]
        {
            assert!(!svg::to_svg(&figure.scene, &svg::Options::default()).contains("NaN"));
        }
    }
    // HDBSCAN is the last: these patients are not all in dense places.
    assert!(a.insight.clusters.n_out > 0);
}

#[derive(Deserialize)]
struct Competing {
    name: String,
    time: Vec<f64>,
    event: Vec<u8>,
    incidence_1: Option<Incidence>,
    incidence_2: Option<Incidence>,
}

#[derive(Deserialize)]
struct Incidence {
    at: Vec<f64>,
    value: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

#[test]
fn cumulative_incidence_is_that_of_lifelines() {
    for case in &SUBGROUPS.competing {
        for (of, expected) in [(1, &case.incidence_1), (2, &case.incidence_2)] {
            let Some(expected) = expected else { continue };
            let end = |&e: &u8| match e {
                0 => End::Censored,
                e if e == of => End::Event,
                _ => End::Competing,
            };
            let ends: Vec<End> = case.event.iter().map(end).collect();
            let steps = cumulative_incidence(&case.time, &ends);
            assert!(
                all_near(&steps.iter().map(|s| s.time).collect::<Vec<_>>(), &expected.at),
                "{}",
                case.name
            );
            for (i, step) in steps.iter().enumerate() {
                assert!(near(step.survival, expected.value[i]), "{} {of}: {step:?}", case.name);
                let ends = [expected.low[i], expected.high[i]];
                assert!(
                    ends[0] < 0.0 || all_near(&step.interval, &ends),
                    "{} {of}: {step:?} {ends:?}",
                    case.name
                );
            }
        }
    }
}

/// 25 patients of the study had a transplant, 8 of them in its test part.
#[test]
fn a_competing_event_is_counted_where_the_study_names_one_and_missed_where_it_does_not() {
    let mut a = analyse("pbc");
    let others = a.study.competing().unwrap();
    assert_eq!(others.event.iter().filter(|e| **e).count(), 25);
    let found = figure::survival(&a, &Grouping::None, None, [640.0, 340.0]).unwrap();
    let (curve, survival) = (found.incidence.unwrap().table, found.figure.table);
    let last = |t: &clarimark::plot::chart::Table| t.rows.last().unwrap()[3].parse::<f64>().unwrap();
    assert!(last(&curve) < 1.0 - last(&survival), "{curve:?}");
    assert!(found.competing.starts_with("8 of 147 patients had a transplant first"), "{}", found.competing);
    let study = Arc::make_mut(&mut a.study);
    if let Some(OutcomeSpec::Survival { competing, .. }) = &mut study.manifest.outcome {
        *competing = None;
    }
    let found = figure::survival(&a, &Grouping::None, None, [640.0, 340.0]).unwrap();
    assert!(found.incidence.is_none() && found.competing.starts_with("The study names no event"));
}
