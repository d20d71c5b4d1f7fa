use super::*;

const NAN: f64 = f64::NAN;

#[test]
fn by_hand() {
    // Two clusters of two and three; feature 0 numeric, feature 1 categorical, feature 2 never used.
    let phi = [1.0, 0.1, 0.0, 3.0, 0.1, 0.0, -1.0, -0.1, 0.0, -1.0, 0.1, 0.0, -2.0, 0.1, 0.0];
    let values = [10.0, 0.0, 5.0, 20.0, 0.0, 5.0, 1.0, 1.0, 5.0, NAN, 0.0, 5.0, 2.0, NAN, 5.0];
    let event = [Some(true), None, Some(false), Some(false), Some(true)];
    let found = profile(&phi, &values, &[false, true, false], &[1, 1, 0, 0, 0], 2, Some(&event));

    assert_eq!(
        found.groups.iter().map(|g| (g.n, g.n_known, g.n_events)).collect::<Vec<_>>(),
        [(3, 3, 1), (2, 1, 1)]
    );
    assert_eq!(found.groups[1].event_rate.unwrap().estimate, 1.0);
    assert_eq!(found.features.iter().map(|f| f.feature).collect::<Vec<_>>(), [0, 1, 2]);

    let first = &found.features[0];
    assert_eq!(first.cells[1], Cell { mean_phi: 2.0, typical: Some(Typical::Median(15.0)), n_missing: 0 });
    assert_eq!((first.cells[0].typical, first.cells[0].n_missing), (Some(Typical::Median(1.5)), 1));
    // Grand mean 0; between 2·4 + 3·16/9, total 1 + 9 + 1 + 1 + 4.
    let between = 8.0 + 16.0 / 3.0;
    assert!((first.eta_squared - between / 16.0).abs() < 1e-12);
    assert!((first.spread - (between / 5.0).sqrt()).abs() < 1e-12);

    let second = &found.features[1];
    assert_eq!(second.cells[1].typical, Some(Typical::Level { code: 0, share: 1.0, overall: 0.75 }));
    assert_eq!(second.cells[0].typical, Some(Typical::Level { code: 1, share: 0.5, overall: 0.25 }));
    assert!((found.features.iter().map(|f| f.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!((found.features[2].eta_squared, found.features[2].share), (0.0, 0.0));
}

#[test]
fn nobody_and_nothing_known() {
    let empty = profile(&[], &[], &[false], &[], 2, None);
    assert_eq!(empty.groups.len(), 2);
    let cell = &empty.features[0].cells[0];
    assert_eq!(*cell, Cell { mean_phi: 0.0, typical: None, n_missing: 0 });
    assert_eq!((empty.features[0].spread, empty.features[0].eta_squared), (0.0, 0.0));
    assert_eq!(empty.groups[0].event_rate, None);
}
