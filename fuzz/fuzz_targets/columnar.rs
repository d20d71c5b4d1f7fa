//! Parquet, Arrow and Feather.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A panic inside is answered as damage; here it shows, since a fuzzer aborts on it.
    let _ = clarimark::dataset::convert::read(bytes);
});
