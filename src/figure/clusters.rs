//! Are the clusters real, and what are they? The reader's answers from tree, consensus, comparison and covariates.

use super::{Figure, LevelNames, words};
use crate::cohort::agreement::adjusted_rand;
use crate::cohort::consensus::Consensus;
use crate::cohort::hierarchy::{Hierarchy, Linkage};
use crate::cohort::metric::Metric;
use crate::cohort::reality::{Gap, Reality};
use crate::cohort::rule::{Condition, Rule, rule};
use crate::dataset::Values;
use crate::evaluate::difference::{benjamini_hochberg, chi_square, fisher, kruskal_wallis, mann_whitney};
use crate::ids::FeatureId;
use crate::math::mean;
use crate::plot::chart::{Table, consensus as consensus_chart, curve, dendrogram as tree_chart};
use crate::plot::number::{fixed, percent, plain};
use crate::session::{Analysis, Variable, level_of};
use crate::study::ColumnRole;

/// Biomarkers that rules are made of: the most important.
const RULE_FEATURES: usize = 20;
/// q-value from which on a covariate differs.
const Q: f64 = 0.05;
/// Words of columns that say where or when, not who.
const PLACE: [&str; 10] =
    ["site", "center", "centre", "hospital", "batch", "plate", "scanner", "date", "lab", "operator"];

/// Whether there are clusters, in one or two sentences.
pub fn reality_said(found: &Reality) -> String {
    let numbers = format!(
        "mean silhouette {} for {} groups; {} when every biomarker's values are dealt anew, {} in one normal cloud",
        fixed(found.silhouette, 2),
        words::number_word(found.k),
        fixed(found.dealt, 2),
        fixed(found.normal, 2)
    );
    if found.evident() {
        format!("There are groups: {numbers}. Fewer than 1 % of clouds without groups are this clustered.")
    } else {
        format!(
            "No evidence of clusters: {numbers}. {} of clouds without groups are at least as clustered. Any groups \
             sort the patients; they are not types of patients.",
            words::capitalised(&percent(found.p_dealt.max(found.p_normal)))
        )
    }
}

/// How well the tree's cut at `k` agrees with the clusters shown, in one sentence.
pub(super) fn tree_said(a: &Analysis, tree: &Hierarchy, k: usize) -> String {
    let clusters = &a.insight.clusters;
    if clusters.k < 2 {
        return format!(
            "The tree is cut into {}; there are no other groups to hold it against.",
            words::number_word(k)
        );
    }
    let inside = |(_, label): &(u32, u32)| (*label as usize) < clusters.k;
    let (cut, labels): (Vec<u32>, Vec<u32>) =
        tree.cut(k).into_iter().zip(clusters.labels.iter().copied()).filter(inside).unzip();
    let agreement = adjusted_rand(&cut, &labels);
    format!(
        "Cut into {}, the tree agrees with the groups by {} to an adjusted Rand index of {} (1: the same groups, \
         0: as by chance).",
        words::number_word(k),
        clusters.kind.title(),
        fixed(agreement, 2)
    )
}

/// What the gap statistic says, in one sentence that follows another.
pub(super) fn gap_said(found: &Gap) -> String {
    match found.k() {
        Some(1) => " The gap statistic prefers one group.".into(),
        Some(k) => format!(" The gap statistic prefers {} groups.", words::number_word(k)),
        None => {
            format!(" The gap statistic is still rising at {} groups.", words::number_word(found.gap.len()))
        }
    }
}

/// Gap by number of groups, with one standard error.
pub(super) fn gap_figure(found: &Gap, [width, height]: [f64; 2]) -> Figure {
    let points: Vec<curve::Point> = found
        .gap
        .iter()
        .zip(&found.error)
        .enumerate()
        .map(|(i, (&gap, &error))| curve::Point {
            at: [(i + 1) as f64, gap],
            interval: Some([gap - error, gap + error]),
            n: i + 1,
        })
        .collect();
    let ends =
        points.iter().filter_map(|p| p.interval).fold([0.0f64, 0.1], |e, i| [e[0].min(i[0]), e[1].max(i[1])]);
    let line = points.iter().map(|p| p.at).collect();
    let label = found.k().map(|k| format!("{k} preferred"));
    let marker = found.k().and_then(|k| Some(([k as f64, *found.gap.get(k - 1)?], label.as_deref()?)));
    let spec = curve::Spec {
        width,
        height,
        title: "Gap statistic",
        description: "How much tighter the groups are than those of uniform clouds without groups (Tibshirani, Walther \
                      and Hastie 2001), with one standard error.",
        axes: ["Groups", "Gap"],
        domain: [[0.5, found.gap.len() as f64 + 0.5], ends],
        reference: Vec::new(),
        lines: vec![curve::Line { name: "Gap ± 1 SE", points: line, band: Vec::new(), strong: true }],
        points,
        marker,
    };
    Figure { scene: curve::draw(&spec), table: curve::table(&spec) }
}

/// The number of components with the lowest criterion.
pub(super) fn best_bic(bic: &[f64]) -> Option<usize> {
    let lower = |best: Option<usize>, i: usize| match best {
        Some(b) if bic[b] <= bic[i] => best,
        _ => Some(i),
    };
    (0..bic.len()).fold(None, lower).map(|i| i + 1)
}

/// What the criterion says, in one sentence that follows another.
pub(super) fn bic_said(best: usize) -> String {
    let groups = if best == 1 { "group" } else { "groups" };
    format!(" A Gaussian mixture's BIC prefers {} {groups}.", words::number_word(best))
}

/// Schwarz's criterion by number of components, above the lowest.
pub(super) fn bic_figure(bic: &[f64], best: usize, [width, height]: [f64; 2]) -> Figure {
    let lowest = bic[best - 1];
    let points: Vec<[f64; 2]> = bic.iter().enumerate().map(|(i, v)| [(i + 1) as f64, v - lowest]).collect();
    let highest = points.iter().map(|p| p[1]).fold(1.0, f64::max);
    let label = format!("{best} preferred");
    let spec = curve::Spec {
        width,
        height,
        title: "BIC of Gaussian mixtures",
        description: "Schwarz's criterion of mixtures of normal distributions with covariances of their own, in the \
                      first principal components, less the lowest. Lower is better.",
        axes: ["Groups", "BIC above the lowest"],
        domain: [[0.5, bic.len() as f64 + 0.5], [0.0, highest]],
        reference: Vec::new(),
        lines: vec![curve::Line { name: "BIC", points: points.clone(), band: Vec::new(), strong: true }],
        points: points.iter().map(|&at| curve::Point { at, interval: None, n: at[0] as usize }).collect(),
        marker: Some(([best as f64, 0.0], &label)),
    };
    Figure {
        scene: curve::draw(&spec),
        table: Table {
            header: ["Groups", "BIC"].map(String::from).to_vec(),
            rows: bic.iter().enumerate().map(|(i, v)| vec![(i + 1).to_string(), fixed(*v, 3)]).collect(),
        },
    }
}

/// The tree with its cut; groups take the colours of clusters in order of mean margin.
pub fn dendrogram(
    a: &Analysis,
    tree: &Hierarchy,
    (linkage, metric): (Linkage, Metric),
    k: usize,
    [width, height]: [f64; 2],
) -> Figure {
    let groups = by_margin(a, &tree.cut(k));
    let title = match (linkage, metric) {
        (Linkage::Ward, Metric::Euclidean) => "Ward distance of attributions",
        (Linkage::Ward, Metric::Correlation) => "Ward distance of patterns of attributions",
        (Linkage::Average, Metric::Euclidean) => "Mean distance of attributions",
        (Linkage::Average, Metric::Correlation) => "Mean 1 − r of attributions",
        (Linkage::Complete, Metric::Euclidean) => "Largest distance of attributions",
        (Linkage::Complete, Metric::Correlation) => "Largest 1 − r of attributions",
    };
    let spec = tree_chart::Spec { width, height, tree, k, title, groups: &groups };
    Figure { scene: tree_chart::draw(&spec), table: tree_chart::table(&spec) }
}

/// The same partition, numbered by mean margin, lowest first.
fn by_margin(a: &Analysis, labels: &[u32]) -> Vec<u32> {
    let k = labels.iter().max().map_or(0, |m| *m as usize + 1);
    let centre = |c: usize| {
        let own = labels.iter().zip(a.rows.iter()).filter(|(l, _)| **l as usize == c);
        mean(&own.map(|(_, &r)| a.margin(r)).collect::<Vec<_>>())
    };
    let centres: Vec<f64> = (0..k).map(centre).collect();
    let place = |c: usize| centres.iter().filter(|other| **other < centres[c]).count() as u32;
    labels.iter().map(|&l| place(l as usize)).collect()
}

/// How often patients share a cluster.
pub fn consensus(a: &Analysis, found: &Consensus, width: f64) -> Figure {
    let clusters: Vec<u32> = found.rows.iter().map(|&i| a.insight.clusters.labels[i as usize]).collect();
    let spec = consensus_chart::Spec {
        width,
        matrix: &found.matrix,
        clusters: &clusters,
        out: a.insight.clusters.out(),
        ambiguous: found.ambiguous(),
    };
    let names = super::cluster_names(&a.insight.clusters);
    Figure { scene: consensus_chart::draw(&spec), table: consensus_chart::table(&spec, &names) }
}

/// What the clusters are.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// One per cluster: size, outcome rate, leading biomarkers, a rule that comes close and how close.
    pub clusters: Table,
    /// One per column outside the model: test, effect, p and q.
    pub covariates: Table,
    /// Columns of places and dates in which the clusters differ: they may sort batches, not patients.
    pub warnings: Vec<String>,
}

/// Describes the clusters of the explained patients.
pub fn describe_clusters(a: &Analysis) -> Description {
    let (covariates, warnings) = covariates(a);
    Description { clusters: cluster_table(a), covariates, warnings }
}

fn cluster_table(a: &Analysis) -> Table {
    let clusters = &a.insight.clusters;
    let features: Vec<FeatureId> = a.insight.order.iter().copied().take(RULE_FEATURES).collect();
    let categorical: Vec<bool> =
        features.iter().map(|f| a.study.model.features[f.index()].categorical).collect();
    let values: Vec<f64> =
        a.rows.iter().flat_map(|&r| features.iter().map(move |&f| a.study.value(f, r))).collect();
    let header = [
        "Subgroup",
        "Patients",
        "Outcome rate (95 % Wilson)",
        "Set apart by (eta²)",
        "Rule that comes close",
        "Rule's accuracy",
        "Balanced",
    ];
    let leading: Vec<String> = a
        .insight
        .profile
        .features
        .iter()
        .take(3)
        .map(|p| format!("{} {}", a.study.label(FeatureId(p.feature)), fixed(p.eta_squared, 2)))
        .collect();
    let names = super::cluster_names(clusters);
    let rows = names.into_iter().enumerate().map(|(c, name)| {
        let member: Vec<bool> = clusters.labels.iter().map(|&l| l as usize == c).collect();
        // Those who are in no cluster are no group that a rule could describe.
        let found = (c < clusters.k).then(|| rule(&values, &categorical, &member)).flatten();
        let rate = a.insight.profile.groups.get(c).and_then(|g| g.event_rate);
        let share = |v: f64| percent(v);
        vec![
            name,
            member.iter().filter(|m| **m).count().to_string(),
            rate.map_or_else(String::new, |r| {
                format!("{} ({} to {})", share(r.estimate), share(r.low), share(r.high))
            }),
            words::list(&leading),
            found.as_ref().map_or_else(|| "none".into(), |r| rule_text(a, &features, r)),
            found.as_ref().map_or_else(String::new, |r| share(r.accuracy())),
            found.as_ref().map_or_else(String::new, |r| share(r.balanced_accuracy())),
        ]
    });
    Table { header: header.map(String::from).to_vec(), rows: rows.collect() }
}

/// `bilirubin > 3.2 mg/dl and stage 4`.
fn rule_text(a: &Analysis, features: &[FeatureId], rule: &Rule) -> String {
    let levels = LevelNames::of(&a.study);
    let text = |(f, what): &(u32, Condition)| {
        let feature = features[*f as usize];
        let name = a.study.label(feature);
        let with_unit = |v: f64| words::range_with_unit(&plain(v), a.study.unit(feature));
        match *what {
            Condition::AtMost(t) => format!("{name} ≤ {}", with_unit(t)),
            Condition::Above(t) => format!("{name} > {}", with_unit(t)),
            Condition::Level(code) => format!("{name} {}", levels.kind(feature).text(f64::from(code))),
        }
    };
    rule.conditions.iter().map(text).collect::<Vec<_>>().join(" and ")
}

/// Columns that the model does not use against the clusters, of patients who are in one. Outcomes are left to tests that ask who was seen.
fn covariates(a: &Analysis) -> (Table, Vec<String>) {
    let k = a.insight.clusters.k;
    let labels = &a.insight.clusters.labels;
    let found: Vec<_> = a
        .study
        .roles
        .iter()
        .enumerate()
        .filter(|(_, role)| **role == ColumnRole::Covariate)
        .filter_map(|(c, _)| {
            let names = words::level_names(a, Variable::Column(c));
            let (test, effect, difference) = match &a.study.data.columns()[c].values {
                Values::Numbers(x) => {
                    let mut groups = vec![Vec::new(); k];
                    for (r, &l) in a.rows.iter().zip(labels) {
                        if let Some(group) = groups.get_mut(l as usize) {
                            group.push(x[r.index()]);
                        }
                    }
                    match groups.as_slice() {
                        [low, high] => ("Mann–Whitney", "superiority", mann_whitney(high, low)),
                        _ => ("Kruskal–Wallis", "ε²", kruskal_wallis(&groups)),
                    }
                }
                Values::Levels { .. } if names.len() > 1 => {
                    let mut table = vec![vec![0u64; names.len()]; k];
                    for (i, &l) in labels.iter().enumerate() {
                        let level = level_of(a, Variable::Column(c), i).map(|v| v as usize);
                        if let Some(count) = level.and_then(|v| table.get_mut(l as usize)?.get_mut(v)) {
                            *count += 1;
                        }
                    }
                    match (k, names.len()) {
                        (2, 2) => {
                            let cell = |r: usize| [table[r][0], table[r][1]];
                            ("Fisher", "odds ratio", fisher([cell(0), cell(1)]))
                        }
                        _ => ("χ²", "Cramér's V", chi_square(&table)),
                    }
                }
                Values::Levels { .. } => return None,
            };
            Some((c, test, effect, difference))
        })
        .collect();
    let p: Vec<Option<f64>> = found.iter().map(|f| f.3.map(|d| d.p)).collect();
    let q = benjamini_hochberg(&p);
    let mut warnings = Vec::new();
    let rows = found.iter().zip(&q).map(|((c, test, effect, difference), q)| {
        let name = words::column_label(&a.study, *c);
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        if q.is_some_and(|q| q < Q) && parts.iter().any(|word| PLACE.contains(word)) {
            warnings.push(format!(
                "The subgroups differ in {name} (q = {}): they may sort batches or places rather than patients.",
                plain(q.unwrap_or(f64::NAN))
            ));
        }
        let number = |v: Option<f64>| v.map_or_else(|| "nothing to compare".into(), plain);
        vec![
            name,
            (*test).to_string(),
            difference.map_or_else(String::new, |d| format!("{effect} {}", plain(d.effect))),
            number(difference.map(|d| d.p)),
            number(*q),
        ]
    });
    let header = ["Column", "Test", "Effect", "p", "q (Benjamini–Hochberg)"];
    let rows: Vec<Vec<String>> = rows.collect();
    (Table { header: header.map(String::from).to_vec(), rows }, warnings)
}
