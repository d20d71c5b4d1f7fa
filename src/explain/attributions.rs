//! A block of SHAP values with everything that proves them.

/// SHAP values of some rows. `margin[r][k] = base_values[k] + Σ_f values[r][f][k]` up to rounding.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Attributions {
    /// Rows explained.
    pub n_rows: usize,
    /// Features of the model.
    pub n_features: usize,
    /// Outputs of the model (k).
    pub n_outputs: usize,
    /// φ, laid out `[row][feature][output]`, margin units.
    pub values: Vec<f64>,
    /// Margin predicted by the trees themselves, `[row][output]`.
    pub margin: Vec<f64>,
    /// Expected margin, `[output]`.
    pub base_values: Vec<f64>,
}

impl Attributions {
    /// φ of one row, feature and output.
    pub fn phi(&self, row: usize, feature: usize, output: usize) -> f64 {
        self.values[(row * self.n_features + feature) * self.n_outputs + output]
    }

    /// φ of one feature and output over all rows.
    pub fn column(&self, feature: usize, output: usize) -> Vec<f64> {
        (0..self.n_rows).map(|r| self.phi(r, feature, output)).collect()
    }

    /// φ of one output as a row-major `[row][feature]` matrix.
    pub fn matrix(&self, output: usize) -> Vec<f64> {
        self.values.iter().skip(output).step_by(self.n_outputs.max(1)).copied().collect()
    }

    /// Margin of one row and output.
    pub fn margin(&self, row: usize, output: usize) -> f64 {
        self.margin[row * self.n_outputs + output]
    }

    /// |base value + Σ φ − margin| per row, the worst output.
    pub fn additivity_errors(&self) -> Vec<f64> {
        (0..self.n_rows)
            .map(|r| {
                (0..self.n_outputs)
                    .map(|k| {
                        let sum: f64 = (0..self.n_features).map(|f| self.phi(r, f, k)).sum();
                        (self.base_values[k] + sum - self.margin(r, k)).abs()
                    })
                    .fold(0.0, f64::max)
            })
            .collect()
    }

    /// Appends rows of the same model.
    pub fn append(&mut self, mut more: Attributions) {
        debug_assert!(
            self.n_rows == 0 || (self.n_features, self.n_outputs) == (more.n_features, more.n_outputs)
        );
        self.n_rows += more.n_rows;
        self.n_features = more.n_features;
        self.n_outputs = more.n_outputs;
        self.values.append(&mut more.values);
        self.margin.append(&mut more.margin);
        self.base_values = more.base_values;
    }
}
