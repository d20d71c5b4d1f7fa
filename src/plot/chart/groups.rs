//! Groups of biomarkers by what they do together: the mean size of the signed sum as a bar before the sum of sizes,
//! the share that cancels, and every patient's sum on one shared axis.

use super::{Emphasis, Table};
use crate::ids::{RowId, Target};
use crate::plot::axis::{Axis, nice};
use crate::plot::dodge;
use crate::plot::legend::{self, Entry};
use crate::plot::number::{count, decimals, fixed, percent};
use crate::plot::palette::Role;
use crate::plot::scale::Scale;
use crate::plot::scene::{Ink, Label, Scene};
use crate::plot::text;

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec<'a> {
    /// Width in pixels.
    pub width: f64,
    /// Narrow layout: facts above the marks.
    pub compact: bool,
    /// The patients shown.
    pub patients: &'a [RowId],
    /// The groups, in the order shown.
    pub rows: Vec<Row<'a>>,
    /// What the attributions measure, e.g. `log hazard ratio`.
    pub scale: &'a str,
    /// Which patients stand out.
    pub emphasis: Emphasis<'a>,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// Name.
    pub name: &'a str,
    /// Biomarkers in it.
    pub n: usize,
    /// Mean |Σ φ|.
    pub importance: f64,
    /// Mean Σ |φ|.
    pub separate: f64,
    /// Share that cancels, 0..1.
    pub cancelled: f64,
    /// Least and largest Σ φ over all patients, also those not drawn.
    pub range: [f64; 2],
    /// Σ φ per patient.
    pub sums: &'a [f64],
}

const HEAD: f64 = 40.0;

/// The plot. Row i is [`Target::Bin`] i, marks are [`Target::Patient`].
pub fn draw(spec: &Spec) -> Scene {
    let lay = Layout::of(spec);
    let height = if spec.compact { 74.0 } else { 40.0 };
    let head = if spec.compact { 22.0 } else { HEAD };
    let mut scene = Scene::new(spec.width, head + height * spec.rows.len() as f64).titled(
        "Groups of biomarkers by mean absolute summed SHAP value",
        format!(
            "{} groups, {} patients; SHAP values of a group's biomarkers are added up with their signs, in {}.",
            spec.rows.len(),
            count(spec.patients.len()),
            spec.scale
        ),
    );
    header(&mut scene, spec, &lay, head);
    for (i, row) in spec.rows.iter().enumerate() {
        scene.section(row.name);
        let top = head + height * i as f64;
        scene.area([0.0, top, spec.width, height], Target::Bin(i as u32));
        if spec.compact {
            facts_above(&mut scene, spec, &lay, row, top)
        } else {
            facts_beside(&mut scene, &lay, row, top)
        }
        let [y0, y1] = if spec.compact { [top + 26.0, top + 68.0] } else { [top, top + 39.0] };
        lay.axis().grid_x(&mut scene, y0, y1);
        let r = if spec.compact { 2.3 } else { 2.1 };
        let x: Vec<f64> = row.sums.iter().map(|s| lay.phi.px_clamped(*s)).collect();
        let packed = dodge::swarm(&x, r, (y1 - y0) / 2.0 - r - 1.5);
        for (i, (x, dy)) in x.iter().zip(&packed.offsets).enumerate() {
            let ink = Ink::Role(Role::MarkStrong, spec.emphasis.opacity(i));
            scene.dot(*x, (y0 + y1) / 2.0 + dy, r, ink).on(Target::Patient(spec.patients[i]));
        }
        scene.hline(0.0, spec.width, top + height - 1.0, Role::Line);
    }
    scene.stack(key(spec))
}

fn key(spec: &Spec) -> Scene {
    let entries = [
        Entry::Bar(Role::BarStrong, "mean size of the sum".into()),
        Entry::Bar(Role::Mark, "cancels within the group".into()),
    ];
    legend::key(&entries, spec.width)
}

fn header(scene: &mut Scene, spec: &Spec, lay: &Layout, head: f64) {
    scene.section("header");
    if !spec.compact {
        scene.text(12.0, 33.0, "Group", Label::HINT);
        scene.text(lay.number, 19.0, "Mean", Label::HINT.end());
        scene.text(lay.number, 33.0, "|Σ SHAP|", Label::HINT.end());
        scene.text(lay.cancels, 33.0, "Cancels", Label::HINT.end());
        let title = format!("Sum of SHAP values, {}", spec.scale);
        let room = lay.phi.range[1] - lay.phi.range[0];
        scene.text(lay.phi.range[0] - 4.0, 19.0, text::fit(&title, room, 11.0, false), Label::HINT);
    }
    lay.axis().labels_x(scene, head - 7.0, Label::HINT);
    scene.hline(0.0, spec.width, head - 1.0, Role::Divider);
}

fn facts_beside(scene: &mut Scene, lay: &Layout, row: &Row, top: f64) {
    let value = Label::VALUE.size(12.0);
    let middle = top + 24.0;
    scene.text(12.0, top + 17.0, text::fit_middle(row.name, lay.name_room, 12.0, true), value.bold());
    scene.text(12.0, top + 32.0, biomarkers(row.n), Label::HINT);
    scene.text(lay.number, middle, fixed(row.importance, lay.decimals), value.end());
    bar(scene, lay, row, top + 16.0);
    scene.text(lay.cancels, middle, percent(row.cancelled), value.end());
}

fn facts_above(scene: &mut Scene, spec: &Spec, lay: &Layout, row: &Row, top: f64) {
    let (base, mut right) = (top + 21.0, spec.width - 12.0);
    let number = fixed(row.importance, lay.decimals);
    scene.text(right, base, &number, Label::VALUE.size(12.0).end());
    right -= text::width(&number, 12.0, false) + 8.0;
    let cancels = format!("{} cancels", percent(row.cancelled));
    scene.text(right, base, &cancels, Label::HINT.end());
    right -= text::width(&cancels, 11.0, false) + 8.0;
    let name = text::fit_middle(row.name, (right - 12.0).max(40.0), 13.0, true);
    scene.text(12.0, base, &name, Label::VALUE.size(13.0).bold());
    let x = 18.0 + text::width(&name, 13.0, true);
    if right - x > 70.0 {
        scene.text(x, base, biomarkers(row.n), Label::HINT);
    }
}

fn bar(scene: &mut Scene, lay: &Layout, row: &Row, top: f64) {
    let (x0, x1) = (lay.bar.range[0], lay.bar.px_clamped(row.importance));
    let separate = lay.bar.px_clamped(row.separate).max(x1);
    scene.rect([x0, top, separate - x0, 8.0], Role::Mark);
    scene.rect([x0, top, (x1 - x0).max(1.0), 8.0], Role::BarStrong);
}

fn biomarkers(n: usize) -> String {
    if n == 1 { "1 biomarker".into() } else { format!("{} biomarkers", count(n)) }
}

struct Layout {
    name_room: f64,
    number: f64,
    bar: Scale,
    cancels: f64,
    phi: Scale,
    decimals: usize,
}

impl Layout {
    fn of(spec: &Spec) -> Layout {
        let most = spec.rows.iter().fold(f64::MIN_POSITIVE, |m, r| m.max(r.separate).max(r.importance));
        let range = spec.rows.iter().fold([0.0f64, 0.0], |[a, b], r| [a.min(r.range[0]), b.max(r.range[1])]);
        let domain = nice(if range[0] < range[1] { range } else { [-1.0, 1.0] }, 8);
        let max = spec.rows.iter().fold(0.0f64, |m, r| m.max(r.importance));
        let name_room = if spec.width > 900.0 { 168.0 } else { 126.0 };
        let number = 12.0 + name_room + 50.0;
        let bar = [number + 12.0, number + 12.0 + if spec.width >= 760.0 { 140.0 } else { 84.0 }];
        let cancels = bar[1] + 56.0;
        let [left, right] =
            if spec.compact { [16.0, spec.width - 16.0] } else { [cancels + 24.0, spec.width - 24.0] };
        Layout {
            name_room: name_room - 8.0,
            number,
            bar: Scale::linear([0.0, most], bar),
            cancels,
            phi: Scale::linear(domain, [left, right]),
            decimals: decimals(max),
        }
    }

    fn axis(&self) -> Axis {
        let room = (self.phi.range[1] - self.phi.range[0]) / 44.0;
        Axis::signed(self.phi, (room as usize).clamp(3, 8))
    }
}

/// What the rows say.
pub fn table(spec: &Spec) -> Table {
    let mut table =
        Table::new(["Group", "Biomarkers", "Mean |sum of SHAP|", "Mean sum of |SHAP|", "Share that cancels"]);
    for row in &spec.rows {
        let number = |x: f64| format!("{x:.6}");
        let cells = [row.name.to_string(), row.n.to_string(), number(row.importance), number(row.separate)];
        table.rows.push(cells.into_iter().chain([number(row.cancelled)]).collect());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::dump::dump;

    #[test]
    fn what_cancels_stands_behind_what_is_left() {
        let patients = [RowId(0), RowId(1)];
        let row = Row {
            name: "Liver function",
            n: 3,
            importance: 0.5,
            separate: 1.0,
            cancelled: 0.5,
            range: [-0.5, 0.5],
            sums: &[-0.5, 0.5],
        };
        let spec = Spec {
            width: 944.0,
            compact: false,
            patients: &patients,
            rows: vec![row],
            scale: "log hazard ratio",
            emphasis: Emphasis::default(),
        };
        let text = dump(&draw(&spec));
        for line in [
            "rect 0 40 944x40 → Bin(0)",
            "rect 242 56 140x8 Mark",
            "rect 242 56 70x8 BarStrong",
            "text 438 64 12 end \"50\\u{a0}%\"",
            "text 12 72 11 \"3 biomarkers\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("→ Patient(RowId(1))"));
        assert_eq!(table(&spec).rows[0][4], "0.500000");
        assert!(dump(&draw(&Spec { width: 390.0, compact: true, ..spec })).contains("50\\u{a0}% cancels"));
    }
}
