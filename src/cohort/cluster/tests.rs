use super::*;
use crate::math::{Rng, squared_distance};
use proptest::prelude::*;

/// `n` patients around each of three corners; margin = sum of the attributions.
fn blobs(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut rng = Rng::new(seed);
    let corners = [[4.0, 0.0, 0.0], [0.0, -3.0, 0.0], [0.0, 0.0, 1.0]];
    let matrix: Vec<f64> = (0..3 * n).flat_map(|i| corners[i % 3].map(|c| c + rng.uniform() - 0.5)).collect();
    let margin = matrix.chunks(3).map(|row| row.iter().sum()).collect();
    (matrix, margin)
}

#[test]
fn separated_groups_come_back_ordered_by_margin() {
    let (matrix, margin) = blobs(40, 1);
    let clusters = kmeans(&matrix, 3, 3, &margin, 0);
    let expected: Vec<u32> = (0..120).map(|i| [2, 0, 1][i % 3]).collect();
    assert_eq!(clusters.labels, expected);
    assert_eq!((clusters.k, clusters.best_k(), clusters.silhouette_n), (3, Some(3), 120));
    let mean = clusters.mean_silhouette(None).unwrap();
    assert!(mean > 0.7 && (mean - clusters.silhouette_by_k[1]).abs() < 1e-12, "{clusters:?}");
    assert_eq!(clusters.silhouette_by_k.len(), 6);
}

#[test]
fn the_order_of_features_does_not_matter_to_separated_groups() {
    let (matrix, margin) = blobs(30, 4);
    let turned: Vec<f64> = matrix.chunks(3).flat_map(|r| [r[2], r[0], r[1]]).collect();
    assert_eq!(kmeans(&turned, 3, 3, &margin, 0).labels, kmeans(&matrix, 3, 3, &margin, 0).labels);
}

#[test]
fn some_rows_are_clustered_as_if_they_were_all() {
    let (matrix, margin) = blobs(20, 2);
    let rows: Vec<RowId> = (0..60).rev().filter(|i| i % 4 != 0).map(RowId::of).collect();
    let kept: Vec<f64> = rows.iter().flat_map(|r| matrix[3 * r.index()..][..3].to_vec()).collect();
    let kept_margin: Vec<f64> = rows.iter().map(|r| margin[r.index()]).collect();
    assert_eq!(kmeans_of(&matrix, 3, &rows, 3, &margin, 5), kmeans(&kept, 3, 3, &kept_margin, 5));
}

#[test]
fn finds_the_best_of_all_partitions_of_few_points() {
    let x = [0.0, 0.3, 1.1, 4.0, 4.1, 6.5, 9.0, 9.4, 9.5];
    let inertia = |labels: &dyn Fn(usize) -> u32| -> f64 {
        let spread = |c| {
            let own: Vec<f64> = (0..x.len()).filter(|&i| labels(i) == c).map(|i| x[i]).collect();
            own.iter().map(|v| (v - mean(&own)) * (v - mean(&own))).sum::<f64>()
        };
        (0..3).map(spread).sum()
    };
    let best = (0..3u32.pow(9))
        .map(|code| inertia(&|i| code / 3u32.pow(i as u32) % 3))
        .fold(f64::INFINITY, f64::min);
    let clusters = kmeans(&x, 1, 3, &x, 0);
    assert!((inertia(&|i| clusters.labels[i]) - best).abs() < 1e-12);
}

#[test]
fn never_more_clusters_than_different_patients() {
    let clusters = kmeans(&[1.0, 1.0, 2.0, 1.0], 1, 3, &[1.0, 1.0, 2.0, 1.0], 0);
    assert_eq!((clusters.k, clusters.labels), (2, vec![0, 0, 1, 0]));
    let same = kmeans(&[7.0; 6], 2, 3, &[0.0; 3], 0);
    assert_eq!((same.k, same.labels, same.silhouette.len(), same.silhouette_n), (1, vec![0; 3], 0, 0));
    assert_eq!((same.silhouette_by_k.len(), same.stability.len()), (0, 0));
    let nobody = kmeans(&[], 4, 3, &[], 0);
    assert_eq!((nobody.k, nobody.labels.len(), nobody.silhouette_by_k.len()), (0, 0, 0));
    assert_eq!(nobody.best_k(), None);
    assert_eq!(kmeans(&[1.0, 2.0], 1, 2, &[1.0, 2.0], 0).silhouette, [0.0, 0.0]);
    assert_eq!(kmeans(&[1.0, f64::NAN], 1, 2, &[1.0, 2.0], 0).k, 1);
}

#[test]
fn beyond_the_sample_silhouettes_are_few_and_labels_are_all() {
    let (matrix, margin) = blobs(2_000, 3);
    let clusters = kmeans(&matrix, 3, 3, &margin, 0);
    assert!(clusters.labels.iter().enumerate().all(|(i, &c)| c == [2, 0, 1][i % 3]));
    assert_eq!(clusters.silhouette.iter().filter(|s| !s.is_nan()).count(), SAMPLE);
    assert_eq!((clusters.silhouette_n, clusters.best_k()), (SAMPLE, Some(3)));
}

/// Small integers, so that copies of a patient are common.
fn patients() -> impl Strategy<Value = Vec<[f64; 3]>> {
    prop::collection::vec([0u8..5, 0u8..5, 0u8..5].prop_map(|r| r.map(f64::from)), 1..40)
}

fn of(rows: &[[f64; 3]], k: usize) -> Clusters {
    let margin: Vec<f64> = rows.iter().map(|r| r.iter().sum()).collect();
    kmeans(rows.as_flattened(), 3, k, &margin, 9)
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(rows in patients(), k in 1usize..6, turn in 0usize..40) {
        let turn = turn % rows.len();
        let mut turned = rows.clone();
        turned.rotate_left(turn);
        let (here, mut there) = (of(&rows, k), of(&turned, k));
        there.labels.rotate_right(turn);
        if !there.silhouette.is_empty() {
            there.silhouette.rotate_right(turn);
        }
        prop_assert_eq!(here, there);
    }

    #[test]
    fn a_patient_belongs_to_the_nearest_mean_and_every_cluster_to_someone(rows in patients(), k in 1usize..6) {
        let clusters = of(&rows, k);
        let members = |c: u32| rows.iter().zip(&clusters.labels).filter(move |(_, l)| **l == c).map(|(r, _)| r);
        let centres: Vec<[f64; 3]> = (0..clusters.k as u32)
            .map(|c| [0, 1, 2].map(|f| mean(&members(c).map(|r| r[f]).collect::<Vec<_>>())))
            .collect();
        prop_assert!(centres.iter().flatten().all(|v| v.is_finite()));
        for (row, &label) in rows.iter().zip(&clusters.labels) {
            let own = squared_distance(row, &centres[label as usize]);
            prop_assert!(centres.iter().all(|c| own <= squared_distance(row, c) + 1e-9));
        }
        let margins: Vec<f64> = centres.iter().map(|c| c.iter().sum()).collect();
        prop_assert!(margins.windows(2).all(|w| w[0] <= w[1] + 1e-9), "{:?}", margins);
        prop_assert!(clusters.silhouette.iter().all(|s| (-1.0..=1.0).contains(s)));
    }
}

#[test]
fn dense_groups_come_back_and_patients_far_from_them_have_no_silhouette() {
    let mut rng = Rng::new(12);
    let mut matrix: Vec<f64> =
        (0..90).flat_map(|i| [f64::from(i % 3) * 8.0, 0.0].map(|c| c + 0.5 * rng.normal())).collect();
    matrix.extend((0..6).flat_map(|i| [60.0 + 30.0 * f64::from(i), -40.0 * f64::from(i)]));
    let margin: Vec<f64> = matrix.chunks(2).map(|r| r[0]).collect();
    let division = Division { kind: ClusterKind::Density, k: 2 };
    let found = divided(&matrix, 2, division, &margin, 0);
    assert_eq!((found.k, found.n_sets(), found.out()), (3, 4, Some(3)));
    assert!((0..90).all(|i| found.labels[i] == (i % 3) as u32 || found.labels[i] == 3));
    assert!((90..96).all(|i| found.labels[i] == 3 && found.silhouette[i].is_nan()));
    assert!(found.mean_silhouette(None).unwrap() > 0.7 && found.silhouette_by_k.is_empty());
    let stable = crate::cohort::stability::jaccard(&matrix, 2, &found, 30, 1);
    assert!(stable.len() == 3 && stable.iter().all(|s| s.estimate > 0.8), "{stable:?}");
}
