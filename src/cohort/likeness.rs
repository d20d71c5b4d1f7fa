//! Patients in a row, so that neighbours are alike: the leaves of a dendrogram with every branch turned the way that
//! makes the sum of squared distances between neighbours least (Bar-Joseph, Gifford & Jaakkola 2001, *Bioinformatics*
//! 17 Suppl. 1, S22–S29). Complete linkage of squared distances, as shap's heatmap has it.

use super::hierarchy::{Hierarchy, Linkage, hierarchy};
use super::metric::Metric;
use crate::math::squared_distance;

/// Rows of a row-major matrix in an order in which neighbours are alike; as they are where there are more than a
/// hierarchy takes. The time is cubic in the number of rows: about a second for 2,000.
pub fn by_likeness(matrix: &[f64], n_features: usize) -> Vec<u32> {
    let n = matrix.len().checked_div(n_features).unwrap_or(0);
    match hierarchy(matrix, n_features, Linkage::Complete, Metric::Euclidean) {
        Some(tree) if n > 2 => Leaves::new(&tree, matrix, n_features).best(),
        Some(tree) => tree.order,
        None => (0..n as u32).collect(),
    }
}

/// A group of the tree: a stretch of [`Leaves::order`], and the two groups it joins. A leaf joins none.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
    /// Where the second part begins; the part itself by its number.
    parts: Option<[usize; 2]>,
}

/// Leaves by their place in an order without crossings, so that every group is a stretch.
struct Leaves {
    n: usize,
    order: Vec<u32>,
    groups: Vec<Group>,
    distance: Vec<f64>,
    /// Least sum of distances over the group that first joins two leaves, if one stands first and the other last.
    least: Vec<f64>,
}

impl Leaves {
    fn new(tree: &Hierarchy, matrix: &[f64], n_features: usize) -> Self {
        let (n, order) = (tree.n(), tree.order.clone());
        let row = |place: usize| &matrix[order[place] as usize * n_features..][..n_features];
        let mut distance = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let d = squared_distance(row(i), row(j));
                distance[i * n + j] = d;
                distance[j * n + i] = d;
            }
        }
        let mut groups = vec![Group { start: 0, end: 1, parts: None }; n];
        for (place, &leaf) in order.iter().enumerate() {
            groups[leaf as usize] = Group { start: place, end: place + 1, parts: None };
        }
        for merge in &tree.merges {
            let [a, b] = merge.of.map(|c| c as usize);
            let [a, b] = if groups[a].start < groups[b].start { [a, b] } else { [b, a] };
            groups.push(Group { start: groups[a].start, end: groups[b].end, parts: Some([a, b]) });
        }
        Leaves { n, order, groups, distance, least: vec![0.0; n * n] }
    }

    /// The leaves that can stand at the other end of `group` when `end` stands at one.
    fn opposite(&self, group: usize, end: usize) -> std::ops::Range<usize> {
        let Group { start, end: stop, parts } = self.groups[group];
        match parts {
            None => start..stop,
            Some([a, b]) => {
                let other = self.groups[if end < self.groups[b].start { b } else { a }];
                other.start..other.end
            }
        }
    }

    fn best(mut self) -> Vec<u32> {
        let n = self.n;
        let mut through = vec![f64::INFINITY; n];
        for g in n..self.groups.len() {
            let Some([a, b]) = self.groups[g].parts else { continue };
            let right = self.groups[b].start..self.groups[b].end;
            for first in self.groups[a].start..self.groups[a].end {
                // From `first` through the left part and over to each leaf of the right part.
                let through = &mut through[right.clone()];
                through.fill(f64::INFINITY);
                for middle in self.opposite(a, first) {
                    let so_far = self.least[first * n + middle];
                    let on = &self.distance[middle * n..][right.clone()];
                    for (t, d) in through.iter_mut().zip(on) {
                        *t = t.min(so_far + d);
                    }
                }
                for last in right.clone() {
                    let inner = self.opposite(b, last);
                    let rest = &self.least[last * n..][inner.clone()];
                    let entered = &through[inner.start - right.start..inner.end - right.start];
                    let least = entered.iter().zip(rest).fold(f64::INFINITY, |m, (t, r)| m.min(t + r));
                    self.least[first * n + last] = least;
                    self.least[last * n + first] = least;
                }
            }
        }
        self.trace()
    }

    /// Walks the choices back from the whole to the leaves.
    fn trace(&self) -> Vec<u32> {
        let n = self.n;
        let root = self.groups.len() - 1;
        let Some([a, b]) = self.groups[root].parts else { return self.order.clone() };
        let ends = self.pair(self.leaves(a), self.leaves(b), |u, w| self.least[u * n + w]);
        let mut waiting = vec![(root, ends)];
        let mut out = Vec::with_capacity(n);
        while let Some((group, [first, last])) = waiting.pop() {
            let Some([a, b]) = self.groups[group].parts else {
                out.push(self.order[self.groups[group].start]);
                continue;
            };
            let [a, b] = if first < self.groups[b].start { [a, b] } else { [b, a] };
            let [m, k] = self.pair(self.opposite(a, first), self.opposite(b, last), |m, k| {
                self.least[first * n + m] + self.distance[m * n + k] + self.least[k * n + last]
            });
            waiting.push((b, [k, last]));
            waiting.push((a, [first, m]));
        }
        out
    }

    fn leaves(&self, group: usize) -> std::ops::Range<usize> {
        self.groups[group].start..self.groups[group].end
    }

    fn pair(
        &self,
        left: std::ops::Range<usize>,
        right: std::ops::Range<usize>,
        cost: impl Fn(usize, usize) -> f64,
    ) -> [usize; 2] {
        let mut best = (f64::INFINITY, [left.start, right.start]);
        for u in left {
            for w in right.clone() {
                let c = cost(u, w);
                if c < best.0 {
                    best = (c, [u, w]);
                }
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn length(matrix: &[f64], n_features: usize, order: &[u32]) -> f64 {
        let row = |i: u32| &matrix[i as usize * n_features..][..n_features];
        order.windows(2).map(|w| squared_distance(row(w[0]), row(w[1]))).sum()
    }

    /// Every order that turning branches can give, by the tree's merges.
    fn every_order(tree: &Hierarchy) -> Vec<Vec<u32>> {
        let mut of: Vec<Vec<Vec<u32>>> = (0..tree.n() as u32).map(|i| vec![vec![i]]).collect();
        for merge in &tree.merges {
            let [a, b] = merge.of.map(|c| of[c as usize].clone());
            let joined = a
                .iter()
                .flat_map(|x| b.iter().flat_map(move |y| [[&x[..], y].concat(), [&y[..], x].concat()]));
            of.push(joined.collect());
        }
        of.pop().unwrap_or_default()
    }

    #[test]
    fn a_line_is_walked_from_end_to_end() {
        let mut order = by_likeness(&[4.0, 0.0, 9.0, 1.0, 30.0], 1);
        if order[0] == 4 {
            order.reverse();
        }
        assert_eq!(order, [1, 3, 0, 2, 4]);
        assert!(by_likeness(&[], 3).is_empty());
        assert_eq!(by_likeness(&[1.0, 2.0], 1).len(), 2);
    }

    proptest! {
        #[test]
        fn no_turning_of_branches_is_shorter(
            rows in prop::collection::vec([0u8..20, 0u8..20, 0u8..20], 3..8),
        ) {
            let matrix: Vec<f64> = rows.as_flattened().iter().map(|v| f64::from(*v)).collect();
            let tree = hierarchy(&matrix, 3, Linkage::Complete, Metric::Euclidean).unwrap();
            let orders = every_order(&tree);
            let shortest = orders.iter().map(|o| length(&matrix, 3, o)).fold(f64::INFINITY, f64::min);
            let found = by_likeness(&matrix, 3);
            prop_assert!(orders.contains(&found), "{:?}", found);
            prop_assert_eq!(length(&matrix, 3, &found), shortest);
        }
    }
}
