//! Does a cluster come back when the patients are drawn again?

use super::{
    Clusters,
    cloud::Cloud,
    cluster::SAMPLE,
    division::{ClusterKind, Division},
    lloyd::Effort,
};
use crate::evaluate::Interval;
use crate::math::{Rng, mean, quantile_sorted};
use ndarray::Axis;

/// Bootstrap stability of each cluster (Hennig 2007, `clusterboot`): mean and 95 % range over resamples of the
/// largest Jaccard similarity |A ∩ B| / |A ∪ B| between the cluster, restricted to the patients that were drawn, and
/// any cluster found so in the resample; for densities, which copies of a patient would change, the resample without
/// its copies. Hennig's reading: above 0.75 valid and stable, below 0.6 not to be trusted.
///
/// `matrix` is what was clustered, row-major `[row][feature]`, its rows in the order of `clusters.labels`. Beyond
/// [`SAMPLE`] patients a seeded sample of that size is resampled. Around 100 resamples suffice.
pub fn jaccard(
    matrix: &[f64],
    n_features: usize,
    clusters: &Clusters,
    n_resamples: usize,
    seed: u64,
) -> Vec<Interval> {
    let n = clusters.labels.len();
    if n_features == 0 || matrix.len() != n * n_features || n_resamples == 0 {
        return Vec::new();
    }
    let cloud = Cloud::new(matrix, n_features, 0..n);
    let mut rng = Rng::new(seed);
    let sample = rng.sample(n, SAMPLE);
    let points = clusters.kind.space(&cloud.points).select(Axis(0), &sample);
    let division = Division { kind: clusters.kind, k: clusters.k as u32 };
    let labels: Vec<usize> = sample.iter().map(|&i| clusters.labels[cloud.origin[i]] as usize).collect();

    let mut similarity = vec![Vec::with_capacity(n_resamples); clusters.k];
    let mut counts = vec![0; sample.len()];
    for _ in 0..n_resamples {
        rng.resample(&mut counts);
        let mut drawn: Vec<usize> =
            (0..counts.len()).flat_map(|i| std::iter::repeat_n(i, counts[i] as usize)).collect();
        if clusters.kind == ClusterKind::Density {
            drawn.dedup();
        }
        let seed = u64::from(rng.next_u32());
        let again = division.of(points.select(Axis(0), &drawn).view(), Effort::Resampled, seed);
        // A patient drawn twice is one patient: copies lie together and would only flatter the overlap.
        // The last row and the last column are the patients in no cluster.
        let mut overlap = vec![vec![0u32; again.k + 1]; clusters.k + 1];
        let mut previous = None;
        for (&i, &found) in drawn.iter().zip(&again.labels) {
            if previous != Some(i) {
                overlap[labels[i]][found as usize] += 1;
            }
            previous = Some(i);
        }
        for (cluster, similarity) in similarity.iter_mut().enumerate() {
            similarity.extend(largest_jaccard(&overlap, again.k, cluster));
        }
    }
    similarity.into_iter().map(summary).collect()
}

/// None if no patient of the cluster was drawn.
fn largest_jaccard(overlap: &[Vec<u32>], n_found: usize, cluster: usize) -> Option<f64> {
    let size: u32 = overlap[cluster].iter().sum();
    let jaccard = |(found, &both): (usize, &u32)| {
        let other: u32 = overlap.iter().map(|row| row[found]).sum();
        f64::from(both) / f64::from(size + other - both)
    };
    (size > 0).then(|| overlap[cluster].iter().take(n_found).enumerate().map(jaccard).fold(0.0, f64::max))
}

fn summary(mut similarity: Vec<f64>) -> Interval {
    crate::math::sort(&mut similarity);
    Interval {
        estimate: mean(&similarity),
        low: quantile_sorted(&similarity, 0.025),
        high: quantile_sorted(&similarity, 0.975),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::cluster::kmeans;

    fn clustered(n: usize, gap: f64, k: usize) -> (Vec<f64>, Clusters) {
        let mut rng = Rng::new(4);
        let matrix: Vec<f64> = (0..n)
            .flat_map(|i| [if i % 2 == 0 { gap } else { 0.0 } + rng.uniform(), rng.uniform()])
            .collect();
        let margin: Vec<f64> = matrix.chunks(2).map(|r| r[0] + r[1]).collect();
        let clusters = kmeans(&matrix, 2, k, &margin, 0);
        (matrix, clusters)
    }

    #[test]
    fn separated_clusters_always_come_back_and_slices_of_a_cloud_do_not() {
        let (matrix, clusters) = clustered(80, 5.0, 2);
        let stable = jaccard(&matrix, 2, &clusters, 60, 1);
        assert!(stable.iter().all(|s| (s.estimate, s.low, s.high) == (1.0, 1.0, 1.0)), "{stable:?}");
        let (matrix, clusters) = clustered(80, 0.0, 5);
        let unstable = jaccard(&matrix, 2, &clusters, 60, 1);
        assert_eq!(unstable.len(), 5);
        assert!(unstable.iter().all(|s| s.estimate < 0.85 && s.low < s.estimate && s.estimate < s.high));
        assert_eq!(unstable, jaccard(&matrix, 2, &clusters, 60, 1));
    }

    #[test]
    fn overlaps_by_hand() {
        let overlap = [vec![3, 1], vec![0, 4], vec![0, 0]];
        assert_eq!(largest_jaccard(&overlap, 2, 0), Some(0.75));
        assert_eq!(largest_jaccard(&overlap, 2, 1), Some(0.8));
        assert_eq!(largest_jaccard(&overlap, 2, 2), None);
    }

    #[test]
    fn nobody_has_no_stability() {
        let (_, clusters) = clustered(0, 0.0, 3);
        assert!(jaccard(&[], 2, &clusters, 10, 1).is_empty());
    }
}
