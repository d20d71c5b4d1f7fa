//! The engines on demand, for `benches/race.py` and `benches/instructions.sh`: `race MODEL [ROWS]`, with rows as raw
//! little-endian f32, `[row][feature]`; without, made up from the model's thresholds.
//!
//! Each line of standard input names an engine and a number of rows; the answer is the processor time in seconds that
//! explaining so many rows took, on one thread, with making tables but without preparing `flow`, which belongs to loading
//! the model. What is too short for the clock is repeated, unless the line ends with `once`. Engines: `flow`, `f64` and
//! `f32` (flow and tables, as the command chooses), `interventional:M` (M background rows, the last ones),
//! `what-if` (a change of one value per row), `interactions` (matrices); and of the rows themselves `pca`, `k-means` (three clusters with their silhouettes), `umap`. The
//! line `limits` asks for the limits of this processor.

#![allow(clippy::print_stdout)]

mod engines;
mod limits;

use clarimark::ensemble::{self, Ensemble};
use clarimark::explain::{Engine, Flow, Precision};
use clarimark::math::Rng;
use engines::run;
use std::error::Error;
use std::io::{self, BufRead};
use std::time::Instant;

/// Seconds below which a run is repeated; the system tells processor time in steps of some milliseconds.
const SHORT: f64 = 0.02;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which model?")?;
    let model = ensemble::read(&std::fs::read(path)?)?.value;
    let rows = match arguments.next() {
        Some(path) => {
            let bytes = std::fs::read(path)?;
            bytes.as_chunks::<4>().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect()
        }
        None => made_up(&model),
    };
    let flow = Flow::new(&model)?;
    println!("{} features, {} trees", model.n_features(), model.trees().len());
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "limits" {
            limits(&model, &flow)?;
            continue;
        }
        let mut words = line.split(' ');
        let engine = words.next().ok_or("which engine?")?;
        let n_rows: usize = words.next().ok_or("how many rows?")?.parse()?;
        let once = words.next() == Some("once");
        let some = &rows[..n_rows * model.n_features()];
        let (start, mut n_runs) = (now(), 0);
        while n_runs == 0 || !once && n_runs < 1000 && now() - start < SHORT {
            run(&model, &flow, engine, some, &rows)?;
            n_runs += 1;
        }
        println!("{}", (now() - start) / f64::from(n_runs));
    }
    Ok(())
}

/// Prints what the processor can do at most in a second, sums and products and then loads, and what a row asks for: sums and
/// products of `flow`, loads of `f64` and of `f32`.
fn limits(model: &Ensemble, flow: &Flow) -> Result<(), Box<dyn Error>> {
    let of = limits::measure().ok_or("this processor's limits are not measured")?;
    let loads = |precision| Engine::new(model, 1 << 20, precision).map(|engine| engine.loads());
    let (wide, narrow) = (loads(Precision::F64)?, loads(Precision::F32)?);
    println!("{} {} {} {wide} {narrow}", of.operations, of.loads, flow.operations());
    Ok(())
}

/// Two thousand rows whose values lie on thresholds, beside them, or are missing.
fn made_up(model: &Ensemble) -> Vec<f64> {
    let (summary, mut rng) = (model.summary(), Rng::new(1));
    let mut value = |thresholds: &[f64]| match thresholds.len() as u32 {
        _ if rng.below(50) == 0 => f64::NAN,
        0 => f64::from(rng.below(8)),
        n => thresholds[rng.below(n) as usize] + f64::from(rng.below(3)) - 1.0,
    };
    (0..2000).flat_map(|_| &summary.features).map(|f| value(&f.thresholds)).collect()
}

/// Processor time of this thread where the system tells it, else the time of the clock, in seconds.
fn now() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|s| s.split(' ').next()?.parse::<u64>().ok());
    nanoseconds.map_or_else(|| START.with(|s| s.elapsed().as_secs_f64()), |n| n as f64 / 1e9)
}
