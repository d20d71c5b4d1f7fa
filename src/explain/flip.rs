//! The smallest change of a row that moves its margin to the other side of a line: a statement about the model, found by
//! trying values that were observed.

use crate::ensemble::Ensemble;
use crate::ids::{FeatureId, OutputId};
use crate::math::Order as _;

/// Features from which pairs are made: those that come nearest to the line by themselves.
const IN_PAIRS: usize = 8;

/// The values that a feature may take instead, ascending. A step from one to the next costs as much in every feature, so
/// values at equal shares of the patients make the cost the share of patients between the old value and the new.
pub type Choices = (FeatureId, Vec<f64>);

/// One value for each feature that changes.
pub type Changes = Vec<(FeatureId, f64)>;

/// The cheapest change of one feature that moves the margin of `output` across `at` (margin units); where none does, the
/// cheapest of two among the features that come nearest; None if that does not either. Of changes that cost the same the
/// earliest wins.
///
/// `row` has a value per feature. Takes as many predictions as there are choices, and for pairs the products of theirs.
pub fn smallest_flip(
    model: &Ensemble,
    row: &[f64],
    output: OutputId,
    at: f64,
    choices: &[Choices],
) -> Option<Changes> {
    let search = Search { model, row, output, at, above: false };
    let above = search.margins(std::slice::from_ref(&Changes::new())).first().copied()? >= at;
    let search = Search { above, ..search };
    let mut best = None;
    // How near to the line each feature comes by itself.
    let mut near: Vec<(f64, usize)> = Vec::new();
    for (c, choice) in choices.iter().enumerate() {
        let tried: Vec<Changes> = choice.1.iter().map(|v| vec![(choice.0, *v)]).collect();
        near.push((search.try_all(tried, &[choice], &mut best), c));
    }
    if best.is_none() {
        near.order_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        near.truncate(IN_PAIRS);
        let mut chosen: Vec<usize> = near.into_iter().map(|(_, c)| c).collect();
        chosen.sort_unstable();
        for (i, &c) in chosen.iter().enumerate() {
            for &d in &chosen[i + 1..] {
                let (first, second) = (&choices[c], &choices[d]);
                for v in &first.1 {
                    let tried = second.1.iter().map(|w| vec![(first.0, *v), (second.0, *w)]).collect();
                    search.try_all(tried, &[first, second], &mut best);
                }
            }
        }
    }
    best.map(|(_, changes)| changes)
}

struct Search<'a> {
    model: &'a Ensemble,
    row: &'a [f64],
    output: OutputId,
    at: f64,
    /// On which side of the line the row is.
    above: bool,
}

impl Search<'_> {
    fn margins(&self, tried: &[Changes]) -> Vec<f64> {
        let mut rows = self.row.repeat(tried.len());
        for (row, changes) in rows.chunks_exact_mut(self.row.len().max(1)).zip(tried) {
            changes.iter().for_each(|(f, v)| row[f.index()] = *v);
        }
        self.model
            .margins(&rows)
            .into_iter()
            .skip(self.output.index())
            .step_by(self.model.n_outputs())
            .collect()
    }

    /// Keeps the cheapest that crosses the line; gives how near to it the nearest came, below zero beyond it.
    fn try_all(&self, tried: Vec<Changes>, choices: &[&Choices], best: &mut Option<(f64, Changes)>) -> f64 {
        let mut nearest = f64::INFINITY;
        for (margin, changes) in self.margins(&tried).into_iter().zip(tried) {
            nearest = nearest.min(if self.above { margin - self.at } else { self.at - margin });
            if (margin >= self.at) == self.above {
                continue;
            }
            let cost = changes.iter().zip(choices).map(|((_, v), c)| self.cost(c, *v)).sum::<f64>();
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                *best = Some((cost, changes));
            }
        }
        nearest
    }

    /// Share of the choices between the value of the row and another.
    fn cost(&self, (feature, values): &Choices, value: f64) -> f64 {
        let now = self.row[feature.index()];
        let place = |v: f64| values.partition_point(|x| *x < v) as f64;
        // What is missing could have been anything: half of all on average.
        if now.is_nan() { 0.5 } else { (place(value) - place(now)).abs() / values.len().max(1) as f64 }
    }
}
