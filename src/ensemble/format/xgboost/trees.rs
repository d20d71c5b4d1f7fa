//! From the stored arrays to the builder's trees.

use super::super::bare_words::Real;
use super::{MODEL, count, json, number};
use crate::ensemble::{Builder, ModelError, NodeSpec, TreeFault, TreeSpec};
use std::ops::Range;

/// Boosters made of trees.
pub(super) const BOOSTERS: &[&str] = &["gbtree", "dart"];

/// The trees of a booster and, for dart, their weights.
///
/// # Errors
/// [`ModelError::Booster`] for boosters without trees; lengths that disagree.
pub(super) fn of_booster(booster: json::Booster) -> Result<(json::Model, Option<Vec<Real>>), ModelError> {
    if !BOOSTERS.contains(&booster.name.as_str()) {
        return Err(unknown_booster(&booster.name));
    }
    let model = booster.model.or_else(|| booster.gbtree.and_then(|inner| inner.model));
    let mut model = model.ok_or_else(|| ModelError::Value {
        key: MODEL.into(),
        got: "missing".into(),
        expected: "the trees",
    })?;
    let weights = model.weight_drop.take().or(booster.weight_drop).filter(|w| !w.is_empty());
    let param = format!("{MODEL}.gbtree_model_param");
    let n_trees: usize = number(&param, "num_trees", &model.gbtree_model_param.num_trees)?;
    let same = |array: &str, got: usize| {
        if got == n_trees {
            return Ok(());
        }
        Err(ModelError::Length { key: format!("{MODEL}.{array}"), got, expected: n_trees })
    };
    same("trees", model.trees.len())?;
    same("tree_info", model.tree_info.len())?;
    same("weight_drop", weights.as_ref().map_or(n_trees, Vec::len))?;
    Ok((model, weights))
}

/// Says which booster it is.
pub(super) fn unknown_booster(name: &str) -> ModelError {
    ModelError::Booster { name: name.chars().take(60).collect() }
}

/// Adds the first `n_kept` trees to the builder.
pub(super) fn add(
    builder: &mut Builder,
    model: json::Model,
    weights: Option<&[Real]>,
    n_kept: usize,
    n_outputs: usize,
) -> Result<(), ModelError> {
    for (t, (tree, output)) in model.trees.into_iter().zip(model.tree_info).take(n_kept).enumerate() {
        let weight = weights.map_or(1.0, |w| f64::from(w[t].0));
        let key = || format!("{MODEL}.trees[{t}].tree_param");
        let width = count(&key(), "size_leaf_vector", tree.tree_param.size_leaf_vector.as_deref())?.max(1);
        let output = if width > 1 {
            if width != n_outputs {
                return Err(ModelError::Value {
                    key: format!("{}.size_leaf_vector", key()),
                    got: width.to_string(),
                    expected: "1, or the number of outputs",
                });
            }
            None
        } else {
            Some(output)
        };
        let mut spec = spec(tree, width).map_err(|fault| ModelError::Tree { tree: t, fault })?;
        spec.output = output;
        spec.weight = weight;
        builder.add(spec)?;
    }
    Ok(())
}

/// The tree as the builder wants it; output and weight are the caller's.
fn spec(tree: json::Tree, width: usize) -> Result<TreeSpec, TreeFault> {
    let n = tree.left_children.len();
    let same = |array: &'static str, got: usize| {
        if got == n { Ok(()) } else { Err(TreeFault::Length { array, got, expected: n }) }
    };
    same("right_children", tree.right_children.len())?;
    same("split_indices", tree.split_indices.len())?;
    same("split_conditions", tree.split_conditions.len())?;
    same("default_left", tree.default_left.0.len())?;
    if let Some(kinds) = &tree.split_type {
        same("split_type", kinds.len())?;
    }
    let mut codes = codes_by_node(&tree, n)?;
    let nodes = (0..n)
        .map(|i| {
            let (left, right) = (i64::from(tree.left_children[i]), i64::from(tree.right_children[i]));
            if left == -1 {
                // A vector leaf of 3.2 and later says in `right_children` which row of `leaf_weights` it is.
                let row = match (width, &tree.leaf_weights) {
                    (1, _) | (_, None) => i,
                    _ => usize::try_from(right).unwrap_or(usize::MAX),
                };
                return NodeSpec::Leaf { first: row.saturating_mul(width) };
            }
            let (feature, default_left) = (tree.split_indices[i], tree.default_left.0[i]);
            match &tree.split_type {
                Some(kinds) if kinds[i] == 1 => {
                    let codes = codes.get_mut(i).map(std::mem::take).unwrap_or_default();
                    NodeSpec::NotIn { feature, codes, left, right, default_left }
                }
                _ => {
                    let threshold = f64::from(tree.split_conditions[i].0);
                    NodeSpec::Below { feature, threshold, left, right, default_left }
                }
            }
        })
        .collect();
    let leaf_values = match (width, tree.leaf_weights) {
        (1, _) => tree.split_conditions,
        (_, Some(rows)) => rows,
        (_, None) => tree.base_weights,
    };
    let wide = |x: Vec<Real>| x.into_iter().map(|x| f64::from(x.0)).collect();
    Ok(TreeSpec {
        nodes,
        leaf_values: wide(leaf_values),
        cover: tree.sum_hessian.filter(|c| !c.is_empty()).map(wide),
        output: None,
        weight: 1.0,
    })
}

/// Level codes of each node, empty where it has none; no entries at all in a tree without categorical splits.
fn codes_by_node(tree: &json::Tree, n: usize) -> Result<Vec<Vec<i64>>, TreeFault> {
    let nodes = &tree.categories_nodes;
    let same = |array: &'static str, got: usize| {
        if got == nodes.len() { Ok(()) } else { Err(TreeFault::Length { array, got, expected: nodes.len() }) }
    };
    same("categories_segments", tree.categories_segments.len())?;
    same("categories_sizes", tree.categories_sizes.len())?;
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let mut out = vec![Vec::new(); n];
    let mut n_taken = 0usize;
    for ((&node, &start), &size) in nodes.iter().zip(&tree.categories_segments).zip(&tree.categories_sizes) {
        let slot = usize::try_from(node).ok().and_then(|i| out.get_mut(i));
        let slot = slot.ok_or(TreeFault::Child { node: 0, child: node, n_nodes: n })?;
        let codes = range(start, size).and_then(|r| tree.categories.get(r));
        // Segments do not overlap, so together they are no longer than the array they cut.
        let codes = codes.filter(|c| {
            n_taken = n_taken.saturating_add(c.len());
            n_taken <= tree.categories.len()
        });
        let got = tree.categories.len();
        *slot = codes.ok_or(TreeFault::Length { array: "categories", got, expected: n_taken })?.to_vec();
    }
    Ok(out)
}

fn range(start: i64, size: i64) -> Option<Range<usize>> {
    let start = usize::try_from(start).ok()?;
    Some(start..start.checked_add(usize::try_from(size).ok()?)?)
}
