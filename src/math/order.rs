//! Sorting through one shared routine. The standard library writes out its sort for every closure it is given, some
//! three kilobytes each; here they all share one, and the page is that much smaller.

use std::cmp::Ordering;

/// Stable sorting of slices, by comparison or by key.
pub trait Order<T> {
    /// Sorts by `compare`, equal items in the order they had.
    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering);

    /// Sorts by `key`, equal items in the order they had.
    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }
}

impl<T> Order<T> for [T] {
    fn order_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        let mut from = order(self.len(), &|a, b| compare(&self[a], &self[b]));
        // `from[i]` says which item belongs at i. Each cycle of that permutation is turned by swaps.
        for start in 0..from.len() {
            let mut at = start;
            while from[at] != start {
                let next = from[at];
                self.swap(at, next);
                from[at] = at;
                at = next;
            }
            from[at] = at;
        }
    }
}

/// Indices 0..n in ascending order.
fn order(n: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..n).collect();
    indices.sort_by(|&a, &b| compare(a, b));
    indices
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn like_the_standard_librarys_stable_sort(items in prop::collection::vec((0u8..6, any::<u16>()), 0..60)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.order_by(|a, b| b.0.cmp(&a.0));
            theirs.sort_by_key(|a| std::cmp::Reverse(a.0));
            prop_assert_eq!(&ours, &theirs);
            ours.order_by_key(|a| a.0);
            theirs.sort_by_key(|a| a.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
