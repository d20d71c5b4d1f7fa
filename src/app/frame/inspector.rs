//! The inspector: facts about what is in focus, and always the patient under the pointer.

use crate::app::browser::clock;
use crate::app::store::store;
use crate::app::view::patient::cluster_mark;
use crate::figure::{self, words};
use crate::ids::{FeatureId, RowId};
use crate::math::Order as _;
use crate::plot::number::{count, fixed, percent, signed};
use crate::plot::palette::cluster_look;
use crate::session::{Analysis, Command, View};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How long what takes longer waits for what is drawn of a selection, milliseconds.
const AFTER: u32 = 100;

#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let view = store.slice(|s| s.now.view);
    let feature = store.feature;
    let patient = store.patient;
    let found = RwSignal::new(Vec::new());
    // It reads more of the attributions than any other answer to a selection, which is drawn first.
    Effect::new(move |_| {
        let here = view.get() == View::Subgroups;
        let Some((a, chosen)) = analysis.get().zip(store.passes.get()).filter(|_| here) else { return };
        spawn_local(async move {
            clock::later(AFTER).await;
            if store.passes.try_get_untracked().flatten().as_ref() == Some(&chosen) {
                found.try_set(apart(&a, &chosen));
            }
        });
    });
    view! {
        <aside class="inspector" aria-label="Inspector">
            <div class="inspector-body">
                {move || {
                    let Some(a) = analysis.get() else { return Guide().into_any() };
                    match view.get() {
                        View::Start => Guide().into_any(),
                        View::Overview | View::Performance => study_facts(&a).into_any(),
                        View::Biomarkers | View::Biomarker => {
                            feature.get().map(|f| biomarker_facts(store, &a, f)).into_any()
                        }
                        View::Patient => patient.get().map(|p| patient_facts(store, &a, p)).into_any(),
                        View::Subgroups => match store.passes.get() {
                            Some(chosen) => selection_facts(store, &a, &chosen, found).into_any(),
                            None => group_facts(&a).into_any(),
                        },
                    }
                }}
            </div>
            <Pointer />
        </aside>
    }
}

fn head(kind: &'static str, name: String) -> impl IntoView {
    view! {
        <header class="inspector-head">
            <b>{kind}</b>
            <span class="dim">{name}</span>
        </header>
    }
}

fn facts(rows: Vec<(&'static str, String)>) -> impl IntoView {
    view! {
        <dl class="facts">
            {rows.into_iter().map(|(k, v)| view! { <dt>{k}</dt><dd>{v}</dd> }).collect_view()}
        </dl>
    }
}

/// What to expect, before a study is open.
#[component]
fn Guide() -> impl IntoView {
    view! {
        {head("Guide", "what to expect".into())}
        <section>
            <h3>"What is read"</h3>
            <dl class="guide">
                <dt>"Models"</dt>
                <dd>{crate::ensemble::FORMATS}</dd>
                <dt>"Tables"</dt>
                <dd>"CSV and TSV; comma, semicolon, tab or bar; Excel .xlsx, Parquet, Arrow, Feather"</dd>
                <dt>"Studies"</dt>
                <dd>"a study.json that names both"</dd>
                <dt>"Checks"</dt>
                <dd>"your own predictions as CSV, for parity"</dd>
            </dl>
        </section>
        <section>
            <h3>"In ten minutes"</h3>
            <dl class="guide keys">
                <dt><kbd>"2"</kbd> " Overview"</dt>
                <dd>"is it what it claims to be?"</dd>
                <dt><kbd>"3"</kbd> " Biomarkers"</dt>
                <dd>"what drives it, and how surely?"</dd>
                <dt><kbd>"5"</kbd> " Patient"</dt>
                <dd>"why this prediction?"</dd>
                <dt><kbd>"6"</kbd> " Subgroups"</dt>
                <dd>"who is scored alike, and why?"</dd>
                <dt><kbd>"7"</kbd> " Performance"</dt>
                <dd>"how far can it be trusted?"</dd>
            </dl>
        </section>
        <section>
            <h3>"Words used here"</h3>
            <p class="dim">
                <b>"SHAP value: "</b>
                "how far one measurement moved one patient's prediction from the reference. A patient's values add up to the prediction exactly."
            </p>
            <p class="dim">
                <b>"Log hazard ratio: "</b>
                "the scale of a Cox model. +0.69 doubles the hazard, −0.69 halves it."
            </p>
        </section>
        <section>
            <h3>"Offline"</h3>
            <p class="dim">"The whole explorer is also one file. Save it, disconnect, open it: it behaves the same."</p>
            <super::CommandButton id="save-page" command=Command::SavePage>"Save this page"</super::CommandButton>
        </section>
        <section>
            <h3>"Limits"</h3>
            <p class="dim">
                "For research. Clarimark explains a model. It does not say whether the model is right, or what to do for a patient."
            </p>
        </section>
    }
}

fn study_facts(a: &Analysis) -> impl IntoView + use<> {
    let m = &a.study.model;
    let tested = if m.tested { "tested" } else { "not tested" };
    let best = m.best_iteration.map_or_else(
        || if m.options.use_all_trees { "not heeded: all trees are used" } else { "none" }.into(),
        |b| format!("{b}, {} of {} trees", m.n_trees, m.n_trees_stored),
    );
    let categorical = m.features.iter().filter(|f| f.categorical).count();
    let mut data = vec![
        ("Patients", count(a.study.n_rows())),
        ("Explained", format!("{}, {}", count(a.rows.len()), a.cohort.word())),
    ];
    if let Some(events) = words::events_among(&a.study, &a.rows) {
        data.push(("Outcome, explained", events));
    }
    data.push(("Numeric, categorical", format!("{}, {categorical}", m.features.len() - categorical)));
    view! {
        {head("Study", a.study.manifest.title.clone())}
        <section>
            <h3>"Model"</h3>
            {facts(vec![
                ("Library", format!("{} {}, {tested}", m.library, m.version)),
                ("Format", m.format.clone()),
                ("Objective", m.objective.clone()),
                ("Booster", m.booster.clone()),
                ("Trees, depth", format!("{}, {}", count(m.n_trees as usize), m.max_depth)),
                ("Splits, leaves", format!("{}, {}", count(m.n_splits as usize), count(m.n_leaves as usize))),
                ("Best iteration", best),
                ("Base score, stored", m.base_score.clone()),
                ("Reference (base value)", fixed(a.base_value(), 3)),
                ("Cover", m.cover.clone()),
            ])}
        </section>
        <section>
            <h3>"Data"</h3>
            {facts(data)}
        </section>
        <section>
            <h3>"Computation"</h3>
            {facts(vec![
                ("Method", format!("TreeSHAP, {}", a.method.word())),
                ("Background", if a.n_background == 0 { "none".into() } else { format!("{} patients", count(a.n_background)) }),
                ("Precision", "64-bit".into()),
                ("Approximation", "none".into()),
                ("Where", "this browser".into()),
                ("Workers", a.n_workers.to_string()),
            ])}
        </section>
        <section>
            <h3>"Reading SHAP values"</h3>
            <p class="dim">"Attributions describe the model, not biology or treatment effect."</p>
        </section>
    }
}

fn biomarker_facts(store: crate::app::store::Store, a: &Analysis, f: FeatureId) -> impl IntoView + use<> {
    let i = a.importance(f);
    let feature = &a.study.model.features[f.index()];
    let crossings = figure::crossings(a, f);
    let total: u32 = a.study.model.features.iter().map(|f| f.n_splits).sum();
    let direction = match (i.direction, feature.categorical) {
        (Some(d), _) => signed(d, 2),
        (None, true) => "by level".into(),
        (None, false) => "none".into(),
    };
    let groups = a
        .insight
        .profile
        .features
        .iter()
        .find(|p| p.feature == f.0)
        .map(|p| p.cells.iter().map(|c| c.mean_phi).collect::<Vec<f64>>());
    let names = figure::cluster_names(&a.insight.clusters);
    view! {
        {head("Biomarker", a.study.label(f).to_string())}
        <section>
            <h2>{a.study.label(f).to_string()} " " <span class="dim">{figure::unit_and_group(&a.study, f)}</span></h2>
            <p class="say">{words::effect(a, f, &crossings)}</p>
        </section>
        <section>
            {facts(vec![
                ("Mean |SHAP|", format!("{} ({} to {})", fixed(i.mean_abs, 3), fixed(i.interval[0], 2), fixed(i.interval[1], 2))),
                ("Share of all attribution", percent(i.share)),
                ("Rank, 95 % of resamples", format!("{} to {}", i.rank_interval[0], i.rank_interval[1])),
                ("Direction, Spearman ρ", direction),
                ("Lowest, highest SHAP", format!("{}, {}", signed(i.range[0], 2), signed(i.range[1], 2))),
                ("Missing", format!("{} of {}", i.n_missing, a.rows.len())),
                ("Splits in the model", format!("{} of {}", count(feature.n_splits as usize), count(total as usize))),
                ("Name in the model", feature.name.clone()),
            ])}
        </section>
        {groups
            .map(|means| {
                let largest = means.iter().fold(1e-12f64, |m, v| m.max(v.abs()));
                let out = a.insight.clusters.out();
                view! {
                    <section>
                        <h3>"Mean SHAP in subgroups"</h3>
                        <ul class="group-bars">
                            {means
                                .into_iter()
                                .enumerate()
                                .map(|(c, mean)| {
                                    let width = 50.0 * mean.abs() / largest;
                                    let left = if mean < 0.0 { 50.0 - width } else { 50.0 };
                                    view! {
                                        <li>
                                            {cluster_mark(a, c as u32)}
                                            <span>{names[c].clone()}</span>
                                            <span class="group-bar">
                                                <i
                                                    class=format!("cluster-{}", cluster_look(c as u32, out) % 8)
                                                    style:left=format!("{left:.1}%")
                                                    style:width=format!("{width:.1}%")
                                                ></i>
                                            </span>
                                            <span class="number">{signed(mean, 2)}</span>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    </section>
                }
            })}
        <section>
            <button type="button" class="button" data-command="open-biomarker" on:click=move |_| store.send(Command::FocusFeature(f, true))>
                "Open biomarker "
                <kbd>"Enter"</kbd>
            </button>
        </section>
    }
}

fn patient_facts(store: crate::app::store::Store, a: &Analysis, p: RowId) -> impl IntoView + use<> {
    let position = a.position(p).unwrap_or(0);
    let rank = a.rank(p);
    let names = figure::cluster_names(&a.insight.clusters);
    let cluster = a.insight.clusters.labels.get(position).copied().unwrap_or(0);
    let silhouette = a.insight.clusters.silhouette.get(position).copied().filter(|s| !s.is_nan());
    let contributions = figure::contributions(a, p);
    let missing: Vec<String> = contributions
        .iter()
        .filter(|c| c.missing)
        .take(8)
        .map(|c| format!("{} ({})", a.study.label(c.feature), signed(c.phi, 2)))
        .collect();
    let n_missing = a
        .study
        .model
        .features
        .iter()
        .enumerate()
        .filter(|(i, f)| f.n_splits > 0 && a.study.value(FeatureId::of(*i), p).is_nan())
        .count();
    let scale = a.study.model.scale.clone();
    let covariates: Vec<(String, String)> = a
        .study
        .roles
        .iter()
        .enumerate()
        .filter(|(_, r)| matches!(r, crate::study::ColumnRole::Covariate))
        .take(6)
        .map(|(c, _)| {
            let column = &a.study.data.columns()[c];
            (column.name.clone(), column.text(p.index()).unwrap_or_else(|| "missing".into()))
        })
        .collect();
    view! {
        {head("Patient", a.study.patient_id(p))}
        <section>
            {facts(vec![
                ("Prediction, margin", format!("{}, rank {rank} of {}", signed(a.margin(p), 2), a.rows.len())),
                ("Prediction", match a.calibrated(a.margin(p)) {
                    Some(c) => format!("{} {}, calibrated {c}", fixed(a.prediction(p), 2), scale.prediction),
                    None => format!("{} {}", fixed(a.prediction(p), 2), scale.prediction),
                }),
                ("Reference", signed(a.base_value(), 2)),
                ("Observed", words::outcome_of(&a.study, p).unwrap_or_else(|| "not known".into())),
                ("Subgroup", match silhouette {
                    Some(s) => format!("{}, silhouette {}", names[cluster as usize], fixed(s, 2)),
                    None => names.get(cluster as usize).cloned().unwrap_or_default(),
                }),
                ("Missing values", n_missing.to_string()),
                ("Rows add up to", crate::plot::number::scientific(a.additivity[position])),
            ])}
        </section>
        {(!covariates.is_empty())
            .then(|| {
                view! {
                    <section>
                        <h3>"Outside the model"</h3>
                        <dl class="facts">
                            {covariates.into_iter().map(|(k, v)| view! { <dt>{k}</dt><dd>{v}</dd> }).collect_view()}
                        </dl>
                    </section>
                }
            })}
        {(!missing.is_empty())
            .then(|| {
                view! {
                    <section>
                        <h3>"Missing values"</h3>
                        <p class="dim">
                            "Not measured: " {words::list(&missing)} ". The trees send a missing value down their default branch, which adds the numbers in brackets."
                        </p>
                    </section>
                }
            })}
        <section>
            <h3>"Largest effects"</h3>
            <ul class="effects">
                {contributions
                    .into_iter()
                    .take(6)
                    .map(|c| {
                        let f = c.feature;
                        view! {
                            <li>
                                <button type="button" class="row-button" on:click=move |_| store.send(Command::FocusFeature(f, true))>
                                    {c.text}
                                </button>
                                <span class="number">{signed(c.phi, 2)}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
    }
}

fn group_facts(a: &Analysis) -> impl IntoView + use<> {
    let c = &a.insight.clusters;
    let names = figure::cluster_names(c);
    let leading = a
        .insight
        .profile
        .features
        .first()
        // Nothing separates patients who are in one group, or in none.
        .filter(|p| p.share > 0.0)
        .map(|p| (a.study.label(FeatureId(p.feature)).to_string(), p.share));
    let mut rows: Vec<(&'static str, String)> = vec![
        ("Groups", c.k.to_string()),
        ("Mean silhouette", c.mean_silhouette(None).map_or_else(|| "none".into(), |s| fixed(s, 2))),
        ("Computed on", format!("{} patients", count(c.silhouette_n))),
    ];
    if let Some((name, share)) = leading {
        rows.push(("Separated mostly by", format!("{name}, {}", percent(share))));
    }
    let sizes: Vec<(u32, String, usize)> =
        a.insight.profile.groups.iter().enumerate().map(|(i, g)| (i as u32, names[i].clone(), g.n)).collect();
    view! {
        {head("Subgroups", "of the explained patients".into())}
        <section>
            <p class="say">{figure::trust(a)}</p>
        </section>
        <section>{facts(rows)}</section>
        <section>
            <h3>"Sizes"</h3>
            <ul class="group-bars">
                {sizes
                    .into_iter()
                    .map(|(c, name, n)| {
                        view! {
                            <li>
                                {cluster_mark(a, c)}
                                <span>{name}</span>
                                <span></span>
                                <span class="number">{n}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
        <section>
            <p class="dim">
                "By SHAP values in margin units. A cut through a gradient also gives groups: read silhouette and stability before naming one."
            </p>
        </section>
    }
}

/// By how much the mean SHAP values of the chosen patients differ from those of the others, the largest differences first.
fn apart(a: &Analysis, chosen: &[bool]) -> Vec<(String, f64)> {
    // Patient by patient, as the values lie in memory: of those outside and inside.
    let leading = &a.insight.order[..a.insight.order.len().min(40)];
    let (values, output) = (&a.attributions.values, a.insight.output);
    let n_outputs = a.attributions.n_outputs;
    let places: Vec<usize> = leading.iter().map(|f| f.index() * n_outputs + output).collect();
    let mut sums = vec![[0.0f64; 2]; leading.len()];
    for (row, c) in values.chunks_exact((a.attributions.n_features * n_outputs).max(1)).zip(chosen) {
        let side = usize::from(*c);
        for (sum, &place) in sums.iter_mut().zip(&places) {
            sum[side] += row[place];
        }
    }
    let n_inside = chosen.iter().filter(|c| **c).count();
    let mean = |sum: f64, n: usize| if n == 0 { 0.0 } else { sum / n as f64 };
    let difference =
        |[outside, inside]: &[f64; 2]| mean(*inside, n_inside) - mean(*outside, chosen.len() - n_inside);
    let mut apart: Vec<(FeatureId, f64)> = leading.iter().copied().zip(sums.iter().map(difference)).collect();
    apart.order_by(|x, y| y.1.abs().total_cmp(&x.1.abs()));
    apart.into_iter().take(8).map(|(f, d)| (a.study.label(f).to_string(), d)).collect()
}

fn selection_facts(
    store: crate::app::store::Store,
    a: &Analysis,
    chosen: &[bool],
    apart: RwSignal<Vec<(String, f64)>>,
) -> impl IntoView + use<> {
    let rows: Vec<RowId> = a.rows.iter().zip(chosen).filter(|(_, c)| **c).map(|(r, _)| *r).collect();
    let rest: Vec<RowId> = a.rows.iter().zip(chosen).filter(|(_, c)| !**c).map(|(r, _)| *r).collect();
    let (n, all) = (rows.len(), a.rows.len());
    let rate = |rows: &[RowId]| words::events_among(&a.study, rows).map(|e| format!("{e} of {}", rows.len()));
    let say = match (rate(&rows), rate(&rest)) {
        (Some(inside), Some(outside)) => format!("{inside} inside, {outside} outside."),
        _ => String::new(),
    };
    let by_margin = a.insight.by_margin.iter().map(|i| *i as usize);
    let listed = by_margin.filter(|i| chosen[*i]).map(|i| a.rows[i]);
    let more = n.saturating_sub(8);
    let listed: Vec<(RowId, String, String)> =
        listed.take(8).map(|r| (r, a.study.patient_id(r), signed(a.margin(r), 2))).collect();
    view! {
        {head("Selection", format!("{n} patients"))}
        <section>
            <h2>{n} " patients " <span class="dim">{percent(n as f64 / all.max(1) as f64)} " of the cohort"</span></h2>
            <p class="say">{say}</p>
        </section>
        <section>
            <h3>"What sets it apart: mean SHAP, inside minus outside"</h3>
            <dl class="facts">
                {move || {
                    let apart = apart.get().into_iter();
                    apart.map(|(k, v)| view! { <dt>{k}</dt><dd>{signed(v, 2)}</dd> }).collect_view()
                }}
            </dl>
        </section>
        <section>
            <h3>"In the selection"</h3>
            <ul class="effects">
                {listed
                    .into_iter()
                    .map(|(r, id, margin)| {
                        view! {
                            <li>
                                <button type="button" class="row-button" on:click=move |_| store.send(Command::FocusPatient(r, true))>
                                    {id}
                                </button>
                                <span class="number">{margin}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="hint">{format!("{more} more: the list in Patient shows them all.")}</p> })}
        </section>
    }
}

/// The patient under the pointer, always in the same place.
#[component]
fn Pointer() -> impl IntoView {
    let store = store();
    let analysis = store.open;
    let hovered = store.slice(|s| s.hovered.or(s.now.patient));
    let feature = store.feature;
    let said = Memo::new(move |_| {
        let (a, r) = analysis.get().zip(hovered.get())?;
        let names = figure::cluster_names(&a.insight.clusters);
        let cluster = a
            .position(r)
            .and_then(|i| a.insight.clusters.labels.get(i))
            .and_then(|c| names.get(*c as usize))
            .map_or_else(String::new, |c| format!(", subgroup {c}"));
        let detail = feature.get().zip(a.position(r)).map_or_else(String::new, |(f, i)| {
            let value = a
                .study
                .value_text(f, r)
                .map_or("missing".to_string(), |v| words::with_unit(&v, a.study.unit(f)));
            format!("{} {value} adds {}.", a.study.label(f), signed(a.phi(i, f), 2))
        });
        let outcome = words::outcome_of(&a.study, r)
            .map_or_else(String::new, |o| format!("{}. ", words::capitalised(&o)));
        let scored = format!(" {} {}{cluster}", a.study.model.scale.higher, signed(a.margin(r), 2));
        Some([a.study.patient_id(r), scored, outcome + &detail])
    });
    // Elements stay while the pointer moves: only their words change.
    let part = move |i: usize| move || said.with(|s| s.as_ref().map_or_else(String::new, |s| s[i].clone()));
    let somebody = Memo::new(move |_| said.with(Option::is_some));
    view! {
        <footer class="pointer" data-testid="pointer">
            <p class="hint"><span>"Under the pointer"</span> <span>"hover any mark"</span></p>
            <Show when=move || somebody.get()>
                <p class="pointer-id"><b>{part(0)}</b> <span class="dim">{part(1)}</span></p>
                <p class="dim">{part(2)}</p>
            </Show>
        </footer>
    }
}
