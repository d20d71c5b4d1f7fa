//! LightGBM's text and JSON.
#![no_main]

mod common;

use common::model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // What starts otherwise belongs to another target.
    let starts: &[&[u8]] = &[b"tree", b"{"];
    if starts.iter().any(|start| bytes.starts_with(start)) {
        model(bytes);
    }
});
