//! Charts: each turns a spec of plain data into a [`Scene`](super::Scene), in the same steps: scales, grid, marks,
//! labels. No chart knows a study or a backend.
//!
//! Every chart also has a `table`: what the picture shows, as text, for screen readers and CSV.
//!
//! All per-patient slices of one spec are parallel: entry `i` of each belongs to `patients[i]`.

pub mod additivity;
pub mod consensus;
pub mod curve;
pub mod decision;
pub mod dendrogram;
pub mod dependence;
pub mod effect;
#[cfg(test)]
pub(in crate::plot) mod fixture;
pub mod force;
pub mod groups;
pub mod heatmap;
pub mod histogram;
pub mod interval;
pub mod map;
pub mod missingness;
pub mod pair;
pub mod pairs;
pub mod profile;
pub mod ranked;
pub mod redundancy;
pub mod residual;
pub mod sides;
pub mod silhouette;
pub mod small;
pub mod survival;
pub mod waterfall;

use super::scale::Band;
use crate::math::Order as _;

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

/// A place on an axis for every level: for all of them, but of many only for those that occur.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LevelScale {
    /// Codes in the order of their places.
    pub(crate) codes: Vec<u32>,
    /// The places.
    pub(crate) band: Band,
}

impl LevelScale {
    /// Places for the levels of `kind` and the codes among `values`.
    pub(crate) fn new(kind: Kind, values: &[f64], range: [f64; 2], gap: f64) -> Self {
        const MANY: usize = 12;
        let mut codes: Vec<u32> = values.iter().filter(|v| !v.is_nan()).map(|v| *v as u32).collect();
        if let Kind::Levels { names, .. } = kind
            && names.len() <= MANY
        {
            codes.extend(0..names.len() as u32);
        }
        codes.order_by_key(|c| *c);
        codes.dedup();
        let band = Band { range, n: codes.len(), gap };
        LevelScale { codes, band }
    }

    /// Middle of a code's place; the first place for a code that has none.
    pub(crate) fn middle(&self, code: f64) -> f64 {
        self.band.middle(self.codes.binary_search(&(code as u32)).unwrap_or(0))
    }
}

/// Opacity of patients that do not pass every filter.
pub const FILTERED_OUT: f32 = 0.13;

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
            (false, _) => FILTERED_OUT,
            (true, false) => 0.55,
            (true, true) => 1.0,
        }
    }
}

/// What a chart shows, as text.
#[derive(Clone, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Table {
    /// Column heads.
    pub header: Vec<String>,
    /// Rows of cells, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As CSV, text cells defused against spreadsheets that would run them, numbers as programs read them.
    pub fn csv(&self) -> String {
        self.separated(b',')
    }

    /// Likewise with tabs, for pasting into a spreadsheet.
    pub fn tsv(&self) -> String {
        self.separated(b'\t')
    }

    fn separated(&self, delimiter: u8) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        for row in std::iter::once(&self.header).chain(&self.rows) {
            // Writing to memory does not fail, and every row is as long as the header.
            let _ = writer.write_record(row.iter().map(|cell| for_programs(cell)));
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub(crate) fn new<const N: usize>(header: [&str; N]) -> Self {
        Table { header: header.map(String::from).to_vec(), rows: Vec::new() }
    }
}

/// A number with the minus and the spaces that programs know; any other text so that none runs it.
fn for_programs(cell: &str) -> String {
    let bare: String = cell
        .chars()
        .filter(|c| !['\u{2009}', '\u{202f}'].contains(c))
        .map(|c| if c == super::number::MINUS { '-' } else { c })
        .collect();
    if bare.parse::<f64>().is_ok() { bare } else { crate::dataset::csv::inert(cell) }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use super::fixture::Fixture;
    use crate::plot::palette::N_VALUES;
    use crate::plot::scene::{Anchor, Item};
    use crate::plot::{Ink, Role, text};

    /// Room that marks may need beyond the edge of a scene.
    const SLACK: f64 = 0.5;

    #[test]
    fn every_chart_stays_inside_its_scene_at_every_width() {
        let fixture = Fixture::new(40);
        for width in [360.0, 390.0, 640.0, 700.0, 820.0, 944.0, 1400.0] {
            for (name, scene) in fixture.all(width) {
                assert!(scene.width <= width + SLACK, "{name} at {width} is {} wide", scene.width);
                for item in &scene.items {
                    let (x0, x1, y0, y1) = extent(item);
                    let inside =
                        x0 >= -SLACK && x1 <= width + SLACK && y0 >= -SLACK && y1 <= scene.height + SLACK;
                    assert!(inside, "{name} at {width} (height {}): {item:?}", scene.height);
                }
            }
        }
    }

    fn extent(item: &Item) -> (f64, f64, f64, f64) {
        match item {
            Item::Rect { x, y, w, h, .. } => {
                assert!(*w >= 0.0 && *h >= 0.0, "{item:?}");
                (*x, x + w, *y, y + h)
            }
            Item::Dot { x, y, r, .. } => (x - r, x + r, y - r, y + r),
            Item::Path { points, .. } => {
                let of = |a: usize| points.iter().map(move |p| p[a]);
                let min = |a| of(a).fold(f64::INFINITY, f64::min);
                let max = |a| of(a).fold(f64::NEG_INFINITY, f64::max);
                (min(0), max(0), min(1), max(1))
            }
            Item::Text { x, y, text, size, bold, anchor, turned, .. } => {
                let w = text::width(text, *size, *bold);
                let left = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => -w / 2.0,
                    Anchor::End => -w,
                };
                if *turned {
                    (x - size, *x, y - left - w, y - left)
                } else {
                    (x + left, x + left + w, y - size * 0.75, *y)
                }
            }
        }
    }

    #[test]
    fn no_patient_and_one_patient_are_drawn_without_a_panic() {
        for n in [0, 1, 2] {
            for width in [390.0, 944.0] {
                if n == 0 {
                    // A waterfall is always of somebody.
                    let fixture = Fixture::new(0);
                    let _ = super::ranked::draw(&fixture.ranked(width));
                    let _ = super::map::draw(&fixture.map(width));
                    for f in 0..3 {
                        let _ = super::dependence::draw(&fixture.dependence(f, width));
                    }
                } else {
                    let fixture =
                        Fixture { phi: [vec![0.0; n], vec![0.5; n], vec![0.0; n]], ..Fixture::new(4) };
                    let fixture = Fixture { patients: fixture.patients[..n].to_vec(), ..fixture };
                    let fixture = Fixture { points: vec![[0.0; 2]; n], clusters: vec![0; n], ..fixture };
                    let fixture = Fixture { values: fixture.values.map(|v| v[..n].to_vec()), ..fixture };
                    let _ = super::ranked::draw(&fixture.ranked(width));
                    let _ = super::map::draw(&fixture.map(width));
                    for f in 0..3 {
                        let _ = super::dependence::draw(&fixture.dependence(f, width));
                    }
                }
            }
        }
    }

    #[test]
    fn few_levels_all_get_a_place_and_of_many_only_those_that_occur() {
        let names: Vec<String> = (0..40).map(|i| format!("code {i}")).collect();
        let slots = |names: &[String], values: &[f64]| {
            let kind = super::Kind::Levels { names, ordered: false };
            super::LevelScale::new(kind, values, [0.0, 100.0], 2.0).codes
        };
        assert_eq!(slots(&names[..3], &[2.0, f64::NAN]), [0, 1, 2]);
        assert_eq!(slots(&names, &[30.0, 7.0, 30.0]), [7, 30]);
        assert_eq!(slots(&names[..2], &[5.0]), [0, 1, 5]);
    }

    #[test]
    fn exported_texts_are_inert_and_numbers_are_numbers() {
        let mut table = Table::new(["Patient", "=SHAP()", "SHAP"]);
        table.rows.push(["@id", "a,b", "−0.5000"].map(String::from).to_vec());
        table.rows.push(["-x", "12\u{2009}345", "+1.25"].map(String::from).to_vec());
        assert_eq!(table.csv(), "Patient,'=SHAP(),SHAP\n'@id,\"a,b\",-0.5000\n'-x,12345,+1.25\n");
        assert_eq!(table.tsv(), "Patient\t'=SHAP()\tSHAP\n'@id\ta,b\t-0.5000\n'-x\t12345\t+1.25\n");
    }

    #[test]
    fn every_scene_says_what_it_is() {
        for (name, scene) in Fixture::new(12).all(944.0) {
            let is_overlay = ["focus", "lasso", "brush"].contains(&name);
            assert!(is_overlay || (!scene.title.is_empty() && !scene.description.is_empty()), "{name}");
        }
    }

    #[test]
    fn value_colours_stay_on_the_ramp() {
        for (name, scene) in Fixture::new(40).all(944.0) {
            for item in &scene.items {
                if let Item::Dot { fill: Some(Ink::Role(Role::Value(step), _)), .. } = item {
                    assert!(*step < N_VALUES, "{name}");
                }
            }
        }
    }
}
