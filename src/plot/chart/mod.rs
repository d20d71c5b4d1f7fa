//! Charts: each turns a spec of plain data into a [`Scene`](super::Scene), in the same steps: scales, grid, marks,
//! labels. No chart knows a study or a backend.
//!
//! Every chart also has a `table`: what the picture shows, as text, for screen readers and CSV.
//!
//! All per-patient slices of one spec are parallel: entry `i` of each belongs to `patients[i]`.

pub mod additivity;
pub mod dependence;
pub mod histogram;
pub mod interval;
pub mod map;
pub mod missingness;
pub mod profile;
pub mod ranked;
pub mod silhouette;
pub mod small;
pub mod waterfall;

/// Width below which a pane uses the compact layout.
pub const COMPACT_BELOW: f64 = 640.0;

/// What a biomarker's values are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind<'a> {
    /// A measurement; NaN is missing.
    Number,
    /// Codes into `names`; NaN is missing.
    Levels {
        /// Text of each level.
        names: &'a [String],
        /// True if a higher code means more of something: then the value ramp applies.
        ordered: bool,
    },
}

impl Kind<'_> {
    /// True if low and high mean something, so that values may be coloured from low to high. Two levels always do:
    /// absent and present, female and male.
    pub fn has_order(self) -> bool {
        match self {
            Kind::Number => true,
            Kind::Levels { names, ordered } => ordered || names.len() <= 2,
        }
    }

    /// The value as text, without unit.
    pub fn text(self, value: f64) -> String {
        match self {
            _ if value.is_nan() => "missing".into(),
            Kind::Number => super::number::plain(value),
            Kind::Levels { names, .. } => {
                names.get(value as usize).cloned().unwrap_or_else(|| super::number::plain(value))
            }
        }
    }
}

/// Which patients stand out. Slices are parallel to the spec's patients.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Emphasis<'a> {
    /// Patients that pass every filter; None if nothing is filtered.
    pub passes: Option<&'a [bool]>,
    /// Patients in the selection; None if there is none.
    pub selected: Option<&'a [bool]>,
}

impl Emphasis<'_> {
    /// Opacity of patient `i`'s marks: filtered out 13 %, outside the selection 55 %.
    pub fn opacity(&self, i: usize) -> f32 {
        let at = |flags: Option<&[bool]>| flags.and_then(|f| f.get(i)).copied().unwrap_or(true);
        match (at(self.passes), at(self.selected)) {
            (false, _) => 0.13,
            (true, false) => 0.55,
            (true, true) => 1.0,
        }
    }
}

/// What a chart shows, as text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Table {
    /// Column heads.
    pub header: Vec<String>,
    /// Rows of cells, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(header: [&str; N]) -> Self {
        Table { header: header.map(String::from).to_vec(), rows: Vec::new() }
    }
}
