//! Files that must be refused in words, and odd ones that must load: `cases.json` in `tests/reference/broken` and
//! `broken-models`.

use crate::reference::{folder, inputs};
use clarimark::ensemble::{self, ModelError};
use clarimark::explain::Flow;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    file: String,
    kind: String,
    outcome: String,
    why: String,
    says: Option<String>,
    same_as: Option<String>,
    x: Option<Vec<f64>>,
    margin: Option<Vec<f64>>,
    attribution: Option<Vec<f64>>,
    base_value: Option<f64>,
}

fn model_cases(place: &str) -> Vec<Case> {
    let text = fs::read(folder().join(place).join("cases.json")).unwrap();
    let cases: Cases = serde_json::from_slice(&text).unwrap();
    let cases: Vec<Case> = cases.cases.into_iter().filter(|c| c.kind == "model").collect();
    assert!(cases.len() >= 31);
    cases
}

#[test]
fn every_model_file_is_taken_as_the_cases_say() {
    let both = ["broken", "broken-models"].map(|place| (place, model_cases(place)));
    assert!(both[1].1.len() >= 135);
    for (place, case) in
        both.into_iter().flat_map(|(place, cases)| cases.into_iter().map(move |c| (place, c)))
    {
        let bytes = |file: &str| fs::read(folder().join(place).join(file)).unwrap();
        let read = ensemble::read(&bytes(&case.file));
        let outcome = match &read {
            Err(e) => {
                println!("{}: {e}. {}", case.file, e.hint());
                assert!(!e.hint().is_empty() && !e.to_string().contains('\n'));
                let says = case.says.as_deref().unwrap_or_default();
                assert!(e.to_string().contains(says), "{}: {e} should contain {says}", case.file);
                "refused"
            }
            Ok(parsed) if parsed.warnings.is_empty() => "loads",
            Ok(parsed) => {
                println!("{}: {}", case.file, parsed.warnings.join(" "));
                "warns"
            }
        };
        assert_eq!(outcome, case.outcome, "{}: {}", case.file, case.why);
        let Ok(parsed) = read else { continue };
        if let Some(twin) = &case.same_as {
            let twin = ensemble::read(&bytes(twin)).unwrap().value;
            let rows = match place {
                "broken" => inputs(&twin, &folder().join("broken/ok.csv")),
                _ => (0..9 * twin.n_features()).map(|i| (i * 37 % 200) as f64 * 0.25).collect(),
            };
            assert_eq!(parsed.value.margins(&rows), twin.margins(&rows), "{}", case.file);
            assert_eq!(parsed.value.base_values(), twin.base_values(), "{}", case.file);
        }
        if let (Some(x), Some(margin)) = (&case.x, &case.margin) {
            let explained = Flow::new(&parsed.value).unwrap().explain(x);
            assert_eq!(&explained.margin, margin);
            let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(close(&explained.values, case.attribution.as_ref().unwrap()), "{:?}", explained.values);
            assert!(close(&explained.base_values, &[case.base_value.unwrap()]));
        }
    }
}

#[derive(Deserialize)]
struct Hostile {
    file: String,
    says: String,
    why: String,
}

#[test]
fn hostile_containers_are_refused_and_named() {
    let text = fs::read(folder().join("hostile/cases.json")).unwrap();
    let cases: Vec<Hostile> = serde_json::from_slice(&text).unwrap();
    assert!(cases.len() >= 70);
    for Hostile { file, says, why } in cases {
        let error = ensemble::read(&fs::read(folder().join("hostile").join(&file)).unwrap()).err();
        let error = error.unwrap_or_else(|| panic!("{file} is read: {why}"));
        println!("{file}: {error}. {}", error.hint());
        assert!(error.to_string().contains(&says), "{file}, {why}: {error} should contain {says}");
        assert!(!error.hint().is_empty() && !error.to_string().contains('\n'));
    }
}

/// Name of a variant.
fn rule(debug: &str) -> String {
    debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

#[test]
fn every_rule_of_a_model_is_broken_by_a_committed_file() {
    let mut broken = BTreeSet::new();
    for place in ["broken", "broken-models", "hostile", "sksurv-0.28.0", "catboost-1.2.10"] {
        for path in fs::read_dir(folder().join(place)).unwrap() {
            let Err(error) = ensemble::read(&fs::read(path.unwrap().path()).unwrap()) else { continue };
            if let ModelError::Tree { fault, .. } = &error {
                broken.insert(format!("Tree.{}", rule(&format!("{fault:?}"))));
            }
            broken.insert(rule(&format!("{error:?}")));
        }
    }
    // As the two types list them.
    let source = include_str!("../../src/ensemble/error.rs");
    let variants = |of: &str| -> Vec<String> {
        let body = source.split(&format!("pub enum {of} {{")).nth(1).unwrap().split("\n}").next().unwrap();
        let names = body.lines().filter_map(|line| line.strip_prefix("    "));
        let names = names.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
        names.map(rule).collect()
    };
    let rules = variants("ModelError")
        .into_iter()
        .chain(variants("TreeFault").into_iter().map(|fault| format!("Tree.{fault}")));
    // Times of S(t) are not in a file: `reference.rs` asks for wrong ones. A tree with too many nodes would be larger than
    // all other files together: `builder.rs` builds one.
    let elsewhere = ["NoSurvival", "SurvivalTime", "Tree.Nodes"];
    let missing: Vec<String> =
        rules.filter(|r| !broken.contains(r) && !elsewhere.contains(&r.as_str())).collect();
    assert_eq!(missing, [] as [&str; 0], "no committed file breaks these rules");
}
