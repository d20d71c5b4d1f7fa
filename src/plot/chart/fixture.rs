//! A few invented patients and what every chart makes of them, for the tests that hold for all charts.

use super::{
    Emphasis, Kind, additivity, curve, decision, dependence, force, histogram, interval, map, missingness,
    pairs, profile, ranked, silhouette, small, survival, waterfall,
};
use crate::ids::{FeatureId, RowId};
use crate::math::Rng;
use crate::plot::Scene;

/// Names that must survive every exporter.
pub(in crate::plot) const NAMES: [&str; 3] = ["Bilirubin", "<script>alert(1)</script>", "Stage & \"grade\""];

/// Patients with two measurements and one finding.
pub(in crate::plot) struct Fixture {
    pub(in crate::plot) patients: Vec<RowId>,
    pub(in crate::plot) values: [Vec<f64>; 3],
    pub(in crate::plot) phi: [Vec<f64>; 3],
    pub(in crate::plot) levels: Vec<String>,
    pub(in crate::plot) clusters: Vec<u32>,
    pub(in crate::plot) points: Vec<[f64; 2]>,
    pub(in crate::plot) names: Vec<String>,
    pub(in crate::plot) steps: [Vec<crate::evaluate::Step>; 3],
}

impl Fixture {
    pub(in crate::plot) fn new(n: usize) -> Self {
        let mut rng = Rng::new(n as u64 + 1);
        let mut draw = |scale: f64| (0..n).map(|_| (rng.uniform() - 0.4) * scale).collect::<Vec<f64>>();
        let phi = [draw(3.0), draw(0.8), draw(0.2)];
        let first = phi[0].iter().map(|p| crate::math::exp(p * 1.5)).collect();
        // Every fourth patient has no second measurement.
        let second = draw(40.0)
            .into_iter()
            .enumerate()
            .map(|(i, v)| if i % 4 == 3 { f64::NAN } else { 60.0 + v })
            .collect();
        let finding = (0..n).map(|i| (i % 3) as f64).collect();
        Fixture {
            patients: (0..n).map(RowId::of).collect(),
            points: phi[0].iter().zip(&phi[1]).map(|(a, b)| [*a, *b]).collect(),
            clusters: phi[0].iter().map(|p| u32::from(*p > 0.3)).collect(),
            values: [first, second, finding],
            steps: [0, 1, 2].map(|g| {
                let own = |i: &usize| i % 3 == g;
                let time: Vec<f64> = (0..n).filter(own).map(|i| 1.0 + (i * 7 % 19) as f64).collect();
                let event: Vec<bool> = (0..n).filter(own).map(|i| i % 4 != 1).collect();
                crate::evaluate::kaplan_meier(&time, &event)
            }),
            phi,
            levels: ["none", "some", "much"].map(String::from).to_vec(),
            names: ["A low", "B high"].map(String::from).to_vec(),
        }
    }

    pub(in crate::plot) fn kind(&self, f: usize) -> Kind<'_> {
        if f == 2 { Kind::Levels { names: &self.levels, ordered: true } } else { Kind::Number }
    }

    pub(in crate::plot) fn ranked(&self, width: f64) -> ranked::Spec<'_> {
        let rows = (0..3)
            .map(|f| ranked::Row {
                feature: FeatureId::of(f),
                name: NAMES[f],
                unit: ["mg/dL", "years", ""][f],
                group: "Liver",
                rank: f as u32 + 1,
                rank_interval: Some([1, f as u32 + 1]),
                importance: [0.781, 0.436, 0.05][f],
                interval: Some([[0.72, 0.84], [0.38, 0.5], [0.04, 0.06]][f]),
                direction: [Some(0.93), Some(-0.4), None][f],
                phi: &self.phi[f],
                values: &self.values[f],
                kind: self.kind(f),
                of_all: None,
                crowd: &[],
            })
            .collect();
        ranked::Spec {
            width,
            compact: width < super::COMPACT_BELOW,
            patients: &self.patients,
            rows,
            scale: "log hazard ratio",
            sides: "left lowers risk, right raises it",
            domain: None,
            focused: Some(FeatureId(0)),
            emphasis: Emphasis::default(),
            provisional: false,
            marks: ranked::Marks::Dots,
            room: 0.0,
        }
    }

    pub(in crate::plot) fn dependence(&self, f: usize, width: f64) -> dependence::Spec<'_> {
        dependence::Spec {
            width,
            height: 440.0,
            compact: width < super::COMPACT_BELOW,
            patients: &self.patients,
            name: NAMES[f],
            unit: "mg/dL",
            values: &self.values[f],
            n_missing: None,
            kind: self.kind(f),
            phi: &self.phi[f],
            scale: "log hazard ratio",
            title_y: None,
            margins: true,
            sides: ["raises risk", "lowers risk"],
            domain: None,
            log: None,
            smooth: true,
            thresholds: &[(1.0, 4.0), (2.0, 1.0)],
            colour: Some(dependence::ColourBy {
                name: NAMES[1],
                unit: "years",
                values: &self.values[1],
                kind: Kind::Number,
            }),
            emphasis: Emphasis::default(),
        }
    }

    pub(in crate::plot) fn map(&self, width: f64) -> map::Spec<'_> {
        map::Spec {
            width,
            height: 380.0,
            compact: width < super::COMPACT_BELOW,
            patients: &self.patients,
            points: &self.points,
            clusters: &self.clusters,
            out: None,
            sizes: None,
            names: &self.names,
            of: "attributions",
            axes: Some([(0.52, "bilirubin"), (0.21, "<script>")]),
            method: "",
            values: None,
            emphasis: Emphasis::default(),
        }
    }

    pub(in crate::plot) fn waterfall(&self, i: usize, width: f64, top: usize) -> waterfall::Spec<'_> {
        let rows = (0..3)
            .map(|f| waterfall::Row {
                feature: FeatureId::of(f),
                name: NAMES[f],
                unit: "",
                measured: (!self.values[f][i].is_nan()).then_some("17.4"),
                phi: self.phi[f][i],
                changed: f == 1,
                outside: (f == 0).then_some(waterfall::Side::Above),
                position: match self.values[f][i] {
                    v if v.is_nan() => waterfall::Position::Missing { others: 3 },
                    v if f == 2 => waterfall::Position::Level { level: v as usize, counts: &[4, 0, 5] },
                    value => waterfall::Position::Number { value, cohort: &self.values[f] },
                },
            })
            .collect();
        waterfall::Spec {
            width,
            compact: width < super::COMPACT_BELOW,
            patient: "PBC095",
            rows,
            top,
            start: -0.16,
            start_label: "Reference: mean of training patients",
            end: -0.16 + self.phi.iter().map(|p| p[i]).sum::<f64>(),
            end_label: "This patient",
            scale: "log hazard ratio",
            n_cohort: self.patients.len(),
            focused: None,
        }
    }

    pub(in crate::plot) fn decision(&self, i: usize, width: f64) -> decision::Spec<'_> {
        let others = (0..self.patients.len()).filter(|p| *p != i).map(|p| (p, decision::Look::Context));
        decision::Spec {
            width,
            compact: width < super::COMPACT_BELOW,
            rows: (0..2)
                .map(|f| decision::Row { feature: FeatureId::of(f), name: NAMES[f], measured: "17.4 mg/dL" })
                .collect(),
            n_others: 1,
            start: -0.16,
            lines: others
                .chain([(i, decision::Look::Beside), (i, decision::Look::Focus)])
                .map(|(p, look)| decision::Line {
                    patient: self.patients[p],
                    id: "<PBC>",
                    phi: vec![self.phi[0][p], self.phi[1][p]],
                    rest: self.phi[2][p],
                    look,
                })
                .collect(),
            scale: "log hazard ratio",
            focused: Some(FeatureId(1)),
        }
    }

    pub(in crate::plot) fn force(&self, i: usize, width: f64) -> force::Spec<'_> {
        let row = |f: usize| force::Row {
            feature: FeatureId::of(f),
            name: NAMES[f],
            measured: if f == 1 { "missing".into() } else { "17.4 mg/dL".into() },
            phi: self.phi[f][i],
        };
        force::Spec {
            width,
            patient: "<PBC>",
            rows: (0..3).map(row).collect(),
            start: -0.16,
            end: -0.16 + self.phi.iter().map(|p| p[i]).sum::<f64>(),
            scale: "log hazard ratio",
            focused: Some(FeatureId(2)),
        }
    }

    /// Every chart at one width.
    pub(in crate::plot) fn survival(&self, width: f64) -> survival::Spec<'_> {
        use survival::{Group, Look};
        let looks = [Look::Cluster(0), Look::Ordered(0.7), Look::Plain(1)];
        survival::Spec {
            width,
            height: 300.0,
            word: "died",
            unit: "years",
            measure: survival::Measure::Survival,
            groups: (0..3).map(|g| Group { name: NAMES[g], look: looks[g], steps: &self.steps[g] }).collect(),
            verdict: "Not a valid test: the model saw these outcomes. It was fitted on 12 of 40.",
            tested: false,
        }
    }

    pub(in crate::plot) fn curve(&self, width: f64) -> curve::Spec<'_> {
        let points: Vec<[f64; 2]> = (0..=20).map(|i| f64::from(i) / 20.0).map(|t| [t, t.sqrt()]).collect();
        let band = points.iter().map(|p| [p[1] - 0.1, p[1] + 0.1]).collect();
        let point = |at: f64| curve::Point { at: [at, at], interval: Some([at - 0.2, at + 0.2]), n: 10 };
        curve::Spec {
            width,
            height: 300.0,
            title: "Calibration",
            description: "Observed against predicted.",
            axes: ["Predicted probability of the outcome by the horizon", "Observed share of patients"],
            domain: [[0.0, 1.0]; 2],
            reference: vec![[0.0, 0.0], [1.0, 1.0]],
            lines: vec![
                curve::Line { name: NAMES[1], points: points.clone(), band, strong: true },
                curve::Line { name: NAMES[2], points, band: Vec::new(), strong: false },
            ],
            points: [0.1, 0.5, 0.95].map(point).to_vec(),
            marker: Some(([0.98, 0.1], "cutoff 0.98")),
        }
    }

    pub(in crate::plot) fn all(&self, width: f64) -> Vec<(&'static str, Scene)> {
        let compact = width < super::COMPACT_BELOW;
        let letters: Vec<String> = ["A", "B"].map(String::from).to_vec();
        let typical = ["0.8".to_owned(), "<5".to_owned()];
        let missing: Vec<Vec<bool>> =
            self.values.iter().map(|v| v.iter().map(|v| v.is_nan()).collect()).collect();
        let widths: Vec<f64> = self.points.iter().map(|p| p[1]).collect();
        let errors: Vec<f64> = self.phi[0].iter().map(|p| p.abs() * 1e-7).collect();
        let passes: Vec<bool> = self.clusters.iter().map(|c| *c == 1).collect();
        let panels = (0..3).map(|f| small::Panel {
            feature: FeatureId::of(f),
            name: NAMES[f],
            importance: 0.4,
            values: &self.values[f],
            kind: self.kind(f),
            phi: &self.phi[f],
        });
        let profile_rows = (0..3).map(|f| profile::Row {
            feature: FeatureId::of(f),
            name: NAMES[f],
            means: &[-0.5, 0.25],
            typical: &typical,
        });
        let missing_rows = missing.iter().enumerate().map(|(f, missing)| missingness::Row {
            feature: FeatureId::of(f),
            name: NAMES[f],
            missing,
            shares: vec!["0".into(), "25 %".into()],
        });
        let bins = histogram::Bins::new(&self.values[0]);
        let histogram = histogram::Spec {
            width,
            name: NAMES[1],
            bins: &bins,
            passes: Some(&passes),
            brush: Some([0.5, 2.0]),
        };
        vec![
            ("ranked", ranked::draw(&self.ranked(width))),
            ("violin", ranked::draw(&ranked::Spec { marks: ranked::Marks::Violin, ..self.ranked(width) })),
            ("dependence", dependence::draw(&self.dependence(0, width))),
            ("dependence missing", dependence::draw(&self.dependence(1, width))),
            ("dependence levels", dependence::draw(&self.dependence(2, width))),
            (
                "dependence plain",
                dependence::draw(&dependence::Spec {
                    margins: false,
                    thresholds: &[],
                    title_y: Some("Interaction with age"),
                    ..self.dependence(1, width)
                }),
            ),
            ("focus", dependence::focus(&self.dependence(0, width), RowId(0), "<PBC>")),
            ("map", map::draw(&self.map(width))),
            (
                "lasso",
                map::lasso(&self.map(width), &[[50.0, 50.0], [90.0, 60.0], [70.0, 99.0]], "3 patients"),
            ),
            ("waterfall", waterfall::draw(&self.waterfall(0, width, 10))),
            ("decision", decision::draw(&self.decision(0, width))),
            ("force", force::draw(&self.force(0, width))),
            ("force missing", force::draw(&self.force(3, width))),
            (
                "pairs",
                pairs::draw(&pairs::Spec {
                    width,
                    patient: "<PBC>",
                    features: (0..3).map(FeatureId::of).collect(),
                    names: NAMES.to_vec(),
                    matrix: &[0.5, -0.1, 0.0, -0.1, 1.2, 0.02, 0.0, 0.02, -0.3],
                    scale: "log hazard ratio",
                }),
            ),
            ("waterfall others", waterfall::draw(&self.waterfall(3, width, 1))),
            (
                "small",
                small::draw(&small::Spec {
                    width,
                    compact,
                    patients: &self.patients,
                    panels: panels.collect(),
                    domain: None,
                    emphasis: Emphasis::default(),
                }),
            ),
            (
                "profile",
                profile::draw(&profile::Spec {
                    width,
                    compact,
                    clusters: &letters,
                    out: None,
                    rows: profile_rows.collect(),
                    focused: Some(FeatureId(1)),
                }),
            ),
            (
                "missingness",
                missingness::draw(&missingness::Spec {
                    width,
                    compact,
                    patients: &self.patients,
                    columns: "One column per patient",
                    rows: missing_rows.collect(),
                    heads: &["test", "train"],
                }),
            ),
            (
                "silhouette",
                silhouette::draw(&silhouette::Spec {
                    width,
                    height: 260.0,
                    patients: &self.patients,
                    clusters: &self.clusters,
                    names: &letters,
                    widths: &widths,
                }),
            ),
            (
                "silhouette by k",
                silhouette::draw_by_k(&silhouette::ByK { width, height: 130.0, means: &[0.4, 0.27], k: 3 }),
            ),
            ("histogram", histogram::draw(&histogram)),
            ("brush", histogram::brush(&histogram)),
            (
                "levels",
                histogram::draw_levels(&histogram::LevelsSpec {
                    width,
                    name: "Stage",
                    levels: &self.levels,
                    values: &self.values[2],
                    passes: Some(&passes),
                    chosen: None,
                    clusters: false,
                    out: None,
                }),
            ),
            (
                "additivity",
                additivity::draw(&additivity::Spec {
                    width,
                    patients: &self.patients,
                    errors: &errors,
                    tolerance: 1e-5,
                }),
            ),
            ("survival", survival::draw(&self.survival(width))),
            ("curve", curve::draw(&self.curve(width))),
            (
                "interval",
                interval::draw(&interval::Spec {
                    width,
                    title: "C-index",
                    rows: vec![interval::Row {
                        label: "Test",
                        estimate: 0.84,
                        interval: Some([0.79, 0.89]),
                        strong: true,
                        cluster: None,
                    }],
                    domain: [0.5, 1.0],
                    reference: Some(0.75),
                    marks: interval::Marks::Points,
                    decimals: 3,
                }),
            ),
        ]
    }
}
