//! The report: a printable document of an analysis that stands alone, with every number it prints once more as JSON.
//!
//! What the files say is filled in. What only a person can say is left blank where it shows.

mod checklist;
mod content;
mod html;
mod json;

use crate::figure::{Figure, Grouping, Layout};
use crate::plot::chart::Table;
use crate::session::{Analysis, Performance};
use crate::study::Finding;
use serde::{Deserialize, Serialize};

/// What a report is asked for beside the analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Day on which it is made, as it is to be printed.
    pub date: String,
    /// Address that opens what the reader saw.
    pub link: String,
    /// Probability from which a yes-or-no model says yes.
    pub cutoff: f64,
    /// Time at which a survival model is judged; None is the default.
    pub horizon: Option<f64>,
    /// What survival is compared in.
    pub grouping: Grouping,
    /// Per split role.
    pub performance: Vec<Performance>,
    /// What deserves a look, most severe first.
    pub findings: Vec<Finding>,
}

/// A document: sections of blocks.
#[derive(Clone, Debug, PartialEq)]
struct Document {
    title: String,
    subtitle: String,
    sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq)]
struct Section {
    heading: &'static str,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
enum Block {
    /// A paragraph.
    Text(String),
    /// Names and what they are; an empty value is left for a person to fill in.
    Facts(Vec<(String, String)>),
    /// A list of statements: how serious, what, and the numbers.
    Statements(Vec<[String; 3]>),
    /// A plot with the sentences beneath it.
    Figure(Figure, Vec<String>),
    /// A table with its name.
    Table(String, Table),
}

/// The report as one HTML file without scripts; its numbers are in a data block of type `application/json`.
///
/// The same analysis and order give the same bytes.
pub fn report(a: &Analysis, order: &Order) -> String {
    let document = content::document(a, order, &Layout::of(a));
    html::page(&document, &json::twin(&document, a, order))
}
