//! Tables and flow together against the definition, and against each other.

use crate::flow::{bits, distance};
use crate::random::{Shape, shapes};
use clarimark::explain::{Attributions, Engine, Flow, Precision, oracle};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn attributions_are_the_shapley_values(shape in shapes()) {
        let case = shape.case();
        let Some(expected) = oracle::explain(&case.model, &case.rows) else { return Ok(()) };
        // So many rows that every tree with tables uses them; none; and something between.
        for n_rows in [1_000_000_000, 1, 500] {
            for (precision, tolerance) in [(Precision::F64, 1e-12), (Precision::F32, 5e-6)] {
                let engine = Engine::new(&case.model, n_rows, precision).unwrap();
                let got = engine.explain(&case.rows);
                prop_assert!(distance(&got.values, &expected.values) <= tolerance * case.scale);
                prop_assert!(got.additivity_errors().iter().all(|&e| e <= tolerance * case.scale));
                prop_assert_eq!(&got.base_values, &Flow::new(&case.model).unwrap().explain(&[]).base_values);
            }
        }
    }

    #[test]
    fn chunks_do_not_matter(shape in shapes(), n in 1..150usize) {
        let case = shape.case();
        let rows = case.rows.repeat(20);
        for precision in [Precision::F64, Precision::F32] {
            let Ok(engine) = Engine::new(&case.model, 1_000_000_000, precision) else { return Ok(()) };
            let whole = engine.explain(&rows);
            let mut parts = Attributions::default();
            for rows in rows.chunks(n * shape.n_features) {
                parts.append(engine.explain(rows));
            }
            prop_assert_eq!(bits(&parts.values), bits(&whole.values));
        }
    }
}

#[test]
fn many_rows_are_read_from_tables_and_few_are_not() {
    let shape =
        Shape { seed: 5, n_features: 6, n_trees: 20, max_depth: 5, n_outputs: 1, vector_leaves: false };
    let case = shape.case();
    let n = |n_rows| Engine::new(&case.model, n_rows, Precision::F64).unwrap().n_table_trees();
    assert_eq!(n(1), 0);
    assert!(n(1_000_000) > 5, "{}", n(1_000_000));
    let flow = Flow::new(&case.model).unwrap().explain(&case.rows);
    let one = Engine::new(&case.model, 1, Precision::F64).unwrap().explain(&case.rows);
    assert_eq!(bits(&one.values), bits(&flow.values));
}
