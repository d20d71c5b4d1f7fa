//! Which pairs of features can interact: those that occur together on some path.

use crate::ensemble::{Ensemble, Node, Tree};
use crate::explain::flow::Channels;

/// The pairs of a model, numbered in ascending order. Features are positions among the used ones.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    /// Second features of the pairs whose first is each feature, ascending, one after the other.
    second: Vec<u32>,
    /// Where the pairs of each first feature start, and the end.
    start: Vec<usize>,
}

impl Pairs {
    pub(super) fn new(model: &Ensemble, channels: &Channels) -> Self {
        let n_used = channels.used().len();
        let mut partners = vec![Vec::new(); n_used];
        for tree in model.trees() {
            along(tree, channels, n_used, &mut |row, path| {
                for &other in path {
                    partners[row.min(other) as usize].push(row.max(other));
                }
            });
            // Kept short as it grows: many trees say the same.
            for list in partners.iter_mut().filter(|list| list.len() > 2 * n_used) {
                list.sort_unstable();
                list.dedup();
            }
        }
        let (mut second, mut start) = (Vec::new(), vec![0]);
        for mut list in partners {
            list.sort_unstable();
            list.dedup();
            second.append(&mut list);
            start.push(second.len());
        }
        Pairs { second, start }
    }

    pub(super) fn len(&self) -> usize {
        self.second.len()
    }

    /// Number of a pair, in either order; None if the two are on no path together.
    pub(super) fn number(&self, a: u32, b: u32) -> Option<usize> {
        let (first, second) = (a.min(b) as usize, a.max(b));
        let own = self.start[first]..self.start[first + 1];
        self.second[own.clone()].binary_search(&second).ok().map(|at| own.start + at)
    }

    /// All pairs in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = [u32; 2]> {
        let first =
            (0..self.start.len() - 1).flat_map(|f| (self.start[f]..self.start[f + 1]).map(move |_| f as u32));
        first.zip(&self.second).map(|(a, &b)| [a, b])
    }
}

/// Calls `on` with the feature of each split that is new on its path, and the features above it.
fn along(tree: &Tree, channels: &Channels, n_used: usize, on: &mut dyn FnMut(u32, &[u32])) {
    enum Action {
        Enter(usize),
        Forget(u32),
    }
    let (mut seen, mut path, mut actions) = (vec![false; n_used], Vec::new(), vec![Action::Enter(0)]);
    while let Some(action) = actions.pop() {
        match action {
            Action::Forget(row) => {
                path.pop();
                seen[row as usize] = false;
            }
            Action::Enter(node) => {
                let Node::Internal { feature, left, right, .. } = tree.node(node) else { continue };
                let row = channels.row(feature);
                if !std::mem::replace(&mut seen[row as usize], true) {
                    on(row, &path);
                    path.push(row);
                    actions.push(Action::Forget(row));
                }
                actions.extend([Action::Enter(right), Action::Enter(left)]);
            }
        }
    }
}
