//! Clusters as dense places, with patients in none: HDBSCAN (Campello, Moulavi & Sander 2013; excess of mass), as
//! scikit-learn has it.
//!
//! Written here because the crate that is kept up, hdbscan 0.12, brings a k-d tree and threads into the page, and its
//! order of equal distances is not stated; without its neighbour search the method is the hundred lines below.

use super::cloud::Cloud;
use crate::math::{Order as _, squared_distance};
use ndarray::ArrayView2;

/// Distances are not taken for shorter than this share of the longest: copies of a patient lie at none.
const SHORTEST: f64 = 1e-12;

/// Cluster of each row of a row-major `[row][feature]` matrix, None for rows in no cluster. A cluster has at least `least`
/// patients; density is the distance to the `least`-th patient, the patient counted. Clusters are numbered in no
/// particular order. A patient equally near to two clusters, which is common here, goes by the order of the values and
/// not of the table. Cost: the square of the rows times the features.
pub fn hdbscan(matrix: &[f64], n_features: usize, least: usize) -> Vec<Option<u32>> {
    let n = matrix.len().checked_div(n_features).unwrap_or(0);
    let cloud = Cloud::new(matrix, n_features, 0..n);
    let found = condensed(&joins(cloud.points.view(), least), n, least);
    cloud.restore(&found, None)
}

/// Two groups that join: below `n` a point, from there on the join `id − n`.
pub(super) struct Join {
    of: [usize; 2],
    distance: f64,
    size: usize,
}

/// The single-linkage tree of mutual reachability: the larger of two points' distance and of how far each has to go for
/// `neighbours` points, itself counted.
pub(super) fn joins(points: ArrayView2<'_, f64>, neighbours: usize) -> Vec<Join> {
    let n = points.nrows();
    if n < 2 {
        return Vec::new();
    }
    let points = points.as_standard_layout();
    let rows: Vec<&[f64]> = points.rows().into_iter().filter_map(|r| r.to_slice()).collect();
    // Points that do not differ have no columns.
    let squared =
        |i: usize, j: usize| rows.get(i).zip(rows.get(j)).map_or(0.0, |(a, b)| squared_distance(a, b));
    let core: Vec<f64> = (0..n)
        .map(|i| {
            let mut all: Vec<f64> = (0..n).map(|j| squared(i, j)).collect();
            let at = neighbours.clamp(1, n) - 1;
            *all.select_nth_unstable_by(at, f64::total_cmp).1
        })
        .collect();
    // Prim's order, from the first point on; of equals the earlier point. Two points join at the longest step between
    // them in this order, so that its steps serve as the edges of the tree.
    let mut edges: Vec<(f64, [usize; 2])> = Vec::with_capacity(n - 1);
    let mut nearest = vec![f64::INFINITY; n];
    let mut outside: Vec<usize> = (1..n).collect();
    let mut last = 0;
    while !outside.is_empty() {
        let mut best = 0;
        for (place, &j) in outside.iter().enumerate() {
            nearest[j] = nearest[j].min(squared(last, j).max(core[last]).max(core[j]));
            if nearest[j] < nearest[outside[best]] {
                best = place;
            }
        }
        let next = outside.remove(best);
        edges.push((nearest[next].sqrt(), [last, next]));
        last = next;
    }
    edges.order_by(|a, b| a.0.total_cmp(&b.0));
    joined(&edges, n)
}

/// The tree that edges make, shortest first.
fn joined(edges: &[(f64, [usize; 2])], n: usize) -> Vec<Join> {
    let mut above: Vec<usize> = (0..2 * n - 1).collect();
    let mut sizes = vec![1; n];
    let mut out = Vec::with_capacity(edges.len());
    for (distance, ends) in edges {
        let of = ends.map(|mut c| {
            while above[c] != c {
                above[c] = above[above[c]];
                c = above[c];
            }
            c
        });
        let id = sizes.len();
        of.iter().for_each(|&c| above[c] = id);
        sizes.push(sizes[of[0]] + sizes[of[1]]);
        out.push(Join { of, distance: *distance, size: sizes[id] });
    }
    out
}

/// A cluster of the condensed tree: what it came from, at which density (1 / distance) it began, and for how long its
/// patients stayed.
struct Branch {
    parent: Option<usize>,
    birth: f64,
    stability: f64,
}

/// The clusters of a tree of `n` points that hold on longest, each of at least `least` points.
pub(super) fn condensed(joins: &[Join], n: usize, least: usize) -> Vec<Option<u32>> {
    let Some(top) = joins.last() else { return vec![None; n] };
    let shortest = (top.distance * SHORTEST).max(f64::MIN_POSITIVE);
    let mut branches = vec![Branch { parent: None, birth: 0.0, stability: 0.0 }];
    // The branch that each point left last.
    let mut left = vec![0; n];
    let mut waiting = vec![(n + joins.len() - 1, 0)];
    while let Some((node, branch)) = waiting.pop() {
        let Some(join) = node.checked_sub(n).and_then(|j| joins.get(j)) else { continue };
        let density = 1.0 / join.distance.max(shortest);
        let size = |c: usize| c.checked_sub(n).map_or(1, |j| joins[j].size);
        let splits = join.of.iter().all(|&c| size(c) >= least);
        for child in join.of {
            if splits {
                branches[branch].stability += (density - branches[branch].birth) * size(child) as f64;
                branches.push(Branch { parent: Some(branch), birth: density, stability: 0.0 });
                waiting.push((child, branches.len() - 1));
            } else if size(child) >= least {
                waiting.push((child, branch));
            } else {
                branches[branch].stability += (density - branches[branch].birth) * size(child) as f64;
                leave(child, branch, joins, n, &mut left);
            }
        }
    }
    let number = numbered(&chosen(&branches));
    let cluster = |mut b: usize| loop {
        match (number[b], branches[b].parent) {
            (Some(c), _) => break Some(c),
            (None, Some(parent)) => b = parent,
            (None, None) => break None,
        }
    };
    left.iter().map(|&b| cluster(b)).collect()
}

/// All points of a part that is too small to be a cluster fall out of the branch.
fn leave(part: usize, branch: usize, joins: &[Join], n: usize, left: &mut [usize]) {
    let mut waiting = vec![part];
    while let Some(c) = waiting.pop() {
        match c.checked_sub(n) {
            None => left[c] = branch,
            Some(j) => waiting.extend(joins[j].of),
        }
    }
}

/// Branches that are more stable than what they split into; never the root, and none within another.
fn chosen(branches: &[Branch]) -> Vec<bool> {
    let mut best: Vec<f64> = branches.iter().map(|b| b.stability).collect();
    let mut parts = vec![0.0; branches.len()];
    let mut chosen = vec![false; branches.len()];
    // Children come after their parents.
    for b in (1..branches.len()).rev() {
        chosen[b] = parts[b] <= best[b];
        best[b] = best[b].max(parts[b]);
        if let Some(parent) = branches[b].parent {
            parts[parent] += best[b];
        }
    }
    let mut inside = vec![false; branches.len()];
    for b in 1..branches.len() {
        inside[b] = branches[b].parent.is_some_and(|p| chosen[p] || inside[p]);
        chosen[b] &= !inside[b];
    }
    chosen
}

fn numbered(chosen: &[bool]) -> Vec<Option<u32>> {
    let mut next = 0;
    let number = |&c: &bool| {
        next += u32::from(c);
        c.then(|| next - 1)
    };
    chosen.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn dense_places_are_found_and_the_patient_far_from_them_is_in_none() {
        let x = [0.0, 0.1, 0.2, 0.3, 50.0, 9.0, 9.1, 9.2, 9.3];
        let found = hdbscan(&x, 1, 3);
        assert_eq!(found[4], None);
        assert!(found[..4].iter().all(|c| c.is_some() && *c == found[0]));
        assert!(found[5..].iter().all(|c| c.is_some() && *c == found[5] && *c != found[0]));
    }

    #[test]
    fn copies_few_patients_and_nobody() {
        let copies: Vec<f64> = (0..30).map(|i| f64::from(i % 2)).collect();
        let found = hdbscan(&copies, 1, 5);
        assert!(
            found.iter().enumerate().all(|(i, c)| c.is_some() && *c == found[i % 2]) && found[0] != found[1]
        );
        assert_eq!(hdbscan(&[1.0, 2.0], 1, 5), [None, None]);
        assert_eq!(hdbscan(&[3.0; 12], 2, 2).len(), 6);
        assert!(hdbscan(&[], 3, 5).is_empty());
    }

    #[test]
    fn the_order_of_the_table_decides_nothing() {
        let mut rng = Rng::new(8);
        let rows: Vec<[f64; 2]> =
            (0..90).map(|i| [f64::from(i % 3) * 4.0 + rng.normal(), rng.normal()]).collect();
        let turned: Vec<[f64; 2]> = rows.iter().rev().copied().collect();
        let mut found = hdbscan(turned.as_flattened(), 2, 8);
        found.reverse();
        assert_eq!(found, hdbscan(rows.as_flattened(), 2, 8));
    }
}
