//! The views over one session, one file each.

pub(crate) mod biomarker;
pub(crate) mod biomarkers;
pub(crate) mod overview;
pub(crate) mod patient;
pub(crate) mod performance;
pub(crate) mod reasons;
pub(crate) mod second;
pub(crate) mod start;
pub(crate) mod subgroups;
pub(crate) mod understood;
pub(crate) mod what_if;

pub(crate) use crate::figure::{drawn_note, n_patients, provenance};
