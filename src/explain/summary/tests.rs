use super::*;
use crate::math::Rng;
use proptest::prelude::*;

const NAN: f64 = f64::NAN;

#[test]
fn by_hand() {
    let phi = [1.0, -0.5, 0.0, -3.0, 0.5, 0.0, 2.0, 0.5, 0.0, -2.0, -0.5, 0.0];
    let values = [10.0, 1.0, 7.0, 1.0, 0.0, 7.0, NAN, 1.0, 7.0, 5.0, 0.0, 7.0];
    let all = importance(&phi, &values, &[false, true, false], 200, 1);
    assert_eq!(all.iter().map(|i| i.mean_abs).collect::<Vec<_>>(), [2.0, 0.5, 0.0]);
    assert_eq!(all.iter().map(|i| i.rank).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(all.iter().map(|i| i.share).collect::<Vec<_>>(), [0.8, 0.2, 0.0]);
    assert_eq!(all.iter().map(|i| i.direction).collect::<Vec<_>>(), [Some(1.0), None, None]);
    assert_eq!(all.iter().map(|i| i.n_missing).collect::<Vec<_>>(), [1, 0, 0]);
    assert_eq!(all[0].range, [-3.0, 2.0]);
    assert_eq!(all.iter().map(|i| i.rank_interval).collect::<Vec<_>>(), [[1, 1], [2, 2], [3, 3]]);
    assert_eq!(all[1].interval, [0.5, 0.5]);
    assert!(all[0].interval[0] < 2.0 && all[0].interval[1] > 2.0);
}

#[test]
fn nobody_nothing_and_no_resamples() {
    assert!(importance(&[], &[], &[], 10, 1).is_empty());
    let nobody = &importance(&[], &[], &[false], 10, 1)[0];
    assert_eq!((nobody.mean_abs, nobody.share, nobody.interval, nobody.rank), (0.0, 0.0, [0.0; 2], 1));
    let certain = &importance(&[1.0, 3.0], &[1.0, 2.0], &[false], 0, 1)[0];
    assert_eq!((certain.interval, certain.rank_interval), ([2.0; 2], [1, 1]));
}

/// One resample after the other, feature by feature.
fn plain_intervals(phi: &[f64], n_features: usize, n_resamples: usize, seed: u64) -> Vec<[f64; 2]> {
    let n = phi.len() / n_features;
    let mut rng = Rng::new(seed);
    let mut counts = vec![0; n];
    let mut means = vec![Vec::new(); n_features];
    for _ in 0..n_resamples {
        rng.resample(&mut counts);
        for (f, means) in means.iter_mut().enumerate() {
            let sum: f64 = (0..n).map(|r| f64::from(counts[r]) * phi[r * n_features + f].abs()).sum();
            means.push(sum / n as f64);
        }
    }
    means.into_iter().map(|m| middle(Array1::from(m).view_mut())).collect()
}

#[test]
fn means_of_two_sets_and_their_difference() {
    let sets = [vec![[1.0, -2.0], [3.0, 0.5], [5.0, 1.0]], vec![[2.0, 0.0], [8.0, 0.0]]];
    let arrays = sets.clone().map(Array2::from);
    let (means, differences) = compare_means(&arrays, 400, 7);
    // One resample after the other, the second set with the seed after the first's.
    let plain: Vec<Vec<Vec<f64>>> = (sets.iter().zip(7u64..))
        .map(|(rows, seed)| {
            let mut rng = Rng::new(seed);
            let mut counts = vec![0; rows.len()];
            let mut out = vec![Vec::new(); 2];
            for _ in 0..400 {
                rng.resample(&mut counts);
                for (f, out) in out.iter_mut().enumerate() {
                    let sum: f64 = rows.iter().zip(&counts).map(|(r, c)| f64::from(*c) * r[f]).sum();
                    out.push(sum / rows.len() as f64);
                }
            }
            out
        })
        .collect();
    let middle_of = |x: Vec<f64>| middle(Array1::from(x).view_mut());
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    for f in 0..2 {
        for s in 0..2 {
            let [low, high] = middle_of(plain[s][f].clone());
            near(means[s][f][1], low);
            near(means[s][f][2], high);
        }
        let [low, high] = middle_of(plain[1][f].iter().zip(&plain[0][f]).map(|(b, a)| b - a).collect());
        near(differences[f][1], low);
        near(differences[f][2], high);
    }
    assert_eq!([means[0][0][0], means[1][0][0], differences[0][0]], [3.0, 5.0, 2.0]);
    assert!(compare_means(&arrays[..1], 10, 0).1.is_empty(), "one set differs from nothing");
    let (means, differences) = compare_means(&[arrays[0].clone(), Array2::zeros((0, 2))], 10, 0);
    assert!(means[1][0].iter().chain(&differences[0]).all(|v| v.is_nan()) && means[0][0][0] == 3.0);
}

fn attributions() -> impl Strategy<Value = Vec<[f64; 4]>> {
    let row = (-2.0..2.0f64, -1.0..1.0f64, prop::sample::select(vec![0.0, 0.5]), Just(0.0));
    prop::collection::vec(row.prop_map(|(a, b, c, d)| [a, b, c, d]), 1..30)
}

proptest! {
    #[test]
    fn the_interval_is_the_plain_bootstrap(rows in attributions(), seed in any::<u64>()) {
        let phi = rows.as_flattened();
        let fast = importance(phi, phi, &[false; 4], 50, seed);
        for (fast, plain) in fast.iter().zip(plain_intervals(phi, 4, 50, seed)) {
            prop_assert!((fast.interval[0] - plain[0]).abs() < 1e-12 && (fast.interval[1] - plain[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn shares_sum_to_one_and_ranks_are_a_permutation(rows in attributions(), seed in any::<u64>()) {
        let all = importance(rows.as_flattened(), rows.as_flattened(), &[false; 4], 40, seed);
        let shares: f64 = all.iter().map(|i| i.share).sum();
        prop_assert!((shares - 1.0).abs() < 1e-12 || all.iter().all(|i| i.share == 0.0));
        let mut ranks: Vec<u32> = all.iter().map(|i| i.rank).collect();
        ranks.sort_unstable();
        prop_assert_eq!(ranks, [1, 2, 3, 4]);
        prop_assert!(all.iter().all(|i| i.rank_interval[0] <= i.rank_interval[1] && i.interval[0] <= i.interval[1]));
    }

    #[test]
    fn the_order_of_features_permutes_the_results(rows in attributions(), turn in 1usize..4, seed in any::<u64>()) {
        let turned: Vec<f64> = rows.iter().flat_map(|r| [0, 1, 2, 3].map(|f| r[(f + turn) % 4])).collect();
        let here = importance(rows.as_flattened(), rows.as_flattened(), &[false; 4], 30, seed);
        let there = importance(&turned, &turned, &[false; 4], 30, seed);
        for (f, there) in there.iter().enumerate() {
            let here = &here[(f + turn) % 4];
            prop_assert_eq!((here.mean_abs, here.interval, here.direction), (there.mean_abs, there.interval, there.direction));
        }
    }
}
