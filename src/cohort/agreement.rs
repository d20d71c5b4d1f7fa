//! How far two partitions of the same patients agree.

/// Adjusted Rand index (Hubert & Arabie 1985): 1 for the same partition, about 0 for independent ones, whatever the
/// clusters are called. Entries beyond the shorter labeling are ignored; 1 where neither side separates anyone or
/// both separate everyone.
pub fn adjusted_rand(a: &[u32], b: &[u32]) -> f64 {
    let n = a.len().min(b.len());
    let mut cells: Vec<(u32, u32)> = a.iter().copied().zip(b.iter().copied()).collect();
    cells.sort_unstable();
    let both = pairs_within(&cells);
    let [in_a, in_b] = [a, b].map(|labels| {
        let mut labels = labels[..n].to_vec();
        labels.sort_unstable();
        pairs_within(&labels)
    });
    let all = pairs_of(n);
    let expected = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let largest = (in_a + in_b) / 2.0;
    if largest == expected { 1.0 } else { (both - expected) / (largest - expected) }
}

/// Normalised mutual information, 2 I(a; b) / (H(a) + H(b)), as scikit-learn's default: 1 for the same partition, near 0
/// for independent ones (not corrected for chance). 1 where neither side separates anyone.
pub fn mutual_information(a: &[u32], b: &[u32]) -> f64 {
    let n = a.len().min(b.len());
    let mut cells: Vec<(u32, u32)> = a.iter().copied().zip(b.iter().copied()).collect();
    cells.sort_unstable();
    let [in_a, in_b] = [a, b].map(|labels| {
        let mut labels = labels[..n].to_vec();
        labels.sort_unstable();
        entropy(&labels)
    });
    let mutual = in_a + in_b - entropy(&cells);
    if in_a + in_b > 0.0 { (2.0 * mutual / (in_a + in_b)).clamp(0.0, 1.0) } else { 1.0 }
}

/// −Σ p ln p over the runs of a sorted slice.
fn entropy<T: PartialEq>(sorted: &[T]) -> f64 {
    let n = sorted.len() as f64;
    let term = |run: &[T]| {
        let p = run.len() as f64 / n;
        -p * crate::math::ln(p)
    };
    sorted.chunk_by(|x, y| x == y).map(term).sum()
}

/// Pairs of equal entries in a sorted slice.
fn pairs_within<T: PartialEq>(sorted: &[T]) -> f64 {
    sorted.chunk_by(|x, y| x == y).map(|run| pairs_of(run.len())).sum()
}

fn pairs_of(n: usize) -> f64 {
    (n as f64) * (n as f64 - 1.0) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counting pairs: together in both, in one, in none.
    fn by_definition(a: &[u32], b: &[u32]) -> f64 {
        let (mut both, mut in_a, mut in_b, mut all) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..a.len() {
            for j in 0..i {
                let (x, y) = (a[i] == a[j], b[i] == b[j]);
                both += f64::from(u8::from(x && y));
                in_a += f64::from(u8::from(x));
                in_b += f64::from(u8::from(y));
                all += 1.0;
            }
        }
        let expected = in_a * in_b / all;
        (both - expected) / ((in_a + in_b) / 2.0 - expected)
    }

    #[test]
    fn names_do_not_matter_and_trivial_partitions_agree() {
        assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[5, 5, 2, 2]), 1.0);
        assert!((adjusted_rand(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-15);
        assert_eq!(adjusted_rand(&[0, 0], &[3, 3]), 1.0);
        assert_eq!(adjusted_rand(&[0, 1], &[1, 0]), 1.0);
        assert_eq!(adjusted_rand(&[], &[]), 1.0);
    }

    proptest! {
        #[test]
        fn counts_pairs(labels in prop::collection::vec((0u32..4, 0u32..3), 2..40)) {
            let (a, b): (Vec<u32>, Vec<u32>) = labels.into_iter().unzip();
            let expected = by_definition(&a, &b);
            if expected.is_finite() {
                prop_assert!((adjusted_rand(&a, &b) - expected).abs() < 1e-12);
            }
            prop_assert_eq!(adjusted_rand(&a, &b), adjusted_rand(&b, &a));
        }
    }
}
