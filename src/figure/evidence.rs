//! How good the model is on the explained patients: for a yes-or-no outcome and for a time to an event at a horizon.

use super::{Figure, Sheet};
use crate::ensemble::Link;
use crate::evaluate::cutoff::{Confusion, Cutoffs, auc_delong, average_precision_interval, brier};
use crate::evaluate::survival::{self, Baseline, CalibrationAt, calibration_at};
use crate::evaluate::test_of_outcomes::unseen;
use crate::evaluate::{Fit, Interval, bootstrap, calibration, concordance_interval, fit};
use crate::ids::RowId;
use crate::math::sigmoid;
use crate::plot::chart::{Table, curve as chart};
use crate::plot::number::{fixed, percent, plain};
use crate::session::Analysis;
use crate::study::{Outcome, SplitRole};

/// Events below which performance is little more than a guess.
const FEW_EVENTS: usize = 10;
/// Patients times resamples that an interval may cost.
const EFFORT: usize = 400_000;
/// Equal parts of the patients that calibration at a horizon compares.
const BANDS: usize = 5;

/// The patients behind the numbers.
struct Patients {
    /// Rows of the table.
    rows: Vec<usize>,
    margin: Vec<f64>,
    roles: Vec<SplitRole>,
}

impl Patients {
    fn of(a: &Analysis, passes: Option<&[bool]>, known: impl Fn(usize) -> bool) -> Self {
        let roles = a.study.split_roles();
        let chosen = (0..a.rows.len()).filter(|&i| passes.is_none_or(|p| p[i]));
        let rows: Vec<usize> = chosen.map(|i| a.rows[i].index()).filter(|&r| known(r)).collect();
        Patients {
            margin: rows.iter().map(|&r| a.all_margins[r]).collect(),
            roles: rows.iter().map(|&r| roles[r]).collect(),
            rows,
        }
    }

    /// Says so where the model may have seen these patients.
    fn unseen(&self) -> Vec<String> {
        let mut out = Vec::new();
        if unseen(&self.roles).is_err() {
            let seen = self.roles.iter().filter(|r| !matches!(r, SplitRole::Test | SplitRole::External));
            out.push(format!(
                "{} of {} patients are not marked test or external: the model may have seen their outcomes, and \
                 these numbers flatter it.",
                seen.count(),
                self.rows.len()
            ));
        }
        out
    }

    fn warnings(&self, n_events: usize) -> Vec<String> {
        let mut out = self.unseen();
        let rarer = n_events.min(self.rows.len() - n_events);
        if rarer < FEW_EVENTS {
            out.push(format!(
                "Only {rarer} of {} patients are on the rarer side of the outcome: too few for these numbers to \
                 settle anything.",
                self.rows.len()
            ));
        }
        out
    }
}

fn resamples(n: usize) -> usize {
    (EFFORT / n.max(1)).clamp(100, 1_000)
}

/// Discrimination, calibration and decisions at probability `cutoff`; None without a yes-or-no outcome or for a model
/// whose one output is no probability.
pub fn discrimination(
    a: &Analysis,
    cutoff: f64,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Option<Sheet> {
    let Outcome::Binary { labels, positive } = a.study.outcome() else { return None };
    if a.attributions.n_outputs != 1 || a.study.model.scale.link != Link::Logistic {
        return None;
    }
    let patients = Patients::of(a, passes, |r| labels[r].is_some());
    let label: Vec<bool> = patients.rows.iter().filter_map(|&r| labels[r]).collect();
    let probability: Vec<f64> = patients.margin.iter().map(|&m| sigmoid(m)).collect();
    let n_events = label.iter().filter(|l| **l).count();
    let cutoffs = Cutoffs::of(&label, &probability);
    let confusion = cutoffs.at(cutoff);
    let fit = calibration::calibration(&label, &patients.margin);
    let auc = auc_delong(&label, &patients.margin);
    let n_resamples = resamples(label.len());
    let precision = average_precision_interval(&label, &probability, n_resamples, 0);
    let scores = brier(&label, &probability);
    let brier_interval = |of: &dyn Fn((f64, Option<f64>)) -> Option<f64>| {
        bootstrap(scores.and_then(of)?, label.len(), n_resamples, 0, |counts| {
            let drawn = (0..counts.len()).flat_map(|i| std::iter::repeat_n(i, counts[i] as usize));
            let (y, p): (Vec<bool>, Vec<f64>) = drawn.map(|i| (label[i], probability[i])).unzip();
            brier(&y, &p).and_then(of)
        })
    };
    let mut measures = Measures::default();
    measures.add("AUC (DeLong)", auc);
    measures.add("Average precision (bootstrap)", precision);
    measures.add("Brier score (bootstrap)", brier_interval(&|b| Some(b.0)));
    measures.add("Scaled Brier score (bootstrap)", brier_interval(&|b| b.1));
    measures.add("Calibration slope", fit.slope);
    measures.add("Calibration in the large", fit.intercept);
    measures.add("Observed to expected", fit.observed_to_expected);
    let at = |name: &str| format!("{name} at {}", plain(cutoff));
    measures.add(&at("Sensitivity"), confusion.sensitivity());
    measures.add(&at("Specificity"), confusion.specificity());
    measures.add(&at("Positive predictive value"), confusion.precision());
    measures.add(&at("Negative predictive value"), confusion.negative_predictive_value());
    measures.add(&at("Accuracy"), confusion.accuracy());

    let size = [width, height];
    let headline = match auc {
        Some(auc) => format!(
            "AUC {} ({} to {}) in {} patients, {n_events} {positive}.",
            fixed(auc.estimate, 3),
            fixed(auc.low, 3),
            fixed(auc.high, 3),
            label.len()
        ),
        None => format!("{} patients, {n_events} {positive}: too few to tell the two apart.", label.len()),
    };
    let name = |(name, figure): (&str, Figure)| (name.to_string(), figure);
    Some(Sheet {
        headline,
        figures: [
            ("roc", roc(&cutoffs, auc, confusion, cutoff, size)),
            ("precision-recall", precision_recall(&cutoffs, precision, confusion, size)),
            ("calibration", calibration_curve(&fit, size)),
            ("net-benefit", decision(&cutoffs, cutoff, size)),
        ]
        .map(name)
        .into(),
        tables: vec![
            (format!("Called at {}", plain(cutoff)), confusion_table(&confusion, &positive)),
            ("Measures".into(), measures.0),
        ],
        warnings: patients.warnings(n_events),
        more: Vec::new(),
    })
}

/// Patients called right and wrong at a cutoff.
pub fn confusion_table(c: &Confusion, positive: &str) -> Table {
    let row = |name: String, a: u64, b: u64| vec![name, a.to_string(), b.to_string()];
    Table {
        header: vec!["Model says".into(), positive.to_string(), format!("not {positive}")],
        rows: vec![
            row(positive.to_string(), c.true_positives, c.false_positives),
            row(format!("not {positive}"), c.false_negatives, c.true_negatives),
        ],
    }
}

struct Measures(Table);

impl Default for Measures {
    fn default() -> Self {
        let header = ["Measure", "Estimate", "Lower 95 %", "Upper 95 %"].map(String::from).to_vec();
        Measures(Table { header, rows: Vec::new() })
    }
}

impl Measures {
    fn add(&mut self, name: &str, value: Option<Interval>) {
        let cells = value.map_or_else(
            || ["no estimate".to_string(), String::new(), String::new()],
            |v| [v.estimate, v.low, v.high].map(|x| fixed(x, 3)),
        );
        self.0.rows.push(std::iter::once(name.to_string()).chain(cells).collect());
    }
}

fn figure(spec: &chart::Spec) -> Figure {
    Figure { scene: chart::draw(spec), table: chart::table(spec) }
}

fn named(name: &str, value: Option<Interval>) -> String {
    value.map_or_else(
        || format!("{name}: no estimate"),
        |v| format!("{name} {} ({} to {})", fixed(v.estimate, 2), fixed(v.low, 2), fixed(v.high, 2)),
    )
}

const UNIT: [[f64; 2]; 2] = [[0.0, 1.0]; 2];

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn roc(
    cutoffs: &Cutoffs,
    auc: Option<Interval>,
    c: Confusion,
    cutoff: f64,
    [width, height]: [f64; 2],
) -> Figure {
    let name = named("AUC", auc);
    let at = [share(c.false_positives, cutoffs.n_negative), share(c.true_positives, cutoffs.n_positive)];
    let label = format!("cutoff {}", plain(cutoff));
    let points = cutoffs.roc();
    figure(&chart::Spec {
        width,
        height,
        title: "ROC curve",
        description: "Sensitivity against 1 − specificity over all cutoffs; the dashed line is chance.",
        axes: ["1 − specificity", "Sensitivity"],
        domain: UNIT,
        reference: vec![[0.0, 0.0], [1.0, 1.0]],
        marker: (!points.is_empty()).then_some((at, label.as_str())),
        lines: vec![chart::Line { name: &name, points, band: Vec::new(), strong: true }],
        points: Vec::new(),
    })
}

fn precision_recall(
    cutoffs: &Cutoffs,
    average: Option<Interval>,
    c: Confusion,
    [width, height]: [f64; 2],
) -> Figure {
    let name = named("Average precision", average);
    let prevalence = share(cutoffs.n_positive, cutoffs.n_positive + cutoffs.n_negative);
    let called = c.true_positives + c.false_positives;
    let at = [share(c.true_positives, cutoffs.n_positive), share(c.true_positives, called)];
    figure(&chart::Spec {
        width,
        height,
        title: "Precision and recall",
        description: "Precision against recall over all cutoffs; the dashed line is the prevalence.",
        axes: ["Recall (sensitivity)", "Precision (positive predictive value)"],
        domain: UNIT,
        reference: vec![[0.0, prevalence], [1.0, prevalence]],
        marker: (called > 0).then_some((at, "cutoff")),
        lines: vec![chart::Line {
            name: &name,
            points: cutoffs.precision_recall(),
            band: Vec::new(),
            strong: true,
        }],
        points: Vec::new(),
    })
}

fn calibration_curve(fit: &calibration::Calibration, [width, height]: [f64; 2]) -> Figure {
    let name = named("Slope", fit.slope);
    let places = &fit.curve;
    figure(&chart::Spec {
        width,
        height,
        title: "Calibration",
        description: "Observed against predicted probability, restricted cubic spline with pointwise 95 % band.",
        axes: ["Predicted probability", "Observed share"],
        domain: UNIT,
        reference: vec![[0.0, 0.0], [1.0, 1.0]],
        lines: vec![chart::Line {
            name: &name,
            points: places.iter().map(|p| [p.predicted, p.observed.estimate]).collect(),
            band: places.iter().map(|p| [p.observed.low, p.observed.high]).collect(),
            strong: true,
        }],
        points: Vec::new(),
        marker: None,
    })
}

fn decision(cutoffs: &Cutoffs, cutoff: f64, [width, height]: [f64; 2]) -> Figure {
    let thresholds: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let model = |w: f64| cutoffs.at(w).net_benefit(w).map(|b| [w, b]);
    // Everybody is at or above a score of nothing.
    let all = |w: f64| cutoffs.at(f64::NEG_INFINITY).net_benefit(w).map(|b| [w, b]);
    let curve: Vec<[f64; 2]> = thresholds.iter().filter_map(|&w| model(w)).collect();
    let everyone: Vec<[f64; 2]> = thresholds.iter().filter_map(|&w| all(w)).collect();
    let top = share(cutoffs.n_positive, cutoffs.n_positive + cutoffs.n_negative).max(0.05) * 1.1;
    let label = format!("cutoff {}", plain(cutoff));
    figure(&chart::Spec {
        width,
        height,
        title: "Decision curve",
        description: "Net benefit of acting on the model, on everybody (grey) and on nobody (zero).",
        axes: ["Threshold probability", "Net benefit per patient"],
        domain: [[0.0, 1.0], [-0.3 * top, top]],
        reference: Vec::new(),
        marker: model(cutoff).filter(|_| cutoff < 1.0).map(|at| (at, label.as_str())),
        lines: vec![
            chart::Line { name: "Act on the model", points: curve, band: Vec::new(), strong: true },
            chart::Line { name: "Act on everybody", points: everyone, band: Vec::new(), strong: false },
        ],
        points: Vec::new(),
    })
}

/// Concordance, and AUC, Brier score and calibration at `horizon`, for a time to an event. The probability of outliving
/// the horizon is the model's own where it gives relative hazards: Breslow's baseline of the training patients. Without
/// training patients in the table there is no probability, and what needs one is left out.
pub fn at_horizon(
    a: &Analysis,
    horizon: f64,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Option<Sheet> {
    let Outcome::Survival { time, event, unit, word } = a.study.outcome() else { return None };
    if a.attributions.n_outputs != 1 {
        return None;
    }
    let known = |r: usize| event[r].is_some() && !time[r].is_nan();
    let patients = Patients::of(a, passes, known);
    let times: Vec<f64> = patients.rows.iter().map(|&r| time[r]).collect();
    let events: Vec<bool> = patients.rows.iter().filter_map(|&r| event[r]).collect();
    let sign = if a.study.model.scale.is_of_survival() { -1.0 } else { 1.0 };
    let risk: Vec<f64> = patients.margin.iter().map(|m| sign * m).collect();
    let n = times.len();
    let drawn = |of: &dyn Fn(&[usize]) -> Option<f64>| {
        let everybody: Vec<usize> = (0..n).collect();
        bootstrap(of(&everybody)?, n, resamples(n), 0, |counts| {
            let rows = (0..n).flat_map(|i| std::iter::repeat_n(i, counts[i] as usize));
            of(&rows.collect::<Vec<_>>())
        })
    };
    type Measure<'m> = &'m dyn Fn(&[f64], &[bool], &[f64]) -> Option<f64>;
    let measured = |value: &[f64], measure: Measure| {
        drawn(&|rows: &[usize]| {
            let time: Vec<f64> = rows.iter().map(|&i| times[i]).collect();
            let event: Vec<bool> = rows.iter().map(|&i| events[i]).collect();
            let value: Vec<f64> = rows.iter().map(|&i| value[i]).collect();
            measure(&time, &event, &value)
        })
    };
    let harrell = concordance_interval(&times, &events, &risk, resamples(n), 0);
    let uno = measured(&risk, &|t, e, r| survival::uno_concordance(t, e, r, Some(horizon)));
    let auc = measured(&risk, &|t, e, r| survival::auc_at(t, e, r, horizon));
    let outlive = probabilities(a, &patients.margin, horizon);
    let brier = outlive.as_ref().and_then(|s| measured(s, &|t, e, s| survival::brier_at(t, e, s, horizon)));
    let calibrated = outlive.as_ref().and_then(|s| {
        let event_by: Vec<f64> = s.iter().map(|s| 1.0 - s).collect();
        calibration_at(&times, &events, &event_by, horizon, BANDS)
    });
    let by = format!("by {} {unit}", plain(horizon));
    let mut measures = Measures::default();
    measures.add("Harrell's C (bootstrap)", harrell);
    measures.add(&format!("Uno's C, events {by} (bootstrap)"), uno);
    measures.add(&format!("AUC {by} (bootstrap)"), auc);
    measures.add(&format!("Brier score {by} (bootstrap)"), brier);
    if sign > 0.0 {
        let slope = survival::cox(&times, &events, &patients.margin).map(|c| c.slope());
        measures.add("Calibration slope (Cox)", slope);
    }
    measures.add(
        &format!("Observed to expected {by}"),
        calibrated.as_ref().and_then(|c| c.observed_to_expected()),
    );
    let n_events = events.iter().filter(|e| **e).count();
    let mut warnings = patients.warnings(n_events);
    if outlive.is_none() {
        warnings.push(
            "No probabilities: the model gives a relative scale, and the table has no training patients with \
             follow-up to this horizon to take a baseline from."
                .into(),
        );
    }
    let headline = match harrell {
        Some(c) => format!(
            "C-index {} ({} to {}) in {n} patients, {n_events} {word}.",
            fixed(c.estimate, 3),
            fixed(c.low, 3),
            fixed(c.high, 3)
        ),
        None => format!("{n} patients, {n_events} {word}: no two can be compared."),
    };
    let figures = calibrated.map(|c| ("calibration".into(), bands(&c, &by, &word, [width, height])));
    let tables = vec![("Measures".into(), measures.0)];
    Some(Sheet { headline, figures: figures.into_iter().collect(), tables, warnings, more: Vec::new() })
}

/// Probability that each patient outlives the horizon; None where the model and the table do not say.
fn probabilities(a: &Analysis, margin: &[f64], horizon: f64) -> Option<Vec<f64>> {
    let Outcome::Survival { time, event, .. } = a.study.outcome() else { return None };
    if !a.study.model.objective.contains("cox") {
        return None;
    }
    let training = a.study.rows_of(SplitRole::Train);
    let rows: Vec<usize> = training.iter().map(|r| r.index()).filter(|&r| event[r].is_some()).collect();
    let times: Vec<f64> = rows.iter().map(|&r| time[r]).collect();
    let events: Vec<bool> = rows.iter().filter_map(|&r| event[r]).collect();
    let margins: Vec<f64> = rows.iter().map(|&r| a.all_margins[r]).collect();
    let baseline = Baseline::of(&times, &events, &margins).filter(|b| horizon <= b.end())?;
    Some(margin.iter().map(|&m| baseline.survival(m, horizon)).collect())
}

fn bands(c: &CalibrationAt, by: &str, word: &str, [width, height]: [f64; 2]) -> Figure {
    let axes = [format!("Predicted: {word} {by}"), format!("Observed: {word} {by}")];
    let name = named("Observed to expected", c.observed_to_expected());
    figure(&chart::Spec {
        width,
        height,
        title: "Calibration at a horizon",
        description: "Kaplan–Meier against mean prediction in equal parts of the patients, 95 % intervals.",
        axes: [&axes[0], &axes[1]],
        domain: UNIT,
        reference: vec![[0.0, 0.0], [1.0, 1.0]],
        lines: vec![chart::Line { name: &name, points: Vec::new(), band: Vec::new(), strong: true }],
        points: c
            .bands
            .iter()
            .filter_map(|b| {
                let observed = b.observed?;
                let at = [b.predicted, observed.estimate];
                Some(chart::Point { at, interval: Some([observed.low, observed.high]), n: b.n })
            })
            .collect(),
        marker: None,
    })
}

/// A horizon that follow-up supports: the median time of the patients, to two digits.
pub fn default_horizon(a: &Analysis) -> Option<f64> {
    let Outcome::Survival { time, .. } = a.study.outcome() else { return None };
    let times: Vec<f64> = a.rows.iter().map(|r| time[r.index()]).collect();
    let median = crate::math::median(&times).filter(|m| *m > 0.0)?;
    let step = crate::math::powf(10.0, crate::math::log10(median).floor() - 1.0);
    Some((median / step).round() * step)
}

/// Discrimination within groups of the explained patients, made `by` something: `names[g]` for those with `of[i] == Some(g)`. Small groups
/// are said to be small.
pub fn by_subgroup(
    a: &Analysis,
    by: &str,
    names: &[String],
    of: &[Option<u32>],
    width: f64,
) -> Option<Sheet> {
    use crate::plot::chart::interval;
    if a.attributions.n_outputs != 1 {
        return None;
    }
    let outcome = a.study.outcome();
    let sign = if a.study.model.scale.is_of_survival() { -1.0 } else { 1.0 };
    let measure = match outcome {
        Outcome::Binary { .. } => "AUC",
        Outcome::Survival { .. } => "C-index",
        Outcome::None | Outcome::Continuous(_) => return None,
    };
    let mut small = Vec::new();
    let found: Vec<(String, Option<Interval>)> = names
        .iter()
        .enumerate()
        .map(|(g, name)| {
            let passes: Vec<bool> = of.iter().map(|o| *o == Some(g as u32)).collect();
            let known = |r: usize| match &outcome {
                Outcome::Binary { labels, .. } => labels[r].is_some(),
                Outcome::Survival { time, event, .. } => event[r].is_some() && !time[r].is_nan(),
                Outcome::None | Outcome::Continuous(_) => false,
            };
            let p = Patients::of(a, Some(&passes), known);
            let risk: Vec<f64> = p.margin.iter().map(|m| sign * m).collect();
            let flags: Vec<bool> = p
                .rows
                .iter()
                .filter_map(|&r| match &outcome {
                    Outcome::Binary { labels, .. } => labels[r],
                    Outcome::Survival { event, .. } => event[r],
                    Outcome::None | Outcome::Continuous(_) => None,
                })
                .collect();
            let n_events = flags.iter().filter(|e| **e).count();
            let value = match &outcome {
                Outcome::Survival { time, .. } => {
                    let times: Vec<f64> = p.rows.iter().map(|&r| time[r]).collect();
                    concordance_interval(&times, &flags, &risk, resamples(flags.len()), 0)
                }
                _ => auc_delong(&flags, &risk),
            };
            let rarer = n_events.min(flags.len() - n_events);
            let label = format!("{name}, {} ({n_events})", flags.len());
            // One event has no interval.
            let value = value.filter(|_| rarer > 1);
            if rarer < FEW_EVENTS {
                small.push(format!("{name} ({rarer} of {} on the rarer side)", flags.len()));
            }
            (label, value)
        })
        .collect();
    let least = found.iter().filter_map(|f| f.1).map(|v| v.low).fold(0.5, f64::min);
    let title = format!("{measure} by {by}, patients (events), 95 % interval");
    let spec = interval::Spec {
        width,
        title: &title,
        rows: found
            .iter()
            .filter_map(|(label, value)| {
                let value = (*value)?;
                Some(interval::Row {
                    label,
                    estimate: value.estimate,
                    interval: Some([value.low, value.high]),
                    strong: true,
                    cluster: None,
                })
            })
            .collect(),
        domain: [(least * 10.0).floor() / 10.0, 1.0],
        reference: Some(0.5),
        marks: interval::Marks::Points,
        decimals: 3,
    };
    let figure = Figure { scene: interval::draw(&spec), table: interval::table(&spec) };
    let few = (!small.is_empty())
        .then(|| format!("Too few for their numbers to settle anything: {}.", small.join("; ")));
    Some(Sheet {
        headline: String::new(),
        figures: vec![("by-group".into(), figure)],
        warnings: few.into_iter().collect(),
        ..Sheet::default()
    })
}

/// Errors and residuals of a model that predicts a quantity; None for other outcomes.
pub fn residuals(a: &Analysis, passes: Option<&[bool]>, [width, height]: [f64; 2]) -> Option<Sheet> {
    use crate::plot::chart::{Emphasis, residual};
    let Outcome::Continuous(measured) = a.study.outcome() else { return None };
    if a.attributions.n_outputs != 1 {
        return None;
    }
    let judged = Patients::of(a, passes, |r| !measured[r].is_nan());
    let truth: Vec<f64> = judged.rows.iter().map(|&r| measured[r]).collect();
    let said: Vec<f64> = judged.rows.iter().map(|&r| a.prediction(RowId::of(r))).collect();
    let n = truth.len();
    let errors = |of: &dyn Fn(&Fit) -> Option<f64>| {
        bootstrap(of(&fit(&truth, &said)?)?, n, resamples(n), 0, |counts| {
            let drawn = (0..n).flat_map(|i| std::iter::repeat_n(i, counts[i] as usize));
            let (y, p): (Vec<f64>, Vec<f64>) = drawn.map(|i| (truth[i], said[i])).unzip();
            of(&fit(&y, &p)?)
        })
    };
    let mut measures = Measures::default();
    let r_squared = errors(&|f| f.r_squared);
    measures.add("R² (bootstrap)", r_squared);
    measures.add("Root mean squared error (bootstrap)", errors(&|f| Some(f.rmse)));
    measures.add("Mean absolute error (bootstrap)", errors(&|f| Some(f.mae)));

    let positions = super::drawn(a);
    let patients: Vec<RowId> = positions.iter().map(|&i| a.rows[i]).collect();
    let passes: Option<Vec<bool>> = passes.map(|p| positions.iter().map(|&i| p[i]).collect());
    let measured: Vec<f64> = patients.iter().map(|r| measured[r.index()]).collect();
    let predicted: Vec<f64> = patients.iter().map(|&r| a.prediction(r)).collect();
    let spec = residual::Spec {
        width,
        height,
        patients: &patients,
        measured: &measured,
        predicted: &predicted,
        unit: "",
        emphasis: Emphasis { passes: passes.as_deref(), selected: None },
    };
    let figure =
        Figure { scene: residual::draw(&spec), table: residual::table(&spec, |r| a.study.patient_id(r)) };
    Some(Sheet {
        headline: format!("{} in {n} patients.", named("R²", r_squared)),
        figures: vec![("residuals".into(), figure)],
        tables: vec![("Measures".into(), measures.0)],
        warnings: judged.unseen(),
        more: Vec::new(),
    })
}

/// How many biomarkers carry how much of the attribution, and where 90 % is reached.
pub fn panel_size(a: &Analysis, [width, height]: [f64; 2]) -> Figure {
    let importance: Vec<f64> = a.insight.order.iter().map(|&f| a.importance(f).mean_abs).collect();
    let used = importance.iter().filter(|v| **v > 0.0).count();
    let share = crate::evaluate::stability::panel_share(&importance[..used]);
    let points: Vec<[f64; 2]> = share.iter().enumerate().map(|(i, s)| [(i + 1) as f64, *s]).collect();
    let most = points.iter().copied().find(|p| p[1] >= 0.9);
    let label = most.map_or_else(String::new, |p| format!("{} carry {}", plain(p[0]), percent(p[1])));
    figure(&chart::Spec {
        width,
        height,
        title: "Panel size",
        description: "Share of all attribution that the most important biomarkers carry. Leaving the others out of the \
                      picture is not a model fitted without them.",
        axes: ["Most important biomarkers", "Share of all attribution"],
        domain: [[0.0, used.max(1) as f64], [0.0, 1.0]],
        reference: Vec::new(),
        lines: vec![chart::Line { name: "Share of mean |SHAP|", points, band: Vec::new(), strong: true }],
        points: Vec::new(),
        marker: most.map(|p| (p, label.as_str())),
    })
}
