//! Maps of the patients, some steps at a time, so that a page can show them while they settle and stop asking.
//!
//! The result depends on the analysis, the kind of map and what it is of, never on how many steps are asked for at once.

use crate::cohort::embed::pca;
use crate::cohort::metric::Metric;
use crate::cohort::nonlinear::{MAX_PATIENTS, NearestSearch, Tsne, Umap};
use crate::figure::{Layout, map_matrix};
use crate::session::{Analysis, MapKind, MapOf, Notice};
use std::sync::Arc;

/// Neighbours of each patient; umap-learn's default 15 counts the patient itself.
const N_NEIGHBOURS: usize = 14;
/// Neighbours that count in t-SNE, scikit-learn's default.
const PERPLEXITY: f64 = 30.0;
/// Rows whose neighbours are found in one step.
const ROWS: usize = 16;
/// Seed of everything random.
const SEED: u64 = 0;

/// A matrix that the search and what follows it share.
struct Shared(Arc<Vec<f64>>);

impl AsRef<[f64]> for Shared {
    fn as_ref(&self) -> &[f64] {
        &self.0
    }
}

/// A map under way.
pub(super) struct Settling {
    kind: MapKind,
    of: MapOf,
    metric: Metric,
    stage: Stage,
}

impl std::fmt::Debug for Settling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Settling({:?} of {:?})", self.kind, self.of)
    }
}

enum Stage {
    Search { matrix: Arc<Vec<f64>>, n_features: usize, search: NearestSearch<Shared> },
    Umap(Umap),
    Tsne(Tsne),
    Done(Layout),
}

impl Settling {
    /// A map at its start.
    pub(super) fn new(a: &Analysis, kind: MapKind, of: MapOf, metric: Metric) -> Result<Self, Notice> {
        let (matrix, columns) = map_matrix(a, of, metric);
        let n_features = columns.len();
        let too_many = |most: usize| {
            Notice::error(
                "Too many patients for this map",
                format!("{} patients; this map holds {most}.", a.rows.len()),
                "Select a cohort with fewer patients, or use the principal components.",
            )
        };
        let stage = match kind {
            MapKind::Pca => Stage::Done(Layout::linear(&pca(&matrix, n_features), &columns)),
            MapKind::Umap if a.rows.len() > MAX_PATIENTS => return Err(too_many(MAX_PATIENTS)),
            MapKind::Umap => {
                let matrix = Arc::new(matrix);
                let search = NearestSearch::new(Shared(matrix.clone()), n_features, N_NEIGHBOURS, metric);
                Stage::Search { matrix, n_features, search }
            }
            MapKind::Tsne => match Tsne::new(&matrix, n_features, PERPLEXITY) {
                Some(map) => Stage::Tsne(map),
                None => return Err(too_many(crate::cohort::nonlinear::MAX_PAIRED)),
            },
        };
        Ok(Settling { kind, of, metric, stage })
    }

    /// True if it is this map that is under way.
    pub(super) fn is(&self, kind: MapKind, of: MapOf, metric: Metric) -> bool {
        (self.kind, self.of, self.metric) == (kind, of, metric)
    }

    /// Goes on by `steps`.
    pub(super) fn advance(&mut self, steps: usize) {
        for _ in 0..steps {
            match &mut self.stage {
                Stage::Search { matrix, n_features, search } => {
                    if !search.advance(ROWS) {
                        let found = std::mem::take(&mut search.found);
                        self.stage = Stage::Umap(Umap::new(matrix, *n_features, &found, SEED));
                    }
                }
                Stage::Umap(map) => {
                    if !map.step() {
                        self.stage = Stage::Done(Layout::settled(map.points(), 1.0));
                    }
                }
                Stage::Tsne(map) => {
                    if !map.step() {
                        self.stage = Stage::Done(Layout::settled(map.points(), 1.0));
                    }
                }
                Stage::Done(_) => return,
            }
        }
    }

    /// Where the patients are now; no points until there are any.
    pub(super) fn layout(&self) -> Layout {
        match &self.stage {
            // Finding neighbours takes about as long as laying them out.
            Stage::Search { search, .. } => Layout::settled(&[], search.progress() / 2.0),
            Stage::Umap(map) => Layout::settled(map.points(), 0.5 + map.progress() / 2.0),
            Stage::Tsne(map) => Layout::settled(map.points(), map.progress()),
            Stage::Done(layout) => layout.clone(),
        }
    }
}
