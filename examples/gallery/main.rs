//! Draws every chart, in every theme and for wide and narrow panes, into `target/gallery`: as exported (SVG) and as
//! painted on a canvas (HTML).
//!
//! `cargo run --example gallery`

mod canvas;
mod data;

use std::error::Error;
use std::fs;
use std::path::Path;

use clarimark::ids::{FeatureId, RowId};
use clarimark::math::quantile_sorted;
use clarimark::plot::chart::{
    Emphasis, additivity, dependence, histogram, interval, map, missingness, profile, ranked, silhouette,
    small, waterfall,
};
use clarimark::plot::overlay::{Highlights, overlay};
use clarimark::plot::palette::{Colours, Mode};
use clarimark::plot::svg::{Options, to_svg};
use clarimark::plot::{Scene, Theme, number};
use data::{Cohort, Marker};

const SCALE: &str = "log hazard ratio";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("target/gallery");
    fs::create_dir_all(folder)?;
    let cohort = data::cohort(145, 7);
    let crowd = data::cohort(5_000, 8);
    let themes = [
        ("light", Theme::LIGHT),
        ("dark", Theme::DARK),
        ("safe", Theme { mode: Mode::Light, colours: Colours::Safe }),
    ];
    for (name, scene, caption) in scenes(&cohort).into_iter().chain(crowded(&crowd)) {
        for (suffix, theme) in themes {
            let svg = to_svg(&scene, &Options { theme, caption: &caption, id: "", width_mm: None });
            fs::write(folder.join(format!("{name}-{suffix}.svg")), svg)?;
            fs::write(folder.join(format!("{name}-{suffix}.html")), canvas::page(&scene, theme, 1.0))?;
        }
    }
    Ok(())
}

type Figure = (&'static str, Scene, Vec<String>);

fn scenes(c: &Cohort) -> Vec<Figure> {
    let none = Emphasis::default();
    let focused = c.patients[94];
    let passes: Vec<bool> = c.clusters.iter().map(|k| *k == 1).collect();
    let selected: Vec<bool> = c.clusters.iter().zip(&c.points).map(|(k, p)| *k == 2 && p[0] > 0.7).collect();
    let filtered = Emphasis { passes: Some(&passes), selected: None };
    let chosen = Emphasis { passes: None, selected: Some(&selected) };
    let is_selected = |r: RowId| selected[r.index()];
    let with = |base: Scene, h: Highlights| {
        let top = overlay(&base, &h);
        let mut both = base;
        both.place(top, 0.0, 0.0);
        both
    };
    let focus = Highlights { focused: Some(focused), hovered: Some(c.patients[12]), ..Highlights::default() };
    let picked = Highlights { selected: Some(&is_selected), ..focus };
    let caption = vec![
        "One dot per test patient (n = 145). Colour is the measured value, clipped at its 4th and 96th percentile. \
         Intervals: 2,000 patient resamples; they do not cover refitting the model."
            .to_owned(),
    ];
    let plain: Vec<String> = Vec::new();
    let bilirubin = marker(c, "Bilirubin");
    let mut out = vec![
        ("ranked", with(ranked::draw(&ranked_spec(c, 944.0, none)), focus), caption.clone()),
        ("ranked-filtered", ranked::draw(&ranked_spec(c, 944.0, filtered)), caption.clone()),
        ("ranked-selected", with(ranked::draw(&ranked_spec(c, 1200.0, chosen)), picked), caption),
        ("ranked-700", ranked::draw(&ranked_spec(c, 700.0, none)), plain.clone()),
        ("ranked-390", ranked::draw(&ranked_spec(c, 390.0, none)), plain.clone()),
        (
            "provisional",
            ranked::draw(&ranked::Spec { provisional: true, ..ranked_spec(c, 944.0, none) }),
            plain.clone(),
        ),
    ];
    for (name, m, width, height) in [
        ("dependence", bilirubin, 944.0, 446.0),
        ("dependence-missing", marker(c, "Urine copper"), 944.0, 446.0),
        ("dependence-levels", marker(c, "Histologic stage"), 944.0, 446.0),
        ("dependence-390", marker(c, "Cholesterol"), 390.0, 360.0),
    ] {
        let thresholds = thresholds(m);
        let spec = dependence_spec(c, m, width, height, &thresholds);
        let mut scene = dependence::draw(&spec).stack(dependence::key(&spec));
        let label = format!("PBC095, {} {}, +1.53", number::plain(m.values[94]), m.unit);
        scene.place(dependence::focus(&spec, focused, &label), 0.0, 0.0);
        out.push((name, scene, plain.clone()));
    }
    let spec = dependence_spec(c, marker(c, "Cholesterol"), 470.0, 218.0, &[]);
    let small_pane = dependence::Spec { margins: false, smooth: false, ..spec };
    let interaction =
        dependence::Spec { compact: false, title_y: Some("Interaction with age"), ..small_pane.clone() };
    out.push(("interaction", dependence::draw(&interaction), plain.clone()));
    let inspector = dependence::Spec { width: 296.0, height: 180.0, ..small_pane };
    out.push(("dependence-inspector", dependence::draw(&inspector), plain.clone()));
    out.push(("small", small::draw(&small_spec(c, 472.0)), plain.clone()));
    out.push(("small-390", small::draw(&small_spec(c, 390.0)), plain.clone()));
    let texts: Vec<Option<String>> = c.markers.iter().map(|m| measured(m, 94)).collect();
    let counts: Vec<Vec<usize>> = c.markers.iter().map(level_counts).collect();
    for (name, width, patient) in
        [("waterfall", 723.0, 94), ("waterfall-390", 390.0, 94), ("waterfall-560", 560.0, 94)]
    {
        let spec = waterfall_spec(c, &texts, &counts, patient, width);
        out.push((name, waterfall::draw(&spec).stack(waterfall::key(&spec)), plain.clone()));
    }
    let names: Vec<String> = ["A low", "B middle", "C high"].map(String::from).to_vec();
    let map_spec = map_spec(c, &names, chosen, 452.0, 384.0);
    let mut scene = with(map::draw(&map_spec), picked);
    scene.place(
        map::lasso(
            &map_spec,
            &[[300.0, 80.0], [380.0, 60.0], [436.0, 150.0], [380.0, 300.0], [290.0, 240.0]],
            "lasso: 33 patients",
        ),
        0.0,
        0.0,
    );
    out.push(("map", scene, plain.clone()));
    out.push(("map-wide", map::draw(&self::map_spec(c, &names, none, 900.0, 420.0)), plain.clone()));
    out.extend(clusters(c, &names));
    out.extend(rail(c, &passes));
    out.extend(checks(c));
    out
}

fn crowded(c: &Cohort) -> Vec<Figure> {
    let none = Emphasis::default();
    let names: Vec<String> = ["A low", "B middle", "C high"].map(String::from).to_vec();
    let m = marker(c, "Urine copper");
    let thresholds = thresholds(m);
    vec![
        ("crowd-ranked", ranked::draw(&ranked_spec(c, 944.0, none)), Vec::new()),
        ("crowd-dependence", dependence::draw(&dependence_spec(c, m, 944.0, 446.0, &thresholds)), Vec::new()),
        ("crowd-map", map::draw(&map_spec(c, &names, none, 452.0, 384.0)), Vec::new()),
    ]
}

fn marker<'a>(c: &'a Cohort, name: &str) -> &'a Marker {
    c.markers.iter().find(|m| m.name == name).unwrap_or(&c.markers[0])
}

fn ranked_spec<'a>(c: &'a Cohort, width: f64, emphasis: Emphasis<'a>) -> ranked::Spec<'a> {
    let rows = c
        .markers
        .iter()
        .enumerate()
        .map(|(i, m)| ranked::Row {
            feature: m.feature,
            name: m.name,
            unit: m.unit,
            group: m.group,
            rank: i as u32 + 1,
            rank_interval: Some([(i as u32).max(1), if i < 2 { i as u32 + 1 } else { i as u32 + 3 }]),
            importance: m.importance,
            interval: Some([m.importance * 0.9, m.importance * 1.08]),
            direction: m.direction(),
            phi: &m.phi,
            values: &m.values,
            kind: m.kind(),
            of_all: None,
            crowd: &[],
        })
        .collect();
    ranked::Spec {
        width,
        compact: width < 640.0,
        patients: &c.patients,
        rows,
        scale: SCALE,
        sides: "left lowers risk, right raises it",
        domain: None,
        focused: Some(c.markers[0].feature),
        emphasis,
        marks: ranked::Marks::Dots,
        room: 0.0,
        provisional: false,
    }
}

fn thresholds(m: &Marker) -> Vec<(f64, f64)> {
    let mut seen: Vec<f64> = m.values.iter().copied().filter(|v| !v.is_nan()).collect();
    seen.sort_by(f64::total_cmp);
    seen.dedup();
    seen.iter().step_by(2).enumerate().map(|(i, v)| (*v, ((i * 7919) % 23 + 1) as f64)).collect()
}

fn dependence_spec<'a>(
    c: &'a Cohort,
    m: &'a Marker,
    width: f64,
    height: f64,
    thresholds: &'a [(f64, f64)],
) -> dependence::Spec<'a> {
    let by = marker(c, "Age");
    dependence::Spec {
        width,
        height,
        compact: width < 640.0,
        patients: &c.patients,
        name: m.name,
        unit: m.unit,
        values: &m.values,
        n_missing: None,
        kind: m.kind(),
        phi: &m.phi,
        scale: SCALE,
        title_y: None,
        margins: true,
        sides: ["raises risk", "lowers risk"],
        domain: None,
        log: None,
        smooth: true,
        thresholds,
        colour: Some(dependence::ColourBy {
            name: by.name,
            unit: by.unit,
            values: &by.values,
            kind: by.kind(),
        }),
        emphasis: Emphasis::default(),
    }
}

fn small_spec(c: &Cohort, width: f64) -> small::Spec<'_> {
    let panel = |m: &'static str| {
        let m = marker(c, m);
        small::Panel {
            feature: m.feature,
            name: m.name,
            importance: m.importance,
            values: &m.values,
            kind: m.kind(),
            phi: &m.phi,
        }
    };
    small::Spec {
        width,
        compact: width < 640.0,
        patients: &c.patients,
        panels: ["Age", "Albumin", "Histologic stage", "Platelets", "Urine copper", "Prothrombin time"]
            .map(panel)
            .to_vec(),
        domain: None,
        emphasis: Emphasis::default(),
    }
}

fn measured(m: &Marker, i: usize) -> Option<String> {
    (!m.values[i].is_nan()).then(|| m.kind().text(m.values[i]))
}

fn level_counts(m: &Marker) -> Vec<usize> {
    (0..m.levels.len()).map(|l| m.values.iter().filter(|v| **v == l as f64).count()).collect()
}

fn waterfall_spec<'a>(
    c: &'a Cohort,
    texts: &'a [Option<String>],
    counts: &'a [Vec<usize>],
    i: usize,
    width: f64,
) -> waterfall::Spec<'a> {
    let rows = c
        .markers
        .iter()
        .zip(texts)
        .zip(counts)
        .enumerate()
        .map(|(k, ((m, text), counts))| {
            // A few gaps, to show them.
            let gone = k % 6 == 4;
            waterfall::Row {
                feature: m.feature,
                name: m.name,
                unit: if m.levels.is_empty() { m.unit } else { "" },
                measured: text.as_deref().filter(|_| !gone),
                phi: m.phi[i],
                changed: false,
                outside: None,
                position: match text {
                    _ if gone => waterfall::Position::Missing { others: 50 },
                    None => waterfall::Position::Missing { others: 39 },
                    Some(_) if m.levels.is_empty() => {
                        waterfall::Position::Number { value: m.values[i], cohort: &m.values }
                    }
                    Some(_) => waterfall::Position::Level { level: m.values[i] as usize, counts },
                },
            }
        })
        .collect();
    waterfall::Spec {
        width,
        compact: width < 520.0,
        patient: "PBC095",
        rows,
        top: if width < 520.0 { 11 } else { 20 },
        start: -0.157,
        start_label: "Reference: mean of training patients",
        end: c.margin[i],
        end_label: "This patient",
        scale: SCALE,
        n_cohort: c.patients.len(),
        focused: Some(c.markers[2].feature),
    }
}

fn map_spec<'a>(
    c: &'a Cohort,
    names: &'a [String],
    emphasis: Emphasis<'a>,
    width: f64,
    height: f64,
) -> map::Spec<'a> {
    map::Spec {
        width,
        height,
        compact: false,
        patients: &c.patients,
        points: &c.points,
        clusters: &c.clusters,
        names,
        out: None,
        sizes: None,
        of: "attributions",
        axes: Some([(0.52, "bilirubin, then age"), (0.21, "age")]),
        method: "PCA",
        values: None,
        emphasis,
    }
}

fn clusters(c: &Cohort, names: &[String]) -> Vec<Figure> {
    let letters: Vec<String> = ["A", "B", "C"].map(String::from).to_vec();
    let of = |m: &Marker, k: u32| -> (f64, String) {
        let rows: Vec<usize> = (0..c.patients.len()).filter(|&i| c.clusters[i] == k).collect();
        let phi = rows.iter().map(|&i| m.phi[i]).sum::<f64>() / rows.len() as f64;
        let mut values: Vec<f64> = rows.iter().map(|&i| m.values[i]).filter(|v| !v.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        (phi, number::plain(quantile_sorted(&values, 0.5)))
    };
    let data: Vec<(Vec<f64>, Vec<String>)> =
        c.markers.iter().map(|m| (0..3).map(|k| of(m, k)).unzip()).collect();
    let rows: Vec<profile::Row> = c
        .markers
        .iter()
        .zip(&data)
        .map(|(m, (means, typical))| profile::Row { feature: m.feature, name: m.name, means, typical })
        .collect();
    let spec = |width: f64| profile::Spec {
        width,
        compact: width < 420.0,
        clusters: &letters,
        out: None,
        rows: rows.clone(),
        focused: Some(FeatureId(1)),
    };
    let widths: Vec<f64> = c
        .points
        .iter()
        .enumerate()
        .map(|(i, p)| (0.3 + 0.35 * p[0].abs() - 0.002 * i as f64).min(0.6))
        .collect();
    let silhouette = silhouette::Spec {
        width: 164.0,
        height: 258.0,
        patients: &c.patients,
        clusters: &c.clusters,
        names: &letters,
        widths: &widths,
    };
    let by_k =
        silhouette::ByK { width: 176.0, height: 130.0, means: &[0.40, 0.27, 0.22, 0.2, 0.235, 0.22], k: 3 };
    let jaccard = interval::Spec {
        width: 176.0,
        title: "Bootstrap Jaccard, 200 runs",
        rows: letters
            .iter()
            .enumerate()
            .map(|(k, name)| interval::Row {
                label: name,
                estimate: 0.86 + 0.06 * k as f64,
                interval: Some([0.39 + 0.25 * k as f64, 1.0]),
                strong: false,
                cluster: Some(k as u32),
            })
            .collect(),
        domain: [0.0, 1.0],
        reference: Some(0.75),
        marks: interval::Marks::Bars,
        decimals: 2,
    };
    let _ = names;
    vec![
        ("profile", profile::draw(&spec(600.0)), Vec::new()),
        ("profile-390", profile::draw(&spec(390.0)), Vec::new()),
        ("silhouette", silhouette::draw(&silhouette), Vec::new()),
        ("silhouette-by-k", silhouette::draw_by_k(&by_k), Vec::new()),
        ("jaccard", interval::draw(&jaccard), Vec::new()),
    ]
}

fn rail(c: &Cohort, passes: &[bool]) -> Vec<Figure> {
    let bilirubin = marker(c, "Bilirubin");
    let stage = marker(c, "Histologic stage");
    let bins = histogram::Bins::new(&bilirubin.values);
    let spec = histogram::Spec { width: 175.0, name: "Bilirubin", bins: &bins, passes: None, brush: None };
    let brushed = histogram::Spec { passes: Some(passes), brush: Some([1.7, 7.5]), ..spec };
    let mut scene = histogram::draw(&brushed);
    scene.place(histogram::brush(&brushed), 0.0, 0.0);
    let levels = histogram::LevelsSpec {
        width: 175.0,
        name: "Stage",
        levels: &stage.levels,
        values: &stage.values,
        passes: Some(passes),
        chosen: None,
        clusters: false,
        out: None,
    };
    let letters: Vec<String> = ["A", "B", "C"].map(String::from).to_vec();
    let codes: Vec<f64> = c.clusters.iter().map(|k| f64::from(*k)).collect();
    let by_cluster =
        histogram::LevelsSpec { levels: &letters, values: &codes, passes: None, clusters: true, ..levels };
    vec![
        ("histogram", histogram::draw(&spec), Vec::new()),
        ("histogram-brushed", scene, Vec::new()),
        ("levels", histogram::draw_levels(&levels), Vec::new()),
        ("levels-clusters", histogram::draw_levels(&by_cluster), Vec::new()),
    ]
}

fn checks(c: &Cohort) -> Vec<Figure> {
    let missing: Vec<Vec<bool>> =
        c.markers.iter().map(|m| m.values.iter().map(|v| v.is_nan()).collect()).collect();
    let rows: Vec<missingness::Row> = c
        .markers
        .iter()
        .zip(&missing)
        .map(|(m, missing)| {
            let share = missing.iter().filter(|m| **m).count() as f64 / missing.len() as f64;
            let shares = vec![number::percent(share), number::percent(share * 0.93)];
            missingness::Row { feature: m.feature, name: m.name, missing, shares }
        })
        .collect();
    let strip = |width: f64| missingness::Spec {
        width,
        compact: width < 480.0,
        patients: &c.patients,
        columns: "One column per patient, PBC004 to PBC418",
        rows: rows.clone(),
        heads: &["test", "train"],
    };
    let errors: Vec<f64> = c.margin.iter().map(|m| m.abs() * 4e-7 + 1e-9).collect();
    let additivity =
        additivity::Spec { width: 380.0, patients: &c.patients, errors: &errors, tolerance: 1e-5 };
    let c_index = interval::Spec {
        width: 380.0,
        title: "C-index with 95 % bootstrap interval",
        rows: vec![
            interval::Row {
                label: "Test",
                estimate: 0.839,
                interval: Some([0.79, 0.89]),
                strong: true,
                cluster: None,
            },
            interval::Row {
                label: "Training",
                estimate: 0.940,
                interval: Some([0.92, 0.96]),
                strong: false,
                cluster: None,
            },
        ],
        domain: [0.5, 1.0],
        reference: None,
        marks: interval::Marks::Points,
        decimals: 3,
    };
    vec![
        ("missingness", missingness::draw(&strip(560.0)).stack(missingness::key(&strip(560.0))), Vec::new()),
        ("missingness-390", missingness::draw(&strip(390.0)), Vec::new()),
        ("additivity", additivity::draw(&additivity), Vec::new()),
        ("c-index", interval::draw(&c_index), Vec::new()),
    ]
}
