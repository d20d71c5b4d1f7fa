//! Do models fitted on other folds, resamples or seeds agree on which biomarkers matter?

use crate::math::{Order as _, quantile_sorted, ranks};

/// One biomarker over several models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeatureStability {
    /// Median rank, 1 = most important, ties averaged.
    pub rank: f64,
    /// 2.5 % and 97.5 % points of the rank.
    pub rank_interval: [f64; 2],
    /// Share of the models in which it is among the `k` most important.
    pub selected: f64,
    /// Share of the models that agree with the majority on the sign of its direction; None where no model has one.
    pub same_sign: Option<f64>,
}

/// Agreement of several models.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    /// One per biomarker.
    pub features: Vec<FeatureStability>,
    /// Nogueira's Φ of the `k` most important (Nogueira, Sechidis & Brown 2018): 1 = always the same, 0 = as if drawn by
    /// lot. None with fewer than two models, or if all or none are chosen.
    pub nogueira: Option<f64>,
    /// Mean Kendall τ-b of the importances over pairs of models. None with fewer than two models.
    pub kendall: Option<f64>,
}

/// Compares models. `importance[m][f]` is model m's importance of biomarker f, `direction[m][f]` the sign of its effect
/// (NaN if it has none); the `k` most important count as chosen, of equals the earlier; one of importance 0 never.
pub fn stability(importance: &[Vec<f64>], direction: &[Vec<f64>], k: usize) -> Stability {
    let (m, d) = (importance.len(), importance.first().map_or(0, Vec::len));
    let by_model: Vec<Vec<f64>> =
        importance.iter().map(|x| ranks(&x.iter().map(|v| -v).collect::<Vec<_>>())).collect();
    let chosen: Vec<Vec<bool>> = importance.iter().map(|x| most_important(x, k)).collect();
    let features = (0..d)
        .map(|f| {
            let mut own: Vec<f64> = by_model.iter().map(|r| r[f]).collect();
            crate::math::sort(&mut own);
            let signs: Vec<f64> =
                direction.iter().map(|s| s[f]).filter(|s| !s.is_nan() && *s != 0.0).collect();
            let up = signs.iter().filter(|s| **s > 0.0).count();
            FeatureStability {
                rank: quantile_sorted(&own, 0.5),
                rank_interval: [0.025, 0.975].map(|p| quantile_sorted(&own, p)),
                selected: chosen.iter().filter(|c| c[f]).count() as f64 / m as f64,
                same_sign: (!signs.is_empty()).then(|| up.max(signs.len() - up) as f64 / signs.len() as f64),
            }
        })
        .collect();
    let pairs: Vec<f64> = (0..m)
        .flat_map(|a| (0..a).map(move |b| (a, b)))
        .filter_map(|(a, b)| kendall(&importance[a], &importance[b]))
        .collect();
    Stability {
        features,
        nogueira: nogueira(&chosen),
        kendall: (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64),
    }
}

fn most_important(importance: &[f64], k: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..importance.len()).collect();
    order.order_by(|&a, &b| importance[b].total_cmp(&importance[a]));
    let mut chosen = vec![false; importance.len()];
    order.iter().take(k).filter(|&&f| importance[f] > 0.0).for_each(|&f| chosen[f] = true);
    chosen
}

/// Φ = 1 − mean over biomarkers of M/(M − 1) p (1 − p), over (k̄/d)(1 − k̄/d): `chosen[model][biomarker]`.
pub fn nogueira(chosen: &[Vec<bool>]) -> Option<f64> {
    let (m, d) = (chosen.len() as f64, chosen.first()?.len());
    let share = |f: usize| chosen.iter().filter(|c| c[f]).count() as f64 / m;
    let spread = (0..d).map(|f| m / (m - 1.0) * share(f) * (1.0 - share(f))).sum::<f64>() / d as f64;
    let mean = (0..d).map(share).sum::<f64>() / d as f64;
    (chosen.len() > 1 && mean > 0.0 && mean < 1.0).then(|| 1.0 - spread / (mean * (1.0 - mean)))
}

/// Kendall's τ-b over the pairs in which neither value is missing. None where a side does not vary.
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    let known: Vec<(f64, f64)> =
        x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).map(|(&a, &b)| (a, b)).collect();
    let (mut agree, mut untied_x, mut untied_y) = (0i64, 0i64, 0i64);
    for (i, a) in known.iter().enumerate() {
        for b in &known[..i] {
            let sign = |p: f64, q: f64| i64::from(p > q) - i64::from(p < q);
            let (s, t) = (sign(a.0, b.0), sign(a.1, b.1));
            agree += s * t;
            untied_x += s * s;
            untied_y += t * t;
        }
    }
    (untied_x > 0 && untied_y > 0).then(|| agree as f64 / (untied_x as f64 * untied_y as f64).sqrt())
}

/// Runs of biomarkers, in the order of their median ranks, that the models do not tell apart: the rank interval of each
/// overlaps that of the next. Positions into `features`; runs of one are left out.
pub fn not_distinguishable(features: &[FeatureStability]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..features.len()).collect();
    order.order_by(|&a, &b| features[a].rank.total_cmp(&features[b].rank));
    let overlap = |a: &usize, b: &usize| features[*a].rank_interval[1] >= features[*b].rank_interval[0];
    order.chunk_by(overlap).filter(|run| run.len() > 1).map(<[usize]>::to_vec).collect()
}

/// Share of all attribution that the 1, 2, … most important biomarkers carry. It says how many a reader needs to look at,
/// not how a model fitted on those alone would do.
pub fn panel_share(importance: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = importance.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let total: f64 = sorted.iter().sum();
    let mut sum = 0.0;
    let grow = |v: &f64| {
        sum += v;
        if total > 0.0 { sum / total } else { 0.0 }
    };
    sorted.iter().map(grow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn by_hand() {
        let importance = [vec![3.0, 2.0, 1.0, 0.0], vec![3.0, 1.0, 2.0, 0.0]];
        let direction = [vec![1.0, -1.0, f64::NAN, f64::NAN], vec![0.5, 1.0, f64::NAN, f64::NAN]];
        let got = stability(&importance, &direction, 2);
        assert_eq!(got.features[0].rank_interval, [1.0, 1.0]);
        assert_eq!((got.features[1].rank, got.features[1].selected), (2.5, 0.5));
        let signs: Vec<Option<f64>> = got.features.iter().map(|f| f.same_sign).collect();
        assert_eq!(signs, [Some(1.0), Some(0.5), None, None]);
        // p = 1, ½, ½, 0: 1 − (2 · ½ · 2 · ¼ ... ) / ¼ with the mean of 2 p (1 − p) over four.
        assert_eq!(got.nogueira, Some(1.0 - 0.25 / 0.25));
        assert!((got.kendall.unwrap() - 4.0 / 6.0).abs() < 1e-15);
        assert_eq!(not_distinguishable(&got.features), [vec![1, 2]]);
        assert_eq!(panel_share(&importance[0]), [0.5, 5.0 / 6.0, 1.0, 1.0]);
    }

    #[test]
    fn one_model_and_none() {
        let one = stability(&[vec![1.0, 2.0]], &[vec![1.0, 1.0]], 1);
        assert_eq!((one.nogueira, one.kendall), (None, None));
        assert!(stability(&[], &[], 3).features.is_empty());
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(nogueira(&[vec![true, true], vec![true, true]]), None);
    }

    #[test]
    fn noise_is_bracketed() {
        let bracketed = (0..200u64)
            .filter(|&seed| {
                let mut rng = Rng::new(seed);
                let models: Vec<Vec<f64>> = (0..10)
                    .map(|_| {
                        vec![10.0 + rng.normal(), 5.0 + 0.5 * rng.normal(), rng.uniform(), rng.uniform()]
                    })
                    .collect();
                let signs = vec![vec![1.0; 4]; 10];
                not_distinguishable(&stability(&models, &signs, 2).features)
                    .iter()
                    .any(|run| run.contains(&2) && run.contains(&3) && !run.contains(&0))
            })
            .count();
        assert!(bracketed >= 190, "{bracketed} of 200");
    }
}
