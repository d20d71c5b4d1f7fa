use super::*;
use crate::math::Rng;
use proptest::prelude::*;

/// `n` rows of `f` features with decreasing spread and some correlation.
fn attributions(n: usize, f: usize, seed: u64) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    let mut row = move || {
        let common = rng.uniform() - 0.5;
        (0..f).map(|j| (rng.uniform() - 0.5 + common) * 2.0 / (j + 1) as f64).collect::<Vec<_>>()
    };
    (0..n).flat_map(|_| row()).collect()
}

fn close(a: &Embedding, b: &Embedding, tolerance: f64) -> bool {
    let near = |x: &f64, y: &f64| (x - y).abs() <= tolerance;
    let points = a.points.as_flattened().iter().zip(b.points.as_flattened()).all(|(x, y)| near(x, y));
    points && a.share.iter().zip(&b.share).all(|(x, y)| near(x, y))
}

#[test]
fn the_axes_are_the_directions_of_largest_variance() {
    let (n, f) = (60, 7);
    let data = Array2::from_shape_vec((n, f), attributions(n, f, 1)).unwrap();
    let centred = &data - &data.mean_axis(Axis(0)).unwrap();
    let variance = |direction: &Array1<f64>| {
        let scores = centred.dot(direction);
        scores.dot(&scores) / direction.dot(direction)
    };
    let Spectrum { shares, components: found } = spectrum(&data, 2);
    let total: f64 = centred.iter().map(|v| v * v).sum();
    assert!(found[0].loadings.dot(&found[1].loadings).abs() < 1e-12);
    for (component, share) in found.iter().zip(&shares) {
        assert!((share - variance(&component.loadings) / total).abs() < 1e-12);
        // An eigenvector of the covariance: the product with it changes only its length.
        let image = centred.t().dot(&component.scores);
        let residual = &image - &(&component.loadings * (share * total));
        assert!(residual.dot(&residual).sqrt() < 1e-10 * total);
    }
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && shares.len() == f);
    let mut rng = Rng::new(2);
    for _ in 0..200 {
        let mut direction: Array1<f64> = (0..f).map(|_| rng.uniform() - 0.5).collect();
        assert!(variance(&direction) <= shares[0] * total + 1e-12);
        let along = direction.dot(&found[0].loadings);
        direction.scaled_add(-along, &found[0].loadings);
        assert!(variance(&direction) <= shares[1] * total + 1e-12);
    }
}

#[test]
fn both_sides_of_the_matrix_give_the_same_points() {
    // Four copies of a column, halved, have the variance of the column; 60 columns exceed the 25 rows.
    let (n, f) = (25, 15);
    let tall = attributions(n, f, 3);
    let wide: Vec<f64> = tall.iter().flat_map(|v| [v / 2.0; 4]).collect();
    assert!(close(&pca(&tall, f), &pca(&wide, 4 * f), 1e-12));
}

#[test]
fn leading_features_carry_the_axis() {
    let mut data = vec![0.0; 5 * 4];
    for (r, row) in data.chunks_mut(4).enumerate() {
        row[2] = -3.0 * r as f64;
        row[1] = r as f64;
        row[0] = 5.0;
    }
    let plane = pca(&data, 4);
    assert_eq!(plane.leading, [vec![2, 1], vec![]]);
    let root = 10.0f64.sqrt();
    assert!(
        (plane.loadings[0][0] - 3.0 / root).abs() < 1e-12
            && (plane.loadings[0][1] + 1.0 / root).abs() < 1e-12
    );
    assert!((plane.share[0] - 1.0).abs() < 1e-12 && plane.share[1] == 0.0);
    assert!(plane.points.iter().all(|p| p[1] == 0.0));
    assert!((plane.points[0][0] - 2.0 * root).abs() < 1e-12);
}

#[test]
fn nothing_varies_or_nobody_is_there() {
    let flat = |n: usize| Embedding {
        points: vec![[0.0; 2]; n],
        share: [0.0; 2],
        leading: [vec![], vec![]],
        loadings: [vec![], vec![]],
    };
    assert_eq!(pca(&[], 3), flat(0));
    assert_eq!(pca(&[], 0), flat(0));
    assert_eq!(pca(&[1.0, 2.0, 3.0], 3), flat(1));
    assert_eq!(pca(&[0.1; 12], 3), flat(4));
    assert_eq!(pca(&[1.0, f64::NAN], 1), flat(2));
    let two = pca(&[1.0, 0.0, -1.0, 0.0], 2);
    assert_eq!((two.points[0], two.share), ([1.0, 0.0], [1.0, 0.0]));
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(n in 3usize..30, turn in 0usize..30, seed in any::<u64>()) {
        let data = attributions(n, 5, seed);
        let mut turned = data.clone();
        turned.rotate_left(turn % n * 5);
        let mut there = pca(&turned, 5);
        there.points.rotate_right(turn % n);
        prop_assert_eq!(pca(&data, 5), there);
    }

    #[test]
    fn the_order_of_features_changes_at_most_signs(n in 6usize..30, turn in 1usize..6, seed in any::<u64>()) {
        let data = attributions(n, 6, seed);
        let turned: Vec<f64> = data
            .chunks(6)
            .flat_map(|row| (0..6).map(|f| row[(f + turn) % 6]).collect::<Vec<_>>())
            .collect();
        let (here, mut there) = (pca(&data, 6), pca(&turned, 6));
        for axis in 0..2 {
            if here.points[0][axis] * there.points[0][axis] < 0.0 {
                there.points.iter_mut().for_each(|p| p[axis] = -p[axis]);
            }
        }
        prop_assert!(close(&here, &there, 1e-8));
    }

    #[test]
    fn every_number_is_finite(rows in prop::collection::vec([0i8..2, 0i8..2, 0i8..1], 0..9)) {
        let data: Vec<f64> = rows.as_flattened().iter().map(|&v| f64::from(v)).collect();
        let plane = pca(&data, 3);
        prop_assert_eq!(plane.points.len(), rows.len());
        prop_assert!(plane.points.as_flattened().iter().chain(&plane.share).all(|v| v.is_finite()));
    }
}
