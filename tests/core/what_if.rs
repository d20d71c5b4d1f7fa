//! Changing one patient's values.

use crate::flow::distance;
use crate::random::shapes;
use clarimark::explain::{Flow, WhatIf};
use clarimark::ids::FeatureId;
use clarimark::math::Rng;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_and_curves_are_what_a_new_explanation_says(shape in shapes()) {
        let case = shape.case();
        let Ok(flow) = Flow::new(&case.model) else { return Ok(()) };
        let f = shape.n_features;
        let tolerance = 1e-12 * case.scale;
        let mut rng = Rng::new(shape.seed);
        let mut what_if = WhatIf::new(&flow, &case.rows[..f]);
        for _ in 0..80 {
            let feature = rng.below(f as u32) as usize;
            let value = case.rows[rng.below(20) as usize * f + feature];
            what_if.set(FeatureId::of(feature), value);
            let expected = flow.explain(what_if.row());
            prop_assert!(distance(what_if.phi(), &expected.values) <= tolerance);
            prop_assert_eq!(what_if.margin(), &expected.margin[..]);
        }
        let values: Vec<f64> = case.rows.iter().copied().take(19).collect();
        let curve = what_if.curve(FeatureId::of(f - 1), &values);
        let rows: Vec<f64> =
            values.iter().flat_map(|&x| [&what_if.row()[..f - 1], &[x]].concat()).collect();
        let expected = flow.explain(&rows);
        prop_assert!(distance(&curve.phi, &expected.values) <= tolerance);
        prop_assert_eq!(curve.margin, expected.margin);
    }
}
