//! Files that were damaged: each is refused in words or is read into something that works; none panics, none takes
//! long, none takes much more memory than it has bytes.
//!
//! Every committed file is damaged anew from a seed. For the long run:
//!
//! ```text
//! CLARIMARK_MUTATIONS=1000000 cargo test --release --test hostile -- --nocapture damaged
//! ```
//!
//! `CLARIMARK_MUTATIONS` is the number per kind of file, `CLARIMARK_FILES` a part of the names of the kinds to take.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "the figures are what the long run is for")]

mod files;
mod memory;
mod mutate;

use clarimark::dataset::convert;
use clarimark::ensemble::{self, Node, ReadOptions, Tree};
use clarimark::explain::Flow;
use clarimark::math::Rng;
use clarimark::study::{self, Manifest};
use files::{Kind, Reader};
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Mutants per kind of file where nobody says otherwise.
const DEFAULT_MUTATIONS: usize = 400;
/// Longest time that reading one may take in a build that optimises.
const MOST_TIME: Duration = Duration::from_secs(1);

/// Most bytes that reading a file of this size may hold at a time.
fn most_memory(size: usize) -> usize {
    64 * size + (64 << 20)
}

/// Size of the largest leaf value, weighted.
fn largest_leaf(tree: &Tree) -> f64 {
    let values = (0..tree.n_nodes()).flat_map(|i| match tree.node(i) {
        Node::Leaf { values } => values,
        Node::Internal { .. } => &[],
    });
    values.fold(0.0, |m: f64, x| m.max((tree.weight() * x).abs()))
}

/// Uses a model as a study would. Explaining takes far longer than reading, so few are explained.
fn use_model(model: &ensemble::Ensemble, rng: &mut Rng, format: &str, explain: bool) {
    if model.n_features() > 1000 || model.n_outputs() > 100 {
        return;
    }
    let rows: Vec<f64> = (0..3 * model.n_features())
        .map(|_| [f64::NAN, 0.0, 3.0, -1e30, 1e300][rng.below(5) as usize])
        .collect();
    let margins = model.margins(&rows);
    model.predictions(&margins);
    model.summary();
    if explain && let Ok(flow) = Flow::new(model) {
        let explained = flow.explain(&rows);
        // Huge leaves may cancel, in a margin as in a sum of attributions.
        let size: f64 = model.trees().iter().map(largest_leaf).sum::<f64>();
        let size = explained.base_values.iter().chain(&margins).fold(size, |m, x| m.max(x.abs()));
        let worst = explained.additivity_errors().into_iter().fold(0.0, f64::max);
        assert!(worst <= 1e-9 * size.max(1.0) || !size.is_finite(), "{format}: {worst} of {size}");
    }
}

/// What a kind of file was like.
#[derive(Default)]
struct Figures {
    n: usize,
    n_read: usize,
    slowest: Duration,
    /// Bytes held, and those of the file.
    most: (usize, usize),
}

/// Reads a mutant as the program does, and uses what comes out; true if something did.
fn read(reader: Reader, bytes: &[u8]) -> Result<Option<ensemble::Ensemble>, Option<String>> {
    match reader {
        Reader::Model => {
            let model = ensemble::read(bytes).map_err(|e| Some(says(&e, &e.hint())))?.value;
            let survival_at = model.summary().survival_quartiles;
            if survival_at.is_empty() {
                return Ok(Some(model));
            }
            let options = ReadOptions { survival_at, ..ReadOptions::default() };
            let of_times = ensemble::read_with(bytes, &options);
            of_times.map(|p| Some(p.value)).map_err(|e| Some(says(&e, &e.hint())))
        }
        Reader::Table => convert::read(bytes).map(|_| None).map_err(|e| Some(says(&e, &e.hint()))),
        Reader::Calibration => {
            study::read_calibration(bytes).map(|_| None).map_err(|e| Some(says(&e, &e.hint())))
        }
        Reader::Manifest => Manifest::read(bytes).map(|_| None).map_err(|e| Some(says(&e, &e.hint()))),
    }
}

/// An error as a person gets it.
fn says(error: &dyn std::fmt::Display, hint: &str) -> String {
    assert!(!hint.is_empty(), "{error}: no hint");
    error.to_string()
}

/// Time that this thread has spent on a processor, where the system tells.
fn busy() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// Damages the files of one kind `n` times.
fn torture(kind: &Kind, n: usize) -> Figures {
    let mut rng = Rng::new(20_261_122);
    let mut figures = Figures { n, ..Figures::default() };
    // Explaining takes far longer than reading.
    let explain_every = if n > 10_000 { 64 } else { 8 };
    for i in 0..n {
        let bytes = mutate::mutated_file(&kind.files[i % kind.files.len()], &mut rng);
        let attempt = || memory::peak(|| std::panic::catch_unwind(|| read(kind.reader, &bytes)));
        let start = Instant::now();
        let (result, memory) = attempt();
        let mut elapsed = start.elapsed();
        // Others use this machine, too: what took long is measured by the time of this thread alone.
        if elapsed > MOST_TIME / 100
            && let Some(before) = busy()
        {
            drop(attempt());
            elapsed = elapsed.min(busy().unwrap_or_default().saturating_sub(before));
        }
        let keep = |what: &str| -> String {
            let path = std::env::temp_dir().join(format!("clarimark-{}-{i}", kind.name.replace(' ', "-")));
            fs::write(&path, &bytes).unwrap();
            format!("{}: mutant {i} {what}; it is in {}", kind.name, path.display())
        };
        figures.slowest = figures.slowest.max(elapsed);
        if memory > figures.most.0 {
            figures.most = (memory, bytes.len());
        }
        assert!(memory <= most_memory(bytes.len()), "{}", keep(&format!("took {memory} bytes")));
        if !cfg!(debug_assertions) {
            assert!(elapsed <= MOST_TIME, "{}", keep(&format!("took {elapsed:?}")));
        }
        match result.unwrap_or_else(|_| panic!("{}", keep("panicked"))) {
            Ok(model) => {
                figures.n_read += 1;
                if let Some(model) = model {
                    use_model(&model, &mut rng, &kind.name, figures.n_read % explain_every == 1);
                }
            }
            Err(message) => {
                let message = message.unwrap_or_default();
                assert!(
                    !message.is_empty() && message.len() < 1000 && !message.contains('\n'),
                    "{}",
                    keep(&message)
                );
            }
        }
    }
    figures
}

#[test]
fn damaged_files_never_panic() {
    let n = std::env::var("CLARIMARK_MUTATIONS").map_or(DEFAULT_MUTATIONS, |n| n.parse().unwrap());
    let only = std::env::var("CLARIMARK_FILES").unwrap_or_default();
    let kinds = files::kinds();
    assert!(kinds.len() >= 28, "{:?}", kinds.iter().map(|k| &k.name).collect::<Vec<_>>());
    let kinds: Vec<Kind> = kinds.into_iter().filter(|kind| kind.name.contains(&only)).collect();
    let queue = Mutex::new(kinds.iter());
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some(kind) = { queue.lock().unwrap().next() } {
                    let figures = torture(kind, n);
                    let Figures { n, n_read, slowest, most: (memory, size) } = figures;
                    println!(
                        "{}: {n} mutants of {} files, 0 panics, {n_read} still read, slowest {:.1} ms, most memory \
                         {:.1} MiB for a file of {size} bytes",
                        kind.name,
                        kind.files.len(),
                        slowest.as_secs_f64() * 1e3,
                        memory as f64 / (1 << 20) as f64,
                    );
                    // Of a packed file, the checksum refuses most.
                    if !kind.packed {
                        assert!(n_read > n / 100, "{}: only {n_read} could be read", kind.name);
                    }
                }
            });
        }
    });
}
