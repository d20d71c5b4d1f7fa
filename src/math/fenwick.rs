//! Running counts with logarithmic updates (Fenwick 1994).

/// Counts per slot 0..n that answer "how many below this slot?" in O(log n).
#[derive(Clone, Debug)]
pub struct Fenwick {
    tree: Vec<u64>,
}

impl Fenwick {
    /// `n` empty slots.
    pub fn new(n: usize) -> Self {
        Fenwick { tree: vec![0; n + 1] }
    }

    /// Empties every slot.
    pub fn clear(&mut self) {
        self.tree.fill(0);
    }

    /// Adds `count` to a slot.
    pub fn add(&mut self, slot: usize, count: u64) {
        let mut i = slot + 1;
        while i < self.tree.len() {
            self.tree[i] += count;
            i += i & i.wrapping_neg();
        }
    }

    /// Sum of the slots before `slot`.
    pub fn below(&self, slot: usize) -> u64 {
        let mut i = slot;
        let mut sum = 0;
        while i > 0 {
            sum += self.tree[i];
            i &= i - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_like_a_plain_array() {
        let mut fenwick = Fenwick::new(13);
        let mut plain = [0u64; 13];
        for step in 0..200usize {
            let slot = step * 7 % 13;
            fenwick.add(slot, step as u64);
            plain[slot] += step as u64;
            for s in 0..=13 {
                assert_eq!(fenwick.below(s), plain[..s].iter().sum::<u64>());
            }
        }
        fenwick.clear();
        assert_eq!(fenwick.below(13), 0);
    }
}
