//! The engines of `race` as a WebAssembly module, for `benches/race.mjs`: made from one model and its rows, it explains
//! the first of them as often as it is asked to.

#![cfg(target_arch = "wasm32")]

#[path = "race/engines.rs"]
mod engines;

use clarimark::ensemble::{self, Ensemble};
use clarimark::explain::Flow;
use wasm_bindgen::prelude::*;

/// A model with rows to explain.
#[wasm_bindgen]
pub struct Race {
    model: Ensemble,
    flow: Flow,
    rows: Vec<f64>,
}

#[wasm_bindgen]
impl Race {
    /// Reads a model file; `rows` are `[row][feature]`.
    ///
    /// # Errors
    /// What the readers say.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8], rows: &[f32]) -> Result<Race, JsError> {
        let model = ensemble::read(model)?.value;
        let flow = Flow::new(&model)?;
        Ok(Race { model, flow, rows: rows.iter().map(|v| f64::from(*v)).collect() })
    }

    /// Features and trees, in words.
    pub fn says(&self) -> String {
        format!("{} features, {} trees", self.model.n_features(), self.model.trees().len())
    }

    /// Explains the first `n` rows once.
    ///
    /// # Errors
    /// Where there is no such engine, or it refuses the model.
    pub fn run(&self, engine: &str, n: usize) -> Result<(), JsError> {
        let some = &self.rows[..n * self.model.n_features()];
        engines::run(&self.model, &self.flow, engine, some, &self.rows)
            .map_err(|e| JsError::new(&e.to_string()))
    }
}
