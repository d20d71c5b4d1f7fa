//! The report: complete, printable, the same bytes each time, and its numbers once more as JSON.

use crate::study_run::{analyse, files};
use clarimark::figure::Grouping;
use clarimark::report::{Order, report};
use clarimark::session::Analysis;
use serde_json::Value;

fn order(a: &Analysis) -> Order {
    Order {
        date: "2026-03-09".into(),
        link: "https://example.org/#v=1".into(),
        cutoff: 0.5,
        horizon: None,
        grouping: Grouping::RiskThird,
        performance: a.performance.clone(),
        findings: a.findings.clone(),
    }
}

/// The data block, as a program finds it.
fn numbers(page: &str) -> Value {
    let opening = "<script type=\"application/json\" id=\"numbers\">";
    let start = page.find(opening).unwrap() + opening.len();
    let end = page[start..].find("</script>").unwrap() + start;
    serde_json::from_str(&page[start..end]).unwrap()
}

#[test]
fn a_report_holds_the_numbers_of_the_analysis() {
    for (name, c_index) in [("pbc", "0.821"), ("acc", "0.781")] {
        let a = analyse(name);
        let page = report(&a, &order(&a));
        assert!(page == report(&a, &order(&a)), "{name}: not the same bytes");
        let found = numbers(&page);
        let importance = found["importance"].as_array().unwrap();
        assert_eq!(importance.len(), a.study.n_features());
        for (entry, &f) in importance.iter().zip(&a.insight.order) {
            // Full precision, not as printed.
            assert_eq!(entry["mean_abs"].as_f64().unwrap().to_bits(), a.importance(f).mean_abs.to_bits());
            assert_eq!(entry["feature"], a.study.model.features[f.index()].name.as_str());
        }
        let test = found["performance"].as_array().unwrap().iter().find(|p| p["part"] == "Test").unwrap();
        assert_eq!(format!("{:.3}", test["estimate"].as_f64().unwrap()), c_index, "{name}");
        // The model held against the study's comparator, likewise.
        let parts = found["comparator"]["parts"].as_array().unwrap();
        let against = clarimark::figure::against(&a, None).unwrap();
        assert_eq!(parts.len(), against.len());
        for (part, f) in parts.iter().zip(&against) {
            assert_eq!(part["difference"].as_f64(), Some(f.found.difference.estimate), "{name}");
            assert_eq!((part["part"].as_str(), part["p"].is_null()), (Some(f.part.as_str()), true));
        }
        assert!(page.contains(&a.study.comparator.as_ref().unwrap().file.sha256), "{name}");
        assert_eq!(found["model_sha256"], a.study.model_file.sha256.as_str());
        // Every table of the page is in the block, and every row of it.
        let rows = |value: &Value| value["table"]["rows"].as_array().map_or(0, Vec::len);
        let sections = found["sections"].as_array().unwrap();
        let tables: usize = sections
            .iter()
            .flat_map(|s| s["blocks"].as_array().unwrap())
            .filter(|b| b["name"].is_string())
            .map(rows)
            .sum();
        assert_eq!(page.matches("<tr><td>").count(), tables, "{name}");
        assert_eq!(page.matches("<svg ").count(), page.matches("<figure>").count(), "{name}");
        for finding in &a.findings {
            assert!(
                page.contains(&clarimark::plot::svg::escape(&finding.title)),
                "{name}: {}",
                finding.title
            );
        }
        assert!(page.contains("Attributions describe the model, not biology or treatment effect."));
        assert!(!page.contains("NaN") && !page.contains("inf "), "{name}");
    }
}

#[test]
fn blanks_are_filled_by_the_study_or_stay_visible() {
    let mut a = analyse("pbc");
    let blank = |page: &str| page.matches("<span class=\"blank\">").count();
    let before = blank(&report(&a, &order(&a)));
    assert!(before > 20, "{before}");
    let study = std::sync::Arc::make_mut(&mut a.study);
    study.manifest.statements.insert("tripod-17".into(), "Approved by <the board>.".into());
    let page = report(&a, &order(&a));
    assert_eq!(blank(&page), before - 1);
    assert!(page.contains("Approved by &lt;the board&gt;."));
}

#[test]
fn hostile_names_are_text() {
    let mut a = analyse("pbc");
    let study = std::sync::Arc::make_mut(&mut a.study);
    study.manifest.title = "</script><img src=x onerror=alert(1)>".into();
    study.manifest.notes.push("</title><script>alert(1)</script>".into());
    let page = report(&a, &order(&a));
    assert!(!page.contains("<img") && !page.contains("<script>alert"));
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(numbers(&page)["title"], study_title(&a));
}

fn study_title(a: &Analysis) -> &str {
    &a.study.manifest.title
}

#[test]
fn the_command_writes_what_the_page_saves() {
    let folder = std::env::temp_dir().join(format!("clarimark-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = folder.join("report.html");
    let study = format!("{}/public/studies/pbc/study.json", env!("CARGO_MANIFEST_DIR"));
    let arguments = ["report", "--study", &study, "-o", output.to_str().unwrap(), "--date", "2026-03-09"];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    assert_eq!(
        clarimark::command::run(arguments.map(Into::into), &mut out, &mut err),
        0,
        "{}",
        String::from_utf8_lossy(&err)
    );
    let a = analyse("pbc");
    assert_eq!(files("pbc").len(), 4);
    let expect = report(&a, &Order { link: String::new(), ..order(&a) });
    assert!(std::fs::read_to_string(&output).unwrap() == expect);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_report_says_which_function_a_calibration_leaves_unexplained() {
    let folder = crate::reference::folder();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (model, data) =
        (path("sklearn-1.9.1/boosting_binary.model.skops"), path("sklearn-1.9.1/boosting_binary.csv"));
    let out = std::env::temp_dir().join(format!("clarimark-report-{}.html", std::process::id()));
    let report = |more: &[&str]| {
        let all = ["report", "--model", &model, "--data", &data, "-o", out.to_str().unwrap()];
        let ran = crate::command::clarimark(&[&all[..], more].concat());
        assert_eq!(ran.status, 0, "{}", ran.err);
        std::fs::read_to_string(&out).unwrap()
    };
    let of = |page: &str| {
        let found = numbers(page);
        let all = found["sections"].as_array().unwrap().iter().flat_map(|s| s["blocks"].as_array().unwrap());
        let mut facts = all.filter_map(|b| b["facts"].as_array()).flatten();
        facts.find(|f| f["name"] == "Calibration").unwrap()["value"].as_str().unwrap().to_owned()
    };
    let plain = report(&[]);
    assert_eq!(of(&plain), "none");
    assert!(!plain.contains("before calibration"));
    let calibrated = report(&["--calibration", &path("calibration/isotonic_of_margin.csv")]);
    let said = of(&calibrated);
    assert!(said.starts_with("isotonic of the margin. What is explained is the log-odds"), "{said}");
    assert!(said.contains("before calibration") && said.contains("are not explained"), "{said}");
    assert!(calibrated.contains("before calibration. Features outside"), "the methods say so, too");
    // What is explained is the same.
    assert_eq!(numbers(&plain)["importance"], numbers(&calibrated)["importance"]);
    std::fs::remove_file(out).unwrap();
}
