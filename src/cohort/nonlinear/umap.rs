//! UMAP (McInnes, Healy & Melville 2018): a weighted graph of nearest neighbours, laid out by pulling its edges together
//! and pushing random pairs apart. The steps and constants are those of umap-learn 0.5 with its defaults
//! (`min_dist` 0.1, `spread` 1, 5 negative samples), from principal components instead of a spectral layout.

use super::Nearest;
use crate::math::{Order as _, Rng, exp, powf};

/// Shape of 1 / (1 + a d^2b), fitted to `min_dist` 0.1 and `spread` 1.
const A: f64 = 1.576_943_460_405_378;
const B: f64 = 0.895_060_878_122_785_9;
/// Random pairs per edge.
const NEGATIVE: f64 = 5.0;
/// Largest move along one axis.
const CLIP: f64 = 4.0;

/// An edge of the graph and when it is next due.
struct Edge {
    from: u32,
    to: u32,
    /// Epochs between two of its turns.
    every: f64,
    next: f64,
    next_negative: f64,
}

/// A map under way.
pub struct Umap {
    points: Vec<[f64; 2]>,
    edges: Vec<Edge>,
    epoch: usize,
    n_epochs: usize,
    rng: Rng,
}

impl Umap {
    /// From the attributions, for the starting positions, and their neighbours. umap-learn counts a point as its own
    /// first neighbour: its `n_neighbors` is one more than `nearest.k`.
    pub fn new(matrix: &[f64], n_features: usize, nearest: &Nearest, seed: u64) -> Self {
        let largest = |x: &[f64]| x.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let mut points = super::start(matrix, n_features, 10.0, largest);
        let mut rng = Rng::new(seed);
        // Copies of a patient must not sit on one point: there they could not be pushed apart.
        points.as_flattened_mut().iter_mut().for_each(|v| *v += 1e-4 * rng.normal());
        let n_epochs = if points.len() <= 10_000 { 500 } else { 200 };
        let edges = graph(nearest, points.len());
        let strongest = edges.iter().map(|e| e.2).fold(0.0, f64::max);
        let edges = edges
            .into_iter()
            .filter(|e| e.2 * n_epochs as f64 >= strongest)
            .map(|(from, to, weight)| {
                let every = strongest / weight;
                Edge { from, to, every, next: every, next_negative: every / NEGATIVE }
            })
            .collect();
        Umap { points, edges, epoch: 0, n_epochs, rng }
    }

    /// Where the patients are now.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Share of the steps done.
    pub fn progress(&self) -> f64 {
        self.epoch as f64 / self.n_epochs as f64
    }

    /// One epoch; false if there is none left.
    pub fn step(&mut self) -> bool {
        if self.epoch == self.n_epochs || self.points.len() < 2 {
            return false;
        }
        let alpha = 1.0 - self.epoch as f64 / self.n_epochs as f64;
        let now = self.epoch as f64;
        let n = self.points.len() as u32;
        let Umap { points, edges, rng, .. } = self;
        for edge in edges.iter_mut().filter(|e| e.next <= now) {
            let (i, j) = (edge.from as usize, edge.to as usize);
            let squared = distance(points[i], points[j]);
            if squared > 0.0 {
                let power = powf(squared, B);
                let pull = -2.0 * A * B * power / squared / (A * power + 1.0);
                let by = towards(points[i], points[j], pull).map(|by| by * alpha);
                points[i] = [points[i][0] + by[0], points[i][1] + by[1]];
                points[j] = [points[j][0] - by[0], points[j][1] - by[1]];
            }
            edge.next += edge.every;
            let every = edge.every / NEGATIVE;
            let due = ((now - edge.next_negative) / every).max(0.0) as usize;
            for _ in 0..due {
                let other = rng.below(n) as usize;
                let squared = distance(points[i], points[other]);
                if other == i || squared == 0.0 {
                    continue;
                }
                let push = 2.0 * B / ((0.001 + squared) * (A * powf(squared, B) + 1.0));
                let by = towards(points[i], points[other], push).map(|by| by * alpha);
                points[i] = [points[i][0] + by[0], points[i][1] + by[1]];
            }
            edge.next_negative += due as f64 * every;
        }
        self.epoch += 1;
        self.epoch < self.n_epochs
    }
}

/// The step of a under a force along its difference from b, clipped.
fn towards(a: [f64; 2], b: [f64; 2], force: f64) -> [f64; 2] {
    [clip(force * (a[0] - b[0])), clip(force * (a[1] - b[1]))]
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

fn clip(v: f64) -> f64 {
    v.clamp(-CLIP, CLIP)
}

/// The fuzzy union of each point's neighbourhood, both directions of every edge, in a fixed order.
fn graph(nearest: &Nearest, n: usize) -> Vec<(u32, u32, f64)> {
    let k = nearest.k;
    let all: f64 = nearest.distance.iter().sum::<f64>() / nearest.distance.len().max(1) as f64;
    let mut directed: Vec<(u32, u32, f64)> = Vec::with_capacity(n * k);
    for i in 0..n.min(nearest.index.len().checked_div(k).unwrap_or(0)) {
        let distances = &nearest.distance[i * k..][..k];
        let (rho, sigma) = bandwidth(distances, all);
        for (&j, d) in nearest.index[i * k..].iter().zip(distances) {
            let beyond = d - rho;
            let weight = if beyond <= 0.0 { 1.0 } else { exp(-beyond / sigma) };
            directed.push((i as u32, j, weight));
        }
    }
    // Both directions of a pair next to each other.
    let mut pairs: Vec<(u32, u32, f64)> = directed.iter().map(|&(i, j, w)| (i.min(j), i.max(j), w)).collect();
    pairs.order_by_key(|p| (p.0, p.1));
    let mut edges: Vec<(u32, u32, f64)> = pairs
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .flat_map(|same| {
            let union = same.iter().fold(0.0, |u, p| u + p.2 - u * p.2);
            let (i, j, _) = same[0];
            [(i, j, union), (j, i, union)]
        })
        .filter(|e| e.2 > 0.0)
        .collect();
    edges.order_by_key(|e| (e.0, e.1));
    edges
}

/// ρ, the distance of the nearest other, and σ with Σ exp(−(d − ρ)⁺ / σ) = log₂(k + 1).
fn bandwidth(distances: &[f64], mean_of_all: f64) -> (f64, f64) {
    let rho = distances.iter().copied().find(|d| *d > 0.0).unwrap_or(0.0);
    let target = libm::log2(distances.len() as f64 + 1.0);
    let (mut low, mut high, mut sigma) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..64 {
        let sum: f64 = distances.iter().map(|d| exp(-(d - rho).max(0.0) / sigma)).sum();
        if (sum - target).abs() < 1e-5 {
            break;
        }
        if sum > target {
            high = sigma;
            sigma = (low + high) / 2.0;
        } else {
            low = sigma;
            sigma = if high.is_infinite() { sigma * 2.0 } else { (low + high) / 2.0 };
        }
    }
    let own = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
    (rho, sigma.max(1e-3 * if rho > 0.0 { own } else { mean_of_all }).max(f64::MIN_POSITIVE))
}
