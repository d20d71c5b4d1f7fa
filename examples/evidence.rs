//! Simulations with a known answer: what the cluster and survival statistics say where there is something to find, and
//! where there is nothing. `cargo run --release --example evidence`; ends with an error if a bar is missed.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use clarimark::cohort::agreement::adjusted_rand;
use clarimark::cohort::cluster::kmeans;
use clarimark::cohort::reality::reality;
use clarimark::cohort::stability::jaccard;
use clarimark::evaluate::PValue;
use clarimark::evaluate::stability::{not_distinguishable, stability};
use clarimark::evaluate::survival::{best_cut, log_rank};
use clarimark::math::{Rng, ln};
use clarimark::study::SplitRole;
use std::process::ExitCode;

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

    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
