//! What commands do to the session, on a real study.

use crate::study_run::analyse;
use clarimark::cohort::division::ClusterKind;
use clarimark::cohort::metric::Metric;
use clarimark::ids::{FeatureId, RowId};
use clarimark::session::{
    Command, Edits, Effect, Filter, Method, Notice, Session, Staged, Variable, View, ViewState, catalogue,
    update,
};
use clarimark::share::Link;
use std::sync::{Arc, LazyLock};

static PBC: LazyLock<Arc<clarimark::session::Analysis>> = LazyLock::new(|| Arc::new(analyse("pbc")));

fn opened() -> Session {
    let mut session = Session::default();
    update(&mut session, Command::Computed(PBC.clone()));
    session
}

fn steps() -> Vec<Command> {
    let bilirubin = PBC.insight.order[0];
    let column = PBC.study.binding.column(bilirubin);
    vec![
        Command::Go(View::Biomarker),
        Command::FocusFeature(bilirubin, true),
        Command::AddFilter(Filter::Range { variable: Variable::Column(column), low: 2.0, high: 30.0 }),
        Command::AddFilter(Filter::Levels { variable: Variable::Cluster, levels: vec![2] }),
        Command::FocusPatient(PBC.rows[3], true),
        Command::AddFilter(Filter::Region(vec![[-9.0, -9.0], [9.0, -9.0], [9.0, 9.0], [-9.0, 9.0]])),
        Command::SetClusters(4),
        Command::SetMetric(Metric::Correlation),
        Command::SetClusterKind(ClusterKind::Density),
        Command::SetTop(0),
        Command::Invert,
        Command::RemoveFilter(0),
        Command::SetColourBy(Some(FeatureId(1))),
        Command::SetLogAxis(Some(false)),
        Command::Edit(PBC.rows[3], bilirubin, 1.5),
        Command::Edit(PBC.rows[3], FeatureId(1), f64::NAN),
        Command::KeepScenario(" less bilirubin ".into()),
        Command::Edit(PBC.rows[3], bilirubin, 2.5),
    ]
}

#[test]
fn a_computed_study_opens_on_its_overview() {
    let session = opened();
    assert_eq!(session.now.view, View::Overview);
    assert_eq!(session.now.cohort, PBC.cohort);
    assert!(!session.can_undo());
}

#[test]
fn regions_are_added_and_taken_away() {
    let count = |session: &Session| -> Vec<RowId> {
        let passes = clarimark::session::matching_rows(&PBC, &session.now.filters, None);
        PBC.rows.iter().zip(passes).filter(|(_, p)| *p).map(|(r, _)| *r).collect()
    };
    let cluster = |c| Filter::Levels { variable: Variable::Cluster, levels: vec![c] };
    let of = |c: u32| {
        let labels = &PBC.insight.clusters.labels;
        PBC.rows.iter().zip(labels).filter(|(_, l)| **l == c).map(|(r, _)| *r).collect::<Vec<_>>()
    };
    // With nothing selected, adding starts from nobody and taking away from everybody.
    let mut session = opened();
    update(&mut session, Command::Widen(cluster(0)));
    assert_eq!(count(&session), of(0));
    update(&mut session, Command::Widen(cluster(2)));
    let mut both = of(0);
    both.extend(of(2));
    both.sort_unstable();
    assert_eq!(count(&session), both);
    update(&mut session, Command::TakeAway(cluster(0)));
    assert_eq!(count(&session), of(2));
    update(&mut session, Command::TakeAway(cluster(2)));
    assert!(count(&session).is_empty());
    update(&mut session, Command::ClearSelection);
    update(&mut session, Command::TakeAway(cluster(1)));
    assert_eq!(count(&session), both);
    update(&mut session, Command::Undo);
    assert_eq!(count(&session).len(), PBC.rows.len());
}

#[test]
fn undoing_all_and_redoing_all_come_back_to_the_same_states() {
    let mut session = opened();
    let first = session.now.clone();
    for _ in 0..16 {
        for command in steps() {
            update(&mut session, command);
        }
        update(&mut session, Command::ClearSelection);
    }
    let last = session.now.clone();
    assert_ne!(first, last);
    let mut undone = 0;
    while session.can_undo() {
        // Nothing is computed again except what another number of clusters needs.
        let effects = update(&mut session, Command::Undo);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Run(..))), "{effects:?}");
        undone += 1;
    }
    assert!(undone >= 100, "{undone} steps");
    assert_eq!(session.now, first);
    while session.can_redo() {
        update(&mut session, Command::Redo);
    }
    assert_eq!(session.now, last);
}

#[test]
fn rules_intersect_and_one_variable_has_one_rule() {
    let mut session = opened();
    let bilirubin = PBC.insight.order[0];
    let column = PBC.study.binding.column(bilirubin);
    let range =
        |low, high| Command::AddFilter(Filter::Range { variable: Variable::Column(column), low, high });
    update(&mut session, range(0.0, 2.0));
    update(&mut session, range(2.0, 30.0));
    assert_eq!(session.now.filters.len(), 1);
    let high = session.selected();
    let expect: Vec<bool> = PBC.rows.iter().map(|&r| PBC.study.value(bilirubin, r) >= 2.0).collect();
    assert_eq!(high, expect);
    update(
        &mut session,
        Command::AddFilter(Filter::Range { variable: Variable::Margin, low: 1.0, high: 99.0 }),
    );
    let both = session.selected();
    assert!(both.iter().zip(&high).all(|(b, h)| !b || *h));
    assert!(both.iter().filter(|b| **b).count() < high.iter().filter(|b| **b).count());
    update(&mut session, Command::Invert);
    let rest = session.selected();
    assert!(rest.iter().zip(&both).all(|(r, b)| r != b));
}

#[test]
fn an_error_leaves_the_open_study_and_its_view_as_they_were() {
    let mut session = opened();
    for command in steps() {
        update(&mut session, command);
    }
    let before = session.now.clone();
    update(&mut session, Command::Progressed(Default::default()));
    update(&mut session, Command::Tell(Notice::error("x.json is empty", "", "")));
    assert!(session.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, &PBC)));
    assert_eq!(session.now, before);
    assert!(session.run.is_none());
    update(&mut session, Command::Dismiss);
    assert!(session.notice.is_none());
}

#[test]
fn own_files_wait_for_a_word_and_examples_do_not() {
    let staged = |source: Option<&str>| {
        Command::Understood(Box::new(Staged {
            study: PBC.study.clone(),
            cohort: PBC.cohort,
            method: Method::PathDependent,
            columns: Arc::default(),
            notes: Arc::default(),
            elapsed_ms: 1.0,
            source: source.map(String::from),
        }))
    };
    let mut session = Session::default();
    assert!(update(&mut session, staged(None)).iter().all(|e| !matches!(e, Effect::Run(..))));
    assert!(matches!(update(&mut session, Command::Compute).as_slice(), [Effect::Run(..)]));
    assert!(matches!(update(&mut session, staged(Some("pbc"))).as_slice(), [Effect::Run(..)]));
}

/// A link opened over the same study gives the sender's view, and over another one is refused.
#[test]
fn a_link_brings_back_exactly_what_was_seen() {
    let mut session = opened();
    for command in steps() {
        update(&mut session, command);
    }
    update(&mut session, Command::AddFilter(Filter::Rows(vec![RowId(3), RowId(4), RowId(9)])));
    update(&mut session, Command::SetQuery("bili & co".into()));
    let text = Link::of(&session).unwrap().to_string();
    for id in PBC.rows.iter().map(|&r| PBC.study.patient_id(r)) {
        assert!(!text.contains(&id), "the link names patient {id}");
    }
    let mut receiver = opened();
    update(&mut receiver, Command::OpenLink(Box::new(text.parse().unwrap())));
    assert_eq!(receiver.now, session.now);
    assert_eq!(receiver.selected(), session.selected());

    let mut other = (**PBC).clone();
    let mut study = (*other.study).clone();
    study.data_file.sha256 = "0".repeat(64);
    other.study = Arc::new(study);
    let mut elsewhere = Session::default();
    update(&mut elsewhere, Command::Computed(Arc::new(other)));
    let before: ViewState = elsewhere.now.clone();
    update(&mut elsewhere, Command::OpenLink(Box::new(text.parse().unwrap())));
    assert_eq!(elsewhere.now, before);
}

#[test]
fn a_named_selection_comes_back_and_travels() {
    let mut session = opened();
    update(&mut session, Command::NameSelection("nobody chosen".into()));
    assert!(session.now.named.is_empty(), "there is no selection to name");
    let rows = vec![RowId(3), RowId(4), RowId(9)];
    update(&mut session, Command::ChooseRows(rows.clone()));
    update(&mut session, Command::NameSelection(" odd ones ".into()));
    update(&mut session, Command::ClearSelection);
    update(
        &mut session,
        Command::AddFilter(Filter::Range { variable: Variable::Margin, low: 0.0, high: 9.0 }),
    );
    let high = session.selected();
    update(&mut session, Command::NameSelection("high".into()));
    update(&mut session, Command::UseNamed(0));
    assert_eq!(session.now.filters, [Filter::Rows(rows)]);
    update(&mut session, Command::UseNamed(1));
    assert_eq!(session.selected(), high);

    let mut receiver = opened();
    let text = Link::of(&session).unwrap().to_string();
    update(&mut receiver, Command::OpenLink(Box::new(text.parse().unwrap())));
    assert_eq!(receiver.now, session.now);
    let names = |s: &Session| s.now.named.iter().map(|n| n.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&receiver), ["odd ones", "high"]);

    // The same name again replaces the earlier one; what is forgotten can be brought back.
    update(&mut session, Command::NameSelection("odd ones".into()));
    assert_eq!(names(&session), ["high", "odd ones"]);
    update(&mut session, Command::ForgetNamed(0));
    update(&mut session, Command::ForgetNamed(7));
    assert_eq!(names(&session), ["odd ones"]);
    update(&mut session, Command::Undo);
    assert_eq!(names(&session), ["high", "odd ones"]);
}

#[test]
fn every_listed_command_has_an_id_of_its_own() {
    let mut ids: Vec<&str> = catalogue(&opened()).iter().map(|e| e.id).collect();
    let n = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n);
}

#[test]
fn changed_values_belong_to_one_patient_and_the_measured_one_takes_a_change_back() {
    let (first, second) = (PBC.rows[0], PBC.rows[1]);
    let study = &PBC.study;
    let feature = PBC.insight.order[0];
    let measured = study.value(feature, first);
    let mut edits = Edits::default();
    edits.set(study, first, feature, 3.25);
    assert_eq!(edits.row(study, first)[feature.index()], 3.25);
    assert_eq!(edits.row(study, second), study.binding.matrix(&study.data, &[second]));
    edits.set(study, first, feature, f64::NAN);
    assert!(edits.of(first).len() == 1 && edits.value(study, first, feature).is_nan());
    edits.set(study, first, feature, measured);
    assert!(edits.of(first).is_empty());
    edits.set(study, first, feature, 3.25);
    edits.set(study, second, feature, 3.5);
    assert!(edits.of(first).is_empty(), "another patient starts as measured");
}

#[test]
fn dragging_a_value_is_one_step() {
    let mut session = opened();
    let (row, other) = (PBC.rows[0], PBC.rows[1]);
    let bilirubin = PBC.insight.order[0];
    let measured = PBC.study.value(bilirubin, row);
    let first = session.now.clone();
    for value in [1.5, 2.5, 3.5] {
        update(&mut session, Command::Edit(row, bilirubin, value));
    }
    assert_eq!(session.now.edits.of(row), [(bilirubin, 3.5)]);
    update(&mut session, Command::Undo);
    assert_eq!(session.now, first);
    // Another biomarker is another step, and so is the same one after something else.
    update(&mut session, Command::Edit(row, bilirubin, 1.5));
    update(&mut session, Command::Edit(row, PBC.insight.order[1], 1.0));
    update(&mut session, Command::Go(View::Patient));
    update(&mut session, Command::Edit(row, PBC.insight.order[1], 2.0));
    update(&mut session, Command::Undo);
    update(&mut session, Command::Undo);
    assert_eq!(session.now.edits.of(row).len(), 2);
    update(&mut session, Command::Undo);
    assert_eq!(session.now.edits.of(row), [(bilirubin, 1.5)]);
    // Dragged back to where it was: no step is left that does nothing.
    update(&mut session, Command::Undo);
    update(&mut session, Command::Edit(row, bilirubin, 1.5));
    update(&mut session, Command::Edit(row, bilirubin, measured));
    assert!(session.now == first && !session.can_undo());
    // The values of another patient replace them.
    update(&mut session, Command::Edit(row, bilirubin, 1.5));
    update(&mut session, Command::Edit(other, bilirubin, 2.0));
    assert_eq!((session.now.edits.of(row).len(), session.now.edits.patient()), (0, Some(other)));
}

#[test]
fn a_scenario_is_kept_under_one_name_and_forgotten_by_it() {
    let mut session = opened();
    let (row, bilirubin) = (PBC.rows[0], PBC.insight.order[0]);
    update(&mut session, Command::KeepScenario("nothing changed".into()));
    assert!(session.now.scenarios.is_empty());
    update(&mut session, Command::Edit(row, bilirubin, 1.5));
    update(&mut session, Command::KeepScenario("  ".into()));
    update(&mut session, Command::KeepScenario(" low ".into()));
    update(&mut session, Command::Edit(row, bilirubin, 1.25));
    update(&mut session, Command::KeepScenario("low".into()));
    let names: Vec<&str> = session.now.scenarios.iter().map(|s| s.name.as_str()).collect();
    assert_eq!((names, session.now.scenarios[0].edits.of(row)), (vec!["low"], &[(bilirubin, 1.25)][..]));
    update(&mut session, Command::SetEdits(Edits::default()));
    update(&mut session, Command::ForgetScenario("low".into()));
    update(&mut session, Command::Undo);
    assert_eq!(session.now.scenarios.len(), 1);
}

#[test]
fn a_bar_of_a_histogram_selects_its_patients() {
    use clarimark::figure::{chosen_bin, histograms};
    use clarimark::session::matching_rows;
    let h = histograms(&PBC).into_iter().find(|h| h.label == "Age").unwrap();
    let n = |filters: &[Filter]| matching_rows(&PBC, filters, None).into_iter().filter(|p| *p).count();
    // All bins from the first to the last hold everybody whose age is known.
    let first = chosen_bin(&h, &[], 0, false).unwrap();
    let few = n(std::slice::from_ref(&first));
    assert!(few > 0 && few < PBC.rows.len());
    let all = chosen_bin(&h, std::slice::from_ref(&first), 29, true).unwrap();
    let Variable::Column(age) = h.variable else { panic!("{:?}", h.variable) };
    let known = |row: &&RowId| PBC.study.data.columns()[age].text(row.index()).is_some();
    assert_eq!(n(std::slice::from_ref(&all)), PBC.rows.iter().filter(known).count());
    // Without Shift another bin replaces it; the same one again takes the rule away.
    let last = chosen_bin(&h, std::slice::from_ref(&first), 29, false).unwrap();
    assert_eq!(Some(&last), chosen_bin(&h, &[], 29, false).as_ref());
    assert_eq!(chosen_bin(&h, std::slice::from_ref(&first), 0, false), None);
}
