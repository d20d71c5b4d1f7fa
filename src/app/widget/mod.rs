//! Parts of the page that know no domain: icons, fields, panes, plots, tables.

pub(crate) mod controls;
pub(crate) mod icon;
pub(crate) mod pane;
pub(crate) mod plot;
pub(crate) mod sheet;
pub(crate) mod table;
pub(crate) mod take;
