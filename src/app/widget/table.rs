//! A plot's numbers as a table: for reading, for assistive technology, for copying.

use crate::plot::chart::Table;
use leptos::prelude::*;

/// Rows put into the page at most; the saved file has all.
const MAX_ROWS: usize = 1_000;

/// A table with a header row.
#[component]
pub(crate) fn DataTable(table: Table) -> impl IntoView {
    let more = table.rows.len().saturating_sub(MAX_ROWS);
    view! {
        <table class="data-table">
            <thead>
                <tr>{table.header.iter().map(|h| view! { <th scope="col">{h.clone()}</th> }).collect_view()}</tr>
            </thead>
            <tbody>
                {table
                    .rows
                    .iter()
                    .take(MAX_ROWS)
                    .map(|row| {
                        view! { <tr>{row.iter().map(|c| view! { <td>{c.clone()}</td> }).collect_view()}</tr> }
                    })
                    .collect_view()}
            </tbody>
        </table>
        {(more > 0).then(|| view! { <p class="caption">{format!("{more} more rows are in the saved file.")}</p> })}
    }
}
