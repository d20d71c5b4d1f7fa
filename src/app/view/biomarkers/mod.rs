//! Biomarkers: what drives the model over all patients, in one of several forms.

mod cohorts;
mod groups;
mod heatmap;
mod patients;
mod ranked;
mod redundancy;

use crate::app::store::store;
use crate::app::widget::controls::{Picker, Search, Segmented};
use crate::app::widget::icon::{Glyph, Icon};
use crate::figure;
use crate::ids::FeatureId;
use crate::session::{Command, Form, Notice, Sort};
use leptos::prelude::*;

/// The biomarkers shown, in order.
type Rows = Memo<Vec<FeatureId>>;

#[component]
pub(crate) fn Biomarkers() -> impl IntoView {
    let store = store();
    let (analysis, now) = (store.open, store.now);
    let form = store.slice(|s| s.now.form);
    let features = Memo::new(move |_| {
        analysis.get().map(|a| figure::shown_features(&a, &now.get())).unwrap_or_default()
    });
    let used = Memo::new(move |_| {
        analysis.get().map_or(0, |a| a.study.model.features.iter().filter(|f| f.n_splits > 0).count())
    });
    let sorts = Signal::derive(|| {
        Sort::ALL.iter().map(|s| (s.id().to_string(), s.title().to_string())).collect::<Vec<_>>()
    });
    let tops = move || {
        let all = used.get();
        let mut options: Vec<(u32, String)> = [10u32, 20, 50]
            .into_iter()
            .filter(|&n| (n as usize) < all)
            .map(|n| (n, format!("Top {n}")))
            .collect();
        options.push((0, format!("All {all}")));
        options
    };
    let top = Signal::derive(move || {
        let top = now.get().top;
        if top as usize >= used.get() { 0 } else { top }
    });
    view! {
        <div class="view" data-view-body="biomarkers">
            <h1 class="visually-hidden">"Biomarkers"</h1>
            <div class="toolbar">
                <Segmented
                    label="As"
                    options=Form::ALL.iter().map(|f| (*f, f.title().to_string())).collect()
                    chosen=Signal::derive(move || form.get())
                    choose=move |form| store.send(Command::SetForm(form))
                />
                <Show when=move || !matches!(form.get(), Form::Groups | Form::Redundancy)>
                    <Search
                        label="Find biomarker"
                        text=Signal::derive(move || now.get().query)
                        changed=move |text| store.send(Command::SetQuery(text))
                    />
                    {move || {
                        view! {
                            <Segmented label="Show" options=tops() chosen=top choose=move |n| store.send(Command::SetTop(n)) />
                        }
                    }}
                    <Picker
                        label="Sort"
                        options=sorts
                        chosen=Signal::derive(move || now.get().sort.id().to_string())
                        choose=move |id: String| {
                            if let Some(sort) = Sort::from_id(&id) {
                                store.send(Command::SetSort(sort));
                            }
                        }
                    />
                </Show>
                <Show when=move || matches!(form.get(), Form::Swarm)>
                    <span class="legend">"value low " <i class="ramp"></i> " high"</span>
                    <span class="legend"><i class="swatch missing"></i> "missing, own lane"</span>
                </Show>
                <KnownMarkers/>
                {move || {
                    now.with(|n| n.group.clone())
                        .map(|group| {
                            view! {
                                <button
                                    type="button"
                                    class="button"
                                    data-command="all-groups"
                                    on:click=move |_| store.send(Command::SetGroup(None))
                                >
                                    {group}
                                    <Glyph icon=Icon::Close />
                                </button>
                            }
                        })
                }}
            </div>
            {move || match form.get() {
                Form::Heatmap => view! { <heatmap::Heatmap rows=features /> }.into_any(),
                Form::Groups => view! { <groups::Groups /> }.into_any(),
                Form::Redundancy => view! { <redundancy::Redundancy /> }.into_any(),
                Form::Cohorts => view! { <cohorts::Cohorts rows=features /> }.into_any(),
                Form::Patients => view! { <patients::Patients rows=features /> }.into_any(),
                Form::Swarm => view! { <ranked::Ranked name="ranked" rows=features /> }.into_any(),
                Form::Violin => view! { <ranked::Ranked name="violin" rows=features /> }.into_any(),
            }}
            <Show when=move || features.get().is_empty()>
                <p class="empty">"No biomarker matches. Clear the search field to see those the model uses."</p>
            </Show>
        </div>
    }
}

/// The list of known markers, which every plot marks.
#[component]
fn KnownMarkers() -> impl IntoView {
    let store = store();
    let text = move || {
        let (a, known) = (store.open.get()?, store.now.with(|n| n.known.clone()));
        Some(known.iter().map(|f| a.study.label(*f)).collect::<Vec<_>>().join("\n"))
    };
    let set = move |list: String| {
        let Some(a) = store.open.get_untracked() else { return };
        let (known, unknown) = figure::named_features(&a, &list);
        store.send(Command::SetKnown(known));
        if !unknown.is_empty() {
            let text = format!("The model has no biomarker called {}.", figure::words::list(&unknown));
            store.send(Command::Tell(Notice::word(text)));
        }
    };
    view! {
        <details class="column-picker">
            <summary class="button">"Known markers"</summary>
            <div>
                <textarea
                    class="field"
                    rows="6"
                    data-testid="known-markers"
                    aria-label="Known markers, one per line"
                    placeholder="one name per line"
                    prop:value=move || text().unwrap_or_default()
                    on:change=move |event| set(event_target_value(&event))
                ></textarea>
                <p class="hint">"A diamond marks them in every plot."</p>
            </div>
        </details>
    }
}
