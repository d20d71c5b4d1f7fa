//! Changing one patient's values.

use crate::flow::distance;
use crate::random::shapes;
use clarimark::explain::flip::smallest_flip;
use clarimark::explain::paths::{Holds, paths};
use clarimark::explain::{Flow, WhatIf};
use clarimark::ids::{FeatureId, OutputId};
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

    #[test]
    fn the_smallest_change_is_the_cheapest_that_crosses(shape in shapes()) {
        let case = shape.case();
        if !case.model.margins(&case.rows).iter().all(|m| m.is_finite()) {
            return Ok(());
        }
        let (f, output) = (shape.n_features, OutputId(0));
        let row = &case.rows[..f];
        let column = |c: usize| {
            let mut values: Vec<f64> =
                case.rows.chunks_exact(f).map(|r| r[c]).filter(|v| v.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        };
        let choices: Vec<(FeatureId, Vec<f64>)> = (0..f).map(|c| (FeatureId::of(c), column(c))).collect();
        let margin = |changes: &[(FeatureId, f64)]| {
            let mut row = row.to_vec();
            changes.iter().for_each(|(f, v)| row[f.index()] = *v);
            case.model.margins(&row)[0]
        };
        let cost = |changes: &[(FeatureId, f64)]| -> f64 {
            changes.iter().map(|(f, v)| {
                let (values, now) = (&choices[f.index()].1, row[f.index()]);
                let place = |v: f64| values.iter().filter(|x| **x < v).count() as f64;
                if now.is_nan() { 0.5 } else { (place(*v) - place(now)).abs() / values.len() as f64 }
            }).sum()
        };
        // A line between two margins that single changes reach.
        let mut reached: Vec<f64> =
            choices.iter().flat_map(|(f, v)| v.iter().map(|v| margin(&[(*f, *v)]))).collect();
        reached.sort_by(f64::total_cmp);
        let Some(&line) = reached.get(reached.len() * 3 / 4) else { return Ok(()) };
        for at in [line, line + 0.5, reached[0]] {
            let above = margin(&[]) >= at;
            let crosses = |changes: &[(FeatureId, f64)]| (margin(changes) >= at) != above;
            let found = smallest_flip(&case.model, row, output, at, &choices);
            let singles: Vec<f64> = choices
                .iter()
                .flat_map(|(f, values)| values.iter().map(|v| [(*f, *v)]))
                .filter(|c| crosses(c))
                .map(|c| cost(&c))
                .collect();
            match found {
                Some(changes) => {
                    prop_assert!(crosses(&changes));
                    match changes.as_slice() {
                        [_] => prop_assert!(singles.iter().all(|c| cost(&changes) <= *c)),
                        // Two are changed only where no single one is enough.
                        both => prop_assert!(both.len() == 2 && both[0].0 < both[1].0 && singles.is_empty()),
                    }
                }
                None => prop_assert!(singles.is_empty()),
            }
        }
    }

    #[test]
    fn paths_hold_and_their_effects_add_up(shape in shapes()) {
        let case = shape.case();
        let Ok(flow) = Flow::new(&case.model) else { return Ok(()) };
        let row = &case.rows[..shape.n_features];
        let explained = flow.explain(row);
        let mut all = 0;
        for o in 0..shape.n_outputs {
            let found = paths(&case.model, row, OutputId::of(o), usize::MAX, &[]);
            let sum: f64 = found.iter().map(|p| p.effect).sum();
            let expected = explained.margin[o] - explained.base_values[o];
            prop_assert!((sum - expected).abs() <= 1e-12 * case.scale * found.len() as f64);
            prop_assert!(found.windows(2).all(|p| p[0].effect.abs() >= p[1].effect.abs()));
            for condition in found.iter().flat_map(|p| &p.conditions) {
                let value = case.model.cast().apply(row[condition.feature.index()]);
                // A negative number is the code of no level.
                let listed = |codes: &[u32]| value >= 0.0 && codes.contains(&(value as u32));
                let holds = match &condition.holds {
                    // Infinite where there is no such bound.
                    Holds::Between { from, below } => {
                        *from <= value && (value < *below || *below == f64::INFINITY)
                    }
                    Holds::In(codes) => listed(codes),
                    Holds::NotIn(codes) => !listed(codes),
                    Holds::Missing => value.is_nan() || value.abs() <= clarimark::ensemble::ZERO,
                };
                prop_assert!(holds, "{condition:?} of {value}");
            }
            all += found.len();
            // Against a background, they add up to the distance from its mean.
            let found = paths(&case.model, row, OutputId::of(o), usize::MAX, &case.rows);
            let sum: f64 = found.iter().map(|p| p.effect).sum();
            let margins = case.model.margins(&case.rows);
            let of_output: Vec<f64> = margins.iter().skip(o).step_by(shape.n_outputs).copied().collect();
            let expected = explained.margin[o] - of_output.iter().sum::<f64>() / of_output.len() as f64;
            prop_assert!((sum - expected).abs() <= 1e-12 * case.scale * found.len().max(1) as f64);
        }
        prop_assert!(all >= case.model.trees().iter().filter(|t| t.n_nodes() > 1).count());
    }

    #[test]
    fn another_row_is_taken_as_if_explained_anew(shape in shapes()) {
        let case = shape.case();
        let Ok(flow) = Flow::new(&case.model) else { return Ok(()) };
        let f = shape.n_features;
        let mut what_if = WhatIf::new(&flow, &case.rows[..f]);
        for row in case.rows.chunks_exact(f) {
            what_if.become_row(row);
            let expected = flow.explain(row);
            prop_assert!(distance(what_if.phi(), &expected.values) <= 1e-12 * case.scale);
            prop_assert_eq!(what_if.margin(), &expected.margin[..]);
        }
    }
}
