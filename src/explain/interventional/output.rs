//! Attributions on the scale of probability or loss.

use super::{Interventional, Memory, TOGETHER, ToRow, sums_of};
use crate::ensemble::{Ensemble, Link};
use crate::explain::{Attributions, ExplainError};
use crate::ids::OutputId;
use crate::math;

/// Numbers of pairs that are kept at a time: 32 MB.
const MAX_SHARES: usize = 1 << 22;

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output<'a> {
    /// The sum of the trees.
    Margin,
    /// 1 / (1 + e^−margin).
    Probability,
    /// −ln of the probability given to what was observed, `[row]`, the same label for every output.
    LogLoss(&'a [bool]),
}

impl Output<'_> {
    /// The output for a margin of this row.
    fn of(&self, margin: f64, row: usize) -> f64 {
        match self {
            Output::Margin => margin,
            Output::Probability => math::sigmoid(margin),
            Output::LogLoss(labels) => loss(if labels[row] { -margin } else { margin }),
        }
    }

    /// Its derivative.
    fn slope(&self, margin: f64, row: usize) -> f64 {
        let p = math::sigmoid(margin);
        match self {
            Output::Margin => 1.0,
            Output::Probability => p * (1.0 - p),
            Output::LogLoss(labels) => {
                if labels[row] {
                    p - 1.0
                } else {
                    p
                }
            }
        }
    }

    /// Change of output over change of margin; the derivative where the margins are the same.
    fn secant(&self, x: f64, z: f64, row: usize) -> f64 {
        if x == z { self.slope(x, row) } else { (self.of(x, row) - self.of(z, row)) / (x - z) }
    }
}

/// ln(1 + e^m), without overflow.
fn loss(m: f64) -> f64 {
    m.max(0.0) + math::ln_1p(math::exp(-m.abs()))
}

/// Attributions of another output than the margin.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Transformed {
    /// φ and margins; its base values are those of the margin.
    pub attributions: Attributions,
    /// The explained output, `[row][output]`.
    pub output: Vec<f64>,
    /// Mean output of the background, given the row's label if the loss is explained: `[row][output]`.
    pub base_values: Vec<f64>,
}

impl Transformed {
    /// |base value + Σ φ − output| per row, the worst output.
    pub fn additivity_errors(&self) -> Vec<f64> {
        let Attributions { n_rows, n_features, n_outputs, .. } = self.attributions;
        let error = |row: usize, k: usize| {
            let sum: f64 = (0..n_features).map(|f| self.attributions.phi(row, f, k)).sum();
            let at = row * n_outputs + k;
            (self.base_values[at] + sum - self.output[at]).abs()
        };
        (0..n_rows).map(|r| (0..n_outputs).map(|k| error(r, k)).fold(0.0, f64::max)).collect()
    }
}

impl Interventional {
    /// Refuses an output that the model does not have.
    ///
    /// # Errors
    /// [`ExplainError::NoProbability`].
    pub fn gives(model: &Ensemble, output: Output<'_>) -> Result<(), ExplainError> {
        let scale = &model.objective().scale;
        if output == Output::Margin || scale.link == Link::Logistic {
            return Ok(());
        }
        Err(ExplainError::NoProbability { what: scale.prediction.clone() })
    }

    /// Explains an output pair by pair: for each background row z, the margin's attributions against z times
    /// (output of the patient − output of z) / (margin of the patient − margin of z), as shap's TreeExplainer does for
    /// `model_output="probability"` and `"log_loss"`. Sums exactly to the output minus the background's mean output.
    ///
    /// Time: rows × background rows × leaves that a mixture of both can reach, in bits of 64 at a time.
    ///
    /// # Errors
    /// [`ExplainError::NoProbability`] as [`Interventional::gives`].
    ///
    /// # Panics
    /// If there are fewer labels than rows.
    pub fn explain_output(&self, rows: &[f64], output: Output<'_>) -> Result<Transformed, ExplainError> {
        Self::gives(&self.model, output)?;
        let (n_features, n_outputs) = (self.model.n_features(), self.model.n_outputs());
        let n_rows = rows.len() / n_features.max(1);
        let n_background = self.n_background();
        let margin = self.model.margins(rows);
        let mean = |x: usize, k: usize| {
            let of_z = |z: usize| output.of(self.background_margins()[z * n_outputs + k], x);
            (0..n_background).map(of_z).sum::<f64>() / n_background as f64
        };
        let n_used = self.channels.used().len();
        let mut sums = sums_of(n_rows, n_used * n_outputs);
        let (mut memory, mut share) = (Memory::default(), Vec::new());
        let n_together = (MAX_SHARES / (n_background * n_outputs)).max(1);
        for from in (0..n_rows).step_by(n_together) {
            let to = n_rows.min(from + n_together);
            share.clear();
            for x in from..to {
                for k in 0..n_outputs {
                    let z = self.background_margins().iter().skip(k).step_by(n_outputs);
                    let secant = |&z| output.secant(margin[x * n_outputs + k], z, x) / n_background as f64;
                    share.extend(z.map(secant));
                }
            }
            for tree in self.model.trees().iter().filter(|tree| tree.n_nodes() > 1) {
                let entries = tree.output().map_or(0..n_outputs, |_| 0..1);
                let first = tree.output().map_or(0, OutputId::index);
                let rows = &rows[from * n_features..to * n_features];
                self.compare(tree, &[], rows, &mut memory, |compared, decisions, memory| {
                    for x in from..to {
                        for entry in entries.clone() {
                            let share = &share[((x - from) * n_outputs + first + entry) * n_background..]
                                [..n_background];
                            let sums = &mut sums[x / TOGETHER];
                            let mut gain =
                                ToRow { tree, entry: Some(entry), n_outputs, x: x % TOGETHER, sums };
                            compared.walk(decisions, x - from, share, n_used, memory, &mut gain);
                        }
                    }
                });
            }
        }
        let each = |of: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..n_rows).flat_map(|x| (0..n_outputs).map(move |k| of(x, k))).collect()
        };
        let mut values = vec![0.0; n_rows * n_features * n_outputs];
        self.add_sums(&sums, &mut values);
        Ok(Transformed {
            output: each(&|x, k| output.of(margin[x * n_outputs + k], x)),
            base_values: each(&mean),
            attributions: Attributions {
                n_rows,
                n_features,
                n_outputs,
                values,
                margin,
                base_values: self.base_values.clone(),
            },
        })
    }
}
