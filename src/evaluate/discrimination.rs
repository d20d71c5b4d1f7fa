//! Concordance of predictions with what happened.

/// Harrell's C: share of comparable pairs in which the higher `risk` has the earlier event, ties in risk count half.
/// None without comparable pairs.
pub fn concordance(_time: &[f64], _event: &[bool], _risk: &[f64]) -> Option<f64> {
    None
}

/// Area under the ROC curve (Mann–Whitney, ties half). None if one class is absent.
pub fn auc(_label: &[bool], _score: &[f64]) -> Option<f64> {
    None
}
