//! From nodes with predicates to nodes with thresholds.

use super::document::{Node, Predicate, Tree};
use super::{damaged, refused};
use crate::ensemble::error::quoted;
use crate::ensemble::{ModelError, NodeSpec, TreeSpec};
use std::collections::HashMap;

/// The tree as the builder wants it; output and weight are the caller's.
pub(super) fn tree(
    tree: &Tree,
    features: &HashMap<&str, usize>,
    classes: &[String],
) -> Result<TreeSpec, ModelError> {
    let mut leaf_values = Vec::new();
    let mut nodes = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        nodes.push(match node.children.as_slice() {
            [] => {
                let first = leaf_values.len();
                leaf_values.extend(values(node, classes)?);
                NodeSpec::Leaf { first }
            }
            &[first, second] => split(tree, node, [first, second], features)?,
            _ => return Err(refused("nodes that do not have two children")),
        });
    }
    let cover: Option<Vec<f64>> = tree.nodes.iter().map(|node| node.cover).collect();
    Ok(TreeSpec { nodes, leaf_values, cover, output: None, weight: 1.0 })
}

/// One value, or one per class if there are more than two; of two classes the share of the second.
fn values(node: &Node, classes: &[String]) -> Result<Vec<f64>, ModelError> {
    if classes.is_empty() {
        let score = node.score.as_deref().and_then(|score| score.trim().parse().ok());
        return Ok(vec![score.ok_or_else(|| damaged(node.at, "a leaf has no score that is a number"))?]);
    }
    let sum: f64 = node.shares.iter().map(|(_, count)| count).sum();
    if sum <= 0.0 {
        return Err(refused("leaves without the counts of the classes"));
    }
    let share =
        |class: &String| node.shares.iter().find(|(of, _)| of == class).map_or(0.0, |(_, count)| count / sum);
    Ok(if let [_, second] = classes { vec![share(second)] } else { classes.iter().map(share).collect() })
}

fn split(
    tree: &Tree,
    node: &Node,
    children: [usize; 2],
    features: &HashMap<&str, usize>,
) -> Result<NodeSpec, ModelError> {
    let [first, second] = children.map(|child| &tree.nodes[child]);
    let Predicate::Simple { field, operator, value } = &first.predicate else {
        return Err(refused("splits that are no comparison"));
    };
    // (threshold, whether the first child is below it, the operator of the other side)
    let (threshold, below, opposite) = match operator.as_str() {
        "lessThan" => (*value, true, "greaterOrEqual"),
        "lessOrEqual" => (value.next_up(), true, "greaterThan"),
        "greaterThan" => (value.next_up(), false, "lessOrEqual"),
        "greaterOrEqual" => (*value, false, "lessThan"),
        other => return Err(refused(&format!("the comparison {}", quoted(other)))),
    };
    let complete = match &second.predicate {
        Predicate::True => true,
        Predicate::Simple { field: f, operator: o, value: v } => f == field && o == opposite && v == value,
        Predicate::None => false,
    };
    if !complete {
        return Err(refused("splits whose sides do not complete each other"));
    }
    let feature = features.get(field.as_str()).map(|&f| f as i64);
    let feature = feature.ok_or_else(|| {
        damaged(node.at, format!("a split uses {}, which is no active field", quoted(field)))
    })?;
    let [left, right] = if below { children } else { [children[1], children[0]] };
    let default_left = match (&node.default_child, tree.default_child) {
        (Some(id), true) => tree.nodes[left].id.as_ref() == Some(id),
        _ => false,
    };
    Ok(NodeSpec::Below { feature, threshold, left: left as i64, right: right as i64, default_left })
}
