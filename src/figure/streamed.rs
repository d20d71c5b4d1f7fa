//! What is known of a cohort that was summarised while its table was read, and of which no row is held.

use super::{Figure, Sheet, about, compact, unit_or_levels};
use crate::ensemble::Summary;
use crate::explain::summary::{FeatureStream, PLACES};
use crate::ids::FeatureId;
use crate::math::Order as _;
use crate::plot::chart::ranked::Marks;
use crate::plot::chart::{Emphasis, Kind, Table, ranked as chart};
use crate::plot::number::{count, plain, round3, scientific};
use crate::session::Method;
use crate::study::Manifest;

/// Name of its plots. They stand for no open analysis, and the sheet itself says what they show.
pub const STREAMED: &str = "streamed";

/// Rows of a figure; the table has all.
const TOP: usize = 30;

/// What was summarised.
#[derive(Clone, Copy, Debug)]
pub struct Streamed<'a> {
    /// The model.
    pub model: &'a Summary,
    /// What names its features, if anything does.
    pub manifest: &'a Manifest,
    /// Of its file.
    pub model_sha256: &'a str,
    /// Name of the table's file.
    pub table: &'a str,
    /// Of the table's file; None while not every row of it is explained.
    pub table_sha256: Option<&'a str>,
    /// Rows explained.
    pub n: u64,
    /// Largest |base + Σ φ − margin|.
    pub error: f64,
    /// Largest |margin|.
    pub margin: f64,
    /// `[output][feature]`.
    pub outputs: &'a [&'a [FeatureStream]],
    /// What deserves a look.
    pub warnings: &'a [String],
    /// Of a figure, logical pixels.
    pub width: f64,
}

/// Biomarkers of each output ranked by mean |φ|, as a picture and in numbers.
pub fn streamed(of: &Streamed) -> Sheet {
    let ended = of.table_sha256.is_some();
    let n = count(of.n as usize);
    let patients = if of.n == 1 { "patient" } else { "patients" };
    let method = format!("TreeSHAP, exact, {}, in {}", Method::PathDependent.words(0), of.model.scale.margin);
    let headline = if ended {
        format!(
            "{n} {patients}: every row of {}, whatever part it played when the model was made. {method}. No row was kept.",
            of.table
        )
    } else {
        format!("{n} {patients} of {} so far: numbers will change. {method}.", of.table)
    };
    let mut warnings = of.warnings.to_vec();
    let tolerance = 1e-9 * of.margin.max(1.0);
    let sums = format!(
        "Base value and SHAP values add up to the model's margin in every row; the largest difference is {}, of rounding.",
        scientific(of.error)
    );
    if of.error > tolerance {
        warnings.insert(0, format!(
            "Base value and SHAP values miss the model's margin by up to {}, more than rounding explains.",
            scientific(of.error)
        ));
    }
    let mut more: Vec<(String, String)> =
        about(STREAMED).map_or_else(Vec::new, |about| about.said().to_vec());
    if of.error <= tolerance {
        more.insert(0, ("Do the numbers add up?".into(), sums));
    }
    Sheet {
        headline,
        figures: (0..of.outputs.len()).map(|k| (STREAMED.into(), figure(of, k))).collect(),
        warnings,
        more,
        ..Sheet::default()
    }
}

/// The caption's last sentences: the picture stands alone where it is taken.
fn provenance(of: &Streamed) -> String {
    let short = |hash: &str| hash.chars().take(8).collect::<String>();
    let data = of.table_sha256.map_or_else(|| "not read to its end".into(), short);
    let library = format!("{} {}", of.model.library, of.model.version);
    format!(
        "n = {}. TreeSHAP, exact, {}, in {}. Model {}, data {data}. {}; Clarimark {}.",
        count(of.n as usize),
        Method::PathDependent.words(0),
        of.model.scale.margin,
        short(of.model_sha256),
        library.trim(),
        env!("CARGO_PKG_VERSION")
    )
}

fn figure(of: &Streamed, output: usize) -> Figure {
    let streams = of.outputs[output];
    let means: Vec<f64> = streams.iter().map(FeatureStream::mean_abs).collect();
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.order_by(|&a, &b| means[b].total_cmp(&means[a]));
    let used = |f: &&usize| of.model.features[**f].n_splits > 0;
    let top: Vec<usize> = order.iter().filter(used).take(TOP).copied().collect();
    let crowds: Vec<Vec<chart::Crowd>> = top.iter().map(|&f| crowd(&streams[f])).collect();
    let units: Vec<String> = top
        .iter()
        .map(|&f| {
            let feature = &of.model.features[f];
            unit_or_levels(of.manifest.unit(&feature.name), feature)
        })
        .collect();
    let range = top
        .iter()
        .filter_map(|&f| streams[f].range())
        .fold([0.0f64, 0.0f64], |[low, high], r| [low.min(r[0]), high.max(r[1])]);
    let rows = top.iter().enumerate().map(|(rank, &f)| {
        let (feature, stream) = (&of.model.features[f], &streams[f]);
        chart::Row {
            feature: FeatureId::of(f),
            name: of.manifest.label(&feature.name),
            unit: &units[rank],
            group: of.manifest.group(&feature.name),
            rank: rank as u32 + 1,
            rank_interval: None,
            importance: means[f],
            interval: stream.interval(),
            direction: stream.direction().filter(|_| !feature.categorical),
            phi: &[],
            values: &[],
            kind: if feature.categorical {
                Kind::Levels { names: &[], ordered: false }
            } else {
                Kind::Number
            },
            of_all: Some(chart::OfAll {
                n: stream.n() as usize,
                n_missing: stream.n_missing() as usize,
                range: stream.range().unwrap_or_default(),
            }),
            crowd: &crowds[rank],
        }
    });
    let scale = &of.model.scale;
    let spec = chart::Spec {
        width: of.width,
        compact: compact(of.width),
        patients: &[],
        rows: rows.collect(),
        scale: &scale.margin,
        sides: &format!("left lowers {0}, right raises it", scale.higher),
        domain: (range[0] < range[1]).then_some(range),
        focused: None,
        emphasis: Emphasis::default(),
        provisional: of.table_sha256.is_none(),
        marks: Marks::Violin,
        room: 0.0,
    };
    let mut title = "Biomarkers ranked by mean absolute SHAP value".to_string();
    if of.outputs.len() > 1 {
        title += &format!(", {}", of.model.outputs[output]);
    }
    let mut scene = chart::draw(&spec).titled(title, provenance(of));
    // Rows lead nowhere: there is no view of these biomarkers.
    scene.items.retain(|item| item.target().is_none());
    Figure { scene, table: table(of, output, &order, &means) }
}

fn crowd(stream: &FeatureStream) -> Vec<chart::Crowd> {
    let one = |(phi, mass): (f64, crate::explain::summary::Mass)| chart::Crowd {
        phi,
        n: mass.n as f64,
        n_placed: mass.n_placed as f64,
        places: mass.places as f64 / PLACES as f64,
    };
    stream.mass().map(one).collect()
}

/// All biomarkers. Means and extremes are written so that they read back as the same number; quantiles are known to three
/// digits.
fn table(of: &Streamed, output: usize, order: &[usize], means: &[f64]) -> Table {
    const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
    let mut table = Table::new([
        "Rank",
        "Biomarker",
        "Unit",
        "Group",
        "Mean |SHAP|",
        "Lower 95 %",
        "Upper 95 %",
        "Share of all",
        "Mean SHAP",
        "Pearson r of value and SHAP",
        "Lowest SHAP",
        "5 %",
        "25 %",
        "Median",
        "75 %",
        "95 %",
        "Highest SHAP",
        "Patients",
        "Missing",
    ]);
    let streams = of.outputs[output];
    let sum: f64 = means.iter().sum();
    for (rank, &f) in order.iter().enumerate() {
        let (feature, stream) = (&of.model.features[f], &streams[f]);
        let exact = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x}"));
        let share = if sum > 0.0 { means[f] / sum } else { 0.0 };
        let mut row = vec![
            (rank + 1).to_string(),
            of.manifest.label(&feature.name).into(),
            of.manifest.unit(&feature.name).into(),
            of.manifest.group(&feature.name).into(),
            exact(Some(means[f])),
            exact(stream.interval().map(|i| i[0])),
            exact(stream.interval().map(|i| i[1])),
            plain(share),
            exact(Some(stream.mean())),
            stream
                .direction()
                .filter(|_| !feature.categorical)
                .map_or_else(String::new, |r| plain(round3(r))),
            exact(stream.range().map(|r| r[0])),
        ];
        let at = |&share: &f64| exact(stream.quantile(share).map(round3));
        row.extend(SHARES.iter().map(at));
        row.extend([
            exact(stream.range().map(|r| r[1])),
            stream.n().to_string(),
            stream.n_missing().to_string(),
        ]);
        table.rows.push(row);
    }
    table
}
