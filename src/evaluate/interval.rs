//! Intervals.

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// Point estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Wilson score interval of a proportion. None if n = 0.
pub fn wilson(_successes: u64, _n: u64) -> Option<Interval> {
    None
}
