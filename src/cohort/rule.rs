//! A cluster in words a clinic could use: at most two conditions on measured values that come close to it.

use crate::math::Order as _;
use serde::{Deserialize, Serialize};

/// Conditions that the second step starts from.
const BEAM: usize = 12;
/// Thresholds tried per biomarker; of more different values, evenly spaced ones.
const MAX_THRESHOLDS: usize = 64;
/// A second condition has to raise the balanced accuracy by this much.
const WORTH: f64 = 0.01;

/// A condition on one measured value. A missing value meets none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// value ≤ threshold.
    AtMost(f64),
    /// value > threshold.
    Above(f64),
    /// The level has this code.
    Level(u32),
}

impl Condition {
    /// True if the value meets it.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Condition::AtMost(t) => value <= t,
            Condition::Above(t) => value > t,
            Condition::Level(code) => value == f64::from(code),
        }
    }
}

/// One or two conditions, all of which have to hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Feature and condition, the more telling first.
    pub conditions: Vec<(u32, Condition)>,
    /// Patients that meet the rule and belong to the cluster.
    pub inside: u32,
    /// Patients that meet the rule.
    pub met: u32,
    /// Patients of the cluster.
    pub members: u32,
    /// Patients.
    pub n: u32,
}

impl Rule {
    /// Share of patients whose membership the rule tells rightly.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.n + 2 * self.inside - self.met - self.members) / f64::from(self.n)
    }

    /// Mean of the shares told rightly inside and outside the cluster: 0.5 is worth nothing.
    pub fn balanced_accuracy(&self) -> f64 {
        let outside = self.n - self.members;
        let found = f64::from(self.inside) / f64::from(self.members);
        (found + 1.0 - f64::from(self.met - self.inside) / f64::from(outside)) / 2.0
    }
}

/// The rule of at most two conditions with the largest balanced accuracy that a beam search finds. `values` is row-major
/// `[row][feature]`, NaN missing. None if the cluster is empty or everybody, or if no condition tells anything.
pub fn rule(values: &[f64], categorical: &[bool], member: &[bool]) -> Option<Rule> {
    let (n, f) = (member.len(), categorical.len());
    let n_members = member.iter().filter(|m| **m).count();
    if f == 0 || values.len() != n * f || n_members == 0 || n_members == n {
        return None;
    }
    let members = bits(member.iter().copied());
    let score = |conditions: &[(u32, Condition)], meets: &dyn Fn(usize) -> u64| {
        let (mut met, mut inside) = (0, 0);
        for (word, members) in members.iter().enumerate() {
            met += meets(word).count_ones();
            inside += (meets(word) & members).count_ones();
        }
        Rule { conditions: conditions.to_vec(), inside, met, members: n_members as u32, n: n as u32 }
    };
    // Each condition with the patients who meet it, one bit each: two conditions together are one `and`.
    let mut conditions: Vec<((u32, Condition), Vec<u64>)> = Vec::new();
    for c in 0..f {
        let column: Vec<f64> = (0..n).map(|i| values[i * f + c]).collect();
        for what in candidates(&column, categorical[c]) {
            conditions.push(((c as u32, what), bits(column.iter().map(|&v| what.holds(v)))));
        }
    }
    let mut singles: Vec<(Rule, &[u64])> =
        conditions.iter().map(|(c, met)| (score(&[*c], &|w| met[w]), met.as_slice())).collect();
    singles.order_by(|a, b| b.0.balanced_accuracy().total_cmp(&a.0.balanced_accuracy()));
    singles.truncate(BEAM);
    let mut best = singles.first()?.0.clone();
    let alone = best.balanced_accuracy();
    for (first, met_first) in &singles {
        for (second, met) in &conditions {
            let both = score(&[first.conditions[0], *second], &|w| met_first[w] & met[w]);
            let balanced = both.balanced_accuracy();
            if balanced > alone + WORTH && balanced > best.balanced_accuracy() {
                best = both;
            }
        }
    }
    (best.balanced_accuracy() > 0.5).then_some(best)
}

/// One bit per flag.
fn bits(flags: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut out = Vec::new();
    for (i, flag) in flags.enumerate() {
        if i % 64 == 0 {
            out.push(0);
        }
        if let Some(word) = out.last_mut() {
            *word |= u64::from(flag) << (i % 64);
        }
    }
    out
}

/// Halfway between neighbouring values, in both directions, or the levels that occur.
fn candidates(column: &[f64], categorical: bool) -> Vec<Condition> {
    let mut known: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
    crate::math::sort(&mut known);
    known.dedup();
    if categorical {
        return known.iter().map(|&v| Condition::Level(v as u32)).collect();
    }
    let step = known.len().div_ceil(MAX_THRESHOLDS).max(1);
    known
        .windows(2)
        .step_by(step)
        .map(|w| (w[0] + w[1]) / 2.0)
        .flat_map(|t| [Condition::AtMost(t), Condition::Above(t)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::Rng;

    #[test]
    fn a_planted_rule_is_found_and_its_accuracy_counted() {
        let mut rng = Rng::new(6);
        let values: Vec<f64> = (0..300)
            .flat_map(|_| [f64::from(rng.below(40)), f64::from(rng.below(3)), rng.uniform()])
            .collect();
        let mut member: Vec<bool> = values.chunks(3).map(|v| v[0] > 24.0 && v[1] == 2.0).collect();
        let found = rule(&values, &[false, true, false], &member).unwrap();
        assert_eq!((found.accuracy(), found.balanced_accuracy()), (1.0, 1.0));
        let mut conditions = found.conditions.clone();
        conditions.sort_by_key(|c| c.0);
        assert_eq!(conditions, [(0, Condition::Above(24.5)), (1, Condition::Level(2))]);
        let changed = member.iter().position(|m| *m).unwrap();
        member[changed] = false;
        assert_eq!(rule(&values, &[false, true, false], &member).unwrap().accuracy(), 299.0 / 300.0);
    }

    #[test]
    fn one_condition_that_does_is_enough_and_a_missing_value_meets_none() {
        let values = [1.0, 2.0, f64::NAN, 5.0, 6.0, 7.0];
        let found = rule(&values, &[false], &[false, false, false, true, true, true]).unwrap();
        assert_eq!(found.conditions, [(0, Condition::Above(3.5))]);
        assert_eq!(rule(&values, &[false], &[true; 6]), None);
        assert_eq!(rule(&[f64::NAN; 2], &[false], &[true, false]), None);
        assert_eq!(rule(&[], &[], &[]), None);
    }
}
