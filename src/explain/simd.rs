//! The vector instructions of the engines: those that every processor of the target has, or AVX2 where the program finds
//! itself on a processor that has it.
//!
//! Every operation does the same to each lane and no lane sees another; products and sums are not fused. So the bits of a
//! row depend neither on its neighbours nor on the instructions. Left to itself the compiler vectorises such loops for x86
//! but not for WebAssembly, hence vectors written out.

use wide::{f32x4, f64x2, i16x8};

/// A set of instructions. A value of the type stands for a processor that has them.
pub(super) trait Simd: Copy {
    /// Numbers side by side; or decisions, all ones or all zeros in each lane.
    type Vector: Copy + bytemuck::Pod;
    /// Four f64, one per row.
    type Exact: Copy;
    /// Eight f32, one per row.
    type Narrow: Copy;
    /// Sixteen small whole numbers or sets of bits, one per row.
    type Bits: Copy;

    /// The same number in each lane.
    fn splat(self, value: f64) -> Self::Vector;
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn and(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn xor(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// Decides a < b.
    fn below(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Columns of the lines of four rows.
    fn exact_columns(self, lines: [&f64x2; 4]) -> [Self::Exact; 2];
    /// Columns of the lines of eight rows.
    fn narrow_columns(self, lines: [&f32x4; 8]) -> [Self::Narrow; 4];
    fn add_exact(self, sums: &mut [f64x2; 2], rows: Self::Exact);
    fn add_narrow(self, sums: &mut [f32x4; 2], rows: Self::Narrow);

    /// The same number in each lane.
    fn splat_bits(self, value: i16) -> Self::Bits;
    fn load_bits(self, from: &[i16x8; 2]) -> Self::Bits;
    fn store_bits(self, bits: Self::Bits) -> [i16x8; 2];
    fn and_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    fn or_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Those of a that b has not.
    fn without_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    fn add_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Decides a > b, with signs.
    fn above_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Decides a = b.
    fn same_bits(self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// To the right, with the sign.
    fn shift_bits(self, a: Self::Bits, by: u16) -> Self::Bits;
}

/// What is to be done with whichever instructions there are.
pub(super) trait Task {
    /// Does it; to be inlined, so that it is compiled once for each set of instructions.
    fn run<S: Simd>(self, simd: S);
}

/// Does a task with the best instructions of this processor.
#[inline]
pub(super) fn run(task: impl Task) {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = avx2::Avx2::try_new() {
        return avx2::run(avx2, task);
    }
    task.run(Plain);
}

/// What every processor of the target has: WebAssembly's simd128, x86's SSE2, ARM's NEON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain;

impl Simd for Plain {
    type Vector = f64x2;
    type Exact = [f64x2; 2];
    type Narrow = [f32x4; 2];
    type Bits = [i16x8; 2];

    /// `wide` makes a WebAssembly vector of an array; where the page is compiled for size, that array goes through memory
    /// as two numbers and comes back as one vector, for which the processor has to wait every time.
    #[inline(always)]
    fn splat(self, value: f64) -> f64x2 {
        #[cfg(target_arch = "wasm32")]
        return bytemuck::cast(core::arch::wasm32::f64x2_splat(value));
        #[cfg(not(target_arch = "wasm32"))]
        f64x2::splat(value)
    }
    #[inline(always)]
    fn add(self, a: f64x2, b: f64x2) -> f64x2 {
        a + b
    }
    #[inline(always)]
    fn sub(self, a: f64x2, b: f64x2) -> f64x2 {
        a - b
    }
    #[inline(always)]
    fn mul(self, a: f64x2, b: f64x2) -> f64x2 {
        a * b
    }
    #[inline(always)]
    fn and(self, a: f64x2, b: f64x2) -> f64x2 {
        a & b
    }
    #[inline(always)]
    fn xor(self, a: f64x2, b: f64x2) -> f64x2 {
        a ^ b
    }
    #[inline(always)]
    fn below(self, a: f64x2, b: f64x2) -> f64x2 {
        a.simd_lt(b)
    }

    #[inline(always)]
    fn exact_columns(self, [a, b, c, d]: [&f64x2; 4]) -> [[f64x2; 2]; 2] {
        let ([first, second], [more_first, more_second]) = (transpose_two(*a, *b), transpose_two(*c, *d));
        [[first, more_first], [second, more_second]]
    }
    #[inline(always)]
    fn narrow_columns(self, [a, b, c, d, e, f, g, h]: [&f32x4; 8]) -> [[f32x4; 2]; 4] {
        let (one, two) = (transpose_four([*a, *b, *c, *d]), transpose_four([*e, *f, *g, *h]));
        [0, 1, 2, 3].map(|lane| [one[lane], two[lane]])
    }
    #[inline(always)]
    fn add_exact(self, sums: &mut [f64x2; 2], rows: [f64x2; 2]) {
        sums[0] += rows[0];
        sums[1] += rows[1];
    }
    #[inline(always)]
    fn add_narrow(self, sums: &mut [f32x4; 2], rows: [f32x4; 2]) {
        sums[0] += rows[0];
        sums[1] += rows[1];
    }

    #[inline(always)]
    fn splat_bits(self, value: i16) -> [i16x8; 2] {
        #[cfg(target_arch = "wasm32")]
        return [bytemuck::cast(core::arch::wasm32::i16x8_splat(value)); 2];
        #[cfg(not(target_arch = "wasm32"))]
        [i16x8::splat(value); 2]
    }
    #[inline(always)]
    fn load_bits(self, from: &[i16x8; 2]) -> [i16x8; 2] {
        *from
    }
    #[inline(always)]
    fn store_bits(self, bits: [i16x8; 2]) -> [i16x8; 2] {
        bits
    }
    #[inline(always)]
    fn and_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0] & b[0], a[1] & b[1]]
    }
    #[inline(always)]
    fn or_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0] | b[0], a[1] | b[1]]
    }
    #[inline(always)]
    fn without_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0] & !b[0], a[1] & !b[1]]
    }
    #[inline(always)]
    fn add_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0] + b[0], a[1] + b[1]]
    }
    #[inline(always)]
    fn above_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0].simd_gt(b[0]), a[1].simd_gt(b[1])]
    }
    #[inline(always)]
    fn same_bits(self, a: [i16x8; 2], b: [i16x8; 2]) -> [i16x8; 2] {
        [a[0].simd_eq(b[0]), a[1].simd_eq(b[1])]
    }
    #[inline(always)]
    fn shift_bits(self, a: [i16x8; 2], by: u16) -> [i16x8; 2] {
        a.map(|a| a >> i32::from(by))
    }
}

#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_two(a: f64x2, b: f64x2) -> [f64x2; 2] {
    use core::arch::wasm32::i64x2_shuffle;
    let (a, b) = (bytemuck::cast(a), bytemuck::cast(b));
    [bytemuck::cast(i64x2_shuffle::<0, 2>(a, b)), bytemuck::cast(i64x2_shuffle::<1, 3>(a, b))]
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn transpose_two(a: f64x2, b: f64x2) -> [f64x2; 2] {
    let ([a_0, a_1], [b_0, b_1]) = (a.to_array(), b.to_array());
    [f64x2::new([a_0, b_0]), f64x2::new([a_1, b_1])]
}

#[cfg(target_arch = "wasm32")]
#[inline(always)]
fn transpose_four(lines: [f32x4; 4]) -> [f32x4; 4] {
    use core::arch::wasm32::i32x4_shuffle;
    let [a, b, c, d] = lines.map(bytemuck::cast);
    let (ab_low, ab_high) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (cd_low, cd_high) = (i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        bytemuck::cast(i32x4_shuffle::<0, 1, 4, 5>(ab_low, cd_low)),
        bytemuck::cast(i32x4_shuffle::<2, 3, 6, 7>(ab_low, cd_low)),
        bytemuck::cast(i32x4_shuffle::<0, 1, 4, 5>(ab_high, cd_high)),
        bytemuck::cast(i32x4_shuffle::<2, 3, 6, 7>(ab_high, cd_high)),
    ]
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn transpose_four(lines: [f32x4; 4]) -> [f32x4; 4] {
    f32x4::transpose(lines)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Simd, Task};
    use core::arch::x86_64::{__m256, __m256d, __m256i, _CMP_LT_OQ};
    use pulp::NullaryFnOnce;
    use wide::{f32x4, f64x2, i16x8};

    pub(super) use pulp::x86::V3 as Avx2;

    struct With<T>(Avx2, T);

    impl<T: Task> NullaryFnOnce for With<T> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.1.run(self.0);
        }
    }

    #[inline]
    pub(super) fn run(avx2: Avx2, task: impl Task) {
        avx2.vectorize(With(avx2, task));
    }

    impl Simd for Avx2 {
        type Vector = __m256d;
        type Exact = __m256d;
        type Narrow = __m256;
        type Bits = __m256i;

        #[inline(always)]
        fn splat(self, value: f64) -> __m256d {
            self.avx._mm256_set1_pd(value)
        }
        #[inline(always)]
        fn add(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_add_pd(a, b)
        }
        #[inline(always)]
        fn sub(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_sub_pd(a, b)
        }
        #[inline(always)]
        fn mul(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_mul_pd(a, b)
        }
        #[inline(always)]
        fn and(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_and_pd(a, b)
        }
        #[inline(always)]
        fn xor(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_xor_pd(a, b)
        }
        #[inline(always)]
        fn below(self, a: __m256d, b: __m256d) -> __m256d {
            self.avx._mm256_cmp_pd::<_CMP_LT_OQ>(a, b)
        }

        #[inline(always)]
        fn exact_columns(self, [a, b, c, d]: [&f64x2; 4]) -> [__m256d; 2] {
            let (ac, bd) = (bytemuck::cast([*a, *c]), bytemuck::cast([*b, *d]));
            [self.avx._mm256_unpacklo_pd(ac, bd), self.avx._mm256_unpackhi_pd(ac, bd)]
        }
        #[inline(always)]
        fn narrow_columns(self, [a, b, c, d, e, f, g, h]: [&f32x4; 8]) -> [__m256; 4] {
            // Two transpositions of four lines by four numbers, side by side.
            let [ae, bf, cg, dh] =
                [[a, e], [b, f], [c, g], [d, h]].map(|pair| bytemuck::cast(pair.map(|line| *line)));
            let (low, more_low) = (self.avx._mm256_unpacklo_ps(ae, bf), self.avx._mm256_unpacklo_ps(cg, dh));
            let (high, more_high) =
                (self.avx._mm256_unpackhi_ps(ae, bf), self.avx._mm256_unpackhi_ps(cg, dh));
            [
                self.avx._mm256_shuffle_ps::<0b01_00_01_00>(low, more_low),
                self.avx._mm256_shuffle_ps::<0b11_10_11_10>(low, more_low),
                self.avx._mm256_shuffle_ps::<0b01_00_01_00>(high, more_high),
                self.avx._mm256_shuffle_ps::<0b11_10_11_10>(high, more_high),
            ]
        }
        #[inline(always)]
        fn add_exact(self, sums: &mut [f64x2; 2], rows: __m256d) {
            *sums = bytemuck::cast(self.avx._mm256_add_pd(bytemuck::cast(*sums), rows));
        }
        #[inline(always)]
        fn add_narrow(self, sums: &mut [f32x4; 2], rows: __m256) {
            *sums = bytemuck::cast(self.avx._mm256_add_ps(bytemuck::cast(*sums), rows));
        }

        #[inline(always)]
        fn splat_bits(self, value: i16) -> __m256i {
            self.avx._mm256_set1_epi16(value)
        }
        #[inline(always)]
        fn load_bits(self, from: &[i16x8; 2]) -> __m256i {
            bytemuck::cast(*from)
        }
        #[inline(always)]
        fn store_bits(self, bits: __m256i) -> [i16x8; 2] {
            bytemuck::cast(bits)
        }
        #[inline(always)]
        fn and_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_and_si256(a, b)
        }
        #[inline(always)]
        fn or_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_or_si256(a, b)
        }
        #[inline(always)]
        fn without_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_andnot_si256(b, a)
        }
        #[inline(always)]
        fn add_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_add_epi16(a, b)
        }
        #[inline(always)]
        fn above_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_cmpgt_epi16(a, b)
        }
        #[inline(always)]
        fn same_bits(self, a: __m256i, b: __m256i) -> __m256i {
            self.avx2._mm256_cmpeq_epi16(a, b)
        }
        #[inline(always)]
        fn shift_bits(self, a: __m256i, by: u16) -> __m256i {
            self.avx2._mm256_sra_epi16(a, bytemuck::cast([u64::from(by), 0]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of lines of numbers that are all different, added to sums that are not zero.
    #[derive(Default)]
    struct Columns {
        exact: [[f64x2; 2]; 2],
        narrow: [[f32x4; 2]; 4],
    }

    impl Task for &mut Columns {
        fn run<S: Simd>(self, simd: S) {
            let exact: [f64x2; 4] = std::array::from_fn(|r| f64x2::new([r as f64, 10.0 + r as f64]));
            self.exact = [[f64x2::splat(0.5); 2]; 2];
            for (sums, rows) in self.exact.iter_mut().zip(simd.exact_columns(exact.each_ref())) {
                simd.add_exact(sums, rows);
            }
            let line = |r: usize| f32x4::new([0, 10, 20, 30].map(|column| (column + r) as f32));
            let narrow: [f32x4; 8] = std::array::from_fn(line);
            self.narrow = [[f32x4::splat(0.5); 2]; 4];
            for (sums, rows) in self.narrow.iter_mut().zip(simd.narrow_columns(narrow.each_ref())) {
                simd.add_narrow(sums, rows);
            }
        }
    }

    #[test]
    fn lines_become_columns() {
        let (mut plain, mut best) = (Columns::default(), Columns::default());
        plain.run(Plain);
        run(&mut best);
        for got in [plain, best] {
            let exact: &[[f64; 4]] = bytemuck::cast_slice(&got.exact);
            assert_eq!(exact, [[0.5, 1.5, 2.5, 3.5], [10.5, 11.5, 12.5, 13.5]]);
            let narrow: &[[f32; 8]] = bytemuck::cast_slice(&got.narrow);
            for (column, rows) in narrow.iter().enumerate() {
                assert_eq!(*rows, [0, 1, 2, 3, 4, 5, 6, 7].map(|r| (10 * column + r) as f32 + 0.5));
            }
        }
    }
}
