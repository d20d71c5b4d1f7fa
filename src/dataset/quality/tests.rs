use super::*;
use crate::dataset::{Dataset, csv};

fn table(text: &str) -> Dataset {
    csv::read(text.as_bytes(), csv::Options::default()).unwrap().value
}

fn all(data: &Dataset) -> (Vec<usize>, Vec<usize>) {
    ((0..data.columns().len()).collect(), (0..data.n_rows()).collect())
}

#[test]
fn a_column_is_profiled() {
    let data = table("n,t,e,half,c\n3,b,,0.5,7\n1,a,,2,7\n,b,,3,7\n2,,,4,7\n");
    let profiles: Vec<Profile> = data.columns().iter().map(|c| profile(c, 8)).collect();
    let check = |i: usize, n_missing: usize, n_unique: usize, range: Range, histogram: &[u32]| {
        let expect = Profile { n_rows: 4, n_missing, n_unique, range, histogram: histogram.to_vec() };
        assert_eq!(profiles[i], expect);
    };
    let numbers = |min, quartiles, max, whole| Range::Numbers { min, quartiles, max, whole };
    check(0, 1, 3, numbers(1.0, [1.5, 2.0, 2.5], 3.0, true), &[1, 1, 1]);
    check(1, 1, 2, Range::Levels { counts: vec![2, 1] }, &[2, 1]);
    check(2, 4, 0, Range::Empty, &[]);
    check(3, 0, 4, numbers(0.5, [1.625, 2.5, 3.25], 4.0, false), &[1, 1, 1, 1]);
    check(4, 0, 1, numbers(7.0, [7.0; 3], 7.0, true), &[4]);
    assert!(profiles[2].is_constant() && profiles[4].is_constant() && !profiles[0].is_constant());
}

#[test]
fn bins_cover_the_range_and_hold_every_cell() {
    let check = |x: &[f64], n_bins: usize, expect: &[u32]| {
        let column = Column { name: "x".into(), values: Values::Numbers(x.to_vec()) };
        assert_eq!(histogram(&column, n_bins), expect, "{x:?}");
    };
    let many: Vec<f64> = (0..=20).map(f64::from).collect();
    check(&many, 4, &[5, 5, 5, 6]);
    check(&many, 1, &[21]);
    check(&many, 0, &[]);
    check(&[0.0, -0.0, 1.0], 4, &[2, 1]);
    check(&[f64::MIN, f64::MAX, 0.0], 2, &[1, 2]);
    let text = (0..5).map(|i| format!("t{i}\n")).collect::<String>();
    assert_eq!(histogram(&table(&format!("x\n{text}")).columns()[0], 4), Vec::<u32>::new());
}

#[test]
fn columns_missing_together_are_one_fact() {
    // Rows 2 to 4 lack a, b and c; c lacks row 0 too; d lacks row 1 alone.
    let data = table("id,a,b,c,d\nP,1,1,,1\nQ,1,1,1,\nR,,,,1\nS,,,,1\nT,,,,1\n");
    let (columns, rows) = all(&data);
    let expect = MissingBlock { rows: vec![2, 3, 4], same: vec![1, 2], more: vec![3] };
    assert_eq!(expect.columns(), [1, 2, 3]);
    assert_eq!(missing_blocks(&data, &columns, &rows), [expect]);
    // In rows 3 and 4 alone, the three columns are one group.
    let expect = MissingBlock { rows: vec![3, 4], same: vec![1, 2, 3], more: vec![] };
    assert_eq!(missing_blocks(&data, &columns, &[0, 3, 4])[0].rows, expect.rows);
    assert_eq!(missing_blocks(&data, &columns, &[1, 3, 4]), [expect]);
    assert_eq!(missing_blocks(&data, &columns, &[0, 1]), []);
    assert_eq!(missing_blocks(&data, &[], &rows), []);
}

#[test]
fn equal_rows_are_found() {
    let data = table("id,x,y\nP,1,a\nQ,1,a\nP,2,\nR,2,\nS,,\nT,,\nU,-0.0,a\nV,0,a\n");
    let (_, rows) = all(&data);
    assert_eq!(duplicates(&data, &[1, 2], &rows), [vec![0, 1], vec![2, 3], vec![6, 7]]);
    assert_eq!(duplicates(&data, &[0], &rows), [vec![0, 2]]);
    assert_eq!(duplicates(&data, &[1, 2], &[0, 2]), Vec::<Vec<usize>>::new());
    assert_eq!(duplicates(&data, &[], &rows), Vec::<Vec<usize>>::new());
}

#[test]
fn columns_that_count_rows() {
    let data = table("id,n,x,f,g,rep\nP,3,1.5,10,1,a\nQ,1,2.5,1000,2,a\nR,2,3.5,99,,b\n");
    let counting: Vec<bool> = data.columns().iter().map(counts_rows).collect();
    assert_eq!(counting, [true, true, false, false, false, false]);
}
