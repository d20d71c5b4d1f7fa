//! Reproducible elementary functions, seeded random numbers and order statistics.
//!
//! `std`'s `exp` and `ln` differ in their last bits between platforms; these do not. For the same reason
//! no result comes from ndarray's matrix product, which fuses multiply and add where a CPU can: sums over rows are
//! written as loops or as products of two contiguous vectors, which ndarray adds up in one fixed order.

mod distance;
mod exact;
mod fenwick;
mod order;
mod rng;
mod stats;
mod tails;

pub use distance::squared_distance;
pub use exact::ExactSum;
pub use fenwick::Fenwick;
pub use order::{Order, ascending, sort};
pub use rng::Rng;
pub use stats::{correlation, mean, median, quantile_sorted, ranks, spearman};
pub use tails::{chi_square_tail, ln_factorial, normal_density, normal_two_sided};

/// e^x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln (1 + x), exact for small x.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Decadic logarithm.
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// x^y.
pub fn powf(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The logistic function 1 / (1 + e^−x), without overflow at either end.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}
