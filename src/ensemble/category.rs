//! Sets of level codes, as categorical splits store them.

/// Codes from here on are not distinguishable in f32 and belong to no set.
const CODE_END: u32 = 1 << 24;

/// A set of level codes. Its size in memory is that of its codes, however large they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CategorySet {
    /// Ascending, distinct, below [`CODE_END`].
    codes: Box<[u32]>,
}

impl CategorySet {
    /// The set of these codes; None if there is none, or one is negative or 2²⁴ or more.
    pub fn of(codes: &[i64]) -> Option<Self> {
        let mut codes = codes
            .iter()
            .map(|&c| u32::try_from(c).ok().filter(|&c| c < CODE_END))
            .collect::<Option<Vec<u32>>>()
            .filter(|codes| !codes.is_empty())?;
        codes.sort_unstable();
        codes.dedup();
        Some(CategorySet { codes: codes.into() })
    }

    /// True if the set holds the code that `value` truncates to. Negative, missing and huge values are in no set.
    pub fn contains(&self, value: f64) -> bool {
        (0.0..f64::from(CODE_END)).contains(&value) && self.codes.binary_search(&(value as u32)).is_ok()
    }

    /// Codes in the set, ascending.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_truncates_and_refuses_what_is_no_code() {
        let set = CategorySet::of(&[33, 0, 2, 2]).unwrap();
        assert_eq!(set.codes(), [0, 2, 33]);
        assert!(set.contains(2.9) && set.contains(0.0) && set.contains(33.0));
        for outside in [1.0, -0.5, -1.0, 34.0, 16_777_216.0, 1e9, f64::NAN, f64::INFINITY] {
            assert!(!set.contains(outside), "{outside}");
        }
    }

    #[test]
    fn impossible_codes_are_refused() {
        for codes in [&[-1][..], &[1 << 24], &[i64::MAX], &[]] {
            assert_eq!(CategorySet::of(codes), None);
        }
    }
}
