//! The loaders, the predictions and the engine against what the libraries themselves give: every case in
//! `tests/reference`, in every format that it was saved in.

use clarimark::Parsed;
use clarimark::ensemble::{self, Ensemble, FeatureKind, ModelError, ReadOptions};
use clarimark::explain::{self, Flow, Output, oracle};
use clarimark::ids::OutputId;
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
    /// Of models with a calibration on top of their one output.
    #[serde(default)]
    calibrated: Option<Vec<f64>>,
    /// `[row][feature][output]`.
    attributions: Option<Vec<Vec<Vec<f64>>>>,
    /// Of survival forests that keep their curves.
    survival: Option<Survival>,
}

/// S(t) at some times.
#[derive(Deserialize)]
struct Survival {
    at: Vec<f64>,
    /// The last time that the model knows.
    last: f64,
    /// `[row][time]`.
    margin: Vec<Vec<f64>>,
    base_values: Vec<f64>,
    /// `[row][feature][time]`.
    attributions: Vec<Vec<Vec<f64>>>,
}

/// Largest deviations of a library version, in units of the case's tolerance.
#[derive(Default)]
struct Worst {
    n_cases: usize,
    /// Models of a case in a further format, all of which must be the same ensemble.
    n_twins: usize,
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

/// No row of a case holds it.
const NO_LEVEL: f64 = f64::MIN;

/// Model inputs of a table whose header names the features, `[row][feature]`; levels become codes. A level that the
/// model does not have becomes [`NO_LEVEL`], which [`check`] leaves out where the file is known to have lost it.
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
                    levels.iter().position(|l| l == cell).map_or(NO_LEVEL, |code| code as f64)
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

/// What may follow `<case>.model.`, the first that exists being the case's own file.
const ENDINGS: [&str; 12] =
    ["json", "ubj", "txt", "cbm", "skops", "joblib", "joblib.z", "pkl", "p2.pkl", "p5.pkl", "onnx", "pmml"];

/// The models of a case, one per format.
fn models_of(case: &str) -> Vec<Parsed<Ensemble>> {
    let read = |ending| {
        let bytes = fs::read(format!("{case}.model.{ending}")).ok()?;
        let parsed = ensemble::read(&bytes).unwrap_or_else(|e| panic!("{case}.model.{ending}: {e}"));
        assert!(parsed.value.summary().tested, "{case}: a version with reference cases counts as tested");
        Some(parsed)
    };
    let found: Vec<_> = ENDINGS.into_iter().filter_map(read).collect();
    assert!(!found.is_empty(), "{case}: no model");
    found
}

fn check(path: &Path, worst: &mut Worst) {
    let case = path.to_str().unwrap().strip_suffix(".expected.json").unwrap();
    let mut expected: Expected = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let mut models = models_of(case);
    let Parsed { value: model, warnings } = models.remove(0);
    let mut rows = inputs(&model, Path::new(&format!("{case}.csv")));
    if warnings.iter().any(|w| w.contains("cut off level texts")) {
        let keep: Vec<bool> = rows.chunks(model.n_features()).map(|row| !row.contains(&NO_LEVEL)).collect();
        assert!(keep.iter().filter(|&&k| k).count() >= 20, "{case}");
        worst.n_rows_left_out += keep.iter().filter(|&&k| !k).count();
        rows = pick(rows.chunks(model.n_features()).map(<[f64]>::to_vec), &keep).concat();
        expected.margin = pick(expected.margin, &keep);
        expected.prediction = pick(expected.prediction, &keep);
        expected.attributions = expected.attributions.map(|phi| pick(phi, &keep));
    }
    assert!(!rows.contains(&NO_LEVEL), "{case}: a level is unknown");

    let margins = model.margins(&rows);
    for Parsed { value: twin, .. } in models {
        let same = twin.trees() == model.trees()
            && twin.margins(&rows) == margins
            && twin.base_values() == model.base_values();
        // CatBoost writes 16 digits of a number into JSON, where 17 would be needed.
        let rounded = twin.summary().format == "CatBoost binary"
            && deviation(&twin.margins(&rows), margins.iter().copied()) <= 1e-14 * expected.tolerance / 1e-9;
        assert!(same || rounded, "{case}: another format says otherwise");
        assert_eq!(twin.features(), model.features(), "{case}");
        worst.n_twins += 1;
    }
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

    for (margin, wanted) in margins.iter().zip(expected.calibrated.iter().flatten()) {
        let got = model.calibration().unwrap().apply(*margin, model.objective().scale.link);
        assert!((got - wanted).abs() <= expected.tolerance, "{case}: calibrated {got}, expected {wanted}");
    }

    match Flow::new(&model) {
        Ok(flow) => {
            let explained = flow.explain(&rows);
            let additivity = explained.additivity_errors().into_iter().fold(0.0, f64::max);
            let size = margins.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
            assert!(additivity <= 1e-12 * size, "{case}: additivity {additivity}");
            worst.additivity = worst.additivity.max(additivity / size);
            if let Some(by_definition) = oracle::explain(&model, &rows) {
                let off = deviation(&explained.values, by_definition.values.into_iter());
                assert!(off <= 1e-11 * size, "{case}: {off} from the definition");
            }
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
            "{version}: {} cases, {} twins, margin {:.3}, prediction {:.3}, attributions {:.3}, additivity {:.1e}; {} rows left \
             out for lost levels",
            w.n_cases, w.n_twins, w.margin, w.prediction, w.attribution, w.additivity, w.n_rows_left_out
        );
    }
    assert_eq!(by_version.keys().filter(|v| v.starts_with("xgboost")).count(), 6);
    assert_eq!(by_version.keys().filter(|v| v.starts_with("lightgbm")).count(), 2);
    assert_eq!(by_version.keys().filter(|v| v.starts_with("catboost")).count(), 3);
    assert_eq!(by_version.keys().filter(|v| v.starts_with("treelite")).count(), 3);
    assert_eq!(by_version.keys().filter(|v| v.starts_with("sklearn")).count(), 3);
    assert_eq!((by_version["onnx-1.16.0"].n_cases, by_version["onnx-1.20.0"].n_cases), (10, 14));
    for (exporter, n) in
        [("nyoka-5.0.1", 5), ("nyoka-5.5.0", 5), ("sklearn2pmml-0.110.0", 21), ("sklearn2pmml-0.133.1", 21)]
    {
        assert_eq!(by_version[&format!("pmml-{exporter}")].n_cases, n, "{exporter}");
    }
    assert_eq!(by_version["sksurv-0.28.0"].n_cases, 5);
    assert_eq!(by_version["sksurv-0.22.2"].n_cases, 4);
    assert!(by_version.values().map(|w| w.n_cases).sum::<usize>() >= 270);
    assert!(by_version.values().map(|w| w.n_twins).sum::<usize>() >= 60);
}

#[test]
fn catboost_models_that_are_not_read_are_refused_with_a_way_out() {
    for (ending, what, way_out) in [
        ("refused_ctr.model.json", "CTR", "one_hot_max_size=255"),
        ("refused_ctr.model.cbm", "CTR", "one_hot_max_size=255"),
        ("refused_no_texts.model.json", "without the texts", "pool=train_pool"),
        ("refused_no_texts.model.cbm", "without the texts", "pool=train_pool"),
        ("refused_free.model.cbm", "non-symmetric", "format=\"json\""),
    ] {
        let paths = files(ending);
        assert_eq!(paths.len(), 3, "{ending}");
        for path in paths {
            let error = ensemble::read(&fs::read(path).unwrap()).err().unwrap();
            assert!(
                error.to_string().contains(what) && error.hint().contains(way_out),
                "{error}. {}",
                error.hint()
            );
        }
    }
}

#[test]
fn survival_at_chosen_times_agrees_with_the_library_and_the_definition() {
    let mut n_cases = 0;
    for path in files(".expected.json") {
        let expected: Expected = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let Some(survival) = expected.survival else { continue };
        let case = path.to_str().unwrap().strip_suffix(".expected.json").unwrap();
        let ending = ENDINGS.iter().find(|e| Path::new(&format!("{case}.model.{e}")).exists()).unwrap();
        let bytes = fs::read(format!("{case}.model.{ending}")).unwrap();
        let at = |times: &[f64]| {
            let options = ReadOptions { survival_at: times.to_vec(), ..ReadOptions::default() };
            ensemble::read_with(&bytes, &options).map(|parsed| parsed.value)
        };
        let model = at(&survival.at).unwrap();
        assert_eq!(model.outputs()[1], format!("S(t = {})", survival.at[1]));
        let summary = model.summary();
        assert_eq!((&summary.options.survival_at, summary.tested), (&survival.at, true));
        assert!(!summary.survival_quartiles.is_empty());
        assert!(at(&summary.survival_quartiles).is_ok(), "{case}: what is offered is known");

        let rows = inputs(&model, Path::new(&format!("{case}.csv")));
        let margins = model.margins(&rows);
        assert!(deviation(&margins, survival.margin.iter().flatten().copied()) <= 1e-12, "{case}");
        let explained = Flow::new(&model).unwrap().explain(&rows);
        assert!(explained.additivity_errors().iter().all(|&e| e <= 1e-12), "{case}");
        let by_definition = oracle::explain(&model, &rows).unwrap();
        assert!(deviation(&explained.values, by_definition.values.into_iter()) <= 1e-12, "{case}");
        assert!(deviation(&explained.base_values, survival.base_values.iter().copied()) <= 1e-12, "{case}");
        let phi = survival.attributions.iter().flatten().flatten().copied();
        assert!(deviation(&explained.values, phi) <= 1e-12, "{case}");

        // One time alone is the same function.
        let alone = at(&survival.at[2..3]).unwrap();
        assert_eq!((alone.n_outputs(), alone.trees()[0].output()), (1, Some(OutputId(0))));
        let of_several = margins.chunks(survival.at.len()).map(|row| row[2]);
        assert!(deviation(&alone.margins(&rows), of_several) == 0.0, "{case}");

        for beyond in [survival.last.next_up(), -1.0, f64::NAN, f64::INFINITY] {
            let error = at(&[beyond]).err().unwrap();
            assert!(
                matches!(error, ModelError::SurvivalTime { last, .. } if last == survival.last),
                "{error}"
            );
        }
        n_cases += 1;
    }
    assert_eq!(n_cases, 7);
}

#[test]
fn survival_is_refused_of_models_that_have_none() {
    let options = ReadOptions { survival_at: vec![1.0], ..ReadOptions::default() };
    for (file, what) in [
        ("sksurv-0.28.0/forest_low_memory.model.skops", "low_memory"),
        ("xgboost-3.4.1/survival_cox.model.json", "XGBoost JSON model is no survival forest"),
        ("sklearn-1.9.1/forest_binary.model.skops", "scikit-learn skops model is no survival forest"),
    ] {
        let error = ensemble::read_with(&fs::read(folder().join(file)).unwrap(), &options).err().unwrap();
        assert!(error.to_string().contains(what) && error.hint().contains("Leave the times out"), "{error}");
    }
}

#[test]
fn what_scikit_survival_boosts_is_refused_with_a_way_out() {
    let bytes = fs::read(folder().join("sksurv-0.28.0/refused_boosting.joblib")).unwrap();
    let error = ensemble::read(&bytes).err().unwrap();
    assert!(error.to_string().contains("GradientBoostingSurvivalAnalysis"), "{error}");
    assert!(error.hint().contains("RandomSurvivalForest") && error.hint().contains("survival:cox"));
}

#[test]
fn every_container_of_a_scikit_learn_model_gives_the_same_ensemble() {
    let also = files("").into_iter().filter(|path| path.to_str().unwrap().contains(".also."));
    let mut n = 0;
    for path in also {
        let case = path.to_str().unwrap().split(".also.").next().unwrap();
        let other = ensemble::read(&fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let one = models_of(case).remove(0);
        assert_eq!(one.value.trees(), other.value.trees(), "{path:?}");
        assert_eq!(one.value.features(), other.value.features(), "{path:?}");
        assert_eq!(one.value.base_margin(), other.value.base_margin(), "{path:?}");
        assert_eq!(one.warnings, other.warnings, "{path:?}");
        n += 1;
    }
    assert!(n >= 30);
}

#[test]
fn gzip_around_a_model_is_taken_off() {
    for name in ["xgboost-3.4.1/best_iteration.model.ubj", "lightgbm-4.7.0/rf.model.txt"] {
        let plain = fs::read(folder().join(name)).unwrap();
        let mut packed = flate2::read::GzEncoder::new(plain.as_slice(), flate2::Compression::default());
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut packed, &mut bytes).unwrap();
        let (packed, plain) = (ensemble::read(&bytes).unwrap(), ensemble::read(&plain).unwrap());
        assert_eq!((packed.value.trees(), packed.warnings), (plain.value.trees(), plain.warnings));
    }
}

#[test]
fn linear_trees_are_refused_by_name() {
    for ending in ["refused_linear.model.txt", "refused_linear.model.json"] {
        for path in files(ending) {
            let error = ensemble::read(&fs::read(path).unwrap()).err().unwrap();
            assert!(matches!(&error, ModelError::Feature { what, .. } if what.contains("linear")), "{error}");
        }
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

/// `interventional.json`.
#[derive(Deserialize)]
struct Interventional {
    cases: BTreeMap<String, InterventionalCase>,
}

#[derive(Deserialize)]
struct InterventionalCase {
    rows: usize,
    background: usize,
    labels: Vec<bool>,
    /// By output: `[row][feature][output]`.
    attributions: BTreeMap<String, Vec<Vec<Vec<f64>>>>,
    /// Path-dependent, `[row][i][j][output]`.
    interactions: Vec<Vec<Vec<Vec<f64>>>>,
}

#[test]
fn a_background_and_interactions_agree_with_shap_and_xgboost() {
    let file = fs::read(folder().join("interventional.json")).unwrap();
    let reference: Interventional = serde_json::from_slice(&file).unwrap();
    assert_eq!(reference.cases.len(), 4);
    for (name, case) in reference.cases {
        let path = folder().join(format!("xgboost-3.4.1/{name}"));
        let model = ensemble::read(&fs::read(path.with_extension("model.json")).unwrap()).unwrap().value;
        let inputs = inputs(&model, &path.with_extension("csv"));
        let (rows, others) = inputs.split_at(case.rows * model.n_features());
        let engine =
            explain::Interventional::new(&model, &others[..case.background * model.n_features()]).unwrap();
        let size = model.margins(&inputs).iter().fold(1.0, |m: f64, x| m.max(x.abs()));
        for (output, expected) in &case.attributions {
            let expected = expected.iter().flatten().flatten().copied();
            let (got, errors) = match output.as_str() {
                "raw" => {
                    let explained = engine.explain(rows);
                    (explained.values.clone(), explained.additivity_errors())
                }
                output => {
                    let output = match output {
                        "probability" => Output::Probability,
                        _ => Output::LogLoss(&case.labels),
                    };
                    let explained = engine.explain_output(rows, output).unwrap();
                    (explained.attributions.values.clone(), explained.additivity_errors())
                }
            };
            let worst = deviation(&got, expected);
            assert!(worst <= 1e-6 * size, "{name}, {output}: {worst}");
            assert!(errors.iter().all(|&e| e <= 1e-12 * size), "{name}, {output}");
        }
        let pairs = explain::Interactions::by_cover(&model).unwrap();
        let n = case.interactions.len();
        let got = pairs.matrices(&rows[..n * model.n_features()]).unwrap();
        let worst = deviation(&got, case.interactions.iter().flatten().flatten().flatten().copied());
        assert!(worst <= 1e-5 * size, "{name}: {worst}");
    }
}
