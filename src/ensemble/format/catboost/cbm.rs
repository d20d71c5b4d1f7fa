//! The binary form: `CBM1`, the size, a FlatBuffers table (`catboost/libs/model/flatbuffers/model.fbs`), and after it
//! the parts that only target statistics and texts have.

use super::flatbuffer::{Buffer, Table};
use super::json::{ClassParams, Params};
use super::{Input, MAX_QUESTIONS, Model, Question, RETRAIN_NUMBERS, RETRAIN_ONE_HOT, Tree};
use crate::Parsed;
use crate::ensemble::error::quoted;
use crate::ensemble::{Ensemble, ModelError, TreeFault};

const SAVE_AS_JSON: &str = "Save it as JSON: model.save_model(\"model.json\", format=\"json\").";

/// Fields of the outer table.
mod core {
    pub(super) const FORMAT: usize = 0;
    pub(super) const TREES: usize = 1;
    pub(super) const INFO: usize = 2;
}

/// Fields of the table of trees.
mod trees {
    pub(super) const N_OUTPUTS: usize = 0;
    pub(super) const SPLITS: usize = 1;
    pub(super) const SIZES: usize = 2;
    pub(super) const CATEGORICAL: usize = 4;
    pub(super) const FLOATS: usize = 5;
    pub(super) const ONE_HOT: usize = 6;
    pub(super) const CTR: usize = 7;
    pub(super) const LEAF_VALUES: usize = 8;
    pub(super) const LEAF_WEIGHTS: usize = 9;
    pub(super) const FREE_NODES: usize = 10;
    pub(super) const TEXTS: usize = 12;
    pub(super) const ESTIMATED: usize = 13;
    pub(super) const SCALE: usize = 14;
    pub(super) const BIAS: usize = 15;
    pub(super) const BIASES: usize = 16;
    pub(super) const EMBEDDINGS: usize = 18;
}

/// Reads the binary form.
///
/// # Errors
/// [`ModelError`].
pub(in crate::ensemble::format) fn read(bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    let problem =
        |at: usize, problem: &str| ModelError::Binary { at, key: String::new(), problem: problem.into() };
    let (size, rest) =
        bytes.get(4..).and_then(<[u8]>::split_first_chunk).ok_or(problem(4, "the file ends here"))?;
    let size = u32::from_le_bytes(*size) as usize;
    let body = rest.get(..size).ok_or(problem(4, "the file is shorter than it says"))?;
    let root = Buffer { bytes: body, start: 8 }.root()?;
    let format = root.text(core::FORMAT)?;
    if format != "FlabuffersModel_v1" {
        let (key, got) = ("FormatVersion".into(), quoted(format));
        return Err(ModelError::Value { key, got, expected: "FlabuffersModel_v1" });
    }
    let missing =
        || ModelError::Value { key: "ModelTrees".into(), got: "missing".into(), expected: "the trees" };
    let table = root.table(core::TREES)?.ok_or_else(missing)?;
    refuse(&table)?;

    let n_outputs = table.i32(trees::N_OUTPUTS, 1)?;
    let n_outputs = usize::try_from(n_outputs).ok().filter(|n| *n > 0).ok_or_else(|| ModelError::Value {
        key: "ApproxDimension".into(),
        got: n_outputs.to_string(),
        expected: "a number of outputs",
    })?;
    super::within("outputs", n_outputs, crate::ensemble::builder::MAX_OUTPUTS)?;
    let biases = table.f64s(trees::BIASES)?;
    let bias = match biases.is_empty() {
        true => vec![table.f64(trees::BIAS, 0.0)?; n_outputs],
        false => biases,
    };
    let (floats, mut questions) = floats(&table)?;
    let categories = categories(&table)?;
    for feature in table.tables(trees::ONE_HOT)? {
        let category = index(&feature, 0, "OneHotFeatures")?;
        questions.extend(feature.i32s(1)?.into_iter().map(|hash| Question::Is { category, hash }));
    }
    let info = Info::read(&root)?;
    let model = Model {
        format: "CatBoost binary",
        version_info: info.version,
        loss: info.loss,
        class_names: info.class_names,
        n_outputs,
        scale: table.f64(trees::SCALE, 1.0)?,
        bias,
        floats,
        categories,
        hashes: None,
        trees: symmetric(&table, &questions, n_outputs)?,
    };
    model.into_ensemble()
}

/// Says no to what is not read.
fn refuse(table: &Table<'_>) -> Result<(), ModelError> {
    if table.len(trees::FREE_NODES)? > 0 {
        return Err(ModelError::Unsupported {
            name: "a CatBoost binary model with non-symmetric trees",
            remedy: SAVE_AS_JSON,
        });
    }
    if table.len(trees::CTR)? > 0 {
        let what = "target statistics of categories (CTR)".into();
        return Err(ModelError::Feature { what, remedy: RETRAIN_ONE_HOT });
    }
    for field in [trees::TEXTS, trees::ESTIMATED, trees::EMBEDDINGS] {
        if table.len(field)? > 0 {
            return Err(ModelError::Feature { what: "texts or embeddings".into(), remedy: RETRAIN_NUMBERS });
        }
    }
    Ok(())
}

/// An index that a feature's table holds.
fn index(feature: &Table<'_>, field: usize, list: &str) -> Result<usize, ModelError> {
    let index = feature.i32(field, -1)?;
    usize::try_from(index).map_err(|_| ModelError::Value {
        key: list.into(),
        got: index.to_string(),
        expected: "the number of a feature",
    })
}

/// The numeric features, and a question for each of their borders.
fn floats(table: &Table<'_>) -> Result<(Vec<Input>, Vec<Question>), ModelError> {
    let (mut inputs, mut questions) = (Vec::new(), Vec::new());
    for (float, feature) in table.tables(trees::FLOATS)?.iter().enumerate() {
        in_place(feature, float, 1, "FloatFeatures")?;
        let missing_right = match feature.u8(5)? {
            0 | 1 => false,
            2 => true,
            other => {
                let (key, got) = (format!("FloatFeatures[{float}].NanValueTreatment"), other.to_string());
                return Err(ModelError::Value { key, got, expected: "0, 1 or 2" });
            }
        };
        let flat = index(feature, 2, "FloatFeatures")?;
        inputs.push(Input { flat, name: name(feature.text(4)?), missing_right });
        questions.extend(feature.f32s(3)?.into_iter().map(|border| Question::Above { float, border }));
    }
    Ok((inputs, questions))
}

fn categories(table: &Table<'_>) -> Result<Vec<Input>, ModelError> {
    let features = table.tables(trees::CATEGORICAL)?;
    let input = |(i, feature): (usize, &Table<'_>)| {
        in_place(feature, i, 0, "CatFeatures")?;
        let flat = index(feature, 1, "CatFeatures")?;
        Ok(Input { flat, name: name(feature.text(2)?), missing_right: false })
    };
    features.iter().enumerate().map(input).collect()
}

/// Splits name a feature by its number, which has to be its place in the list.
fn in_place(feature: &Table<'_>, place: usize, field: usize, list: &str) -> Result<(), ModelError> {
    let got = index(feature, field, list)?;
    if got == place {
        return Ok(());
    }
    let key = format!("{list}[{place}].Index");
    Err(ModelError::Value { key, got: got.to_string(), expected: "the place in the list" })
}

fn name(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The trees: each takes the next of the splits, leaf values and leaf weights.
fn symmetric(table: &Table<'_>, questions: &[Question], n_outputs: usize) -> Result<Vec<Tree>, ModelError> {
    let splits = table.i32s(trees::SPLITS)?;
    let sizes = table.i32s(trees::SIZES)?;
    let values = table.f64s(trees::LEAF_VALUES)?;
    let weights = table.f64s(trees::LEAF_WEIGHTS)?;
    let (mut splits, mut values, mut weights) = (splits.as_slice(), values.as_slice(), weights.as_slice());
    let weighted = !weights.is_empty();
    let read = |(tree, size): (usize, i32)| {
        let left = (splits.len(), values.len(), weights.len());
        let short = |array, got, expected| ModelError::Tree {
            tree,
            fault: TreeFault::Length { array, got, expected },
        };
        let depth = usize::try_from(size).ok().filter(|d| *d <= MAX_QUESTIONS);
        let depth =
            depth.ok_or(ModelError::Tree { tree, fault: TreeFault::Depth { limit: MAX_QUESTIONS } })?;
        let n_leaves = 1usize << depth;
        let asked = take(&mut splits, depth).ok_or(short("TreeSplits", left.0, depth))?;
        let asked = asked.iter().map(|&s| {
            let question = usize::try_from(s).ok().and_then(|s| questions.get(s));
            let fault = TreeFault::Feature { node: 0, feature: i64::from(s), n_features: questions.len() };
            question.copied().ok_or(ModelError::Tree { tree, fault })
        });
        let questions = asked.collect::<Result<Vec<_>, _>>()?;
        let n_values = n_leaves.saturating_mul(n_outputs);
        let leaf_values = take(&mut values, n_values).ok_or(short("LeafValues", left.1, n_values))?.to_vec();
        let leaf_weights = match weighted {
            true => {
                Some(take(&mut weights, n_leaves).ok_or(short("LeafWeights", left.2, n_leaves))?.to_vec())
            }
            false => None,
        };
        Ok(Tree::Symmetric { questions, leaf_values, leaf_weights })
    };
    let trees = sizes.into_iter().enumerate().map(read).collect::<Result<Vec<_>, ModelError>>()?;
    for (key, got) in
        [("TreeSplits", splits.len()), ("LeafValues", values.len()), ("LeafWeights", weights.len())]
    {
        if got > 0 {
            return Err(ModelError::Length { key: format!("{key} after the last tree"), got, expected: 0 });
        }
    }
    Ok(trees)
}

/// The first n, which are then gone.
fn take<'a, T>(rest: &mut &'a [T], n: usize) -> Option<&'a [T]> {
    let (first, after) = rest.split_at_checked(n)?;
    *rest = after;
    Some(first)
}

/// What the file says of itself.
#[derive(Default)]
struct Info {
    version: String,
    loss: String,
    class_names: Vec<String>,
}

impl Info {
    fn read(root: &Table<'_>) -> Result<Self, ModelError> {
        let mut info = Info::default();
        for entry in root.tables(core::INFO)? {
            let value = entry.text(1)?;
            match entry.text(0)? {
                "catboost_version_info" => info.version = value.into(),
                // What cannot be read here is not needed for the trees.
                "params" => {
                    let params: Option<Params> = serde_json::from_str(value).ok();
                    info.loss = params.and_then(|p| p.loss_function).map(|l| l.name).unwrap_or_default();
                }
                "class_params" => {
                    let classes: ClassParams = serde_json::from_str(value).unwrap_or_default();
                    info.class_names = classes.names();
                }
                _ => {}
            }
        }
        Ok(info)
    }
}
