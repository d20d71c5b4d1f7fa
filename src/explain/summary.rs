//! What is read off a block of SHAP values: importance with intervals, direction, ranks.

/// Global importance of one feature over a cohort.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Importance {
    /// Feature index in the model.
    pub feature: u32,
    /// Mean |φ| over the cohort, margin units.
    pub mean_abs: f64,
    /// 95 % percentile bootstrap interval over patients.
    pub interval: [f64; 2],
    /// Rank by `mean_abs`, 1-based.
    pub rank: u32,
    /// 95 % interval of the rank over the same resamples.
    pub rank_interval: [u32; 2],
    /// Share of the sum of all mean |φ|, 0..1.
    pub share: f64,
    /// Spearman correlation of value and φ; None for categorical features or where one side is constant.
    pub direction: Option<f64>,
    /// Missing values in the cohort.
    pub n_missing: u32,
    /// Smallest and largest φ.
    pub range: [f64; 2],
}

/// Importance of every feature, in model order.
///
/// `phi` and `values` are row-major `[row][feature]`; `categorical[f]` switches direction off.
pub fn importance(
    _phi: &[f64],
    _values: &[f64],
    _categorical: &[bool],
    _n_resamples: usize,
    _seed: u64,
) -> Vec<Importance> {
    Vec::new()
}
