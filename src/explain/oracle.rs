//! SHAP values by definition: slow, obviously right, the judge of the engines.
