//! The model against the comparator that the study ships: is it better than what is known without it.

use super::{Figure, Sheet, words};
use crate::evaluate::paired::{Paired, auc_difference, concordance_difference, fit_difference};
use crate::evaluate::{NotATest, PValue};
use crate::ids::RowId;
use crate::math::Order as _;
use crate::plot::chart::{Table, interval};
use crate::plot::number::{count, fixed, p_value, settled};
use crate::session::{Analysis, CohortChoice};
use crate::study::{Comparator, Outcome};

/// Patients times resamples that an interval may cost.
const EFFORT: usize = 400_000;
/// Seed of the resamples.
const SEED: u64 = 0;

/// One measure of both models on one set of patients.
#[derive(Clone, Debug, PartialEq)]
pub struct Against {
    /// Which patients.
    pub part: String,
    /// What is measured.
    pub measure: &'static str,
    /// Patients with an event or the positive label; None for a quantity.
    pub n_events: Option<usize>,
    /// Both models and their difference.
    pub found: Paired,
    /// Of the difference; the bootstrap has none, and neither have patients whose outcomes the model saw.
    pub p: Result<PValue, NotATest>,
}

/// Both models on the patients that pass, on each part of the table and on everybody who is explained; the first is what
/// is shown. None without a comparator, without an outcome both could be held against, or without patients.
pub fn against(a: &Analysis, passes: Option<&[bool]>) -> Option<Vec<Against>> {
    let comparator = a.study.comparator.as_ref()?;
    if a.attributions.n_outputs != 1 {
        return None;
    }
    let selected = passes.map(|passes| {
        let rows = a.rows.iter().zip(passes).filter(|(_, pass)| **pass).map(|(row, _)| *row).collect();
        ("Selected".to_string(), rows)
    });
    let mut parts: Vec<(CohortChoice, usize)> = CohortChoice::offered(&a.study);
    // What is explained comes first; everybody together is a part only where that is what is explained.
    parts.retain(|(part, _)| *part == a.cohort || *part != CohortChoice::All);
    parts.order_by_key(|(part, _)| *part != a.cohort);
    let parts = parts.into_iter().map(|(part, _)| (words::capitalised(part.word()), part.rows(&a.study)));
    let found: Vec<Against> = selected
        .into_iter()
        .chain(parts)
        .flat_map(|(part, rows)| compare(a, comparator, &part, &rows))
        .collect();
    (!found.is_empty()).then_some(found)
}

fn compare(a: &Analysis, comparator: &Comparator, part: &str, rows: &[RowId]) -> Vec<Against> {
    let outcome = a.study.outcome();
    let known = |r: &RowId| match &outcome {
        Outcome::None => false,
        Outcome::Binary { labels, .. } => labels[r.index()].is_some(),
        Outcome::Continuous(measured) => !measured[r.index()].is_nan(),
        Outcome::Survival { time, event, .. } => event[r.index()].is_some() && !time[r.index()].is_nan(),
    };
    let rows: Vec<RowId> = rows.iter().copied().filter(known).collect();
    let roles: Vec<_> = rows.iter().map(|r| a.study.split_role(*r)).collect();
    let of = |x: &dyn Fn(RowId) -> f64| rows.iter().map(|r| x(*r)).collect::<Vec<f64>>();
    let n_resamples = (EFFORT / rows.len().max(1)).clamp(100, 1_000);
    // A higher margin of an accelerated failure time model is a longer life.
    let sign = |reversed: bool| if reversed { -1.0 } else { 1.0 };
    let own = sign(a.study.model.objective == "survival:aft");
    let risks = || {
        let theirs = sign(comparator.reversed);
        (of(&|r| own * a.margin(r)), of(&|r| theirs * comparator.margin[r.index()]))
    };
    let (found, n_events): (Vec<(&'static str, Option<Paired>)>, _) = match &outcome {
        Outcome::None => return Vec::new(),
        Outcome::Binary { labels, .. } => {
            let label: Vec<bool> = rows.iter().filter_map(|r| labels[r.index()]).collect();
            let (first, second) = risks();
            let n_events = label.iter().filter(|l| **l).count();
            (vec![("AUC", auc_difference(&label, &first, &second))], Some(n_events))
        }
        Outcome::Survival { time, event, .. } => {
            let times = of(&|r| time[r.index()]);
            let events: Vec<bool> = rows.iter().filter_map(|r| event[r.index()]).collect();
            let (first, second) = risks();
            let n_events = events.iter().filter(|e| **e).count();
            let found = concordance_difference(&times, &events, &first, &second, n_resamples, SEED);
            (vec![("C-index", found)], Some(n_events))
        }
        Outcome::Continuous(measured) => {
            let truth = of(&|r| measured[r.index()]);
            let (first, second) = (of(&|r| a.prediction(r)), of(&|r| comparator.prediction[r.index()]));
            let r_squared = fit_difference(&truth, &first, &second, |f| f.r_squared, n_resamples, SEED);
            let error = fit_difference(&truth, &first, &second, |f| Some(f.rmse), n_resamples, SEED);
            (vec![("R²", r_squared), ("Root mean squared error", error)], None)
        }
    };
    let found = found.into_iter().filter_map(|(measure, found)| found.map(|found| (measure, found)));
    found
        .map(|(measure, found)| Against {
            part: part.to_string(),
            measure,
            n_events,
            p: PValue::of(&found, &roles),
            found,
        })
        .collect()
}

/// Adds the comparison to what is said of the model's performance.
pub(super) fn add_against(sheet: &mut Sheet, a: &Analysis, passes: Option<&[bool]>, width: f64) {
    let (Some(found), Some(comparator)) = (against(a, passes), &a.study.comparator) else { return };
    let Some(first) = found.first() else { return };
    sheet.headline += &said(first, comparator);
    if let Err(why @ (NotATest::Fitted { .. } | NotATest::Tuned { .. } | NotATest::Unknown { .. })) = first.p
        && first.found.z.is_some()
    {
        sheet.warnings.push(why.to_string());
        sheet.more.push(("Why there is no p-value".into(), NotATest::WHY.into()));
    }
    sheet.figures.push(("against".into(), figure(&found, comparator, width)));
    sheet.tables.extend(tables(&found, comparator));
}

fn said(first: &Against, comparator: &Comparator) -> String {
    let d = first.found.difference;
    let p = first.p.as_ref().map_or_else(|_| String::new(), |p| format!(", {}", p_value(p.get())));
    let verdict = if d.low <= 0.0 && d.high >= 0.0 { " The interval includes no difference." } else { "" };
    format!(
        " “{}” ({} biomarkers) reaches {} {}: a difference of {}.{verdict}",
        comparator.title,
        words::number_word(comparator.features.len()),
        first.measure,
        fixed(first.found.second, 3),
        difference(&first.found, &p),
    )
}

fn figure(found: &[Against], comparator: &Comparator, width: f64) -> Figure {
    let measure = found[0].measure;
    let rows: Vec<(&Against, String)> = found
        .iter()
        .filter(|f| f.measure == measure)
        .map(|f| {
            let events = f.n_events.map_or_else(String::new, |n| format!(" ({})", count(n)));
            (f, format!("{}, {}{events}", f.part, count(f.found.n)))
        })
        .collect();
    let ends = rows.iter().flat_map(|(f, _)| [f.found.difference.low, f.found.difference.high]);
    let far = ends.fold(0.1, |far: f64, end| far.max(end.abs()));
    let far = (far * 10.0).ceil() / 10.0;
    let title = format!("{measure} of this model less that of “{}”, 95 % interval", comparator.title);
    let spec = interval::Spec {
        width,
        title: &title,
        rows: rows
            .iter()
            .map(|(f, label)| interval::Row {
                label,
                estimate: f.found.difference.estimate,
                interval: Some([f.found.difference.low, f.found.difference.high]),
                strong: f.part == found[0].part,
                cluster: None,
            })
            .collect(),
        domain: [-far, far],
        reference: None,
        marks: interval::Marks::Points,
        decimals: 3,
    };
    Figure { scene: interval::draw(&spec), table: interval::table(&spec) }
}

/// A table per measure.
fn tables(found: &[Against], comparator: &Comparator) -> Vec<(String, Table)> {
    // The first part has every measure once.
    let measures = found.iter().filter(|f| f.part == found[0].part).map(|f| f.measure);
    measures
        .map(|measure| {
            let of = |f: &&Against| f.measure == measure;
            (format!("{measure} against {}", comparator.title), table(found.iter().filter(of)))
        })
        .collect()
}

fn table<'f>(found: impl Iterator<Item = &'f Against> + Clone) -> Table {
    let tested = found.clone().any(|f| f.found.z.is_some());
    let mut header =
        vec!["Patients", "n", "Events", "This model", "Comparator", "Difference (95 % interval)"];
    if tested {
        header.push("Test of DeLong");
    }
    let rows = found.map(|f| {
        let mut row = vec![
            f.part.clone(),
            count(f.found.n),
            f.n_events.map_or_else(String::new, count),
            fixed(f.found.first, 3),
            fixed(f.found.second, 3),
            difference(&f.found, ""),
        ];
        if tested {
            row.push(match &f.p {
                Ok(p) => p_value(p.get()),
                Err(NotATest::NothingToCompare) => "no estimate".into(),
                Err(_) => "not a valid test".into(),
            });
        }
        row
    });
    Table { rows: rows.collect(), header: header.into_iter().map(String::from).collect() }
}

/// `+0.043 (−0.024 to +0.125)`, with what else is in the brackets.
fn difference(found: &Paired, more: &str) -> String {
    let [estimate, low, high] =
        [found.difference.estimate, found.difference.low, found.difference.high].map(|v| settled(v, 3));
    format!("{estimate} ({low} to {high}{more})")
}
