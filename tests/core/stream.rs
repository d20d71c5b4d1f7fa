//! Rows through standard input, and attributions as columns.

use crate::command::{case, clarimark, numbers};
use crate::reference::folder;
use clarimark::command::run_with;
use clarimark::dataset::{Dataset, Values, convert};
use serde_json::Value;
use std::cell::Cell;
use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::rc::Rc;

struct Ran {
    status: u8,
    out: String,
    err: String,
}

/// The command with this standard input.
fn piped(arguments: &[&str], mut input: &[u8]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = run_with(arguments.iter().map(Into::into), &mut input, &mut out, &mut err);
    Ran { status, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

fn ok(ran: Ran) -> String {
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out
}

fn pbc(file: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("public/studies/pbc").join(file).to_str().unwrap().to_owned()
}

/// A run of the file, as text.
fn whole(model: &str, data: &str, more: &[&str]) -> String {
    let ran = clarimark(&[&["explain", "--model", model, "--data", data], more].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out
}

fn streamed(model: &str, data: &str, more: &[&str]) -> String {
    let table = fs::read(data).unwrap();
    ok(piped(&[&["explain", "--model", model, "--data", "-"], more].concat(), &table))
}

#[test]
fn a_stream_has_the_bits_of_the_file() {
    let mut cases: Vec<(String, String)> = [
        "binary_logistic_missing",
        "multi_softprob",
        "categorical_partition",
        "categorical_codes",
        "categorical_numbers",
        "survival_cox",
        "vector_leaf",
    ]
    .into_iter()
    .map(|name| (case(name, "model.json"), case(name, "csv")))
    .collect();
    cases.push((pbc("model.json"), pbc("pbc.csv")));
    for (model, data) in &cases {
        let n_rows = (csv::Reader::from_path(data).unwrap().records().count()).to_string();
        for format in ["csv", "jsonl"] {
            let expected = whole(model, data, &["--format", format]);
            let many = whole(model, data, &["--format", format, "--rows", "5000000"]);
            for (threads, chunk) in [("1", "1"), ("3", "7"), ("2", "100000")] {
                let more = ["--format", format, "--threads", threads, "--chunk", chunk];
                assert_eq!(streamed(model, data, &more), many, "{model} by {chunk}");
                let more = [&more[..], &["--rows", &n_rows]].concat();
                assert_eq!(streamed(model, data, &more), expected, "{model} by {chunk}");
            }
        }
    }
    // In gzip, and cut off in it.
    let packed = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&fs::read(pbc("pbc.csv")).unwrap()).unwrap();
        encoder.finish().unwrap()
    };
    let (model, explain) = (pbc("model.json"), streamed(&pbc("model.json"), &pbc("pbc.csv"), &[]));
    let arguments = ["explain", "--model", &model, "--data", "-"];
    assert_eq!(ok(piped(&arguments, &packed)), explain);
    let ran = piped(&arguments, &packed[..packed.len() / 2]);
    assert!(ran.status == 2 && ran.err.contains("the gzip file cannot be read"), "{}", ran.err);
    assert!(!ran.out.is_empty() && explain.starts_with(&ran.out));
    // Enough patients for tables, in both widths: other bits, unless both are told the same number of rows.
    let (model, data) = (pbc("model.json"), pbc("pbc.csv"));
    for precision in ["f64", "f32"] {
        let more = ["--format", "csv", "--rows", "100000", "--precision", precision];
        assert_eq!(streamed(&model, &data, &more), whole(&model, &data, &more));
    }
}

#[test]
fn every_method_streams() {
    let (model, data) =
        (case("binary_logistic_missing", "model.json"), case("binary_logistic_missing", "csv"));
    let against = ["--method", "interventional", "--background", &data];
    for more in [&[][..], &["--output", "probability"]] {
        let more = [&against[..], more, &["--format", "jsonl"]].concat();
        let expected = whole(&model, &data, &more);
        for chunk in ["1", "5"] {
            assert_eq!(streamed(&model, &data, &[&more[..], &["--chunk", chunk]].concat()), expected);
        }
    }
    let folder = folder();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (model, data) =
        (path("sklearn-1.9.1/boosting_binary.model.skops"), path("sklearn-1.9.1/boosting_binary.csv"));
    let table = fs::read_dir(path("calibration")).unwrap().map(|f| f.unwrap().path());
    let table = table.filter(|p| p.extension().is_some_and(|e| e == "csv")).min().unwrap();
    let more = ["--calibration", table.to_str().unwrap(), "--format", "csv", "--rows", "1000"];
    assert_eq!(streamed(&model, &data, &more), whole(&model, &data, &more));
    assert!(streamed(&model, &data, &more).lines().next().unwrap().contains(",calibrated,"));
}

#[test]
fn a_line_of_json_is_a_patient() {
    let (model, data) = (case("multi_softprob", "model.json"), case("multi_softprob", "csv"));
    let document: Value = serde_json::from_str(&whole(&model, &data, &["--rows", "5000000"])).unwrap();
    let lines: Vec<Value> = streamed(&model, &data, &["--format", "jsonl"])
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), document["rows"].as_array().unwrap().len());
    for (r, line) in lines.iter().enumerate() {
        assert_eq!(line["id"], document["rows"][r]);
        for key in ["margin", "prediction"] {
            assert_eq!(line[key], document[key][r], "{key}");
        }
        assert_eq!(line["base_values"], document["base_values"]);
        for (f, name) in document["features"].as_array().unwrap().iter().enumerate() {
            assert_eq!(line["attributions"][name.as_str().unwrap()], document["attributions"][r][f]);
        }
    }
}

/// Rows that are made when they are asked for, and counted.
struct Source {
    n_rows: usize,
    made: Rc<Cell<usize>>,
    pending: Vec<u8>,
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.pending.is_empty() && self.made.get() < self.n_rows {
            let row = self.made.get();
            self.pending = format!("P{row},{},{}\n", row % 97, (row % 13) as f64 / 8.0).into_bytes();
            self.made.set(row + 1);
        }
        let n = self.pending.len().min(into.len());
        into[..n].copy_from_slice(&self.pending[..n]);
        self.pending.drain(..n);
        Ok(n)
    }
}

/// Counts the lines that come out, and how far they ever lag behind.
struct Drain {
    made: Rc<Cell<usize>>,
    lines: usize,
    lag: usize,
}

impl Write for Drain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lag = self.lag.max(self.made.get() - self.lines);
        self.lines += bytes.iter().filter(|&&b| b == b'\n').count();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A model of two features, in the JSON form of our own.
fn small_model(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("clarimark-{name}-{}.json", std::process::id()));
    let model = serde_json::json!({
        "format": "clarimark-trees", "version": 1, "library": "by hand", "test": "<",
        "base": [0.5], "features": [{"name": "age"}, {"name": "dose"}],
        "trees": [{
            "feature": [0, 1, -1, -1, -1], "threshold": [50.0, 0.75, 0.0, 0.0, 0.0],
            "left": [1, 2, -1, -1, -1], "right": [4, 3, -1, -1, -1],
            "value": [0.0, 0.0, -1.0, 0.25, 2.0], "cover": [100.0, 52.0, 24.0, 28.0, 48.0],
        }],
    });
    fs::write(&path, model.to_string()).unwrap();
    path
}

#[test]
fn no_more_than_a_chunk_is_held() {
    let model = small_model("held");
    let arguments = ["explain", "--model", model.to_str().unwrap(), "--data", "-", "--header", "id,age,dose"];
    let n_rows = 20_000;
    for chunk in [64, 1000] {
        let made = Rc::new(Cell::new(0));
        let mut source = Source { n_rows, made: made.clone(), pending: Vec::new() };
        let mut drain = Drain { made, lines: 0, lag: 0 };
        let chunk_text = chunk.to_string();
        let arguments = [&arguments[..], &["--chunk", &chunk_text]].concat();
        let mut err = Vec::new();
        let status = run_with(arguments.iter().map(Into::into), &mut source, &mut drain, &mut err);
        assert_eq!((status, drain.lines), (0, n_rows), "{}", String::from_utf8_lossy(&err));
        // A chunk, and the rows by which the delimiter was settled.
        assert!(drain.lag <= chunk.max(60) + 60, "{} rows were held", drain.lag);
    }
    fs::remove_file(model).unwrap();
}

/// Spark's contract: partitions are lines without a header, each through a process of its own.
#[test]
fn partitions_without_a_header_make_up_the_whole() {
    let (model, data) = (pbc("model.json"), pbc("pbc.csv"));
    let table = fs::read_to_string(&data).unwrap();
    let (header, rows) = table.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    for format in ["csv", "jsonl"] {
        let direct = whole(&model, &data, &["--format", format, "--rows", "418"]);
        let body = if format == "csv" { direct.split_once('\n').unwrap().1 } else { &direct };
        let mut together = String::new();
        // Also a partition of one row and one of none.
        for part in [&rows[..1], &rows[1..1], &rows[1..200], &rows[200..]] {
            let lines: String = part.iter().map(|row| format!("{row}\n")).collect();
            let ran = piped(
                &[
                    "explain", "--model", &model, "--data", "-", "--header", header, "--rows", "418",
                    "--format", format,
                ],
                lines.as_bytes(),
            );
            together += &ok(ran);
        }
        assert_eq!(together, body);
    }
}

#[test]
fn an_error_names_the_row_and_what_was_written_stands() {
    let (model, data) = (pbc("model.json"), pbc("pbc.csv"));
    let table = fs::read_to_string(&data).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    let all = streamed(&model, &data, &[]);
    let with = |row: usize, from: &str, to: &str| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[row - 1] = lines[row - 1].replacen(from, to, 1);
        lines.join("\n").into_bytes()
    };
    for chunk in ["1", "64", "4096"] {
        for (row, input, expected) in [
            (
                300,
                with(300, ",f,", ",x,"),
                "standard input: column sex, row 300: the model does not know the level “x”",
            ),
            (200, with(200, ",f,", ",f,f,"), "standard input: row 200 has 23 cells, the header has 22"),
            (
                9,
                with(9, "PBC008", "\"PBC008"),
                "standard input: a quotation mark that opens in row 9 is never closed",
            ),
            (4, with(4, "PBC003,train", "PBC003,\0"), "standard input: this is not a table of text"),
        ] {
            let ran = piped(&["explain", "--model", &model, "--data", "-", "--chunk", chunk], &input);
            assert_eq!(ran.status, 2);
            let last = ran.err.lines().last().unwrap();
            assert!(last.starts_with(&format!("error: {expected}")), "{last}");
            let before: String = all.lines().take(row - 1).map(|line| format!("{line}\n")).collect();
            assert_eq!(ran.out, before, "{expected}");
        }
    }
}

#[test]
fn what_cannot_stream_is_refused_with_a_remedy() {
    let (model, data) = (pbc("model.json"), pbc("pbc.csv"));
    let explain = ["explain", "--model", &model, "--data", "-"];
    let against = ["--method", "interventional", "--background"];
    for (more, input, expected) in [
        (&["--interactions", "2"][..], "", "give the table as a file"),
        (&["--format", "json"], "", "csv or jsonl"),
        (&["--format", "parquet"], "", "add -o FILE"),
        (&[&against[..], &["-"]].concat(), "", "give a background or calibration as a file"),
        (&["--calibration", "-"], "", "give a background or calibration as a file"),
        (&[&against[..], &[&data, "--output", "log-loss"]].concat(), "", "--study"),
        (&[&against[..], &[&data, "--rows", "9"]].concat(), "", "--rows has no meaning"),
        (&["--chunk", "0"], "", "--chunk 0"),
        (&[], "", "the file is empty"),
        (&[], "a,b\n", "model features have no column"),
        (&["--id", "name"], "a,b\n", "1 model feature has no column: name"),
        (&[], "PAR1 and more", "A stream is CSV or TSV: give other tables as a file."),
        (&[], "id,id\n1,2\n", "are both called"),
    ] {
        let ran = piped(&[&explain[..], more].concat(), input.as_bytes());
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{more:?}");
        assert!(ran.err.lines().last().unwrap().contains(expected), "{more:?}: {}", ran.err);
    }
    let header = fs::read_to_string(&data).unwrap().lines().next().unwrap().to_owned();
    let ran = piped(&explain, header.as_bytes());
    assert!(ran.status == 2 && ran.err.contains("a header and no rows"), "{}", ran.err);
    for (arguments, expected) in [
        (
            &["explain", "--model", &model, "--data", &data, "--header", "a"][..],
            "--header has no meaning here",
        ),
        (&["report", "--model", &model, "--data", "-", "-o", "r.html"], "a report is made of a whole table"),
    ] {
        let ran = piped(arguments, b"");
        assert!(ran.status == 2 && ran.err.contains(expected), "{}", ran.err);
    }
}

/// A reader that has gone after some lines.
struct Gone(usize);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_ends_a_stream_quietly() {
    let (model, table) = (pbc("model.json"), fs::read(pbc("pbc.csv")).unwrap());
    for format in ["csv", "jsonl"] {
        for n in [0, 1, 3] {
            let mut err = Vec::new();
            let arguments =
                ["explain", "--model", &model, "--data", "-", "--chunk", "10", "--format", format];
            let status = run_with(arguments.iter().map(Into::into), &mut &table[..], &mut Gone(n), &mut err);
            assert_eq!((status, err.as_slice()), (0, &b""[..]));
        }
    }
}

fn column(data: &Dataset, name: &str) -> Vec<f64> {
    match &data.columns()[data.column_index(name).unwrap()].values {
        Values::Numbers(x) => x.clone(),
        Values::Levels { .. } => panic!("{name} is text"),
    }
}

#[test]
fn columns_hold_the_numbers_of_the_document() {
    let folder = std::env::temp_dir().join(format!("clarimark-columns-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let bits = |x: Vec<f64>| x.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    for name in ["survival_cox", "multi_softprob", "binary_logistic_missing"] {
        let (model, data) = (case(name, "model.json"), case(name, "csv"));
        let document: Value = serde_json::from_str(&whole(&model, &data, &["--rows", "5000000"])).unwrap();
        let outputs: Vec<&str> =
            document["outputs"].as_array().unwrap().iter().map(|o| o.as_str().unwrap()).collect();
        let k = outputs.len();
        let features = document["features"].as_array().unwrap();
        for ending in ["parquet", "arrow"] {
            let path = folder.join(format!("{name}.{ending}"));
            let path = path.to_str().unwrap();
            for stream in [false, true] {
                if stream {
                    assert_eq!(streamed(&model, &data, &["-o", path, "--chunk", "7"]), "");
                } else {
                    assert_eq!(whole(&model, &data, &["-o", path, "--rows", "5000000"]), "");
                }
                let file = fs::read(path).unwrap();
                let table = convert::read(&file).unwrap().value;
                assert_eq!(table.columns().len(), 1 + k * (3 + features.len()));
                for (r, row) in document["rows"].as_array().unwrap().iter().enumerate() {
                    assert_eq!(table.columns()[0].text(r).unwrap(), row.as_str().unwrap());
                }
                for (o, output) in outputs.iter().enumerate() {
                    let of = |name: &str| if k == 1 { name.to_owned() } else { format!("{name} [{output}]") };
                    let at = |key: &str| -> Vec<f64> {
                        document[key].as_array().unwrap().iter().map(|row| numbers(&row[o])[0]).collect()
                    };
                    for key in ["margin", "prediction"] {
                        assert_eq!(bits(column(&table, &of(key))), bits(at(key)), "{name} {key}");
                    }
                    let base = numbers(&document["base_values"][o])[0];
                    assert!(column(&table, &of("base value")).iter().all(|x| x.to_bits() == base.to_bits()));
                    for (f, feature) in features.iter().enumerate() {
                        let expected = document["attributions"].as_array().unwrap().iter();
                        let expected = expected.map(|row| numbers(&row[f][o])[0]).collect();
                        let got = column(&table, &of(feature.as_str().unwrap()));
                        assert_eq!(bits(got), bits(expected), "{name} {feature}");
                    }
                }
                // Metadata is text in both formats.
                let sha256 = document["model"]["sha256"].as_str().unwrap();
                for fact in [
                    "clarimark.model.sha256",
                    sha256,
                    "clarimark.method",
                    "path-dependent",
                    "clarimark.version",
                ] {
                    assert!(file.windows(fact.len()).any(|bytes| bytes == fact.as_bytes()), "{fact}");
                }
            }
        }
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_feature_may_be_called_like_another_column() {
    let path = small_model("named");
    let model = fs::read_to_string(&path).unwrap().replace("\"dose\"", "\"margin\"");
    let named = path.with_extension("margin.json");
    fs::write(&named, model).unwrap();
    let out = path.with_extension("margin.parquet");
    let arguments =
        ["explain", "--model", named.to_str().unwrap(), "--data", "-", "-o", out.to_str().unwrap()];
    assert_eq!(ok(piped(&arguments, b"age,margin\n40,0.5\n60,1\n")), "");
    let table = convert::read(&fs::read(&out).unwrap()).unwrap().value;
    let names: Vec<&str> = table.columns().iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["id", "margin", "prediction", "base value", "age", "margin*"]);
    assert_eq!(column(&table, "id"), [1.0, 2.0]);
    assert_eq!(column(&table, "margin"), [-0.5, 2.5]);
    for file in [path, named, out] {
        fs::remove_file(file).unwrap();
    }
}
