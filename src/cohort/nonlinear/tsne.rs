//! t-SNE (van der Maaten & Hinton 2008), exact: every pair of patients counts. Schedule and constants are those of
//! scikit-learn 1.9 (early exaggeration 12, 250 of 1,000 steps; `learning_rate="auto"`; start from principal components).

use crate::math::{exp, ln, mean, squared_distance};

const EXAGGERATION: f64 = 12.0;
const EXAGGERATED_STEPS: usize = 250;
const STEPS: usize = 1_000;
/// Patients beyond which every pair is too many.
pub const MAX: usize = 2_000;

/// A map under way.
pub struct Tsne {
    points: Vec<[f64; 2]>,
    /// Joint probabilities, row-major, symmetric, 0 on the diagonal.
    joint: Vec<f64>,
    gains: Vec<[f64; 2]>,
    moved: Vec<[f64; 2]>,
    step: usize,
}

impl Tsne {
    /// Of the rows of a row-major matrix by Euclidean distance. `perplexity` is about the number of neighbours that
    /// count; at most a third of the patients. None beyond 2,000 patients: choose a sample, or UMAP.
    pub fn new(matrix: &[f64], n_features: usize, perplexity: f64) -> Option<Self> {
        let n = matrix.len().checked_div(n_features).unwrap_or(0);
        if n > MAX {
            return None;
        }
        let deviation = |x: &[f64]| {
            let m = mean(x);
            (x.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / x.len().max(1) as f64).sqrt()
        };
        let mut points = super::start(matrix, n_features, 1e-4, deviation);
        // Copies of a patient are told apart by their place in the table, or they would never part.
        points.iter_mut().enumerate().for_each(|(i, p)| p[1] += 1e-9 * i as f64);
        let perplexity = perplexity.min((n.saturating_sub(1) as f64 / 3.0).max(1.0));
        let joint = joint(matrix, n_features, n, perplexity);
        Some(Tsne { points, joint, gains: vec![[1.0; 2]; n], moved: vec![[0.0; 2]; n], step: 0 })
    }

    /// Where the patients are now.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Share of the steps done.
    pub fn progress(&self) -> f64 {
        self.step as f64 / STEPS as f64
    }

    /// One step of gradient descent; false if there is none left.
    pub fn step(&mut self) -> bool {
        let n = self.points.len();
        if self.step == STEPS || n < 2 {
            return false;
        }
        let early = self.step < EXAGGERATED_STEPS;
        let (exaggeration, momentum) = if early { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        let rate = (n as f64 / EXAGGERATION / 4.0).max(50.0);
        // The kernel 1 / (1 + d²) of every pair, and its sum.
        let mut kernel = vec![0.0; n * n];
        let mut total = 0.0;
        for i in 0..n {
            for j in 0..i {
                let [dx, dy] = [0, 1].map(|a| self.points[i][a] - self.points[j][a]);
                let q = 1.0 / (1.0 + dx * dx + dy * dy);
                kernel[i * n + j] = q;
                kernel[j * n + i] = q;
                total += 2.0 * q;
            }
        }
        let mut gradient = vec![[0.0; 2]; n];
        for (i, gradient) in gradient.iter_mut().enumerate() {
            let [x, y] = self.points[i];
            for (j, other) in self.points.iter().enumerate() {
                let q = kernel[i * n + j];
                let force = 4.0 * (exaggeration * self.joint[i * n + j] - q / total) * q;
                gradient[0] += force * (x - other[0]);
                gradient[1] += force * (y - other[1]);
            }
        }
        for (i, gradient) in gradient.iter().enumerate() {
            for (axis, &g) in gradient.iter().enumerate() {
                let v = self.moved[i][axis];
                let gain = &mut self.gains[i][axis];
                *gain = if g * v < 0.0 { *gain + 0.2 } else { (*gain * 0.8).max(0.01) };
                let v = momentum * v - rate * *gain * g;
                self.moved[i][axis] = v;
                self.points[i][axis] += v;
            }
        }
        if self.step + 1 == EXAGGERATED_STEPS {
            // scikit-learn starts its second phase afresh.
            self.gains.fill([1.0; 2]);
            self.moved.fill([0.0; 2]);
        }
        self.step += 1;
        self.step < STEPS
    }
}

/// (p(j|i) + p(i|j)) / 2n, each row a normal kernel of the given perplexity.
fn joint(matrix: &[f64], n_features: usize, n: usize, perplexity: f64) -> Vec<f64> {
    let row = |i: usize| &matrix[i * n_features..][..n_features];
    let mut p = vec![0.0; n * n];
    let target = ln(perplexity);
    for i in 0..n {
        let squared: Vec<f64> = (0..n).map(|j| squared_distance(row(i), row(j))).collect();
        let others = || (0..n).filter(move |&j| j != i);
        let nearest = others().map(|j| squared[j]).fold(f64::INFINITY, f64::min);
        let (mut low, mut high, mut beta) = (0.0, f64::INFINITY, 1.0);
        for _ in 0..100 {
            let (mut sum, mut weighted) = (0.0, 0.0);
            for j in others() {
                let away = squared[j] - nearest;
                let w = exp(-beta * away);
                p[i * n + j] = w;
                sum += w;
                weighted += w * away;
            }
            others().for_each(|j| p[i * n + j] /= sum);
            let entropy = ln(sum) + beta * weighted / sum;
            if (entropy - target).abs() < 1e-5 {
                break;
            }
            if entropy > target {
                low = beta;
                beta = if high.is_infinite() { beta * 2.0 } else { (beta + high) / 2.0 };
            } else {
                high = beta;
                beta = (beta + low) / 2.0;
            }
            if !(beta > 0.0 && beta.is_finite()) {
                break;
            }
        }
    }
    let mut joint = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            joint[i * n + j] = (p[i * n + j] + p[j * n + i]) / (2.0 * n as f64);
        }
    }
    joint
}
