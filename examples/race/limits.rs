//! What this processor can do at most, for the distance of the engines from it.

use std::hint::black_box;
use std::time::Instant;

/// Per second, on one thread, with the widest instructions that the engines use.
pub(crate) struct Limits {
    /// Sums and products of f64.
    pub(crate) operations: f64,
    /// Loads of a vector from the nearest cache.
    pub(crate) loads: f64,
}

#[cfg(target_arch = "x86_64")]
pub(crate) fn measure() -> Option<Limits> {
    let simd = pulp::x86::V3::try_new()?;
    let (mut operations, mut loads) = (0f64, 0f64);
    // The best of several: what disturbs only slows.
    for _ in 0..20 {
        operations = operations.max(simd.vectorize(Operations(simd)));
        loads = loads.max(simd.vectorize(Loads(simd)));
    }
    Some(Limits { operations, loads })
}

#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn measure() -> Option<Limits> {
    None
}

/// Sums and products that do not wait for each other, alternately as in the engines.
#[cfg(target_arch = "x86_64")]
struct Operations(pulp::x86::V3);

#[cfg(target_arch = "x86_64")]
impl pulp::NullaryFnOnce for Operations {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let simd = self.0.avx;
        let (mut x, by) = ([simd._mm256_set1_pd(black_box(1.0)); 14], simd._mm256_set1_pd(black_box(0.999)));
        let (start, n) = (Instant::now(), 200_000);
        for _ in 0..n {
            for x in &mut x[..7] {
                *x = simd._mm256_mul_pd(*x, by);
            }
            for x in &mut x[7..] {
                *x = simd._mm256_add_pd(*x, by);
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        black_box(x);
        f64::from(n * 14 * 4) / seconds
    }
}

/// Loads of 16 kB, over and over.
#[cfg(target_arch = "x86_64")]
struct Loads(pulp::x86::V3);

#[cfg(target_arch = "x86_64")]
impl pulp::NullaryFnOnce for Loads {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let simd = self.0;
        let numbers: Vec<[u64; 4]> = black_box(vec![[1; 4]; 512]);
        let mut seen = [simd.avx._mm256_setzero_si256(); 8];
        let (start, n) = (Instant::now(), 2_000);
        for _ in 0..n {
            let (groups, _) = black_box(&numbers).as_chunks::<8>();
            for group in groups {
                for (seen, numbers) in seen.iter_mut().zip(group) {
                    *seen = simd.avx2._mm256_or_si256(*seen, bytemuck::cast(*numbers));
                }
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        black_box(seen);
        f64::from(n * 512) / seconds
    }
}
