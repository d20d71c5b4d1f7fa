//! The views over one session, one file each.

pub(crate) mod biomarker;
pub(crate) mod biomarkers;
pub(crate) mod overview;
pub(crate) mod patient;
pub(crate) mod performance;
pub(crate) mod reasons;
pub(crate) mod second;
pub(crate) mod start;
pub(crate) mod streamed;
pub(crate) mod subgroups;
pub(crate) mod understood;
pub(crate) mod what_if;

pub(crate) use crate::figure::{drawn_note, n_patients, provenance};

use crate::app::store::Store;
use crate::app::widget::plot::Gesture;
use crate::session::Command;
use leptos::prelude::*;

/// What the pointer does on patients and biomarkers, alike in every form.
pub(crate) fn point(store: Store, gesture: &Gesture) {
    match gesture {
        Gesture::Hover(target) => store.send(Command::Hover(target.and_then(|t| t.patient()))),
        Gesture::Click(target, _) => {
            if let Some(feature) = target.feature() {
                store.send(Command::FocusFeature(feature, false));
            }
            if let Some(patient) = target.patient() {
                store.send(Command::FocusPatient(patient, false));
            }
        }
        Gesture::Open(target) => match (target.patient(), target.feature()) {
            (Some(patient), _) => store.send(Command::FocusPatient(patient, true)),
            (None, Some(feature)) => store.send(Command::FocusFeature(feature, true)),
            (None, None) => {}
        },
        Gesture::Lasso(..) | Gesture::Brush(..) => {}
    }
}

/// Survival and, where another event competes, its incidence beside it.
fn survival_columns(store: Store) -> Signal<usize> {
    let competes = Memo::new(move |_| store.open.get().is_some_and(|a| a.study.competing().is_some()));
    Signal::derive(move || 1 + usize::from(competes.get()))
}
