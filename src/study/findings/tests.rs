use super::*;
use crate::study::fixture::{model, nameless, study};
use crate::study::{ColumnRole, Manifest, with_role};

/// `n` patients: row i has `cells(i)` after its id.
fn rows(header: &str, n: usize, cells: impl Fn(usize) -> String) -> String {
    (0..n).fold(format!("id,{header}\n"), |text, i| text + &format!("P{i},{}\n", cells(i)))
}

fn all(study: &Study) -> Vec<RowId> {
    study.rows().collect()
}

fn test(study: &Study) -> Vec<RowId> {
    study.rows_of(SplitRole::Test)
}

/// Findings as `severity: title | detail`.
fn lines(found: &[Finding]) -> Vec<String> {
    let line = |f: &Finding| format!("{:?}: {} | {}", f.severity, f.title, f.detail);
    found.iter().map(line).collect()
}

/// The lines of one topic.
fn about(found: &[Finding], topic: Topic) -> Vec<String> {
    lines(&found.iter().filter(|f| f.topic == topic).cloned().collect::<Vec<_>>())
}

/// Attributions in which feature f of row r gets `phi(r, f)`, adding up exactly.
fn attributions(n_rows: usize, n_features: usize, phi: impl Fn(usize, usize) -> f64) -> Attributions {
    let values: Vec<f64> = (0..n_rows * n_features).map(|i| phi(i / n_features, i % n_features)).collect();
    let margin = values.chunks(n_features.max(1)).map(|row| 0.5 + row.iter().sum::<f64>()).collect();
    Attributions { n_rows, n_features, n_outputs: 1, values, margin, base_values: vec![0.5] }
}

/// 100 patients of whom the first 60 trained the model; two of five lack b and c.
fn cohort() -> Study {
    let text = rows("os_days,death,a,b,c,part", 100, |i| {
        let gap = i % 5 < 2;
        let cell = |x: usize| if gap { String::new() } else { x.to_string() };
        let part = if i < 60 { "train" } else { "test" };
        let a = if i < 60 { i as f64 } else { i as f64 - 55.5 };
        format!("{i},{},{a},{},{},{part}", i % 3 / 2, cell(i * i % 70), cell(2 * (i * i % 70)))
    });
    study(model("survival:cox", &["a", "b", "c"]), &text, Manifest::default())
}

#[test]
fn a_held_out_cohort() {
    let study = cohort();
    let explained = attributions(40, 3, |r, f| [9.0, 2.0, -1.0][f] * r as f64);
    let found = findings(&study, &test(&study), Some(&explained));
    let expect = [
        "High: 16 test patients lack the same 2 measurements. | b and c are empty together, so a missing value may \
         tell how a patient was enrolled. Filter these patients and compare.",
        "Medium: Only 40 patients. | One patient more or less can change a rank. Read the intervals, not the estimates.",
        "Medium: Few events per biomarker. | 20 events in training for 3 biomarkers, 6.7 each. Expect lower ranks to \
         move.",
        "Medium: Few events to judge by. | 13 events among 40 test patients. Quote the interval with every performance \
         number.",
        "Medium: a carries 75 % of all attribution. | The other 2 biomarkers share the rest. Check that it is known when \
         the prediction is made and does not stand in for the outcome.",
        "Medium: b and c move together. | Spearman 1.00 over 40 patients: they can share or swap credit. Read them as a \
         pair.",
        "Low: 16 of 40 test patients have a gap. | 32 of 120 values are missing (27 %); the trees send a missing value \
         its own way and nothing is filled in. Read the lane of missing values beside each plot.",
        "Low: Relative scale only. | A Cox model gives hazard ratios, not survival probabilities. Compare patients with \
         each other only.",
        "Low: Attributions describe the model. | Attributions describe the model, not biology or treatment effect.",
        "Pass: No training patient is shown. | 40 of 40 patients are held out, by the split column.",
        "Pass: All values lie within the training range. | 40 test patients against 60 training patients.",
        "Pass: All columns matched. | 3 of 3 by name and type; no level is unknown to the model.",
        "Pass: Attributions add up. | 40 of 40 patients within 1e-9 relative; largest difference 0.",
    ];
    assert_eq!(lines(&found), expect);
    // Before computing, the same without what attributions show; attributions of other rows are not used.
    let before = findings(&study, &test(&study), None);
    assert_eq!(before, findings(&study, &test(&study), Some(&attributions(3, 3, |_, _| 0.0))));
    let kept = [Topic::Importance, Topic::Correlation, Topic::Exactness];
    let without: Vec<Finding> = found.into_iter().filter(|f| !kept.contains(&f.topic)).collect();
    assert_eq!(before, without);
}

#[test]
fn whoever_is_shown_is_named() {
    let study = cohort();
    let found = |rows: &[RowId]| about(&findings(&study, rows, None), Topic::Split);
    let choose = "A model fits the patients it has seen better than new ones. Choose the test patients for conclusions.";
    assert_eq!(found(&all(&study)), [format!("High: 60 of 100 patients trained the model. | {choose}")]);
    let training = study.rows_of(SplitRole::Train);
    assert_eq!(found(&training), [format!("High: These patients trained the model. | {choose}")]);
    assert!(found(&[]).is_empty());
    let without = with_role(&study, 6, ColumnRole::Ignored).unwrap();
    let found = about(&findings(&without, &all(&without), None), Topic::Split);
    assert_eq!(
        found,
        [
            "High: No column says who trained the model. | Any of 100 patients may be a patient the model has seen, and a \
         model fits those better than new ones. Add a column split with train and test."
        ]
    );
}

#[test]
fn values_beyond_training_are_counted() {
    let text = rows("x,y,part", 30, |i| match i {
        0..25 => format!("{i},{},train", i % 4),
        25 => "99,1,test".into(),
        26 => "-1,9,test".into(),
        _ => "3,,test".into(),
    });
    let study = study(model("reg:squarederror", &["x", "y"]), &text, Manifest::default());
    assert_eq!(
        about(&findings(&study, &test(&study), None), Topic::Range),
        [
            "Medium: 3 values lie outside the training range. | In 2 of 5 patients; most in x 2, y 1. A tree treats them like \
         the nearest value it has seen: read these patients one by one."
        ]
    );
    let training = study.rows_of(SplitRole::Train);
    assert!(about(&findings(&study, &training, None), Topic::Range).is_empty());
}

#[test]
fn rows_that_occur_twice_are_found() {
    let table = |last: &str| {
        let part = |i| if i < 20 { "train" } else { "test" };
        rows("a,b,split", 29, |i| format!("{i},{},{}", i % 7, part(i))) + last
    };
    let found = |last: &str| {
        let study = study(model("reg:squarederror", &["a", "b"]), &table(last), Manifest::default());
        about(&findings(&study, &all(&study), None), Topic::Duplicates)
    };
    assert!(found("").is_empty());
    assert_eq!(
        found("P4,31,0,test\nP25,32,0,test\n"),
        [
            "High: 2 patient ids occur more than once. | P4 and P25; 1 in training and elsewhere. Keep one row per patient, \
         or one part per patient.",
        ]
    );
    assert_eq!(
        found("Q,4,4,test\n"),
        [
            "Medium: 1 patient stands in training and elsewhere. | Every biomarker has the same value in a training patient \
         and in another one. Check that no patient is in both parts.",
        ]
    );
    assert_eq!(
        found("Q,25,4,test\n"),
        [
            "Low: 2 patients share all values with another. | The same values in every biomarker may be one patient entered \
         twice. Check these rows.",
        ]
    );
}

#[test]
fn columns_that_may_tell_too_much() {
    let text = rows("outcome,leak,noise,visit,site_code,outcome_score,IDS|40814_at,lab_id", 40, |i| {
        let ids = format!("{},{}", i % 7, 1000 * (i * 17 % 40));
        format!("{},{},{},{},{},{},{ids}", i / 20, i * 10 / 20 * 3, i * 17 % 11, i + 100, i % 3, i % 7)
    });
    let features = ["leak", "noise", "visit", "site_code", "outcome_score", "IDS|40814_at", "lab_id"];
    let study = study(model("binary:logistic", &features), &text, Manifest::default());
    assert_eq!(
        about(&findings(&study, &all(&study), None), Topic::Leakage),
        [
            "High: visit and lab_id look like identifiers. | A number that only names a patient predicts nothing in new ones. Fit \
         the model without it.",
            "High: outcome_score is named like the outcome. | A model that is given its outcome predicts nothing. Check when \
         this value becomes known.",
            "High: leak alone tells the outcome. | AUC 1.000 for outcome in 40 patients without the model. Check when this \
         value becomes known.",
            "High: visit alone tells the outcome. | AUC 1.000 for outcome in 40 patients without the model. Check when this \
         value becomes known.",
            "Medium: site_code and lab_id may tell where or when a sample was taken. | Such a value is not known to carry over to other \
         places. Compare the patients by it.",
        ]
    );
}

#[test]
fn sums_that_miss_the_model_are_a_finding() {
    let study = cohort();
    let rows = test(&study);
    let mut explained = attributions(40, 3, |r, f| (r + f) as f64);
    explained.margin[3] += 1e-6;
    explained.margin[5] = f64::NAN;
    let found = about(&findings(&study, &rows, Some(&explained)), Topic::Exactness);
    assert_eq!(
        found,
        [
            "High: Attributions do not add up for 2 patients. | Base value and attributions miss the model's margin, largest \
         difference 1e-6. Report this with the model file."
        ]
    );
}

#[test]
fn files_speak_for_themselves() {
    let mut model = nameless(2);
    model.tested = false;
    let study = study(model, "a,b\n1,2\n3,4\n", Manifest::default());
    let found = findings(&study, &all(&study), None);
    assert_eq!(
        about(&found, Topic::Matching),
        [
            "High: Columns were matched by their order. | The model stores no names for its 2 features, so a column in the \
         wrong place stays unnoticed. Save the model with feature names."
        ]
    );
    assert_eq!(
        about(&found, Topic::Files),
        [
            "Medium: XGBoost 3.4.1 is untested. | No reference case covers this format and version. Compare with predictions \
         of your own: drop a table of them on the page."
        ]
    );
}

#[test]
fn many_warnings_are_counted() {
    let mut study = cohort();
    study.warnings = (0..9).map(|i| format!("Thing {i}.")).collect();
    let found = about(&findings(&study, &all(&study), None), Topic::Files);
    assert_eq!((found.len(), found[0].as_str()), (7, "Low: Noted while reading. | Thing 0."));
    assert!(found[6].starts_with("Low: 3 more things noted while reading. |"));
}

#[test]
fn performance_on_both_sides() {
    let check = |training: f64, test: f64, severity: Severity, detail: &str| {
        let got = Finding::performance_gap("C-index", training, test);
        assert_eq!((got.severity, got.detail.as_str()), (severity, detail));
    };
    check(0.94, 0.839, Severity::High, "C-index 0.94 against 0.84. Quote the test value only.");
    check(0.86, 0.83, Severity::Medium, "C-index 0.86 against 0.83. Quote the test value only.");
    check(0.8, 0.81, Severity::Pass, "C-index 0.80 against 0.81. Quote the test value with its interval.");
}

#[test]
fn an_empty_cohort_and_odd_tables_are_no_trouble() {
    let study = cohort();
    assert!(!findings(&study, &[], None).is_empty());
    assert!(!findings(&study, &[], Some(&attributions(0, 3, |_, _| 0.0))).is_empty());
    let empty = crate::study::fixture::study(model("x", &[]), "a\n1\n", Manifest::default());
    assert!(!findings(&empty, &all(&empty), Some(&attributions(1, 0, |_, _| 0.0))).is_empty());
}

#[test]
fn no_finding_claims_more_than_the_model() {
    let sources = [
        include_str!("patients.rs"),
        include_str!("missing.rs"),
        include_str!("shift.rs"),
        include_str!("files.rs"),
        include_str!("attribution.rs"),
        include_str!("mod.rs"),
    ];
    for source in sources {
        for word in ["causes", "significant", "protects", "proves", "!\""] {
            assert!(!source.contains(word), "{word}");
        }
    }
}
