//! Random valid ensembles and rows that hit their thresholds, and a walker that knows nothing of the library's trees.

use clarimark::ensemble::{
    Builder, Cast, Ensemble, Facts, Feature, FeatureKind, Link, NodeSpec, Objective, Scale, TreeSpec,
};
use clarimark::math::Rng;
use proptest::prelude::*;

/// Size of a random ensemble.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) n_features: usize,
    pub(crate) n_trees: usize,
    pub(crate) max_depth: usize,
    pub(crate) n_outputs: usize,
    pub(crate) vector_leaves: bool,
}

pub(crate) fn shapes() -> impl Strategy<Value = Shape> {
    (any::<u64>(), 1..7usize, 0..5usize, 0..9usize, 1..4usize, any::<bool>()).prop_map(
        |(seed, n_features, n_trees, max_depth, n_outputs, vector_leaves)| Shape {
            seed,
            n_features,
            n_trees,
            max_depth,
            n_outputs,
            vector_leaves,
        },
    )
}

/// An ensemble, what it was built from, and rows for it.
pub(crate) struct Case {
    pub(crate) model: Ensemble,
    pub(crate) specs: Vec<TreeSpec>,
    pub(crate) base: Vec<f64>,
    /// `[row][feature]`.
    pub(crate) rows: Vec<f64>,
    /// Size of a margin, to be relative to.
    pub(crate) scale: f64,
}

pub(crate) const N_ROWS: usize = 27;

impl Shape {
    pub(crate) fn case(&self) -> Case {
        let mut rng = Rng::new(self.seed);
        let specs: Vec<TreeSpec> = (0..self.n_trees).map(|_| self.tree(&mut rng)).collect();
        let base: Vec<f64> = (0..self.n_outputs).map(|_| rng.uniform() * 4.0 - 2.0).collect();
        let rows = (0..N_ROWS * self.n_features).map(|i| self.value(&mut rng, i % self.n_features)).collect();
        let scale = 1.0
            + specs
                .iter()
                .map(|t| t.weight.abs() * t.leaf_values.iter().fold(0.0, |a: f64, v| a.max(v.abs())))
                .sum::<f64>();
        Case { model: ensemble(self.n_features, &specs, &base), specs, base, rows, scale }
    }

    fn tree(&self, rng: &mut Rng) -> TreeSpec {
        let vector = self.vector_leaves && rng.below(2) == 0;
        let width = if vector { self.n_outputs } else { 1 };
        let mut tree = TreeSpec {
            nodes: Vec::new(),
            leaf_values: Vec::new(),
            cover: Some(Vec::new()),
            output: (!vector).then(|| i64::from(rng.below(self.n_outputs as u32))),
            weight: if rng.below(3) == 0 { rng.uniform() } else { 1.0 },
        };
        self.node(&mut tree, rng, 0, width);
        shuffle(&mut tree, rng);
        tree
    }

    /// Adds a subtree, returns its root.
    fn node(&self, tree: &mut TreeSpec, rng: &mut Rng, depth: usize, width: usize) -> usize {
        let i = tree.nodes.len();
        tree.nodes.push(NodeSpec::Leaf { first: tree.leaf_values.len() });
        let covers = |tree: &mut TreeSpec, value| tree.cover.as_mut().unwrap().push(value);
        covers(tree, 0.0);
        if depth == self.max_depth || rng.below(5) == 0 {
            tree.leaf_values.extend((0..width).map(|_| f64::from((rng.uniform() * 2.0 - 1.0) as f32)));
            let cover = if rng.below(6) == 0 { 0.0 } else { f64::from(1 + rng.below(50)) };
            tree.cover.as_mut().unwrap()[i] = cover;
            return i;
        }
        let feature = rng.below(self.n_features as u32);
        let default_left = rng.below(2) == 0;
        let left = self.node(tree, rng, depth + 1, width) as i64;
        let right = self.node(tree, rng, depth + 1, width) as i64;
        let cover = tree.cover.as_mut().unwrap();
        // Sums of f32 do not add up exactly, so neither do these.
        cover[i] = (cover[left as usize] + cover[right as usize]) * (1.0 + rng.uniform() * 1e-6);
        let feature_index = feature as usize;
        let feature = i64::from(feature);
        tree.nodes[i] = if categorical(feature_index) {
            let codes = (0..1 + rng.below(3)).map(|_| i64::from(rng.below(6))).collect();
            NodeSpec::NotIn { feature, codes, left, right, default_left }
        } else {
            let threshold = THRESHOLDS[rng.below(THRESHOLDS.len() as u32) as usize];
            match feature_index % 3 {
                1 if rng.below(2) == 0 => {
                    NodeSpec::BelowOrZero { feature, threshold, left, right, default_left }
                }
                _ => NodeSpec::Below { feature, threshold, left, right, default_left },
            }
        };
        i
    }

    fn value(&self, rng: &mut Rng, feature: usize) -> f64 {
        if rng.below(7) == 0 {
            return f64::NAN;
        }
        let odd = [-1.0, -0.5, 2.75, 6.0, 1e9, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, 0.1];
        let tiny = f64::from(1e-35_f32);
        let odd = [&odd[..], &[tiny, -tiny, tiny * 1.001, -tiny * 1.001]].concat();
        match rng.below(8) {
            0 => odd[rng.below(odd.len() as u32) as usize],
            _ if categorical(feature) => f64::from(rng.below(7)),
            // Half of the values lie on a threshold.
            1..=4 => THRESHOLDS[rng.below(THRESHOLDS.len() as u32) as usize],
            _ => rng.uniform() * 4.0 - 2.0,
        }
    }
}

const THRESHOLDS: [f64; 6] = [-1.0, 0.0, 0.25, 0.5, 1.0, 0.100_000_001_490_116_12];

fn categorical(feature: usize) -> bool {
    feature % 3 == 2
}

/// Builds an ensemble of f32 inputs from specs.
pub(crate) fn ensemble(n_features: usize, specs: &[TreeSpec], base: &[f64]) -> Ensemble {
    let features = (0..n_features)
        .map(|f| Feature {
            name: format!("f{f}"),
            kind: if categorical(f) {
                FeatureKind::Categorical { levels: None }
            } else {
                FeatureKind::Numeric
            },
        })
        .collect();
    let outputs = (0..base.len()).map(|k| format!("output {k}")).collect();
    let mut builder = Builder::new(features, true, outputs).unwrap();
    for spec in specs {
        builder.add(spec.clone()).unwrap();
    }
    let scale = Scale::new(Link::Identity, "margin", "margin", "margin");
    let objective = Objective { name: "test".into(), scale };
    builder.finish(base.to_vec(), Cast::F32, objective, Facts::default()).unwrap()
}

/// Renumbers all nodes but the root and adds some that nothing leads to.
fn shuffle(tree: &mut TreeSpec, rng: &mut Rng) {
    let n = tree.nodes.len();
    let n_orphans = rng.below(3) as usize;
    let mut place: Vec<usize> = (0..n + n_orphans).collect();
    for i in (2..place.len()).rev() {
        place.swap(i, 1 + rng.below(i as u32) as usize);
    }
    let orphan =
        NodeSpec::Below { feature: -7, threshold: f64::NAN, left: 0, right: 99, default_left: false };
    let mut nodes = vec![orphan; n + n_orphans];
    let mut cover = vec![f64::NAN; n + n_orphans];
    for i in 0..n {
        nodes[place[i]] = match tree.nodes[i].clone() {
            NodeSpec::Below { feature, threshold, left, right, default_left } => NodeSpec::Below {
                feature,
                threshold,
                left: place[left as usize] as i64,
                right: place[right as usize] as i64,
                default_left,
            },
            NodeSpec::BelowOrZero { feature, threshold, left, right, default_left } => {
                NodeSpec::BelowOrZero {
                    feature,
                    threshold,
                    left: place[left as usize] as i64,
                    right: place[right as usize] as i64,
                    default_left,
                }
            }
            NodeSpec::NotIn { feature, codes, left, right, default_left } => NodeSpec::NotIn {
                feature,
                codes,
                left: place[left as usize] as i64,
                right: place[right as usize] as i64,
                default_left,
            },
            leaf => leaf,
        };
        cover[place[i]] = tree.cover.as_ref().unwrap()[i];
    }
    tree.nodes = nodes;
    tree.cover = Some(cover);
}

/// Margin of one row by walking the specs.
pub(crate) fn walk(specs: &[TreeSpec], base: &[f64], row: &[f64]) -> Vec<f64> {
    let mut out = base.to_vec();
    for tree in specs {
        let mut i = 0;
        let first = loop {
            let value = |feature: i64| f64::from(row[feature as usize] as f32);
            let (goes_left, left, right) = match &tree.nodes[i] {
                NodeSpec::Leaf { first } => break *first,
                NodeSpec::Below { feature, threshold, left, right, default_left } => {
                    let x = value(*feature);
                    (if x.is_nan() { *default_left } else { x < *threshold }, left, right)
                }
                NodeSpec::BelowOrZero { feature, threshold, left, right, default_left } => {
                    let x = value(*feature);
                    let missing = x.is_nan() || x.abs() <= f64::from(1e-35_f32);
                    (if missing { *default_left } else { x < *threshold }, left, right)
                }
                NodeSpec::NotIn { feature, codes, left, right, default_left } => {
                    let x = value(*feature);
                    let member = x >= 0.0 && codes.iter().any(|&c| x.trunc() == c as f64);
                    (if x.is_nan() { *default_left } else { !member }, left, right)
                }
            };
            i = if goes_left { *left } else { *right } as usize;
        };
        match tree.output {
            Some(k) => out[k as usize] += tree.weight * tree.leaf_values[first],
            None => {
                for (k, sum) in out.iter_mut().enumerate() {
                    *sum += tree.weight * tree.leaf_values[first + k];
                }
            }
        }
    }
    out
}
