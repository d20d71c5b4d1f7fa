use super::*;
use crate::study::fixture::{model, study, table};
use crate::study::{Manifest, Outcome, OutcomeSpec};

/// Roles as one short word per column.
fn short(roles: &[ColumnRole]) -> String {
    let word = |role: &ColumnRole| match role {
        ColumnRole::Id => "id".to_owned(),
        ColumnRole::Feature(f) => format!("f{}", f.0),
        ColumnRole::OutcomeTime => "time".to_owned(),
        ColumnRole::OutcomeEvent => "event".to_owned(),
        ColumnRole::OutcomeBinary => "binary".to_owned(),
        ColumnRole::OutcomeContinuous => "quantity".to_owned(),
        ColumnRole::Split => "split".to_owned(),
        ColumnRole::Covariate => "covariate".to_owned(),
        ColumnRole::Ignored => "ignored".to_owned(),
    };
    roles.iter().map(word).collect::<Vec<_>>().join(" ")
}

const PBC: &str = "\
patient_id,outcome_days,outcome_death,outcome_status_raw,sex,bili,site
P1,400,1,death,f,14.5,A
P2,4500,0,censored,f,1.1,B
P3,1012,1,death,m,1.4,A
P4,1925,0,transplant,f,1.8,B
";

#[test]
fn roles_follow_names_and_contents() {
    let check = |objective: &str, features: &[&str], text: &str, expect: &str| {
        let got = propose_roles(&model(objective, features), &table(text), &Manifest::default());
        assert_eq!(short(&got), expect, "{objective} {text:?}");
    };
    let both = ["bili", "sex:f|m"];
    check("survival:cox", &both, PBC, "id time event ignored f1 f0 covariate");
    // Another objective, another outcome; survival is left for filtering.
    check("binary:logistic", &both, PBC, "id covariate binary ignored f1 f0 covariate");
    check("reg:squarederror", &both, PBC, "id quantity covariate covariate f1 f0 covariate");
    // A column that feeds the model is never guessed to be anything else.
    check("survival:cox", &["outcome_days", "bili"], PBC, "id f0 covariate covariate covariate f1 covariate");
    check(
        "survival:cox",
        &["x"],
        "barcode,OS.time,OS,OS.status,age_years,x,set\nA,5,1,alive,50,1,Training\nB,6,2,dead,60,2,Testing\n\
         C,7,2,dead,61,2,Testing\n",
        "id time covariate event covariate f0 split",
    );
    check(
        "survival:cox",
        &["x"],
        "id,pfs_months,pfs_event,os_months,os_event,x\nA,1,0,2,0,1\nB,2,1,3,1,2\nC,4,1,5,1,3\n",
        "id time event covariate covariate f0",
    );
    // R's lung: 1 censored, 2 dead.
    check(
        "survival:cox",
        &["x"],
        "time,status,x,cens\n3,1,1,0\n5,2,2,1\n6,2,3,0\n",
        "time event f0 covariate",
    );
    check(
        "binary:logistic",
        &["x"],
        "patient,class,outcome_lineage,outcome,x,phase\nA,u,B,1,1,q\nB,v,T,0,2,q\nC,w,T,,2,q\n",
        "id covariate ignored binary f0 ignored",
    );
    // Without a name that says so, the first column is an id only if it is texts that all differ.
    check("reg:squarederror", &["x"], "who,x\nAnn,1\nBob,2\n", "id f0");
    check("reg:squarederror", &["x"], "who,x\nAnn,1\nAnn,2\n", "ignored f0");
    check("multi:softprob", &["x"], "id,x,subtype\n1,1,a\n2,2,b\n", "id f0 covariate");
    let excluded = "id,split,x\n1,train,1\n2,test,2\n3,excluded,2\n";
    check("multi:softprob", &["x"], excluded, "id split f0");
    check("multi:softprob", &["x"], &excluded.replace("split", "kind"), "id covariate f0");
    // One word is a split only in a column that is called so.
    check("multi:softprob", &["x"], "split,x,kind\ntest,1,test\ntest,2,test\n", "split f0 ignored");
}

#[test]
fn the_manifest_comes_first() {
    let manifest = Manifest {
        id: Some("site".into()),
        outcome: Some(OutcomeSpec::Binary { column: "outcome_status_raw".into(), positive: "death".into() }),
        ignore: vec!["patient_id".into()],
        covariates: vec!["outcome_days".into()],
        ..Manifest::default()
    };
    let study = study(model("survival:cox", &["bili"]), PBC, manifest);
    assert_eq!(short(&study.roles), "ignored covariate ignored binary covariate f0 id");
    let labels = [true, false, true, false].map(Some).to_vec();
    assert_eq!(study.outcome(), Outcome::Binary { labels, positive: "death".into() });
    assert_eq!(study.patient_id(RowId(1)), "B");
}

#[test]
fn outcomes_are_read_from_their_columns() {
    let check = |objective: &str, text: &str, expect: Outcome| {
        let got = study(model(objective, &["x"]), text, Manifest::default()).outcome();
        assert_eq!(got, expect, "{text:?}");
    };
    let survival = |time: &[f64], event: &[Option<bool>], unit: &str, word: &str| Outcome::Survival {
        time: time.to_vec(),
        event: event.to_vec(),
        unit: unit.into(),
        word: word.into(),
    };
    let (yes, no) = (Some(true), Some(false));
    check(
        "survival:cox",
        "id,os_days,death,x\nA,1,yes,0\nB,2,no,0\nC,3,,0\n",
        survival(&[1.0, 2.0, 3.0], &[yes, no, None], "days", "died"),
    );
    check(
        "survival:cox",
        "id,time,relapse,x\nA,1,1,0\nB,2,0,0\nC,3,1,0\n",
        survival(&[1.0, 2.0, 3.0], &[yes, no, yes], "", "relapsed"),
    );
    check(
        "binary:logistic",
        "id,response,x\nA,red,0\nB,blue,0\n",
        Outcome::Binary { labels: vec![yes, no], positive: "red".into() },
    );
    check("reg:squarederror", "id,y,x\nA,1.5,0\nB,2.5,0\nC,3,0\n", Outcome::Continuous(vec![1.5, 2.5, 3.0]));
    check("survival:cox", "id,x\nA,1\nB,2\n", Outcome::None);
}

#[test]
fn parts_are_read_from_the_split_column() {
    let text = "id,split,x\nA,train,0\nB,Test,0\nC,valid,0\nD,,0\nE,external,0\n";
    let study = study(model("survival:cox", &["x"]), text, Manifest::default());
    use SplitRole::{External, Test, Train, Unknown, Validation};
    assert_eq!(study.split_roles(), [Train, Test, Validation, Unknown, External]);
    for row in study.rows() {
        assert_eq!(study.split_role(row), study.split_roles()[row.index()]);
    }
    assert_eq!(study.rows_of(Test), [RowId(1)]);
}
