//! The views over one session, one file each.

pub(crate) mod biomarker;
pub(crate) mod biomarkers;
pub(crate) mod overview;
pub(crate) mod patient;
pub(crate) mod start;
pub(crate) mod subgroups;
pub(crate) mod understood;

use super::store::Store;
use crate::session::{Analysis, ViewState};
use leptos::prelude::*;
use std::sync::Arc;

/// An analysis as memos see it: equal only to itself.
#[derive(Clone)]
pub(crate) struct Open(pub(crate) Arc<Analysis>);

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for Open {
    type Target = Analysis;
    fn deref(&self) -> &Analysis {
        &self.0
    }
}

/// The open analysis.
pub(crate) fn open(store: Store) -> Memo<Option<Open>> {
    store.slice(|s| s.open.clone().map(Open))
}

/// The parts of the view state that a plot follows.
pub(crate) fn now(store: Store) -> Memo<ViewState> {
    store.slice(|s| s.now.clone())
}

/// One flag per explained patient, or None while nothing is selected.
pub(crate) fn passes(store: Store) -> Memo<Option<Arc<Vec<bool>>>> {
    store.slice(|s| (!s.now.filters.is_empty()).then(|| Arc::new(s.selected())))
}

/// `n = 147 test patients`.
pub(crate) fn n_patients(a: &Analysis) -> String {
    use crate::session::CohortChoice;
    let n = crate::plot::number::count(a.rows.len());
    match a.cohort {
        CohortChoice::All => format!("{n} patients"),
        other => format!("{n} {} patients", other.word()),
    }
}

/// What every caption ends with: method, scale and hashes.
pub(crate) fn provenance(a: &Analysis) -> String {
    let short = |hash: &str| hash.chars().take(8).collect::<String>();
    format!(
        "Path-dependent TreeSHAP, exact, in {}. Model {}, data {}.",
        a.study.model.scale.margin,
        short(&a.study.model_file.sha256),
        short(&a.study.data_file.sha256)
    )
}

/// Says how many patients are drawn where it is not all of them.
pub(crate) fn drawn_note(a: &Analysis) -> String {
    let drawn = crate::figure::drawn(a).len();
    if drawn == a.rows.len() {
        String::new()
    } else {
        format!(
            "{} of {} patients are drawn, evenly through the file; all numbers use all. ",
            crate::plot::number::count(drawn),
            crate::plot::number::count(a.rows.len())
        )
    }
}
