//! What was understood of the files, before anything is computed: every column, its role, what it feeds.

use crate::app::browser::clock;
use crate::app::frame::CommandButton;
use crate::app::store::{Same, store};
use crate::app::widget::controls::Segmented;
use crate::ensemble::{ReadOptions, Summary};
use crate::figure::words;
use crate::ids::FeatureId;
use crate::plot::number::{count, percent};
use crate::session::{Change, CohortChoice, Command, Method, Staged};
use crate::study::{ColumnFacts, ColumnRole, Finding, Outcome, Severity};
use leptos::prelude::*;
use std::sync::Arc;

/// Columns listed at most; a search would find no more in a table of thousands.
const MAX_LISTED: usize = 400;
/// Columns that appear together; the others follow frame by frame.
const LISTED_AT_ONCE: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    All,
    Notes,
    Missing,
}

/// The staged study as memos see it.
#[derive(Clone)]
struct Now(Arc<crate::study::Study>, CohortChoice, f64, Method);

impl PartialEq for Now {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) && self.1 == other.1 && self.3 == other.3
    }
}

#[component]
pub(crate) fn Understood() -> impl IntoView {
    let store = store();
    let staged = store.slice(|s| {
        s.staged.as_ref().map(|Staged { study, cohort, method, elapsed_ms, .. }| {
            Now(study.clone(), *cohort, *elapsed_ms, *method)
        })
    });
    let running = store.slice(|s| s.run.is_some());
    let listed = RwSignal::new(Listed::All);
    let columns = store.slice(|s| Same(s.staged.as_ref().map_or_else(Arc::default, |t| t.columns.clone())));
    let notes = store.slice(|s| {
        s.staged.as_ref().map_or_else(Vec::new, |t| {
            let worth_saying = |f: &&Finding| f.severity != Severity::Pass;
            t.notes
                .iter()
                .filter(worth_saying)
                .map(|f| (f.severity, f.title.clone(), f.detail.clone()))
                .collect::<Vec<_>>()
        })
    });
    let n_shown = RwSignal::new(LISTED_AT_ONCE);
    Effect::new(move |_| {
        columns.track();
        n_shown.set(LISTED_AT_ONCE);
        show_more(n_shown, columns.read_untracked().len().min(MAX_LISTED));
    });
    // Keyed by the list they come from and their place in it: another role makes another list.
    let rows = move || {
        let n_rows = staged.get().map_or(1, |s| s.0.n_rows()).max(1);
        let (chosen, columns) = (listed.get(), columns.get());
        columns
            .iter()
            .enumerate()
            .filter(|(_, c)| match chosen {
                Listed::All => true,
                Listed::Notes => !c.note.is_empty(),
                Listed::Missing => c.n_missing > 0,
            })
            .take(n_shown.get())
            .map(|(i, c)| ((Arc::as_ptr(&columns.0) as usize, i), c.clone(), n_rows))
            .collect::<Vec<_>>()
    };
    let cells = move || {
        let Some(Now(study, ..)) = staged.get() else { return Vec::new() };
        let n_features = study.n_features();
        let n_rows = study.n_rows();
        let missing: usize = columns.get().iter().filter(|c| c.feature.is_some()).map(|c| c.n_missing).sum();
        let outcome = match study.outcome() {
            Outcome::None => ("none".to_string(), "explanations need none".to_string()),
            Outcome::Binary { labels, positive } => {
                let n = labels.iter().filter(|l| **l == Some(true)).count();
                (format!("{n} {positive}"), format!("of {} known", labels.iter().flatten().count()))
            }
            Outcome::Continuous(y) => {
                (format!("{} values", y.iter().filter(|v| !v.is_nan()).count()), "continuous".into())
            }
            Outcome::Survival { event, word, unit, .. } => {
                let n = event.iter().filter(|e| **e == Some(true)).count();
                (format!("{n} {word}"), format!("in {n_rows} patients, time in {unit}"))
            }
        };
        let offered = CohortChoice::offered(&study);
        let parts: Vec<String> = offered
            .iter()
            .filter(|(c, _)| *c != CohortChoice::All)
            .map(|(c, n)| format!("{n} {}", c.word()))
            .collect();
        vec![
            (
                "Columns",
                format!("{} read", count(study.data.columns().len())),
                format!("{} rows", count(n_rows)),
            ),
            (
                "Features",
                format!("{n_features} of {n_features} found"),
                if study.binding.positional() { "by position" } else { "by name" }.to_string(),
            ),
            ("Outcome", outcome.0, outcome.1),
            (
                "Split",
                if parts.is_empty() { "none".into() } else { parts.join(", ") },
                if parts.is_empty() {
                    "all patients are explained".into()
                } else {
                    "from the table".to_string()
                },
            ),
            (
                "Missing",
                percent(missing as f64 / (n_rows * n_features).max(1) as f64),
                format!("{} of {} cells", count(missing), count(n_rows * n_features)),
            ),
        ]
    };
    view! {
        <div class="view understood" data-view-body="understood">
            <h1 class="visually-hidden">"What I understood"</h1>
            <div class="summary-cells">
                {move || {
                    cells()
                        .into_iter()
                        .map(|(label, value, note)| {
                            view! {
                                <div>
                                    <span class="hint">{label}</span>
                                    <b>{value}</b>
                                    <span class="dim">{note}</span>
                                </div>
                            }
                        })
                        .collect_view()
                }}
            </div>
            <div class="understood-body">
                <section class="pane scroll understood-table" aria-label="What I understood">
                    <header class="pane-head">
                        <h2>"What I understood"</h2>
                        <span class="dim">"every column in the table, and what it will be used for"</span>
                        <span class="pane-tools">
                            <Segmented
                                label=""
                                options=vec![
                                    (Listed::All, "All".to_string()),
                                    (Listed::Notes, "With notes".into()),
                                    (Listed::Missing, "Missing".into()),
                                ]
                                chosen=listed.into()
                                choose=move |l| listed.set(l)
                            />
                        </span>
                    </header>
                    <div class="pane-body">
                        <table class="data-table columns-table">
                            <thead>
                                <tr>
                                    <th scope="col">"Column in file"</th>
                                    <th scope="col">"Role"</th>
                                    <th scope="col">"Model feature"</th>
                                    <th scope="col">"Type and range"</th>
                                    <th scope="col">"Distribution"</th>
                                    <th scope="col" class="number">"Missing"</th>
                                    <th scope="col">"Note"</th>
                                </tr>
                            </thead>
                            <tbody>
                                <For each=rows key=|(key, ..)| *key let((key, facts, n_rows))>
                                    <ColumnRow index=key.1 facts=facts n_rows=n_rows />
                                </For>
                            </tbody>
                        </table>
                        <Show when=move || { columns.get().len() > MAX_LISTED }>
                            <p class="caption">
                                {move || {
                                    format!("The first {MAX_LISTED} of {} columns are listed; all are used.", count(columns.get().len()))
                                }}
                            </p>
                        </Show>
                    </div>
                </section>
                <aside class="ready" aria-label="Ready to compute">
                    <h2>"Ready to compute"</h2>
                    {move || {
                        staged
                            .get()
                            .map(|Now(study, _, elapsed, _)| {
                                view! {
                                    <dl class="facts">
                                        <dt>"Model"</dt>
                                        <dd>{study.model_file.name.clone()}</dd>
                                        <dt>"Library"</dt>
                                        <dd>{format!("{} {}", study.model.library, study.model.version)}</dd>
                                        <dt>"sha-256"</dt>
                                        <dd><code>{short(&study.model_file.sha256)}</code></dd>
                                        <dt>"Objective"</dt>
                                        <dd>{study.model.objective.clone()}</dd>
                                        <dt>"Trees, depth"</dt>
                                        <dd>{format!("{}, {}", study.model.n_trees, study.model.max_depth)}</dd>
                                        <dt>"Table"</dt>
                                        <dd>{format!("{}, {} × {}", study.data_file.name, count(study.n_rows()), count(study.data.columns().len()))}</dd>
                                        <dt>"Read in"</dt>
                                        <dd>{crate::app::frame::duration(elapsed / 1000.0)}</dd>
                                    </dl>
                                }
                            })
                    }}
                    {move || staged.get().and_then(|Now(study, ..)| reading(&study.model))}
                    <h3>"Cohort to explain"</h3>
                    {move || {
                        staged
                            .get()
                            .map(|Now(study, cohort, ..)| {
                                let options: Vec<(CohortChoice, String)> = CohortChoice::offered(&study)
                                    .into_iter()
                                    .map(|(c, n)| (c, format!("{} {n}", c.word())))
                                    .collect();
                                let hint = match cohort {
                                    CohortChoice::Role(crate::study::SplitRole::Test | crate::study::SplitRole::External) => {
                                        "Held-out patients are the default: the model has not seen them."
                                    }
                                    CohortChoice::Role(crate::study::SplitRole::Train) => {
                                        "The model was fitted on these patients: their explanations flatter it."
                                    }
                                    _ => "The table does not say who was held out, or everyone is explained.",
                                };
                                view! {
                                    <Segmented
                                        label=""
                                        options=options
                                        chosen=Signal::derive(move || cohort)
                                        choose=move |c| store.send(Command::SetCohort(c))
                                    />
                                    <p class="hint">{hint}</p>
                                }
                            })
                    }}
                    <h3>"Method"</h3>
                    {move || {
                        staged
                            .get()
                            .map(|Now(study, _, _, method)| {
                                let options: Vec<(Method, String)> = Method::offered(&study)
                                    .into_iter()
                                    .map(|m| match m {
                                        Method::PathDependent => (m, "by cover".to_string()),
                                        Method::Interventional(c) => (m, format!("against {}", c.word())),
                                    })
                                    .collect();
                                let hint = match method {
                                    Method::PathDependent => {
                                        "Path-dependent: what is left out follows the shares of cover in the trees."
                                    }
                                    Method::Interventional(_) => {
                                        "Interventional: what is left out is taken from these patients, all of them."
                                    }
                                };
                                view! {
                                    <Segmented
                                        label=""
                                        options=options
                                        chosen=Signal::derive(move || method)
                                        choose=move |m| store.send(Command::SetMethod(m))
                                    />
                                    <p class="hint">{hint}</p>
                                }
                            })
                    }}
                    <h3>"Warnings"</h3>
                    <ul class="warnings" data-testid="warnings">
                        {move || {
                            let list = notes.get();
                            let mut all: Vec<(Severity, String, String)> = staged
                                .get()
                                .map_or_else(Vec::new, |s| {
                                    s.0.warnings.iter().map(|w| (Severity::Medium, w.clone(), String::new())).collect()
                                });
                            all.extend(list);
                            if all.is_empty() {
                                return view! { <li class="dim">"None."</li> }.into_any();
                            }
                            all.into_iter()
                                .map(|(severity, title, detail)| {
                                    view! {
                                        <li>
                                            <super::overview::SeverityMark severity=severity />
                                            <span><b>{title}</b> " " {detail}</span>
                                        </li>
                                    }
                                })
                                .collect_view()
                                .into_any()
                        }}
                    </ul>
                    <CommandButton id="compute" command=Command::Compute class="button primary large" disabled=running>
                        "Compute "
                        <span>"Ctrl Enter"</span>
                    </CommandButton>
                    <CommandButton id="discard" command=Command::Discard class="button ghost">
                        "Put these files away"
                    </CommandButton>
                </aside>
            </div>
            <p class="caption">"Missing values are passed to the trees as missing, as in training. They are never filled in."</p>
        </div>
    }
}

/// Which function of the model's file is explained, where it holds several.
fn reading(model: &Summary) -> Option<impl IntoView + use<>> {
    let store = store();
    let readings = model.readings();
    let now = model.options.clone();
    let like_now = |o: &ReadOptions| {
        (o.use_all_trees, o.survival_at.is_empty()) == (now.use_all_trees, now.survival_at.is_empty())
    };
    let chosen = readings.iter().position(|(_, o)| like_now(o)).filter(|_| readings.len() > 1)?;
    let words = readings.iter().map(|(word, _)| word.clone()).enumerate().collect();
    let readings = StoredValue::new(readings);
    let read = move |options| store.send(Command::Restage(Change::Reading(options)));
    // What is no time gets the answer of the reader that knows the times.
    let times = move |text: String| {
        read(
            ReadOptions::from_id(&text)
                .unwrap_or(ReadOptions { survival_at: vec![f64::NAN], ..Default::default() }),
        );
    };
    Some(view! {
        <h3>"What is explained"</h3>
        <Segmented
            label=""
            options=words
            chosen=Signal::derive(move || chosen)
            choose=move |i| read(readings.with_value(|r| r[i].1.clone()))
        />
        <Show when={
            let of_times = !now.survival_at.is_empty();
            move || of_times
        }>
            <label class="picker">
                <span class="label">"Times"</span>
                <input type="text" value=now.id() on:change=move |event| times(event_target_value(&event)) />
            </label>
        </Show>
    })
}

/// Lists more columns, some at a time, until this many are.
fn show_more(n_shown: RwSignal<usize>, all: usize) {
    clock::soon(move || {
        // Nobody looks any more when the view is gone.
        if let Some(n) = n_shown.try_update(|n| {
            *n = (*n + LISTED_AT_ONCE).min(all);
            *n
        }) && n < all
        {
            show_more(n_shown, all);
        }
    });
}

fn short(hash: &str) -> String {
    format!("{}…{}", &hash[..8.min(hash.len())], &hash[hash.len().saturating_sub(6)..])
}

/// The roles that a person can choose, with the words on screen.
const ROLES: [(&str, &str, ColumnRole); 9] = [
    ("id", "id", ColumnRole::Id),
    ("time", "outcome: time", ColumnRole::OutcomeTime),
    ("event", "outcome: event", ColumnRole::OutcomeEvent),
    ("binary", "outcome: yes / no", ColumnRole::OutcomeBinary),
    ("continuous", "outcome: value", ColumnRole::OutcomeContinuous),
    ("split", "split", ColumnRole::Split),
    ("covariate", "covariate", ColumnRole::Covariate),
    ("ignored", "ignored", ColumnRole::Ignored),
    ("feature", "biomarker", ColumnRole::Feature(FeatureId(0))),
];

fn role_id(role: ColumnRole) -> &'static str {
    ROLES
        .iter()
        .find(|(_, _, r)| *r == role || matches!((r, role), (ColumnRole::Feature(_), ColumnRole::Feature(_))))
        .map_or("ignored", |(id, ..)| id)
}

#[component]
fn ColumnRow(index: usize, facts: ColumnFacts, n_rows: usize) -> impl IntoView {
    let store = store();
    let is_feature = facts.feature.is_some();
    let chosen = role_id(facts.role);
    let feature = facts.feature;
    let options = ROLES
        .iter()
        .filter(|(id, ..)| if is_feature { *id == "feature" } else { *id != "feature" })
        .map(|(id, text, _)| view! { <option value=*id selected=*id == chosen>{*text}</option> })
        .collect_view();
    let largest = facts.histogram.iter().copied().max().unwrap_or(1).max(1);
    let bars = facts
        .histogram
        .iter()
        .map(|n| {
            let height = if *n == 0 { 0.0 } else { (16.0 * f64::from(*n) / f64::from(largest)).max(1.0) };
            view! { <i style:height=format!("{height:.1}px")></i> }
        })
        .collect_view();
    let share = facts.n_missing as f64 / n_rows as f64;
    view! {
        <tr>
            <td><code>{facts.name.clone()}</code></td>
            <td>
                <select
                    class="field"
                    aria-label=format!("Role of {}", facts.name)
                    disabled=is_feature
                    on:change=move |event| {
                        let value = event_target_value(&event);
                        if let Some((_, _, role)) = ROLES.iter().find(|(id, ..)| *id == value) {
                            let role = match (role, feature) {
                                (ColumnRole::Feature(_), Some(f)) => ColumnRole::Feature(f),
                                (role, _) => *role,
                            };
                            store.send(Command::Restage(Change::Role(index as u32, role)));
                        }
                    }
                >
                    {options}
                </select>
            </td>
            <td>{if facts.label.is_empty() { view! { <span class="dim">"none"</span> }.into_any() } else { view! { <b>{facts.label.clone()}</b> }.into_any() }}</td>
            <td>{facts.kind.clone()}</td>
            <td><span class="mini-bars" aria-hidden="true">{bars}</span></td>
            <td class="number">
                <span class="missing-bar" class:none=facts.n_missing == 0 aria-hidden="true"><i style:width=format!("{:.1}px", 46.0 * share)></i></span>
                {if facts.n_missing == 0 { "0".to_string() } else { percent(share) }}
            </td>
            <td class="dim">{words::capitalised(&facts.note)}</td>
        </tr>
    }
}
