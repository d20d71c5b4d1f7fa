//! Agglomerative clustering: which patients join first, and at what distance.
//!
//! The linkage itself is `kodama`'s, which does nothing but add, multiply and take roots: the same bits everywhere.

use super::cloud::Cloud;
use super::cluster::SAMPLE;
use super::metric::Metric;
use crate::math::squared_distance;
use kodama::{Method, linkage};
use serde::{Deserialize, Serialize};

/// How far apart two groups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Linkage {
    /// What joining them adds to the sum of squares (Ward 1963), as scipy and R's `ward.D2` scale it.
    Ward,
    /// The mean distance between their patients.
    Average,
    /// The distance between their two least alike patients.
    Complete,
}

impl Linkage {
    /// In the order of the control.
    pub const ALL: [Linkage; 3] = [Linkage::Ward, Linkage::Average, Linkage::Complete];

    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Linkage::Ward => "ward",
            Linkage::Average => "average",
            Linkage::Complete => "complete",
        }
    }

    /// The linkage of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        Linkage::ALL.into_iter().find(|l| l.id() == id)
    }

    /// The word on screen.
    pub fn title(self) -> &'static str {
        match self {
            Linkage::Ward => "Ward",
            other => other.id(),
        }
    }
}

/// Two groups that join.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The groups: below `n` a patient, from there on the merge `id − n`.
    pub of: [u32; 2],
    /// Their distance.
    pub height: f64,
    /// Patients in the new group.
    pub size: u32,
}

/// A dendrogram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hierarchy {
    /// Merges by rising height; one less than there are patients.
    pub merges: Vec<Merge>,
    /// Patients from left to right, so that no branches cross; the tighter group of each pair is on the left.
    pub order: Vec<u32>,
}

/// The hierarchy of the rows of a row-major matrix. None beyond [`SAMPLE`] patients, whose distances would not fit, and
/// without any. Ward's linkage needs Euclidean distances: with correlation it is that of the rows' directions.
pub fn hierarchy(matrix: &[f64], n_features: usize, how: Linkage, metric: Metric) -> Option<Hierarchy> {
    let n = matrix.len().checked_div(n_features).unwrap_or(0);
    if n == 0 || n > SAMPLE {
        return None;
    }
    let (matrix, n_features) = metric.rows(matrix, n_features);
    let cloud = Cloud::new(&matrix, n_features, 0..n);
    let distance = |squared: f64| match (metric, how) {
        (Metric::Correlation, Linkage::Average | Linkage::Complete) => squared / 2.0,
        _ => squared.sqrt(),
    };
    let rows: Vec<&[f64]> = cloud.points.rows().into_iter().filter_map(|r| r.to_slice()).collect();
    let mut distances = Vec::with_capacity(n * (n - 1) / 2);
    for i in 0..n {
        distances.extend((i + 1..n).map(|j| distance(squared_distance(rows[i], rows[j]))));
    }
    // Points are in the order of their values; the ids of patients are those of the matrix.
    Some(joined(&mut distances, n, how, |leaf| cloud.origin[leaf] as u32))
}

/// The hierarchy of `n` things by their distances, `[i][j]` for i < j. None without any, or with another number of
/// distances.
pub fn hierarchy_of(mut distances: Vec<f64>, n: usize, how: Linkage) -> Option<Hierarchy> {
    (n > 0 && distances.len() == n * (n - 1) / 2).then(|| joined(&mut distances, n, how, |leaf| leaf as u32))
}

/// Joins what is nearest, `id` giving each leaf its number.
fn joined(distances: &mut [f64], n: usize, how: Linkage, id: impl Fn(usize) -> u32) -> Hierarchy {
    let method = match how {
        Linkage::Ward => Method::Ward,
        Linkage::Average => Method::Average,
        Linkage::Complete => Method::Complete,
    };
    let id = |c: usize| if c < n { id(c) } else { c as u32 };
    let merges: Vec<Merge> = linkage(distances, n, method)
        .steps()
        .iter()
        .map(|s| Merge { of: [id(s.cluster1), id(s.cluster2)], height: s.dissimilarity, size: s.size as u32 })
        .collect();
    let order = order(&merges, n);
    Hierarchy { merges, order }
}

/// Leaves from left to right.
fn order(merges: &[Merge], n: usize) -> Vec<u32> {
    let height = |c: u32| (c as usize).checked_sub(n).map_or(0.0, |m| merges[m].height);
    let mut waiting = vec![(n + merges.len() - 1) as u32];
    let mut order = Vec::with_capacity(n);
    while let Some(c) = waiting.pop() {
        match (c as usize).checked_sub(n) {
            None => order.push(c),
            Some(m) => {
                let [a, b] = merges[m].of;
                let (left, right) = if height(b) < height(a) { (b, a) } else { (a, b) };
                waiting.extend([right, left]);
            }
        }
    }
    order
}

impl Hierarchy {
    /// Patients.
    pub fn n(&self) -> usize {
        self.order.len()
    }

    /// The partition into `k` groups: the last k − 1 merges undone. Groups are numbered from left to right.
    pub fn cut(&self, k: usize) -> Vec<u32> {
        let n = self.n();
        let kept = n - k.clamp(1, n);
        let mut group: Vec<usize> = (0..n).collect();
        let mut root: Vec<usize> = (0..n).collect();
        let mut members: Vec<Vec<u32>> = (0..n as u32).map(|i| vec![i]).collect();
        for merge in &self.merges[..kept] {
            let [a, b] = merge.of.map(|c| root[c as usize]);
            let (from, to) = if members[a].len() < members[b].len() { (a, b) } else { (b, a) };
            let moved = std::mem::take(&mut members[from]);
            moved.iter().for_each(|&i| group[i as usize] = to);
            members[to].extend(moved);
            root.push(to);
        }
        let mut number = vec![None; n];
        let mut next = 0;
        let mut labels = vec![0; n];
        for &leaf in &self.order {
            let label = *number[group[leaf as usize]].get_or_insert_with(|| {
                next += 1;
                next - 1
            });
            labels[leaf as usize] = label;
        }
        labels
    }

    /// A height between the merges that `cut(k)` keeps and those it undoes.
    pub fn cut_height(&self, k: usize) -> f64 {
        let kept = self.n() - k.clamp(1, self.n());
        let at = |m: usize| self.merges.get(m).map(|m| m.height);
        let below = kept.checked_sub(1).and_then(at).unwrap_or(0.0);
        at(kept).map_or(below * 1.05, |above| (below + above) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_pairs_on_a_line() {
        let x = [0.0, 10.0, 1.0, 11.0, 30.0, 32.0];
        let tree = hierarchy(&x, 1, Linkage::Average, Metric::Euclidean).unwrap();
        assert_eq!(tree.merges.iter().map(|m| m.height).collect::<Vec<_>>(), [1.0, 1.0, 2.0, 10.0, 25.5]);
        let labels = tree.cut(3);
        assert!(labels[0] == labels[2] && labels[1] == labels[3] && labels[4] == labels[5]);
        assert_eq!(tree.cut(1), [0; 6]);
        assert_eq!(tree.cut(9).iter().max(), Some(&5));
        assert_eq!(tree.cut_height(3), 6.0);
        assert!(hierarchy(&[], 1, Linkage::Ward, Metric::Euclidean).is_none());
        assert_eq!(hierarchy(&[3.0], 1, Linkage::Ward, Metric::Euclidean).unwrap().cut(1), [0]);
    }

    proptest! {
        #[test]
        fn cuts_are_nested_and_branches_do_not_cross(
            rows in prop::collection::vec([0u8..20, 0u8..20], 2..30),
            ward in any::<bool>(),
        ) {
            let matrix: Vec<f64> = rows.as_flattened().iter().map(|v| f64::from(*v)).collect();
            let how = if ward { Linkage::Ward } else { Linkage::Average };
            let tree = hierarchy(&matrix, 2, how, Metric::Euclidean).unwrap();
            for k in 1..rows.len() {
                let (coarse, fine) = (tree.cut(k), tree.cut(k + 1));
                prop_assert_eq!(*fine.iter().max().unwrap() as usize, k);
                for i in 0..rows.len() {
                    for j in 0..i {
                        prop_assert!(fine[i] != fine[j] || coarse[i] == coarse[j]);
                    }
                }
                let along: Vec<u32> = tree.order.iter().map(|&i| coarse[i as usize]).collect();
                prop_assert!(along.is_sorted());
            }
        }
    }
}
