//! Survival of groups of the explained patients: curves, one sentence, and the test if there can be one.

use super::cohorts::{Sets, named_sets};
use super::{Figure, words};
use crate::evaluate::survival::{
    CutPoint, End, Step, best_cut, cox, cumulative_incidence, kaplan_meier, log_rank, median_interval,
    median_survival, restricted_mean,
};
use crate::evaluate::{Interval, NotATest, PValue};
use crate::ids::FeatureId;
use crate::math::{Order as _, quantile_sorted};
use crate::plot::chart::{Table, survival as chart};
use crate::plot::number::{fixed, p_value, plain};
use crate::plot::palette::cluster_look;
use crate::session::{Analysis, Variable, ViewState, level_of};
use crate::study::{ColumnRole, Outcome, SplitRole};
use std::collections::BTreeSet;

/// Levels beyond which a column makes no groups.
const MAX_LEVELS: usize = 8;

/// What the patients are grouped by.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Grouping {
    /// Everybody together.
    None,
    /// The clusters of their attributions.
    Cluster,
    /// Thirds of the model's margin.
    RiskThird,
    /// The levels of a column of the table.
    Column(usize),
    /// A biomarker at most and above this value; the value that separates survival most if none is given.
    Cut(FeatureId, Option<f64>),
    /// Named selections, which may overlap.
    Named(Sets),
}

/// The word for the named selections.
const NAMED: &str = "named";

/// What survival can be compared in: a word for links, and the words on screen. The first is the default.
pub fn groupings(a: &Analysis, now: &ViewState) -> Vec<(String, String)> {
    let word = |word: &str, title: &str| (word.to_string(), title.to_string());
    let mut out = vec![word("", "thirds of the margin"), word("all", "everybody")];
    if a.insight.clusters.k > 1 {
        out.push(word("subgroup", "subgroups"));
    }
    out.push(word("cut", "the biomarker in focus, at its best cut"));
    if !now.named.is_empty() {
        out.push(word(NAMED, "named cohorts"));
    }
    for (c, column) in a.study.data.columns().iter().enumerate() {
        let outcome = matches!(a.study.roles[c], ColumnRole::OutcomeEvent | ColumnRole::OutcomeTime);
        let n_levels = words::level_names(a, Variable::Column(c)).len();
        if !outcome && (2..=MAX_LEVELS).contains(&n_levels) {
            out.push((format!("c-{}", column.name), words::column_label(&a.study, c)));
        }
    }
    out
}

/// The grouping that the reader chose by a word of [`groupings`]; thirds of the margin for any other word.
pub fn grouping(a: &Analysis, now: &ViewState) -> Grouping {
    match (now.survival.as_str(), a.feature_in_focus(now.feature)) {
        ("all", _) => Grouping::None,
        (NAMED, _) if !now.named.is_empty() => Grouping::Named(named_sets(a, now)),
        ("subgroup", _) => Grouping::Cluster,
        ("cut", Some(feature)) => Grouping::Cut(feature, None),
        (column, _) => column
            .strip_prefix("c-")
            .and_then(|name| a.study.data.column_index(name))
            .map_or(Grouping::RiskThird, Grouping::Column),
    }
}

/// A figure with what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Survival {
    /// One sentence with the numbers.
    pub headline: String,
    /// Curves and numbers at risk.
    pub figure: Figure,
    /// The test; if there is none, why.
    pub verdict: Result<PValue, NotATest>,
    /// The verdict as a sentence.
    pub said: String,
    /// Cumulative incidence, where other events compete.
    pub incidence: Option<Figure>,
    /// What is known of competing events, a sentence or two.
    pub competing: String,
    /// Per group: patients, events, median and restricted mean with intervals, hazard ratio against the first group.
    pub groups: Table,
}

struct Grouped {
    names: Vec<String>,
    looks: Vec<chart::Look>,
    /// Group of each explained patient.
    of: Vec<Option<u32>>,
    /// Patients in further groups.
    also: Vec<(usize, u32)>,
    /// The search that chose the cut.
    cut: Option<CutPoint>,
    /// The reader chose the cut.
    chosen: bool,
}

/// Compares the groups among the explained patients that pass; None if the outcome is no time to an event.
pub fn survival(
    a: &Analysis,
    grouping: &Grouping,
    passes: Option<&[bool]>,
    [width, height]: [f64; 2],
) -> Option<Survival> {
    let Outcome::Survival { time, event, unit, word } = a.study.outcome() else { return None };
    let known = |i: usize| {
        let row = a.rows[i].index();
        let passed = passes.is_none_or(|p| p[i]);
        event[row].filter(|_| passed && !time[row].is_nan()).map(|e| (time[row], e))
    };
    let outcome: Vec<Option<(f64, bool)>> = (0..a.rows.len()).map(known).collect();
    let grouped = group(a, grouping, &outcome);
    let roles = a.study.split_roles();
    let k = grouped.names.len();
    let (mut times, mut events, mut labels, mut parts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rows = Vec::new();
    let mut take = |(i, g): (usize, u32)| {
        let Some((t, e)) = outcome[i] else { return };
        times.push(t);
        events.push(e);
        labels.push(g);
        parts.push(roles[a.rows[i].index()]);
        rows.push(a.rows[i].index());
    };
    // In the order of time, which everything below sorts by.
    let first = grouped.of.iter().enumerate().filter_map(|(i, g)| g.map(|g| (i, g)));
    let mut members: Vec<(usize, u32)> = first.chain(grouped.also.iter().copied()).collect();
    members.order_by(|a, b| {
        let [a, b] = [a, b].map(|(i, _)| outcome[*i].map_or(f64::NAN, |(time, _)| time));
        a.total_cmp(&b)
    });
    members.into_iter().for_each(&mut take);
    // Whoever is in three groups is there three times, and is one patient.
    let twice: BTreeSet<usize> =
        grouped.also.iter().map(|(i, _)| *i).filter(|i| outcome[*i].is_some()).collect();
    let curves: Vec<Vec<Step>> = (0..k as u32)
        .map(|g| {
            let own = |i: &usize| labels[*i] == g;
            let time: Vec<f64> = (0..times.len()).filter(own).map(|i| times[i]).collect();
            let event: Vec<bool> = (0..times.len()).filter(own).map(|i| events[i]).collect();
            kaplan_meier(&time, &event)
        })
        .collect();
    let test = log_rank(&times, &events, &labels, k);
    let verdict = match &grouped.cut {
        _ if !twice.is_empty() => Err(NotATest::Overlap { n: twice.len() }),
        Some(cut) => PValue::of(cut, &parts),
        None => PValue::of(&test, &parts),
    };
    let ratio = |g: u32| {
        if !twice.is_empty() {
            return None;
        }
        let pair = |i: &usize| g > 0 && (labels[*i] == g || labels[*i] == 0);
        let rows: Vec<usize> = (0..times.len()).filter(pair).collect();
        let time: Vec<f64> = rows.iter().map(|&i| times[i]).collect();
        let event: Vec<bool> = rows.iter().map(|&i| events[i]).collect();
        let in_group: Vec<f64> = rows.iter().map(|&i| f64::from(u8::from(labels[i] == g))).collect();
        cox(&time, &event, &in_group).map(|c| c.hazard_ratio())
    };
    let ratios: Vec<_> = (0..k as u32).map(ratio).collect();
    let no_ratio = if twice.is_empty() { "no finite estimate" } else { "groups overlap" };
    let groups = groups_table(&grouped.names, &curves, &unit, &word, &ratios, no_ratio);
    let said = sentence(&verdict, &grouped, &parts, ratios.get(1).copied().flatten().filter(|_| k == 2));
    let figure = |measure, curves: &[Vec<Step>], verdict: &str, tested| {
        let group =
            |g: usize| chart::Group { name: &grouped.names[g], look: grouped.looks[g], steps: &curves[g] };
        let groups = (0..k).map(group).collect();
        let spec = chart::Spec { width, height, word: &word, unit: &unit, measure, groups, verdict, tested };
        Figure { scene: chart::draw(&spec), table: chart::table(&spec) }
    };
    let (incidence, competing) = match a.study.competing() {
        None => (
            None,
            "The study names no event that competes with it: who left otherwise counts as censored.".into(),
        ),
        Some(others) => {
            let end = |i: usize| match (events[i], others.event[rows[i]]) {
                (true, _) => End::Event,
                (false, true) => End::Competing,
                (false, false) => End::Censored,
            };
            let ends: Vec<End> = (0..times.len()).map(end).collect();
            let of_group = |g: u32| {
                let own: Vec<usize> = (0..times.len()).filter(|&i| labels[i] == g).collect();
                let time: Vec<f64> = own.iter().map(|&i| times[i]).collect();
                cumulative_incidence(&time, &own.iter().map(|&i| ends[i]).collect::<Vec<_>>())
            };
            let curves: Vec<Vec<Step>> = (0..k as u32).map(of_group).collect();
            let patients: BTreeSet<(usize, End)> = rows.iter().copied().zip(ends.iter().copied()).collect();
            let n = patients.iter().filter(|(_, e)| *e == End::Competing).count();
            let said = format!(
                "{n} of {} patients {} first, which competes with the outcome. Kaplan–Meier, log-rank and hazard ratios count \
                 them as censored, so that 1 − Kaplan–Meier overstates how many will have {word}; the cumulative incidence \
                 (Aalen–Johansen) does not.",
                patients.len(),
                others.word
            );
            let how = "Aalen–Johansen: competing events counted as what they are.";
            (Some(figure(chart::Measure::Incidence, &curves, how, false)), said)
        }
    };
    Some(Survival {
        headline: headline(&grouped.names, &curves, &unit, &word),
        figure: figure(chart::Measure::Survival, &curves, &said, verdict.is_ok()),
        verdict,
        said,
        incidence,
        competing,
        groups,
    })
}

fn group(a: &Analysis, grouping: &Grouping, outcome: &[Option<(f64, bool)>]) -> Grouped {
    let everybody = |name: &str| Grouped {
        names: vec![name.to_string()],
        looks: vec![chart::Look::Plain(0)],
        of: vec![Some(0); a.rows.len()],
        also: Vec::new(),
        cut: None,
        chosen: false,
    };
    match *grouping {
        Grouping::None => everybody("All"),
        Grouping::Cluster => {
            let clusters = &a.insight.clusters;
            Grouped {
                names: super::cluster_names(clusters),
                looks: (0..clusters.n_sets() as u32)
                    .map(|c| chart::Look::Cluster(cluster_look(c, clusters.out())))
                    .collect(),
                of: clusters.labels.iter().map(|&c| Some(c)).collect(),
                also: Vec::new(),
                cut: None,
                chosen: false,
            }
        }
        Grouping::RiskThird => {
            let margin: Vec<f64> = a.rows.iter().map(|&r| a.margin(r)).collect();
            let mut sorted: Vec<f64> =
                (0..margin.len()).filter(|&i| outcome[i].is_some()).map(|i| margin[i]).collect();
            crate::math::sort(&mut sorted);
            let ends = [1.0, 2.0].map(|third| quantile_sorted(&sorted, third / 3.0));
            Grouped {
                names: ["Lowest third", "Middle third", "Highest third"].map(String::from).to_vec(),
                looks: [0.0, 0.5, 1.0].map(chart::Look::Ordered).to_vec(),
                of: margin.iter().map(|m| Some(u32::from(*m > ends[0]) + u32::from(*m > ends[1]))).collect(),
                also: Vec::new(),
                cut: None,
                chosen: false,
            }
        }
        Grouping::Column(column) => {
            let names = words::level_names(a, Variable::Column(column));
            if names.is_empty() || names.len() > MAX_LEVELS {
                return everybody("All");
            }
            let n_levels = names.len();
            let level = |i: usize| {
                level_of(a, Variable::Column(column), i).filter(|&level| (level as usize) < n_levels)
            };
            Grouped {
                looks: (0..names.len() as u32).map(chart::Look::Plain).collect(),
                of: (0..a.rows.len()).map(level).collect(),
                also: Vec::new(),
                names,
                cut: None,
                chosen: false,
            }
        }
        Grouping::Named(ref sets) => {
            let (mut of, mut also) = (vec![None; a.rows.len()], Vec::new());
            for (g, (_, patients)) in (0u32..).zip(sets) {
                for &i in patients {
                    match of.get_mut(i) {
                        Some(slot @ None) => *slot = Some(g),
                        Some(_) => also.push((i, g)),
                        None => {}
                    }
                }
            }
            Grouped {
                looks: (0..sets.len() as u32).map(chart::Look::Plain).collect(),
                names: sets.iter().map(|(name, _)| name.clone()).collect(),
                of,
                also,
                cut: None,
                chosen: false,
            }
        }
        Grouping::Cut(feature, at) => {
            let values: Vec<f64> = a.rows.iter().map(|&r| a.study.value(feature, r)).collect();
            let (time, event): (Vec<f64>, Vec<bool>) =
                outcome.iter().map(|o| o.unwrap_or((f64::NAN, false))).unzip();
            let searched = at.is_none().then(|| best_cut(&time, &event, &values)).flatten();
            let Some(cut) = at.or(searched.map(|c| c.cut)) else { return everybody("All") };
            let name = a.study.label(feature);
            let unit = a.study.unit(feature);
            let cut_text = words::range_with_unit(&plain(cut), unit);
            Grouped {
                names: vec![format!("{name} ≤ {cut_text}"), format!("{name} > {cut_text}")],
                looks: [0.0, 1.0].map(chart::Look::Ordered).to_vec(),
                of: values.iter().map(|v| (!v.is_nan()).then(|| u32::from(*v > cut))).collect(),
                also: Vec::new(),
                cut: searched,
                chosen: at.is_some(),
            }
        }
    }
}

fn sentence(
    verdict: &Result<PValue, NotATest>,
    grouped: &Grouped,
    parts: &[SplitRole],
    ratio: Option<Interval>,
) -> String {
    let p = match verdict {
        Ok(p) => p_value(p.get()),
        Err(why) => return why.to_string(),
    };
    let who = match (parts.contains(&SplitRole::Test), parts.contains(&SplitRole::External)) {
        (true, true) => "Test and external patients",
        (false, true) => "External patients",
        _ => "Test patients",
    };
    let mut out = match &grouped.cut {
        Some(cut) => format!(
            "{who}: {p} for the best of {} cuts, corrected for the search (Miller and Siegmund). The cut is exploratory.",
            cut.n_cuts
        ),
        None if grouped.chosen => {
            format!(
                "{who}: log-rank {p}, which holds only if the cut was fixed before these outcomes were seen."
            )
        }
        None => format!("{who}: log-rank {p}."),
    };
    if let Some(ratio) = ratio.filter(|_| grouped.cut.is_none()) {
        out += &format!(
            " Hazard ratio {} ({} to {}).",
            fixed(ratio.estimate, 2),
            fixed(ratio.low, 2),
            fixed(ratio.high, 2)
        );
    }
    out
}

/// `Half of C high died by 1 191 days. Of A low, fewer than half did.`
fn headline(names: &[String], curves: &[Vec<Step>], unit: &str, word: &str) -> String {
    let reached = |g: usize| median_survival(&curves[g]);
    // Patients in no cluster are no group with a name.
    let who = |g: usize| match names[g].strip_prefix("in ") {
        Some(_) => format!("those {}", names[g]),
        None => names[g].clone(),
    };
    let first =
        (0..names.len()).filter_map(|g| reached(g).map(|m| (m, g))).min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((median, g)) = first else {
        let n: usize = curves.iter().flatten().map(|s| s.events as usize).sum();
        return format!("{n} {word}; in no group did half of the patients before follow-up ended.");
    };
    let mut out = format!("Half of {} {word} by {}.", who(g), words::range_with_unit(&plain(median), unit));
    let never: Vec<String> = (0..names.len()).filter(|&o| reached(o).is_none()).map(who).collect();
    if !never.is_empty() {
        out += &format!(" Of {}, fewer than half did.", words::list(&never));
    } else if let Some((longest, last)) = (0..names.len())
        .filter(|&o| o != g)
        .filter_map(|o| reached(o).map(|m| (m, o)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
    {
        let by = words::range_with_unit(&plain(longest), unit);
        out += &format!(" Half of {} by {by}.", who(last));
    }
    out
}

fn groups_table(
    names: &[String],
    curves: &[Vec<Step>],
    unit: &str,
    word: &str,
    ratios: &[Option<Interval>],
    no_ratio: &str,
) -> Table {
    let ends = curves.iter().filter_map(|c| c.last()).map(|s| s.time);
    let horizon = ends.fold(f64::INFINITY, f64::min);
    let mean_head = if horizon.is_finite() {
        format!("Mean {unit} up to {}", plain(horizon))
    } else {
        "Restricted mean".into()
    };
    let header = [
        "Group".to_string(),
        "Patients".into(),
        words::capitalised(word),
        format!("Median, {unit}"),
        "95 % interval of the median".into(),
        mean_head,
        "95 % interval of the mean".into(),
        names.first().map_or_else(String::new, |first| format!("Hazard ratio to {first}")),
    ];
    let rows = names.iter().zip(curves).enumerate().map(|(g, (name, steps))| {
        let n = steps.first().map_or(0, |s| s.at_risk);
        let events: u32 = steps.iter().map(|s| s.events).sum();
        let reached = |m: Option<f64>| m.map_or_else(|| "not reached".to_string(), plain);
        let [low, high] = median_interval(steps);
        let mean = restricted_mean(steps, horizon);
        let range = |i: Interval| format!("{} to {}", plain(i.low), plain(i.high));
        vec![
            name.clone(),
            n.to_string(),
            events.to_string(),
            reached(median_survival(steps)),
            format!("{} to {}", reached(low), reached(high)),
            mean.map_or_else(String::new, |m| plain(m.estimate)),
            mean.map_or_else(String::new, range),
            match (g, ratios[g]) {
                (0, _) => "reference".into(),
                (_, Some(r)) => format!("{} ({})", plain(r.estimate), range(r)),
                (_, None) => no_ratio.into(),
            },
        ]
    });
    Table { header: header.to_vec(), rows: rows.collect() }
}
