//! What a file says, before any of it is checked against the rest.

/// One file.
#[derive(Default)]
pub(super) struct Document {
    pub(super) exporter: String,
    pub(super) version: String,
    pub(super) fields: Vec<Field>,
    /// Name of the predicted field.
    pub(super) target: Option<String>,
    pub(super) classification: bool,
    /// Some split compares a value as it is; some one compares it rounded to 32 bits.
    pub(super) compares: [bool; 2],
    /// Sums of trees; several where a last model joins them.
    pub(super) parts: Vec<Part>,
    /// The last model of a chain.
    pub(super) last: Option<Regression>,
}

/// A field of the data.
#[derive(Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) continuous: bool,
    pub(super) active: bool,
    /// Classes of a target, levels of a category.
    pub(super) values: Vec<String>,
}

/// How trees are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Method {
    Sum,
    Average,
}

/// A sum or average of trees: `constant + factor · (tree + tree + …)`.
pub(super) struct Part {
    pub(super) trees: Vec<Tree>,
    pub(super) method: Method,
    pub(super) constant: f64,
    pub(super) factor: f64,
    pub(super) outputs: Vec<Output>,
}

impl Default for Part {
    fn default() -> Self {
        Part { trees: Vec::new(), method: Method::Sum, constant: 0.0, factor: 1.0, outputs: Vec::new() }
    }
}

/// A name under which a later model of the chain finds a part's result.
#[derive(Default)]
pub(super) struct Output {
    pub(super) name: String,
    /// What is done to the result, its elements one after the other; empty for the result itself.
    pub(super) expression: String,
}

/// The last model of a chain.
#[derive(Default)]
pub(super) struct Regression {
    pub(super) classification: bool,
    pub(super) normalization: String,
    pub(super) tables: Vec<Table>,
}

/// `intercept + Σ coefficient · output`.
pub(super) struct Table {
    pub(super) category: Option<String>,
    pub(super) intercept: f64,
    /// Name of an output and its coefficient.
    pub(super) predictors: Vec<(String, f64)>,
}

/// What becomes of a row whose value is missing at a split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Missing {
    /// The comparison counts as not true.
    Untrue,
    /// There is no prediction.
    NoPrediction,
    /// The node says which of its children is next.
    DefaultChild,
}

pub(super) struct Tree {
    /// In the order in which they start; the first is the root.
    pub(super) nodes: Vec<Node>,
    pub(super) missing: Missing,
    /// True if a node none of whose children is true gives its own score.
    pub(super) last_prediction: bool,
}

#[derive(Default)]
pub(super) struct Node {
    /// Byte of the file where it starts.
    pub(super) at: usize,
    pub(super) id: Option<String>,
    pub(super) score: Option<String>,
    pub(super) cover: Option<f64>,
    pub(super) default_child: Option<String>,
    pub(super) children: Vec<usize>,
    pub(super) predicate: Predicate,
    /// Class and its count.
    pub(super) shares: Vec<(String, f64)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Predicate {
    #[default]
    None,
    True,
    /// The value is below the threshold, or (`not`) it is not.
    Below {
        field: usize,
        threshold: f64,
        not: bool,
    },
    /// The level is one of these, or (`not`) none of them. Codes are sorted.
    In {
        field: usize,
        codes: Vec<i64>,
        not: bool,
    },
}

impl Predicate {
    /// True if one of the two holds for every value that is not missing, and never both.
    pub(super) fn completes(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Predicate::Below { field, threshold, not },
                Predicate::Below { field: f, threshold: t, not: n },
            ) => field == f && threshold == t && not != n,
            (Predicate::In { field, codes, not }, Predicate::In { field: f, codes: c, not: n }) => {
                field == f && codes == c && not != n
            }
            _ => false,
        }
    }
}
