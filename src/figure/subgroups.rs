//! Patients who are scored alike: map, profile, silhouettes.

use super::{Figure, Layout, LevelNames, compact, drawn, words};
use crate::cohort::Clusters;
use crate::cohort::division::ClusterKind;
use crate::cohort::profile::Typical;
use crate::ids::{FeatureId, RowId};
use crate::plot::Scene;
use crate::plot::chart::{Emphasis, Table, interval, map as map_chart, profile as profile_chart, silhouette};
use crate::plot::number::{count, fixed, percent, plain};
use crate::session::{Analysis, Filter, MapColour, ViewState, inside};

/// Rows of the profile.
const PROFILE_ROWS: usize = 18;

/// `A low`, `B middle`, `C high`: letters in order of mean margin, then the patients in none.
pub fn cluster_names(clusters: &Clusters) -> Vec<String> {
    let k = clusters.k;
    let name = |c: usize| {
        let letter = char::from(b'A' + (c as u8).min(25));
        match (c, k) {
            (0, 2..) => format!("{letter} low"),
            (c, k) if c + 1 == k && k > 1 => format!("{letter} high"),
            (1, 3) => format!("{letter} middle"),
            _ => letter.to_string(),
        }
    };
    (0..k).map(name).chain(clusters.out().map(|_| "in no cluster".to_string())).collect()
}

fn with_spec<T: Default>(
    a: &Analysis,
    layout: &Layout,
    now: &ViewState,
    size: [f64; 2],
    read: impl Fn(&map_chart::Spec) -> T,
) -> T {
    let mut made = T::default();
    specify(a, layout, now, size, &mut |spec| made = read(spec));
    made
}

/// One copy of it for all that is read off the map.
fn specify(
    a: &Analysis,
    layout: &Layout,
    now: &ViewState,
    [width, height]: [f64; 2],
    read: &mut dyn FnMut(&map_chart::Spec),
) {
    let positions: Vec<usize> = drawn(a).into_iter().filter(|&i| i < layout.points.len()).collect();
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let points: Vec<[f64; 2]> = positions.iter().map(|&i| layout.points[i]).collect();
    let clusters: Vec<u32> = positions.iter().map(|&i| a.insight.clusters.labels[i]).collect();
    let focus = a.feature_in_focus(now.feature);
    let values: Option<Vec<f64>> = match (now.map_colour, focus) {
        (MapColour::Margin, _) => Some(patients.iter().map(|&r| a.margin(r)).collect()),
        (MapColour::Value, Some(f)) => Some(patients.iter().map(|&r| a.study.value(f, r)).collect()),
        (MapColour::Attribution, Some(f)) => Some(positions.iter().map(|&i| a.phi(i, f)).collect()),
        _ => None,
    };
    let names = cluster_names(&a.insight.clusters);
    let mut sizes = vec![0; names.len()];
    a.insight
        .clusters
        .labels
        .iter()
        .for_each(|l| sizes.get_mut(*l as usize).into_iter().for_each(|n| *n += 1));
    let spec = map_chart::Spec {
        width,
        height,
        compact: compact(width),
        patients: &patients,
        points: &points,
        clusters: &clusters,
        names: &names,
        out: a.insight.clusters.out(),
        sizes: Some(&sizes),
        of: now.map_of.title(),
        axes: layout.axes.as_ref().map(|axes| [0, 1].map(|i| (axes[i].0, axes[i].1.as_str()))),
        method: now.map.title(),
        values: values.as_deref(),
        emphasis: Emphasis::default(),
    };
    read(&spec);
}

/// The map, with the patients where `layout` has them.
pub fn map(a: &Analysis, layout: &Layout, now: &ViewState, size: [f64; 2]) -> Scene {
    with_spec(a, layout, now, size, map_chart::draw)
}

/// The numbers of the map.
pub fn map_table(a: &Analysis, layout: &Layout, now: &ViewState) -> Table {
    with_spec(a, layout, now, [600.0, 400.0], |spec| map_chart::table(spec, |row| a.study.patient_id(row)))
}

/// What colours the map, in words; None where it is the subgroups, which are named on it.
pub fn map_colour_said(a: &Analysis, now: &ViewState) -> Option<String> {
    let focus = a.feature_in_focus(now.feature).map(|f| a.study.label(f))?;
    match now.map_colour {
        MapColour::Cluster => None,
        MapColour::Margin => Some(format!("Colour: {}, low blue to high red.", a.study.model.scale.margin)),
        MapColour::Value => {
            Some(format!("Colour: measured {focus}, low blue to high red; shapes: subgroups."))
        }
        MapColour::Attribution => {
            Some(format!("Colour: SHAP value of {focus}, low blue to high red; shapes: subgroups."))
        }
    }
}

/// What a region drawn on the map selects: a rule on the principal components of attributions, which a link carries
/// exactly; on any other map the patients it encloses.
pub fn region(
    a: &Analysis,
    layout: &Layout,
    now: &ViewState,
    size: [f64; 2],
    polygon: &[[f64; 2]],
) -> Filter {
    // There are no scales only where there is no map to draw on.
    let scales = with_spec(a, layout, now, size, |spec| Some(map_chart::scales(spec)));
    let Some([x, y]) = scales else { return Filter::Rows(Vec::new()) };
    // A drawn line has more corners than it needs; a hundred keep its shape.
    let step = polygon.len().div_ceil(100).max(1);
    let round = |v: f64| (v * 1e3).round() / 1e3;
    let corners: Vec<[f64; 2]> =
        polygon.iter().step_by(step).map(|p| [round(x.value(p[0])), round(y.value(p[1]))]).collect();
    if (now.map, now.map_of, now.metric) == Default::default() {
        return Filter::Region(corners);
    }
    let within = a.rows.iter().zip(&layout.points).filter(|(_, p)| inside(&corners, **p));
    Filter::Rows(within.map(|(r, _)| *r).collect())
}

/// What the model credits in each cluster.
pub fn profile(a: &Analysis, width: f64) -> Figure {
    let names = letters(&a.insight.clusters);
    let levels = LevelNames::of(&a.study);
    let features: Vec<_> = a.insight.profile.features.iter().take(PROFILE_ROWS).collect();
    let rows: Vec<(Vec<f64>, Vec<String>, String)> = features
        .iter()
        .map(|p| {
            let kind = levels.kind(FeatureId(p.feature));
            let name = a.study.label(FeatureId(p.feature)).to_string();
            let typical = p
                .cells
                .iter()
                .map(|c| match c.typical {
                    Some(Typical::Median(m)) => plain(m),
                    Some(Typical::Level { code, share, .. }) => {
                        format!("{} {}", kind.text(f64::from(code)), percent(share))
                    }
                    None => "missing".into(),
                })
                .collect();
            (p.cells.iter().map(|c| c.mean_phi).collect(), typical, name)
        })
        .collect();
    let spec = profile_chart::Spec {
        width,
        compact: compact(width),
        clusters: &names,
        out: a.insight.clusters.out(),
        rows: features
            .iter()
            .zip(&rows)
            .map(|(p, (mean_phi, typical, name))| profile_chart::Row {
                feature: FeatureId(p.feature),
                name,
                means: mean_phi,
                typical,
            })
            .collect(),
        focused: None,
    };
    Figure { scene: profile_chart::draw(&spec), table: profile_chart::table(&spec) }
}

/// How clearly each patient belongs to its cluster.
pub fn silhouettes(a: &Analysis, [width, height]: [f64; 2]) -> Figure {
    let names = letters(&a.insight.clusters);
    let spec = silhouette::Spec {
        width,
        height,
        patients: &a.rows,
        clusters: &a.insight.clusters.labels,
        widths: &a.insight.clusters.silhouette,
        names: &names,
    };
    Figure { scene: silhouette::draw(&spec), table: silhouette::table(&spec, |row| a.study.patient_id(row)) }
}

/// Mean silhouette for other numbers of clusters.
pub fn silhouettes_by_k(a: &Analysis, [width, height]: [f64; 2]) -> Figure {
    let c = &a.insight.clusters;
    let spec = silhouette::ByK { width, height, means: &c.silhouette_by_k, k: c.k };
    let table = crate::plot::chart::Table {
        header: vec!["Clusters".into(), "Mean silhouette".into()],
        rows: c
            .silhouette_by_k
            .iter()
            .enumerate()
            .map(|(i, s)| vec![(i + 2).to_string(), fixed(*s, 3)])
            .collect(),
    };
    Figure { scene: silhouette::draw_by_k(&spec), table }
}

/// How often a cluster comes back when patients are resampled.
pub fn stability(a: &Analysis, width: f64) -> Figure {
    let names = letters(&a.insight.clusters);
    let spec = interval::Spec {
        width,
        title: "Bootstrap Jaccard per subgroup",
        rows: a
            .insight
            .clusters
            .stability
            .iter()
            .enumerate()
            .map(|(c, i)| interval::Row {
                label: &names[c],
                estimate: i.estimate,
                interval: Some([i.low, i.high]),
                strong: true,
                cluster: Some(c as u32),
            })
            .collect(),
        domain: [0.0, 1.0],
        reference: Some(0.75),
        marks: interval::Marks::Bars,
        decimals: 2,
    };
    Figure { scene: interval::draw(&spec), table: interval::table(&spec) }
}

/// `A`, `B`, … in order of mean margin, then the patients in none.
pub(super) fn letters(clusters: &Clusters) -> Vec<String> {
    let letter = |c: usize| char::from(b'A' + (c as u8).min(25)).to_string();
    (0..clusters.k).map(letter).chain(clusters.out().map(|_| "none".to_string())).collect()
}

/// What the silhouettes and the stability say, in plain words.
pub fn trust(a: &Analysis) -> String {
    let c = &a.insight.clusters;
    if c.k < 2 {
        return match c.kind {
            ClusterKind::Density => {
                "No two dense groups: patients thin out evenly. That is an answer, not a failure.".into()
            }
            ClusterKind::Means | ClusterKind::Mixture => "The patients are not told apart.".into(),
        };
    }
    let mean = c.mean_silhouette(None).unwrap_or(f64::NAN);
    let word = match mean {
        m if m >= 0.5 => "clearly apart",
        m if m >= 0.25 => "partly apart",
        _ => "hardly apart: treat them as a way to sort patients, not as types of patients",
    };
    let mut out = format!("The {} groups are {word} (mean silhouette {}).", c.k, fixed(mean, 2));
    if c.n_out > 0 {
        out += &format!(" {} of {} patients are in no cluster.", count(c.n_out), count(c.labels.len()));
    }
    if let Some(best) = c.best_k().filter(|&b| b != c.k)
        && let Some(s) = c.silhouette_by_k.get(best - 2)
    {
        out += &format!(
            " {} groups fit better ({}).",
            words::capitalised(&words::number_word(best)),
            fixed(*s, 2)
        );
    }
    if let Some(first) = a.insight.profile.features.first().filter(|p| p.share > 0.8) {
        out += &format!(
            " {} of what separates them is {} alone: the groups are little more than its bins.",
            percent(first.share),
            words::within(a.study.label(FeatureId(first.feature)))
        );
    }
    let unstable: Vec<String> = c
        .stability
        .iter()
        .zip(letters(c))
        .filter(|(i, _)| i.low < 0.5)
        .map(|(i, name)| format!("{name} (down to {})", fixed(i.low, 2)))
        .collect();
    if !unstable.is_empty() {
        out += &format!(" Resampling patients can dissolve {}.", words::list(&unstable));
    }
    out
}
