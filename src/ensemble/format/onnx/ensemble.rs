//! `TreeEnsemble` of ai.onnx.ml 5: inner nodes and leaves in arrays of their own, trees by their roots.
//!
//! <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html>. Numbers are 32-bit or 64-bit, as the tensors say.

use super::messages::Tensor;
use super::{Attributes, damaged, refused};
use crate::ensemble::builder::{MAX_NODES, MAX_TREES, within};
use crate::ensemble::{Builder, ModelError, NodeSpec, TreeSpec};

/// The arrays of the operator.
pub(super) struct Nodes<'a> {
    roots: &'a [i64],
    feature: &'a [i64],
    mode: Vec<u8>,
    split: Vec<f64>,
    when_true: &'a [i64],
    when_false: &'a [i64],
    true_is_leaf: &'a [i64],
    false_is_leaf: &'a [i64],
    missing_is_true: &'a [i64],
    leaf_output: &'a [i64],
    leaf_weight: Vec<f64>,
    /// True if numbers have 64 bits.
    pub(super) double: bool,
}

/// Numbers of a tensor attribute; None if it is not there.
fn numbers(attributes: &Attributes<'_>, name: &str) -> Result<Option<(Vec<f64>, bool)>, ModelError> {
    let Some(tensor) = attributes.find(name).and_then(|a| a.t.as_ref()) else { return Ok(None) };
    let Tensor { data_type, float_data, double_data, raw_data, .. } = tensor;
    let whole = |size: usize| {
        if raw_data.len() % size == 0 {
            Ok(())
        } else {
            Err(damaged(name, "its bytes are no whole number of numbers"))
        }
    };
    match data_type {
        1 if raw_data.is_empty() => Ok(Some((float_data.iter().map(|&x| f64::from(x)).collect(), false))),
        1 => {
            whole(4)?;
            let numbers = raw_data.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b)));
            Ok(Some((numbers.collect(), false)))
        }
        11 if raw_data.is_empty() => Ok(Some((double_data.clone(), true))),
        11 => {
            whole(8)?;
            Ok(Some((raw_data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(), true)))
        }
        10 => Err(refused("trees with numbers of 16 bits")),
        _ => Err(damaged(name, "it is not made of floating-point numbers")),
    }
}

fn modes(attributes: &Attributes<'_>) -> Result<Vec<u8>, ModelError> {
    let tensor = attributes.find("nodes_modes").and_then(|a| a.t.as_ref());
    match tensor {
        Some(Tensor { data_type: 2, raw_data, int32_data, .. }) if raw_data.is_empty() => {
            Ok(int32_data.iter().map(|&m| u8::try_from(m).unwrap_or(u8::MAX)).collect())
        }
        Some(Tensor { data_type: 2, raw_data, .. }) => Ok(raw_data.clone()),
        _ => Err(damaged("nodes_modes", "it is not made of bytes")),
    }
}

impl<'a> Nodes<'a> {
    pub(super) fn of(attributes: &Attributes<'a>) -> Result<Self, ModelError> {
        let (split, double) = numbers(attributes, "nodes_splits")?.unwrap_or_default();
        let (leaf_weight, double_leaf) = numbers(attributes, "leaf_weights")?.unwrap_or_default();
        let nodes = Nodes {
            roots: attributes.ints("tree_roots"),
            feature: attributes.ints("nodes_featureids"),
            mode: modes(attributes)?,
            split,
            when_true: attributes.ints("nodes_truenodeids"),
            when_false: attributes.ints("nodes_falsenodeids"),
            true_is_leaf: attributes.ints("nodes_trueleafs"),
            false_is_leaf: attributes.ints("nodes_falseleafs"),
            missing_is_true: attributes.ints("nodes_missing_value_tracks_true"),
            leaf_output: attributes.ints("leaf_targetids"),
            leaf_weight,
            double: double || double_leaf,
        };
        let n = nodes.feature.len();
        within("nodes", n, MAX_NODES)?;
        within("leaves", nodes.leaf_weight.len(), MAX_NODES)?;
        within("trees", nodes.roots.len(), MAX_TREES)?;
        let same = |key: &str, got: usize, expected: usize| {
            if got == expected {
                Ok(())
            } else {
                Err(ModelError::Length { key: key.to_owned(), got, expected })
            }
        };
        same("nodes_modes", nodes.mode.len(), n)?;
        same("nodes_splits", nodes.split.len(), n)?;
        same("nodes_truenodeids", nodes.when_true.len(), n)?;
        same("nodes_falsenodeids", nodes.when_false.len(), n)?;
        same("nodes_trueleafs", nodes.true_is_leaf.len(), n)?;
        same("nodes_falseleafs", nodes.false_is_leaf.len(), n)?;
        if !nodes.missing_is_true.is_empty() {
            same("nodes_missing_value_tracks_true", nodes.missing_is_true.len(), n)?;
        }
        same("leaf_targetids", nodes.leaf_output.len(), nodes.leaf_weight.len())?;
        if nodes.roots.is_empty() || nodes.leaf_weight.is_empty() {
            return Err(damaged("the tree ensemble", "it has no trees"));
        }
        Ok(nodes)
    }

    pub(super) fn n_trees(&self) -> usize {
        self.roots.len()
    }

    /// One more than the largest feature that is asked for.
    pub(super) fn n_features(&self) -> usize {
        self.feature.iter().max().map_or(0, |&f| usize::try_from(f).unwrap_or(0).saturating_add(1))
    }

    /// Adds all trees.
    pub(super) fn add(&self, builder: &mut Builder, n_outputs: usize, weight: f64) -> Result<(), ModelError> {
        let mut seen = vec![false; self.feature.len()];
        for (t, &root) in self.roots.iter().enumerate() {
            builder.add(self.tree(t, root, &mut seen, n_outputs, weight)?)?;
        }
        Ok(())
    }

    /// The nodes that a root leads to. A node belongs to one tree and is reached once.
    fn tree(
        &self,
        t: usize,
        root: i64,
        seen: &mut [bool],
        n_outputs: usize,
        weight: f64,
    ) -> Result<TreeSpec, ModelError> {
        let place = format!("tree {t}");
        let wrong = |problem: &str| damaged(&place, problem);
        // Inner nodes as they are found, and the place of each among the tree's.
        let mut pending = vec![(root, 0usize)];
        let (mut specs, mut leaves) = (vec![NodeSpec::Leaf { first: 0 }], Vec::new());
        while let Some((id, at)) = pending.pop() {
            let i = usize::try_from(id).ok().filter(|&i| i < seen.len());
            let i = i.ok_or_else(|| wrong("it leads to a node that is not there"))?;
            if std::mem::replace(&mut seen[i], true) {
                return Err(wrong("it reaches a node twice"));
            }
            let sides =
                [(self.when_true[i], self.true_is_leaf[i]), (self.when_false[i], self.false_is_leaf[i])];
            // A tree of one leaf is a node both of whose sides are that leaf.
            if at == 0 && sides[0] == sides[1] && sides[0].1 != 0 {
                leaves.push((0, sides[0].0));
                continue;
            }
            let mut children = [0i64; 2];
            for (child, (id, is_leaf)) in children.iter_mut().zip(sides) {
                *child = specs.len() as i64;
                if is_leaf != 0 {
                    leaves.push((specs.len(), id));
                } else {
                    pending.push((id, specs.len()));
                }
                specs.push(NodeSpec::Leaf { first: 0 });
            }
            specs[at] = self.split(i, children)?;
        }
        let leaf = |id: i64| {
            let i = usize::try_from(id).ok().filter(|&i| i < self.leaf_weight.len());
            i.ok_or_else(|| wrong("it leads to a leaf that is not there"))
        };
        // A tree that feeds one output has leaves of one value.
        let first = self.leaf_output[leaf(leaves.first().map_or(-1, |l| l.1))?];
        let mut single = true;
        for &(_, id) in &leaves {
            single &= self.leaf_output[leaf(id)?] == first;
        }
        let width = if single { 1 } else { n_outputs };
        within("leaf values", leaves.len().saturating_mul(width), MAX_NODES)?;
        let mut leaf_values = vec![0.0; leaves.len() * width];
        for (l, &(at, id)) in leaves.iter().enumerate() {
            let i = leaf(id)?;
            let k = if single {
                Some(0)
            } else {
                usize::try_from(self.leaf_output[i]).ok().filter(|&k| k < width)
            };
            let k = k.ok_or_else(|| wrong("a leaf feeds an output that is not there"))?;
            leaf_values[l * width + k] = self.leaf_weight[i];
            specs[at] = NodeSpec::Leaf { first: l * width };
        }
        Ok(TreeSpec { nodes: specs, leaf_values, cover: None, output: single.then_some(first), weight })
    }

    fn split(&self, i: usize, [when_true, when_false]: [i64; 2]) -> Result<NodeSpec, ModelError> {
        let value = self.split[i];
        let next = if value.is_finite() { value.next_up() } else { value };
        let missing_is_true = self.missing_is_true.get(i).is_some_and(|&flag| flag != 0);
        // (threshold, whether the condition holds below it)
        let (threshold, below) = match self.mode[i] {
            0 => (next, true),
            1 => (value, true),
            2 => (value, false),
            3 => (next, false),
            4 | 5 => return Err(refused("splits on equality")),
            6 => return Err(refused("splits on sets of values")),
            _ => return Err(damaged(&format!("nodes_modes[{i}]"), "it is no known comparison")),
        };
        let (left, right) = if below { (when_true, when_false) } else { (when_false, when_true) };
        let default_left = missing_is_true == below;
        Ok(NodeSpec::Below { feature: self.feature[i], threshold, left, right, default_left })
    }
}
