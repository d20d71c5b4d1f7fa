//! The engines on demand, for `benches/race.py` and `benches/instructions.sh`: `race MODEL [ROWS]`, with rows as raw
//! little-endian f32, `[row][feature]`; without, made up from the model's thresholds.
//!
//! Each line of standard input names an engine and a number of rows; the answer is the processor time in seconds that
//! preparing the engine and explaining so many rows took, on one thread. Engines: `flow`, `f64` and `f32` (flow and
//! tables, as the command chooses), `interventional:M` (M background rows, the last ones), `interactions` (matrices).

#![allow(clippy::print_stdout)]

use clarimark::ensemble::{self, Ensemble};
use clarimark::explain::{Engine, ExplainError, Flow, Interactions, Interventional, Precision};
use clarimark::math::Rng;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead};
use std::time::Instant;

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
    println!("{} features, {} trees", model.n_features(), model.trees().len());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (engine, n_rows) = line.split_once(' ').ok_or("an engine and a number of rows")?;
        let some = &rows[..n_rows.parse::<usize>()? * model.n_features()];
        let start = now();
        run(&model, engine, some, &rows)?;
        println!("{}", now() - start);
    }
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

fn run(model: &Ensemble, engine: &str, rows: &[f64], all: &[f64]) -> Result<(), Box<dyn Error>> {
    let n_rows = rows.len() / model.n_features();
    let choose = |precision| -> Result<(), ExplainError> {
        black_box(Engine::new(model, n_rows, precision)?.explain(rows));
        Ok(())
    };
    match engine.split_once(':') {
        Some(("interventional", n)) => {
            let background = &all[all.len() - n.parse::<usize>()? * model.n_features()..];
            black_box(Interventional::new(model, background)?.explain(rows));
        }
        _ => match engine {
            "flow" => drop(black_box(Flow::new(model)?.explain(rows))),
            "f64" => choose(Precision::F64)?,
            "f32" => choose(Precision::F32)?,
            "interactions" => drop(black_box(Interactions::by_cover(model)?.matrices(rows)?)),
            _ => return Err(format!("there is no engine {engine}").into()),
        },
    }
    Ok(())
}

/// Processor time of this thread where the system tells it, else the time of the clock, in seconds.
fn now() -> f64 {
    thread_local!(static START: Instant = Instant::now());
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|s| s.split(' ').next()?.parse::<u64>().ok());
    nanoseconds.map_or_else(|| START.with(|s| s.elapsed().as_secs_f64()), |n| n as f64 / 1e9)
}
