//! How many rows a worker is given at a time.

/// Rows of the first chunks.
const FIRST: usize = 64;
/// Least and most rows of a chunk.
const BOUNDS: [usize; 2] = [16, 4096];
/// Wanted time per chunk, so that progress moves and little is lost with a worker.
const CHUNK_MS: f64 = 120.0;
/// Share of the time that may go to what a chunk takes whatever its length.
const FIXED: f64 = 0.2;

/// The length of chunks, from the time that earlier ones took.
///
/// Where a chunk takes long before its first row (tables of a large model are made anew for each), short chunks would
/// mostly repeat that: chunks of two lengths tell it from what a further row takes.
#[derive(Clone, Debug)]
pub struct Pace {
    rows: usize,
    /// Rows and milliseconds of an earlier chunk.
    earlier: Option<(usize, f64)>,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { rows: FIRST, earlier: None }
    }
}

impl Pace {
    /// Rows of the next chunk.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Learns from a chunk that is done.
    pub fn took(&mut self, rows: usize, ms: f64) {
        let (n, ms) = (rows.max(1) as f64, ms.max(0.1));
        // Chunks of nearly the same length differ by chance alone.
        let other = self.earlier.filter(|(other, _)| 4 * other.abs_diff(rows) >= rows);
        let whole = ms / n;
        let further = other
            .map_or(whole, |(other, took)| ((ms - took) / (n - other as f64)).clamp(0.01 * whole, whole));
        let fixed = ms - further * n;
        let wanted = (CHUNK_MS.max(fixed / FIXED) - fixed) / further;
        let [least, most] = BOUNDS;
        self.rows = (wanted as usize).clamp(self.rows / 2, self.rows * 4).clamp(least, most);
        if other.is_some() || self.earlier.is_none() {
            self.earlier = Some((rows, ms));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    /// The chunks that so many rows are done in, and their times, where one takes `fixed` and `further` for each row, give
    /// or take a share of that.
    fn run(n_rows: usize, [fixed, further]: [f64; 2], noise: f64) -> Vec<(usize, f64)> {
        let (mut pace, mut rng, mut left, mut chunks) = (Pace::default(), Rng::new(1), n_rows, Vec::new());
        while left > 0 {
            let rows = pace.rows().min(left);
            let ms = (fixed + further * rows as f64) * (1.0 + noise * (2.0 * rng.uniform() - 1.0));
            pace.took(rows, ms);
            chunks.push((rows, ms));
            left -= rows;
        }
        chunks
    }

    #[test]
    fn chunks_take_about_the_wanted_time() {
        for further in [0.1, 0.5, 2.0] {
            for noise in [0.0, 0.2] {
                let chunks = run(100_000, [0.0, further], noise);
                let later = &chunks[4..chunks.len() - 1];
                let mean = later.iter().map(|c| c.1).sum::<f64>() / later.len() as f64;
                assert!((0.5..2.0).contains(&(mean / CHUNK_MS)), "{further} {noise}: {mean}");
                assert!(later.iter().all(|c| c.1 < 5.0 * CHUNK_MS), "{further} {noise}: {later:?}");
            }
        }
    }

    #[test]
    fn what_every_chunk_takes_is_seldom_repeated() {
        for fixed in [100.0, 600.0, 3_000.0] {
            for noise in [0.0, 0.1] {
                let chunks = run(20_000, [fixed, 0.2], noise);
                let spent: f64 = chunks.iter().map(|c| c.1).sum();
                let least = 20_000.0 * 0.2 + (20_000 / BOUNDS[1]) as f64 * fixed;
                assert!(spent < 2.5 * least, "{fixed} {noise}: {spent} for {least}, {chunks:?}");
            }
        }
    }

    #[test]
    fn lengths_stay_within_their_bounds() {
        assert!(run(5_000, [0.0, 1e4], 0.2).iter().skip(3).rev().skip(1).all(|c| c.0 == BOUNDS[0]));
        assert!(run(1_000_000, [0.0, 1e-9], 0.2).iter().all(|c| c.0 <= BOUNDS[1]));
        let mut pace = Pace::default();
        pace.took(0, f64::NAN);
        assert!((BOUNDS[0]..=BOUNDS[1]).contains(&pace.rows()));
    }
}
