//! What the builder refuses, and that what it takes is in order.

use crate::random::{Shape, ensemble};
use clarimark::ensemble::builder::{MAX_DEPTH, MAX_NODES_PER_TREE, MAX_OUTPUTS, MAX_TREES};
use clarimark::ensemble::{
    Builder, Feature, FeatureKind, ModelError, Node, NodeSpec, Split, TreeFault, TreeSpec,
};

fn feature(name: &str) -> Feature {
    Feature { name: name.to_owned(), kind: FeatureKind::Numeric }
}

fn builder() -> Builder {
    Builder::new(vec![feature("a"), feature("b")], true, vec!["one".into(), "two".into()]).unwrap()
}

fn below(feature: i64, threshold: f64, left: i64, right: i64) -> NodeSpec {
    NodeSpec::Below { feature, threshold, left, right, default_left: true }
}

/// A stump: root, two leaves.
fn stump() -> TreeSpec {
    TreeSpec {
        nodes: vec![below(1, 0.5, 1, 2), NodeSpec::Leaf { first: 0 }, NodeSpec::Leaf { first: 1 }],
        leaf_values: vec![-1.0, 1.0],
        cover: Some(vec![3.0, 1.0, 2.0]),
        output: Some(1),
        weight: 1.0,
    }
}

/// What the builder says to a stump that was changed.
fn fault(change: impl FnOnce(&mut TreeSpec)) -> TreeFault {
    let mut tree = stump();
    change(&mut tree);
    let mut builder = builder();
    builder.add(stump()).unwrap();
    match builder.add(tree) {
        Err(ModelError::Tree { tree: 1, fault }) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_rule_has_its_refusal() {
    let n_nodes = 3;
    assert_eq!(fault(|t| t.nodes.clear()), TreeFault::Empty);
    assert_eq!(fault(|t| t.nodes[0] = below(1, 0.5, 1, 3)), TreeFault::Child { node: 0, child: 3, n_nodes });
    assert_eq!(
        fault(|t| t.nodes[0] = below(1, 0.5, -1, 2)),
        TreeFault::Child { node: 0, child: -1, n_nodes }
    );
    assert_eq!(fault(|t| t.nodes[0] = below(1, 0.5, 1, 1)), TreeFault::Shared { node: 1 });
    assert_eq!(fault(|t| t.nodes[2] = below(0, 0.5, 0, 1)), TreeFault::Shared { node: 0 });
    assert_eq!(
        fault(|t| t.nodes[0] = below(2, 0.5, 1, 2)),
        TreeFault::Feature { node: 0, feature: 2, n_features: 2 }
    );
    assert_eq!(
        fault(|t| t.nodes[0] = below(-1, 0.5, 1, 2)),
        TreeFault::Feature { node: 0, feature: -1, n_features: 2 }
    );
    assert_eq!(fault(|t| t.nodes[0] = below(1, f64::INFINITY, 1, 2)), TreeFault::Threshold { node: 0 });
    assert_eq!(fault(|t| t.leaf_values[1] = f64::NAN), TreeFault::LeafValue { node: 2 });
    assert_eq!(fault(|t| t.nodes[1] = NodeSpec::Leaf { first: 2 }), TreeFault::LeafWidth { node: 1 });
    assert_eq!(
        fault(|t| t.nodes[1] = NodeSpec::Leaf { first: usize::MAX }),
        TreeFault::LeafWidth { node: 1 }
    );
    assert_eq!(fault(|t| t.output = None), TreeFault::LeafWidth { node: 2 });
    assert_eq!(
        fault(|t| t.cover = Some(vec![1.0])),
        TreeFault::Length { array: "cover", got: 1, expected: 3 }
    );
    assert_eq!(fault(|t| t.cover = Some(vec![3.0, 1.0, -2.0])), TreeFault::Cover { node: 2, cover: -2.0 });
    assert!(matches!(fault(|t| t.cover = Some(vec![f64::NAN; 3])), TreeFault::Cover { node: 0, .. }));
    assert_eq!(fault(|t| t.output = Some(2)), TreeFault::Output { output: 2, n_outputs: 2 });
    assert_eq!(fault(|t| t.weight = f64::NAN), TreeFault::Weight);
    let codes = |codes: &[i64]| {
        let codes = codes.to_vec();
        fault(|t| t.nodes[0] = NodeSpec::NotIn { feature: 0, codes, left: 1, right: 2, default_left: false })
    };
    assert_eq!(
        (codes(&[]), codes(&[1 << 24])),
        (TreeFault::Categories { node: 0 }, TreeFault::Categories { node: 0 })
    );
    let leaf = NodeSpec::Leaf { first: 0 };
    assert!(matches!(fault(|t| t.nodes = vec![leaf; MAX_NODES_PER_TREE + 1]), TreeFault::Nodes { .. }));
    let chain = |t: &mut TreeSpec| {
        t.cover = None;
        t.nodes.clear();
        for i in 0..=MAX_DEPTH as i64 {
            t.nodes.extend([below(0, 0.0, 2 * i + 1, 2 * i + 2), NodeSpec::Leaf { first: 0 }]);
        }
        t.nodes.push(NodeSpec::Leaf { first: 0 });
    };
    assert_eq!(fault(chain), TreeFault::Depth { limit: MAX_DEPTH });
}

#[test]
fn names_and_counts_are_limited() {
    let new =
        |features, n_outputs| Builder::new(features, true, vec![String::new(); n_outputs]).err().unwrap();
    let (name, first, second) = ("x".to_owned(), 0, 2);
    assert_eq!(
        new(vec![feature("x"), feature("y"), feature("x")], 1),
        ModelError::DuplicateFeature { name, first, second }
    );
    assert!(matches!(
        new(vec![feature(&"ü".repeat(513))], 1),
        ModelError::Limit { got: 513, limit: 512, .. }
    ));
    assert!(matches!(new(vec![], MAX_OUTPUTS + 1), ModelError::Limit { .. }));
    assert!(matches!(new(vec![], 0), ModelError::Length { .. }));
    let mut builder = builder();
    for _ in 0..MAX_TREES {
        builder.add(stump()).unwrap();
    }
    let refused = builder.add(stump());
    assert!(matches!(refused, Err(ModelError::Limit { what: "trees", .. })), "{refused:?}");
}

#[test]
fn trees_are_in_pre_order_whatever_the_file_s_numbers() {
    let shape =
        Shape { seed: 11, n_features: 4, n_trees: 40, max_depth: 7, n_outputs: 2, vector_leaves: true };
    let case = shape.case();
    for tree in case.model.trees() {
        let mut pending = vec![0];
        for i in 0..tree.n_nodes() {
            assert_eq!(pending.pop(), Some(i));
            if let Node::Internal { left, right, feature, split, .. } = tree.node(i) {
                assert!(left == i + 1 && right > left && right < tree.n_nodes() && feature.index() < 4);
                assert!(
                    matches!(split, Split::Below { threshold } | Split::BelowOrZero { threshold, .. } if threshold.is_finite())
                        || matches!(split, Split::NotIn { set } if !set.codes().is_empty())
                );
                pending.extend([right, left]);
            }
        }
        assert!(pending.is_empty());
    }
    // Other numbers, same trees.
    let again = shape.case();
    assert!(again.model.trees() == ensemble(4, &case.specs, &case.base).trees());
}

#[test]
fn the_summary_counts_what_is_there() {
    let mut trees = vec![stump(), stump(), stump()];
    trees[2].nodes[0] = below(1, -2.0, 2, 1);
    let summary = ensemble(2, &trees, &[0.5, 0.25]).summary();
    assert_eq!((summary.n_trees, summary.n_splits, summary.n_leaves, summary.max_depth), (3, 3, 6, 1));
    let b = &summary.features[1];
    assert_eq!(
        (b.n_splits, b.thresholds.as_slice(), b.threshold_splits.as_slice()),
        (3, &[-2.0, 0.5][..], &[1, 2][..])
    );
    assert_eq!(summary.features[0].n_splits, 0);
    // Two stumps give (−1 · 1 + 1 · 2) / 3 each; the third swaps its leaves and their covers.
    let base_values = summary.base_values.unwrap();
    assert_eq!(base_values[0], 0.5);
    assert!((base_values[1] - 1.25).abs() < 1e-15, "{base_values:?}");
}
