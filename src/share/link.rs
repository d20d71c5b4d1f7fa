//! The fragment of the address: what the sender saw, and of which files. Rules, row numbers and values that the sender
//! thought up, never a value that was measured on a patient.
//!
//! `v=1&s=pbc&m=<model hash>&d=<data hash>&view=biomarker&…`: keys in fixed order, defaults left out, texts
//! percent-encoded, unknown keys ignored.

use crate::cohort::division::ClusterKind;
use crate::cohort::hierarchy::Linkage;
use crate::cohort::metric::Metric;
use crate::ensemble::ReadOptions;
use crate::ids::{FeatureId, OutputId, RowId};
use crate::math::Order as _;
use crate::plot::palette::Colours;
use crate::session::{
    Analysis, BiomarkerChart, CohortChoice, Edits, Filter, Form, MapColour, MapKind, MapOf, Method, Named,
    Paper, PatientChart, Scenario, Session, Sort, Variable, View, ViewState,
};
use crate::study::Study;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// Version of the form.
const VERSION: u32 = 1;
/// Source of a study that is packed into its page.
pub const PACKED: &str = "packed";
/// Hexadecimal digits of a file hash that a link carries: 64 bits.
const HASH_DIGITS: usize = 16;
/// Longer fragments are not read.
const MAX_LENGTH: usize = 8_000;
/// Corners of a region, rules of a selection: more are not read.
const MAX_PARTS: usize = 500;

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// A state with the names of what it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Example or packed study that the page itself can open.
    pub example: Option<String>,
    /// First 16 hexadecimal digits of the model file's SHA-256.
    pub model: String,
    /// Likewise of the table's.
    pub data: String,
    /// Explained patients.
    pub cohort: CohortChoice,
    /// How they are explained.
    pub method: Method,
    /// Which function of the model's file is explained.
    pub reading: ReadOptions,
    state: ViewState,
    feature: Option<String>,
    colour_by: Option<String>,
    known: Vec<String>,
    filters: Vec<LinkFilter>,
    named: Vec<(String, Vec<LinkFilter>)>,
    edits: Option<LinkEdits>,
    scenarios: Vec<(String, LinkEdits)>,
}

/// Changed values of a row (0-based) by name; None is missing.
#[derive(Clone, Debug, PartialEq)]
struct LinkEdits {
    row: u32,
    changed: Vec<(String, Option<f64>)>,
}

impl LinkEdits {
    /// None where nothing is changed.
    fn of(study: &Study, edits: &Edits) -> Option<LinkEdits> {
        let patient = edits.patient()?;
        let named = |&(f, v): &(FeatureId, f64)| {
            Some((study.model.features.get(f.index())?.name.clone(), Some(v).filter(|v| !v.is_nan())))
        };
        Some(LinkEdits { row: patient.0, changed: edits.of(patient).iter().filter_map(named).collect() })
    }

    /// The changes of this study's biomarkers.
    fn resolve(&self, study: &Study) -> Edits {
        let mut edits = Edits::default();
        if (self.row as usize) < study.n_rows() {
            for (name, value) in &self.changed {
                if let Some(f) = study.model.features.iter().position(|f| f.name == *name) {
                    edits.set(study, RowId(self.row), FeatureId::of(f), value.unwrap_or(f64::NAN));
                }
            }
        }
        edits
    }

    /// `row!name!value!…`, an empty value being missing.
    fn read(text: &str) -> Option<LinkEdits> {
        let mut parts = text.split('!');
        let row = parts.next()?.parse::<u32>().ok()?.checked_sub(1)?;
        let mut changed = Vec::new();
        while let Some(name) = parts.next() {
            let name = percent_decode_str(name).decode_utf8().ok()?.into_owned();
            let value = match parts.next()? {
                "" => None,
                number => Some(number.parse::<f64>().ok().filter(|v| !v.is_nan())?),
            };
            if changed.len() < MAX_PARTS {
                changed.push((name, value));
            }
        }
        Some(LinkEdits { row, changed })
    }
}

impl fmt::Display for LinkEdits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", u64::from(self.row) + 1)?;
        self.changed.iter().try_for_each(|(name, value)| {
            write!(f, "!{}!", encode(name))?;
            value.map_or(Ok(()), |v| write!(f, "{v}"))
        })
    }
}

/// A rule with its column by name.
#[derive(Clone, Debug, PartialEq)]
enum LinkFilter {
    Range(LinkVariable, f64, f64),
    Levels(LinkVariable, Vec<u32>),
    Region(Vec<[f64; 2]>),
    Rows(Vec<u32>),
}

#[derive(Clone, Debug, PartialEq)]
enum LinkVariable {
    Margin,
    Cluster,
    Column(String),
}

impl LinkFilter {
    fn of(study: &Study, filter: &Filter) -> Option<LinkFilter> {
        let variable = |v: Variable| {
            Some(match v {
                Variable::Margin => LinkVariable::Margin,
                Variable::Cluster => LinkVariable::Cluster,
                Variable::Column(c) => LinkVariable::Column(study.data.columns().get(c)?.name.clone()),
            })
        };
        Some(match filter {
            Filter::Range { variable: v, low, high } => LinkFilter::Range(variable(*v)?, *low, *high),
            Filter::Levels { variable: v, levels } => LinkFilter::Levels(variable(*v)?, levels.clone()),
            Filter::Region(points) => LinkFilter::Region(points.clone()),
            Filter::Rows(rows) => LinkFilter::Rows(rows.iter().map(|r| r.0).collect()),
        })
    }

    /// The rule on this study's columns; None if it has no column of that name.
    fn resolve(&self, study: &Study) -> Option<Filter> {
        let variable = |v: &LinkVariable| {
            Some(match v {
                LinkVariable::Margin => Variable::Margin,
                LinkVariable::Cluster => Variable::Cluster,
                LinkVariable::Column(name) => Variable::Column(study.data.column_index(name)?),
            })
        };
        Some(match self {
            LinkFilter::Range(v, low, high) => {
                Filter::Range { variable: variable(v)?, low: *low, high: *high }
            }
            LinkFilter::Levels(v, levels) => {
                Filter::Levels { variable: variable(v)?, levels: levels.clone() }
            }
            LinkFilter::Region(points) => Filter::Region(points.clone()),
            LinkFilter::Rows(rows) => Filter::Rows(rows.iter().map(|&r| RowId(r)).collect()),
        })
    }
}

/// Why a fragment is not a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not one of ours.
    #[error("the address carries no view of a study")]
    NotALink,
    /// From a later page.
    #[error("the link is of version {0}, this page reads version {VERSION}")]
    Version(String),
    /// Too long.
    #[error("the link has {0} characters, more than {MAX_LENGTH}")]
    TooLong(usize),
    /// A part that cannot be read.
    #[error("the link's part `{0}` cannot be read")]
    Part(String),
}

impl Link {
    /// The link of what the session shows; None before a study is open.
    pub fn of(session: &Session) -> Option<Link> {
        let a = session.open.as_deref()?;
        let name = |f: FeatureId| a.study.model.features.get(f.index()).map(|f| f.name.clone());
        let rules = |filters: &[Filter]| filters.iter().filter_map(|f| LinkFilter::of(&a.study, f)).collect();
        let named = session.now.named.iter().map(|n| (n.name.clone(), rules(&n.filters))).collect();
        Some(Link {
            // A packed study has no name that another page could open.
            example: session.source.clone().filter(|s| s != PACKED),
            model: short(&a.study.model_file.sha256),
            data: short(&a.study.data_file.sha256),
            cohort: session.now.cohort,
            method: session.now.method,
            reading: a.study.model.options.clone(),
            feature: session.now.feature.and_then(name),
            colour_by: session.now.colour_by.and_then(name),
            known: session.now.known.iter().copied().filter_map(name).collect(),
            filters: rules(&session.now.filters),
            named,
            edits: LinkEdits::of(&a.study, &session.now.edits),
            scenarios: (session.now.scenarios.iter())
                .filter_map(|s| Some((s.name.clone(), LinkEdits::of(&a.study, &s.edits)?)))
                .collect(),
            state: ViewState {
                feature: None,
                colour_by: None,
                known: Vec::new(),
                filters: Vec::new(),
                named: Vec::new(),
                edits: Edits::default(),
                scenarios: Vec::new(),
                cohort: CohortChoice::All,
                method: Method::PathDependent,
                ..session.now.clone()
            },
        })
    }

    /// True if the link was made with these files.
    pub fn is_for(&self, study: &Study) -> bool {
        self.model == short(&study.model_file.sha256) && self.data == short(&study.data_file.sha256)
    }

    /// The state that the sender saw; None if the link was made with other files.
    pub fn resolve(&self, a: &Analysis) -> Option<ViewState> {
        if !self.is_for(&a.study) {
            return None;
        }
        let feature =
            |name: &String| a.study.model.features.iter().position(|f| &f.name == name).map(FeatureId::of);
        let mut known: Vec<FeatureId> = self.known.iter().filter_map(feature).collect();
        known.order_by_key(|f| *f);
        let rules = |rules: &[LinkFilter]| rules.iter().filter_map(|r| r.resolve(&a.study)).collect();
        let named = |(name, of): &(String, Vec<LinkFilter>)| Named { name: name.clone(), filters: rules(of) };
        let mut state = self.state.clone();
        state.patient = state.patient.filter(|r| r.index() < a.study.n_rows());
        state.second = state.second.filter(|r| a.position(*r).is_some());
        state.output = OutputId(state.output.0.min(a.attributions.n_outputs.saturating_sub(1) as u32));
        Some(ViewState {
            cohort: self.cohort,
            method: self.method,
            feature: self.feature.as_ref().and_then(feature),
            colour_by: self.colour_by.as_ref().and_then(feature),
            known,
            filters: rules(&self.filters),
            named: self.named.iter().map(named).filter(|n| !n.filters.is_empty()).collect(),
            edits: self.edits.as_ref().map(|e| e.resolve(&a.study)).unwrap_or_default(),
            scenarios: (self.scenarios.iter())
                .map(|(name, e)| Scenario { name: name.clone(), edits: e.resolve(&a.study) })
                .filter(|s| s.edits.patient().is_some())
                .collect(),
            ..state
        })
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH_DIGITS).collect()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

impl fmt::Display for LinkVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkVariable::Margin => f.write_str("m"),
            LinkVariable::Cluster => f.write_str("k"),
            LinkVariable::Column(name) => write!(f, "c-{}", encode(name)),
        }
    }
}

impl fmt::Display for LinkFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkFilter::Range(v, low, high) => write!(f, "r!{v}!{low}!{high}"),
            LinkFilter::Levels(v, levels) => write!(f, "l!{v}!{}", joined(levels)),
            LinkFilter::Region(points) => {
                f.write_str("p")?;
                points.iter().try_for_each(|[x, y]| write!(f, "!{x}!{y}"))
            }
            LinkFilter::Rows(rows) => write!(f, "i!{}", ranges(rows)),
        }
    }
}

fn joined(numbers: &[u32]) -> String {
    numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("_")
}

/// 1-based row numbers, runs written `3-7`.
fn ranges(rows: &[u32]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < rows.len() {
        let mut end = at;
        while end + 1 < rows.len() && rows[end + 1] == rows[end] + 1 {
            end += 1;
        }
        if !out.is_empty() {
            out.push('_');
        }
        let _ = write!(out, "{}", u64::from(rows[at]) + 1);
        if end > at {
            let _ = write!(out, "-{}", u64::from(rows[end]) + 1);
        }
        at = end + 1;
    }
    out
}

fn read_ranges(text: &str) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    for part in text.split('_').filter(|p| !p.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if first == 0 || last < first || last - first > 5_000_000 || out.len() > 5_000_000 {
            return None;
        }
        out.extend(first - 1..last);
    }
    Some(out)
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (s, d) = (&self.state, ViewState::default());
        write!(f, "v={VERSION}")?;
        if let Some(example) = &self.example {
            write!(f, "&s={}", encode(example))?;
        }
        write!(
            f,
            "&m={}&d={}&view={}&cohort={}",
            encode(&self.model),
            encode(&self.data),
            s.view.id(),
            self.cohort.id()
        )?;
        if self.method != d.method {
            write!(f, "&method={}", self.method.id())?;
        }
        if self.reading != ReadOptions::default() {
            write!(f, "&read={}", encode(&self.reading.id()))?;
        }
        if s.output != d.output {
            write!(f, "&output={}", s.output.0)?;
        }
        if let Some(feature) = &self.feature {
            write!(f, "&f={}", encode(feature))?;
        }
        if let Some(row) = s.patient {
            write!(f, "&row={}", u64::from(row.0) + 1)?;
        }
        for filter in &self.filters {
            write!(f, "&w={filter}")?;
        }
        for (name, filters) in &self.named {
            write!(f, "&n={}", encode(name))?;
            filters.iter().try_for_each(|filter| write!(f, "&nw={filter}"))?;
        }
        if let Some(edits) = &self.edits {
            write!(f, "&e={edits}")?;
        }
        for (name, edits) in &self.scenarios {
            write!(f, "&sc={}&se={edits}", encode(name))?;
        }
        if s.sort != d.sort {
            write!(f, "&sort={}", s.sort.id())?;
        }
        if s.top != d.top {
            write!(f, "&top={}", s.top)?;
        }
        if s.form != d.form {
            write!(f, "&as={}", s.form.id())?;
        }
        if let Some(group) = &s.group {
            write!(f, "&group={}", encode(group))?;
        }
        if let Some(column) = &s.compare {
            write!(f, "&compare={}", encode(column))?;
        }
        if let Some(word) = &s.note {
            write!(f, "&note={}", encode(word))?;
        }
        if !s.query.is_empty() {
            write!(f, "&q={}", encode(&s.query))?;
        }
        self.known.iter().try_for_each(|name| write!(f, "&known={}", encode(name)))?;
        if let Some(colour) = &self.colour_by {
            write!(f, "&by={}", encode(colour))?;
        }
        if let Some(log) = s.log_axis {
            write!(f, "&log={}", u8::from(log))?;
        }
        if s.smooth != d.smooth {
            write!(f, "&smooth={}", u8::from(s.smooth))?;
        }
        if s.splits != d.splits {
            write!(f, "&splits={}", u8::from(s.splits))?;
        }
        if s.k != d.k {
            write!(f, "&k={}", s.k)?;
        }
        if s.clusters != d.clusters {
            write!(f, "&clusters={}", s.clusters.id())?;
        }
        if s.colours != d.colours {
            write!(f, "&colours={}", s.colours.id())?;
        }
        if s.paper != d.paper {
            write!(f, "&paper={}", s.paper.id())?;
        }
        if s.patient_chart != d.patient_chart {
            write!(f, "&chart={}", s.patient_chart.id())?;
        }
        if let Some(row) = s.second {
            write!(f, "&with={}", u64::from(row.0) + 1)?;
        }
        if s.biomarker_chart != d.biomarker_chart {
            write!(f, "&show={}", s.biomarker_chart.id())?;
        }
        if s.map != d.map {
            write!(f, "&map={}", s.map.id())?;
        }
        if s.map_of != d.map_of {
            write!(f, "&of={}", s.map_of.id())?;
        }
        if s.metric != d.metric {
            write!(f, "&distance={}", s.metric.id())?;
        }
        if s.map_colour != d.map_colour {
            write!(f, "&tint={}", s.map_colour.id())?;
        }
        if s.linkage != d.linkage {
            write!(f, "&linkage={}", s.linkage.id())?;
        }
        if s.cutoff != d.cutoff {
            write!(f, "&cutoff={}", s.cutoff)?;
        }
        if let Some(time) = s.horizon {
            write!(f, "&at={time}")?;
        }
        if !s.survival.is_empty() {
            write!(f, "&survival={}", encode(&s.survival))?;
        }
        Ok(())
    }
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(fragment: &str) -> Result<Self, LinkError> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        if fragment.len() > MAX_LENGTH {
            return Err(LinkError::TooLong(fragment.len()));
        }
        let version = fragment.strip_prefix("v=").ok_or(LinkError::NotALink)?;
        let version = version.split('&').next().unwrap_or_default();
        if version != VERSION.to_string() {
            return Err(LinkError::Version(version.chars().take(20).collect()));
        }
        let mut link = Link {
            example: None,
            model: String::new(),
            data: String::new(),
            cohort: CohortChoice::All,
            method: Method::PathDependent,
            reading: ReadOptions::default(),
            state: ViewState::default(),
            feature: None,
            colour_by: None,
            known: Vec::new(),
            filters: Vec::new(),
            named: Vec::new(),
            edits: None,
            scenarios: Vec::new(),
        };
        for part in fragment.split('&').skip(1) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            link.read_part(key, value).ok_or_else(|| LinkError::Part(part.chars().take(60).collect()))?;
        }
        if link.model.is_empty() || link.data.is_empty() {
            return Err(LinkError::NotALink);
        }
        Ok(link)
    }
}

impl Link {
    fn read_part(&mut self, key: &str, value: &str) -> Option<()> {
        let text = || percent_decode_str(value).decode_utf8().ok().map(|t| t.into_owned());
        let flag = || match value {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        };
        let hash = || Some(value.to_string()).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        let s = &mut self.state;
        match key {
            "s" => {
                // The name becomes a path: letters, digits, `_` and `-` only.
                let name = text()?;
                if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                    return None;
                }
                self.example = Some(name);
            }
            "m" => self.model = hash()?,
            "d" => self.data = hash()?,
            "view" => s.view = View::from_id(value)?,
            "cohort" => self.cohort = CohortChoice::from_id(value)?,
            "method" => self.method = Method::from_id(value)?,
            "read" => self.reading = ReadOptions::from_id(&text()?)?,
            "output" => s.output = OutputId(value.parse().ok()?),
            "f" => self.feature = Some(text()?),
            "row" => s.patient = Some(RowId(value.parse::<u32>().ok()?.checked_sub(1)?)),
            "chart" => s.patient_chart = PatientChart::from_id(value)?,
            "with" => s.second = Some(RowId(value.parse::<u32>().ok()?.checked_sub(1)?)),
            "show" => s.biomarker_chart = BiomarkerChart::from_id(value)?,
            "map" => s.map = MapKind::from_id(value)?,
            "of" => s.map_of = MapOf::from_id(value)?,
            "tint" => s.map_colour = MapColour::from_id(value)?,
            "clusters" => s.clusters = ClusterKind::from_id(value)?,
            "distance" => s.metric = Metric::from_id(value)?,
            "linkage" => s.linkage = Linkage::from_id(value)?,
            "cutoff" => s.cutoff = value.parse().ok().filter(|c| (0.0..=1.0).contains(c))?,
            "at" => s.horizon = Some(value.parse().ok().filter(|t: &f64| t.is_finite() && *t > 0.0)?),
            "survival" => s.survival = text()?,
            "w" if self.filters.len() < MAX_PARTS => self.filters.push(read_filter(value)?),
            "n" if self.named.len() < MAX_PARTS => self.named.push((text()?, Vec::new())),
            "nw" => {
                let (_, filters) = self.named.last_mut()?;
                if filters.len() < MAX_PARTS {
                    filters.push(read_filter(value)?);
                }
            }
            "e" => self.edits = Some(LinkEdits::read(value)?),
            "sc" if self.scenarios.len() < MAX_PARTS => {
                self.scenarios.push((text()?, LinkEdits { row: 0, changed: Vec::new() }));
            }
            "se" => self.scenarios.last_mut()?.1 = LinkEdits::read(value)?,
            "sort" => s.sort = Sort::from_id(value)?,
            "top" => s.top = value.parse().ok()?,
            "as" => s.form = Form::from_id(value)?,
            "group" => s.group = Some(text()?),
            "compare" => s.compare = Some(text()?),
            "note" => s.note = Some(text()?),
            "colours" => s.colours = Colours::from_id(value)?,
            "paper" => s.paper = Paper::from_id(value)?,
            "q" => s.query = text()?,
            "known" if self.known.len() < MAX_PARTS => self.known.push(text()?),
            "by" => self.colour_by = Some(text()?),
            "log" => s.log_axis = Some(flag()?),
            "smooth" => s.smooth = flag()?,
            "splits" => s.splits = flag()?,
            "k" => s.k = value.parse().ok().filter(|k| (2..=7).contains(k))?,
            _ => {}
        }
        Some(())
    }
}

fn read_filter(value: &str) -> Option<LinkFilter> {
    let parts: Vec<&str> = value.split('!').collect();
    let number = |text: &str| text.parse::<f64>().ok().filter(|x| !x.is_nan());
    Some(match parts.as_slice() {
        ["r", v, low, high] => LinkFilter::Range(read_variable(v)?, number(low)?, number(high)?),
        ["l", v, levels] => {
            let levels: Option<Vec<u32>> =
                levels.split('_').filter(|l| !l.is_empty()).map(|l| l.parse().ok()).collect();
            LinkFilter::Levels(read_variable(v)?, levels?)
        }
        ["p", corners @ ..] if corners.len() % 2 == 0 && corners.len() <= 2 * MAX_PARTS => {
            let numbers: Option<Vec<f64>> = corners.iter().map(|c| number(c)).collect();
            LinkFilter::Region(numbers?.chunks(2).map(|c| [c[0], c[1]]).collect())
        }
        ["i", rows] => LinkFilter::Rows(read_ranges(rows)?),
        _ => return None,
    })
}

fn read_variable(text: &str) -> Option<LinkVariable> {
    Some(match text {
        "m" => LinkVariable::Margin,
        "k" => LinkVariable::Cluster,
        _ => LinkVariable::Column(
            percent_decode_str(text.strip_prefix("c-")?).decode_utf8().ok()?.into_owned(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variable() -> impl Strategy<Value = LinkVariable> {
        prop_oneof![
            Just(LinkVariable::Margin),
            Just(LinkVariable::Cluster),
            ".{0,12}".prop_map(LinkVariable::Column)
        ]
    }

    fn finite() -> impl Strategy<Value = f64> {
        prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL
    }

    fn filter() -> impl Strategy<Value = LinkFilter> {
        prop_oneof![
            (variable(), finite(), finite()).prop_map(|(v, a, b)| LinkFilter::Range(v, a, b)),
            (variable(), prop::collection::vec(0u32..99, 0..5)).prop_map(|(v, l)| LinkFilter::Levels(v, l)),
            prop::collection::vec([finite(), finite()], 0..6).prop_map(LinkFilter::Region),
            prop::collection::btree_set(0u32..60, 0..20)
                .prop_map(|r| LinkFilter::Rows(r.into_iter().collect())),
        ]
    }

    prop_compose! {
        fn state()(
            view in prop::sample::select(&View::ALL[..]),
            output in 0u32..9,
            patient in prop::option::of(0u32..99_999),
            sort in prop::sample::select(&Sort::ALL[..]),
            top in 0u32..500,
            query in ".{0,10}",
            log_axis in prop::option::of(any::<bool>()),
            smooth in any::<bool>(),
            splits in any::<bool>(),
            k in 2u32..=7,
            (form, paper, safe) in (prop::sample::select(&Form::ALL[..]), prop::sample::select(&Paper::ALL[..]), any::<bool>()),
            (group, compare, note) in (prop::option::of(".{0,9}"), prop::option::of(".{0,9}"), prop::option::of(".{0,9}")),
            (patient_chart, second) in (prop::sample::select(&PatientChart::ALL[..]), prop::option::of(0u32..99_999)),
            (biomarker_chart, linkage, metric, clusters) in (
                prop::sample::select(&BiomarkerChart::ALL[..]), prop::sample::select(&Linkage::ALL[..]), prop::sample::select(&Metric::ALL[..]),
                prop::sample::select(&ClusterKind::ALL[..])),
            (map, map_of, map_colour) in (
                prop::sample::select(&MapKind::ALL[..]), prop::sample::select(&MapOf::ALL[..]),
                prop::sample::select(&MapColour::ALL[..])),
            (cutoff, horizon, survival) in (0.0f64..=1.0, prop::option::of(1e-300f64..1e300), ".{0,8}"),
        ) -> ViewState {
            ViewState {
                view, output: OutputId(output), patient: patient.map(RowId), sort, top, query, log_axis, smooth,
                splits, k, form, paper, group, compare, note, patient_chart, second: second.map(RowId),
                cutoff, horizon, survival, map, map_of, map_colour, biomarker_chart, linkage, metric, clusters,
                colours: if safe { Colours::Safe } else { Colours::Standard },
                ..ViewState::default()
            }
        }
    }

    prop_compose! {
        fn edits()(
            row in 0u32..99_999,
            changed in prop::collection::vec((".{0,9}", prop::option::of(finite())), 0..4),
        ) -> LinkEdits {
            LinkEdits { row, changed }
        }
    }

    prop_compose! {
        fn link()(
            example in prop::option::of("[a-z0-9_-]{1,8}"),
            model in "[0-9a-f]{16}",
            data in "[0-9a-f]{16}",
            cohort in prop::sample::select(vec!["all", "train", "test", "external", "validation", "unknown"]),
            method in prop::sample::select(vec!["path", "against-all", "against-train"]),
            state in state(),
            feature in prop::option::of(".{0,12}"),
            colour_by in prop::option::of(".{0,12}"),
            known in prop::collection::vec(".{0,9}", 0..4),
            filters in prop::collection::vec(filter(), 0..4),
            named in prop::collection::vec((".{0,9}", prop::collection::vec(filter(), 0..3)), 0..3),
            edits in prop::option::of(edits()),
            scenarios in prop::collection::vec((".{0,9}", edits()), 0..3),
            (use_all_trees, survival_at) in (any::<bool>(), prop::collection::vec(0.0f64..1e300, 0..3)),
        ) -> Link {
            let reading = ReadOptions { use_all_trees, survival_at };
            let cohort = CohortChoice::from_id(cohort).unwrap();
            let method = Method::from_id(method).unwrap();
            Link {
                example, model, data, cohort, method, reading, state, feature, colour_by, known, filters, named, edits,
                scenarios,
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(link in link()) {
            let text = link.to_string();
            prop_assert!(text.bytes().all(|b| b.is_ascii_graphic()), "{}", text);
            prop_assert_eq!(text.parse::<Link>(), Ok(link));
        }

        #[test]
        fn no_fragment_panics(text in ".{0,200}") {
            let _ = text.parse::<Link>();
            let _ = format!("v=1&m=00&d=00&w={text}").parse::<Link>();
        }
    }

    #[test]
    fn refusals_say_why() {
        let check = |text: &str, expect: LinkError| assert_eq!(text.parse::<Link>(), Err(expect), "{text}");
        check("", LinkError::NotALink);
        check("v=2&m=0&d=0", LinkError::Version("2".into()));
        check("v=1&m=0&d=0&view=nowhere", LinkError::Part("view=nowhere".into()));
        check("v=1&m=0&d=0&e=0!AFP!1", LinkError::Part("e=0!AFP!1".into()));
        check("v=1&m=0&d=0&e=1!AFP!NaN", LinkError::Part("e=1!AFP!NaN".into()));
        check("v=1&s=..%2Fetc&m=0&d=0", LinkError::Part("s=..%2Fetc".into()));
        check(&format!("v=1&q={}", "x".repeat(9_000)), LinkError::TooLong(9_006));
    }
}
