use super::*;
use crate::ids::Target;
use crate::plot::chart::fixture::Fixture;
use crate::plot::scene::Item;

fn dots(scene: &Scene) -> impl Iterator<Item = (f64, f64, bool, RowId)> {
    scene.items.iter().filter_map(|item| match item {
        Item::Dot { x, y, fill, target: Some(Target::Patient(p)), .. } => Some((*x, *y, fill.is_some(), *p)),
        _ => None,
    })
}

#[test]
fn every_patient_is_one_mark_at_its_value_or_in_the_missing_lane() {
    let fixture = Fixture::new(40);
    for f in 0..3 {
        let spec = fixture.dependence(f, 944.0);
        let lay = Layout::of(&spec);
        let scene = draw(&spec);
        assert_eq!(dots(&scene).count(), 40);
        for (x, y, filled, p) in dots(&scene) {
            let value = spec.values[p.index()];
            assert_eq!(filled, !value.is_nan());
            assert!((lay.y.value(y) - spec.phi[p.index()]).abs() < 1e-9);
            match &lay.x {
                _ if value.is_nan() => assert!(x > lay.lane[0] && x < lay.lane[1]),
                X::Values(scale) => assert!((scale.value(x) - value).abs() < 1e-6 * value.abs()),
                X::Levels(levels) => {
                    let start = levels.band.start(value as usize);
                    assert!(x >= start && x <= start + levels.band.width());
                }
            }
        }
    }
}

#[test]
fn a_wide_positive_spread_gets_a_log_axis_that_says_so() {
    let fixture = Fixture::new(40);
    let spec = fixture.dependence(0, 944.0);
    let named = |spec: &Spec| {
        draw(spec).items.iter().any(|i| matches!(i, Item::Text { text, .. } if text.ends_with("(log axis)")))
    };
    assert!(named(&spec));
    assert!(!named(&Spec { log: Some(false), ..spec.clone() }));
    assert!(!named(&fixture.dependence(1, 944.0)));
}

#[test]
fn the_crossing_of_a_rising_line_is_found() {
    let values: Vec<f64> = (0..50).map(f64::from).collect();
    let phi: Vec<f64> = values.iter().map(|v| v / 10.0 - 2.0).collect();
    let fixture = Fixture::new(50);
    let spec = Spec { values: &values, phi: &phi, ..fixture.dependence(0, 944.0) };
    let found = crossings(&spec);
    assert_eq!(found.len(), 1);
    assert!((found[0] - 20.0).abs() < 0.2, "{found:?}");
}

#[test]
fn focus_marks_the_patient_where_the_plot_drew_it() {
    let fixture = Fixture::new(40);
    let spec = fixture.dependence(1, 944.0);
    let base = draw(&spec);
    for (x, y, _, p) in dots(&base) {
        let over = focus(&spec, p, "PBC");
        let ring = over.items.iter().find_map(|i| match i {
            Item::Dot { x, y, .. } => Some((*x, *y)),
            _ => None,
        });
        assert_eq!(ring, Some((x, y)));
    }
    assert!(focus(&spec, RowId(999), "nobody").items.is_empty());
}

#[test]
fn the_legend_names_the_ends_of_the_ramp() {
    let fixture = Fixture::new(40);
    let legend = legend(&fixture.dependence(0, 944.0)).expect("coloured");
    assert!(legend.high.ends_with(" years"));
    assert!(super::legend(&Spec { colour: None, ..fixture.dependence(0, 944.0) }).is_none());
}
