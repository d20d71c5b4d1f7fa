//! Start: what this is, example studies, own files.

use crate::app::frame::CommandButton;
use crate::app::store::store;
use crate::app::widget::icon::{Glyph, Icon};
use crate::session::Command;
use leptos::prelude::*;

/// A study that ships with the page.
struct Example {
    name: &'static str,
    title: &'static str,
    question: &'static str,
    patients: &'static str,
    biomarkers: &'static str,
    good_for: &'static str,
    command: &'static str,
    key: &'static str,
}

/// The counts are those of the shipped tables; an end-to-end test compares them with what the page reads.
const EXAMPLES: [Example; 2] = [
    Example {
        name: "pbc",
        title: "Mayo PBC",
        question: "liver disease, survival",
        patients: "418",
        biomarkers: "17 clinical",
        good_for: "missing and categorical values",
        command: "open-example-pbc",
        key: "M",
    },
    Example {
        name: "acc",
        title: "Adrenocortical carcinoma",
        question: "TCGA, survival",
        patients: "92",
        biomarkers: "1,004 in 5 omics layers + clinical",
        good_for: "layers grouped, few patients",
        command: "open-example-acc",
        key: "A",
    },
];

const WHAT_YOU_GET: [(Icon, &str, &str); 5] = [
    (
        Icon::Overview,
        "Overview",
        "What this model and data are, how well it does on patients it has not seen, and what deserves a look.",
    ),
    (
        Icon::Biomarkers,
        "Biomarkers",
        "What drives it: every patient as a dot, ranks with intervals, missing values in a lane of their own.",
    ),
    (
        Icon::Biomarker,
        "Biomarker",
        "How one measurement acts: value against SHAP value, thresholds, where it turns from lowering to raising.",
    ),
    (
        Icon::Patient,
        "Patient",
        "Why this prediction: a sum that adds up to the last digit, and patients scored for the same reasons.",
    ),
    (
        Icon::Subgroups,
        "Subgroups",
        "Who is scored alike, and why: map, groups, profile, and whether the groups can be trusted.",
    ),
];

#[component]
pub(crate) fn Start() -> impl IntoView {
    let store = store();
    let open = store.slice(|s| s.open.is_some());
    view! {
        <div class="view start" data-view-body="start">
            <section class="start-head">
                <div>
                    <h1>"Open a trained biomarker model and see, patient by patient, exactly what drives it."</h1>
                    <p class="say dim">
                        "Tree ensembles, exact SHAP values, no sampling. You need the model file and the patient table it scores."
                    </p>
                </div>
                <div class="start-proof">
                    <p class="say">
                        <b>"Patient data stays in this browser."</b>
                        " The page has no server to send it to, and the browser is told to refuse every other connection."
                    </p>
                    <p class="hint">"Watch the count at the foot of the page, or disconnect and go on working."</p>
                </div>
            </section>
            <section class="pane" aria-label="Example studies">
                <header class="pane-head">
                    <h2>"Example studies"</h2>
                    <span class="dim">"real patients, they come with the page"</span>
                </header>
                <table class="examples">
                    <thead>
                        <tr>
                            <th scope="col">"Study"</th>
                            <th scope="col" class="not-narrow">"Question"</th>
                            <th scope="col" class="number">"Patients"</th>
                            <th scope="col" class="not-phone">"Biomarkers"</th>
                            <th scope="col" class="not-narrow">"Good for seeing"</th>
                            <th scope="col" class="not-phone">"Model"</th>
                            <th scope="col"><span class="visually-hidden">"Open"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        {EXAMPLES
                            .iter()
                            .map(|e| {
                                view! {
                                    <tr>
                                        <td><b>{e.title}</b></td>
                                        <td class="dim not-narrow">{e.question}</td>
                                        <td class="number">{e.patients}</td>
                                        <td class="not-phone">{e.biomarkers}</td>
                                        <td class="dim not-narrow">{e.good_for}</td>
                                        <td class="dim not-phone">"XGBoost Cox"</td>
                                        <td class="number">
                                            <CommandButton id=e.command command=Command::OpenExample(e.name.into())>
                                                "Open "
                                                <kbd>{e.key}</kbd>
                                            </CommandButton>
                                        </td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </section>
            <section class="drop-area">
                <div>
                    <h2>"Drop a model and a table anywhere"</h2>
                    <p class="say dim">
                        "Together or one after the other, in any order. Nothing is computed until you have seen what was understood."
                    </p>
                    <CommandButton id="choose-files" command=Command::ChooseFiles class="button primary large">
                        "Choose files"
                    </CommandButton>
                </div>
                <ol>
                    <li><span class="dim">"1"</span><b>"Model file"</b><span class="dim">{crate::ensemble::FORMATS}</span></li>
                    <li>
                        <span class="dim">"2"</span>
                        <b>"Patient table"</b>
                        <span class="dim">"CSV, Excel, Parquet or Arrow: one row per patient, outcome optional"</span>
                    </li>
                    <li><span class="dim">"3"</span><b>"Check"</b><span class="dim">"every column and its role is listed"</span></li>
                    <li><span class="dim">"4"</span><b>"Compute"</b><span class="dim">"exact values, with progress and cancel"</span></li>
                </ol>
            </section>
            <section class="pane" aria-label="What you get">
                <header class="pane-head">
                    <h2>"What you get"</h2>
                    <span class="dim">"five views over one session; a selection made in one shows in all"</span>
                </header>
                <ul class="what-you-get">
                    {WHAT_YOU_GET
                        .iter()
                        .map(|(icon, title, text)| {
                            view! {
                                <li>
                                    <Glyph icon=*icon />
                                    <div>
                                        <b>{*title}</b>
                                        <p class="dim">{*text}</p>
                                    </div>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </section>
            <Show when=move || open.get()>
                <p class="caption">
                    "A study is open: its views are in the rail. It stays open until another one has been computed."
                </p>
            </Show>
        </div>
    }
}
