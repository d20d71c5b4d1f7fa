//! scikit-learn's skops, joblib and pickle, and boosters inside.
#![no_main]

mod common;

use common::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // What starts otherwise belongs to another target.
    let starts: &[&[u8]] = &[b"PK\x03\x04", b"\x80", b"\x78", b"\x1f\x8b"];
    if starts.iter().any(|start| bytes.starts_with(start)) {
        model(bytes);
    }
});
