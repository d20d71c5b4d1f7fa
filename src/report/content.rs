//! What a report says, section by section.

use super::checklist::{
    DRIVERS, FDA, GUARD_RAILS, Item, METHODS, MODEL, PERFORMANCE, REMARK, SUBGROUPS, TRIPOD_AI, answer,
};
use super::{Block, Document, Order, Section};
use crate::cohort::Clusters;
use crate::cohort::division::ClusterKind;
use crate::cohort::metric::Metric;
use crate::ensemble::{Calibration, Summary};
use crate::figure::{self, Figure, Grouping, Layout, Sheet, SheetKind, words};
use crate::plot::Scene;
use crate::plot::chart::Table;
use crate::plot::chart::ranked::Marks;
use crate::plot::number::{count, fixed, percent, plain};
use crate::session::{Analysis, CohortChoice, MapOf, Method, ViewState};
use crate::study::{BEST, ColumnRole, Outcome, Severity, understood};

/// Width of a figure, logical pixels: the text column of an A4 page.
const WIDTH: f64 = 680.0;
/// Biomarkers in the figure; the table has all that the model uses.
const TOP: u32 = 20;

pub(super) fn document(a: &Analysis, order: &Order, layout: &Layout) -> Document {
    let manifest = &a.study.manifest;
    let title = match manifest.title.as_str() {
        "" => a.study.data_file.name.clone(),
        title => title.to_string(),
    };
    Document {
        title,
        subtitle: format!(
            "Made {}with Clarimark {}. Everything was computed in the reader's browser or on the reader's machine.",
            if order.date.is_empty() { String::new() } else { format!("on {} ", order.date) },
            env!("CARGO_PKG_VERSION")
        ),
        sections: vec![
            Section { heading: "Context of use", blocks: context(a) },
            Section { heading: MODEL, blocks: model_and_data(a) },
            Section { heading: METHODS, blocks: methods(a, order) },
            Section { heading: DRIVERS, blocks: drivers(a) },
            Section { heading: PERFORMANCE, blocks: performance(a, order) },
            Section { heading: SUBGROUPS, blocks: subgroups(a, layout) },
            Section { heading: GUARD_RAILS, blocks: guard_rails(a, order) },
            Section { heading: "Checklists", blocks: checklists(a) },
            Section { heading: "To see it again", blocks: again(a, order) },
        ],
    }
}

fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_string(), value.into())
}

fn context(a: &Analysis) -> Vec<Block> {
    let m = &a.study.manifest;
    vec![
        Block::Text(m.description.clone()),
        Block::Facts(vec![
            fact("Biomarker category (BEST)", m.best_category.clone()),
            fact("Context of use", m.context_of_use.clone()),
            fact("Question of interest", m.statements.get("fda-1").cloned().unwrap_or_default()),
        ]),
        Block::Text(format!(
            "BEST categories: {}. A prognostic biomarker is not a predictive one: that takes patients with and without \
             the treatment.",
            words::list(&BEST.map(String::from))
        )),
    ]
}

fn model_and_data(a: &Analysis) -> Vec<Block> {
    let (study, m) = (&a.study, &a.study.model);
    let used = m.features.iter().filter(|f| f.n_splits > 0).count();
    let categorical = m.features.iter().filter(|f| f.categorical).count();
    let parts: Vec<String> = CohortChoice::offered(study)
        .into_iter()
        .filter(|(c, _)| *c != CohortChoice::All)
        .map(|(c, n)| format!("{} {}", count(n), c.word()))
        .collect();
    let everybody: Vec<_> = study.rows().collect();
    let events = |rows: &[crate::ids::RowId]| words::events_among(study, rows).unwrap_or_default();
    let model = vec![
        fact("Model file", m_file(&study.model_file.name, &study.model_file.sha256)),
        fact(
            "Library",
            format!("{} {}{}", m.library, m.version, if m.tested { ", tested" } else { ", not tested" }),
        ),
        fact("Format", m.format.clone()),
        fact("Objective", m.objective.clone()),
        fact(
            "Trees, depth, leaves",
            format!("{}, {}, {}", count(m.n_trees as usize), m.max_depth, count(m.n_leaves as usize)),
        ),
        fact(
            "Biomarkers",
            format!("{}, {} in splits, {categorical} categorical", count(m.features.len()), count(used)),
        ),
        fact("Output explained", m.scale.margin.clone()),
        fact("Calibration", m.calibration.as_ref().map_or_else(|| "none".into(), |c| calibration(m, c))),
        fact("Base value", fixed(a.base_value(), 4)),
        fact(
            "Held against",
            study.comparator.as_ref().map_or_else(
                || "no other model".into(),
                |c| format!("{}: {}", c.title, m_file(&c.file.name, &c.file.sha256)),
            ),
        ),
    ];
    let outcome = match study.outcome() {
        Outcome::None => String::new(),
        Outcome::Binary { positive, .. } => format!("yes or no: {positive}"),
        Outcome::Continuous(_) => "a quantity".into(),
        Outcome::Survival { unit, word, .. } => format!("time to an event ({word}), {unit}"),
    };
    let data = vec![
        fact("Table", m_file(&study.data_file.name, &study.data_file.sha256)),
        fact(
            "Patients",
            format!("{}, {} explained ({})", count(study.n_rows()), count(a.rows.len()), a.cohort.word()),
        ),
        fact("Parts", words::list(&parts)),
        fact("Outcome", outcome),
        fact("Events, all patients", events(&everybody)),
        fact("Events, explained", events(&a.rows)),
        fact("Source", study.manifest.source.clone()),
        fact("Citation", study.manifest.citation.clone()),
        fact("Licence", study.manifest.licence.clone()),
    ];
    let columns = understood(study);
    let table = Table {
        header: ["Column", "Role", "Kind", "Missing", "Note"].map(String::from).to_vec(),
        rows: columns
            .into_iter()
            .map(|c| {
                let name = if c.label.is_empty() || c.label == c.name {
                    c.name
                } else {
                    format!("{} ({})", c.label, c.name)
                };
                vec![name, role_word(c.role).to_string(), c.kind, count(c.n_missing), c.note]
            })
            .collect(),
    };
    vec![
        Block::Facts(model),
        Block::Facts(data),
        figure_of(a, figure::missingness(a, WIDTH)),
        Block::Table("Columns".into(), table),
    ]
}

/// Which function is explained where a calibration follows it.
fn calibration(m: &Summary, calibration: &Calibration) -> String {
    format!(
        "{} of the {}. What is explained is the {} before calibration, to which SHAP values and the base value add up; \
         calibrated probabilities follow from it and are not explained",
        calibration.name(),
        calibration.input().word(),
        m.scale.margin
    )
}

fn role_word(role: ColumnRole) -> &'static str {
    match role {
        ColumnRole::Id => "patient id",
        ColumnRole::Feature(_) => "biomarker of the model",
        ColumnRole::OutcomeTime => "outcome, time",
        ColumnRole::OutcomeEvent => "outcome, event",
        ColumnRole::OutcomeBinary | ColumnRole::OutcomeContinuous => "outcome",
        ColumnRole::Split => "split role",
        ColumnRole::Covariate => "covariate",
        ColumnRole::Ignored => "not used",
    }
}

fn m_file(name: &str, sha256: &str) -> String {
    format!("{name}, SHA-256 {sha256}")
}

/// What was done, in sentences that can stand in a paper.
fn methods(a: &Analysis, order: &Order) -> Vec<Block> {
    let m = &a.study.model;
    let replaced = match a.method {
        Method::PathDependent => {
            "by the shares of training cover that the trees store (path-dependent; Lundberg et al. 2020)"
                .to_string()
        }
        Method::Interventional(_) => format!(
            "by the values of background patients, all of them and none sampled ({}; Lundberg et al. 2020)",
            a.method.words(a.n_background)
        ),
    };
    let clusters = &a.insight.clusters;
    let before = if m.calibration.is_some() { " before calibration" } else { "" };
    let mut sentences = format!(
        "SHAP values of {} were computed exactly, in double precision, for {} {} of {}, for the model's {}{before}. Features \
         outside a coalition were replaced {replaced}. For every patient the SHAP values and the base value add up to \
         the model's own output; the largest difference was {}. Importance is the mean absolute SHAP value with a 95 % \
         percentile bootstrap interval over patients ({} resamples). Direction is Spearman's correlation of value and \
         SHAP value. Patients were grouped by {} and the \
         stability of each group was measured by its bootstrap Jaccard similarity (Hennig 2007). Maps show principal \
         components of SHAP values.",
        m.library,
        count(a.rows.len()),
        if a.cohort == CohortChoice::All {
            "patients".to_string()
        } else {
            format!("{} patients", a.cohort.word())
        },
        count(a.study.n_rows()),
        m.scale.margin,
        plain(a.max_additivity_error()),
        count(a.insight.n_resamples),
        divided(clusters),
    );
    match a.study.outcome() {
        Outcome::Survival { .. } => {
            sentences += " Survival was estimated by Kaplan and Meier with log-log intervals and compared by the log-rank \
                          test only among patients marked test or external. Concordance is Harrell's C with a bootstrap \
                          interval; Uno's C, AUC and Brier score are weighted by the inverse probability of censoring.";
            if let Grouping::Cut(feature, None) = order.grouping {
                sentences += &format!(
                    " The cut-point of {} was searched for and its p-value corrected for the search.",
                    a.study.label(feature)
                );
            }
        }
        Outcome::Binary { .. } => {
            sentences += " Discrimination is the area under the ROC curve with DeLong's interval; proportions have \
                          Wilson's intervals; calibration is judged by intercept and slope of a logistic model.";
        }
        Outcome::None | Outcome::Continuous(_) => {}
    }
    if let Some(comparator) = &a.study.comparator {
        let how = match a.study.outcome() {
            Outcome::Binary { .. } => {
                "the difference of their areas has the interval and test of DeLong for one set of patients"
            }
            _ => {
                "the difference of their measures has a percentile bootstrap interval that draws patients for both"
            }
        };
        sentences +=
            &format!(" The model was compared with “{}” on the same patients; {how}.", comparator.title);
    }
    vec![
        Block::Text(sentences),
        Block::Facts(vec![fact(
            "How the model was made",
            a.study.manifest.statements.get("tripod-21").cloned().unwrap_or_default(),
        )]),
    ]
}

/// How the clusters were found, as part of a sentence.
fn divided(c: &Clusters) -> String {
    match c.kind {
        ClusterKind::Means => format!("k-means on SHAP values (k = {}, best of 20 starts, seed 0)", c.k),
        ClusterKind::Mixture => format!(
            "a Gaussian mixture of {} components with full covariances on the first principal components of SHAP values \
             (started from k-means, seed 0)",
            c.k
        ),
        ClusterKind::Density => format!(
            "HDBSCAN on SHAP values (Campello et al. 2013; excess of mass, smallest cluster 5 % of the patients), which \
             found {} clusters and left {} patients in none,",
            c.k, c.n_out
        ),
    }
}

fn drivers(a: &Analysis) -> Vec<Block> {
    let now = ViewState { top: TOP, ..ViewState::default() };
    let features = figure::shown_features(a, &now);
    let rows = a
        .insight
        .order
        .iter()
        .filter(|f| a.importance(**f).mean_abs > 0.0)
        .enumerate()
        .map(|(i, &f)| {
            let v = a.importance(f);
            vec![
                (i + 1).to_string(),
                a.study.label(f).to_string(),
                a.study.unit(f).to_string(),
                fixed(v.mean_abs, 4),
                fixed(v.interval[0], 4),
                fixed(v.interval[1], 4),
                percent(v.share),
                v.direction.map_or_else(String::new, |d| fixed(d, 2)),
                count(v.n_missing as usize),
            ]
        })
        .collect();
    let header = [
        "Rank",
        "Biomarker",
        "Unit",
        "Mean |SHAP|",
        "Lower 95 %",
        "Upper 95 %",
        "Share",
        "Direction",
        "Missing",
    ];
    vec![
        Block::Text("Attributions describe the model, not biology or treatment effect.".into()),
        figure_of(a, figure::ranked_whole(a, Marks::Dots, &features, None, WIDTH)),
        Block::Table(
            "Biomarkers in splits".into(),
            Table { header: header.map(String::from).to_vec(), rows },
        ),
        figure_of(a, figure::panel_size(a, [WIDTH, 240.0])),
    ]
}

fn performance(a: &Analysis, order: &Order) -> Vec<Block> {
    let mut out = Vec::new();
    let parts: Vec<Vec<String>> = order
        .performance
        .iter()
        .map(|p| {
            vec![
                p.part.clone(),
                p.measure.clone(),
                fixed(p.value.estimate, 3),
                fixed(p.value.low, 3),
                fixed(p.value.high, 3),
                count(p.n),
                p.events.map_or_else(String::new, count),
            ]
        })
        .collect();
    if !parts.is_empty() {
        let header = ["Part", "Measure", "Estimate", "Lower 95 %", "Upper 95 %", "Patients", "Events"];
        out.push(Block::Table(
            "By part".into(),
            Table { header: header.map(String::from).to_vec(), rows: parts },
        ));
    }
    let kind = SheetKind::Performance { cutoff: order.cutoff, horizon: order.horizon };
    out.extend(from_sheet(a, &kind, 320.0));
    if matches!(a.study.outcome(), Outcome::Survival { .. }) {
        out.extend(from_sheet(a, &SheetKind::Survival { by: order.grouping.clone() }, 340.0));
    }
    for (by, _) in figure::comparisons(a).into_iter().filter(|(word, _)| !word.is_empty()) {
        let sheet =
            figure::sheet(a, &SheetKind::Groups { by: figure::Compared::Word(by) }, None, [WIDTH, 240.0]);
        if !sheet.figures.is_empty() {
            out.extend(blocks(a, sheet));
        }
    }
    out
}

fn subgroups(a: &Analysis, layout: &Layout) -> Vec<Block> {
    let mut out = vec![Block::Text(figure::trust(a))];
    out.extend(from_sheet(a, &SheetKind::Reality, 240.0));
    let now = ViewState::default();
    let (scene, table) = (figure::map(a, layout, &now, [WIDTH, 420.0]), figure::map_table(a, layout, &now));
    out.push(figure_of(a, Figure { scene, table }));
    out.extend(from_sheet(
        a,
        &SheetKind::Components { of: MapOf::Attributions, metric: Metric::Euclidean },
        240.0,
    ));
    out.push(figure_of(a, figure::silhouettes(a, [WIDTH, 250.0])));
    out.push(figure_of(a, figure::stability(a, WIDTH)));
    out.push(figure_of(a, figure::profile(a, WIDTH)));
    out.extend(from_sheet(a, &SheetKind::Description, 0.0));
    if matches!(a.study.outcome(), Outcome::Survival { .. }) {
        out.extend(from_sheet(a, &SheetKind::Survival { by: Grouping::Cluster }, 340.0));
    }
    out
}

fn guard_rails(a: &Analysis, order: &Order) -> Vec<Block> {
    let word = |s: Severity| match s {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Pass => "passed",
    };
    let found =
        order.findings.iter().map(|f| [word(f.severity).to_string(), f.title.clone(), f.detail.clone()]);
    let mut out = vec![Block::Statements(found.collect())];
    let said: Vec<[String; 3]> = a
        .study
        .manifest
        .notes
        .iter()
        .chain(&a.study.warnings)
        .map(|note| ["note".into(), String::new(), note.clone()])
        .collect();
    if !said.is_empty() {
        out.push(Block::Text("What the study's authors, and the reading of its files, say:".into()));
        out.push(Block::Statements(said));
    }
    out
}

fn checklists(a: &Analysis) -> Vec<Block> {
    let facts = |items: &[Item]| Block::Facts(items.iter().map(|i| fact(i.name, answer(a, i))).collect());
    vec![
        Block::Text("TRIPOD+AI (Collins et al. 2024)".into()),
        facts(&TRIPOD_AI),
        Block::Text("REMARK (McShane et al. 2005; Altman et al. 2012)".into()),
        facts(&REMARK),
        Block::Text("Steps of the FDA draft guidance on the credibility of AI models, January 2025".into()),
        facts(&FDA),
    ]
}

fn again(a: &Analysis, order: &Order) -> Vec<Block> {
    let mut facts = vec![
        fact("Model, SHA-256", a.study.model_file.sha256.clone()),
        fact("Table, SHA-256", a.study.data_file.sha256.clone()),
    ];
    let how = if order.link.is_empty() {
        "Choose the two files with these hashes in the page, or give them to this command again."
    } else {
        facts.insert(0, fact("Address", order.link.clone()));
        "Open this address and choose the two files with these hashes; the page then shows what its sender saw."
    };
    let same = "The command `clarimark explain` gives the same SHAP values, to the last bit.";
    vec![Block::Text(format!("{how} {same}")), Block::Facts(facts)]
}

/// A figure with the caption it has when it leaves the page.
fn figure_of(a: &Analysis, figure: Figure) -> Block {
    let caption = captioned(a, &figure.scene);
    Block::Figure(figure, caption)
}

fn captioned(a: &Analysis, scene: &Scene) -> Vec<String> {
    figure::caption(a, None, scene)
}

fn from_sheet(a: &Analysis, kind: &SheetKind, height: f64) -> Vec<Block> {
    blocks(a, figure::sheet(a, kind, None, [WIDTH, height]))
}

fn blocks(a: &Analysis, sheet: Sheet) -> Vec<Block> {
    let text = (!sheet.headline.is_empty()).then_some(Block::Text(sheet.headline));
    let warnings = sheet.warnings.into_iter().map(Block::Text);
    let figures = sheet.figures.into_iter().map(|(_, f)| figure_of(a, f));
    let tables = sheet.tables.into_iter().map(|(name, t)| Block::Table(name, t));
    let more = sheet.more.into_iter().map(|(q, answer)| Block::Text(format!("{q}: {answer}")));
    text.into_iter().chain(warnings).chain(figures).chain(tables).chain(more).collect()
}
