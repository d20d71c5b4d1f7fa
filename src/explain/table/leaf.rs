//! What one leaf of value 1 gives to each feature of its path, for every pattern of a row's decisions.
//!
//! A leaf table is laid out `[feature][pattern]`; bit j of a pattern is o_j, whether the row follows every edge of the
//! path's feature j.

use crate::explain::quadrature::Rule;

/// Path-dependent: Σ_q w c_q(o) (o_j − r_j) / (p o_j + (1 − p) r_j), with c_q(o) = Π_l (p o_l + (1 − p) r_l).
///
/// The quotient is −1 / (1 − p) where o_j = 0: nothing is divided by a share of cover.
pub(super) fn by_cover(shares: &[f64], rules: &[Rule], out: &mut Vec<f64>, scratch: &mut Vec<f64>) {
    let (k, n) = (shares.len(), 1 << shares.len());
    out.clear();
    out.resize(k * n, 0.0);
    let rule = &rules[k.div_ceil(2).max(1) - 1];
    // c_q for every pattern, by doubling.
    scratch.clear();
    scratch.resize(rule.points.len() * n, 0.0);
    for ((&p, &w), c) in rule.points.iter().zip(&rule.weights).zip(scratch.chunks_exact_mut(n)) {
        c[0] = w;
        for (j, &r) in shares.iter().enumerate() {
            let (without, with) = ((1.0 - p) * r, p + (1.0 - p) * r);
            let (first, second) = c.split_at_mut(1 << j);
            for (first, second) in first.iter_mut().zip(second) {
                *second = *first * with;
                *first *= without;
            }
        }
    }
    for (j, (&r, out)) in shares.iter().zip(out.chunks_exact_mut(n)).enumerate() {
        for (q, &p) in rule.points.iter().enumerate() {
            let c = &scratch[q * n..][..n];
            let slopes = [-1.0 / (1.0 - p), (1.0 - r) / (p + (1.0 - p) * r)];
            if k < 3 {
                out.iter_mut().zip(c).enumerate().for_each(|(m, (out, c))| *out += c * slopes[m >> j & 1]);
            } else if j < 3 {
                // Eight at a time: runs of one bit are too short for the processor.
                let slopes: [f64; 8] = std::array::from_fn(|m| slopes[m >> j & 1]);
                for (out, c) in out.as_chunks_mut::<8>().0.iter_mut().zip(c.as_chunks::<8>().0) {
                    for m in 0..8 {
                        out[m] += c[m] * slopes[m];
                    }
                }
            } else {
                let runs = out.chunks_exact_mut(1 << j).zip(c.chunks_exact(1 << j));
                for ((out, c), slope) in runs.zip(slopes.into_iter().cycle()) {
                    out.iter_mut().zip(c).for_each(|(out, c)| *out += c * slope);
                }
            }
        }
    }
}

/// Interventional: Σ_q w Σ_z h(z) (o_j − o_j(z)) Π_{l ≠ j} (p o_l + (1 − p) o_l(z)), with h the share of the background
/// rows that have each pattern.
///
/// The sum over z is a product of two-by-two matrices, one per feature, applied to h one after the other. All of them
/// but one have to be applied for each j; halving the features shares most of that work: k log k steps, none of which
/// subtracts.
pub(in crate::explain) fn by_background(
    k: usize,
    share: &[f64],
    rules: &[Rule],
    out: &mut Vec<f64>,
    scratch: &mut Vec<f64>,
) {
    out.clear();
    out.resize(k << k, 0.0);
    if k == 0 {
        return;
    }
    let n = 1 << k;
    let n_halvings = k.next_power_of_two().trailing_zeros() as usize;
    scratch.clear();
    scratch.resize((n_halvings + 1) * n, 0.0);
    let rule = &rules[k.div_ceil(2) - 1];
    for (&p, &w) in rule.points.iter().zip(&rule.weights) {
        scratch[..n].copy_from_slice(share);
        scratch[..n].iter_mut().for_each(|h| *h *= w);
        halve(0, k, p, n, scratch, out);
    }
}

/// Adds what features `from..to` get, given the distribution with every other feature's matrix applied.
fn halve(from: usize, to: usize, p: f64, n: usize, scratch: &mut [f64], out: &mut [f64]) {
    let (here, below) = scratch.split_at_mut(n);
    if to - from == 1 {
        let out = &mut out[from * n..][..n];
        for (out, h) in out.chunks_exact_mut(2 << from).zip(here.chunks_exact(2 << from)) {
            let (out_0, out_1) = out.split_at_mut(1 << from);
            let (h_0, h_1) = h.split_at(1 << from);
            out_0.iter_mut().zip(h_1).for_each(|(out, h)| *out -= h);
            out_1.iter_mut().zip(h_0).for_each(|(out, h)| *out += h);
        }
        return;
    }
    let middle = usize::midpoint(from, to);
    for (mine, theirs) in [(from..middle, middle..to), (middle..to, from..middle)] {
        below[..n].copy_from_slice(here);
        for j in theirs {
            join(&mut below[..n], j, p);
        }
        halve(mine.start, mine.end, p, n, below, out);
    }
}

/// Applies the matrix of a feature that takes part with probability p.
fn join(h: &mut [f64], j: usize, p: f64) {
    for pair in h.chunks_exact_mut(2 << j) {
        let (h_0, h_1) = pair.split_at_mut(1 << j);
        for (h_0, h_1) in h_0.iter_mut().zip(h_1) {
            let (neither, both) = (*h_0, *h_1);
            *h_0 = (1.0 - p) * both;
            *h_1 = p * neither + both;
        }
    }
}
