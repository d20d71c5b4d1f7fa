//! The one place where the session lives on the page.

use super::effects;
use crate::figure::{Case, Sheet, TrainingRanges};
use crate::ids::{FeatureId, RowId};
use crate::session::{Analysis, Command, Edits, Session, ViewState, matching_rows, update};
use crate::share::Link;
use leptos::prelude::*;
use std::sync::Arc;

/// Something large and shared, as memos see it: equal only to itself.
pub(crate) struct Same<T>(pub(crate) Arc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Same(self.0.clone())
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> std::ops::Deref for Same<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The session and the way to change it.
///
/// What depends on every patient is a memo here, once for all views: a slice is taken anew at each change of the
/// session, also when only the pointer moved.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    session: RwSignal<Session>,
    /// The open analysis.
    pub(crate) open: Memo<Option<Same<Analysis>>>,
    /// The part of the view state that a plot follows.
    pub(crate) now: Memo<ViewState>,
    /// One flag per explained patient, or None while nothing is selected.
    pub(crate) passes: Memo<Option<Same<Vec<bool>>>>,
    /// The same flags by row of the table.
    pub(crate) selected: Memo<Option<Same<Vec<bool>>>>,
    /// The biomarkers that the reader knows.
    pub(crate) known: Memo<Vec<FeatureId>>,
    /// The biomarker in focus.
    pub(crate) feature: Memo<Option<FeatureId>>,
    /// The patient in focus.
    pub(crate) patient: Memo<Option<RowId>>,
    /// Values of the patient that the reader changed.
    pub(crate) edits: Memo<Edits>,
    /// The newest changed patient that was computed.
    pub(crate) computed: RwSignal<Option<Case>>,
    /// The patient in focus, as measured or as changed.
    pub(crate) case: Memo<Option<Case>>,
    /// Where the training patients' values lie.
    pub(crate) ranges: Memo<TrainingRanges>,
    /// Bumped when the theme changes, so that canvases are painted again.
    pub(crate) theme: RwSignal<u32>,
    /// What is known so far of a table that is too large to be held; empty before the first rows.
    pub(crate) streamed: RwSignal<Option<Arc<Sheet>>>,
    /// Width that it is drawn for, pixels; that of a page of 1440 before it has been laid out.
    pub(crate) stream_width: RwSignal<f64>,
    /// The layer that is open over the page.
    pub(crate) dialog: RwSignal<Option<crate::session::Dialog>>,
}

impl Store {
    pub(crate) fn new() -> Self {
        let session = RwSignal::new(Session::default());
        let open = Memo::new(move |_| session.with(|s| s.open.clone().map(Same)));
        let now = Memo::new(move |_| session.with(|s| s.now.clone()));
        let filters = Memo::new(move |_| session.with(|s| s.now.filters.clone()));
        let passes = Memo::new(move |_| {
            let (a, filters) = (open.get()?, filters.get());
            (!filters.is_empty()).then(|| Same(Arc::new(matching_rows(&a, &filters, None))))
        });
        let selected = Memo::new(move |_| {
            let (a, passes) = (open.get()?, passes.get()?);
            let mut flags = vec![false; a.study.n_rows()];
            a.rows.iter().zip(passes.iter()).for_each(|(row, passes)| flags[row.index()] = *passes);
            Some(Same(Arc::new(flags)))
        });
        let patient = Memo::new(move |_| open.get()?.patient_in_focus(now.with(|n| n.patient)));
        let edits = Memo::new(move |_| now.with(|n| n.edits.clone()));
        let computed = RwSignal::new(None::<Case>);
        let case = Memo::new(move |_| {
            let (a, p) = (open.get()?, patient.get()?);
            let changed = edits.with(|e| !e.of(p).is_empty());
            // Until the first answer has come, the patient is as measured.
            computed
                .get()
                .filter(|c| changed && c.patient == p && c.fits(&a))
                .or_else(|| Case::measured(&a, p))
        });
        let ranges = Memo::new(move |_| open.get().map(|a| TrainingRanges::of(&a)).unwrap_or_default());
        Store {
            session,
            edits,
            computed,
            case,
            ranges,
            open,
            now,
            passes,
            selected,
            known: Memo::new(move |_| now.with(|n| n.known.clone())),
            feature: Memo::new(move |_| open.get()?.feature_in_focus(now.with(|n| n.feature))),
            patient,
            theme: RwSignal::new(0),
            streamed: RwSignal::new(None),
            stream_width: RwSignal::new(944.0),
            dialog: RwSignal::new(None),
        }
    }

    /// Carries out a command.
    pub(crate) fn send(self, command: Command) {
        // What was computed of changed values goes before another study comes, or the same one computed otherwise.
        if matches!(command, Command::Computed(_)) {
            self.computed.set(None);
        }
        let effects = self.session.try_update(|s| update(s, command)).unwrap_or_default();
        for effect in effects {
            effects::carry_out(self, effect);
        }
    }

    /// A slice of the session that changes only when its value does.
    pub(crate) fn slice<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Session) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        // Boxed, so that the page holds one memo's code per type and not per slice.
        let read: Box<dyn Fn(&Session) -> T + Send + Sync> = Box::new(read);
        memo(Box::new(move || self.session.with(&read)))
    }

    /// How many of the explained patients are selected, and how many there are.
    pub(crate) fn n_selected(self) -> Option<(usize, usize)> {
        let n = self.open.with(|a| a.as_ref().map(|a| a.rows.len()))?;
        Some((self.passes.with(|p| p.as_ref().map_or(n, |p| p.iter().filter(|c| **c).count())), n))
    }

    /// The session as it is now, without following it.
    pub(crate) fn peek<T>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.session.with_untracked(read)
    }

    /// The fragment of what is shown.
    pub(crate) fn link(self) -> Option<String> {
        self.peek(|s| Link::of(s).map(|l| l.to_string()))
    }
}

/// A memo of a boxed function.
fn memo<T: PartialEq + Send + Sync + 'static>(read: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| read())
}

/// The store of this page.
pub(crate) fn store() -> Store {
    expect_context::<Store>()
}
