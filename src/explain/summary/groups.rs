//! Features taken together: a gene, a pathway, a layer of omics.
//!
//! What a group does to a patient is the sum of what its features do, with their signs: two markers of one pathway that
//! push in opposite directions do not make it important. Absolute values come after the sum.

/// φ of groups, `[row][group]`, from φ laid out `[row][feature]`. `group_of[f]` is the group of feature f; features of no
/// group have a number of `n_groups` or more. Sums run in the order of the features.
pub fn group_sums(phi: &[f64], group_of: &[u32], n_groups: usize) -> Vec<f64> {
    let n_features = group_of.len().max(1);
    let mut sums = vec![0.0; phi.len() / n_features * n_groups];
    for (row, sums) in phi.chunks_exact(n_features).zip(sums.chunks_exact_mut(n_groups.max(1))) {
        for (value, &group) in row.iter().zip(group_of) {
            if let Some(sum) = sums.get_mut(group as usize) {
                *sum += value;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_count_before_absolute_values() {
        let phi = [1.0, -1.0, 2.0, 0.5, 3.0, 0.25, -4.0, 8.0];
        assert_eq!(group_sums(&phi, &[0, 0, 1, 9], 2), [0.0, 2.0, 3.25, -4.0]);
        assert!(group_sums(&[], &[0], 1).is_empty());
        assert!(group_sums(&[1.0], &[0], 0).is_empty());
    }
}
