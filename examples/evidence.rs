//! Simulations with a known answer: what the cluster and survival statistics say where there is something to find, and
//! where there is nothing. `cargo run --release --example evidence`; ends with an error if a bar is missed.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]
#![allow(clippy::expect_used, reason = "what it reads it has made")]

use clarimark::cohort::agreement::adjusted_rand;
use clarimark::cohort::cluster::kmeans;
use clarimark::cohort::reality::reality;
use clarimark::cohort::stability::jaccard;
use clarimark::dataset::{Column, Dataset, Values};
use clarimark::ensemble;
use clarimark::evaluate::PValue;
use clarimark::evaluate::stability::{not_distinguishable, stability};
use clarimark::evaluate::survival::{best_cut, log_rank};
use clarimark::explain::Attributions;
use clarimark::figure::describe_clusters;
use clarimark::ids::RowId;
use clarimark::math::{Rng, ln};
use clarimark::session::{Analysis, CohortChoice, Insight, Method};
use clarimark::study::{Manifest, Parts, SplitRole, Study};
use std::process::ExitCode;
use std::sync::Arc;

const F: usize = 6;

/// `n` patients around three corners, each coordinate with standard deviation 1.
fn planted(n: usize, apart: f64, rng: &mut Rng) -> Vec<f64> {
    (0..n * F).map(|i| if i % F == i / F % 3 { apart } else { 0.0 } + rng.normal()).collect()
}

fn margins(matrix: &[f64]) -> Vec<f64> {
    matrix.chunks(F).map(|row| row.iter().sum()).collect()
}

/// Follow-up that knows nothing of the patients: exponential times, a third censored.
fn outcome(n: usize, rng: &mut Rng) -> (Vec<f64>, Vec<bool>) {
    (0..n).map(|_| (-ln(1.0 - rng.uniform()), rng.uniform() < 0.67)).unzip()
}

/// Columns outside the model that are called as batches are: `batch` follows the clusters in four patients of five,
/// the others follow nothing.
const PLACES: [&str; 5] = ["batch", "site", "plate", "scanner", "operator"];

/// An analysis of 150 patients in three clusters, with the columns of [`PLACES`] beside the model.
fn with_places(seed: u64) -> Analysis {
    let mut rng = Rng::new(seed);
    let phi = planted(150, 6.0, &mut rng);
    let clusters = kmeans(&phi, F, 3, &margins(&phi), seed);
    let levels: Vec<String> = ["one", "two", "three"].map(String::from).to_vec();
    let features: Vec<String> = (0..F).map(|f| format!("x{f}")).collect();
    let mut columns: Vec<Column> = features
        .iter()
        .map(|name| Column { name: name.clone(), values: Values::Numbers(vec![0.0; 150]) })
        .collect();
    for place in PLACES {
        let code = |label: &u32| if place == "batch" && rng.below(5) > 0 { *label } else { rng.below(3) };
        let codes = clusters.labels.iter().map(code).collect();
        columns.push(Column { name: place.into(), values: Values::Levels { codes, levels: levels.clone() } });
    }
    let leaf =
        serde_json::json!({ "feature": [-1], "left": [-1], "right": [-1], "value": [0.0], "cover": [1] });
    let model = serde_json::json!({ "format": "clarimark-trees", "version": 1, "features": features, "trees": [leaf] });
    let model = ensemble::read(model.to_string().as_bytes()).expect("the model of the simulation").value;
    let manifest = Manifest { covariates: PLACES.map(String::from).to_vec(), ..Manifest::default() };
    let data = Dataset::new(columns).expect("the table of the simulation");
    let study = Study::join(model.summary(), data, Parts { manifest, ..Parts::default() });
    let margin = margins(&phi);
    Analysis {
        study: Arc::new(study.expect("the study of the simulation")),
        cohort: CohortChoice::All,
        method: Method::PathDependent,
        n_background: 0,
        rows: Arc::new((0..150).map(RowId::of).collect()),
        attributions: Arc::new(Attributions {
            n_rows: 150,
            n_features: F,
            n_outputs: 1,
            values: phi,
            margin: margin.clone(),
            base_values: vec![0.0],
        }),
        all_margins: Arc::new(margin),
        additivity: Arc::default(),
        insight: Arc::new(Insight { clusters, ..Insight::empty() }),
        performance: Vec::new(),
        findings: Vec::new(),
        elapsed_ms: 0.0,
        n_workers: 0,
    }
}

fn main() -> ExitCode {
    let mut met = true;
    let mut say = |what: &str, value: f64, bar: &str, ok: bool| {
        println!("{} {what}: {value:.3} (bar: {bar})", if ok { "ok  " } else { "MISS" });
        met &= ok;
    };

    let (mut least_jaccard, mut least_rand, mut evident) = (1.0f64, 1.0f64, 0);
    for seed in 0..20 {
        let mut rng = Rng::new(1_000 + seed);
        let matrix = planted(150, 6.0, &mut rng);
        let clusters = kmeans(&matrix, F, 3, &margins(&matrix), seed);
        let truth: Vec<u32> = (0..150).map(|i| i % 3).collect();
        least_rand = least_rand.min(adjusted_rand(&clusters.labels, &truth));
        for s in jaccard(&matrix, F, &clusters, 100, seed) {
            least_jaccard = least_jaccard.min(s.estimate);
        }
        evident += u32::from(reality(&matrix, F, 2..=6, seed).is_some_and(|r| r.evident() && r.k == 3));
    }
    say(
        "three planted clusters, smallest Jaccard of 20 seeds",
        least_jaccard,
        "> 0.85",
        least_jaccard > 0.85,
    );
    say("three planted clusters, smallest adjusted Rand", least_rand, "> 0.9", least_rand > 0.9);
    let share = f64::from(evident) / 20.0;
    say("three planted clusters, found evident with k = 3", share, "1", evident == 20);

    let none = (0..200)
        .filter(|&seed| {
            let mut rng = Rng::new(2_000 + seed);
            let matrix: Vec<f64> = (0..100 * F).map(|_| rng.normal()).collect();
            !reality(&matrix, F, 2..=6, seed).is_some_and(|r| r.evident())
        })
        .count();
    let share = none as f64 / 200.0;
    say("round clouds without evidence of clusters, 200 seeds", share, "≥ 0.95", share >= 0.95);

    let (mut rejected, mut rejected_cuts) = (0, 0);
    for seed in 0..400 {
        let mut rng = Rng::new(3_000 + seed);
        let matrix = planted(120, 3.0, &mut rng);
        let clusters = kmeans(&matrix, F, 3, &margins(&matrix), seed);
        let (time, event) = outcome(120, &mut rng);
        let below = |p: Result<PValue, _>| p.is_ok_and(|p: PValue| p.get() < 0.05);
        let test = log_rank(&time, &event, &clusters.labels, 3);
        let parts = [SplitRole::Test; 120];
        let refused: Result<PValue, clarimark::evaluate::NotATest> =
            PValue::of(&test, &[SplitRole::Train; 120]);
        assert!(refused.is_err(), "training patients must not be tested");
        rejected += u32::from(below(PValue::of(&test, &parts)));
        let value: Vec<f64> = matrix.chunks(F).map(|row| row[0]).collect();
        rejected_cuts +=
            u32::from(best_cut(&time, &event, &value).is_some_and(|c| below(PValue::of(&c, &parts))));
    }
    let share = f64::from(rejected) / 400.0;
    say(
        "log-rank p < 0.05, outcomes without meaning, 400 seeds",
        share,
        "0.02 to 0.08",
        (share - 0.05).abs() <= 0.03,
    );
    let share = f64::from(rejected_cuts) / 400.0;
    say("best cut p < 0.05, outcomes without meaning", share, "≤ 0.08", share <= 0.08);

    let bracketed = (0..200)
        .filter(|&seed| {
            let mut rng = Rng::new(4_000 + seed);
            let draw =
                |rng: &mut Rng| vec![10.0 + rng.normal(), 6.0 + rng.normal(), rng.uniform(), rng.uniform()];
            let models: Vec<Vec<f64>> = (0..10).map(|_| draw(&mut rng)).collect();
            let found = stability(&models, &vec![vec![1.0; 4]; 10], 2);
            not_distinguishable(&found.features).iter().any(|run| run.contains(&2) && run.contains(&3))
        })
        .count();
    let share = bracketed as f64 / 200.0;
    say("two noise biomarkers bracketed, 200 seeds of ten models", share, "≥ 0.95", share >= 0.95);

    let (mut planted, mut others) = (0, 0);
    for seed in 0..100 {
        let said = describe_clusters(&with_places(5_000 + seed)).warnings;
        let flagged = |place: &str| said.iter().any(|s| s.contains(&format!("differ in {place} ")));
        planted += u32::from(flagged(PLACES[0]));
        others += PLACES[1..].iter().filter(|place| flagged(place)).count();
    }
    let share = f64::from(planted) / 100.0;
    say("planted batch column flagged, 100 seeds", share, "1", planted == 100);
    let share = others as f64 / (100 * (PLACES.len() - 1)) as f64;
    say("columns of places that mean nothing, flagged", share, "≤ 0.05", share <= 0.05);

    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
