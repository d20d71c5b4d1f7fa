use super::*;
use crate::dataset::error::Cap;
use crate::dataset::{Column, Values};

fn table(text: &str) -> Parsed<Dataset> {
    read(text.as_bytes(), Options::default()).unwrap_or_else(|e| panic!("{e}: {text:?}"))
}

/// Columns as `name: cell cell …`, `~` for missing, numbers bare and texts in quotes.
fn show(data: &Dataset) -> Vec<String> {
    let cell = |c: &Column, r| match (&c.values, c.text(r)) {
        (_, None) => "~".to_owned(),
        (Values::Numbers(_), Some(text)) => text,
        (Values::Levels { .. }, Some(text)) => format!("'{text}'"),
    };
    let line = |c: &Column| {
        let cells: Vec<String> = (0..c.len()).map(|r| cell(c, r)).collect();
        format!("{}: {}", c.name, cells.join(" "))
    };
    data.columns().iter().map(line).collect()
}

#[test]
fn tables_are_read_as_a_person_reads_them() {
    let check = |text: &str, expect: &[&str], warnings: &[&str]| {
        let got = table(text);
        assert_eq!(show(&got.value), expect, "{text:?}");
        assert_eq!(got.warnings, warnings, "{text:?}");
    };
    check("id,x\nP1,1.5\nP2,\n", &["id: 'P1' 'P2'", "x: 1.5 ~"], &[]);
    check(
        "\u{feff} id ;x\r\nP1;1,5\r\nP2; 2 \r\n\r\n",
        &["id: 'P1' 'P2'", "x: 1.5 2"],
        &["1 column read with a decimal comma: “x”."],
    );
    check("a\tb\n1\tx, y\n2\t\"q\"\"\n2\"\n", &["a: 1 2", "b: 'x, y' 'q\"\n2'"], &[]);
    check("id,x\n007,1\n8,1e2\n", &["id: '007' '8'", "x: 1 100"], &[]);
    check(
        "x,y\nNA,none\n1,NA\nnan,none\n",
        &["x: ~ 1 ~", "y: 'none' ~ 'none'"],
        &["2 cells say NA, read as missing, in “x”, “y”.", "1 cell says nan, read as missing, in “x”."],
    );
    check("x,y\n.,.\n1,b\n", &["x: ~ 1", "y: '.' 'b'"], &["1 cell says ., read as missing, in “x”."]);
    // A text after numbers: the numbers are texts as they were written.
    check(
        "x,y\n1.50,\n2,NA\nb,b\n\n,3.0\n",
        &["x: '1.50' '2' 'b' ~", "y: ~ ~ 'b' '3.0'"],
        &[
            "1 blank line was skipped; row numbers do not count it.",
            "1 cell says NA, read as missing, in “y”.",
        ],
    );
    check("x,y\n,1\n,2\n", &["x: ~ ~", "y: 1 2"], &[]);
    check("x,y\n1,inf\n2,3\n", &["x: 1 2", "y: 'inf' '3'"], &[]);
    check(
        "x,y\n1, a\n2,a \n3,a\n",
        &["x: 1 2 3", "y: 'a' 'a' 'a'"],
        &["2 text cells have spaces around the text; they were left out."],
    );
    // Shape.
    check(
        "x,y\n1,2\n\n3,4\n   \n,\n,\n",
        &["x: 1 3", "y: 2 4"],
        &["2 blank lines were skipped; row numbers do not count them.", "2 empty rows at the end left out."],
    );
    check(
        ",x,\n0,5,\n1,6,\n",
        &["column 1: 0 1", "x: 5 6"],
        &[
            "Column 1 has no name; it is called “column 1” here.",
            "Column 3 has neither name nor values and is left out.",
        ],
    );
    check(
        "column 2,,b\n0,5,1\n",
        &["column 2: 0", "column 2*: 5", "b: 1"],
        &["Column 2 has no name; it is called “column 2*” here."],
    );
    check(
        "x\u{202e},y\n1,2\n",
        &["x\u{202e}: 1", "y: 2"],
        &["The name of column 1 holds characters that do not show."],
    );
    check("0,1\n5,6\n", &["0: 5", "1: 6"], &["The column names are the numbers 0 to 1."]);
    check("sep=;\na;b\n1;2\n", &["a: 1", "b: 2"], &[]);
    check("x\n1\n2", &["x: 1 2"], &[]);
    // Commas.
    check(
        "x;y\n1,234;1.5\n2,000;2\n",
        &["x: '1,234' '2,000'", "y: 1.5 2"],
        &["1 column read as text, because 1,234 may be a thousand or a decimal: “x”."],
    );
    check(
        "x;y\n1,234;0,5\n2;2\n",
        &["x: 1.234 2", "y: 0.5 2"],
        &["2 columns read with a decimal comma: “x”, “y”."],
    );
    check(
        "x;y\n1,5;a\n2.5;b\n",
        &["x: '1,5' '2.5'", "y: 'a' 'b'"],
        &["1 column read as text, because decimal commas and points are mixed: “x”."],
    );
    check("x,y\n\"1,5\",a\n2,b\n", &["x: '1,5' '2'", "y: 'a' 'b'"], &[]);
}

#[test]
fn what_is_told_overrides_what_is_seen() {
    let check = |text: &str, options: Options, expect: &[&str]| {
        let got = read(text.as_bytes(), options).unwrap();
        assert_eq!(show(&got.value), expect, "{text:?}");
    };
    let told = Options { decimal_comma: Some(true), ..Options::default() };
    check("x;y\n1,234;a\n", told, &["x: 1.234", "y: 'a'"]);
    check("x,y\n\"1,5\",a\n", told, &["x: 1.5", "y: 'a'"]);
    let told = Options { decimal_comma: Some(false), ..Options::default() };
    check("x;y\n1,5;a\n", told, &["x: '1,5'", "y: 'a'"]);
    let told = Options { delimiter: Some(b'|'), ..Options::default() };
    check("a,b|c\nx,2|3\n", told, &["a,b: 'x,2'", "c: 3"]);
    let told = Options { header: Some(false), ..Options::default() };
    check("0.5\n0.25\n", told, &["column 1: 0.5 0.25"]);
}

#[test]
fn errors_say_where() {
    let check = |text: &str, expect: DataError| {
        let got = read(text.as_bytes(), Options::default());
        assert_eq!(got.as_ref().err(), Some(&expect), "{text:?}");
        assert!(expect.hint().ends_with('.'));
    };
    let ragged = |row, expected, got| DataError::Ragged { row, expected, got, several_lines: false };
    check("", DataError::Empty);
    check("a,b\n", DataError::NoRows);
    check("a,b\n,\n,\n", DataError::NoRows);
    check("a,b\n1,2\n1,2,3\n", ragged(3, 2, 3));
    check("a,b\n1,2,3\n1,2,3\n", ragged(2, 2, 3));
    check("a,b\n1\n", ragged(2, 2, 1));
    check("a,b\n1,\"x\n2,y\",z\n", DataError::Ragged { row: 2, expected: 2, got: 3, several_lines: true });
    check("a,b\n1,\"x\n2,y\n", DataError::UnclosedQuote { row: 2 });
    check("a, b ,b\n1,2,3\n", DataError::DuplicateHeader { name: "b".into(), first: 2, second: 3 });
    check("1.5,2\n3,4\n", DataError::NoHeader { first: "1.5".into() });
    check(",\n3,4\n", DataError::NoHeader { first: "an empty cell".into() });
}

#[test]
fn caps_are_named() {
    let check = |bytes: &[u8], cap: Cap, row: Option<usize>| {
        let error = read(bytes, Options::default()).err();
        assert_eq!(error, Some(DataError::TooLarge { cap, row }));
        let error = error.unwrap();
        assert!(error.to_string().contains(&cap.to_string()) && error.hint().ends_with('.'));
    };
    // Zeroed pages that are never touched.
    check(&vec![0; Cap::File.limit() + 1], Cap::File, None);
    check(&[b"x\n".as_slice(), &b"1\n".repeat(Cap::Rows.limit() + 1)].concat(), Cap::Rows, Some(5_000_002));
    let wide = format!("{}\n{}", (0..=20_000).map(|i| format!("x{i},")).collect::<String>(), 1);
    check(wide.as_bytes(), Cap::Columns, Some(1));
    check(format!("{},y\n1,2\n", "n".repeat(513)).as_bytes(), Cap::Name, Some(1));
    check(format!("x,y\n1,{}\n", "a".repeat(Cap::Cell.limit() + 1)).as_bytes(), Cap::Cell, Some(2));
}
