//! The one place where the session lives on the page.

use super::effects;
use crate::session::{Command, Session, update};
use crate::share::Link;
use leptos::prelude::*;

/// The session and the way to change it.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    session: RwSignal<Session>,
    /// Bumped when the theme changes, so that canvases are painted again.
    pub(crate) theme: RwSignal<u32>,
    /// The layer that is open over the page.
    pub(crate) dialog: RwSignal<Option<crate::session::Dialog>>,
}

impl Store {
    pub(crate) fn new() -> Self {
        Store {
            session: RwSignal::new(Session::default()),
            theme: RwSignal::new(0),
            dialog: RwSignal::new(None),
        }
    }

    /// Carries out a command.
    pub(crate) fn send(self, command: Command) {
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
