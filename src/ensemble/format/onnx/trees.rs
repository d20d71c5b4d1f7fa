//! Parallel arrays of all nodes of all trees, taken apart into trees.

use super::{Attributes, damaged, refused};
use crate::ensemble::builder::{MAX_NODES, MAX_TREES, within};
use crate::ensemble::{Builder, ModelError, NodeSpec, TreeSpec};
use std::collections::HashMap;

/// The arrays of an operator; those of nodes are equally long, those of weights, too.
pub(super) struct Arrays<'a> {
    tree: &'a [i64],
    number: &'a [i64],
    feature: &'a [i64],
    mode: &'a [Vec<u8>],
    value: &'a [f32],
    when_true: &'a [i64],
    when_false: &'a [i64],
    missing_is_true: &'a [i64],
    weight_tree: &'a [i64],
    weight_node: &'a [i64],
    weight_output: &'a [i64],
    weight: &'a [f32],
}

impl<'a> Arrays<'a> {
    /// The arrays, of which those of weights start with `target` or `class`.
    pub(super) fn of(attributes: &Attributes<'a>, weights: &str) -> Result<Self, ModelError> {
        let arrays = Arrays {
            tree: attributes.ints("nodes_treeids"),
            number: attributes.ints("nodes_nodeids"),
            feature: attributes.ints("nodes_featureids"),
            mode: attributes.strings("nodes_modes"),
            value: attributes.floats("nodes_values"),
            when_true: attributes.ints("nodes_truenodeids"),
            when_false: attributes.ints("nodes_falsenodeids"),
            missing_is_true: attributes.ints("nodes_missing_value_tracks_true"),
            weight_tree: attributes.ints(&format!("{weights}_treeids")),
            weight_node: attributes.ints(&format!("{weights}_nodeids")),
            weight_output: attributes.ints(&format!("{weights}_ids")),
            weight: attributes.floats(&format!("{weights}_weights")),
        };
        let n = arrays.tree.len();
        within("nodes", n, MAX_NODES)?;
        let same = |array: &str, got: usize, expected: usize| {
            if got == expected {
                Ok(())
            } else {
                Err(ModelError::Length { key: array.to_owned(), got, expected })
            }
        };
        same("nodes_nodeids", arrays.number.len(), n)?;
        same("nodes_featureids", arrays.feature.len(), n)?;
        same("nodes_modes", arrays.mode.len(), n)?;
        same("nodes_values", arrays.value.len(), n)?;
        same("nodes_truenodeids", arrays.when_true.len(), n)?;
        same("nodes_falsenodeids", arrays.when_false.len(), n)?;
        if !arrays.missing_is_true.is_empty() {
            same("nodes_missing_value_tracks_true", arrays.missing_is_true.len(), n)?;
        }
        let n_weights = arrays.weight.len();
        same(&format!("{weights}_treeids"), arrays.weight_tree.len(), n_weights)?;
        same(&format!("{weights}_nodeids"), arrays.weight_node.len(), n_weights)?;
        same(&format!("{weights}_ids"), arrays.weight_output.len(), n_weights)?;
        if n == 0 || n_weights == 0 {
            return Err(damaged("the tree ensemble", "it has no trees"));
        }
        Ok(arrays)
    }

    /// True if all weights are for one output.
    pub(super) fn one_id(&self) -> bool {
        self.weight_output.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// One more than the largest feature that is asked for.
    pub(super) fn n_features(&self) -> usize {
        self.feature.iter().max().map_or(0, |&f| usize::try_from(f).unwrap_or(0).saturating_add(1))
    }

    /// Nodes of a tree follow each other.
    pub(super) fn n_trees(&self) -> usize {
        self.tree.chunk_by(|a, b| a == b).count()
    }

    /// Adds all trees. Returns whether any split sends missing values where its condition holds.
    pub(super) fn add(
        &self,
        builder: &mut Builder,
        binary: bool,
        n_outputs: usize,
        weight: f64,
    ) -> Result<bool, ModelError> {
        within("trees", self.n_trees(), MAX_TREES)?;
        let weights = self.weights_by_node()?;
        let (mut start, mut seen) = (0, HashMap::new());
        for (t, ids) in self.tree.chunk_by(|a, b| a == b).enumerate() {
            let nodes = start..start + ids.len();
            start = nodes.end;
            if seen.insert(ids[0], ()).is_some() {
                return Err(damaged("nodes_treeids", "the nodes of a tree are scattered"));
            }
            let local: HashMap<i64, usize> = self.number[nodes.clone()].iter().copied().zip(0..).collect();
            let child = |id: i64| local.get(&id).map_or(-1, |&i| i as i64);
            let of_leaf = |i: usize| weights.get(&(ids[0], self.number[i])).map_or(&[][..], Vec::as_slice);
            // A tree that feeds one output has leaves of one value.
            let mut fed = nodes.clone().flat_map(of_leaf).map(|&w| self.weight_output[w]);
            let first = fed.next().unwrap_or(0);
            let single = binary || n_outputs == 1 || fed.all(|id| id == first);
            let output = single.then_some(if binary || n_outputs == 1 { 0 } else { first });
            let width = if single { 1 } else { n_outputs };
            let n_weights: usize = nodes.clone().map(|i| of_leaf(i).len()).sum();
            within(
                "leaf values",
                ids.len().saturating_mul(width),
                n_weights.saturating_mul(64).saturating_add(4096),
            )?;

            let (mut specs, mut leaf_values) = (Vec::with_capacity(ids.len()), Vec::new());
            for i in nodes {
                if self.mode[i] == b"LEAF" {
                    let first = leaf_values.len();
                    leaf_values.resize(first + width, 0.0);
                    for &w in of_leaf(i) {
                        let k = if single { Some(0) } else { usize::try_from(self.weight_output[w]).ok() };
                        let slot = k.filter(|&k| k < width).map(|k| &mut leaf_values[first + k]);
                        *slot.ok_or_else(|| {
                            damaged(&format!("tree {t}"), "a leaf feeds an output that is not there")
                        })? += f64::from(self.weight[w]);
                    }
                    specs.push(NodeSpec::Leaf { first });
                } else {
                    specs.push(self.split(i, child)?);
                }
            }
            builder.add(TreeSpec { nodes: specs, leaf_values, cover: None, output, weight })?;
        }
        Ok(self.missing_is_true.iter().any(|&flag| flag != 0))
    }

    fn split(&self, i: usize, child: impl Fn(i64) -> i64) -> Result<NodeSpec, ModelError> {
        let (feature, value) = (self.feature[i], f64::from(self.value[i]));
        let (when_true, when_false) = (child(self.when_true[i]), child(self.when_false[i]));
        let missing_is_true = self.missing_is_true.get(i).is_some_and(|&flag| flag != 0);
        // (threshold, whether the condition holds below it)
        let (threshold, below) = match self.mode[i].as_slice() {
            b"BRANCH_LT" => (value, true),
            b"BRANCH_LEQ" => (value.next_up(), true),
            b"BRANCH_GTE" => (value, false),
            b"BRANCH_GT" => (value.next_up(), false),
            b"BRANCH_EQ" | b"BRANCH_NEQ" => return Err(refused("splits on equality")),
            _ => return Err(damaged(&format!("nodes_modes[{i}]"), "it is no known comparison")),
        };
        let (left, right) = if below { (when_true, when_false) } else { (when_false, when_true) };
        Ok(NodeSpec::Below { feature, threshold, left, right, default_left: missing_is_true == below })
    }

    /// Positions of the weights of each node.
    fn weights_by_node(&self) -> Result<HashMap<(i64, i64), Vec<usize>>, ModelError> {
        within("leaf values", self.weight.len(), MAX_NODES)?;
        let mut out: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
        for (w, node) in self.weight_tree.iter().copied().zip(self.weight_node.iter().copied()).enumerate() {
            out.entry(node).or_default().push(w);
        }
        Ok(out)
    }
}
