use super::*;
use crate::study::fixture::{model, nameless, table};

/// Every input of every row, or the error.
fn inputs(features: &[&str], text: &str) -> Result<(Vec<f64>, Vec<String>), StudyError> {
    let data = table(text);
    let bound = bind(&model("survival:cox", features), &data)?;
    let rows: Vec<RowId> = (0..data.n_rows()).map(RowId::of).collect();
    let matrix = bound.value.matrix(&data, &rows);
    for (i, x) in matrix.iter().enumerate() {
        let (row, feature) = (RowId::of(i / features.len()), FeatureId::of(i % features.len()));
        let value = bound.value.value(&data, feature, row);
        assert!(value.to_bits() == x.to_bits() || (value.is_nan() && x.is_nan()));
        assert_eq!(bound.value.text(&data, feature, row).is_none(), x.is_nan());
    }
    Ok((matrix, bound.warnings))
}

#[test]
fn an_empty_cell_is_refused_where_the_library_refuses_it() {
    use crate::ensemble::Summary;
    let strict = |features: &[&str]| Summary { refuses_missing: true, ..model("gini", features) };
    let data = table("a,b,c\n1,2,3\n4,,6\n,,9\n");
    let error = bind(&strict(&["c", "b", "a"]), &data).unwrap_err();
    assert_eq!(error, StudyError::Missing { column: "b".into(), row: 3, n: 3 });
    assert!(error.hint().contains("3 missing values"), "{}", error.hint());
    assert!(bind(&strict(&["c"]), &data).is_ok());
    // What no split asks for may be missing.
    let mut unused = strict(&["a", "c"]);
    unused.features[0].n_splits = 0;
    assert!(bind(&unused, &data).is_ok());
    assert!(bind(&model("gini", &["a", "b"]), &data).is_ok());
}

#[test]
fn cells_become_inputs_whatever_the_order_of_the_columns() {
    let check = |features: &[&str], text: &str, expect: &[f64], warnings: &[&str]| {
        let (got, warned) = inputs(features, text).unwrap_or_else(|e| panic!("{e}: {text:?}"));
        let show = |x: &[f64]| format!("{x:?}");
        assert_eq!(show(&got), show(expect), "{features:?} {text:?}");
        assert_eq!(warned, warnings);
    };
    let nan = f64::NAN;
    check(&["b", "a"], "id,a,b\nP,1,2.5\nQ,,4\n", &[2.5, 1.0, 4.0, nan], &[]);
    // Levels by the model's names, missing stays missing.
    check(&["sex:f|m"], "sex,x\nm,0\n,0\nf,0\n", &[1.0, nan, 0.0], &[]);
    check(&["sex: f|m "], "sex,x\nm,0\nf,0\n", &[1.0, 0.0], &[]);
    // Levels that are numbers, in a column of numbers.
    check(&["stage:1|2|4"], "stage,x\n4,0\n1.0,0\n,0\n", &[2.0, 0.0, nan], &[]);
    check(&["stage:1.0|2.0"], "stage,x\n2,0\n1,0\n", &[1.0, 0.0], &[]);
    check(&["stage:1.0|1"], "stage,x\n1,0\n", &[1.0], &[]);
    check(&["zero:0|1"], "zero,x\n-0.0,0\n", &[0.0], &[]);
    // Codes where the model has no names.
    check(&["c:cat"], "c,x\n2,0\n0,0\n,0\n", &[2.0, 0.0, nan], &[]);
    // Texts that are numbers after all.
    check(&["n"], "n,x\n007,0\n8,0\n", &[7.0, 8.0], &[]);
    check(
        &["n"],
        "n,x\nTrue,0\nFalse,0\n,1\n",
        &[1.0, 0.0, nan],
        &["Column n: true was read as 1 and false as 0."],
    );
}

#[test]
fn unusable_columns_stop_with_the_place() {
    let check = |features: &[&str], text: &str, expect: StudyError, message: &str| {
        let got = inputs(features, text).unwrap_err();
        assert_eq!(got, expect, "{text:?}");
        assert_eq!(got.to_string(), message);
        assert!(got.hint().ends_with('.'), "{}", got.hint());
    };
    let texts = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    check(
        &["age", "IL 6", "x"],
        "id,Age,IL_6,x\nP,1,2,3\n",
        StudyError::MissingColumns {
            missing: texts(&["age", "IL 6"]),
            unused: texts(&["id", "Age", "IL_6"]),
            near: vec![("age".into(), "Age".into()), ("IL 6".into(), "IL_6".into())],
        },
        "2 model features have no column: age, IL 6",
    );
    check(
        &["a", "a"],
        "a,b\n1,2\n",
        StudyError::Ambiguous { place: "model", names: texts(&["a"]) },
        "1 name occurs twice in the model: a",
    );
    let column = || "x".to_owned();
    check(
        &["x"],
        "id,x\nP,1\nQ,\nR,<0.5\n",
        StudyError::NotANumber { column: column(), row: 4, text: "<0.5".into() },
        "column x, row 4: “<0.5” is not a number",
    );
    check(
        &["x:a|b"],
        "id,x\nP,a\nQ,c\nR,d\n",
        StudyError::UnseenLevel { column: column(), row: 3, level: "c".into(), known: texts(&["a", "b"]) },
        "column x, row 3: the model does not know the level “c”",
    );
    check(
        &["x:1|2"],
        "id,x\nP,1\nQ,3\n",
        StudyError::UnseenLevel { column: column(), row: 3, level: "3".into(), known: texts(&["1", "2"]) },
        "column x, row 3: the model does not know the level “3”",
    );
    check(
        &["x:cat"],
        "id,x\nP,0\nQ,red\n",
        StudyError::NoLevelNames { column: column(), row: 3, text: "red".into() },
        "column x, row 3: the model stores no level names, so “red” has no code",
    );
    check(
        &["x:cat"],
        "id,x\nP,0\nQ,1.5\n",
        StudyError::NotACode { column: column(), row: 3, text: "1.5".into() },
        "column x, row 3: 1.5 is not a level code (0, 1, 2, …)",
    );
}

#[test]
fn columns_of_one_name_are_not_chosen_between() {
    let mut columns = table("a,b\n1,2\n").columns().to_vec();
    columns[1].name = "a".into();
    let data = Dataset::new(columns).unwrap();
    let got = bind(&model("reg:squarederror", &["a"]), &data).unwrap_err();
    assert_eq!(got, StudyError::Ambiguous { place: "table", names: vec!["a".into()] });
}

#[test]
fn a_model_without_names_takes_the_columns_that_are_left() {
    let data = table("patient_id,a,b,outcome_y,split\nP,1,2,0.5,train\nQ,3,4,1.5,test\nR,5,6,2.5,test\n");
    let rows = [RowId(0), RowId(2)];
    let bound = bind(&nameless(2), &data).unwrap();
    assert_eq!(bound.value.matrix(&data, &rows), [1.0, 2.0, 5.0, 6.0]);
    assert!(bound.value.positional());
    assert_eq!(
        bound.warnings,
        [
            "The model stores no feature names: 2 columns were taken in file order, from “a” to “b”. Check the order."
        ]
    );
    let error = bind(&nameless(3), &data).unwrap_err();
    assert_eq!(error, StudyError::PositionCount { n_features: 3, columns: vec!["a".into(), "b".into()] });
    // The manifest says more.
    let manifest = Manifest { ignore: vec!["a".into()], ..Manifest::default() };
    let bound = bind_with(&nameless(1), &data, &manifest).unwrap();
    assert_eq!(bound.value.column(FeatureId(0)), 2);
    // A table that uses the model's own names is bound by name.
    let data = table("f1,f0\n1,2\n3,4\n");
    let bound = bind(&nameless(2), &data).unwrap();
    assert_eq!(bound.value.matrix(&data, &[RowId(0)]), [2.0, 1.0]);
    assert!(!bound.value.positional() && bound.warnings.is_empty());
}

#[test]
fn a_chosen_mapping_is_followed_and_checked() {
    let data = table("Age,x\n50,1\n");
    let model = model("survival:cox", &["age", "x"]);
    let bound = bind_columns(&model, &data, &[0, 1]).unwrap();
    assert_eq!(bound.value.matrix(&data, &[RowId(0)]), [50.0, 1.0]);
    assert_eq!(bound.value.feature_of(0), Some(FeatureId(0)));
    let missing = |columns: &[usize]| match bind_columns(&model, &data, columns).unwrap_err() {
        StudyError::MissingColumns { missing, .. } => missing,
        other => panic!("{other}"),
    };
    assert_eq!(missing(&[0]), ["x"]);
    assert_eq!(missing(&[7, 1]), ["age"]);
}

#[test]
fn a_value_is_shown_short() {
    let data = table("x,c\n13862.44,a\n,\n");
    let bound = bind(&model("survival:cox", &["x", "c:a|b"]), &data).unwrap().value;
    let text = |f, r| bound.text(&data, FeatureId(f), RowId(r));
    assert_eq!(text(0, 0).as_deref(), Some("13862"));
    assert_eq!(text(1, 0).as_deref(), Some("a"));
    assert_eq!(text(0, 1), None);
    assert_eq!(text(1, 1), None);
    assert_eq!(text(0, 9), None);
}

#[test]
fn the_twin_of_a_binding_is_itself() {
    let data = table("x,c\n1,b\n2,a\n");
    let bound = bind(&model("survival:cox", &["x", "c:a|b"]), &data).unwrap().value;
    let json = serde_json::to_string(&bound).unwrap();
    assert_eq!(serde_json::from_str::<Binding>(&json).unwrap(), bound);
}

#[test]
fn lightgbm_s_underscores_are_the_table_s_spaces() {
    let data = table("id,IL 6,IL_8,age at visit\nP,1,2,3\n");
    let mut of_lightgbm = model("reg:squarederror", &["age_at_visit", "IL_6", "IL_8"]);
    assert!(matches!(bind(&of_lightgbm, &data), Err(StudyError::MissingColumns { .. })));
    of_lightgbm.library = "LightGBM".into();
    let bound = bind(&of_lightgbm, &data).unwrap().value;
    assert_eq!(bound.matrix(&data, &[RowId(0)]), [3.0, 1.0, 2.0]);
}
