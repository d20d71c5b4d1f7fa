//! Survival, discrimination, calibration, differences and clusters against lifelines, scikit-survival, statsmodels,
//! scikit-learn, scipy, umap-learn and R: `reference/evidence.json`.

use clarimark::cohort::agreement::{adjusted_rand, mutual_information};
use clarimark::cohort::hierarchy::{Linkage, hierarchy};
use clarimark::cohort::nonlinear::{Metric, Nearest, Tsne, Umap, overlap};
use clarimark::evaluate::calibration::calibration;
use clarimark::evaluate::cutoff::{Cutoffs, auc_delong, brier};
use clarimark::evaluate::stability::kendall;
use clarimark::evaluate::survival::{self, Baseline};
use clarimark::evaluate::{Interval, PValue, difference};
use clarimark::math::{chi_square_tail, normal_two_sided, sigmoid};
use clarimark::study::SplitRole;
use serde::Deserialize;
use std::sync::LazyLock;

/// The largest relative difference to a reference, absolute below 1.
const TOLERANCE: f64 = 1e-6;

pub(crate) fn near(got: f64, expected: f64) -> bool {
    (got - expected).abs() <= TOLERANCE * expected.abs().max(1.0)
}

pub(crate) fn all_near(got: &[f64], expected: &[f64]) -> bool {
    got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| near(*a, *b))
}

static EVIDENCE: LazyLock<Evidence> =
    LazyLock::new(|| serde_json::from_str(include_str!("../reference/evidence.json")).unwrap());

#[derive(Deserialize)]
struct Evidence {
    tails: Tails,
    survival: Vec<Survival>,
    binary: Vec<Binary>,
    differences: Differences,
    hierarchies: Vec<Tree>,
    mutual_information: Vec<Mutual>,
    maps: Maps,
    kendall: Vec<Kendall>,
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

#[derive(Deserialize)]
struct Binary {
    name: String,
    label: Vec<bool>,
    log_odds: Vec<f64>,
    auc: [f64; 3],
    average_precision: f64,
    roc: Vec<[f64; 2]>,
    cutoff: f64,
    confusion: [u64; 4],
    net_benefit: f64,
    brier: f64,
    scaled_brier: f64,
    slope: [f64; 2],
    intercept: [f64; 2],
    curve_predicted: Vec<f64>,
    curve: Vec<[f64; 3]>,
}

fn estimate_and_error(i: Option<Interval>) -> [f64; 2] {
    i.map_or([f64::NAN; 2], |i| [i.estimate, (i.high - i.low) / 2.0 / 1.959963984540054])
}

#[test]
fn discrimination_and_decisions_of_proc_and_scikit_learn() {
    for case in &EVIDENCE.binary {
        let probability: Vec<f64> = case.log_odds.iter().map(|x| sigmoid(*x)).collect();
        let auc = auc_delong(&case.label, &case.log_odds).unwrap();
        assert!(all_near(&[auc.estimate, auc.low, auc.high], &case.auc), "{}: {auc:?}", case.name);
        let cutoffs = Cutoffs::of(&case.label, &probability);
        assert!(near(cutoffs.average_precision().unwrap(), case.average_precision), "{}", case.name);
        assert!(all_near(cutoffs.roc().as_flattened(), case.roc.as_flattened()), "{}", case.name);
        let at = cutoffs.at(case.cutoff);
        let counts = [at.true_positives, at.false_positives, at.false_negatives, at.true_negatives];
        assert_eq!(counts, case.confusion, "{}", case.name);
        assert!(near(at.net_benefit(case.cutoff).unwrap(), case.net_benefit), "{}", case.name);
        let (score, scaled) = brier(&case.label, &probability).unwrap();
        assert!(all_near(&[score, scaled.unwrap()], &[case.brier, case.scaled_brier]), "{}", case.name);
    }
}

#[test]
fn calibration_of_statsmodels() {
    for case in &EVIDENCE.binary {
        let got = calibration(&case.label, &case.log_odds);
        assert!(all_near(&estimate_and_error(got.slope), &case.slope), "{}: {got:?}", case.name);
        assert!(all_near(&estimate_and_error(got.intercept), &case.intercept), "{}: {got:?}", case.name);
        let predicted: Vec<f64> = got.curve.iter().map(|p| p.predicted).collect();
        assert!(all_near(&predicted, &case.curve_predicted), "{}", case.name);
        for (place, expected) in got.curve.iter().zip(&case.curve) {
            let observed = place.observed;
            let got = [observed.estimate, observed.low, observed.high];
            assert!(all_near(&got, expected), "{}: {got:?} for {expected:?}", case.name);
        }
    }
}

#[derive(Deserialize)]
struct Differences {
    mann_whitney: Vec<Ranked>,
    kruskal_wallis: Vec<Several>,
    fisher: Vec<Exact>,
    chi_square: Vec<Counts>,
    benjamini_hochberg: Adjusted,
}

#[derive(Deserialize)]
struct Ranked {
    a: Vec<f64>,
    b: Vec<f64>,
    p: f64,
    effect: f64,
}

#[derive(Deserialize)]
struct Several {
    groups: Vec<Vec<f64>>,
    h: f64,
    p: f64,
}

#[derive(Deserialize)]
struct Exact {
    table: [[u64; 2]; 2],
    p: f64,
    odds: Option<f64>,
}

#[derive(Deserialize)]
struct Counts {
    table: Vec<Vec<u64>>,
    p: f64,
    v: f64,
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    q: Vec<f64>,
}

#[test]
fn differences_of_scipy_and_statsmodels() {
    let cases = &EVIDENCE.differences;
    for case in &cases.mann_whitney {
        let got = difference::mann_whitney(&case.a, &case.b).unwrap();
        assert!(all_near(&[got.p, got.effect], &[case.p, case.effect]), "{got:?} for {}", case.p);
    }
    for case in &cases.kruskal_wallis {
        let got = difference::kruskal_wallis(&case.groups).unwrap();
        let n = case.groups.iter().map(Vec::len).sum::<usize>() as f64;
        assert!(all_near(&[got.p, got.effect * (n - 1.0)], &[case.p, case.h]), "{got:?} for {}", case.p);
    }
    for case in &cases.fisher {
        let got = difference::fisher(case.table).unwrap();
        assert!(near(got.p, case.p), "{got:?} for {}", case.p);
        assert!(case.odds.map_or(got.effect.is_infinite(), |odds| near(got.effect, odds)), "{got:?}");
    }
    for case in &cases.chi_square {
        let got = difference::chi_square(&case.table).unwrap();
        assert!(all_near(&[got.p, got.effect], &[case.p, case.v]), "{got:?} for {}", case.p);
    }
    let p: Vec<Option<f64>> = cases.benjamini_hochberg.p.iter().copied().map(Some).collect();
    let q: Vec<f64> = difference::benjamini_hochberg(&p).into_iter().flatten().collect();
    assert!(all_near(&q, &cases.benjamini_hochberg.q), "{q:?}");
}

#[derive(Deserialize)]
struct Tree {
    matrix: Vec<Vec<f64>>,
    ward: Joined,
    average: Joined,
}

#[derive(Deserialize)]
struct Joined {
    heights: Vec<f64>,
    labels_for_k_from_2: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Mutual {
    a: Vec<u32>,
    b: Vec<u32>,
    nmi: f64,
}

#[test]
fn hierarchies_are_those_of_scipy() {
    for case in &EVIDENCE.hierarchies {
        for (how, expected) in [(Linkage::Ward, &case.ward), (Linkage::Average, &case.average)] {
            let tree =
                hierarchy(&case.matrix.concat(), case.matrix[0].len(), how, Metric::Euclidean).unwrap();
            let heights: Vec<f64> = tree.merges.iter().map(|m| m.height).collect();
            assert!(all_near(&heights, &expected.heights), "{how:?}: {heights:?}");
            for (k, labels) in (2..).zip(&expected.labels_for_k_from_2) {
                assert_eq!(adjusted_rand(&tree.cut(k), labels), 1.0, "{how:?}, {k}");
            }
        }
    }
}

#[test]
fn mutual_information_of_scikit_learn() {
    for case in &EVIDENCE.mutual_information {
        assert!(near(mutual_information(&case.a, &case.b), case.nmi), "{:?}", case.a);
    }
}

#[derive(Deserialize)]
struct Maps {
    matrix: Vec<[f64; 5]>,
    umap: Vec<[f64; 2]>,
    tsne: Vec<[f64; 2]>,
}

/// How many of a map's neighbours are neighbours in the data, and in the other library's map.
#[test]
fn maps_keep_neighbours_as_well_as_umap_learn_and_scikit_learn() {
    let case = &EVIDENCE.maps;
    let nearest = |points: &[f64], f: usize| Nearest::of(points, f, 15, Metric::Euclidean);
    let data = nearest(case.matrix.as_flattened(), 5);
    let of = |points: &[[f64; 2]]| nearest(points.as_flattened(), 2);
    let mut umap = Umap::new(case.matrix.as_flattened(), 5, &data, 0);
    while umap.step() {}
    let mut tsne = Tsne::new(case.matrix.as_flattened(), 5, 20.0).unwrap();
    while tsne.step() {}
    for (name, ours, theirs) in [("umap", umap.points(), &case.umap), ("tsne", tsne.points(), &case.tsne)] {
        let (kept, kept_there) = (overlap(&data, &of(ours)), overlap(&data, &of(theirs)));
        let shared = overlap(&of(ours), &of(theirs));
        assert!(kept > kept_there - 0.03, "{name}: {kept} against {kept_there}");
        assert!(shared > 0.6, "{name}: {shared}");
    }
}

#[derive(Deserialize)]
struct Kendall {
    x: Vec<f64>,
    y: Vec<f64>,
    tau: f64,
}

#[test]
fn kendalls_tau_of_scipy() {
    for case in &EVIDENCE.kendall {
        assert!(near(kendall(&case.x, &case.y).unwrap(), case.tau), "{:?}", case.x);
    }
}
