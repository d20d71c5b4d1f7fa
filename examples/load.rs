//! What reading a file takes, for `tests/e2e/bench-files.mjs`: `load model|table FILE` prints the seconds and the most
//! memory that the process held, MB. Linux only: elsewhere nobody is asked what a process held.

#![allow(clippy::print_stdout)]

use clarimark::dataset::convert;
use clarimark::ensemble;
use std::error::Error;
use std::fs;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (what, path) = arguments.next().zip(arguments.next()).ok_or("load model|table FILE")?;
    let start = Instant::now();
    let bytes = fs::read(&path)?;
    let read = match what.as_str() {
        "model" => format!("{} trees", ensemble::read(&bytes)?.value.trees().len()),
        "table" => format!("{} rows", convert::read(&bytes)?.value.n_rows()),
        _ => return Err("load model|table FILE".into()),
    };
    let seconds = start.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let peak: f64 = peak.ok_or("the system does not tell")?.parse()?;
    println!("{read}, {seconds:.1} s, {:.0} MB", peak / 1024.0);
    Ok(())
}
