//! Which trees take part: all, or those up to the best iteration.

use super::{MODEL, count, json};
use crate::ensemble::{ModelError, ReadOptions};
use std::collections::BTreeMap;

/// The trees that are kept: the first `n_trees`.
pub(super) struct Kept {
    pub(super) n_trees: usize,
    /// Set if trees were left out because of it.
    pub(super) best_iteration: Option<u32>,
}

pub(super) fn kept(
    model: &json::Model,
    attributes: &BTreeMap<String, String>,
    n_outputs: usize,
    options: &ReadOptions,
    warnings: &mut Vec<String>,
) -> Result<Kept, ModelError> {
    let all = Kept { n_trees: model.trees.len(), best_iteration: None };
    let ends = round_ends(model, n_outputs)?;
    let Some(text) = attributes.get("best_iteration").filter(|_| !options.use_all_trees) else {
        return Ok(all);
    };
    let Ok(best) = text.trim().parse::<u32>() else {
        warnings.push("The attribute best_iteration is not a number; all trees are used.".to_owned());
        return Ok(all);
    };
    Ok(match ends.get(best as usize) {
        Some(&n_trees) if n_trees < all.n_trees => Kept { n_trees, best_iteration: Some(best) },
        _ => all,
    })
}

/// Number of trees up to and including each round.
fn round_ends(model: &json::Model, n_outputs: usize) -> Result<Vec<usize>, ModelError> {
    let n_trees = model.trees.len();
    let Some(starts) = &model.iteration_indptr else {
        let parallel = count(
            &format!("{MODEL}.gbtree_model_param"),
            "num_parallel_tree",
            model.gbtree_model_param.num_parallel_tree.as_deref(),
        )?;
        let per_round = parallel.max(1).saturating_mul(n_outputs);
        return Ok((1..=n_trees / per_round).map(|round| round * per_round).collect());
    };
    let ends: Option<Vec<usize>> = starts.iter().map(|&s| usize::try_from(s).ok()).collect();
    match ends {
        Some(ends)
            if ends.is_sorted()
                && ends.first().is_none_or(|&first| first == 0)
                && ends.last().is_none_or(|&last| last == n_trees) =>
        {
            Ok(ends.into_iter().skip(1).collect())
        }
        _ => Err(ModelError::Value {
            key: format!("{MODEL}.iteration_indptr"),
            got: "a list that does not rise from 0 to the number of trees".into(),
            expected: "the first tree of each round",
        }),
    }
}
