//! Attributions of several features taken together: an omics layer, an organ, a panel.
//!
//! SHAP values add up, so a group's value for a patient is the signed sum over its members, and its importance the
//! mean of that sum's size. Members that push in opposite directions take back from each other: adding absolute values
//! first, as is often done, counts that as importance.

use crate::math::Order as _;
use serde::{Deserialize, Serialize};

/// Features that belong together, and what they do as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What they are called together.
    pub name: String,
    /// The features.
    pub members: Vec<u32>,
    /// Mean over patients of |Σ φ|, attribution units.
    pub mean_abs: f64,
    /// Mean over patients of Σ |φ|: what the members do each by itself.
    pub separate: f64,
    /// Least and largest Σ φ of a patient.
    pub range: [f64; 2],
}

impl Group {
    /// Share of what the members do that they take back from each other: 0 if all push alike, 1 if nothing is left.
    pub fn cancelled(&self) -> f64 {
        if self.separate > 0.0 { (1.0 - self.mean_abs / self.separate).max(0.0) } else { 0.0 }
    }
}

/// The groups of features, most important first. `phi` is row-major `[row][feature]`; `names` gives each feature's
/// group, features without one ("") stay out.
pub fn groups(phi: &[f64], names: &[&str]) -> Vec<Group> {
    let n_rows = phi.len().checked_div(names.len()).unwrap_or(0).max(1) as f64;
    let mut groups: Vec<Group> = Vec::new();
    let mut of: Vec<Option<usize>> = Vec::with_capacity(names.len());
    for (f, &name) in names.iter().enumerate() {
        of.push((!name.is_empty()).then(|| {
            let known = groups.iter().position(|g| g.name == name);
            let g = known.unwrap_or_else(|| {
                let name = name.to_string();
                groups.push(Group {
                    name,
                    members: Vec::new(),
                    mean_abs: 0.0,
                    separate: 0.0,
                    range: [0.0; 2],
                });
                groups.len() - 1
            });
            groups[g].members.push(f as u32);
            g
        }));
    }
    for row in phi.chunks_exact(names.len().max(1)) {
        let mut sums = vec![(0.0, 0.0); groups.len()];
        for (phi, g) in row.iter().zip(&of) {
            if let Some(g) = *g {
                sums[g].0 += phi;
                sums[g].1 += phi.abs();
            }
        }
        for (group, (sum, separate)) in groups.iter_mut().zip(sums) {
            group.mean_abs += sum.abs() / n_rows;
            group.separate += separate / n_rows;
            group.range = [group.range[0].min(sum), group.range[1].max(sum)];
        }
    }
    groups.order_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_the_signed_sum_before_its_size() {
        let phi = [1.0, -1.0, 0.5, 9.0, /**/ 2.0, -1.0, -0.5, 9.0];
        let found = groups(&phi, &["liver", "liver", "blood", ""]);
        let facts: Vec<(&str, f64, f64)> =
            found.iter().map(|g| (g.name.as_str(), g.mean_abs, g.separate)).collect();
        assert_eq!(facts, [("liver", 0.5, 2.5), ("blood", 0.5, 0.5)]);
        assert_eq!(found[0].members, [0, 1]);
        assert_eq!((found[0].range, found[1].range), ([0.0, 1.0], [-0.5, 0.5]));
        assert_eq!((found[0].cancelled(), found[1].cancelled()), (0.8, 0.0));
        assert!(groups(&[], &["", ""]).is_empty());
    }
}
