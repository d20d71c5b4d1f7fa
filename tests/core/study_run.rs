//! A whole run without a browser: files to study to attributions to insight, through the worker's own messages.

use clarimark::cohort::hierarchy::Linkage;
use clarimark::cohort::metric::Metric;
use clarimark::dataset::{Dataset, Values};
use clarimark::ensemble::ReadOptions;
use clarimark::explain::effect::effect;
use clarimark::explain::{Attributions, Interventional};
use clarimark::figure::{Compared, Grouping, Layout, Sheet, SheetKind};
use clarimark::ids::{FeatureId, OutputId, RowId};
use clarimark::job::{
    Answer, Converter, Drawer, FileRole, Picked, Program, Question, Reading, Reply, Request, Settings,
    Subject, Worker, file_role, gave_up, needs_converter, read_files,
};
use clarimark::session::{Analysis, Change, CohortChoice, Insight, MapKind, MapOf, Method};
use clarimark::share::table::{Document, row_names};
use clarimark::study::{ColumnRole, FileFacts, SplitRole, Study};
use std::io::Read as _;
use std::sync::Arc;

/// The files of a shipped study: its manifest, model, table and comparator.
pub(crate) fn files(name: &str) -> Vec<Picked> {
    let folder = format!("{}/public/studies/{name}", env!("CARGO_MANIFEST_DIR"));
    let read =
        |file: &str| Picked::new(file.into(), Arc::new(std::fs::read(format!("{folder}/{file}")).unwrap()));
    vec![read("study.json"), read("model.json"), read(&format!("{name}.csv")), read("clinical.json")]
}

/// Sends a request the way the page does: packed, unpacked, answered, packed, unpacked.
fn ask(worker: &mut impl Program, request: Request) -> Reply {
    let request = Request::from_packet(request.packet()).unwrap();
    Reply::from_packet(worker.answer(request).packet()).unwrap()
}

/// What a drawer is given to draw from.
fn keep_request(a: &Analysis, model: Arc<Vec<u8>>, models: Vec<Picked>) -> Request {
    Request::Keep {
        job: 0,
        subject: Box::new(Subject::of(a)),
        insight: a.insight.clone(),
        settings: Settings::of(a),
        model,
        models,
    }
}

/// Reads and binds a shipped study.
pub(crate) fn read(name: &str) -> Study {
    match ask(&mut Worker::default(), Request::Read { job: 0, files: files(name) }) {
        Reply::Read { reading, .. } => match *reading {
            Reading::Study { study, .. } => Arc::unwrap_or_clone(study),
            waiting => panic!("{waiting:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Explains `plan` in chunks of `chunk` rows, dealt to `n_workers` workers in turn and put back in order.
pub(crate) fn explain(
    study: &Study,
    model: &Arc<Vec<u8>>,
    plan: &[RowId],
    n_workers: usize,
    chunk: usize,
) -> Attributions {
    let mut workers: Vec<Worker> = (0..n_workers).map(|_| Worker::default()).collect();
    for w in &mut workers {
        let reply = ask(
            w,
            Request::Load {
                job: 0,
                model: model.clone(),
                options: ReadOptions::default(),
                n_rows: plan.len() as u32,
                background: Arc::default(),
            },
        );
        assert!(matches!(reply, Reply::Loaded { .. }), "{reply:?}");
    }
    let mut out = Attributions::default();
    for (i, rows) in plan.chunks(chunk).enumerate() {
        let matrix = study.binding.matrix(&study.data, rows);
        let request = Request::Explain { job: 0, chunk: i as u32, attributions: true, matrix };
        match ask(&mut workers[i % n_workers], request) {
            Reply::Explained { attributions, .. } => out.append(attributions),
            other => panic!("{other:?}"),
        }
    }
    out
}

/// The whole analysis of a shipped study's default cohort.
pub(crate) fn analyse(name: &str) -> Analysis {
    analysed(Arc::new(read(name)), &files(name)[1].bytes)
}

/// The whole analysis of a study's default cohort.
pub(crate) fn analysed(study: Arc<Study>, model: &Arc<Vec<u8>>) -> Analysis {
    let cohort = CohortChoice::default_for(&study);
    let rows = cohort.rows(&study);
    let attributions = explain(&study, model, &rows, 2, 13);
    let all: Vec<RowId> = study.rows().collect();
    let all_margins = explain(&study, model, &all, 1, 64).margin;
    let mut analysis = Analysis {
        additivity: Arc::new(attributions.additivity_errors()),
        study,
        cohort,
        method: Method::PathDependent,
        n_background: 0,
        rows: Arc::new(rows),
        attributions: Arc::new(attributions),
        all_margins: Arc::new(all_margins),
        insight: Arc::new(Insight::empty()),
        performance: Vec::new(),
        findings: Vec::new(),
        elapsed_ms: 1.0,
        n_workers: 2,
    };
    let subject = Box::new(Subject::of(&analysis));
    let division = clarimark::session::ViewState::default().division();
    match ask(&mut Worker::default(), Request::Analyse { job: 0, subject, output: 0, division, whole: true })
    {
        Reply::Analysed { insight, performance, findings, .. } => {
            analysis.insight = Arc::new(*insight);
            analysis.performance = performance;
            analysis.findings = findings;
        }
        other => panic!("{other:?}"),
    }
    analysis
}

#[test]
fn a_study_survives_its_journey_to_the_page() {
    for name in ["pbc", "acc"] {
        let request = Request::Read { job: 0, files: files(name) };
        let direct = match Worker::default().answer(request) {
            Reply::Read { reading, .. } => match *reading {
                Reading::Study { study, .. } => Arc::unwrap_or_clone(study),
                waiting => panic!("{waiting:?}"),
            },
            other => panic!("{other:?}"),
        };
        let travelled = read(name);
        // NaN is not equal to itself: compare what a reader sees.
        assert!(format!("{direct:?}") == format!("{travelled:?}"), "{name}");
    }
}

#[test]
fn a_model_packed_tightly_is_unpacked_and_stays_the_file_it_was() {
    let folder = crate::reference::folder().join("sklearn-1.9.1");
    let picked = |name: &str| Picked::new(name.into(), Arc::new(std::fs::read(folder.join(name)).unwrap()));
    let table = picked("forest_binary.csv");
    for name in ["bz2", "xz", "lzma"].map(|ending| format!("forest_binary.also.joblib.{ending}")) {
        let packed = picked(&name);
        assert!(needs_converter(&packed) && file_role(&packed) == FileRole::Model, "{name}");
        let reply = ask(&mut Converter, Request::Convert { job: 7, file: packed.clone() });
        let Reply::Converted { job: 7, file } = reply else { panic!("{name}: {reply:?}") };
        assert!(!needs_converter(&file) && file_role(&file) == FileRole::Model, "{name}");
        assert!(
            file.bytes.starts_with(b"\x80") && file.bytes.len() > packed.bytes.len(),
            "{name}: no pickle"
        );
        let Reading::Study { study, .. } = read_files(&[file, table.clone()]).unwrap() else {
            panic!("{name}: no study")
        };
        assert_eq!(study.model_file, FileFacts::of(&name, &packed.bytes));
    }
    let cut = Picked::new(
        "cut.joblib.xz".into(),
        Arc::new(picked("forest_binary.also.joblib.xz").bytes[..99].to_vec()),
    );
    let Reply::Failed { notice, .. } = ask(&mut Converter, Request::Convert { job: 1, file: cut }) else {
        panic!("half an archive is unpacked")
    };
    assert!(notice.detail.contains("xz stream is damaged"), "{notice:?}");

    // A table in such an archive is no model, and does not become a table by the back door.
    let mut packed = Vec::new();
    let text = &table.bytes[..];
    bzip2::read::BzEncoder::new(text, bzip2::Compression::best()).read_to_end(&mut packed).unwrap();
    let file = Picked::new("patients.csv.bz2".into(), Arc::new(packed));
    assert!(needs_converter(&file));
    let Reply::Failed { notice, .. } = ask(&mut Converter, Request::Convert { job: 1, file }) else {
        panic!("a table is taken from an archive of models")
    };
    assert!(notice.detail.contains("tables are read as they are or in gzip"), "{notice:?}");
}

#[test]
fn a_table_that_is_no_text_becomes_text_and_stays_the_file_it_was() {
    let of_csv = {
        let model_and_table = files("pbc")[1..3].to_vec();
        let Reading::Study { study, .. } = read_files(&model_and_table).unwrap() else { panic!("no study") };
        study
    };
    let folder = crate::reference::folder().join("tables-pbc");
    for name in ["pbc.xlsx", "pbc.parquet", "pbc.feather"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file = Picked::new(name.into(), Arc::new(bytes.clone()));
        assert!(needs_converter(&file), "{name}");
        let reply = ask(&mut Converter, Request::Convert { job: 7, file });
        let Reply::Converted { job: 7, file } = reply else { panic!("{name}: {reply:?}") };
        assert!(!needs_converter(&file) && file_role(&file) == FileRole::Table, "{name}");
        let all = vec![files("pbc").swap_remove(1), file];
        let Reply::Read { reading, .. } = ask(&mut Worker::default(), Request::Read { job: 0, files: all })
        else {
            panic!("{name}: not read")
        };
        let Reading::Study { study, .. } = *reading else { panic!("{name}: no study") };
        assert_eq!(study.data_file, FileFacts::of(name, &bytes));
        let rows: Vec<RowId> = study.rows().collect();
        let matrix =
            |study: &Study| study.binding.matrix(&study.data, &rows).iter().map(|x| x.to_bits()).collect();
        let (got, expected): (Vec<u64>, Vec<u64>) = (matrix(&study), matrix(&of_csv));
        assert!(got == expected, "{name}: other numbers than in the CSV table");
    }
    let traps = std::fs::read(folder.join("traps.parquet")).unwrap();
    let traps = Picked::new("traps.parquet".into(), Arc::new(traps));
    let expected = gave_up(&traps);
    let Reply::Failed { job: 8, notice } = ask(&mut Converter, Request::Convert { job: 8, file: traps })
    else {
        panic!("read")
    };
    assert_eq!(notice, expected, "the page says the same where the program has died of it");
    assert!(notice.title.contains("traps.parquet cannot be read as a table"), "{}", notice.title);
}

#[test]
fn a_role_is_changed_and_predictions_are_compared_where_the_page_does_not_wait() {
    let study = Arc::new(read("pbc"));
    let column = study.data.column_index("albumin_g_dl").unwrap() as u32;
    let role = ColumnRole::Ignored;
    let mut worker = Worker::default();
    let mut restage = |column, role| {
        let change = Change::Role(column, role);
        ask(&mut worker, Request::Restage { job: 5, study: study.clone(), model: Arc::default(), change })
    };
    // A feature of the model cannot be ignored.
    match restage(column, role) {
        Reply::Failed { job: 5, notice } => assert_eq!(notice.title, "The column cannot have this role"),
        other => panic!("{other:?}"),
    }
    let column = study.roles.iter().position(|&role| role == ColumnRole::Split).unwrap();
    match restage(column as u32, role) {
        Reply::Read { job: 5, reading } => match *reading {
            Reading::Study { study, columns, predictions: None, .. } => {
                assert_eq!((study.roles[column], columns[column].role), (role, role));
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }

    let a = analyse("pbc");
    let mut text = String::from("margin\n");
    a.all_margins.iter().for_each(|m| text += &format!("{m}\n"));
    let mut compare = |text: &str| {
        let predictions = Picked::new("theirs.csv".into(), Arc::new(text.into()));
        let (study, all_margins) = (a.study.clone(), a.all_margins.clone());
        ask(&mut worker, Request::Compare { job: 6, study, all_margins, predictions })
    };
    match compare(&text) {
        Reply::Compared { job: 6, finding } => {
            assert!(finding.title.contains("agree"), "{}", finding.title);
        }
        other => panic!("{other:?}"),
    }
    match compare("margin\n1\n") {
        Reply::Failed { job: 6, notice } => assert_eq!(notice.title, "theirs.csv cannot be compared"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_map_does_not_depend_on_how_often_it_is_looked_at() {
    let a = analyse("pbc");
    let keep = || keep_request(&a, Arc::default(), Vec::new());
    let settled = |kind, of, metric, steps| {
        let mut worker = Drawer::default();
        assert_eq!(ask(&mut worker, keep()), Reply::Kept { job: 0 });
        let mut before = -1.0;
        loop {
            match ask(&mut worker, Request::Map { job: 3, kind, of, metric, steps }) {
                Reply::Mapped { job: 3, layout } if layout.progress < 1.0 => {
                    assert!(layout.progress > before, "{kind:?} stands still");
                    before = layout.progress;
                }
                Reply::Mapped { job: 3, layout } => break layout,
                other => panic!("{other:?}"),
            }
        }
    };
    for of in MapOf::ALL {
        for kind in MapKind::ALL {
            let once = settled(kind, of, Metric::Euclidean, 100_000);
            assert_eq!(once.points.len(), a.rows.len());
            assert!(once.points.iter().flatten().all(|v| v.is_finite()), "{kind:?} of {of:?}");
            assert_eq!(once.axes.is_some(), kind == MapKind::Pca);
            if kind != MapKind::Tsne || of == MapOf::Groups {
                assert!(once == settled(kind, of, Metric::Euclidean, 7), "{kind:?} of {of:?}");
            }
        }
    }
    for kind in [MapKind::Pca, MapKind::Umap] {
        let by_pattern = settled(kind, MapOf::Attributions, Metric::Correlation, 100_000);
        assert!(by_pattern.points.iter().flatten().all(|v| v.is_finite()), "{kind:?}");
        assert!(by_pattern != settled(kind, MapOf::Attributions, Metric::Euclidean, 100_000), "{kind:?}");
    }
    assert_eq!(settled(MapKind::Pca, MapOf::Attributions, Metric::Euclidean, 1), Layout::of(&a));
}

/// Importance by XGBoost itself, ranks by numpy, Kendall's tau by scipy: `make_refits.py`.
#[test]
fn refits_are_ranked_as_their_library_does() {
    let a = analyse("pbc");
    let folder = format!("{}/public/studies/pbc", env!("CARGO_MANIFEST_DIR"));
    let mut models: Vec<Picked> = a
        .study
        .manifest
        .refits
        .iter()
        .map(|file| {
            let bytes = std::fs::read(format!("{folder}/{}", file.path)).unwrap();
            Picked::new(file.path.clone(), Arc::new(bytes))
        })
        .collect();
    assert_eq!(models.len(), 10);
    models.push(Picked::new("broken.json".into(), Arc::new(b"{}".to_vec())));
    let mut worker = Drawer::default();
    let keep = keep_request(&a, Arc::default(), models);
    assert_eq!(ask(&mut worker, keep), Reply::Kept { job: 0 });
    let sheet = drawn(&mut worker, SheetKind::Models, Vec::new());
    assert!(
        sheet.warnings.len() == 1 && sheet.warnings[0].starts_with("broken.json is left out: "),
        "{:?}",
        sheet.warnings
    );

    let path = format!("{}/tests/reference/refits.json", env!("CARGO_MANIFEST_DIR"));
    let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let numbers = |key: &str| -> Vec<f64> {
        expected[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    };
    let tau = format!("mean Kendall τ of importance {:.2}", expected["mean_kendall"].as_f64().unwrap());
    assert!(sheet.headline.starts_with("10 models: ") && sheet.headline.contains(&tau), "{}", sheet.headline);
    let rows = &sheet.tables[0].1.rows;
    let ranks = numbers("median_rank");
    for (feature, rank) in expected["features"].as_array().unwrap().iter().zip(&ranks) {
        let f = a.study.model.features.iter().position(|x| x.name == feature.as_str().unwrap()).unwrap();
        let row = rows.iter().find(|r| r[0] == a.study.label(FeatureId::of(f))).unwrap();
        assert_eq!(row[2].parse::<f64>().unwrap(), *rank, "{feature}");
    }
    let (_, by_model) = sheet.figures.iter().find(|(name, _)| name == "by-model").unwrap();
    assert_eq!(by_model.table.rows.len(), 11);
    for (row, c) in by_model.table.rows[1..].iter().zip(numbers("c_index")) {
        let found: f64 = row[1].parse().unwrap();
        assert!((found - c).abs() <= 5.1e-5, "{row:?} for {c}");
    }
}

/// Asks for a sheet the way the page does.
fn drawn(worker: &mut Drawer, kind: SheetKind, passes: Vec<u8>) -> Sheet {
    match ask(worker, Request::Draw { job: 9, kind, passes, size: [480.0, 300.0] }) {
        Reply::Drawn { job: 9, sheet } => *sheet,
        other => panic!("{other:?}"),
    }
}

/// What the page saves is what the command writes.
#[test]
fn the_drawer_writes_what_the_command_writes() {
    let a = analyse("pbc");
    let mut worker = Drawer::default();
    let keep = keep_request(&a, Arc::default(), Vec::new());
    assert_eq!(ask(&mut worker, keep), Reply::Kept { job: 0 });
    let names = row_names(&a);
    let document = Document {
        model: &a.study.model,
        sha256: &a.study.model_file.sha256,
        rows: &names,
        attributions: &a.attributions,
        warnings: &a.study.warnings,
    };
    let (mut csv, mut json) = (Vec::new(), Vec::new());
    document.write_csv(&mut csv).unwrap();
    document.write_json(&mut json).unwrap();
    for (json, expected) in [(false, csv), (true, json)] {
        match ask(&mut worker, Request::Document { job: 5, json }) {
            Reply::Written { job: 5, text } => assert!(text.as_bytes() == expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn another_method_is_compared_on_the_same_patients() {
    let a = analyse("pbc");
    let file = files("pbc")[1].bytes.to_vec();
    let mut worker = Drawer::default();
    let keep = |model: Vec<u8>| keep_request(&a, Arc::new(model), Vec::new());
    let other = Method::Interventional(CohortChoice::Role(SplitRole::Train));
    let draw =
        Request::Draw { job: 9, kind: SheetKind::Methods { other }, passes: Vec::new(), size: [480.0; 2] };
    assert_eq!(ask(&mut worker, keep(Vec::new())), Reply::Kept { job: 0 });
    match ask(&mut worker, draw) {
        Reply::Failed { job: 9, notice } => assert_eq!(notice.title, "The model file is no longer in memory"),
        other => panic!("{other:?}"),
    }
    assert_eq!(ask(&mut worker, keep(file.clone())), Reply::Kept { job: 0 });
    let sheet = drawn(&mut worker, SheetKind::Methods { other }, Vec::new());

    // Mean |φ| against the training patients, computed here from the definition of the comparison.
    let model = clarimark::ensemble::read(&file).unwrap().value;
    let train: Vec<RowId> =
        a.study.rows().filter(|r| a.study.split_roles()[r.index()] == SplitRole::Train).collect();
    let matrix = |rows: &[RowId]| a.study.binding.matrix(&a.study.data, rows);
    let explained = Interventional::new(&model, &matrix(&train)).unwrap().explain(&matrix(&a.rows)).matrix(0);
    let n = a.study.n_features();
    let rows = &sheet.tables[0].1.rows;
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let f = (0..n).find(|&f| a.study.label(FeatureId::of(f)) == row[0]).unwrap();
        let there = explained.iter().skip(f).step_by(n).map(|v| v.abs()).sum::<f64>() / a.rows.len() as f64;
        let here = a.importance(FeatureId::of(f)).mean_abs;
        assert!((row[1].parse::<f64>().unwrap() - here).abs() <= 5.1e-5, "{row:?}");
        assert!((row[2].parse::<f64>().unwrap() - there).abs() <= 5.1e-5, "{row:?}");
        let opposite = (0..a.rows.len()).filter(|&i| a.phi(i, FeatureId::of(f)) * explained[i * n + f] < 0.0);
        let share = clarimark::plot::number::percent(opposite.count() as f64 / a.rows.len() as f64);
        assert_eq!(row[6], share, "{row:?}");
    }
    assert!(sheet.headline.contains("by cover") && sheet.headline.contains("against training patients"));
}

/// Parts of the plane hold every patient once, and their means are those of the patients in them.
#[test]
fn the_parts_of_a_pair_add_up() {
    let a = analyse("pbc");
    let features = [a.insight.order[0], a.insight.order[2]];
    let sheet = clarimark::figure::sheet(&a, &SheetKind::Pair { features }, None, [480.0, 300.0]);
    let rows = &sheet.tables[0].1.rows;
    let number = |text: &str| text.replace('−', "-").parse::<f64>().unwrap();
    let patients: f64 = rows.iter().map(|r| number(&r[2])).sum();
    assert_eq!(patients, a.rows.len() as f64);
    let total: f64 = rows.iter().map(|r| number(&r[2]) * number(&r[3])).sum();
    let expected: f64 = (0..a.rows.len()).map(|i| a.phi(i, features[0]) + a.phi(i, features[1])).sum();
    assert!((total - expected).abs() <= 5e-4 * patients, "{total} {expected}");
    let both =
        clarimark::figure::sheet(&a, &SheetKind::Pair { features: [features[0]; 2] }, None, [480.0; 2]);
    assert_eq!(both.headline, "Choose two biomarkers.");
}

/// A copy of a biomarker is in one group with it, and nothing else of this study is that close.
#[test]
fn what_moves_together_is_one_group() {
    let a = analyse("pbc");
    let sheet = clarimark::figure::sheet(&a, &SheetKind::Redundancy, None, [480.0, 300.0]);
    assert!(sheet.headline.starts_with("No two of the "), "{}", sheet.headline);
    let features = (&a.insight.order[0], &a.insight.order[3]);
    let mut twin = a.clone();
    let mut study = (*twin.study).clone();
    let (from, to) = (study.binding.column(*features.0), study.binding.column(*features.1));
    let mut columns = study.data.columns().to_vec();
    // Any monotone copy has the same ranks.
    columns[to].values = match &columns[from].values {
        Values::Numbers(x) => Values::Numbers(x.iter().map(|v| -2.0 * v).collect()),
        Values::Levels { .. } => panic!("the most important biomarker is a number"),
    };
    study.data = Dataset::new(columns).unwrap();
    twin.study = Arc::new(study);
    let sheet = clarimark::figure::sheet(&twin, &SheetKind::Redundancy, None, [480.0, 300.0]);
    assert!(sheet.headline.starts_with("One group of biomarkers moves together"), "{}", sheet.headline);
    let names = [features.0, features.1].map(|f| a.study.label(*f));
    let group = &sheet.tables[0].1.rows;
    assert!(group.len() == 1 && names.iter().all(|name| group[0][0].contains(name)), "{group:?}");
    let figure = &sheet.figures[0].1.table;
    let row = figure.rows.iter().find(|r| r[0] == names[0]).unwrap();
    assert_eq!(row[2..], [names[1].to_string(), "−1.000".into()]);
}

#[test]
fn a_worker_draws_from_the_analysis_it_keeps() {
    let a = analyse("pbc");
    let mut worker = Drawer::default();
    let performance = SheetKind::Performance { cutoff: 0.5, horizon: None };
    let request = Request::Draw { job: 9, kind: performance.clone(), passes: Vec::new(), size: [300.0; 2] };
    assert!(matches!(ask(&mut worker, request.clone()), Reply::Failed { job: 9, .. }), "nothing is kept yet");
    assert!(matches!(ask(&mut Worker::default(), request), Reply::Failed { job: 9, .. }), "not its work");
    let keep = keep_request(&a, Arc::default(), Vec::new());
    assert_eq!(ask(&mut worker, keep), Reply::Kept { job: 0 });

    // What travelled is what was asked for here.
    let kinds = [
        performance.clone(),
        SheetKind::Groups { by: Compared::Word("sex".into()) },
        SheetKind::Cohorts {
            by: Compared::Named(vec![("first".into(), vec![0, 1, 2]), ("next".into(), vec![5, 9])]),
            features: a.insight.order[..5].to_vec(),
        },
        SheetKind::Panel,
        SheetKind::Survival { by: Grouping::Cluster },
        SheetKind::Description,
        SheetKind::Reality,
        SheetKind::Consensus,
        SheetKind::Tree { linkage: Linkage::Average, metric: Metric::Correlation },
        SheetKind::Components { of: MapOf::Values, metric: Metric::Euclidean },
        SheetKind::Redundancy,
        SheetKind::Heatmap {
            features: a.insight.order[..5].to_vec(),
            note: Some(String::new()),
            focused: None,
        },
        SheetKind::Pair { features: [a.insight.order[0], a.insight.order[1]] },
    ];
    for kind in kinds {
        let here = clarimark::figure::sheet(&a, &kind, None, [480.0, 300.0]);
        assert!(drawn(&mut worker, kind.clone(), Vec::new()) == here, "{kind:?}");
        assert!(!here.figures.is_empty() || !here.tables.is_empty(), "{kind:?}");
        for (name, _) in &here.figures {
            assert_eq!(clarimark::figure::sheet_plot(name), name, "{kind:?}");
        }
    }
    // A sentence only: bilirubin's line crosses zero once, and sex has no axis to cross.
    let mut crossing = |name: &str| {
        let feature = FeatureId::of(a.study.model.features.iter().position(|f| f.name == name).unwrap());
        drawn(&mut worker, SheetKind::Crossing { feature, log: None }, Vec::new()).headline
    };
    let said = crossing("bilirubin_mg_dl");
    assert!(
        said.starts_with("The line crosses zero at 2.09 (") && said.contains("500 bootstrap resamples"),
        "{said}"
    );
    assert_eq!(crossing("sex"), "");

    // Another width costs nothing again and says the same.
    let again = Request::Draw { job: 9, kind: SheetKind::Reality, passes: Vec::new(), size: [320.0, 300.0] };
    match ask(&mut worker, again) {
        Reply::Drawn { sheet, .. } => {
            let here = clarimark::figure::sheet(&a, &SheetKind::Reality, None, [320.0, 300.0]);
            assert!(*sheet == here && sheet.figures[0].1.scene.width == 320.0);
        }
        other => panic!("{other:?}"),
    }
    // Of a selection it is another question.
    let some: Vec<u8> = (0..a.rows.len()).map(|i| u8::from(i % 3 > 0)).collect();
    let passes: Vec<bool> = some.iter().map(|p| *p != 0).collect();
    let of_some = drawn(&mut worker, SheetKind::Reality, some);
    assert!(of_some == clarimark::figure::sheet(&a, &SheetKind::Reality, Some(&passes), [480.0, 300.0]));

    // The C-index of the card, and of the selected patients only where there is a selection.
    let whole = drawn(&mut worker, performance.clone(), Vec::new());
    assert!(whole.headline.starts_with("C-index 0.821 "), "{}", whole.headline);
    let half = (0..a.rows.len()).map(|i| u8::from(i % 2 == 0)).collect();
    let some = drawn(&mut worker, performance.clone(), half);
    assert!(
        some.headline.contains(&format!("in {} patients", a.rows.len().div_ceil(2))),
        "{}",
        some.headline
    );
    let nobody = drawn(&mut worker, performance, vec![0; a.rows.len()]);
    assert_eq!(nobody.headline, "No patient is selected.");
}

#[test]
fn the_number_of_workers_and_the_size_of_chunks_change_no_bit() {
    for name in ["pbc", "acc"] {
        let study = read(name);
        let model = &files(name)[1].bytes;
        let rows: Vec<RowId> = study.rows().collect();
        let bits = |a: &Attributions| -> Vec<u64> {
            a.values.iter().chain(&a.margin).map(|v| v.to_bits()).collect()
        };
        let one = bits(&explain(&study, model, &rows, 1, rows.len()));
        for (n_workers, chunk) in [(1, 1), (2, 64), (4, 13), (8, 8), (8, 5)] {
            assert!(
                bits(&explain(&study, model, &rows, n_workers, chunk)) == one,
                "{name}: {n_workers} workers, chunks of {chunk}"
            );
        }
    }
}

#[test]
fn margins_are_those_that_the_library_predicted() {
    for name in ["pbc", "acc"] {
        let a = analyse(name);
        let path = format!("{}/public/studies/{name}/predictions.csv", env!("CARGO_MANIFEST_DIR"));
        let finding =
            clarimark::study::parity_finding(&a.study, &a.all_margins, &std::fs::read(path).unwrap())
                .unwrap();
        assert_eq!(finding.severity, clarimark::study::Severity::Pass, "{finding:?}");
    }
}

/// The numbers on the studies' cards: concordance of each part, and what drives the model.
#[test]
fn the_cards_numbers_are_reproduced() {
    let check = |name: &str, train: f64, test: f64, first: &str| {
        let a = analyse(name);
        let part = |p: &str| a.performance.iter().find(|x| x.part == p).unwrap().value.estimate;
        assert!((part("Training") - train).abs() < 5e-4, "{name}: training {}", part("Training"));
        assert!((part("Test") - test).abs() < 5e-4, "{name}: test {}", part("Test"));
        assert_eq!(a.study.label(a.insight.order[0]), first, "{name}");
        assert!(a.max_additivity_error() <= a.tolerance(), "{name}: {}", a.max_additivity_error());
    };
    check("pbc", 0.939, 0.821, "Bilirubin");
    check("acc", 0.993, 0.781, "T stage");
}

#[test]
fn questions_about_a_patient_are_answered_as_the_engine_says() {
    let study = read("pbc");
    let model = files("pbc")[1].bytes.clone();
    let rows: Vec<RowId> = study.rows().take(3).collect();
    let explained = explain(&study, &model, &rows, 1, 3);
    let row = study.binding.matrix(&study.data, &rows[1..2]);
    let mut worker = Worker::default();
    let question = Question::WhatIf { row: row.clone(), feature: FeatureId(0), along: vec![1.0, f64::NAN] };
    let request = Request::Ask { job: 7, question };
    assert!(matches!(ask(&mut worker, request.clone()), Reply::Failed { job: 7, .. }), "no model yet");
    ask(
        &mut worker,
        Request::Load {
            job: 0,
            model,
            options: ReadOptions::default(),
            n_rows: 1,
            background: Arc::default(),
        },
    );
    let Reply::Answered { job: 7, answer: Answer::WhatIf { phi, margin, curve } } = ask(&mut worker, request)
    else {
        panic!("no answer")
    };
    assert_eq!(margin, [explained.margin(1, 0)]);
    assert_eq!(curve.len(), 2);
    for (f, phi) in phi.iter().enumerate() {
        assert!((phi - explained.phi(1, f, 0)).abs() < 1e-9);
    }
    let features = vec![FeatureId(1), FeatureId(0)];
    let question = Question::Matrix { row: row.clone(), output: OutputId(0), features };
    let Reply::Answered { answer: Answer::Matrix(matrix), .. } =
        ask(&mut worker, Request::Ask { job: 8, question })
    else {
        panic!("no answer")
    };
    assert_eq!((matrix.len(), matrix[1]), (4, matrix[2]));
    let matrix = study.binding.matrix(&study.data, &rows);
    let question = Question::Pairs { matrix, count: 4 };
    let Reply::Answered { answer: Answer::Pairs(pairs), .. } =
        ask(&mut worker, Request::Ask { job: 9, question })
    else {
        panic!("no answer")
    };
    assert!(pairs.len() == 4 && pairs[0].mean_abs >= pairs[3].mean_abs);
    // What does not fit the model is refused, not computed.
    let question = Question::Paths { row: row[1..].to_vec(), output: OutputId(0), count: 1 };
    assert!(matches!(ask(&mut worker, Request::Ask { job: 10, question }), Reply::Failed { job: 10, .. }));
}

#[test]
fn effects_are_means_of_what_the_model_gives() {
    let study = read("pbc");
    let model = files("pbc")[1].bytes.clone();
    let rows: Vec<RowId> = study.rows().take(40).collect();
    let matrix = study.binding.matrix(&study.data, &rows);
    let feature =
        study.model.features.iter().position(|f| f.name == "bilirubin_mg_dl").map(FeatureId::of).unwrap();
    let along = vec![0.5, 1.0, 4.0, 20.0];
    let ensemble = clarimark::ensemble::read(&model).unwrap().value;
    let found = effect(&ensemble, &matrix, feature, &along, OutputId(0));
    for (v, &value) in along.iter().enumerate() {
        let mut changed = matrix.clone();
        changed.chunks_exact_mut(study.n_features()).for_each(|row| row[feature.index()] = value);
        let margins = ensemble.margins(&changed);
        let mean = margins.iter().sum::<f64>() / margins.len() as f64;
        assert_eq!(found.partial[v].to_bits(), mean.to_bits());
        for (i, m) in margins.iter().enumerate() {
            assert_eq!(found.individual[i * along.len() + v].to_bits(), m.to_bits());
        }
    }
    // Bilirubin raises the risk in this model, step by step.
    assert!(found.accumulated.windows(2).all(|w| w[0] < w[1]), "{:?}", found.accumulated);

    // What is drawn of the explained patients is their mean.
    let a = analyse("pbc");
    let mut worker = Drawer::default();
    let keep = keep_request(&a, model.clone(), Vec::new());
    assert_eq!(ask(&mut worker, keep), Reply::Kept { job: 0 });
    let sheet = drawn(&mut worker, SheetKind::Effect { feature }, Vec::new());
    let table = &sheet.figures[0].1.table;
    let along = clarimark::figure::effect_along(&a, feature);
    assert_eq!(table.rows.len(), along.len());
    let mut changed = a.study.binding.matrix(&a.study.data, &a.rows);
    for (row, &value) in table.rows.iter().zip(&along) {
        changed.chunks_exact_mut(a.study.n_features()).for_each(|row| row[feature.index()] = value);
        let margins = ensemble.margins(&changed);
        let mean = margins.iter().sum::<f64>() / margins.len() as f64;
        let written: f64 = row[1].replace('−', "-").parse().unwrap();
        assert!((written - mean).abs() <= 5.1e-5, "{row:?} for {mean}");
    }
    // And explained.
    let about = drawn(&mut worker, SheetKind::About { plot: "effect".into() }, Vec::new());
    assert_eq!(about.more.len(), 4);
}
