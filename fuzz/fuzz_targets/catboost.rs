//! CatBoost's JSON and .cbm.
#![no_main]

mod common;

use common::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // What starts otherwise belongs to another target.
    let starts: &[&[u8]] = &[b"{", b"CBM1"];
    if starts.iter().any(|start| bytes.starts_with(start)) {
        model(bytes);
    }
});
