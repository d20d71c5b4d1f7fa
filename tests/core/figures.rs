//! Every figure of a real study, at every width a page can have.

use crate::study_run::analyse;
use clarimark::figure::{self, Figure};
use clarimark::plot::svg;
use clarimark::session::{Analysis, ViewState};

fn all(a: &Analysis, width: f64) -> Vec<(&'static str, Figure)> {
    let now = ViewState { patient: Some(a.rows[0]), ..ViewState::default() };
    let features = figure::shown_features(a, &now);
    let first = a.insight.order[0];
    let some: Vec<bool> = (0..a.rows.len()).map(|i| i % 3 == 0).collect();
    let mut out = vec![
        ("header", figure::ranked_header(a, &now, &features, width)),
        ("ranked", figure::ranked(a, &now, &features, Some(&some), width)),
        ("dependence", figure::dependence(a, &now, first, Some(&some), [width, 420.0]).figure),
        ("next", figure::next_biomarkers(a, first, None, 6, width)),
        ("waterfall", figure::waterfall(a, &now, a.rows[0], width)),
        ("map", figure::map(a, Some(&some), [width, 420.0])),
        ("profile", figure::profile(a, width)),
        ("silhouettes", figure::silhouettes(a, [width, 250.0])),
        ("by k", figure::silhouettes_by_k(a, [width, 130.0])),
        ("stability", figure::stability(a, width)),
        ("missingness", figure::missingness(a, width)),
        ("additivity", figure::additivity(a, width)),
        ("performance", figure::performance(a, width)),
    ];
    for h in figure::histograms(a) {
        out.push(("histogram", figure::histogram(a, &h, &[], width.min(176.0))));
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
