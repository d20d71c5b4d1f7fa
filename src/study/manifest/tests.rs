use super::*;
use crate::study::fixture::{model, table};

fn hash(byte: &str) -> String {
    byte.repeat(32)
}

fn manifest(rest: &str) -> String {
    format!(
        "{{\"format\": \"clarimark-study\", \"version\": 1{}{rest}}}",
        if rest.is_empty() { "" } else { ",\n" }
    )
}

#[test]
fn a_full_manifest_round_trips() {
    let text = manifest(&format!(
        r#""title": "T", "description": "D", "context_of_use": "C",
        "model": {{"path": "m/model.ubj", "sha256": "{}"}}, "data": {{"path": "d.csv", "sha256": "{}"}},
        "comparator": {{"path": "m/clinical.json", "sha256": "{}", "title": "Clinical"}},
        "id": "pid", "outcome": {{"kind": "survival", "time": "t", "event": "e", "time_unit": "days"}},
        "split": "part", "ignore": ["a"], "covariates": ["b"],
        "features": {{"x": {{"label": "X", "unit": "mg"}}}},
        "citation": "Z", "licence": "L", "source": "S", "notes": ["n"]"#,
        hash("AB"),
        hash("0f"),
        hash("CD"),
    ));
    let read = Manifest::read(text.as_bytes()).unwrap();
    assert!(read.warnings.is_empty());
    assert_eq!(read.value.model.as_ref().unwrap().sha256, hash("ab"));
    assert_eq!(read.value.comparator.as_ref().unwrap().sha256, hash("cd"));
    let again = serde_json::to_vec(&read.value).unwrap();
    assert_eq!(Manifest::read(&again).unwrap(), read);
    let bare = Manifest::read(manifest("").as_bytes()).unwrap().value;
    assert_eq!(bare, Manifest { format: FORMAT.into(), version: 1, ..Manifest::default() });
}

#[test]
fn errors_name_the_place() {
    let check = |text: &str, message: &str| {
        let error = Manifest::read(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
        assert!(error.hint().ends_with('.'));
    };
    check("", "the manifest is not valid JSON: line 1, column 0: EOF while parsing a value");
    check("{\n\"a\" 1}", "the manifest is not valid JSON: line 2, column 5: expected `:`");
    check("{\"learner\": 1}", "the file is not a study manifest: its format is “”, not “clarimark-study”");
    check("[]", "the file is not a study manifest: its format is “”, not “clarimark-study”");
    let newer = r#"{"format": "clarimark-study", "version": 2, "news": 1}"#;
    check(newer, "the manifest has version 2, this program reads version 1");
    check(r#"{"format": "clarimark-study"}"#, "the manifest has version ?, this program reads version 1");
    check(&manifest("\"titel\": \"x\""), "the manifest has an unknown key titel (line 2, column 7)");
    check(
        &manifest("\"features\": {\"units\": {\"label\": \"U\"},\n \"x\": {\"units\": \"mg\"}}"),
        "the manifest has an unknown key features.x.units (line 3, column 14)",
    );
    check(
        &manifest("\"features\": {\"a\\n\u{85}\": {\"un\u{85}it\": \"\"}}"),
        "the manifest has an unknown key features.a\\n\\u{85}.un\\u{85}it (line 2, column 31)",
    );
    check(
        &manifest("\"model\": {\"path\": \"m\", \"hash\": \"\"}"),
        "the manifest has an unknown key model.hash (line 2, column 29)",
    );
    check(
        &manifest("\"comparator\": {\"path\": \"m\", \"name\": \"\"}"),
        "the manifest has an unknown key comparator.name (line 2, column 34)",
    );
    let outside =
        manifest(&format!("\"comparator\": {{\"path\": \"../m\", \"sha256\": \"{}\"}}", hash("00")));
    check(&outside, "comparator.path: “../m” contains an empty part, . or ..");
    check(
        &manifest("\"outcome\": {\"kind\": \"binary\", \"column\": \"y\", \"time\": \"t\"}"),
        "the manifest has an unknown key outcome.time (line 2, column 58)",
    );
    check(
        &manifest("\"title\": 3"),
        "the manifest has a wrong entry: line 2, column 10: invalid type: integer `3`, expected a string",
    );
    check(
        &manifest("\"model\": {\"path\": \"m\"}"),
        "the manifest has a wrong entry: line 2, column 22: missing field `sha256`",
    );
}

#[test]
fn paths_stay_beside_the_manifest() {
    let check = |path: &str, reason: Option<&'static str>| {
        let mut file = FileRef { path: path.into(), sha256: hash("00") };
        let expect = reason
            .map_or(Ok(()), |reason| Err(ManifestError::Path { key: "data", path: path.into(), reason }));
        assert_eq!(file::check("data", &mut file), expect, "{path}");
    };
    check("data.csv", None);
    check("data/2024 cohort/é.csv", None);
    check("", Some("is empty"));
    check("/etc/passwd", Some("is absolute"));
    check("//host/x", Some("is absolute"));
    check("..", Some("contains an empty part, . or .."));
    check("a/../../b", Some("contains an empty part, . or .."));
    check("./a", Some("contains an empty part, . or .."));
    check("a//b", Some("contains an empty part, . or .."));
    check("%2e%2e/b", Some("contains ?, # or %, which mean something else in a URL"));
    check("a?b", Some("contains ?, # or %, which mean something else in a URL"));
    check("https://x/y", Some("contains a colon, as a scheme or a drive does"));
    check("C:x", Some("contains a colon, as a scheme or a drive does"));
    check("a\\b", Some("contains a backslash"));
    check("a\nb", Some("contains a control character"));
    check(&"a".repeat(513), Some("is longer than 512 bytes"));
    for sha256 in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
        let mut file = FileRef { path: "a".into(), sha256: sha256.into() };
        let expect = ManifestError::Hash { key: "model", sha256: sha256.into() };
        assert_eq!(file::check("model", &mut file), Err(expect));
    }
}

#[test]
fn a_changed_file_is_refused_with_both_checksums() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256_hex(b"abc"), abc);
    let file = FileRef { path: "d.csv".into(), sha256: abc.into() };
    assert_eq!(file.verify(b"abc"), Ok(()));
    let message = file.verify(b"abd").unwrap_err().to_string();
    assert!(message.contains(abc) && message.contains(&sha256_hex(b"abd")), "{message}");
}

#[test]
fn what_the_table_does_not_bear_out_is_said() {
    let check = |rest: &str, expect: &[&str]| {
        let manifest = Manifest::read(manifest(rest).as_bytes()).unwrap().value;
        let data = table("pid,x,t,e,s\nA,1,2,1,0\nB,2,3,0,1\nC,2,4,0,3\n");
        assert_eq!(misfits(&manifest, &model("survival:cox", &["x"]), &data), expect, "{rest}");
    };
    let survival = |time: &str, event: &str| {
        format!("\"outcome\": {{\"kind\": \"survival\", \"time\": \"{time}\", \"event\": \"{event}\"}}")
    };
    check(&survival("t", "e"), &[]);
    check(
        &survival("days", "x"),
        &[
            "The manifest names “days” as the time of the outcome; the table has no such column.",
            "“x” is the event of the outcome and also feeds the model.",
        ],
    );
    let unclear = "“s” does not tell event from censored (1 and 0 do), so the outcome is not used.";
    check(&survival("t", "s"), &[unclear]);
    let competing = |column: &str, value: &str| {
        let rest = survival("t", "e");
        let end = rest.len() - 1;
        format!("{}, \"competing\": {{\"column\": \"{column}\", \"value\": \"{value}\"}}}}", &rest[..end])
    };
    check(&competing("s", "3"), &[]);
    check(&competing("s", "4"), &["No row of “s” says “4”, the competing event of the manifest."]);
    let absent = "The manifest names “r” for competing events; the table has no such column.";
    check(&competing("r", "4"), &[absent]);
    check(&survival("pid", "e"), &["“pid” should hold numbers and holds text, so the outcome is not used."]);
    check(
        "\"outcome\": {\"kind\": \"binary\", \"column\": \"e\", \"positive\": \"yes\"}",
        &["No row of “e” says “yes”, the positive level of the manifest."],
    );
    check("\"outcome\": {\"kind\": \"binary\", \"column\": \"e\", \"positive\": \"1\"}", &[]);
    check(
        "\"ignore\": [\"q\", \"pid\"], \"features\": {\"y\": {}, \"x\": {}}",
        &[
            "The manifest names 1 column to ignore that the table has not: q.",
            "The manifest describes 1 feature that the model has not: y.",
        ],
    );
}
