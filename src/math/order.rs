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

/// Sorts numbers: −NaN, −∞, …, ∞, NaN.
#[inline(never)]
pub fn sort(numbers: &mut [f64]) {
    numbers.sort_unstable_by(f64::total_cmp);
}

/// Indices of numbers in ascending order (−NaN, −∞, …, ∞, NaN), equal ones in the order they had: several times faster
/// than comparing through a closure.
pub fn ascending(numbers: impl Iterator<Item = f64>) -> Vec<usize> {
    // The bits of a number order as it does once those of negative ones are turned round (IEEE 754, totalOrder).
    let key = |v: f64| {
        let bits = v.to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    };
    let mut keyed: Vec<(u64, usize)> = numbers.enumerate().map(|(i, v)| (key(v), i)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, i)| i).collect()
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

        #[test]
        fn numbers_ascend_as_total_cmp_has_them(bits in prop::collection::vec(any::<u64>(), 0..80)) {
            let mut numbers: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            numbers.extend([0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0, 1.0]);
            let mut theirs: Vec<usize> = (0..numbers.len()).collect();
            theirs.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
            prop_assert_eq!(ascending(numbers.iter().copied()), theirs);
        }
    }
}
