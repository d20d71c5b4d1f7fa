//! Calibration tables.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = clarimark::study::read_calibration(bytes);
});
