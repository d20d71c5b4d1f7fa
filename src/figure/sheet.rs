//! Sheets: the figures, tables and sentences that answer one question about an analysis and take a worker to compute.
//!
//! A worker lays them out and the page only paints: what it takes to make them is not part of the first load.

use super::evidence::{at_horizon, by_subgroup, discrimination, panel_size, residuals};
use super::{Compared, Figure, clusters};
use crate::cohort::consensus::{Consensus, consensus};
use crate::cohort::division::{ClusterKind, Division};
use crate::cohort::hierarchy::{Hierarchy, Linkage, hierarchy};
use crate::cohort::metric::Metric;
use crate::cohort::mixture::bic_by_k;
use crate::cohort::reality::{Gap, Reality, gap, reality};
use crate::evaluate::NotATest;
use crate::ids::FeatureId;
use crate::plot::chart::Table;
use crate::session::{Analysis, MapOf, Method};
use crate::study::Outcome;
use serde::{Deserialize, Serialize};

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SheetKind {
    /// How well the model tells outcomes apart and how far its numbers can be taken at their word.
    Performance {
        /// Probability from which a yes-or-no model says yes.
        cutoff: f64,
        /// Time at which a survival model is judged, in the outcome's unit; None is [`super::default_horizon`].
        horizon: Option<f64>,
    },
    /// Discrimination in each of several sets of patients.
    Groups {
        /// The sets.
        by: Compared,
    },
    /// The biomarkers in each of several sets of patients.
    Cohorts {
        /// The sets.
        by: Compared,
        /// The biomarkers.
        features: Vec<FeatureId>,
    },
    /// How many biomarkers carry how much.
    Panel,
    /// Survival of the sets that a word of [`super::comparisons`] names.
    Survival {
        /// How patients are grouped.
        by: super::Grouping,
    },
    /// How well the clusters are separated and whether resampling finds them again.
    Trust,
    /// What the model credits in each cluster.
    Profile,
    /// What the clusters are: rules that come close, and columns the model does not use.
    Description,
    /// What other models of the same outcome lean on; drawn by [`super::across_models`], which needs them.
    Models,
    /// Attributions of every patient at a glance.
    Heatmap {
        /// The rows.
        features: Vec<FeatureId>,
        /// What stands above the cells, a word of [`super::annotations`].
        note: Option<String>,
        /// The row with the keyboard.
        focused: Option<FeatureId>,
    },
    /// What the model gives along a biomarker; drawn by [`super::effect`], which needs the curves.
    Effect {
        /// Which.
        feature: FeatureId,
    },
    /// What a plot shows, how to read it, what it does not say.
    About {
        /// Its name.
        plot: String,
    },
    /// Groups of biomarkers, their SHAP values added up.
    GroupSums,
    /// What another method gives the same patients; drawn by [`super::across_methods`], which needs its values.
    Methods {
        /// The other method.
        other: Method,
    },
    /// Where the line of a biomarker crosses zero.
    Crossing {
        /// Which.
        feature: FeatureId,
        /// Logarithmic axis; None = where it fits the values.
        log: Option<bool>,
    },
    /// Two biomarkers together.
    Pair {
        /// Which.
        features: [FeatureId; 2],
    },
    /// Which biomarkers move together.
    Redundancy,
    /// What the principal components hold and what they are made of.
    Components {
        /// What the map is of.
        of: MapOf,
        /// What near means.
        metric: Metric,
    },
    /// Whether there are clusters at all, and how many.
    Reality,
    /// How often patients share a cluster when others are left out.
    Consensus,
    /// The tree of the patients.
    Tree {
        /// How two groups' distance is measured.
        linkage: Linkage,
        /// How that of two patients is.
        metric: Metric,
    },
}

impl SheetKind {
    /// True if clusters are looked for again and again, which for large cohorts takes many seconds.
    pub fn takes_long(&self) -> bool {
        matches!(self, SheetKind::Reality | SheetKind::Consensus | SheetKind::Tree { .. })
    }

    /// True if it is about the selected patients where there is a selection; the others are about all.
    pub fn follows_selection(&self) -> bool {
        match self {
            SheetKind::Performance { .. }
            | SheetKind::Groups { .. }
            | SheetKind::Cohorts { .. }
            | SheetKind::GroupSums
            | SheetKind::Survival { .. }
            | SheetKind::Heatmap { .. }
            | SheetKind::Effect { .. }
            | SheetKind::Pair { .. }
            | SheetKind::Reality => true,
            SheetKind::Panel
            | SheetKind::Trust
            | SheetKind::Profile
            | SheetKind::Description
            | SheetKind::Models
            | SheetKind::About { .. }
            | SheetKind::Methods { .. }
            | SheetKind::Crossing { .. }
            | SheetKind::Redundancy
            | SheetKind::Components { .. }
            | SheetKind::Consensus
            | SheetKind::Tree { .. } => false,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// One or two sentences with the numbers.
    pub headline: String,
    /// Plots, each with its name.
    pub figures: Vec<(String, Figure)>,
    /// Tables, each with its name.
    pub tables: Vec<(String, Table)>,
    /// What restricts the numbers, worst first; often empty.
    pub warnings: Vec<String>,
    /// For those who ask for more: a question and its answer.
    pub more: Vec<(String, String)>,
}

impl Sheet {
    pub(super) fn said(headline: impl Into<String>) -> Self {
        Sheet { headline: headline.into(), ..Sheet::default() }
    }
}

/// Names of the plots that sheets hold.
const PLOTS: [&str; 31] = [
    "silhouette",
    "stability",
    "silhouette-by-k",
    "profile",
    "groups",
    "cohorts",
    "roc",
    "precision-recall",
    "calibration",
    "net-benefit",
    "residuals",
    "against",
    "by-group",
    "panel-size",
    "survival",
    "incidence",
    "scree",
    "loadings-1",
    "loadings-2",
    "gap",
    "bic",
    "consensus",
    "tree",
    "ranks",
    "by-model",
    "methods",
    "heatmap",
    "effect",
    "pair",
    "redundancy",
    "streamed",
];

/// The name of a sheet's plot, for files and words about it.
pub fn sheet_plot(name: &str) -> &'static str {
    PLOTS.into_iter().find(|known| *known == name).unwrap_or("figure")
}

/// Numbers of clusters that are looked at.
const MOST_CLUSTERS: usize = 7;
/// Draws behind the consensus.
const N_DRAWS: usize = 100;
/// Patients of the tree: the linkage is quadratic.
const MOST_LEAVES: usize = 2_000;
/// Seed of everything that draws random numbers.
const SEED: u64 = 0;

/// Whether there are clusters, and how many.
#[derive(Debug)]
struct Clustered {
    reality: Reality,
    gap: Option<Gap>,
    /// Schwarz's criterion of Gaussian mixtures of 1, 2, … components.
    bic: Vec<f64>,
}

/// What takes long to compute and not to lay out, of one analysis: kept, so that another width does not cost it again.
#[derive(Debug, Default)]
pub struct Workings {
    /// Of the patients that passed: whether there are clusters, and the gap statistic.
    clusters: Option<(Option<Vec<bool>>, Option<Clustered>)>,
    consensus: Option<Consensus>,
    trees: Vec<((Linkage, Metric), Option<Hierarchy>)>,
}

/// Answers for the explained patients that pass. Figures have `width` and a height that suits them.
pub fn sheet(a: &Analysis, kind: &SheetKind, passes: Option<&[bool]>, size: [f64; 2]) -> Sheet {
    sheet_with(&mut Workings::default(), a, kind, passes, size)
}

/// [`sheet`] with what was computed for earlier ones of the same analysis.
pub fn sheet_with(
    workings: &mut Workings,
    a: &Analysis,
    kind: &SheetKind,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Sheet {
    let size = [width, height];
    let passes = passes.filter(|_| kind.follows_selection());
    if passes.is_some_and(|p| !p.contains(&true)) {
        return Sheet::said("No patient is selected.");
    }
    match kind {
        SheetKind::Performance { cutoff, horizon } => {
            let horizon = horizon.or_else(|| super::default_horizon(a)).unwrap_or(0.0);
            let found = match a.study.outcome() {
                Outcome::None => None,
                Outcome::Binary { .. } => discrimination(a, *cutoff, passes, size),
                Outcome::Survival { .. } => at_horizon(a, horizon, passes, size),
                Outcome::Continuous(_) => residuals(a, passes, size),
            };
            if let Some(mut sheet) = found {
                super::against::add_against(&mut sheet, a, passes, width);
                return sheet;
            }
            Sheet::said(match a.study.outcome() {
                Outcome::None => "The table has no outcome that the model could be held against.",
                _ => "This model's output and this outcome are not of one kind, so they are not compared.",
            })
        }
        SheetKind::Groups { by } => groups(a, by, passes, width),
        SheetKind::Cohorts { by, features } => super::cohorts(a, by, features, passes, width),
        SheetKind::Panel => Sheet {
            figures: vec![("panel-size".into(), panel_size(a, size))],
            ..Sheet::said(
                "What the most important biomarkers carry in this model; a model fitted without the others may differ.",
            )
        },
        SheetKind::Survival { by } => match super::survival(a, by, passes, size) {
            None => Sheet::said("The outcome is no time to an event."),
            Some(found) => {
                let mut sheet = Sheet {
                    figures: vec![("survival".into(), found.figure)],
                    tables: vec![("Groups".into(), found.groups)],
                    ..Sheet::said(found.headline)
                };
                match found.verdict {
                    Ok(_) | Err(NotATest::NothingToCompare | NotATest::Overlap { .. }) => {}
                    Err(_) => sheet.more.push(("Why there is no p-value".into(), NotATest::WHY.into())),
                }
                match found.incidence {
                    Some(incidence) => {
                        sheet.figures.push(("incidence".into(), incidence));
                        sheet.warnings.push(found.competing);
                    }
                    None => sheet.more.push(("Competing events".into(), found.competing)),
                }
                sheet
            }
        },
        SheetKind::Trust => Sheet {
            figures: vec![
                ("silhouette".into(), super::silhouettes(a, [width, height])),
                ("stability".into(), super::stability(a, width)),
                ("silhouette-by-k".into(), super::silhouettes_by_k(a, [width, 130.0])),
            ],
            ..Sheet::default()
        },
        SheetKind::Profile => {
            Sheet { figures: vec![("profile".into(), super::profile(a, width))], ..Sheet::default() }
        }
        SheetKind::Description => {
            let found = clusters::describe_clusters(a);
            let mut tables = vec![("Rule of each subgroup".to_string(), found.clusters)];
            if !found.covariates.rows.is_empty() {
                tables.push(("Columns outside the model".into(), found.covariates));
            }
            Sheet { tables, warnings: found.warnings, ..Sheet::default() }
        }
        SheetKind::Components { of, metric } => super::components::components(a, *of, *metric, size),
        SheetKind::Models => super::across_models(a, None, &[], &[], width),
        SheetKind::Methods { .. } | SheetKind::Effect { .. } => Sheet::default(),
        SheetKind::About { plot } => Sheet {
            more: super::about(plot).map_or_else(Vec::new, |about| about.said().to_vec()),
            ..Sheet::default()
        },
        SheetKind::Heatmap { features, note, focused } => {
            let figure = super::heatmap(a, features, note.as_deref(), *focused, passes, size);
            Sheet { figures: vec![("heatmap".into(), figure)], ..Sheet::default() }
        }
        SheetKind::GroupSums => {
            Sheet { figures: vec![("groups".into(), super::groups(a, passes, width))], ..Sheet::default() }
        }
        SheetKind::Crossing { feature, log } => Sheet::said(super::crossing_said(a, *feature, *log)),
        SheetKind::Pair { features } => super::pair(a, *features, passes, size),
        SheetKind::Redundancy => super::redundancy(a, width),
        SheetKind::Reality => are_there_clusters(workings, a, passes, size),
        SheetKind::Consensus => {
            let (n_features, k) = (a.study.n_features(), a.insight.clusters.k);
            let division = Division { kind: a.insight.clusters.kind, k: k as u32 };
            let found = workings.consensus.get_or_insert_with(|| {
                consensus(&a.attributions.matrix(a.insight.output), n_features, division, N_DRAWS, SEED)
            });
            Sheet {
                figures: vec![("consensus".into(), clusters::consensus(a, found, width))],
                ..Sheet::said(consensus_said(found, division))
            }
        }
        SheetKind::Tree { linkage, metric } => {
            let how = (*linkage, *metric);
            let (n_features, k) = (a.study.n_features(), a.insight.clusters.k.max(2));
            if a.rows.len() > MOST_LEAVES {
                return Sheet::said(format!("A tree is drawn of at most {MOST_LEAVES} patients."));
            }
            let at = workings.trees.iter().position(|(known, _)| *known == how).unwrap_or_else(|| {
                let phi = a.attributions.matrix(a.insight.output);
                workings.trees.push((how, hierarchy(&phi, n_features, *linkage, *metric)));
                workings.trees.len() - 1
            });
            match &workings.trees[at].1 {
                None => Sheet::said("No two patients are explained differently, so there is no tree."),
                Some(tree) => Sheet {
                    figures: vec![("tree".into(), clusters::dendrogram(a, tree, how, k, size))],
                    ..Sheet::said(clusters::tree_said(a, tree, k))
                },
            }
        }
    }
}

fn groups(a: &Analysis, by: &Compared, passes: Option<&[bool]>, width: f64) -> Sheet {
    let sets = by.sets(a);
    let mut of = vec![None; a.rows.len()];
    for (g, (_, positions)) in sets.iter().enumerate() {
        for &i in positions {
            of[i] = passes.is_none_or(|p| p[i]).then_some(g as u32);
        }
    }
    let names: Vec<String> = sets.into_iter().map(|(name, _)| name).collect();
    by_subgroup(a, &by.title(a), &names, &of, width)
        .unwrap_or_else(|| Sheet::said("There is no outcome of a kind that is told apart in groups."))
}

fn are_there_clusters(
    workings: &mut Workings,
    a: &Analysis,
    passes: Option<&[bool]>,
    size: [f64; 2],
) -> Sheet {
    if workings.clusters.as_ref().is_none_or(|(of, _)| of.as_deref() != passes) {
        workings.clusters = Some((passes.map(<[bool]>::to_vec), look_for_clusters(a, passes)));
    }
    let Some(found) = workings.clusters.as_ref().and_then(|(_, found)| found.as_ref()) else {
        return Sheet::said("Too few different patients to look for clusters.");
    };
    let mut sheet = Sheet::said(clusters::reality_said(&found.reality));
    if let Some(gap) = &found.gap {
        sheet.headline += &clusters::gap_said(gap);
        sheet.figures.push(("gap".into(), clusters::gap_figure(gap, size)));
    }
    if let Some(best) = clusters::best_bic(&found.bic) {
        sheet.headline += &clusters::bic_said(best);
        sheet.figures.push(("bic".into(), clusters::bic_figure(&found.bic, best, size)));
    }
    sheet
}

fn look_for_clusters(a: &Analysis, passes: Option<&[bool]>) -> Option<Clustered> {
    let n_features = a.study.n_features();
    let whole = a.attributions.matrix(a.insight.output);
    let phi: Vec<f64> = whole
        .chunks_exact(n_features.max(1))
        .enumerate()
        .filter(|(i, _)| passes.is_none_or(|p| p[*i]))
        .flat_map(|(_, row)| row.iter().copied())
        .collect();
    Some(Clustered {
        reality: reality(&phi, n_features, 2..=MOST_CLUSTERS, SEED)?,
        gap: gap(&phi, n_features, MOST_CLUSTERS, SEED),
        bic: bic_by_k(&phi, n_features, MOST_CLUSTERS, SEED),
    })
}

fn consensus_said(found: &Consensus, division: Division) -> String {
    let into = match division.kind {
        ClusterKind::Density => String::new(),
        _ => format!(" into {}", super::words::number_word(division.k as usize)),
    };
    match found.ambiguous() {
        None => "Too few patients to compare two by two.".into(),
        Some(share) => format!(
            "{} of the pairs of patients are ambiguous: of {N_DRAWS} groupings of four patients in five{into}, they \
             share a group in more than a tenth and less than nine tenths.",
            super::words::capitalised(&crate::plot::number::percent(share)),
        ),
    }
}
