use super::*;
use crate::ensemble::Link;
use crate::study::Manifest;
use crate::study::fixture::{model, study};

/// Three patients with margins 0, ln 2 and −1 of a model with an exponential link.
fn three() -> (Study, Vec<f64>) {
    let text = "patient_id,x\nP1,1\nP2,2\nP3,3\n";
    let study = study(model("survival:cox", &["x"]), text, Manifest::default());
    (study, vec![0.0, std::f64::consts::LN_2, -1.0])
}

#[test]
fn predictions_are_matched_by_id_or_order_and_on_either_scale() {
    let (study, margins) = three();
    let check = |text: &str, n: usize, scale: ParityScale, by_order: bool, warnings: &[&str]| {
        let got = compare(&study, &margins, text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text:?}"));
        let p = &got.value;
        assert!(p.agrees(), "{p:?}");
        assert_eq!((p.n, p.scale, p.by_order), (n, scale, by_order), "{text:?}");
        assert_eq!(got.warnings, warnings);
    };
    use ParityScale::{Margin, Prediction};
    check("patient_id,margin\nP3,-1\nP1,0\n", 2, Margin, false, &[]);
    check("id,prediction\nP1,1\nP2,2\n", 2, Prediction, false, &[]);
    check("x\n0\n0.6931472\n-1\n", 3, Margin, true, &[]);
    check("1\n2\n0.36787945\n", 3, Prediction, true, &[]);
    check("margin,prediction\n0,1\n0.693147,2\n-1,0.36787944\n", 3, Margin, true, &[]);
    // A group of risk is not a risk; the column that agrees is taken.
    check("id,risk_group,hazard_ratio\nP1,3,1\nP2,3,2\n", 2, Prediction, false, &[]);
    check(
        "who,prediction\nP1,0\nP9,5\nP3,-1\n",
        2,
        Margin,
        false,
        &["“prediction” holds margins, not predictions.", "1 id of the table not in the study: P9."],
    );
    check("id,prediction,age\nP1,,30\nP2,2,40\n", 1, Prediction, false, &[]);
}

#[test]
fn differences_are_shown_with_the_patient() {
    let (study, margins) = three();
    let got = parity_finding(&study, &margins, b"id,margin\nP1,0\nP2,0.6931472\nP3,-1.5\n").unwrap();
    assert_eq!((got.severity, got.title.as_str()), (Severity::High, "Predictions differ from yours."));
    assert_eq!(
        got.detail,
        "3 of 3 patients compared by id on the log hazard ratio; largest difference 0.5 (0.5 relative), P3: -1.5 in the table, \
         -1 here. Check that model and table belong together."
    );
    let got = compare(&study, &margins, b"id,margin,prediction\nP1,0,1\nP2,0.6931472,3\n").unwrap().value;
    assert_eq!((got.columns.as_slice(), got.agrees()), (&["prediction".to_owned()][..], false));
    let got = parity_finding(&study, &margins, b"id,margin\nP2,0.6931472\n").unwrap();
    assert_eq!((got.severity, got.title.as_str()), (Severity::Pass, "Predictions agree with yours."));
    assert!(
        got.detail.starts_with("1 of 3 patients compared by id on the log hazard ratio; largest difference ")
    );
}

#[test]
fn several_outputs_are_compared_in_order() {
    let mut model = model("multi:softprob", &["x"]);
    model.outputs = vec!["a".into(), "b".into()];
    model.scale.link = Link::Softmax;
    let study = study(model, "patient_id,x\nP1,1\nP2,2\n", Manifest::default());
    let margins = [0.0, 0.0, 1.0, 1.0];
    let got = compare(&study, &margins, b"id,prob_a,prob_b\nP1,0.5,0.5\nP2,0.5,0.5\n").unwrap().value;
    assert_eq!((got.n, got.scale, got.agrees()), (2, ParityScale::Prediction, true));
    let error = compare(&study, &margins, b"id,prob_a\nP1,0.5\n").unwrap_err();
    assert_eq!(error, ParityError::WhichColumn { columns: vec!["prob_a".into()], n_outputs: 2 });
    assert!(error.hint().contains("2 in all"));
}

#[test]
fn what_cannot_be_matched_is_an_error() {
    let (study, margins) = three();
    let check = |text: &str, message: &str| {
        let error = compare(&study, &margins, text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text:?}");
        assert!(error.hint().ends_with('.'));
    };
    check("", "the file is empty");
    check(
        "id,margin\nQ1,1\nQ2,2\n",
        "none of the 2 ids in column id is a patient of the study, beginning with Q1",
    );
    check("margin\n1\n2\n", "the table has no patient ids and 2 rows, the study has 3 patients");
    check("id,note\nP1,a\n", "no column of the table holds numbers that could be predictions");
    check("id,u,v\nP1,1,2\n", "any of these columns could be the predictions: u, v");
    check("id,margin\nP1,\nP2,\n", "no patient has both a prediction in the table and one computed here");
}
