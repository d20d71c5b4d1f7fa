//! Maps that keep neighbours together: UMAP and t-SNE. Distances between far groups, sizes of groups and empty space
//! mean nothing on them; for those there is [`pca`].
//!
//! Both start from the principal components, so that the seed decides little, and go one step at a time: a worker can
//! show the map while it settles, or stop.

mod nearest;
mod tsne;
mod umap;

pub use super::metric::Metric;
pub use nearest::{Nearest, NearestSearch};
pub use tsne::{MAX as MAX_PAIRED, Tsne};
pub use umap::Umap;

use super::embed::pca;

/// Patients beyond which exact neighbours take too long.
pub const MAX_PATIENTS: usize = 20_000;

/// The first two principal components, scaled so that the first has this spread (`spread` = largest absolute value or
/// standard deviation, as `of` takes it from the coordinates of the first).
fn start(matrix: &[f64], n_features: usize, spread: f64, of: impl Fn(&[f64]) -> f64) -> Vec<[f64; 2]> {
    let points = pca(matrix, n_features).points;
    let first: Vec<f64> = points.iter().map(|p| p[0]).collect();
    let now = of(&first);
    let scale = if now > 0.0 { spread / now } else { 0.0 };
    points.into_iter().map(|p| p.map(|v| v * scale)).collect()
}

/// Share of each point's `k` nearest neighbours in one list that are also among those in the other, averaged.
pub fn overlap(a: &Nearest, b: &Nearest) -> f64 {
    let k = a.k.min(b.k);
    let n = if k == 0 { 0 } else { a.index.len() / a.k };
    let shared = |i: usize| {
        let (a, b) = (&a.index[i * a.k..][..k], &b.index[i * b.k..][..k]);
        a.iter().filter(|j| b.contains(j)).count()
    };
    if n == 0 { 1.0 } else { (0..n).map(shared).sum::<usize>() as f64 / (n * k) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    /// Four groups along a bent line.
    fn groups(n: usize) -> Vec<f64> {
        let mut rng = Rng::new(3);
        (0..n)
            .flat_map(|i| {
                let g = f64::from((i % 4) as u32) * 6.0;
                [g, g * g / 12.0, 0.0].map(|c| c + rng.normal())
            })
            .collect()
    }

    fn finish_umap(matrix: &[f64], seed: u64) -> Vec<[f64; 2]> {
        let mut map = Umap::new(matrix, 3, &Nearest::of(matrix, 3, 15, Metric::Euclidean), seed);
        while map.step() {}
        map.points().to_vec()
    }

    #[test]
    fn neighbours_stay_neighbours_and_the_same_seed_gives_the_same_bits() {
        let matrix = groups(120);
        let near = Nearest::of(&matrix, 3, 15, Metric::Euclidean);
        let of = |points: &[[f64; 2]]| Nearest::of(points.as_flattened(), 2, 15, Metric::Euclidean);
        let umap = finish_umap(&matrix, 1);
        assert!(overlap(&near, &of(&umap)) > 0.6, "{}", overlap(&near, &of(&umap)));
        assert_eq!(umap, finish_umap(&matrix, 1));
        assert_ne!(umap, finish_umap(&matrix, 2));
        let mut tsne = Tsne::new(&matrix, 3, 20.0).unwrap();
        while tsne.step() {}
        assert!(overlap(&near, &of(tsne.points())) > 0.6);
    }

    #[test]
    fn few_patients_and_copies_are_no_trouble() {
        for n in [0, 1, 2, 5] {
            for matrix in [vec![1.0; 3 * n], groups(n)] {
                let umap = finish_umap(&matrix, 0);
                assert!(umap.len() == n && umap.as_flattened().iter().all(|v| v.is_finite()), "{n}");
                let mut tsne = Tsne::new(&matrix, 3, 30.0).unwrap();
                while tsne.step() {}
                assert!(tsne.points().as_flattened().iter().all(|v| v.is_finite()), "{n}");
            }
        }
    }
}
