//! What the model gives along one feature, all else as measured: for single rows (ICE), on average (partial dependence,
//! Friedman 2001) and accumulated over small steps (ALE, Apley & Zhu 2020).

use crate::ensemble::Ensemble;
use crate::ids::{FeatureId, OutputId};
use serde::{Deserialize, Serialize};

/// Curves along one feature, margin units.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The margin of each row at each value, `[row][value]`.
    pub individual: Vec<f64>,
    /// Its mean over the rows: partial dependence, `[value]`.
    pub partial: Vec<f64>,
    /// Accumulated local effects at each value, shifted to the mean of the rows' own margins; NaN throughout where fewer
    /// than two values can be told apart or no row has one.
    pub accumulated: Vec<f64>,
}

/// The curves of `rows` (row-major, one model input per feature) along ascending values of a feature.
///
/// ALE: between two neighbouring values the mean change of the rows that lie there, added up from the lowest. Rows without
/// the value take no part in it, and values outside the ends count to the nearest stretch. Cost: rows × values predictions.
pub fn effect(model: &Ensemble, rows: &[f64], feature: FeatureId, along: &[f64], output: OutputId) -> Effect {
    let (n_features, n_outputs) = (model.n_features(), model.n_outputs());
    let n_rows = rows.len().checked_div(n_features).unwrap_or(0);
    let n_values = along.len();
    let mut individual = vec![0.0; n_rows * n_values];
    let mut changed = rows.to_vec();
    for (v, &value) in along.iter().enumerate() {
        changed.chunks_exact_mut(n_features).for_each(|row| row[feature.index()] = value);
        let margins = model.margins(&changed);
        for (i, row) in margins.chunks_exact(n_outputs).enumerate() {
            individual[i * n_values + v] = row[output.index()];
        }
    }
    let own = model.margins(rows);
    let own: Vec<f64> = own.chunks_exact(n_outputs).map(|m| m[output.index()]).collect();
    let mean = |of: &dyn Fn(usize) -> f64| (0..n_rows).map(of).sum::<f64>() / n_rows as f64;
    let partial = (0..n_values).map(|v| mean(&|i| individual[i * n_values + v])).collect();
    let accumulated = accumulated(rows, n_features, feature, along, &individual, &own);
    Effect { individual, partial, accumulated }
}

fn accumulated(
    rows: &[f64],
    n_features: usize,
    feature: FeatureId,
    along: &[f64],
    individual: &[f64],
    own: &[f64],
) -> Vec<f64> {
    let n_values = along.len();
    let nothing = vec![f64::NAN; n_values];
    if n_values < 2 {
        return nothing;
    }
    // The stretch of a value: the one that it ends or lies in; what lies outside belongs to the first or the last.
    let stretch = |value: f64| along.partition_point(|v| *v < value).clamp(1, n_values - 1) - 1;
    let known: Vec<(usize, usize)> = rows
        .chunks_exact(n_features)
        .enumerate()
        .filter(|(_, row)| !row[feature.index()].is_nan())
        .map(|(i, row)| (i, stretch(row[feature.index()])))
        .collect();
    if known.is_empty() {
        return nothing;
    }
    let (mut change, mut count) = (vec![0.0; n_values - 1], vec![0.0; n_values - 1]);
    for &(i, s) in &known {
        let at = |v: usize| individual[i * n_values + v];
        change[s] += at(s + 1) - at(s);
        count[s] += 1.0;
    }
    let mut curve = vec![0.0; n_values];
    for s in 0..n_values - 1 {
        // A stretch without patients is not known to change anything.
        let step = if count[s] > 0.0 { change[s] / count[s] } else { 0.0 };
        curve[s + 1] = curve[s] + step;
    }
    // The mean over the rows, by the middle of the stretch that each lies in, becomes their own mean margin.
    let n = known.len() as f64;
    let level = known.iter().map(|&(_, s)| (curve[s] + curve[s + 1]) / 2.0).sum::<f64>() / n;
    let wanted = known.iter().map(|&(i, _)| own[i]).sum::<f64>() / n;
    curve.iter().map(|v| v - level + wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::accumulated;
    use crate::ids::FeatureId;

    #[test]
    fn accumulated_effects_of_a_plane_are_its_slope_whatever_the_correlation() {
        // f = 2 x + 10 y with y = x: partial dependence is right too, but a model with x y would not be.
        let rows: Vec<f64> = [0.0, 1.0, 2.0, 4.0].iter().flat_map(|&x| [x, x]).collect();
        let along = [0.0, 1.0, 3.0, 4.0];
        let f = |x: f64, y: f64| 2.0 * x + 10.0 * y;
        let individual: Vec<f64> =
            rows.chunks(2).flat_map(|r| along.iter().map(move |&v| f(v, r[1]))).collect();
        let own: Vec<f64> = rows.chunks(2).map(|r| f(r[0], r[1])).collect();
        let got = accumulated(&rows, 2, FeatureId(0), &along, &individual, &own);
        let steps: Vec<f64> = got.windows(2).map(|w| w[1] - w[0]).collect();
        assert_eq!(steps, [2.0, 4.0, 2.0]);
        // x y: within each stretch only the y of the patients there counts.
        let g = |x: f64, y: f64| x * y;
        let individual: Vec<f64> =
            rows.chunks(2).flat_map(|r| along.iter().map(move |&v| g(v, r[1]))).collect();
        let got = accumulated(&rows, 2, FeatureId(0), &along, &individual, &own);
        let steps: Vec<f64> = got.windows(2).map(|w| w[1] - w[0]).collect();
        // Patients 0 and 1 lie in the first stretch (mean y 0.5), 2 in the second, 4 in the last.
        assert_eq!(steps, [0.5, 4.0, 4.0]);
        assert!(accumulated(&[], 2, FeatureId(0), &along, &[], &[]).iter().all(|v| v.is_nan()));
    }
}
