//! Two models on the same patients against R's pROC, lifelines and numpy: `reference/comparator.json`.

use crate::evidence::near;
use crate::study_run::{analyse, analysed};
use clarimark::evaluate::paired::{Paired, auc_difference, concordance_difference, fit_difference};
use clarimark::evaluate::{Fit, PValue};
use clarimark::figure::{self, SheetKind};
use clarimark::job::{Picked, Reading, read_files};
use clarimark::study::{SplitRole, sha256_hex};
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

static COMPARATOR: LazyLock<Comparator> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/comparator.json")).unwrap());

#[derive(Deserialize)]
struct Comparator {
    n_resamples: usize,
    seed: u64,
    areas: Vec<Areas>,
    concordances: Concordances,
    fits: Fits,
}

#[derive(Deserialize)]
struct Areas {
    name: String,
    label: Vec<bool>,
    first: Vec<f64>,
    second: Vec<f64>,
    areas: [f64; 2],
    interval: [f64; 2],
    z: f64,
    p: f64,
}

#[derive(Deserialize)]
struct Concordances {
    time: Vec<f64>,
    event: Vec<bool>,
    first: Vec<f64>,
    second: Vec<f64>,
    concordance: [f64; 2],
    difference: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Fits {
    measured: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    rmse: Measure,
    r_squared: Measure,
}

#[derive(Deserialize)]
struct Measure {
    both: [f64; 2],
    interval: [f64; 2],
}

fn check(name: &str, got: Paired, both: [f64; 2], interval: [f64; 2]) {
    assert!(near(got.first, both[0]) && near(got.second, both[1]), "{name}: {got:?}");
    assert!(near(got.difference.estimate, both[0] - both[1]), "{name}: {got:?}");
    assert!(
        near(got.difference.low, interval[0]) && near(got.difference.high, interval[1]),
        "{name}: {got:?}"
    );
}

#[test]
fn areas_differ_as_much_as_proc_says() {
    for case in &COMPARATOR.areas {
        let got = auc_difference(&case.label, &case.first, &case.second).unwrap();
        check(&case.name, got, case.areas, case.interval);
        assert!(near(got.z.unwrap(), case.z), "{}: {got:?}", case.name);
        let p = PValue::of(&got, &vec![SplitRole::Test; case.label.len()]).unwrap();
        assert!(near(p.get(), case.p), "{}: {p:?}", case.name);
    }
    // As printed in pROC's manual for its example aSAH: Z = 1.3908, p-value = 0.1643.
    let case = &COMPARATOR.areas[0];
    let got = auc_difference(&case.label, &case.first, &case.second).unwrap();
    let p = PValue::of(&got, &vec![SplitRole::External; got.n]).unwrap();
    assert_eq!(
        (format!("{:.4}", got.z.unwrap()), format!("{:.4}", p.get())),
        ("1.3908".into(), "0.1643".into())
    );
    assert_eq!(
        (format!("{:.4}", got.first), format!("{:.4}", got.second)),
        ("0.7314".into(), "0.6120".into())
    );
}

#[test]
fn concordances_differ_over_the_resamples_of_lifelines() {
    let Comparator { n_resamples, seed, concordances: case, .. } = &*COMPARATOR;
    let got = concordance_difference(&case.time, &case.event, &case.first, &case.second, *n_resamples, *seed)
        .unwrap();
    assert!(near(got.difference.estimate, case.difference), "{got:?}");
    check("concordance", got, case.concordance, case.interval);
}

#[test]
fn errors_differ_over_the_resamples_of_numpy() {
    let Comparator { n_resamples, seed, fits: case, .. } = &*COMPARATOR;
    type Of = fn(&Fit) -> Option<f64>;
    let measures: [(&str, Of, &Measure); 2] =
        [("RMSE", |f| Some(f.rmse), &case.rmse), ("R²", |f| f.r_squared, &case.r_squared)];
    for (name, of, expected) in measures {
        let got = fit_difference(&case.measured, &case.first, &case.second, of, *n_resamples, *seed).unwrap();
        check(name, got, expected.both, expected.interval);
    }
}

/// The shipped comparator, which differs from the model in its inputs alone.
#[test]
fn a_study_is_held_against_its_comparator() {
    for (name, title, n_features, c_index) in [
        ("pbc", "Age, sex and clinical signs", 6, ["0.821", "0.778"]),
        ("acc", "Clinical variables only", 7, ["0.781", "0.826"]),
    ] {
        let a = analyse(name);
        let comparator = a.study.comparator.as_ref().unwrap();
        assert_eq!((comparator.title.as_str(), comparator.file.name.as_str()), (title, "clinical.json"));
        assert!(comparator.features.len() <= n_features, "{:?}", comparator.features);
        let found = figure::against(&a, None).unwrap();
        // As the card says, which lifelines has computed.
        assert_eq!((found[0].part.as_str(), found[0].measure), ("Test", "C-index"));
        assert_eq!(format!("{:.3}", found[0].found.first), c_index[0]);
        assert_eq!(format!("{:.3}", found[0].found.second), c_index[1]);
        let d = found[0].found.difference;
        assert!(d.low < d.estimate && d.estimate < d.high);
        // The parts of the table follow; everybody together is none.
        let parts: Vec<&str> = found.iter().map(|f| f.part.as_str()).collect();
        assert_eq!(parts[..2], ["Test", "Training"], "{name}");
        assert!(!parts.contains(&"All"), "{parts:?}");
        let kind = SheetKind::Performance { cutoff: 0.5, horizon: None };
        let sheet = figure::sheet(&a, &kind, None, [700.0, 300.0]);
        assert!(sheet.figures.iter().any(|(name, _)| name == "against"));
        let (_, table) =
            sheet.tables.iter().find(|(name, _)| *name == format!("C-index against {title}")).unwrap();
        assert_eq!(table.rows.len(), found.len());
        assert!(sheet.headline.contains(&format!("“{title}” (")), "{}", sheet.headline);
        // A selection comes first and is judged by itself.
        let passes: Vec<bool> = (0..a.rows.len()).map(|i| i % 3 > 0).collect();
        let selected = figure::against(&a, Some(&passes)).unwrap();
        assert_eq!((selected[0].part.as_str(), selected[1..].len()), ("Selected", found.len()));
        assert!(selected[0].found.n < found[0].found.n && selected[1] == found[0]);
    }
}

/// A yes-or-no outcome whose comparator is the model itself under another name, and one that knows nothing.
#[test]
fn which_of_two_models_is_the_comparator_the_manifest_says() {
    let folder = crate::reference::folder().join("xgboost-3.4.1");
    let file = |name: &str| Picked::new(name.into(), Arc::new(std::fs::read(folder.join(name)).unwrap()));
    let (model, table) = (file("binary_logistic_missing.model.json"), file("binary_logistic_missing.csv"));
    let text = String::from_utf8(table.bytes.to_vec()).unwrap();
    let mut lines = text.lines();
    let head = format!("{},outcome,part", lines.next().unwrap());
    let rows = lines.enumerate().map(|(i, row)| {
        format!("{row},{},{}", u8::from(i % 3 == 0), if i % 2 == 0 { "test" } else { "train" })
    });
    let table = [head].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    let table = Picked::new("patients.csv".into(), Arc::new(table.into_bytes()));
    let names: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let second = serde_json::json!({
        "format": "clarimark-trees", "version": 1, "features": [names[1]],
        "trees": [{
            "feature": [0, -1, -1], "threshold": [0.0, null, null], "left": [1, -1, -1], "right": [2, -1, -1],
            "value": [null, -1.0, 1.0], "cover": [10, 5, 5]
        }]
    });
    let second = Picked::new("one.json".into(), Arc::new(second.to_string().into_bytes()));
    let manifest = |comparator: &Picked| {
        let text = serde_json::json!({
            "format": "clarimark-study", "version": 1, "split": "part",
            "outcome": { "kind": "binary", "column": "outcome", "positive": "1" },
            "comparator": { "path": comparator.name, "sha256": sha256_hex(&comparator.bytes) }
        });
        Picked::new("study.json".into(), Arc::new(text.to_string().into_bytes()))
    };
    let read = |files: &[Picked]| match read_files(files).unwrap() {
        Reading::Study { study, .. } => study,
        waiting => panic!("{waiting:?}"),
    };
    for files in
        [[&manifest(&second), &model, &table, &second], [&second, &model, &table, &manifest(&second)]]
    {
        let study = read(&files.map(Clone::clone));
        assert_eq!(study.model_file.name, "binary_logistic_missing.model.json");
        let comparator = study.comparator.as_ref().unwrap();
        // Without a title it is called as its file is.
        assert_eq!((comparator.title.as_str(), comparator.file.name.as_str()), ("one.json", "one.json"));
        assert!(comparator.margin.iter().all(|m| m.abs() == 1.0));
    }
    // It did not come: said, and the study opens without.
    let study = read(&[manifest(&second), model.clone(), table.clone()]);
    assert!(study.comparator.is_none());
    assert!(
        study.warnings.iter().any(|w| w.starts_with("The manifest names one.json")),
        "{:?}",
        study.warnings
    );
    // Two outputs are no comparator, and the page says of which file.
    let multi = file("multi_softprob.model.json");
    let refused = read_files(&[manifest(&multi), model.clone(), table.clone(), multi.clone()]).unwrap_err();
    assert!(refused.title.contains("multi_softprob.model.json"), "{refused:?}");

    // Test patients have a p-value, training patients none and the reason.
    let study = read(&[manifest(&second), model.clone(), table, second]);
    let a = analysed(study, &model.bytes);
    let found = figure::against(&a, None).unwrap();
    let parts: Vec<(&str, bool)> = found.iter().map(|f| (f.part.as_str(), f.p.is_ok())).collect();
    assert_eq!(parts, [("Test", true), ("Training", false)]);
    let said =
        figure::sheet(&a, &SheetKind::Performance { cutoff: 0.5, horizon: None }, None, [700.0, 300.0]);
    assert!(said.headline.contains(", p = "), "{}", said.headline);
    let (_, table) = said.tables.iter().find(|(name, _)| name == "AUC against one.json").unwrap();
    assert_eq!(table.rows[1].last().unwrap(), "not a valid test");
}
