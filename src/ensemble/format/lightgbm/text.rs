//! The text that `Booster.save_model` writes: lines of `key=value`, a header and one block per tree.

use super::{Level, Missing, Model, RETRAIN_LINEAR, categorical, numeric};
use crate::Parsed;
use crate::ensemble::error::quoted;
use crate::ensemble::{Ensemble, ModelError, NodeSpec, TreeFault, TreeSpec};
use std::collections::HashMap;
use std::str::FromStr;

/// Reads the text form.
///
/// # Errors
/// [`ModelError`] with the line.
pub(in crate::ensemble::format) fn read(bytes: &[u8]) -> Result<Parsed<Ensemble>, ModelError> {
    read_up_to(bytes, None)
}

/// [`read`] with the number of rounds up to the best one, which the text does not hold.
///
/// # Errors
/// As [`read`].
pub(in crate::ensemble::format) fn read_up_to(
    bytes: &[u8],
    best: Option<usize>,
) -> Result<Parsed<Ensemble>, ModelError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ModelError::Line {
        line: bytes[..e.valid_up_to()].split(|&b| b == b'\n').count(),
        problem: "the text is not UTF-8".into(),
    })?;
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end())).peekable();
    let header = Block::read(&mut lines);
    let mut trees = Vec::new();
    loop {
        match lines.next() {
            Some((_, line)) if line.starts_with("Tree=") => {
                let block = Block::read(&mut lines);
                trees.push(tree(&block, trees.len())?);
            }
            Some((_, "end of trees")) => break,
            Some((line, other)) => {
                return Err(ModelError::Line { line, problem: format!("{} is out of place", quoted(other)) });
            }
            None => {
                let line = text.lines().count();
                return Err(ModelError::Line { line, problem: "the file ends before `end of trees`".into() });
            }
        }
    }
    let pandas_categorical = match lines.find_map(|(n, l)| Some((n, l.strip_prefix("pandas_categorical:")?)))
    {
        Some((line, list)) => levels(list).map_err(|e| ModelError::Line { line, problem: e.to_string() })?,
        None => Vec::new(),
    };
    let (_, infos) = header.get("feature_infos")?;
    let max_feature: usize = header.number("max_feature_idx")?;
    let model = Model {
        format: "LightGBM text",
        version: header.get("version")?.1.into(),
        n_features: max_feature.saturating_add(1),
        n_outputs: header.number("num_tree_per_iteration")?,
        objective: header.values.get("objective").map(|(_, v)| (*v).to_owned()).unwrap_or_default(),
        average: header.values.contains_key("average_output"),
        feature_names: header.get("feature_names")?.1.split_ascii_whitespace().map(str::to_owned).collect(),
        // `[least:largest]`, `none`, or codes with colons between.
        categorical: infos.split_ascii_whitespace().map(|i| !i.starts_with('[') && i != "none").collect(),
        pandas_categorical,
        trees,
        best,
    };
    model.into_ensemble()
}

/// A JSON list of lists, or `null`.
fn levels(text: &str) -> Result<Vec<Vec<Level>>, serde_json::Error> {
    Ok(serde_json::from_str::<Option<Vec<Vec<Level>>>>(text)?.unwrap_or_default())
}

/// The lines up to the next tree or the end of the trees, by key, with their numbers.
struct Block<'a> {
    first_line: usize,
    values: HashMap<&'a str, (usize, &'a str)>,
}

impl<'a> Block<'a> {
    fn read(lines: &mut std::iter::Peekable<impl Iterator<Item = (usize, &'a str)>>) -> Self {
        let mut block = Block { first_line: 0, values: HashMap::new() };
        while let Some((line, text)) = lines.next_if(|(_, l)| !l.starts_with("Tree=") && *l != "end of trees")
        {
            if block.first_line == 0 {
                block.first_line = line;
            }
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            block.values.insert(key, (line, value));
        }
        block
    }

    fn get(&self, key: &str) -> Result<(usize, &'a str), ModelError> {
        self.values.get(key).copied().ok_or_else(|| ModelError::Line {
            line: self.first_line,
            problem: format!("the lines from here on lack `{key}=`"),
        })
    }

    fn number<T: FromStr>(&self, key: &str) -> Result<T, ModelError> {
        let (line, text) = self.get(key)?;
        text.trim().parse().map_err(|_| {
            let problem = format!("`{key}` is {}, expected a number", quoted(text));
            ModelError::Line { line, problem }
        })
    }

    /// The numbers of a line; none if the line is missing.
    fn numbers<T: FromStr>(&self, key: &str) -> Result<Vec<T>, ModelError> {
        let Some(&(line, text)) = self.values.get(key) else { return Ok(Vec::new()) };
        let wrong = |(i, word): (usize, &str)| ModelError::Line {
            line,
            problem: format!("`{key}[{i}]` is {}, expected a number", quoted(word)),
        };
        text.split_ascii_whitespace().enumerate().map(|at| at.1.parse().map_err(|_| wrong(at))).collect()
    }

    /// The numbers of a line that must be so many.
    fn exactly<T: FromStr>(&self, key: &'static str, n: usize, tree: usize) -> Result<Vec<T>, ModelError> {
        let numbers = self.numbers(key)?;
        if numbers.len() == n {
            return Ok(numbers);
        }
        let fault = TreeFault::Length { array: key, got: numbers.len(), expected: n };
        Err(ModelError::Tree { tree, fault })
    }
}

/// A tree: first its splits, then its leaves. A leaf j is written as child −j − 1.
fn tree(block: &Block<'_>, number: usize) -> Result<TreeSpec, ModelError> {
    if block.values.get("is_linear").is_some_and(|(_, v)| v.trim() == "1") {
        return Err(ModelError::Feature {
            what: "linear models in its leaves".into(),
            remedy: RETRAIN_LINEAR,
        });
    }
    let leaf_values: Vec<f64> = block.numbers("leaf_value")?;
    let n_leaves: usize = block.number("num_leaves")?;
    if leaf_values.len() != n_leaves {
        let fault = TreeFault::Length { array: "leaf_value", got: leaf_values.len(), expected: n_leaves };
        return Err(ModelError::Tree { tree: number, fault });
    }
    // Without a split the other lines are empty, or hold zeros in some versions.
    let n_splits = n_leaves.saturating_sub(1);
    if n_splits == 0 {
        let nodes = (0..n_leaves).map(|first| NodeSpec::Leaf { first }).collect();
        return Ok(TreeSpec { nodes, leaf_values, cover: None, output: None, weight: 1.0 });
    }
    let features: Vec<i64> = block.exactly("split_feature", n_splits, number)?;
    let thresholds: Vec<f64> = block.exactly("threshold", n_splits, number)?;
    let decisions: Vec<i64> = block.exactly("decision_type", n_splits, number)?;
    let left: Vec<i64> = block.exactly("left_child", n_splits, number)?;
    let right: Vec<i64> = block.exactly("right_child", n_splits, number)?;
    let mut sets = sets(block, number)?;
    let child = |child: i64| match usize::try_from(child) {
        Ok(split) if split < n_splits => child,
        // No such split: a number that no node has.
        Ok(_) => child.saturating_add((n_splits + n_leaves) as i64),
        Err(_) => (!child).saturating_add(n_splits as i64),
    };
    let mut nodes = Vec::with_capacity(n_splits + n_leaves);
    for i in 0..n_splits {
        let (feature, left, right) = (features[i], child(left[i]), child(right[i]));
        let decision = decisions[i];
        nodes.push(if decision & 1 == 1 {
            // The threshold is the number of a set, and no two splits share one.
            let set = Some(thresholds[i]).filter(|t| *t >= 0.0).and_then(|t| sets.get_mut(t as usize));
            let fault = TreeFault::Categories { node: i };
            let codes = set.and_then(Option::take).ok_or(ModelError::Tree { tree: number, fault })?;
            categorical(feature, codes, left, right)
        } else {
            let missing = match decision >> 2 & 3 {
                0 => Missing::None,
                1 => Missing::Zero,
                2 => Missing::Nan,
                _ => {
                    let (line, _) = block.get("decision_type")?;
                    let problem = format!("`decision_type[{i}]` is {decision}, which no version writes");
                    return Err(ModelError::Line { line, problem });
                }
            };
            numeric(feature, thresholds[i], missing, decision & 2 == 2, left, right)
        });
    }
    nodes.extend((0..n_leaves).map(|first| NodeSpec::Leaf { first }));
    let cover = if block.values.contains_key("internal_count") && block.values.contains_key("leaf_count") {
        let mut cover: Vec<f64> = block.exactly("internal_count", n_splits, number)?;
        cover.extend(block.exactly::<f64>("leaf_count", n_leaves, number)?);
        Some(cover)
    } else {
        None
    };
    Ok(TreeSpec { nodes, leaf_values, cover, output: None, weight: 1.0 })
}

/// Level codes of each categorical split: bit b of word w stands for code 32 w + b.
fn sets(block: &Block<'_>, tree: usize) -> Result<Vec<Option<Vec<i64>>>, ModelError> {
    let bounds: Vec<usize> = block.numbers("cat_boundaries")?;
    let words: Vec<u32> = block.numbers("cat_threshold")?;
    if !bounds.is_sorted() || bounds.last().is_some_and(|&end| end > words.len()) {
        let (line, _) = block.get("cat_boundaries")?;
        let problem = "`cat_boundaries` does not rise to the number of words in `cat_threshold`".into();
        return Err(ModelError::Line { line, problem });
    }
    let n_cat: usize = if block.values.contains_key("num_cat") { block.number("num_cat")? } else { 0 };
    if bounds.len().saturating_sub(1) != n_cat {
        let fault = TreeFault::Length {
            array: "cat_boundaries",
            got: bounds.len(),
            expected: n_cat.saturating_add(1),
        };
        return Err(ModelError::Tree { tree, fault });
    }
    let codes = |words: &[u32]| {
        let of_word = |(w, word): (usize, &u32)| {
            let word = *word;
            (0..32).filter(move |b| word >> b & 1 == 1).map(move |b| 32 * w as i64 + b)
        };
        words.iter().enumerate().flat_map(of_word).collect()
    };
    Ok(bounds.windows(2).map(|cut| Some(codes(&words[cut[0]..cut[1]]))).collect())
}
