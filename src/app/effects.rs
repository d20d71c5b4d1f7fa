//! Carries out what [`crate::session::update`] asks of the browser.

use super::browser::files::Refused;
use super::browser::{boot, clipboard, clock, download, files, location, theme};
use super::store::Store;
use super::study_files;
use super::task::{self, Running, Stopped};
use super::{large, resident};
use crate::figure;
use crate::job::{FileRole, Picked, Reading, Subject, file_role};
use crate::math::Order as _;
use crate::report::Order;
use crate::session::{
    Analysis, CohortChoice, Command, Dialog, Effect, Insight, Method, Notice, Phase, Progress, SaveAs, Staged,
};
use crate::share::{Link as ViewLink, PACKED};
use crate::study::{Finding, Severity, Study, Topic};
use leptos::prelude::Update;
use std::cell::Cell;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static RUNNING: Running = Running::default();
    /// Small tasks on an open study; they do not disturb a run.
    static SIDE: Running = Running::default();
    /// The address will be written in the next turn.
    static LINK_WAITS: Cell<bool> = const { Cell::new(false) };
}

fn running() -> Running {
    RUNNING.with(Clone::clone)
}

/// Carries out one effect.
pub(crate) fn carry_out(store: Store, effect: Effect) {
    match effect {
        Effect::FetchExample(name) => {
            large::stop(store);
            spawn_local(async move {
                let result = open_example(store, &name).await;
                report(store, result);
            });
        }
        Effect::ChooseFiles => files::open_dialog(),
        Effect::ForgetFiles => study_files::forget(),
        Effect::Restage(staged, change) => spawn_local(async move {
            let result = task::restage(&running(), *staged, change).await;
            report(store, result.map(|staged| store.send(Command::Restaged(Box::new(staged)))));
        }),
        Effect::Run(study, cohort, method) => spawn_local(async move {
            let result = run(store, study, cohort, method).await;
            report(store, result);
        }),
        Effect::StopWorkers => {
            running().stop();
            large::stop(store);
        }
        Effect::Regroup(analysis, output, division) => spawn_local(async move {
            let side = SIDE.with(Clone::clone);
            match task::analyse(&side, Subject::of(&analysis), output, division, false).await {
                Ok(found) => store.send(Command::Regrouped(Arc::new(found.insight))),
                Err(stopped) => report(store, Err(stopped)),
            }
        }),
        Effect::WriteLink => write_link(store),
        Effect::CopyLink => spawn_local(async move {
            if let Some(link) = store.link() {
                location::set_fragment(&link);
            }
            let done = clipboard::copy(&location::href()).await;
            let word = if done {
                "Link copied. It carries this view and the files' hashes, no patient values."
            } else {
                "The browser keeps the clipboard closed. Copy the address bar instead: it is the link."
            };
            store.send(Command::Tell(Notice::word(word)));
        }),
        Effect::ToggleTheme => {
            theme::toggle();
            store.theme.update(|n| *n += 1);
        }
        Effect::Save(analysis, kind) => spawn_local(async move {
            let result = save(store, &analysis, kind).await;
            report(store, result);
        }),
        Effect::FetchRefits(analysis, source) => spawn_local(async move {
            let result = fetch_refits(store, &analysis, &source).await;
            report(store, result);
        }),
        Effect::SaveReport(analysis) => spawn_local(async move {
            let result = save_report(store, &analysis).await;
            report(store, result);
        }),
        Effect::SavePage => spawn_local(async move {
            let saved =
                boot::page().await.is_some_and(|page| download::save("clarimark.html", "text/html", &page));
            if !saved {
                store.send(Command::Tell(Notice::error(
                    "The page could not be saved",
                    "clarimark.html did not come with this page.",
                    "Take it from where the page is published, or build it with `./x build`.",
                )));
            }
        }),
        Effect::Open(dialog) => toggle(store, dialog),
    }
}

/// How long the address waits for what is shown to settle, milliseconds: to write it keeps the page busy for longer than
/// to answer most commands.
const SETTLED: u32 = 200;

/// Writes the link of what is shown then into the address, once what was asked for has been drawn.
fn write_link(store: Store) {
    if LINK_WAITS.replace(true) {
        return;
    }
    location::mark_waiting(true);
    spawn_local(async move {
        clock::later(SETTLED).await;
        LINK_WAITS.set(false);
        location::mark_waiting(false);
        if let Some(link) = store.link() {
            location::set_fragment(&link);
        }
    });
}

fn toggle(store: Store, dialog: Dialog) {
    store.dialog.update(|open| *open = if *open == Some(dialog) { None } else { Some(dialog) });
}

fn report(store: Store, result: Result<(), Stopped>) {
    match result {
        Ok(()) | Err(Stopped::Cancelled) => {}
        Err(Stopped::Failed(notice)) => store.send(Command::Tell(notice)),
    }
}

/// Opens what the page was made or addressed to show: a packed study, or the link in the address.
pub(crate) fn open_packed_or_linked(store: Store) {
    let fragment = location::fragment();
    spawn_local(async move {
        let packed = boot::packed_study().await;
        let link = fragment.parse::<ViewLink>();
        match (packed, link) {
            (Some(entries), link) => {
                if let Ok(mut link) = link {
                    // It waits for the packed study; there is nothing to fetch.
                    link.example = None;
                    store.send(Command::OpenLink(Box::new(link)));
                }
                let mut files: Vec<Picked> = entries
                    .into_iter()
                    .map(|(path, bytes)| Picked::new(file_name(&path), Arc::new(bytes)))
                    .collect();
                let mut open = async || {
                    convert(store, &mut files).await?;
                    read_and_stage(store, std::mem::take(&mut files), Some(PACKED.into())).await
                };
                report(store, open().await);
            }
            (None, Ok(link)) => {
                let own_files = link.example.is_none();
                store.send(Command::OpenLink(Box::new(link)));
                if own_files {
                    store.send(Command::Tell(Notice::word(
                        "This link belongs to files that are not part of the page. Choose or drop them to see what its sender saw.",
                    )));
                }
            }
            (None, Err(_)) if !fragment.is_empty() => super::open_fragment(store, &fragment),
            (None, Err(_)) => {}
        }
    });
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_string()
}

/// Takes files that were chosen or dropped.
pub(crate) fn take_files(store: Store, list: web_sys::FileList) {
    if list.length() == 0 {
        return;
    }
    let (large, held): (Vec<_>, Vec<_>) = files::all(&list).into_iter().partition(large::is_large);
    if !large.is_empty() {
        large::keep(large.into_iter().next_back());
    }
    read_own(store, held);
}

/// Opens the table that was summarised as any other, which holds every row of it.
pub(crate) fn hold(store: Store) {
    if let Some(table) = large::table() {
        large::close(store);
        large::keep(None);
        read_own(store, vec![table]);
    }
}

fn read_own(store: Store, files: Vec<web_sys::File>) {
    large::stop(store);
    spawn_local(async move {
        let result = match files::read(files).await {
            Ok(picked) => own_files(store, picked).await,
            Err(refused) => Err(unread(refused).into()),
        };
        report(store, result);
    });
}

async fn own_files(store: Store, mut picked: Vec<Picked>) -> Result<(), Stopped> {
    convert(store, &mut picked).await?;
    // The author's predictions, given to an open study, are a question about that study.
    if let [only] = picked.as_slice()
        && file_role(only) == FileRole::Predictions
        && let Some(open) = store.peek(|s| s.open.clone().filter(|_| s.staged.is_none()))
    {
        return compare(store, &open, only.clone()).await;
    }
    if picked.iter().any(|file| file_role(file) == FileRole::Table) {
        large::keep(None);
    }
    let files = study_files::add(picked);
    if let Some(table) = large::table() {
        return summarise(store, files, table).await;
    }
    let result = read_and_stage(store, files, None).await;
    if let Err(Stopped::Failed(_)) = &result {
        // The next attempt starts from nothing rather than from a file that cannot be used.
        study_files::forget();
    }
    result
}

/// Summarises a table that is too large to be held, once there is a model.
async fn summarise(store: Store, files: Vec<Picked>, table: web_sys::File) -> Result<(), Stopped> {
    if !files.iter().any(|file| file_role(file) == FileRole::Model) {
        let megabytes = table.size() / f64::from(1 << 20);
        store.send(Command::Tell(Notice {
            title: format!("{} has {megabytes:.0} MB: it will be summarised while it is read.", table.name()),
            detail: format!("Now add the model file: {}.", crate::ensemble::FORMATS),
            ..Notice::default()
        }));
        return Ok(());
    }
    if store.peek(|s| s.staged.is_some()) {
        store.send(Command::Discard);
    }
    large::summarise(store, files, table).await
}

/// Turns tables into text and unpacks models, so that all that follows knows fewer formats.
async fn convert(store: Store, files: &mut [Picked]) -> Result<(), Stopped> {
    if files.iter().any(crate::job::needs_converter) {
        store.send(Command::Progressed(Progress::default()));
        task::convert(&running(), files).await?;
    }
    Ok(())
}

async fn compare(store: Store, open: &Analysis, file: Picked) -> Result<(), Stopped> {
    let side = SIDE.with(Clone::clone);
    let finding = task::compare(&side, open, file).await?;
    store.send(Command::CompareParity(Box::new(finding)));
    Ok(())
}

async fn open_example(store: Store, name: &str) -> Result<(), Stopped> {
    store.send(Command::Progressed(Progress::default()));
    let folder = name.to_string();
    let missing = |file: &str| {
        Stopped::from(Notice::error(
            format!("The example {name} could not be opened"),
            format!("studies/{folder}/{file} did not come with this page."),
            "Reload the page; if it was copied to a server, copy the folder `studies` with it.",
        ))
    };
    let manifest =
        boot::shipped_file(&format!("{folder}/study.json")).await.ok_or_else(|| missing("study.json"))?;
    let named = files::named(&manifest).map_err(|why| {
        Notice::error(
            "The example's study.json is damaged",
            why,
            "Reload the page, or copy the example again.",
        )
    })?;
    let mut files = vec![Picked::new("study.json".into(), Arc::new(manifest))];
    for name in named {
        let bytes = boot::shipped_file(&format!("{folder}/{name}")).await.ok_or_else(|| missing(&name))?;
        files.push(Picked::new(name, Arc::new(bytes)));
    }
    read_and_stage(store, files, Some(name.to_string())).await
}

async fn read_and_stage(store: Store, files: Vec<Picked>, source: Option<String>) -> Result<(), Stopped> {
    let start_ms = clock::now_ms();
    store.send(Command::Progressed(Progress::default()));
    match task::read(&running(), files.clone()).await? {
        Reading::Waiting { understood, next } => {
            store.send(Command::Cancel);
            store.send(Command::Tell(Notice {
                title: if understood.is_empty() { next.clone() } else { understood.join(" ") },
                detail: if understood.is_empty() { String::new() } else { next },
                ..Notice::default()
            }));
        }
        Reading::Study { study, columns, notes, predictions } => {
            study_files::keep_predictions(predictions);
            study_files::keep_model(&study.model_file, &files);
            let cohort = CohortChoice::default_for(&study);
            let method = Method::default_for(&study);
            let elapsed_ms = clock::now_ms() - start_ms;
            running().next_frame().await?;
            store.send(Command::Understood(Box::new(Staged {
                study,
                cohort,
                method,
                columns: Arc::new(columns),
                notes: Arc::new(notes),
                elapsed_ms,
                source,
            })));
        }
    }
    Ok(())
}

async fn run(store: Store, study: Arc<Study>, cohort: CohortChoice, method: Method) -> Result<(), Stopped> {
    let model = study_files::model(&study.model_file.sha256).ok_or_else(|| {
        Stopped::from(Notice::error(
            "The model file is no longer in memory",
            format!("{} was given to this tab earlier and has been replaced since.", study.model_file.name),
            "Choose the model file and the table again.",
        ))
    })?;
    let running = running();
    let explained =
        task::explain(&running, &study, cohort, method, &model, |p| store.send(Command::Progressed(p)))
            .await?;
    let total = explained.rows.len();
    store.send(Command::Progressed(Progress {
        phase: Phase::Analyse,
        done: total,
        total,
        elapsed_ms: explained.elapsed_ms,
        n_workers: 1,
        redone: 0,
        about: false,
    }));
    let mut analysis = Analysis {
        study,
        cohort,
        method,
        n_background: explained.n_background,
        rows: Arc::new(explained.rows),
        attributions: Arc::new(explained.attributions),
        all_margins: Arc::new(explained.all_margins),
        additivity: Arc::new(explained.additivity),
        insight: Arc::new(Insight::empty()),
        performance: Vec::new(),
        findings: Vec::new(),
        elapsed_ms: explained.elapsed_ms,
        n_workers: explained.n_workers,
    };
    let (output, division) = store.peek(|s| (s.now.output.index(), s.now.division()));
    let output = if output < analysis.attributions.n_outputs { output } else { 0 };
    let found = task::analyse(&running, Subject::of(&analysis), output, division, true).await?;
    analysis.insight = Arc::new(found.insight);
    analysis.performance = found.performance;
    analysis.findings = found.findings;
    if let Some(file) = study_files::take_predictions() {
        let compared = match task::compare(&running, &analysis, file).await {
            Ok(finding) => finding,
            // What was computed stands without them.
            Err(Stopped::Failed(why)) => {
                let what = format!("{} {}", why.detail, why.hint);
                Finding::new(Severity::Medium, Topic::Exactness, format!("{}.", why.title), what)
            }
            Err(Stopped::Cancelled) => return Err(Stopped::Cancelled),
        };
        analysis.findings.push(compared);
        analysis.findings.order_by_key(|f| f.severity);
    }
    // What came with the answer has been unpacked in this frame; the views appear in the next.
    running.next_frame().await?;
    study_files::forget();
    store.send(Command::Computed(Arc::new(analysis)));
    Ok(())
}

async fn fetch_refits(store: Store, a: &Analysis, source: &str) -> Result<(), Stopped> {
    let mut models = Vec::new();
    for file in &a.study.manifest.refits {
        let missing = || {
            Notice::error(
                "The study's refits could not be opened",
                format!("{} did not come with this page.", file.path),
                "Choose the files of the models instead.",
            )
        };
        let path = format!("{source}/{}", file.path);
        let bytes = boot::shipped_file(&path).await.ok_or_else(missing)?;
        file.verify(&bytes).map_err(|e| Notice::error(missing().title, e.to_string(), e.hint()))?;
        models.push(Picked::new(file_name(&file.path), Arc::new(bytes)));
    }
    task::convert(&SIDE.with(Clone::clone), &mut models).await?;
    // Another study may have been opened meanwhile.
    if store.peek(|s| s.open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.study, &a.study))) {
        store.send(Command::SetModels(Arc::new(models)));
    }
    Ok(())
}

/// Takes other models of the open study's outcome.
pub(crate) fn take_models(store: Store, list: web_sys::FileList) {
    if list.length() == 0 {
        return;
    }
    spawn_local(async move {
        let take = async || {
            let mut picked = files::read(files::all(&list)).await.map_err(unread)?;
            task::convert(&SIDE.with(Clone::clone), &mut picked).await?;
            store.send(Command::SetModels(Arc::new(picked)));
            Ok(())
        };
        report(store, take().await);
    });
}

fn unread(refused: Refused) -> Notice {
    match refused {
        Refused::TooLarge(name, megabytes) => Notice::error(
            format!("{name} is too large"),
            format!("It has {megabytes:.0} MB; files up to 512 MB are read."),
            "Keep only the columns the model uses, or explain it with the command `clarimark explain`.",
        ),
        Refused::Unreadable(name) => Notice::error(
            format!("{name} could not be read"),
            "The browser could not open it; it may have been moved, or be a folder.",
            "Choose the file again.",
        ),
    }
}

async fn save_report(store: Store, a: &Analysis) -> Result<(), Stopped> {
    store.send(Command::Tell(Notice::word("The report is being written.")));
    if let Some(link) = store.link() {
        location::set_fragment(&link);
    }
    let order = store.peek(|s| Order {
        date: clock::today(),
        link: location::href(),
        cutoff: s.now.cutoff,
        horizon: s.now.horizon,
        grouping: figure::grouping(a, &s.now),
        performance: a.performance.clone(),
        findings: a.findings.clone(),
    });
    let page = resident::report(store, order).await?;
    if download::save(&format!("{}.report.html", stem(a)), "text/html", page.as_bytes()) {
        store.send(Command::Tell(Notice::word(
            "The report is saved: one file with figures, numbers as JSON and blanks for what only you can say. Print it \
             from the browser for a PDF.",
        )));
        return Ok(());
    }
    Err(refused().into())
}

fn refused() -> Notice {
    Notice::error(
        "The file could not be saved",
        "The browser refused the download.",
        "Allow downloads for this page and try again.",
    )
}

fn stem(a: &Analysis) -> &str {
    a.study.model_file.name.trim_end_matches(".json")
}

async fn save(store: Store, a: &Analysis, kind: SaveAs) -> Result<(), Stopped> {
    let (ending, media) = match kind {
        SaveAs::Csv => ("csv", "text/csv"),
        SaveAs::Json => ("json", "application/json"),
    };
    let text = resident::document(store, kind == SaveAs::Json).await?;
    if download::save(&format!("{}.shap.{ending}", stem(a)), media, text.as_bytes()) {
        return Ok(());
    }
    Err(refused().into())
}
