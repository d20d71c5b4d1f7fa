//! Every figure of a real study, at every width a page can have.

use crate::study_run::analyse;
use clarimark::cohort::consensus::consensus;
use clarimark::cohort::hierarchy::{Linkage, hierarchy};
use clarimark::cohort::metric::Metric;
use clarimark::ensemble::Link;
use clarimark::evaluate::NotATest;
use clarimark::figure::{self, Figure, Grouping, Layout};
use clarimark::ids::{FeatureId, RowId, Target};
use clarimark::plot::chart::ranked::Marks;
use clarimark::plot::overlay::faded;
use clarimark::plot::{Item, svg};
use clarimark::session::{Analysis, CohortChoice, Filter, Named, Variable, ViewState};
use clarimark::study::{ColumnRole, SplitRole};

fn all(a: &Analysis, width: f64) -> Vec<(&'static str, Figure)> {
    let now = ViewState { patient: Some(a.rows[0]), ..ViewState::default() };
    let features = figure::shown_features(a, &now);
    let first = a.insight.order[0];
    let case = figure::Case::measured(a, a.rows[0]).unwrap();
    let other = figure::Case::measured(a, *a.rows.last().unwrap()).unwrap();
    let ranges = figure::TrainingRanges::of(a);
    let beside = ViewState { second: Some(other.patient), ..now.clone() };
    let some: Vec<bool> = (0..a.rows.len()).map(|i| i % 3 == 0).collect();
    let by = figure::compared(a, &now);
    // As a page shows them: laid out for all, then faded.
    let passes = |row: RowId| a.position(row).is_none_or(|i| some[i]);
    let dependence = Figure {
        scene: faded(&figure::dependence(a, &now, first, [width, 420.0]), &passes),
        table: figure::dependence_table(a, &now, first),
    };
    let layout = Layout::of(a);
    let map = Figure {
        scene: faded(&figure::map(a, &layout, &now, [width, 420.0]), &passes),
        table: figure::map_table(a, &layout, &now),
    };
    let mut compared = figure::cohorts(a, &by, &features, Some(&some), width);
    let mut out = vec![
        ("header", figure::ranked_header(a, &features, width)),
        ("ranked", figure::ranked(a, (None, Marks::Dots), &features, Some(&some), [width, 0.0])),
        ("ranked whole", figure::ranked_whole(a, Marks::Dots, &features, Some(&some), width)),
        ("violins", figure::ranked(a, (None, Marks::Violin), &features, Some(&some), [width, 0.0])),
        ("heatmap", figure::heatmap(a, &features, None, now.feature, Some(&some), [width, 0.0])),
        ("heatmap of five", figure::heatmap(a, &features[..5], Some(""), None, None, [width, 0.0])),
        ("groups", figure::groups(a, Some(&some), width)),
        ("cohorts", compared.figures.remove(0).1),
        ("dependence", dependence),
        ("next", figure::next_biomarkers(a, first, None, 6, width)),
        ("waterfall", figure::waterfall(a, &now, &case, &ranges, width)),
        ("force", figure::force(a, &now, &case, width)),
        ("decision", figure::decision(a, &beside, &case, Some(&some), width)),
        ("difference", figure::difference(a, &now, &case, &other, width)),
        ("map", map),
        ("profile", figure::profile(a, width)),
        ("silhouettes", figure::silhouettes(a, [width, 250.0])),
        ("by k", figure::silhouettes_by_k(a, [width, 130.0])),
        ("stability", figure::stability(a, width)),
        ("missingness", figure::missingness(a, width)),
        ("additivity", figure::additivity(a, width)),
        ("performance", figure::performance(a, width)),
    ];
    // Thousands of resamples: one width will do.
    if let Some(horizon) = figure::default_horizon(a).filter(|_| width == 640.0) {
        let found = figure::at_horizon(a, horizon, None, [width, 300.0]).unwrap();
        assert!(found.tables.iter().all(|(_, t)| t.rows.iter().all(|r| r.len() == t.header.len())));
        out.extend(found.figures.into_iter().map(|(_, figure)| ("calibration at a horizon", figure)));
    }
    let names = figure::cluster_names(&a.insight.clusters);
    let of: Vec<Option<u32>> = a.insight.clusters.labels.iter().map(|&l| Some(l)).collect();
    let by = figure::by_subgroup(a, "subgroup", &names, &of, width).unwrap();
    out.extend(by.figures.into_iter().map(|(_, figure)| ("by subgroup", figure)));
    out.push(("panel size", figure::panel_size(a, [width, 240.0])));
    let phi = a.attributions.matrix(0);
    let tree = hierarchy(&phi, a.study.n_features(), Linkage::Ward, Metric::Euclidean).unwrap();
    out.push((
        "dendrogram",
        figure::dendrogram(a, &tree, (Linkage::Ward, Metric::Euclidean), 3, [width, 200.0]),
    ));
    let agreed = consensus(&phi, a.study.n_features(), ViewState::default().division(), 5, 0);
    out.push(("consensus", figure::consensus(a, &agreed, width)));
    let column = a.study.roles.iter().position(|r| *r == ColumnRole::Covariate);
    let mut groupings =
        vec![Grouping::None, Grouping::Cluster, Grouping::RiskThird, Grouping::Cut(first, None)];
    groupings.extend(column.map(Grouping::Column));
    for grouping in groupings {
        let found = figure::survival(a, &grouping, Some(&some), [width, 360.0]).unwrap();
        assert!(found.groups.rows.iter().all(|r| r.len() == found.groups.header.len()), "{grouping:?}");
        out.push(("survival", found.figure));
    }
    for h in figure::histograms(a) {
        out.push(("histogram", figure::histogram(a, &h, &[], Some(&some), width.min(176.0))));
    }
    out
}

#[test]
fn nothing_is_laid_out_nowhere_or_off_the_sheet() {
    for name in ["pbc", "acc"] {
        let a = analyse(name);
        for width in [180.0, 358.0, 640.0, 944.0, 2000.0] {
            for (what, figure) in all(&a, width) {
                let scene = &figure.scene;
                assert!(!scene.items.is_empty(), "{name} {what} at {width} is empty");
                assert!(
                    (scene.width - width).abs() < 1e-9 || what == "histogram",
                    "{name} {what} at {width}"
                );
                let text = svg::to_svg(scene, &svg::Options::default());
                assert!(!text.contains("NaN") && !text.contains("inf"), "{name} {what} at {width}");
                assert!(
                    figure.table.rows.iter().all(|r| r.len() == figure.table.header.len()),
                    "{name} {what}"
                );
            }
        }
    }
}

#[test]
fn a_patients_sentence_adds_up_to_what_the_model_says() {
    let a = analyse("pbc");
    for &row in a.rows.iter() {
        let text = figure::sentence(&a, row);
        assert!(
            text.starts_with(&format!("The model gives {} a log hazard ratio of ", a.study.patient_id(row)))
        );
        let sum: f64 = figure::contributions(&a, row).iter().map(|c| c.phi).sum();
        assert!((sum + a.base_value() - a.margin(row)).abs() < 1e-9, "{text}");
    }
}

#[test]
fn held_out_patients_are_tested_and_others_are_not() {
    let size = [700.0, 400.0];
    let test = analyse("pbc");
    assert_eq!(test.cohort, CohortChoice::Role(SplitRole::Test));
    let found = figure::survival(&test, &Grouping::Cluster, None, size).unwrap();
    assert!(found.verdict.is_ok_and(|p| p.get() < 1e-6), "{}", found.said);
    assert!(found.said.starts_with("Test patients: log-rank p = "), "{}", found.said);
    assert!(found.headline.starts_with("Half of C high died by "), "{}", found.headline);

    // One training patient is enough to spoil it.
    let mut rows = (*test.rows).clone();
    rows[0] = test.study.rows_of(SplitRole::Train)[0];
    let mixed = Analysis { rows: rows.into(), ..test };
    let found = figure::survival(&mixed, &Grouping::Cluster, None, size).unwrap();
    assert_eq!(found.verdict, Err(NotATest::Fitted { n_seen: 1, n: mixed.rows.len() }));
    assert!(found.said.starts_with("Not a valid test: the model saw these outcomes."), "{}", found.said);
    let cut = figure::survival(&mixed, &Grouping::Cut(mixed.insight.order[0], None), None, size).unwrap();
    assert!(matches!(cut.verdict, Err(NotATest::Fitted { .. })), "{}", cut.said);
}

#[test]
fn named_cohorts_are_compared_as_groups_and_tested_only_where_they_are_separate() {
    let (size, a) = ([700.0, 400.0], analyse("pbc"));
    let of = |name: &str, clusters: &[u32]| Named {
        name: name.into(),
        filters: vec![Filter::Levels { variable: Variable::Cluster, levels: clusters.to_vec() }],
    };
    let chosen = |named: Vec<Named>| ViewState { survival: "named".into(), named, ..ViewState::default() };
    let none = chosen(Vec::new());
    assert_eq!(figure::grouping(&a, &none), Grouping::RiskThird);
    assert!(figure::groupings(&a, &none).iter().all(|(word, _)| word != "named"));
    let k = a.insight.clusters.k as u32;
    let separate = chosen((0..k).map(|c| of(&format!("cohort {c}"), &[c])).collect());
    assert!(figure::groupings(&a, &separate).contains(&("named".into(), "named cohorts".into())));
    let named = figure::survival(&a, &figure::grouping(&a, &separate), None, size).unwrap();
    let clusters = figure::survival(&a, &Grouping::Cluster, None, size).unwrap();
    assert_eq!(named.verdict, clusters.verdict);
    assert!(named.verdict.is_ok());
    for (ours, theirs) in named.groups.rows.iter().zip(&clusters.groups.rows) {
        assert_eq!(ours[1..], theirs[1..]);
    }
    assert_eq!(named.groups.rows[1][0], "cohort 1");
    // The second cluster is in both.
    let overlap = chosen(vec![of("lower", &[0, 1]), of("upper", &[1, 2])]);
    let found = figure::survival(&a, &figure::grouping(&a, &overlap), None, size).unwrap();
    let sizes: Vec<usize> = found.groups.rows.iter().map(|r| r[1].parse().unwrap()).collect();
    let size_of = |of: &[u32]| a.insight.clusters.labels.iter().filter(|l| of.contains(l)).count();
    assert_eq!(sizes, [size_of(&[0, 1]), size_of(&[1, 2])]);
    assert_eq!(found.verdict, Err(NotATest::Overlap { n: size_of(&[1]) }));
    assert_eq!(found.groups.rows[1][7], "groups overlap");
    // Why a model's own patients cannot test is no reason here.
    let kind = figure::SheetKind::Survival { by: figure::grouping(&a, &overlap) };
    let sheet = figure::sheet(&a, &kind, None, size);
    assert!(sheet.more.iter().all(|(question, _)| question != "Why there is no p-value"), "{:?}", sheet.more);
    // Those of them that a selection leaves.
    let outside: Vec<bool> = a.insight.clusters.labels.iter().map(|l| *l != 1).collect();
    let found = figure::survival(&a, &figure::grouping(&a, &overlap), Some(&outside), size).unwrap();
    assert!(found.verdict.is_ok(), "{}", found.said);
}

#[test]
fn a_yes_or_no_outcome_is_judged_by_discrimination_calibration_and_decisions() {
    // PBC again, as if only death had been asked for and the margin were log-odds.
    let a = analyse("pbc");
    let mut study = (*a.study).clone();
    for role in &mut study.roles {
        *role = match *role {
            ColumnRole::OutcomeEvent => ColumnRole::OutcomeBinary,
            ColumnRole::OutcomeTime => ColumnRole::Ignored,
            other => other,
        };
    }
    study.manifest.outcome = None;
    study.model.scale.link = Link::Logistic;
    let a = Analysis { study: study.into(), ..a };
    for width in [180.0, 700.0] {
        let found = figure::discrimination(&a, 0.5, None, [width, 300.0]).unwrap();
        assert!(found.headline.starts_with("AUC 0."), "{}", found.headline);
        assert_eq!(found.figures.len(), 4);
        for (name, figure) in &found.figures {
            let text = svg::to_svg(&figure.scene, &svg::Options::default());
            assert!(!text.contains("NaN") && !text.contains("inf"), "{name} at {width}");
            assert!(!figure.table.rows.is_empty(), "{name}");
        }
        assert_eq!(found.tables[1].1.rows.len(), 12);
        assert_eq!(found.tables[0].1.rows.len(), 2);
        assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    }
}

#[test]
fn a_quantity_is_judged_by_its_residuals() {
    // PBC again, as if the time itself had been predicted.
    let a = analyse("pbc");
    assert_eq!(figure::residuals(&a, None, [500.0, 300.0]), None);
    let mut study = (*a.study).clone();
    for role in &mut study.roles {
        *role = match *role {
            ColumnRole::OutcomeTime => ColumnRole::OutcomeContinuous,
            ColumnRole::OutcomeEvent => ColumnRole::Ignored,
            other => other,
        };
    }
    let a = Analysis { study: study.into(), ..a };
    for width in [180.0, 700.0] {
        let found = figure::residuals(&a, None, [width, 300.0]).unwrap();
        let (_, figure) = &found.figures[0];
        assert_eq!(figure.table.rows.len(), a.rows.len());
        assert_eq!(found.tables[0].1.rows.len(), 3);
        assert!(!svg::to_svg(&figure.scene, &svg::Options::default()).contains("NaN"));
    }
}

#[test]
fn clusters_are_described_in_rules_and_covariates() {
    for name in ["pbc", "acc"] {
        let found = figure::describe_clusters(&analyse(name));
        assert_eq!(found.clusters.rows.len(), 3, "{name}");
        assert!(found.clusters.rows.iter().all(|r| r.len() == found.clusters.header.len()));
        assert!(found.covariates.rows.iter().all(|r| r.len() == found.covariates.header.len()));
        assert!(
            found.clusters.rows.iter().any(|r| r[4].contains(" > ") || r[4].contains(" ≤ ")),
            "{found:?}"
        );
    }
}

#[test]
fn the_other_side_is_another_side_and_differences_add_up() {
    let a = &analyse("pbc");
    for &row in a.rows.iter().step_by(29) {
        let case = figure::Case::measured(a, row).unwrap();
        let at = figure::Sides::of(a).at;
        let (other, distance) = figure::nearest_on_other_side(a, &case).unwrap();
        assert!((a.margin(other) >= at) != (case.margin >= at));
        let (nearest, least) = figure::nearest_patient(a, &case).unwrap();
        assert!(least <= distance);
        assert_eq!((nearest, least), figure::nearest(a, row, 1)[0]);
        let second = figure::Case::measured(a, other).unwrap();
        let sum: f64 = second.phi.iter().zip(&case.phi).map(|(x, y)| x - y).sum();
        assert!((sum - (second.margin - case.margin)).abs() < 1e-9);
        assert_eq!(figure::patient_by_id(a, &a.study.patient_id(other).to_lowercase()), Some(other));
    }
}

#[test]
fn a_list_names_biomarkers_by_label_or_by_the_models_name() {
    let a = analyse("pbc");
    let (found, unknown) =
        clarimark::figure::named_features(&a, "Albumin, BILIRUBIN_MG_DL\n KRAS ;;\nalbumin");
    let names: Vec<&str> = found.iter().map(|f| a.study.label(*f)).collect();
    assert_eq!(names, ["Albumin", "Bilirubin", "Albumin"]);
    assert_eq!(unknown, ["KRAS"]);
}

#[derive(serde::Deserialize)]
struct Beeswarm {
    patients: usize,
    rows: Vec<BeeswarmRow>,
}

#[derive(serde::Deserialize)]
struct BeeswarmRow {
    feature: String,
    low: f64,
    high: f64,
    counts: Vec<usize>,
}

/// Rows in the same order, every patient drawn, and as many piled up in each of its bins as in shap's plot. Places are read
/// off the marks; the axis has two known points, the smallest and the largest value of all.
#[test]
fn a_swarm_shows_what_the_beeswarm_of_shap_shows() {
    let shap: Beeswarm = serde_json::from_str(include_str!("../reference/beeswarm.json")).unwrap();
    let a = analyse("pbc");
    assert_eq!(a.rows.len(), shap.patients);
    let scene = figure::ranked(&a, (None, Marks::Dots), &a.insight.order, None, [1200.0, 0.0]).scene;
    let row = |feature: FeatureId| -> Vec<[f64; 2]> {
        let of = |item: &Item| match item {
            Item::Dot { x, y, target: Some(Target::Cell(_, f)), .. } if *f == feature => Some([*x, *y]),
            _ => None,
        };
        scene.items.iter().filter_map(of).collect()
    };
    let rows: Vec<Vec<[f64; 2]>> = a.insight.order.iter().map(|&f| row(f)).collect();
    let extent = |values: &mut dyn Iterator<Item = f64>| {
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    };
    let px = extent(&mut rows.iter().flatten().map(|p| p[0]));
    let phi = extent(&mut shap.rows.iter().flat_map(|r| [r.low, r.high]));
    let place = |x: f64| phi[0] + (x - px[0]) / (px[1] - px[0]) * (phi[1] - phi[0]);
    for ((&feature, marks), expected) in a.insight.order.iter().zip(&rows).zip(&shap.rows) {
        let name = &a.study.model.features[feature.index()].name;
        assert_eq!(*name, expected.feature);
        let values: Vec<f64> = marks.iter().map(|p| place(p[0])).collect();
        let [low, high] = extent(&mut values.iter().copied());
        assert!(
            (low - expected.low).abs() < 1e-6 && (high - expected.high).abs() < 1e-6,
            "{name}: {low} {high}"
        );
        let bins = (expected.counts.len() - 1) as f64;
        let mut counts = vec![0; expected.counts.len()];
        for v in values {
            counts[(bins * (v - low) / (high - low + 1e-8)).round_ties_even() as usize] += 1;
        }
        assert_eq!(counts, expected.counts, "{name}");
        // As in a swarm, and unlike there, no two marks are in the same place unless there is no room.
        let mut places: Vec<[u64; 2]> = marks.iter().map(|p| p.map(f64::to_bits)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), marks.len(), "{name}");
    }
}
