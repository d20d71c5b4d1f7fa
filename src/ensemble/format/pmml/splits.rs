//! From nodes whose children are tried one after the other to splits into two.

use super::document::{Missing, Node, Predicate, Tree};
use super::{damaged, refused};
use crate::ensemble::{ModelError, NodeSpec, TreeSpec};

/// A tree as the builder wants it; output and weight are the caller's.
pub(super) struct Read {
    pub(super) spec: TreeSpec,
    /// True if some row with a missing value gets no prediction.
    pub(super) refuses_missing: bool,
}

/// The first child whose predicate holds is taken (<https://dmg.org/pmml/v4-4-1/TreeModel.html>): a node with children
/// a, b, c becomes "a, or else (b, or else c)".
///
/// `columns`: of each field, its place among the features.
pub(super) fn tree(tree: &Tree, columns: &[Option<usize>], classes: &[String]) -> Result<Read, ModelError> {
    let Some(root) = tree.nodes.first() else { return Err(refused("a tree without nodes")) };
    if root.predicate != Predicate::True {
        return Err(refused("a tree under a condition"));
    }
    let mut out = Splits {
        tree,
        columns,
        classes,
        specs: Vec::new(),
        values: Vec::new(),
        cover: Vec::new(),
        refuses: false,
    };
    // Children stand after their parents, so that backwards each finds its children made.
    let mut entries = vec![(0, None); tree.nodes.len()];
    for (number, node) in tree.nodes.iter().enumerate().rev() {
        entries[number] =
            if node.children.is_empty() { out.leaf(node, node.cover)? } else { out.inner(node, &entries)? };
    }
    // The root was made last, or is its only child.
    let top = entries[0].0;
    let flip = |number: usize| (top - number) as i64;
    out.specs.truncate(top + 1);
    out.cover.truncate(top + 1);
    for spec in &mut out.specs {
        if let NodeSpec::Below { left, right, .. } | NodeSpec::NotIn { left, right, .. } = spec {
            (*left, *right) = (flip(*left as usize), flip(*right as usize));
        }
    }
    out.specs.reverse();
    out.cover.reverse();
    let cover: Option<Vec<f64>> = out.cover.into_iter().collect();
    let spec = TreeSpec { nodes: out.specs, leaf_values: out.values, cover, output: None, weight: 1.0 };
    Ok(Read { spec, refuses_missing: out.refuses })
}

/// Number of a node that was made, and its cover where it is known.
type Entry = (usize, Option<f64>);

struct Splits<'a> {
    tree: &'a Tree,
    columns: &'a [Option<usize>],
    classes: &'a [String],
    specs: Vec<NodeSpec>,
    values: Vec<f64>,
    cover: Vec<Option<f64>>,
    refuses: bool,
}

impl Splits<'_> {
    fn push(&mut self, spec: NodeSpec, cover: Option<f64>) -> Entry {
        self.specs.push(spec);
        self.cover.push(cover);
        (self.specs.len() - 1, cover)
    }

    fn leaf(&mut self, node: &Node, cover: Option<f64>) -> Result<Entry, ModelError> {
        let first = self.values.len();
        self.values.extend(values(node, self.classes)?);
        Ok(self.push(NodeSpec::Leaf { first }, cover))
    }

    fn inner(&mut self, node: &Node, entries: &[Entry]) -> Result<Entry, ModelError> {
        let tree = self.tree;
        let predicate = |i: usize| &tree.nodes[node.children[i]].predicate;
        let entry = |i: usize| entries[node.children[i]];
        let n = node.children.len();
        let sum = node.children.iter().map(|&child| entries[child].1).sum::<Option<f64>>();
        let last_is_true = *predicate(n - 1) == Predicate::True;
        let complete = n == 2 && predicate(0).completes(predicate(1));
        // Where no child is true: the value is missing, or lies between the sides.
        let gives_own = tree.last_prediction && tree.missing != Missing::DefaultChild;
        let closed = last_is_true || (complete && !(gives_own && tree.missing == Missing::Untrue));
        let (mut rest, mut untried) = if closed {
            (entry(n - 1), n - 1)
        } else if gives_own {
            let of_children = sum.zip(node.cover).map(|(sum, all)| (all - sum).max(0.0));
            (self.leaf(node, of_children)?, n)
        } else {
            return Err(refused("splits whose sides do not complete each other"));
        };
        self.refuses |= match tree.missing {
            Missing::NoPrediction => true,
            Missing::Untrue => complete && !gives_own,
            Missing::DefaultChild => node.default_child.is_none(),
        } && !(n == 1 && last_is_true);
        if tree.missing == Missing::DefaultChild && !(n == 2 && (complete || last_is_true)) {
            return Err(refused("default children of nodes that do not have two children"));
        }
        let is_default = |&child: &usize| tree.nodes[child].id == node.default_child;
        if tree.missing == Missing::DefaultChild
            && node.default_child.is_some()
            && !node.children.iter().any(is_default)
        {
            return Err(damaged(node.at, "the default child is none of the node's own"));
        }
        while untried > 0 {
            untried -= 1;
            let first = entry(untried);
            // A missing value goes on to the next child, unless the node names another.
            let to_first = tree.missing == Missing::DefaultChild
                && node.default_child.is_some()
                && tree.nodes[node.children[untried]].id == node.default_child;
            let spec = self.split(node, predicate(untried), first.0, rest.0, to_first)?;
            let cover = first.1.zip(rest.1).map(|(a, b)| a + b);
            let cover = if untried == 0 { node.cover.or(cover) } else { cover };
            rest = self.push(spec, cover);
        }
        Ok(rest)
    }

    /// To `first` where the predicate holds, to `rest` where it does not.
    fn split(
        &self,
        node: &Node,
        predicate: &Predicate,
        first: usize,
        rest: usize,
        missing_to_first: bool,
    ) -> Result<NodeSpec, ModelError> {
        let column = |field: usize| {
            let column = self.columns.get(field).copied().flatten();
            column.map(|c| c as i64).ok_or_else(|| damaged(node.at, "a split uses no active field"))
        };
        // (left, right, whether the first is the left one)
        let sides = |first_is_left: bool| {
            let (left, right) = if first_is_left { (first, rest) } else { (rest, first) };
            (left as i64, right as i64, missing_to_first == first_is_left)
        };
        match predicate {
            Predicate::Below { field, threshold, not } => {
                let (left, right, default_left) = sides(!not);
                Ok(NodeSpec::Below {
                    feature: column(*field)?,
                    threshold: *threshold,
                    left,
                    right,
                    default_left,
                })
            }
            Predicate::In { field, codes, not } => {
                let (left, right, default_left) = sides(*not);
                Ok(NodeSpec::NotIn {
                    feature: column(*field)?,
                    codes: codes.clone(),
                    left,
                    right,
                    default_left,
                })
            }
            Predicate::True | Predicate::None => Err(refused("splits that are no comparison")),
        }
    }
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
