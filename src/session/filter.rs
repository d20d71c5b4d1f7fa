//! The selection: rules that a patient passes or not. Rules, not lists of ids, so that a link carries no patient.

use super::Analysis;
use crate::dataset::Values;
use crate::ids::RowId;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variable {
    /// The model's margin for the shown output.
    Margin,
    /// A column of the table.
    Column(usize),
    /// The cluster of the patient.
    Cluster,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Low ≤ value ≤ high; missing values do not pass.
    Range {
        /// Looked at.
        variable: Variable,
        /// Inclusive.
        low: f64,
        /// Inclusive.
        high: f64,
    },
    /// The level (by its code in the table, or the cluster number) is one of these.
    Levels {
        /// Looked at.
        variable: Variable,
        /// Ascending.
        levels: Vec<u32>,
    },
    /// The patient lies inside this polygon on the map of attributions.
    Region(Vec<[f64; 2]>),
    /// These rows.
    Rows(Vec<RowId>),
}

impl Filter {
    /// The variable this rule replaces an earlier rule on, if any.
    pub fn variable(&self) -> Option<Variable> {
        match self {
            Filter::Range { variable, .. } | Filter::Levels { variable, .. } => Some(*variable),
            Filter::Region(_) | Filter::Rows(_) => None,
        }
    }

    /// Takes the flag of every explained patient that does not pass.
    fn narrow(&self, a: &Analysis, flags: &mut [bool]) {
        if let Filter::Rows(rows) = self {
            let mut chosen = vec![false; a.study.n_rows()];
            rows.iter().for_each(|r| chosen.get_mut(r.index()).into_iter().for_each(|c| *c = true));
            flags.iter_mut().zip(a.rows.iter()).for_each(|(flag, r)| *flag &= chosen[r.index()]);
        } else {
            flags.iter_mut().enumerate().for_each(|(i, flag)| *flag = *flag && self.passes(a, i));
        }
    }

    fn passes(&self, a: &Analysis, i: usize) -> bool {
        match self {
            Filter::Range { variable, low, high } => {
                number(a, *variable, i).is_some_and(|x| (*low..=*high).contains(&x))
            }
            Filter::Levels { variable, levels } => {
                level(a, *variable, i).is_some_and(|l| levels.contains(&l))
            }
            Filter::Region(polygon) => a.insight.embedding.points.get(i).is_some_and(|p| inside(polygon, *p)),
            Filter::Rows(rows) => rows.contains(&a.rows[i]),
        }
    }
}

fn number(a: &Analysis, variable: Variable, i: usize) -> Option<f64> {
    let row = a.rows[i];
    match variable {
        Variable::Margin => Some(a.margin(row)),
        Variable::Column(c) => match &a.study.data.columns().get(c)?.values {
            Values::Numbers(x) => x.get(row.index()).copied().filter(|x| !x.is_nan()),
            Values::Levels { .. } => None,
        },
        Variable::Cluster => None,
    }
}

/// Code of explained patient `i`'s level; a missing one has a code that is no level's.
pub(crate) fn level(a: &Analysis, variable: Variable, i: usize) -> Option<u32> {
    match variable {
        Variable::Cluster => a.insight.clusters.labels.get(i).copied(),
        Variable::Column(c) => match &a.study.data.columns().get(c)?.values {
            Values::Levels { codes, .. } => codes.get(a.rows[i].index()).copied(),
            Values::Numbers(x) => x
                .get(a.rows[i].index())
                .filter(|x| x.fract() == 0.0 && (0.0..1e6).contains(*x))
                .map(|x| *x as u32),
        },
        Variable::Margin => None,
    }
}

/// A selection with a name.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Named {
    /// The reader's word.
    pub name: String,
    /// All must hold.
    pub filters: Vec<Filter>,
}

/// One flag per explained patient: passes every rule, leaving out those on `except` (a histogram does not filter
/// itself).
pub fn matching_rows(a: &Analysis, filters: &[Filter], except: Option<Variable>) -> Vec<bool> {
    let mut flags = vec![true; a.rows.len()];
    let all_but = filters.iter().filter(|f| except.is_none() || f.variable() != except);
    all_but.for_each(|f| f.narrow(a, &mut flags));
    flags
}

/// True if a point lies in a polygon, by the even–odd rule.
pub(crate) fn inside(polygon: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut odd = false;
    let mut previous = match polygon.last() {
        Some(p) => *p,
        None => return false,
    };
    for &corner in polygon {
        let ([x0, y0], [x1, y1]) = (previous, corner);
        if (y0 > y) != (y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0 {
            odd = !odd;
        }
        previous = corner;
    }
    odd
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn a_point_is_inside_a_polygon_or_not() {
        let notched = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 1.0], [0.0, 4.0]];
        for (point, expect) in
            [([1.0, 1.0], true), ([2.0, 2.0], false), ([3.5, 3.0], true), ([5.0, 1.0], false)]
        {
            assert_eq!(inside(&notched, point), expect, "{point:?}");
        }
        assert!(!inside(&[], [0.0, 0.0]));
    }
}
