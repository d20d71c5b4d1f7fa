//! A monotone function on top of one output: from a margin to a calibrated probability.
//!
//! Attributions explain the margin, which is additive; the calibrated value is shown beside it. Calibration is monotone, so
//! what raises the margin raises the calibrated value, too, or leaves it where the function is flat.

use crate::math::{self, Order};

/// Points of an isotonic function.
const MAX_POINTS: usize = 1_000_000;

/// How calibrated values follow from margins.
#[derive(Clone, Debug, PartialEq)]
pub enum Calibration {
    /// Straight lines between points, constant before the first and after the last.
    Isotonic(Points),
    /// 1 / (1 + e^(slope · m + intercept)); the slope is negative where a higher margin means a higher probability
    /// (Platt 1999).
    Platt {
        /// Factor of the margin.
        slope: f64,
        /// Added to it.
        intercept: f64,
    },
}

/// Points with ascending margins and values that never fall.
#[derive(Clone, Debug, PartialEq)]
pub struct Points(Vec<(f64, f64)>);

/// Why points are no calibration.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// No points.
    #[error("there are no points")]
    Empty,
    /// More than are kept.
    #[error("there are {got} points, more than the limit of {MAX_POINTS}")]
    TooMany {
        /// Their number.
        got: usize,
    },
    /// NaN or infinity.
    #[error("point {row} is not made of finite numbers")]
    NotFinite {
        /// 0-based, in the order given.
        row: usize,
    },
    /// One margin with two values.
    #[error("the margin {margin} has two calibrated values, {one} and {other}")]
    Ambiguous {
        /// The margin.
        margin: f64,
        /// One of its values.
        one: f64,
        /// Another.
        other: f64,
    },
    /// Not monotone.
    #[error("the calibrated value falls from {from} to {to} where the margin rises to {margin}")]
    Falls {
        /// The larger margin.
        margin: f64,
        /// Value before.
        from: f64,
        /// Value there.
        to: f64,
    },
    /// A Platt function that is constant, falls, or is not finite.
    #[error("the slope {slope} and the intercept {intercept} are no rising function")]
    Platt {
        /// As given.
        slope: f64,
        /// As given.
        intercept: f64,
    },
}

impl CalibrationError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            CalibrationError::Empty => "Give a table with the columns margin and calibrated value.",
            CalibrationError::TooMany { .. } => "A few hundred points describe a calibration; thin them out.",
            CalibrationError::NotFinite { .. } => "Leave out the points without a number.",
            CalibrationError::Ambiguous { .. } => "Keep one calibrated value per margin.",
            CalibrationError::Falls { .. } | CalibrationError::Platt { .. } => {
                "A calibration keeps the order of patients: check that the columns are not swapped and the class is right."
            }
        }
    }
}

impl Calibration {
    /// An isotonic function through points (margin, calibrated value) in any order.
    ///
    /// # Errors
    /// [`CalibrationError`].
    pub fn isotonic(mut points: Vec<(f64, f64)>) -> Result<Self, CalibrationError> {
        if points.is_empty() {
            return Err(CalibrationError::Empty);
        }
        if points.len() > MAX_POINTS {
            return Err(CalibrationError::TooMany { got: points.len() });
        }
        if let Some(row) = points.iter().position(|(x, y)| !x.is_finite() || !y.is_finite()) {
            return Err(CalibrationError::NotFinite { row });
        }
        points.order_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup();
        for pair in points.windows(2) {
            let ((x, y), (next, value)) = (pair[0], pair[1]);
            if x == next {
                return Err(CalibrationError::Ambiguous { margin: x, one: y, other: value });
            }
            if value < y {
                return Err(CalibrationError::Falls { margin: next, from: y, to: value });
            }
        }
        Ok(Calibration::Isotonic(Points(points)))
    }

    /// A Platt function.
    ///
    /// # Errors
    /// [`CalibrationError::Platt`].
    pub fn platt(slope: f64, intercept: f64) -> Result<Self, CalibrationError> {
        if slope < 0.0 && slope.is_finite() && intercept.is_finite() {
            Ok(Calibration::Platt { slope, intercept })
        } else {
            Err(CalibrationError::Platt { slope, intercept })
        }
    }

    /// The calibrated value of a margin.
    pub fn apply(&self, margin: f64) -> f64 {
        match self {
            Calibration::Isotonic(Points(points)) => {
                let after = points.partition_point(|&(x, _)| x <= margin);
                match (after.checked_sub(1).map(|i| points[i]), points.get(after)) {
                    (Some((x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) / (x1 - x0) * (margin - x0),
                    (Some((_, y)), None) | (None, Some(&(_, y))) => y,
                    (None, None) => f64::NAN,
                }
            }
            Calibration::Platt { slope, intercept } => math::sigmoid(-(slope * margin + intercept)),
        }
    }

    /// `isotonic` or `Platt`.
    pub fn name(&self) -> &'static str {
        match self {
            Calibration::Isotonic(_) => "isotonic",
            Calibration::Platt { .. } => "Platt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isotonic_is_linear_between_points_and_flat_outside() {
        let points = vec![(2.0, 0.5), (0.0, 0.1), (1.0, 0.1), (2.0, 0.5), (4.0, 0.9)];
        let calibration = Calibration::isotonic(points).unwrap();
        for (margin, expected) in
            [(-9.0, 0.1), (0.5, 0.1), (1.0, 0.1), (1.5, 0.3), (3.0, 0.7), (4.0, 0.9), (9.0, 0.9)]
        {
            assert!((calibration.apply(margin) - expected).abs() < 1e-15, "{margin}");
        }
        assert_eq!(Calibration::isotonic(vec![(1.0, 0.25)]).unwrap().apply(-3.0), 0.25);
    }

    #[test]
    fn platt_is_a_logistic_function() {
        let calibration = Calibration::platt(-2.0, 1.0).unwrap();
        assert_eq!(calibration.apply(0.5), 0.5);
        assert_eq!(calibration.apply(1.0), math::sigmoid(1.0));
    }

    #[test]
    fn what_is_no_calibration_is_refused() {
        let refused = |points: &[(f64, f64)]| Calibration::isotonic(points.to_vec()).unwrap_err();
        assert_eq!(refused(&[]), CalibrationError::Empty);
        assert_eq!(refused(&[(0.0, 0.0), (f64::NAN, 0.5)]), CalibrationError::NotFinite { row: 1 });
        assert!(matches!(refused(&[(0.0, 0.1), (0.0, 0.2)]), CalibrationError::Ambiguous { .. }));
        assert!(matches!(refused(&[(0.0, 0.3), (1.0, 0.2)]), CalibrationError::Falls { .. }));
        for (slope, intercept) in [(0.0, 1.0), (2.0, 0.0), (f64::NEG_INFINITY, 0.0), (-1.0, f64::NAN)] {
            let error = Calibration::platt(slope, intercept).unwrap_err();
            assert!(!error.hint().is_empty());
        }
    }
}
