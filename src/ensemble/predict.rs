//! Prediction from a validated ensemble.
