//! A monotone function on top of one output: from a margin, or from the prediction that follows from it, to a calibrated
//! probability.
//!
//! Attributions explain the margin, which is additive; the calibrated value is shown beside it. Calibration is monotone, so
//! what raises the margin raises the calibrated value, too, or leaves it where the function is flat.

use super::Link;
use crate::math::{self, Order};
use serde::{Deserialize, Serialize};

/// Points of an isotonic function.
const MAX_POINTS: usize = 1_000_000;

/// A function and the scale it takes its argument from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    curve: Curve,
    input: CalibrationInput,
}

/// What is calibrated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalibrationInput {
    /// The sum of the trees.
    #[default]
    Margin,
    /// The margin through the model's link.
    Prediction,
}

impl CalibrationInput {
    /// `margin` or `prediction`.
    pub fn word(self) -> &'static str {
        match self {
            CalibrationInput::Margin => "margin",
            CalibrationInput::Prediction => "prediction",
        }
    }
}

/// How calibrated values follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Curve {
    /// Straight lines between points, constant before the first and after the last.
    Isotonic(Vec<(f64, f64)>),
    /// 1 / (1 + e^(slope · m + intercept)); the slope is negative where a higher margin means a higher probability
    /// (Platt 1999).
    Platt {
        /// Factor of the margin.
        slope: f64,
        /// Added to it.
        intercept: f64,
    },
}

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
    /// A model that has one.
    #[error("the model is calibrated already ({name})")]
    Already {
        /// See [`Calibration::name`].
        name: &'static str,
    },
    /// A model whose outputs sum to one, or are several questions.
    #[error("the model has {n_outputs} outputs, and a calibration belongs to one")]
    Outputs {
        /// Their number.
        n_outputs: usize,
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
            CalibrationError::Already { .. } => {
                "Leave out the calibration file, or give the model that was calibrated."
            }
            CalibrationError::Outputs { .. } => "Calibrate a model of two classes or one risk.",
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
        Ok(Calibration::of_margins(Curve::Isotonic(points)))
    }

    /// A Platt function.
    ///
    /// # Errors
    /// [`CalibrationError::Platt`].
    pub fn platt(slope: f64, intercept: f64) -> Result<Self, CalibrationError> {
        if slope < 0.0 && slope.is_finite() && intercept.is_finite() {
            Ok(Calibration::of_margins(Curve::Platt { slope, intercept }))
        } else {
            Err(CalibrationError::Platt { slope, intercept })
        }
    }

    fn of_margins(curve: Curve) -> Self {
        Calibration { curve, input: CalibrationInput::Margin }
    }

    /// The same function of something else.
    #[must_use]
    pub fn of(self, input: CalibrationInput) -> Self {
        Calibration { input, ..self }
    }

    /// What is calibrated.
    pub fn input(&self) -> CalibrationInput {
        self.input
    }

    /// The calibrated value of a margin, for a model with this link.
    pub fn apply(&self, margin: f64, link: Link) -> f64 {
        match self.input {
            CalibrationInput::Margin => self.curve.at(margin),
            CalibrationInput::Prediction => {
                let mut prediction = [margin];
                link.apply(&mut prediction);
                self.curve.at(prediction[0])
            }
        }
    }

    /// `isotonic` or `Platt`.
    pub fn name(&self) -> &'static str {
        match self.curve {
            Curve::Isotonic(_) => "isotonic",
            Curve::Platt { .. } => "Platt",
        }
    }

    /// Points of an isotonic function, 2 parameters of Platt's.
    pub fn size(&self) -> usize {
        match &self.curve {
            Curve::Isotonic(points) => points.len(),
            Curve::Platt { .. } => 2,
        }
    }
}

impl Curve {
    fn at(&self, x: f64) -> f64 {
        match self {
            Curve::Isotonic(points) => {
                let after = points.partition_point(|&(at, _)| at <= x);
                match (after.checked_sub(1).and_then(|i| points.get(i)), points.get(after)) {
                    (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) / (x1 - x0) * (x - x0),
                    (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
                    (None, None) => f64::NAN,
                }
            }
            Curve::Platt { slope, intercept } => math::sigmoid(-(slope * x + intercept)),
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
            assert!((calibration.apply(margin, Link::Identity) - expected).abs() < 1e-15, "{margin}");
        }
        assert_eq!(Calibration::isotonic(vec![(1.0, 0.25)]).unwrap().apply(-3.0, Link::Identity), 0.25);
    }

    #[test]
    fn platt_is_a_logistic_function() {
        let calibration = Calibration::platt(-2.0, 1.0).unwrap();
        assert_eq!(calibration.apply(0.5, Link::Identity), 0.5);
        assert_eq!(calibration.apply(1.0, Link::Identity), math::sigmoid(1.0));
    }

    #[test]
    fn predictions_are_calibrated_after_the_link() {
        let calibration = Calibration::isotonic(vec![(0.0, 0.0), (0.5, 0.1), (1.0, 1.0)]).unwrap();
        let calibration = calibration.of(CalibrationInput::Prediction);
        assert_eq!(calibration.apply(0.0, Link::Logistic), 0.1);
        assert_eq!(calibration.apply(0.25, Link::Identity), 0.05);
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
