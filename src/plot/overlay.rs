//! Highlights: what hover, focus and selection add to a plot without drawing it again. The overlay is a scene of its
//! own, laid over the base; it finds its marks by their targets, so every chart highlights alike.

use super::chart::FILTERED_OUT;
use super::legend::{self, Entry};
use super::palette::Role;
use super::scene::{Ink, Item, Scene, Shape, Stroke};
use crate::ids::{FeatureId, RowId, Target};

/// What is highlighted.
#[derive(Clone, Copy, Default)]
pub struct Highlights<'a> {
    /// The patient under the pointer, in this pane or another.
    pub hovered: Option<RowId>,
    /// The patient that the inspector shows.
    pub focused: Option<RowId>,
    /// The biomarker under the pointer.
    pub feature: Option<FeatureId>,
    /// True for patients in the selection; None if there is none.
    pub selected: Option<&'a dyn Fn(RowId) -> bool>,
}

/// The overlay for a base scene, weakest highlight first: selected, row under the pointer, focused, hovered.
pub fn overlay(base: &Scene, highlights: &Highlights) -> Scene {
    let mut scene = Scene::new(base.width, base.height);
    let ink = |width: f64| Stroke::new(Role::Text, width);
    if let Some(selected) = highlights.selected {
        scene.section("selected");
        for item in marks_of(base, selected) {
            // A full pixel of ink would leave little colour on the small marks of a swarm.
            let small = matches!(item, Item::Dot { r, .. } if *r < 3.0);
            rim(&mut scene, item, ink(if small { 0.75 } else { 1.0 }), if small { 0.3 } else { 0.0 });
        }
    }
    if let Some(feature) = highlights.feature {
        scene.section("row under the pointer");
        for item in &base.items {
            let wide = item.target().is_some_and(|t| t.feature() == Some(feature) && t.patient().is_none());
            if let (true, Item::Rect { x, y, w, h, .. }) = (wide, item) {
                scene.rect([*x, *y, *w, *h], Ink::Role(Role::Text, 0.035));
            }
        }
    }
    if let Some(focused) = highlights.focused {
        scene.section("focused");
        for item in marks_of(base, &|p| p == focused) {
            rim(&mut scene, item, ink(1.5), 1.9);
        }
    }
    if let Some(hovered) = highlights.hovered.filter(|h| Some(*h) != highlights.focused) {
        scene.section("hovered");
        for item in marks_of(base, &|p| p == hovered) {
            rim(&mut scene, item, ink(1.75), 0.6);
        }
    }
    scene
}

/// The scene with a diamond at the left of every row of a known marker (the first area that stands for the biomarker),
/// and a key that says so.
pub fn with_known(mut scene: Scene, known: &[FeatureId]) -> Scene {
    let areas: Vec<[f64; 2]> = known
        .iter()
        .filter_map(|f| {
            scene.items.iter().find_map(|item| match item {
                Item::Rect {
                    x, y, h, fill: None, stroke: None, target: Some(Target::Feature(of)), ..
                } if of == f => Some([x + 6.0, y + h / 2.0]),
                _ => None,
            })
        })
        .collect();
    if !areas.is_empty() {
        scene.section("known markers");
        for at in areas {
            scene.mark(Shape::Diamond, at, 3.5, Some(Role::Text.into()), None);
        }
        let key = legend::key(&[Entry::Known("known marker".into())], scene.width);
        return scene.stack(key);
    }
    scene
}

/// The scene with the marks of patients that do not pass faded, as charts fade them.
pub fn faded(scene: &Scene, passes: &dyn Fn(RowId) -> bool) -> Scene {
    let mut scene = scene.clone();
    for item in &mut scene.items {
        if let Item::Dot { fill, stroke, target: Some(target), .. } = item
            && target.patient().is_some_and(|p| !passes(p))
        {
            (*fill, *stroke) = fade(*fill, *stroke);
        }
    }
    scene
}

/// Fill and line of a mark that is faded: the fill is, or the line of a hollow one.
pub fn fade(fill: Option<Ink>, stroke: Option<Stroke>) -> (Option<Ink>, Option<Stroke>) {
    match fill {
        Some(ink) => (Some(ink.fade(FILTERED_OUT)), stroke),
        None => (None, stroke.map(|line| Stroke { ink: line.ink.fade(FILTERED_OUT), ..line })),
    }
}

fn marks_of<'a>(base: &'a Scene, of: &'a dyn Fn(RowId) -> bool) -> impl Iterator<Item = &'a Item> {
    base.items.iter().filter(move |i| i.target().and_then(|t| t.patient()).is_some_and(of))
}

/// A line around one mark, `gap` pixels outside it.
fn rim(scene: &mut Scene, item: &Item, stroke: Stroke, gap: f64) {
    match item {
        Item::Dot { x, y, r, shape, .. } => {
            scene.mark(*shape, [*x, *y], r + gap, None, Some(stroke));
        }
        Item::Rect { x, y, w, h, fill: Some(fill), .. } => {
            // Bars of a patient can be thinner than any outline: fill them in ink instead.
            if w.min(*h) < 4.0 {
                scene.rect([*x, *y, *w, *h], stroke.ink);
            } else {
                scene.rect([*x, *y, *w, *h], *fill);
                scene.outline([*x, *y, *w, *h], stroke);
            }
        }
        Item::Path { points, closed, .. } => {
            scene.push(Item::Path {
                points: points.clone(),
                closed: *closed,
                fill: None,
                stroke: Some(stroke),
                target: None,
            });
        }
        Item::Rect { .. } | Item::Text { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::chart::{Emphasis, dependence, fixture::Fixture, map, ranked};

    #[test]
    fn fading_a_scene_is_what_the_charts_do() {
        let fixture = Fixture::new(20);
        let passes: Vec<bool> = (0..20).map(|i| i % 3 == 0).collect();
        let emphasis = Emphasis { passes: Some(&passes), selected: None };
        let by_row = |p: RowId| passes[p.index()];
        let spec = fixture.ranked(944.0);
        let drawn = ranked::rows(&ranked::Spec { emphasis, ..spec.clone() });
        assert_eq!(faded(&ranked::rows(&spec), &by_row), drawn);
        assert_ne!(ranked::rows(&spec), drawn);
        let spec = fixture.map(452.0);
        let drawn = map::draw(&map::Spec { emphasis, ..spec.clone() });
        assert_eq!(faded(&map::draw(&spec), &by_row), drawn);
        for of in 0..3 {
            let spec = fixture.dependence(of, 700.0);
            let drawn = dependence::draw(&dependence::Spec { emphasis, ..spec.clone() });
            assert_eq!(faded(&dependence::draw(&spec), &by_row), drawn);
        }
    }

    #[test]
    fn a_known_marker_has_a_diamond_before_its_first_row() {
        let mut scene = Scene::new(100.0, 60.0);
        scene.area([0.0, 0.0, 100.0, 20.0], Target::Feature(FeatureId(3)));
        scene.area([0.0, 20.0, 100.0, 20.0], Target::Feature(FeatureId(4)));
        scene.area([0.0, 40.0, 100.0, 20.0], Target::Feature(FeatureId(4)));
        assert_eq!(with_known(scene.clone(), &[FeatureId(9)]), scene);
        let marked = with_known(scene, &[FeatureId(4)]);
        let diamonds: Vec<[f64; 2]> = marked
            .items
            .iter()
            .filter_map(|i| match i {
                Item::Dot { x, y, shape: Shape::Diamond, .. } => Some([*x, *y]),
                _ => None,
            })
            .collect();
        // The last one is the key's, beneath the plot.
        assert_eq!(diamonds, [[6.0, 30.0], [17.0, 74.0]]);
        assert!(marked.items.iter().any(|i| matches!(i, Item::Text { text, .. } if text == "known marker")));
    }

    #[test]
    fn a_patient_is_ringed_in_every_row() {
        let fixture = Fixture::new(20);
        let base = ranked::rows(&fixture.ranked(944.0));
        let over = overlay(&base, &Highlights { hovered: Some(RowId(3)), ..Highlights::default() });
        assert_eq!(over.items.len(), 3);
        assert_eq!((over.width, over.height), (base.width, base.height));
    }

    #[test]
    fn focus_outranks_hover_and_selection_lies_beneath() {
        let fixture = Fixture::new(20);
        let base = map::draw(&fixture.map(450.0));
        let few = |r: RowId| r.0 < 5;
        let highlights = Highlights {
            hovered: Some(RowId(3)),
            focused: Some(RowId(3)),
            selected: Some(&few),
            ..Highlights::default()
        };
        let over = overlay(&base, &highlights);
        assert_eq!(over.items.len(), 5 + 1);
        let names: Vec<&str> = over.sections.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["selected", "focused"]);
    }

    #[test]
    fn nothing_highlighted_draws_nothing() {
        let base = map::draw(&Fixture::new(5).map(450.0));
        assert!(overlay(&base, &Highlights::default()).items.is_empty());
    }
}
