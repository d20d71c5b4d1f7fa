//! The patients as a table. Only the rows in sight are in the page.

use super::super::n_patients;
use super::Rows;
use crate::app::browser::clipboard;
use crate::app::store::{Same, store};
use crate::app::widget::controls::Search;
use crate::figure::{self, PatientColumn, PatientSheet};
use crate::ids::RowId;
use crate::plot::number;
use crate::session::{Command, Filter, Notice};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Height of a row in pixels.
const ROW: f64 = 24.0;
/// Rows in the page at most: those in sight with a few to spare.
const IN_PAGE: usize = 58;
/// Rows above those in sight.
const ABOVE: usize = 6;

#[component]
pub(crate) fn Patients(rows: Rows) -> impl IntoView {
    let store = store();
    let (analysis, passes) = (store.open, store.passes);
    let (query, only_selected) = (RwSignal::new(String::new()), RwSignal::new(false));
    let sort = RwSignal::new((PatientColumn::Prediction, true));
    let top = RwSignal::new(0usize);
    let sheet = NodeRef::<html::Div>::new();
    let table = Memo::new(move |_| analysis.get().map(|a| Same(Arc::new(PatientSheet::new(a.0)))));
    let offered = Memo::new(move |_| table.get().map(|t| t.columns(&rows.get())).unwrap_or_default());
    // Columns whose box was ticked: covariates are shown when asked for, all others until they are not wanted.
    let ticked = RwSignal::new(Vec::<PatientColumn>::new());
    let is_shown =
        move |c: &PatientColumn| ticked.with(|t| t.contains(c)) == matches!(c, PatientColumn::Covariate(_));
    let columns = Memo::new(move |_| offered.get().into_iter().filter(is_shown).collect::<Vec<_>>());
    let tick = move |c: PatientColumn| {
        ticked.update(|t| match t.iter().position(|known| *known == c) {
            Some(at) => drop(t.swap_remove(at)),
            None => t.push(c),
        });
    };
    let order = Memo::new(move |_| {
        let Some(table) = table.get() else { return Vec::new() };
        let keep = passes.get().filter(|_| only_selected.get());
        let (column, descending) = sort.get();
        table.order(column, descending, &query.get(), keep.as_ref().map(|k| k.as_slice()))
    });
    let chosen = store.slice(|s| {
        s.now
            .filters
            .iter()
            .find_map(|f| if let Filter::Rows(rows) = f { Some(rows.clone()) } else { None })
            .unwrap_or_default()
    });
    let first = Memo::new(move |_| top.get().saturating_sub(ABOVE).min(order.with(Vec::len)));
    let shown = Memo::new(move |_| {
        let at = first.get();
        order.with(|o| o[at..(at + IN_PAGE).min(o.len())].to_vec())
    });
    let by = move |column: PatientColumn| {
        sort.update(|(by, descending)| {
            *descending = if *by == column { !*descending } else { column != PatientColumn::Id };
            *by = column;
        });
        if let Some(sheet) = sheet.get_untracked() {
            sheet.set_scroll_top(0);
        }
    };
    let copy = move |_| {
        let Some(table) = table.get_untracked() else { return };
        let text = table.table(&columns.get_untracked(), &order.get_untracked()).tsv();
        let n = order.with_untracked(Vec::len);
        spawn_local(async move {
            let word = if clipboard::copy(&text).await {
                format!("{} patients copied, ready for a spreadsheet.", number::count(n))
            } else {
                "The browser keeps the clipboard closed to this page.".to_string()
            };
            store.send(Command::Tell(Notice::word(word)));
        });
    };
    let line = move |i: u32| {
        let (a, table) = (analysis.get_untracked()?, table.get_untracked()?);
        let row: RowId = *a.rows.get(i as usize)?;
        let id = a.study.patient_id(row);
        let out = move || passes.with(|p| p.as_ref().is_some_and(|p| !p[i as usize]));
        let cells: Vec<(bool, String)> =
            columns.get().into_iter().map(|c| (table.is_number(c), table.cell(c, i as usize))).collect();
        Some(view! {
            <tr
                class:out=out
                class:current=move || store.patient.get() == Some(row)
                on:click=move |_| store.send(Command::FocusPatient(row, false))
                on:dblclick=move |_| store.send(Command::FocusPatient(row, true))
                on:pointerenter=move |_| store.send(Command::Hover(Some(row)))
            >
                <td>
                    <input
                        type="checkbox"
                        aria-label=format!("Choose {id}")
                        prop:checked=move || chosen.with(|c| c.binary_search(&row).is_ok())
                        on:click=move |event| event.stop_propagation()
                        on:change=move |_| {
                            store.send(Command::ChooseRows(figure::toggled(&chosen.get_untracked(), row)));
                        }
                    />
                </td>
                {cells
                    .into_iter()
                    .map(|(number, text)| {
                        let missing = text == "missing" || text == "unknown";
                        view! { <td class:number=number class:dim=missing>{text}</td> }
                    })
                    .collect_view()}
            </tr>
        })
    };
    view! {
        <div class="toolbar">
            <Search label="Find patient" text=query.into() changed=move |text| query.set(text) />
            <label class="picker">
                <input
                    type="checkbox"
                    prop:checked=move || only_selected.get()
                    on:change=move |event| only_selected.set(event_target_checked(&event))
                />
                "Only the selection"
            </label>
            <details class="column-picker">
                <summary class="button">"Columns"</summary>
                <div>
                    {move || {
                        let Some(table) = table.get() else { return Vec::new() };
                        let of_patient = offered.get().into_iter().filter(|c| *c != PatientColumn::Id);
                        of_patient
                            .map(|column| {
                                let head = table.head(column);
                                view! {
                                    <label class="picker">
                                        <input
                                            type="checkbox"
                                            prop:checked=move || is_shown(&column)
                                            on:change=move |_| tick(column)
                                        />
                                        {head}
                                    </label>
                                }
                            })
                            .collect()
                    }}
                </div>
            </details>
            <button type="button" class="button" data-command="copy-patients" on:click=copy>
                "Copy as TSV"
            </button>
            <span class="dim" data-testid="patients-shown">
                {move || match order.with(Vec::len) {
                    1 => "1 patient".to_string(),
                    n => format!("{} patients", number::count(n)),
                }}
            </span>
        </div>
        <div
            class="patients"
            node_ref=sheet
            tabindex="0"
            role="region"
            aria-label="Patients"
            on:scroll=move |_| {
                if let Some(sheet) = sheet.get_untracked() {
                    let at = (f64::from(sheet.scroll_top()) / ROW) as usize;
                    // In steps, so that a row is not made anew for every pixel.
                    if top.get_untracked().abs_diff(at) >= ABOVE / 2 {
                        top.set(at);
                    }
                }
            }
            on:pointerleave=move |_| store.send(Command::Hover(None))
        >
            <table class="data-table" aria-rowcount=move || (order.with(Vec::len) + 1).to_string()>
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="visually-hidden">"Chosen"</span>
                        </th>
                        {move || {
                            let Some(table) = table.get() else { return Vec::new() };
                            columns
                                .get()
                                .into_iter()
                                .map(|column| {
                                    let direction = move || match sort.get() {
                                        (by, true) if by == column => "descending",
                                        (by, false) if by == column => "ascending",
                                        _ => "none",
                                    };
                                    let arrow = move || match direction() {
                                        "descending" => " ▾",
                                        "ascending" => " ▴",
                                        _ => "",
                                    };
                                    view! {
                                        <th scope="col" aria-sort=direction class:number=table.is_number(column)>
                                            <button type="button" on:click=move |_| by(column)>
                                                {table.head(column)}
                                                {arrow}
                                            </button>
                                        </th>
                                    }
                                })
                                .collect()
                        }}
                    </tr>
                </thead>
                <tbody>
                    <tr aria-hidden="true" style:height=move || format!("{}px", first.get() as f64 * ROW)></tr>
                    {move || shown.get().into_iter().filter_map(line).collect_view()}
                    <tr
                        aria-hidden="true"
                        style:height=move || {
                            let below = order.with(Vec::len) - first.get() - shown.with(Vec::len);
                            format!("{}px", below as f64 * ROW)
                        }
                    ></tr>
                </tbody>
            </table>
        </div>
        <p class="caption">
            {move || {
                analysis
                    .get()
                    .map_or_else(
                        String::new,
                        |a| {
                            format!(
                                "{}. Missing values sort last. A tick puts a patient into the selection that all views share; \
                                 grey rows are outside of it.",
                                n_patients(&a)
                            )
                        },
                    )
            }}
        </p>
    }
}
