//! What every model target does: read, and use what was read.

use clarimark::ensemble;

pub fn model(bytes: &[u8]) {
    let Ok(parsed) = ensemble::read(bytes) else { return };
    let model = parsed.value;
    if model.n_features() <= 1000 && model.n_outputs() <= 100 {
        let margins = model.margins(&vec![0.5; model.n_features()]);
        model.predictions(&margins);
        model.summary();
    }
}
