//! Every colour a plot can have: roles that the theme resolves, and data ramps that no theme changes.

/// A colour role; the two themes give each its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Role {
    Background,
    Chrome,
    Hover,
    Selected,
    Line,
    Divider,
    Grid,
    Zero,
    Text,
    Text2,
    Text3,
    Act,
    Bar,
    BarStrong,
    Track,
    Missing,
    /// Subgroup mark colours and their darker inks.
    ClusterMark(u8),
    ClusterInk(u8),
    Raises,
    Lowers,
}
