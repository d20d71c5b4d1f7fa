//! A table that is summarised while it is read says what the table says that is held.

use crate::command::{case, clarimark, numbers};
use clarimark::figure::Sheet;
use clarimark::job::{Advanced, Drawer, Picked, Program, Reply, Request};
use clarimark::plot::number::count;
use clarimark::session::Notice;
use serde_json::Value;
use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

fn picked(path: &str) -> Picked {
    let name = PathBuf::from(path).file_name().unwrap().to_str().unwrap().to_owned();
    Picked::new(name, Arc::new(fs::read(path).unwrap()))
}

fn pbc(file: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("public/studies/pbc")
        .join(file)
        .to_str()
        .unwrap()
        .to_owned()
}

/// Gives a few bytes at a time, as a disk may.
struct Slow(Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = buffer.len().min(1_013);
        self.0.read(&mut buffer[..n])
    }
}

fn advanced(drawer: &mut Drawer, request: Request) -> Result<Advanced, Notice> {
    match drawer.answer(request) {
        Reply::Advanced { advanced, .. } => Ok(advanced),
        Reply::Failed { notice, .. } => Err(notice),
        other => panic!("{}", other.name()),
    }
}

/// Every sheet that is drawn on the way, the last one last, by so many workers.
fn summarised(files: &[Picked], table: &[u8], n_workers: u32) -> Result<Vec<Sheet>, Notice> {
    let mut drawers = Vec::new();
    for i in 0..n_workers {
        let mut drawer = Drawer::default();
        drawer.lend(Box::new(Slow(Cursor::new(table.to_vec()))));
        let files = files.to_vec();
        let first = advanced(
            &mut drawer,
            Request::Stream { job: 1, files, table: "patients.csv".into(), worker: [i, n_workers] },
        )?;
        assert_eq!(first, Advanced::default());
        drawers.push((drawer, false));
    }
    let mut tallies = vec![Vec::new(); n_workers as usize];
    let mut sheets = Vec::new();
    let mut chunk = 0;
    while drawers.iter().any(|(_, ended)| !ended) {
        // The last one goes first, and is twice as fast: no worker waits for another.
        let twice = (0..drawers.len()).rev().chain([drawers.len() - 1]);
        for i in twice {
            let (drawer, ended) = &mut drawers[i];
            if *ended {
                continue;
            }
            let now = advanced(drawer, Request::Advance { job: 2, chunk })?;
            chunk += 1;
            *ended = now.ended;
            assert!(!now.ended || (now.bytes == table.len() as u64 && !now.tally.is_empty()));
            if !now.tally.is_empty() {
                tallies[i] = now.tally;
            }
            match drawer.answer(Request::DrawStreamed { job: 3, tallies: tallies.clone(), width: 1200.0 }) {
                Reply::Drawn { sheet, .. } => sheets.push(*sheet),
                Reply::Failed { notice, .. } => return Err(notice),
                other => panic!("{}", other.name()),
            }
        }
    }
    Ok(sheets)
}

/// Names of the features and SHAP values of one output, `[row][feature]`, by the command.
fn by_the_command(model: &str, data: &str, output: usize) -> (Vec<String>, Vec<Vec<f64>>) {
    let ran = clarimark(&["explain", "--model", model, "--data", data, "--rows", "5000000"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let names = found["features"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().into()).collect();
    let rows = found["attributions"].as_array().unwrap();
    let width = rows[0][0].as_array().unwrap().len();
    let of = |row: &Value| numbers(row).into_iter().skip(output).step_by(width).collect();
    (names, rows.iter().map(of).collect())
}

#[test]
fn the_summary_of_a_stream_is_that_of_the_table() {
    let mut cases: Vec<(String, String, usize)> =
        ["binary_logistic_missing", "multi_softprob", "categorical_numbers", "survival_cox"]
            .into_iter()
            .map(|name| (case(name, "model.json"), case(name, "csv"), 0))
            .collect();
    cases.push((case("multi_softprob", "model.json"), case("multi_softprob", "csv"), 2));
    cases.push((pbc("model.json"), pbc("pbc.csv"), 0));
    for (model, data, output) in &cases {
        let (names, phi) = by_the_command(model, data, *output);
        let sheets = summarised(&[picked(model)], &fs::read(data).unwrap(), 1).unwrap();
        let table = &sheets.last().unwrap().figures[*output].1.table;
        let column = |name: &str| table.header.iter().position(|h| h == name).unwrap();
        assert_eq!(table.rows.len(), names.len());
        let n = phi.len() as f64;
        let mut before = f64::INFINITY;
        for row in &table.rows {
            let f = names.iter().position(|name| *name == row[1]).unwrap();
            let own: Vec<f64> = phi.iter().map(|row| row[f]).collect();
            let read = |name: &str| row[column(name)].parse::<f64>().unwrap();
            let near = |got: f64, expected: f64, what: &str| {
                let size = own.iter().fold(1e-300, |m: f64, x| m.max(x.abs()));
                assert!(
                    (got - expected).abs() <= 1e-12 * size,
                    "{model} {}: {what} {got}, {expected}",
                    row[1]
                );
            };
            let mean = own.iter().map(|x| x.abs()).sum::<f64>() / n;
            near(read("Mean |SHAP|"), mean, "mean");
            near(read("Mean SHAP"), own.iter().sum::<f64>() / n, "mean of signed");
            let error = (own.iter().map(|x| (x.abs() - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
            assert!(
                (read("Upper 95 %") - mean - 1.96 * error).abs() <= 1e-4 * error + 1e-9 * mean,
                "{model}"
            );
            assert_eq!(read("Lowest SHAP"), own.iter().copied().fold(f64::INFINITY, f64::min), "{model}");
            assert_eq!(
                read("Highest SHAP"),
                own.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                "{model}"
            );
            assert_eq!(row[column("Patients")], phi.len().to_string());
            assert!(read("Mean |SHAP|") <= before);
            before = read("Mean |SHAP|");
        }
    }
}

#[test]
fn neither_the_number_of_workers_nor_what_was_drawn_on_the_way_changes_a_digit() {
    // Enough rows for several chunks: the patients many times, in another order each time.
    let text = fs::read_to_string(pbc("pbc.csv")).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let mut table = format!("{head}\n");
    for turn in 0..120 {
        for i in 0..rows.len() {
            table += rows[(i * 7 + turn) % rows.len()];
            table.push('\n');
        }
    }
    let files = [picked(&pbc("model.json")), picked(&pbc("study.json"))];
    let one = summarised(&files, table.as_bytes(), 1).unwrap();
    let last = one.last().unwrap();
    assert!(one.len() > 3, "{} steps", one.len());
    assert!(
        last.headline.starts_with(&format!("{} patients: every row of patients.csv", count(50_160))),
        "{}",
        last.headline
    );
    assert_eq!(last.figures.len(), 1);
    assert!(one[0].headline.contains("so far: numbers will change"), "{}", one[0].headline);
    for parts in [2, 3, 5] {
        let many = summarised(&files, table.as_bytes(), parts).unwrap();
        assert_eq!(many.last().unwrap(), last, "{parts} workers");
        // The first worker comes to the end before others have explained their rows.
        for sheet in many.iter().filter(|sheet| sheet.headline.contains("every row")) {
            assert_eq!(sheet.headline, last.headline, "{parts} workers");
        }
    }
    // Names, units and groups are the manifest's; the caption says what the picture is of.
    let figure = &last.figures[0].1;
    assert_eq!(figure.table.rows[0][1..4], ["Bilirubin", "mg/dL", "Liver function"]);
    let said = &figure.scene.description;
    for part in
        [&format!("n = {}.", count(50_160)), "path-dependent", "log hazard ratio", "Clarimark", "XGBoost"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(figure.scene.items.iter().all(|item| item.target().is_none()));
}

#[test]
fn what_is_wrong_with_a_stream_is_said_with_its_place() {
    let model = [picked(&pbc("model.json"))];
    let text = fs::read_to_string(pbc("pbc.csv")).unwrap();
    let fails = |files: &[Picked], table: &str, parts| {
        let notice = summarised(files, table.as_bytes(), parts).unwrap_err();
        assert!(notice.error && !notice.hint.is_empty());
        format!("{}: {}", notice.title, notice.detail)
    };
    let ragged = format!("{text}only,three,cells\n");
    for parts in [1, 2] {
        let said = fails(&model, &ragged, parts);
        assert!(said.contains("patients.csv") && said.contains("420"), "{said}");
    }
    // A column that is written in two ways, thousands of rows apart: seen also where nobody binds both rows.
    let (head, rows) = text.split_once('\n').unwrap();
    let mut mixed = format!("{head}\n");
    rows.lines().cycle().take(4096).for_each(|row| mixed += &format!("{row}\n"));
    let place = head.split(',').position(|name| name == "age_years").unwrap();
    let mut cells: Vec<&str> = rows.lines().next().unwrap().split(',').collect();
    cells[place] = "true";
    mixed += &cells.join(",");
    let said = fails(&model, &mixed, 1);
    assert!(said.contains("column age_years, row 4098: “true”"), "{said}");
    let said = fails(&model, &mixed, 2);
    assert!(said.contains("column age_years: not all of its cells are written in one way"), "{said}");
    // With decimal commas every worker binds every row.
    let said = fails(&model, &mixed.replace(',', ";"), 2);
    assert!(said.contains("column age_years, row 4098: “true”"), "{said}");
    let said = fails(&model, &format!("{text}{}", "\0".repeat(2 << 20)), 1);
    assert!(said.contains("looks like a binary file"), "{said}");
    let said = fails(&model, &format!("{text}{}", "ä".repeat(1 << 20)), 1);
    assert!(said.contains("more than 1 MiB in one cell (reached in row 420)"), "{said}");
    let said = fails(&model, text.lines().next().unwrap(), 1);
    assert!(said.contains("patients.csv cannot be read as a table"), "{said}");
    let said = fails(&model, "a,b\n1,2\n", 1);
    assert!(said.contains("patients.csv does not fit"), "{said}");
    let said = fails(&[], &text, 1);
    assert!(said.contains("There is no model"), "{said}");
    let said = fails(&[Picked::new("m.json".into(), Arc::new(b"{\"learner\":{}}".to_vec()))], &text, 1);
    assert!(said.contains("m.json cannot be used as a model"), "{said}");
    // Another model than the manifest's.
    let mut other = picked(&pbc("model.json"));
    other.bytes = Arc::new([other.bytes.as_slice(), b"\n"].concat());
    let said = fails(&[other, picked(&pbc("study.json"))], &text, 1);
    assert!(said.contains("model.json"), "{said}");
}
