use super::*;
use proptest::prelude::*;

/// Every pair, as `_valid_comparison` and `_concordance_value` of lifelines state them.
fn pairs_by_definition(time: &[f64], event: &[bool], risk: &[f64]) -> Pairs {
    let mut pairs = Pairs::default();
    for i in 0..time.len() {
        for j in 0..time.len() {
            let i_first = event[i] && (time[i] < time[j] || (time[i] == time[j] && !event[j]));
            if i_first && risk[i] > risk[j] {
                pairs.concordant += 1;
            } else if i_first && risk[i] < risk[j] {
                pairs.discordant += 1;
            } else if i_first {
                pairs.tied += 1;
            }
        }
    }
    pairs
}

fn auc_by_definition(label: &[bool], score: &[f64]) -> Option<f64> {
    let (mut wins, mut pairs) = (0.0, 0.0);
    for (i, &a) in score.iter().enumerate().filter(|(i, _)| label[*i]) {
        for (_, &b) in score.iter().enumerate().filter(|(j, _)| !label[*j] && *j != i) {
            pairs += 1.0;
            wins += if a > b {
                1.0
            } else if a == b {
                0.5
            } else {
                0.0
            };
        }
    }
    (pairs > 0.0).then(|| wins / pairs)
}

/// Few distinct values, so that ties are common.
fn patients() -> impl Strategy<Value = (Vec<f64>, Vec<bool>, Vec<f64>)> {
    prop::collection::vec((0u8..12, any::<bool>(), 0u8..9), 0..60).prop_map(|rows| {
        let time = rows.iter().map(|r| f64::from(r.0)).collect();
        let event = rows.iter().map(|r| r.1).collect();
        (time, event, rows.iter().map(|r| f64::from(r.2) - 4.0).collect())
    })
}

proptest! {
    #[test]
    fn counts_every_pair((time, event, risk) in patients()) {
        prop_assert_eq!(concordant_pairs(&time, &event, &risk), pairs_by_definition(&time, &event, &risk));
    }

    #[test]
    fn counts_every_pair_of_classes((_, label, score) in patients()) {
        let (got, expected) = (auc(&label, &score), auc_by_definition(&label, &score));
        prop_assert_eq!(got.is_some(), expected.is_some());
        prop_assert!((got.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-14);
    }

    #[test]
    fn reversing_the_risk_reverses_the_index((time, event, risk) in patients()) {
        let reversed: Vec<f64> = risk.iter().map(|r| -r).collect();
        if let (Some(c), Some(d)) = (concordance(&time, &event, &risk), concordance(&time, &event, &reversed)) {
            prop_assert!((c + d - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn the_order_of_patients_does_not_matter((time, event, risk) in patients(), turn in 0usize..60) {
        fn turned<T: Clone>(x: &[T], by: usize) -> Vec<T> {
            let mut x = x.to_vec();
            let n = x.len().max(1);
            x.rotate_left(by % n);
            x.reverse();
            x
        }
        let again = concordant_pairs(&turned(&time, turn), &turned(&event, turn), &turned(&risk, turn));
        prop_assert_eq!(again, concordant_pairs(&time, &event, &risk));
    }

    #[test]
    fn a_weight_is_a_repeated_patient((time, event, risk) in patients(), seed in any::<u64>()) {
        let mut timeline = Timeline::new(&time, &event, &risk);
        let mut counts = vec![0; time.len()];
        crate::math::Rng::new(seed).resample(&mut counts);
        let repeated: Vec<Patient> = timeline
            .patients
            .iter()
            .zip(&counts)
            .flat_map(|(p, &c)| std::iter::repeat_n(*p, c as usize))
            .collect();
        let time: Vec<f64> = repeated.iter().map(|p| p.key).collect();
        let event: Vec<bool> = repeated.iter().map(|p| p.positive).collect();
        let risk: Vec<f64> = repeated.iter().map(|p| p.rank as f64).collect();
        prop_assert_eq!(timeline.pairs(|i| u64::from(counts[i])), pairs_by_definition(&time, &event, &risk));
    }
}

#[test]
fn a_perfect_and_an_undefined_ranking() {
    assert_eq!(concordance(&[1.0, 2.0, 3.0], &[true, true, false], &[3.0, 2.0, 1.0]), Some(1.0));
    assert_eq!(concordance(&[1.0, 2.0], &[false, false], &[3.0, 2.0]), None);
    assert_eq!(concordance(&[], &[], &[]), None);
    assert_eq!(auc(&[true, true], &[1.0, 2.0]), None);
    assert_eq!(auc(&[false, true], &[1.0, 2.0]), Some(1.0));
}

#[test]
fn rows_with_nan_are_left_out() {
    let nan = f64::NAN;
    assert_eq!(concordance(&[1.0, nan, 2.0, 3.0], &[true; 4], &[2.0, 9.0, nan, 1.0]), Some(1.0));
    assert_eq!(auc(&[false, true, true], &[1.0, 2.0, nan]), Some(1.0));
}

#[test]
fn intervals_are_seeded_and_hold_the_estimate() {
    let n = 200;
    let time: Vec<f64> = (0..n).map(|i| f64::from(i * 37 % 101)).collect();
    let event: Vec<bool> = (0..n).map(|i| i % 3 != 0).collect();
    let risk: Vec<f64> = (0..n).map(|i| f64::from(i * 53 % 97) - time[i as usize] / 2.0).collect();
    let c = concordance_interval(&time, &event, &risk, 500, 7).unwrap();
    assert_eq!(Some(c), concordance_interval(&time, &event, &risk, 500, 7));
    assert_ne!(Some(c), concordance_interval(&time, &event, &risk, 500, 8));
    assert!(c.low < c.estimate && c.estimate < c.high && c.high - c.low < 0.2, "{c:?}");
    let a = auc_interval(&event, &risk, 500, 7).unwrap();
    assert!(a.low < a.estimate && a.estimate < a.high, "{a:?}");
}
