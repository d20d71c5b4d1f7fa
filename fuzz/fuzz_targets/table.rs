//! CSV and TSV, plain and in gzip.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = clarimark::dataset::csv::read(bytes, clarimark::dataset::csv::Options::default());
});
