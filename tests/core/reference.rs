//! The loader, the predictions and the engine against what XGBoost itself gives: every case in `tests/reference`.

use clarimark::Parsed;
use clarimark::ensemble::{self, Ensemble, FeatureKind, ModelError};
use clarimark::explain::Flow;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// `<case>.expected.json`.
#[derive(Deserialize)]
struct Expected {
    objective: String,
    tolerance: f64,
    margin: Vec<Vec<f64>>,
    prediction: Vec<Vec<f64>>,
    base_values: Option<Vec<f64>>,
    /// `[row][feature][output]`.
    attributions: Option<Vec<Vec<Vec<f64>>>>,
}

/// Largest deviations of a library version, in units of the case's tolerance.
#[derive(Default)]
struct Worst {
    n_cases: usize,
    n_rows_left_out: usize,
    margin: f64,
    prediction: f64,
    attribution: f64,
    additivity: f64,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference")
}

/// Files whose name ends so, in every folder of a library version, sorted.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && !path.ends_with("broken"))
        .flat_map(|path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.to_str().is_some_and(|p| p.ends_with(ending)))
        .collect();
    found.sort();
    found
}

/// Model inputs of a table whose header names the features, `[row][feature]`; levels become codes. A level that the
/// model does not have becomes −∞, which [`check`] leaves out where the file is known to have lost it.
pub(crate) fn inputs(model: &Ensemble, csv: &Path) -> Vec<f64> {
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let header = reader.headers().unwrap().clone();
    let columns: Vec<usize> = model
        .features()
        .iter()
        .map(|f| header.iter().position(|h| h == f.name).unwrap_or_else(|| panic!("no column {}", f.name)))
        .collect();
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        for (feature, &column) in model.features().iter().zip(&columns) {
            let cell = &record[column];
            out.push(match &feature.kind {
                _ if cell.is_empty() => f64::NAN,
                FeatureKind::Categorical { levels: Some(levels) } => {
                    levels.iter().position(|l| l == cell).map_or(f64::NEG_INFINITY, |code| code as f64)
                }
                _ => cell.parse().unwrap(),
            });
        }
    }
    out
}

fn pick<T>(items: impl IntoIterator<Item = T>, keep: &[bool]) -> Vec<T> {
    items.into_iter().zip(keep).filter(|(_, keep)| **keep).map(|(item, _)| item).collect()
}

fn deviation(got: &[f64], expected: impl Iterator<Item = f64>) -> f64 {
    let expected: Vec<f64> = expected.collect();
    assert_eq!(got.len(), expected.len());
    got.iter().zip(expected).map(|(g, e)| (g - e).abs()).fold(0.0, f64::max)
}

/// `<case>.model.<any extension>`; JSON where the model was saved in several ways.
fn model_file(case: &str) -> PathBuf {
    let json = PathBuf::from(format!("{case}.model.json"));
    let start = format!("{case}.model.");
    let others = || files("").into_iter().find(|path| path.to_str().is_some_and(|p| p.starts_with(&start)));
    if json.exists() { json } else { others().unwrap_or_else(|| panic!("{case} has no model")) }
}

fn check(path: &Path, worst: &mut Worst) {
    let case = path.to_str().unwrap().strip_suffix(".expected.json").unwrap();
    let mut expected: Expected = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let Parsed { value: model, warnings } =
        ensemble::read(&fs::read(model_file(case)).unwrap()).unwrap_or_else(|e| panic!("{case}: {e}"));
    assert!(model.summary().tested, "{case}: a version with reference cases counts as tested");
    let mut rows = inputs(&model, Path::new(&format!("{case}.csv")));
    if warnings.iter().any(|w| w.contains("cut off level texts")) {
        let keep: Vec<bool> =
            rows.chunks(model.n_features()).map(|row| !row.contains(&f64::NEG_INFINITY)).collect();
        assert!(keep.iter().filter(|&&k| k).count() >= 20, "{case}");
        worst.n_rows_left_out += keep.iter().filter(|&&k| !k).count();
        rows = pick(rows.chunks(model.n_features()).map(<[f64]>::to_vec), &keep).concat();
        expected.margin = pick(expected.margin, &keep);
        expected.prediction = pick(expected.prediction, &keep);
        expected.attributions = expected.attributions.map(|phi| pick(phi, &keep));
    }
    assert!(!rows.contains(&f64::NEG_INFINITY), "{case}: a level is unknown");

    let margins = model.margins(&rows);
    let of_margin = deviation(&margins, expected.margin.iter().flatten().copied()) / expected.tolerance;
    assert!(of_margin <= 1.0, "{case}: margins deviate by {of_margin} tolerances");
    worst.margin = worst.margin.max(of_margin);

    let predictions = model.predictions(&margins);
    if expected.objective == "multi:softmax" {
        // The library gives the likeliest class, this program the probability of each.
        for (row, class) in predictions.chunks_exact(model.n_outputs()).zip(&expected.prediction) {
            let likeliest = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            assert_eq!(likeliest as f64, class[0], "{case}");
        }
    } else {
        let expected_flat: Vec<f64> = expected.prediction.iter().flatten().copied().collect();
        assert_eq!(predictions.len(), expected_flat.len(), "{case}");
        for (got, wanted) in predictions.iter().zip(expected_flat) {
            let off = (got - wanted).abs() / wanted.abs().max(1.0) / expected.tolerance;
            assert!(off <= 1.0, "{case}: prediction {got}, expected {wanted}");
            worst.prediction = worst.prediction.max(off);
        }
    }

    match Flow::new(&model) {
        Ok(flow) => {
            let explained = flow.explain(&rows);
            let additivity = explained.additivity_errors().into_iter().fold(0.0, f64::max);
            let size = margins.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
            assert!(additivity <= 1e-12 * size, "{case}: additivity {additivity}");
            worst.additivity = worst.additivity.max(additivity / size);
            if let (Some(phi), Some(base)) = (&expected.attributions, &expected.base_values) {
                let of_base = deviation(&explained.base_values, base.iter().copied());
                let phi = phi.iter().flatten().flatten().copied();
                let of_phi = of_base.max(deviation(&explained.values, phi)) / expected.tolerance;
                assert!(of_phi <= 1.0, "{case}: attributions deviate by {of_phi} tolerances");
                worst.attribution = worst.attribution.max(of_phi);
            }
        }
        Err(e) => assert!(expected.attributions.is_none(), "{case}: {e}"),
    }
    worst.n_cases += 1;
}

#[test]
fn every_reference_case_agrees_with_the_library() {
    let mut by_version: BTreeMap<String, Worst> = BTreeMap::new();
    for path in files(".expected.json") {
        let version = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        check(&path, by_version.entry(version).or_default());
    }
    println!("worst deviation, in tolerances of the case (additivity: relative to the margins)");
    for (version, w) in &by_version {
        println!(
            "{version}: {} cases, margin {:.3}, prediction {:.3}, attributions {:.3}, additivity {:.1e}; {} rows left \
             out for lost levels",
            w.n_cases, w.margin, w.prediction, w.attribution, w.additivity, w.n_rows_left_out
        );
    }
    assert!(by_version.len() >= 9);
    assert!(by_version.values().map(|w| w.n_cases).sum::<usize>() >= 120);
}

#[test]
fn every_container_of_a_scikit_learn_model_gives_the_same_ensemble() {
    let also: Vec<PathBuf> =
        files("").into_iter().filter(|path| path.to_str().unwrap().contains(".also.")).collect();
    assert!(also.len() >= 30);
    for path in also {
        let case = path.to_str().unwrap().split(".also.").next().unwrap();
        let read = |path: &Path| {
            ensemble::read(&fs::read(path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"))
        };
        let (one, other) = (read(&model_file(case)), read(&path));
        assert_eq!(one.value.trees(), other.value.trees(), "{path:?}");
        assert_eq!(one.value.features(), other.value.features(), "{path:?}");
        assert_eq!(one.value.base_margin(), other.value.base_margin(), "{path:?}");
        assert_eq!(one.warnings, other.warnings, "{path:?}");
    }
}

#[test]
fn ubjson_is_refused_by_name() {
    let paths = files(".ubj");
    assert!(paths.len() >= 20);
    for path in paths {
        let error = ensemble::read(&fs::read(path).unwrap()).err();
        assert!(
            matches!(&error, Some(ModelError::Unsupported { name, .. }) if name.contains("UBJSON")),
            "{error:?}"
        );
    }
}

#[test]
fn linear_boosters_are_refused_by_name() {
    let paths = files("refused_gblinear.model.json");
    assert!(paths.len() >= 3);
    for path in paths {
        let error = ensemble::read(&fs::read(path).unwrap()).err();
        assert_eq!(error, Some(ModelError::Booster { name: "gblinear".into() }));
    }
}
