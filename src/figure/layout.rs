//! Where patients lie on a map, and what the map is of.

use crate::cohort::Embedding;
use crate::cohort::metric::Metric;
use crate::figure::words::within;
use crate::ids::FeatureId;
use crate::math::median;
use crate::session::{Analysis, MapOf};
use serde::{Deserialize, Serialize};

/// Biomarkers named on an axis.
const N_NAMED: usize = 2;

/// Where the explained patients lie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// One point per explained patient; none before there are any.
    pub points: Vec<[f64; 2]>,
    /// Share of the variance along each axis, 0..1, and what leads it; None where axes mean nothing.
    pub axes: Option<[(f64, String); 2]>,
    /// Share of the work done, 0..1.
    pub progress: f64,
}

impl Layout {
    /// Principal components of columns with these names.
    pub fn linear(embedding: &Embedding, columns: &[String]) -> Self {
        let axis = |i: usize| {
            // Levels of one biomarker are columns of their own.
            let mut names: Vec<&str> =
                embedding.leading[i].iter().map(|&c| columns[c as usize].as_str()).collect();
            names.dedup();
            names.truncate(N_NAMED);
            (embedding.share[i], names.iter().map(|n| within(n)).collect::<Vec<_>>().join(", then "))
        };
        Layout { points: embedding.points.clone(), axes: Some([axis(0), axis(1)]), progress: 1.0 }
    }

    /// Points whose axes mean nothing.
    pub fn settled(points: &[[f64; 2]], progress: f64) -> Self {
        Layout { points: points.to_vec(), axes: None, progress }
    }

    /// The map that was computed with the analysis: principal components of attributions.
    pub fn of(a: &Analysis) -> Self {
        let names: Vec<String> =
            (0..a.study.n_features()).map(|f| a.study.label(FeatureId::of(f)).to_string()).collect();
        Layout::linear(&a.insight.embedding, &names)
    }
}

/// What a map is of: a row-major matrix with one row per explained patient, and the name of each column.
///
/// Attributions and their sums over groups share one unit and stay as they are. Measured values do not: numbers are
/// standardised, a missing one takes the median; each level of a categorical biomarker is a column of 0 and 1 whose
/// mean square deviation is shared among them. For correlation the rows are [`Metric::rows`] of that.
pub fn map_matrix(a: &Analysis, of: MapOf, metric: Metric) -> (Vec<f64>, Vec<String>) {
    let (matrix, mut names) = measured(a, of);
    let (rows, n_columns) = metric.rows(&matrix, names.len());
    names.resize(n_columns, "no pattern".to_string());
    (rows.into_owned(), names)
}

fn measured(a: &Analysis, of: MapOf) -> (Vec<f64>, Vec<String>) {
    let label = |f: FeatureId| a.study.label(f).to_string();
    let features = || (0..a.study.n_features()).map(FeatureId::of);
    match of {
        MapOf::Attributions => (a.attributions.matrix(a.insight.output), features().map(label).collect()),
        MapOf::Groups => {
            let groups = &a.insight.groups;
            let sum =
                |i: usize, members: &[u32]| members.iter().map(|&f| a.phi(i, FeatureId(f))).sum::<f64>();
            let matrix =
                (0..a.rows.len()).flat_map(|i| groups.iter().map(move |g| sum(i, &g.members))).collect();
            (matrix, groups.iter().map(|g| g.name.clone()).collect())
        }
        MapOf::Values => {
            let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
            for f in features() {
                let values: Vec<f64> = a.rows.iter().map(|&r| a.study.value(f, r)).collect();
                if a.study.model.features[f.index()].categorical {
                    let mut codes: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                    crate::math::sort(&mut codes);
                    codes.dedup();
                    let share = 1.0 / (codes.len().max(1) as f64).sqrt();
                    for code in codes {
                        let flags = values.iter().map(|&v| f64::from(u8::from(v == code))).collect();
                        columns.push((label(f), standardised(flags, share)));
                    }
                } else {
                    columns.push((label(f), standardised(values, 1.0)));
                }
            }
            let matrix = (0..a.rows.len()).flat_map(|i| columns.iter().map(move |c| c.1[i])).collect();
            (matrix, columns.into_iter().map(|c| c.0).collect())
        }
    }
}

/// With mean 0 and standard deviation `spread`; missing values take the median. Zeros where nothing varies.
fn standardised(mut values: Vec<f64>, spread: f64) -> Vec<f64> {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let middle = median(&known).unwrap_or(0.0);
    values.iter_mut().filter(|v| !v.is_finite()).for_each(|v| *v = middle);
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let scale = if deviation > 0.0 { spread / deviation } else { 0.0 };
    values.into_iter().map(|v| (v - mean) * scale).collect()
}

#[cfg(test)]
mod tests {
    use super::standardised;

    #[test]
    fn values_are_standardised_and_missing_ones_take_the_median() {
        let missing = [f64::NAN; 6];
        let values: Vec<f64> = [0.0, 4.0].into_iter().chain(missing).collect();
        assert_eq!(standardised(values.clone(), 1.0), [-2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(standardised(values, 0.5)[..3], [-1.0, 1.0, 0.0]);
        assert_eq!(standardised(vec![5.0, 5.0], 1.0), [0.0, 0.0]);
        assert_eq!(standardised(vec![f64::NAN], 1.0), [0.0]);
    }
}
