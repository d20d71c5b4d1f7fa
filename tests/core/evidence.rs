//! Survival, discrimination, calibration, differences and clusters against lifelines, scikit-survival, statsmodels,
//! scikit-learn, scipy, umap-learn and R: `reference/evidence.json`.

use clarimark::evaluate::PValue;
use clarimark::evaluate::survival::{self, Baseline};
use clarimark::math::{chi_square_tail, normal_two_sided};
use clarimark::study::SplitRole;
use serde::Deserialize;
use std::sync::LazyLock;

/// The largest relative difference to a reference, absolute below 1.
const TOLERANCE: f64 = 1e-6;

fn near(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= TOLERANCE * expected.abs().max(1.0)
}

fn all_near(got: &[f64], expected: &[f64]) -> bool {
    got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| near(*a, *b))
}

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/evidence.json")).unwrap());

#[derive(Deserialize)]
struct Evidence {
    tails: Tails,
    survival: Vec<Survival>,
}

#[derive(Deserialize)]
struct Tails {
    chi_square: Vec<(f64, u32, f64)>,
    normal_two_sided: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct Survival {
    name: String,
    time: Vec<f64>,
    event: Vec<bool>,
    score: Vec<f64>,
    group: Vec<u32>,
    k: usize,
    log_rank: LogRank,
    cox: Cox,
    median: Option<f64>,
    median_interval: [Option<f64>; 2],
    horizon: f64,
    restricted_mean: f64,
    restricted_mean_se: f64,
    uno: f64,
    uno_before_horizon: f64,
    auc_at_horizon: f64,
    breslow_survival: Vec<f64>,
    brier_at_horizon: f64,
}

#[derive(Deserialize)]
struct LogRank {
    chi_square: f64,
    df: u32,
    p: f64,
    groups: Vec<usize>,
    observed: Vec<f64>,
    expected: Vec<f64>,
}

#[derive(Deserialize)]
struct Cox {
    beta: f64,
    se: f64,
    p: f64,
}

#[test]
fn tails_are_those_of_scipy_to_nine_digits() {
    let close = |got: f64, expected: f64| (got - expected).abs() <= 1e-9 * expected;
    for &(x, df, p) in &EVIDENCE.tails.chi_square {
        assert!(close(chi_square_tail(x, df), p), "{x}, {df}: {} for {p}", chi_square_tail(x, df));
    }
    for &(z, p) in &EVIDENCE.tails.normal_two_sided {
        assert!(close(normal_two_sided(z), p), "{z}");
    }
}

#[test]
fn groups_differ_as_much_as_lifelines_says() {
    for case in &EVIDENCE.survival {
        let got = survival::log_rank(&case.time, &case.event, &case.group, case.k);
        let expected = &case.log_rank;
        assert!(near(got.chi_square, expected.chi_square) && got.df == expected.df, "{}: {got:?}", case.name);
        for (i, &g) in expected.groups.iter().enumerate() {
            assert!(near(f64::from(got.arms[g].observed), expected.observed[i]), "{}", case.name);
            assert!(near(got.arms[g].expected, expected.expected[i]), "{}", case.name);
        }
        let p = PValue::of(&got, &vec![SplitRole::Test; case.time.len()]).unwrap();
        assert!(near(p.get(), expected.p), "{}", case.name);
    }
}

#[test]
fn hazard_ratios_are_those_of_r() {
    for case in &EVIDENCE.survival {
        let got = survival::cox(&case.time, &case.event, &case.score).unwrap();
        assert!(near(got.log_hazard_ratio, case.cox.beta), "{}: {got:?}", case.name);
        assert!(near(got.standard_error, case.cox.se), "{}: {got:?}", case.name);
        let p = PValue::of(&got, &vec![SplitRole::External; case.time.len()]).unwrap();
        assert!(near(p.get(), case.cox.p), "{}", case.name);
    }
}

#[test]
fn medians_and_restricted_means_of_lifelines_and_r() {
    for case in &EVIDENCE.survival {
        let steps = survival::kaplan_meier(&case.time, &case.event);
        assert_eq!(survival::median_survival(&steps), case.median, "{}", case.name);
        assert_eq!(survival::median_interval(&steps), case.median_interval, "{}", case.name);
        let mean = survival::restricted_mean(&steps, case.horizon).unwrap();
        assert!(near(mean.estimate, case.restricted_mean), "{}", case.name);
        let se = (mean.high - mean.low) / 2.0 / 1.959963984540054;
        assert!(near(se, case.restricted_mean_se), "{}: {se} for {}", case.name, case.restricted_mean_se);
    }
}

#[test]
fn measures_at_a_horizon_are_those_of_scikit_survival() {
    for case in &EVIDENCE.survival {
        let Survival { time, event, score, horizon, .. } = case;
        let uno = survival::uno_concordance(time, event, score, None).unwrap();
        assert!(near(uno, case.uno), "{}: {uno} for {}", case.name, case.uno);
        let before = survival::uno_concordance(time, event, score, Some(*horizon)).unwrap();
        assert!(near(before, case.uno_before_horizon), "{}", case.name);
        let auc = survival::auc_at(time, event, score, *horizon).unwrap();
        assert!(near(auc, case.auc_at_horizon), "{}: {auc} for {}", case.name, case.auc_at_horizon);
        let baseline = Baseline::of(time, event, score).unwrap();
        let outlive: Vec<f64> = score.iter().map(|s| baseline.survival(*s, *horizon)).collect();
        assert!(all_near(&outlive, &case.breslow_survival), "{}", case.name);
        let brier = survival::brier_at(time, event, &outlive, *horizon).unwrap();
        assert!(near(brier, case.brier_at_horizon), "{}", case.name);
    }
}
