//! An invented cohort: 145 patients, 17 measurements with the shapes, gaps and ties that real ones have.

use clarimark::ids::{FeatureId, RowId};
use clarimark::math::{Rng, exp, mean, spearman};
use clarimark::plot::chart::Kind;

/// One invented biomarker.
pub(crate) struct Marker {
    pub(crate) feature: FeatureId,
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) group: &'static str,
    pub(crate) levels: Vec<String>,
    pub(crate) ordered: bool,
    pub(crate) values: Vec<f64>,
    pub(crate) phi: Vec<f64>,
    pub(crate) importance: f64,
}

impl Marker {
    pub(crate) fn kind(&self) -> Kind<'_> {
        if self.levels.is_empty() {
            Kind::Number
        } else {
            Kind::Levels { names: &self.levels, ordered: self.ordered }
        }
    }

    pub(crate) fn direction(&self) -> Option<f64> {
        self.kind().has_order().then(|| spearman(&self.values, &self.phi)).flatten()
    }
}

pub(crate) struct Cohort {
    pub(crate) patients: Vec<RowId>,
    pub(crate) markers: Vec<Marker>,
    pub(crate) clusters: Vec<u32>,
    pub(crate) points: Vec<[f64; 2]>,
    pub(crate) margin: Vec<f64>,
}

fn normal(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.uniform()).sum::<f64>() - 6.0
}

/// A staircase like a sum of shallow trees.
fn steps(x: f64, rise: f64, sharp: f64) -> f64 {
    let smooth = rise * (2.0 / (1.0 + exp(-sharp * x)) - 1.0);
    (smooth * 12.0).round() / 12.0
}

pub(crate) fn cohort(n: usize, seed: u64) -> Cohort {
    let mut rng = Rng::new(seed);
    let severity: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
    let basic: Vec<bool> = (0..n).map(|i| i >= n * 73 / 100).collect();
    type Row = (&'static str, &'static str, &'static str, f64, f64, f64, f64, bool);
    // name, unit, group, centre (log), spread (log), tie to severity, effect, only in the trial
    let numbers: [Row; 11] = [
        ("Bilirubin", "mg/dL", "Liver function", 0.4, 0.9, 0.8, 0.95, false),
        ("Age", "years", "Demographic", 3.9, 0.21, 0.1, 0.62, false),
        ("Albumin", "g/dL", "Liver function", 1.25, 0.12, -0.6, -0.33, false),
        ("Platelets", "10³/µL", "Blood count", 5.5, 0.4, -0.3, -0.3, false),
        ("Urine copper", "µg/day", "Metabolism", 4.3, 0.8, 0.5, 0.27, true),
        ("Prothrombin time", "s", "Liver function", 2.37, 0.08, 0.4, 0.23, false),
        ("AST", "U/mL", "Enzyme", 4.75, 0.45, 0.4, 0.2, true),
        ("Cholesterol", "mg/dL", "Metabolism", 5.75, 0.45, 0.3, 0.2, true),
        ("Triglycerides", "mg/dL", "Metabolism", 4.75, 0.4, 0.3, 0.12, true),
        ("Alk. phosphatase", "U/L", "Enzyme", 7.2, 0.7, 0.2, 0.05, true),
        ("Serum hyaluronan, immunoturbidimetric", "ng/mL", "Metabolism", 4.0, 1.0, 0.6, 0.03, false),
    ];
    let mut markers = Vec::new();
    for (name, unit, group, centre, spread, tie, effect, trial) in numbers {
        let mut values = Vec::new();
        let mut phi = Vec::new();
        for i in 0..n {
            let z = tie * severity[i] + (1.0 - tie * tie).sqrt() * normal(&mut rng);
            let extra = name == "Cholesterol" && rng.uniform() < 0.08;
            let gone = (trial && basic[i]) || extra;
            let raw = exp(centre + spread * z);
            let unit = if raw < 20.0 { 10.0 } else { 1.0 };
            values.push(if gone { f64::NAN } else { (raw * unit).round() / unit });
            let other = 0.12 * effect * severity[(i + 1) % n] + 0.05 * effect * normal(&mut rng);
            let own = if gone { 0.03 * normal(&mut rng) } else { steps(z, effect, 1.8) };
            phi.push(own + other - 0.05 * effect);
        }
        markers.push((name, unit, group, Vec::new(), false, values, phi));
    }
    type Levels =
        (&'static str, &'static str, &'static str, &'static [&'static str], bool, [f64; 3], f64, bool);
    // name, unit, group, levels, ordered, cuts, effect, only in the trial
    let levels: [Levels; 6] = [
        ("Histologic stage", "1–4", "Histology", &["1", "2", "3", "4"], true, [-1.6, -0.5, 0.6], 0.3, false),
        ("Ascites", "yes / no", "Clinical sign", &["no", "yes"], true, [1.6, 9.0, 9.0], 0.55, true),
        ("Hepatomegaly", "yes / no", "Clinical sign", &["no", "yes"], true, [0.0, 9.0, 9.0], 0.08, true),
        (
            "Edema",
            "3 levels",
            "Clinical sign",
            &["none", "treated", "resistant"],
            false,
            [1.2, 1.9, 9.0],
            0.1,
            false,
        ),
        (
            "Treatment",
            "arm",
            "Treatment",
            &["D-penicillamine", "placebo"],
            false,
            [0.0, 9.0, 9.0],
            0.006,
            true,
        ),
        ("Sex", "f / m", "Demographic", &["f", "m"], false, [1.2, 9.0, 9.0], -0.02, false),
    ];
    for (name, unit, group, names, ordered, cuts, effect, trial) in levels {
        let mut values = Vec::new();
        let mut phi = Vec::new();
        for i in 0..n {
            let z = 0.6 * severity[i] + 0.8 * normal(&mut rng);
            let code = cuts.iter().filter(|c| z > **c).count() as f64;
            let gone = (trial && basic[i]) || (name == "Histologic stage" && i % 50 == 7);
            values.push(if gone { f64::NAN } else { code });
            let centred = code - 0.6 * (names.len() - 1) as f64;
            let own = if gone { 0.0 } else { effect * centred };
            phi.push(own + 0.12 * effect * normal(&mut rng));
        }
        markers.push((name, unit, group, names.iter().map(|s| (*s).into()).collect(), ordered, values, phi));
    }
    let mut markers: Vec<Marker> = markers
        .into_iter()
        .enumerate()
        .map(|(f, (name, unit, group, levels, ordered, values, phi))| Marker {
            feature: FeatureId::of(f),
            importance: mean(&phi.iter().map(|v| v.abs()).collect::<Vec<_>>()),
            name,
            unit,
            group,
            levels,
            ordered,
            values,
            phi,
        })
        .collect();
    markers.sort_by(|a, b| b.importance.total_cmp(&a.importance));
    let margin: Vec<f64> = (0..n).map(|i| markers.iter().map(|m| m.phi[i]).sum::<f64>() - 0.157).collect();
    let points: Vec<[f64; 2]> = (0..n)
        .map(|i| {
            let of = |name: &str| markers.iter().find(|m| m.name == name).map_or(0.0, |m| m.phi[i]);
            [
                of("Bilirubin") + 0.5 * of("Albumin") + 0.4 * of("Urine copper"),
                of("Age") - 0.2 * of("Platelets"),
            ]
        })
        .collect();
    let clusters = points
        .iter()
        .map(|p| match p {
            [x, _] if *x > 0.35 => 2,
            [_, y] if *y > 0.0 => 1,
            _ => 0,
        })
        .collect();
    Cohort { patients: (0..n).map(RowId::of).collect(), markers, clusters, points, margin }
}
