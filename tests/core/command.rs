//! The command as a person runs it, without starting a process.

use crate::reference::folder;
use clarimark::command::run;
use clarimark::ensemble;
use clarimark::explain::{Flow, Interventional};
use clarimark::job::{Picked, Reading, read_files};
use clarimark::study::FileFacts;
use serde_json::Value;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) struct Ran {
    pub(crate) status: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn clarimark(arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = run(arguments.iter().map(Into::into), &mut out, &mut err);
    Ran { status, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

pub(crate) fn case(name: &str, ending: &str) -> String {
    folder().join(format!("xgboost-3.4.1/{name}.{ending}")).to_str().unwrap().to_owned()
}

fn study(name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join(format!("public/studies/{name}/study.json")).to_str().unwrap().to_owned()
}

fn explain(name: &str) -> Value {
    let ran = clarimark(&["explain", "--model", &case(name, "model.json"), "--data", &case(name, "csv")]);
    assert_eq!(ran.status, 0, "{name}: {}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// Numbers of a nested array, in order; null is NaN.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap_or(f64::NAN)],
    }
}

#[test]
fn explain_writes_what_the_library_gives() {
    for name in
        ["binary_logistic_missing", "multi_softprob", "categorical_partition", "survival_cox", "vector_leaf"]
    {
        let got = explain(name);
        let expected: Value =
            serde_json::from_slice(&fs::read(case(name, "expected.json")).unwrap()).unwrap();
        let tolerance = expected["tolerance"].as_f64().unwrap();
        for key in ["margin", "prediction", "base_values", "attributions"] {
            let (got, expected) = (numbers(&got[key]), numbers(&expected[key]));
            assert_eq!(got.len(), expected.len(), "{name}: {key}");
            let worst = got
                .iter()
                .zip(&expected)
                .map(|(g, e)| (g - e).abs() / if key == "prediction" { e.abs().max(1.0) } else { 1.0 })
                .fold(0.0, f64::max);
            assert!(worst <= tolerance, "{name}: {key} deviates by {worst}");
        }
    }
}

#[test]
fn the_json_form_is_the_documented_one() {
    let got = explain("multi_softprob");
    let keys: Vec<&str> = got.as_object().unwrap().keys().map(String::as_str).collect();
    let mut documented = vec![
        "format",
        "version",
        "model",
        "method",
        "output",
        "outputs",
        "features",
        "rows",
        "margin",
        "prediction",
        "base_values",
        "attributions",
        "additivity",
        "warnings",
    ];
    documented.sort_unstable();
    assert_eq!(keys, documented);
    assert_eq!((&got["format"], &got["version"]), (&"clarimark-attributions".into(), &1.into()));
    for key in ["format", "objective", "trees", "sha256"] {
        assert!(!got["model"][key].is_null(), "{key}");
    }
    assert_eq!(got["outputs"], serde_json::json!(["class 0", "class 1", "class 2"]));
    assert_eq!(got["rows"][0], "patient-1");
    let n_rows = got["rows"].as_array().unwrap().len();
    let shape = |key: &str| got[key].as_array().unwrap().len();
    assert_eq!((shape("margin"), shape("prediction"), shape("attributions")), (n_rows, n_rows, n_rows));
    let n_features = got["features"].as_array().unwrap().len();
    assert_eq!(got["attributions"][0].as_array().unwrap().len(), n_features);
    assert_eq!(got["attributions"][0][0].as_array().unwrap().len(), 3);
    assert!(got["additivity"]["max_abs_error"].as_f64().unwrap() < 1e-12);
    // One output is still a list.
    assert_eq!(explain("survival_cox")["margin"][0].as_array().unwrap().len(), 1);
}

#[test]
fn json_numbers_read_back_to_the_same_bits() {
    let name = "reg_squarederror";
    let model = ensemble::read(&fs::read(case(name, "model.json")).unwrap()).unwrap().value;
    let rows = crate::reference::inputs(&model, case(name, "csv").as_ref());
    let expected = Flow::new(&model).unwrap().explain(&rows);
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&numbers(&explain(name)["attributions"])), bits(&expected.values));
}

/// The first case with its own table as background, and more arguments.
fn against_itself(name: &str, more: &[&str]) -> Ran {
    let (model, data) = (case(name, "model.json"), case(name, "csv"));
    let of =
        ["explain", "--model", &model, "--data", &data, "--method", "interventional", "--background", &data];
    clarimark(&[&of[..], more].concat())
}

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.status, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn a_background_is_explained_against() {
    let name = "multi_softprob";
    let got = json(&against_itself(name, &["--interactions", "2"]));
    assert_eq!((&got["method"], &got["output"]), (&"interventional".into(), &"margin".into()));
    assert_eq!(got["background"]["rows"].as_u64().unwrap() as usize, got["rows"].as_array().unwrap().len());
    assert_eq!(got["background"]["sha256"].as_str().unwrap().len(), 64);
    let model = ensemble::read(&fs::read(case(name, "model.json")).unwrap()).unwrap().value;
    let rows = crate::reference::inputs(&model, case(name, "csv").as_ref());
    let expected = Interventional::new(&model, &rows).unwrap().explain(&rows);
    assert_eq!(numbers(&got["attributions"]), expected.values);
    assert_eq!(numbers(&got["base_values"]), expected.base_values);
    assert!(got["additivity"]["max_abs_error"].as_f64().unwrap() < 1e-12);
    let (pairs, f, k) = (numbers(&got["interactions"]["values"]), model.n_features(), model.n_outputs());
    assert_eq!(got["interactions"]["rows"].as_array().unwrap()[..], got["rows"].as_array().unwrap()[..2]);
    assert_eq!(pairs.len(), 2 * f * f * k);
    let at = |i: usize, j: usize, o: usize| pairs[((f + i) * f + j) * k + o];
    for i in 0..f {
        for o in 0..k {
            let line: f64 = (0..f).map(|j| at(i, j, o)).sum();
            assert!((line - expected.phi(1, i, o)).abs() < 1e-12);
            assert!((0..f).all(|j| at(i, j, o) == at(j, i, o)));
        }
    }
}

#[test]
fn probability_is_explained_with_a_time_first() {
    let ran = against_itself("binary_logistic_missing", &["--output", "probability"]);
    assert!(
        ran.err.starts_with("note: ") && ran.err.contains("background rows, will take about"),
        "{}",
        ran.err
    );
    let got = json(&ran);
    assert_eq!(got["output"], "probability");
    let (base, prediction) = (numbers(&got["base_values"]), numbers(&got["prediction"]));
    let mean = prediction.iter().sum::<f64>() / prediction.len() as f64;
    assert!((base[0] - mean).abs() < 1e-12);
    for (phi, p) in got["attributions"].as_array().unwrap().iter().zip(&prediction) {
        assert!((base[0] + numbers(phi).iter().sum::<f64>() - p).abs() < 1e-12);
    }
    let csv = against_itself("binary_logistic_missing", &["--output", "probability", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let first = reader.records().next().unwrap().unwrap();
    assert!((first[3].parse::<f64>().unwrap() - base[0]).abs() < 1e-15);
}

#[test]
fn loss_is_explained_where_the_outcome_is_known() {
    let folder = std::env::temp_dir().join(format!("clarimark-loss-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let table = fs::read_to_string(case("binary_logistic_missing", "csv")).unwrap();
    let with_label: String = (table.lines().enumerate())
        .map(|(i, line)| match i {
            0 => format!("{line},ill\n"),
            _ => format!("{line},{}\n", if i % 2 == 0 { "no" } else { "yes" }),
        })
        .collect();
    let model = fs::read(case("binary_logistic_missing", "model.json")).unwrap();
    fs::write(folder.join("model.json"), &model).unwrap();
    fs::write(folder.join("table.csv"), &with_label).unwrap();
    let manifest = serde_json::json!({
        "format": "clarimark-study",
        "version": 1,
        "model": { "path": "model.json", "sha256": FileFacts::of("", &model).sha256 },
        "data": { "path": "table.csv", "sha256": FileFacts::of("", with_label.as_bytes()).sha256 },
        "outcome": { "kind": "binary", "column": "ill", "positive": "yes" },
    });
    fs::write(folder.join("study.json"), manifest.to_string()).unwrap();
    let (study, table) = (folder.join("study.json"), folder.join("table.csv"));
    let (study, table) = (study.to_str().unwrap(), table.to_str().unwrap());
    let got = json(&clarimark(&[
        "explain",
        "--study",
        study,
        "--method",
        "interventional",
        "--background",
        table,
        "--output",
        "log-loss",
    ]));
    assert!(got["base_values"].is_null());
    let (base, p) = (numbers(&got["base_values_by_row"]), numbers(&got["prediction"]));
    for (r, phi) in got["attributions"].as_array().unwrap().iter().enumerate() {
        let loss = -clarimark::math::ln(if r % 2 == 0 { p[r] } else { 1.0 - p[r] });
        assert!((base[r] + numbers(phi).iter().sum::<f64>() - loss).abs() < 1e-12);
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn threads_do_not_change_a_bit() {
    for more in [&["--interactions", "3"][..], &["--output", "probability"]] {
        let of = |n| against_itself("binary_logistic_missing", &[more, &["--threads", n]].concat()).out;
        assert_eq!(of("1"), of("3"));
    }
    let of = |n, precision| {
        let study = study("pbc");
        clarimark(&["explain", "--study", &study, "--threads", n, "--precision", precision]).out
    };
    assert_eq!(of("1", "f64"), of("2", "f64"));
    assert_eq!(of("1", "f32"), of("5", "f32"));
    assert!(of("1", "f32").contains("\"precision\":\"f32\""));
}

#[test]
fn the_csv_form_has_one_line_per_patient() {
    let ran = clarimark(&["explain", "--study", &study("pbc"), "--format", "csv"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().take(5).collect::<Vec<_>>(),
        ["id", "margin", "prediction", "base value", "treatment"]
    );
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), &records[0][0]), (418, "PBC001"));
    for record in &records {
        let cells: Vec<f64> = record.iter().skip(1).map(|c| c.parse().unwrap()).collect();
        assert!((cells[2] + cells[3..].iter().sum::<f64>() - cells[0]).abs() < 1e-12);
    }
}

#[test]
fn all_trees_are_used_when_asked_for() {
    let (model, data) = (case("best_iteration", "model.json"), case("best_iteration", "csv"));
    let trees = |more: &[&str]| {
        let ran = clarimark(&[&["explain", "--model", &model, "--data", &data], more].concat());
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        (json["model"]["trees"].as_u64().unwrap(), json["model"]["trees_stored"].as_u64().unwrap())
    };
    let (kept, stored) = trees(&[]);
    assert!(kept < stored);
    assert_eq!(trees(&["--all-trees"]), (stored, stored));
}

#[test]
fn inspect_says_what_is_known() {
    let ran = clarimark(&["inspect", &case("best_iteration", "model.json")]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.contains("reg:squarederror") && ran.out.contains("up to best iteration 4"),
        "{}",
        ran.out
    );
    let ran = clarimark(&["inspect", &case("survival_cox", "model.json"), "--format", "json"]);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["model"]["scale"]["margin"], "log hazard ratio");
}

#[test]
fn errors_take_one_line_and_say_what_to_do() {
    let no_cover = folder().join("broken/no_cover.model.json").to_str().unwrap().to_owned();
    let truncated = folder().join("broken/truncated.model.json").to_str().unwrap().to_owned();
    let ok_csv = folder().join("broken/ok.csv").to_str().unwrap().to_owned();
    let cox_csv = case("survival_cox", "csv");
    let cox_again = case("survival_cox", "model.json");
    let interventional = [
        "explain",
        "--model",
        &cox_again,
        "--data",
        &cox_csv,
        "--method",
        "interventional",
        "--background",
        &cox_csv,
    ];
    let cox = case("survival_cox", "model.json");
    let linear = folder().join("xgboost-2.1.4/refused_gblinear.model.json").to_str().unwrap().to_owned();
    for (arguments, expected) in [
        (&["explain", "--model", &cox][..], "--data FILE is missing"),
        (&["explain", "--model", "nowhere.json", "--data", &ok_csv], "nowhere.json"),
        (&["explain", "--model", &linear, "--data", &ok_csv], "gblinear"),
        (&["explain", "--model", &cox, "--data", &ok_csv], "have no column"),
        (&["explain", "--model", &truncated, "--data", &ok_csv], "line 1"),
        (&["explain", "--model", &no_cover, "--data", &ok_csv], "no cover"),
        (&["inspect", &ok_csv], "a table"),
        (
            &[
                "explain",
                "--model",
                &cox,
                "--data",
                &cox_csv,
                "--method",
                "interventional",
                "--background",
                &ok_csv,
            ],
            "have no column",
        ),
        (&[&interventional[..], &["--output", "probability"]].concat(), "no probability"),
        (&[&interventional[..], &["--output", "log-loss"]].concat(), "yes-or-no outcome"),
        (&[&interventional[..], &["--threads", "0"]].concat(), "--threads 0"),
        (
            &["pack", "--study", &study("pbc"), "--page", &ok_csv, "-o", "/nonexistent"],
            "not a Clarimark page",
        ),
    ] {
        let ran = clarimark(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        let last = ran.err.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: ") && last.contains(expected), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.err.lines().filter(|l| l.starts_with("error")).count(), 1);
        assert!(
            ran.err.lines().all(|l| l.starts_with("error: ") || l.starts_with("warning: ")),
            "{}",
            ran.err
        );
    }
}

/// A writer whose reader has gone, or whose disk is full.
struct Gone(io::ErrorKind);

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
    for format in ["json", "csv"] {
        let study = study("pbc");
        let arguments = ["explain", "--study", &study, "--format", format];
        for (kind, status) in [(io::ErrorKind::BrokenPipe, 0), (io::ErrorKind::StorageFull, 1)] {
            let mut err = Vec::new();
            assert_eq!(run(arguments.iter().map(Into::into), &mut Gone(kind), &mut err), status);
            assert_eq!(err.is_empty(), status == 0, "{}", String::from_utf8_lossy(&err));
        }
    }
}

#[test]
fn a_packed_page_holds_the_study() {
    let folder = std::env::temp_dir().join(format!("clarimark-pack-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (page, packed) = (folder.join("page.html"), folder.join("packed.html"));
    fs::write(&page, "<head><!--clarimark:packed--><!--/clarimark:packed--></head>").unwrap();
    let (page, packed) = (page.to_str().unwrap(), packed.to_str().unwrap());
    let ran = clarimark(&["pack", "--study", &study("pbc"), "--page", page, "-o", packed]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let text = fs::read_to_string(packed).unwrap();
    for file in ["study.json", "model.json", "pbc.csv", "clinical.json"] {
        assert!(text.contains(&format!("data-packed-file=\"{file}\"")), "{file}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_calibration_stands_beside_what_is_explained() {
    #[derive(serde::Deserialize)]
    struct Expected {
        calibrated: std::collections::BTreeMap<String, Vec<f64>>,
    }
    let folder = folder();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let expected: Expected =
        serde_json::from_slice(&fs::read(path("calibration/expected.json")).unwrap()).unwrap();
    assert_eq!(expected.calibrated.len(), 4);
    let model = path("sklearn-1.9.1/boosting_binary.model.skops");
    let data = path("sklearn-1.9.1/boosting_binary.csv");
    let explain = ["explain", "--model", &model, "--data", &data];
    let raw: Value = serde_json::from_str(&clarimark(&explain).out).unwrap();
    assert!(raw.get("calibrated").is_none() && raw.get("calibration").is_none());
    for (name, expected) in &expected.calibrated {
        let table = path(&format!("calibration/{name}"));
        let ran = clarimark(&[&explain[..], &["--calibration", &table]].concat());
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.err.contains("before calibration"), "{}", ran.err);
        let got: Value = serde_json::from_str(&ran.out).unwrap();
        let calibrated = numbers(&got["calibrated"]);
        assert_eq!(calibrated.len(), expected.len());
        for (got, expected) in calibrated.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{name}: {got}, scikit-learn gives {expected}");
        }
        let of = if name.contains("prediction") { "prediction" } else { "margin" };
        assert_eq!(got["calibration"]["of"], of);
        assert_eq!(got["calibration"]["explained"], "the margin before calibration");
        for key in ["margin", "prediction", "attributions", "base_values"] {
            assert_eq!(got[key], raw[key], "{name}: {key} is that before calibration");
        }
        let csv = clarimark(&[&explain[..], &["--calibration", &table, "--format", "csv"]].concat()).out;
        assert!(csv.starts_with("id,margin,prediction,calibrated,base value,"), "{}", &csv[..80]);
    }
    let table = path("calibration/isotonic_of_margin.csv");
    let inside = path("sklearn-1.9.1/calibrated_isotonic.model.skops");
    let data = path("sklearn-1.9.1/calibrated_isotonic.csv");
    let ran = clarimark(&["explain", "--model", &inside, "--data", &data, "--calibration", &table]);
    assert!(ran.status == 2 && ran.err.contains("is calibrated already (isotonic)"), "{}", ran.err);
    let (model, data) = (case("multi_softprob", "model.json"), case("multi_softprob", "csv"));
    let ran = clarimark(&["explain", "--model", &model, "--data", &data, "--calibration", &table]);
    assert!(ran.status == 2 && ran.err.contains("outputs, and a calibration belongs to one"), "{}", ran.err);
    let ran = clarimark(&["inspect", &inside]);
    assert!(ran.out.contains("calibration isotonic of the margin"), "{}", ran.out);
}

#[test]
fn a_manifest_names_a_calibration_and_holds_it_to_its_checksum() {
    let at = std::env::temp_dir().join(format!("clarimark-calibration-{}", std::process::id()));
    fs::create_dir_all(&at).unwrap();
    let copy = |from: PathBuf, to: &str| -> String {
        let bytes = fs::read(from).unwrap();
        fs::write(at.join(to), &bytes).unwrap();
        format!("{{\"path\": \"{to}\", \"sha256\": \"{}\"}}", clarimark::study::sha256_hex(&bytes))
    };
    let model = copy(folder().join("sklearn-1.9.1/boosting_binary.model.skops"), "model.skops");
    let data = copy(folder().join("sklearn-1.9.1/boosting_binary.csv"), "data.csv");
    let table = copy(folder().join("calibration/platt_of_margin.csv"), "platt.csv");
    let manifest = at.join("study.json");
    fs::write(
        &manifest,
        format!(
            "{{\"format\": \"clarimark-study\", \"version\": 1, \"model\": {model}, \"data\": {data}, \
             \"calibration\": {table}}}"
        ),
    )
    .unwrap();
    let explain = || clarimark(&["explain", "--study", manifest.to_str().unwrap()]);
    let ran = explain();
    assert_eq!(ran.status, 0, "{}", ran.err);
    let got: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(got["calibration"]["method"], "Platt");

    // The page reads the same files, in any order.
    let names = ["platt.csv", "data.csv", "study.json", "model.skops"];
    let picked = |name: &str| Picked::new(name.into(), Arc::new(fs::read(at.join(name)).unwrap()));
    let Reading::Study { study, .. } = read_files(&names.map(picked)).unwrap() else { panic!("no study") };
    let margin = got["margin"][0][0].as_f64().unwrap();
    assert_eq!(study.model.calibrated(margin), got["calibrated"][0].as_f64());
    assert!(study.warnings.iter().any(|w| w.contains("platt.csv calibrates the margin (Platt)")));

    fs::write(at.join("platt.csv"), "parameter,margin\na,-1\nb,0\n").unwrap();
    let ran = explain();
    assert!(ran.status == 2 && ran.err.contains("platt.csv"), "{}", ran.err);
    assert!(read_files(&names.map(picked)).is_err());
    fs::remove_dir_all(at).unwrap();
}

#[test]
fn survival_at_chosen_times_is_explained_by_the_command_and_by_a_manifest() {
    let file = |ending: &str| folder().join(format!("sksurv-0.28.0/forest_rsf.{ending}"));
    let (model, data) = (file("model.skops"), file("csv"));
    let (model, data) = (model.to_str().unwrap(), data.to_str().unwrap());
    let expected: Value = serde_json::from_slice(&fs::read(file("expected.json")).unwrap()).unwrap();
    let expected = &expected["survival"];
    let at: Vec<String> = numbers(&expected["at"]).iter().map(f64::to_string).collect();
    let ran = clarimark(&["explain", "--model", model, "--data", data, "--at", &at.join(",")]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let got: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(got["outputs"][0], "S(t = 0)");
    for key in ["margin", "base_values", "attributions"] {
        let (got, expected) = (numbers(&got[key]), numbers(&expected[key]));
        assert_eq!(got.len(), expected.len(), "{key}");
        assert!(got.iter().zip(&expected).all(|(g, e)| (g - e).abs() <= 1e-12), "{key}");
    }

    let ran = clarimark(&["inspect", model]);
    assert!(ran.out.contains("survival at") && ran.out.contains("--at"), "{}", ran.out);
    let ran = clarimark(&["inspect", model, "--at", "1e9"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("time 1000000000") && ran.err.contains("within the follow-up"), "{}", ran.err);

    // The same by a manifest, where the argument goes first.
    let home = std::env::temp_dir().join(format!("clarimark-survival-{}", std::process::id()));
    fs::create_dir_all(&home).unwrap();
    for (name, path) in [("m.skops", model), ("d.csv", data)] {
        fs::copy(path, home.join(name)).unwrap();
    }
    let hash = |name: &str| clarimark::study::sha256_hex(&fs::read(home.join(name)).unwrap());
    let manifest = serde_json::json!({
        "format": "clarimark-study", "version": 1, "reading": {"survival_at": [4]},
        "model": {"path": "m.skops", "sha256": hash("m.skops")},
        "data": {"path": "d.csv", "sha256": hash("d.csv")},
    });
    fs::write(home.join("study.json"), manifest.to_string()).unwrap();
    let study = home.join("study.json");
    let outputs = |more: &[&str]| {
        let ran = clarimark(&[&["explain", "--study", study.to_str().unwrap()], more].concat());
        let json: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        json["outputs"].clone()
    };
    assert_eq!(outputs(&[]), serde_json::json!(["S(t = 4)"]));
    assert_eq!(outputs(&["--at", "2,5.5"]), serde_json::json!(["S(t = 2)", "S(t = 5.5)"]));
    fs::remove_dir_all(home).unwrap();
}
