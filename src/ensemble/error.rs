//! What can be wrong with a model file: the problem, the place, and what the person can do.

/// Why a model cannot be read, where, and what to do.
///
/// `Display` is one sentence without a full stop; [`ModelError::hint`] is the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Recognised by its content as something else than a model.
    #[error("this is {what}, not a model")]
    NotAModel {
        /// With its article, e.g. `a web page`.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Recognised by its content as a model in a format without a loader.
    #[error("this is {name}, which is not read")]
    Unsupported {
        /// With its article, e.g. `a LightGBM text model`.
        name: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Content that no known format starts with.
    #[error("this is no model format that is known here (it starts with {start})")]
    Unknown {
        /// The first bytes, printable.
        start: String,
    },
    /// Not well-formed JSON, or a value of the wrong type.
    #[error("line {line}, column {column}{}: {problem}", at_key(.key))]
    Json {
        /// 1-based.
        line: usize,
        /// 1-based.
        column: usize,
        /// Path of the value, e.g. `learner.gradient_booster.model.trees[3].left_children[5]`; empty at the top.
        key: String,
        /// What is wrong there.
        problem: String,
    },
    /// A container whose inside is not as its format says.
    #[error("{format} file, {place}: {problem}")]
    Damaged {
        /// e.g. `joblib`, `skops`.
        format: &'static str,
        /// Where: a byte, a file of an archive, a path through the objects.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// A pickle that names code which no model is made of.
    #[error(
        "this {format} file wants to run `{wants}`, which no model that is read here needs; nothing was run"
    )]
    Foreign {
        /// `pickle` or `joblib`.
        format: &'static str,
        /// `module.name`.
        wants: String,
    },
    /// A Python object that is no tree ensemble, or one that is not read.
    #[error("the file holds {}, which is not explained", one_line(.class))]
    Estimator {
        /// `module.name`, perhaps with what makes it special.
        class: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A binary file that is not well-formed, or a value of the wrong type.
    #[error("byte {at}{}: {problem}", at_key(.key))]
    Binary {
        /// 0-based.
        at: usize,
        /// Path of the value; empty at the top.
        key: String,
        /// What is wrong there.
        problem: String,
    },
    /// A text file of lines that breaks the format's grammar.
    #[error("line {line}: {problem}")]
    Line {
        /// 1-based.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Something that trees are not all of: a part of the model that is not read.
    #[error("the model uses {what}, which cannot be read")]
    Feature {
        /// e.g. `linear models in its leaves`.
        what: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A value that was read but makes no sense.
    #[error("`{key}` is {got}, expected {expected}")]
    Value {
        /// Path of the value.
        key: String,
        /// The value, shortened.
        got: String,
        /// What would be right.
        expected: &'static str,
    },
    /// An array whose length disagrees with another number of the file.
    #[error("`{key}` has {got} entries, expected {expected}")]
    Length {
        /// Path of the array.
        key: String,
        /// Its length.
        got: usize,
        /// What the rest of the file says.
        expected: usize,
    },
    /// A booster without trees, or an unknown one.
    #[error("the booster is `{name}`, which is not a tree ensemble that is known here")]
    Booster {
        /// Name in the file.
        name: String,
    },
    /// An objective whose predictions cannot be derived from its margins output by output.
    #[error("the objective `{name}` {problem}")]
    Objective {
        /// Name in the file.
        name: String,
        /// Why it is refused.
        problem: &'static str,
    },
    /// Two features that a table could not tell apart.
    #[error("features {first} and {second} are both named `{name}`")]
    DuplicateFeature {
        /// The shared name.
        name: String,
        /// 0-based index.
        first: usize,
        /// 0-based index.
        second: usize,
    },
    /// S(t) was asked of a model that has none.
    #[error("survival at a time was asked for, but {what}")]
    NoSurvival {
        /// What it is, e.g. `this XGBoost JSON model is no survival forest`.
        what: String,
    },
    /// S(t) was asked for at a time that the model says nothing of.
    #[error("survival was asked for at time {time}, but the model knows times from 0 to {last}")]
    SurvivalTime {
        /// What was asked for.
        time: f64,
        /// The last time in the training data.
        last: f64,
    },
    /// More than this program is willing to hold.
    #[error("the model has {got} {what}, more than the limit of {limit}")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The count.
        got: usize,
        /// The largest count that is read.
        limit: usize,
    },
    /// A tree that breaks a rule of the builder.
    #[error("tree {tree}: {fault}")]
    Tree {
        /// 0-based, file order.
        tree: usize,
        /// The rule.
        #[source]
        fault: TreeFault,
    },
}

/// What is wrong with one tree. Node numbers are those of the file, 0-based.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum TreeFault {
    #[error("it has no nodes")]
    Empty,
    #[error("`{array}` has {got} entries for {expected} nodes")]
    Length { array: &'static str, got: usize, expected: usize },
    #[error("node {node} has child {child}, but there are {n_nodes} nodes")]
    Child { node: usize, child: i64, n_nodes: usize },
    #[error("node {node} is reached twice, so this is not a tree")]
    Shared { node: usize },
    #[error("node {node} splits on feature {feature}, but there are {n_features} features")]
    Feature { node: usize, feature: i64, n_features: usize },
    #[error("node {node} has a threshold that is not a finite number")]
    Threshold { node: usize },
    #[error("node {node} has a leaf value that is not a finite number")]
    LeafValue { node: usize },
    #[error("node {node} is a leaf without a value for each output")]
    LeafWidth { node: usize },
    #[error("node {node} has cover {cover}, expected a number that is finite and not negative")]
    Cover { node: usize, cover: f64 },
    #[error("node {node} splits on level codes, but has none or one outside 0..16777216")]
    Categories { node: usize },
    #[error("it feeds output {output}, but there are {n_outputs} outputs")]
    Output { output: i64, n_outputs: usize },
    #[error("its weight is not a finite number")]
    Weight,
    #[error("it has {got} nodes, more than the limit of {limit}")]
    Nodes { got: usize, limit: usize },
    #[error("it is more than {limit} levels deep")]
    Depth { limit: usize },
}

impl ModelError {
    /// What the person can do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            ModelError::Empty => "Choose the file again; the download or copy was perhaps interrupted.",
            ModelError::NotAModel { remedy, .. }
            | ModelError::Unsupported { remedy, .. }
            | ModelError::Feature { remedy, .. }
            | ModelError::Estimator { remedy, .. } => remedy,
            ModelError::Foreign { .. } => {
                "Do not load it in Python unless you trust its source. Of a model, save the estimator alone, best with \
                 skops.io.dump(model, \"model.skops\")."
            }
            ModelError::Damaged { .. } => {
                "The file was perhaps cut off or edited; save the model again, best with \
                 skops.io.dump(model, \"model.skops\")."
            }
            ModelError::Unknown { .. } => {
                "Save the model from its training program in a format that is read here."
            }
            ModelError::Json { .. } | ModelError::Binary { .. } | ModelError::Line { .. } => {
                "The file was perhaps cut off or edited; save the model again from its training program."
            }
            ModelError::Booster { .. } => "Use a model trained with booster=\"gbtree\" or \"dart\".",
            ModelError::Objective { .. } => "Train one model per output, or use another objective.",
            ModelError::DuplicateFeature { .. } => {
                "Give every feature its own name before training, so that columns can be matched by name."
            }
            ModelError::NoSurvival { .. } => {
                "Leave the times out: what the model predicts is explained. Of scikit-survival's forests, fitted without \
                 low_memory, S(t) is explained."
            }
            ModelError::SurvivalTime { .. } => {
                "Choose times within the follow-up that the model was fitted on, in its unit."
            }
            ModelError::Limit { .. } => "Train a smaller model, or split it by output.",
            ModelError::Value { .. } | ModelError::Length { .. } | ModelError::Tree { .. } => {
                "The file is damaged or was changed by hand; save the model again from the training program."
            }
        }
        .to_owned()
    }
}

/// Names that the file gives, on one line and not too long.
fn one_line(text: &str) -> String {
    text.chars().take(300).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn at_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", at `{}`", one_line(key)) }
}

/// Text of the file as it may be quoted in a message: at most 60 characters, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
