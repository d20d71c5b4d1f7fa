//! Crowds of marks as pixels: tens of thousands of them are painted faster than a canvas takes their outlines one by one.
//!
//! Every outline has a stamp for each of sixteen places within a pixel: how much of each pixel it covers, from the distance
//! of the pixel's quarters to the outline (one that the outline halves has half the colour). Colours are laid over what is
//! there with the operator *over* of Porter and Duff, "Compositing digital images", 1984.

use super::paint::{Colour, Look};
use super::scene::Shape;

/// A run of marks or rectangles in painting order, in device pixels.
#[derive(Default)]
pub struct Crowd {
    marks: Vec<Mark>,
    rects: Vec<([i32; 4], [u8; 4])>,
}

/// A mark: its outline by number, its place, the colours of inside and rim, opacity last.
struct Mark {
    outline: usize,
    at: [f64; 2],
    inks: [[u8; 4]; 2],
}

/// Pixels to lay over a canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Left and upper edge.
    pub at: [i32; 2],
    /// Width and height.
    pub size: [u32; 2],
    /// Red, green, blue and opacity per pixel, row by row; colours are not multiplied by the opacity.
    pub rgba: Vec<u8>,
}

/// Places of a stamp within a pixel, per side.
const PARTS: i32 = 4;

/// The outlines met so far with their stamps, one for each place within a pixel. It serves any number of crowds.
#[derive(Default)]
pub struct Stamps(Vec<Outline>);

struct Outline {
    shape: Shape,
    r: f64,
    line: f64,
    /// Pixels from a mark's own to the first one of its stamp.
    reach: i32,
    /// How much of each pixel lies inside and how much the line covers, 0..255, row by row.
    stamps: [Vec<[u8; 2]>; (PARTS * PARTS) as usize],
}

impl Crowd {
    /// Adds a mark; one without a place, or beyond any canvas, is left out.
    pub fn mark(&mut self, stamps: &mut Stamps, look: &Look, at: [f64; 2]) {
        if at.iter().all(|v| (-1e5..1e5).contains(v)) {
            let outline = stamps.of(look);
            self.marks.push(Mark { outline, at, inks: [look.fill, look.line.map(|l| l.colour)].map(ink) });
        }
    }

    /// Adds a filled rectangle: left, top, right and lower edge.
    pub fn rect(&mut self, edges: [i32; 4], fill: Colour) {
        self.rects.push((edges, ink(Some(fill))));
    }

    /// Its pixels on a canvas of this width and height; None where nothing of it is seen. Rectangles lie below marks.
    pub fn layer(&self, stamps: &mut Stamps, size: [u32; 2]) -> Option<Layer> {
        let mut bounds = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
        let mut hold = |[x0, y0, x1, y1]: [i32; 4]| {
            bounds = [bounds[0].min(x0), bounds[1].min(y0), bounds[2].max(x1), bounds[3].max(y1)];
        };
        for mark in &self.marks {
            let (r, [x, y]) = (stamps.0[mark.outline].reach + 1, mark.at.map(|v| v as i32));
            hold([x - r, y - r, x + r + 1, y + r + 1]);
        }
        self.rects.iter().for_each(|(edges, _)| hold(*edges));
        let edge = size.map(|s| s as i32);
        let edges @ [x0, y0, x1, y1] =
            [bounds[0].max(0), bounds[1].max(0), bounds[2].min(edge[0]), bounds[3].min(edge[1])];
        if x0 >= x1 || y0 >= y1 {
            return None;
        }
        let mut sheet = Sheet { edges, pixels: vec![[0; 4]; (x1 - x0) as usize * (y1 - y0) as usize] };
        for ([left, top, right, lower], fill) in &self.rects {
            for y in (*top).max(y0)..(*lower).min(y1) {
                sheet.row(*left, y, *right).0.iter_mut().for_each(|pixel| over(pixel, *fill, 255));
            }
        }
        for Mark { outline, at, inks } in &self.marks {
            let parts = at.map(|v| (v * f64::from(PARTS)).round() as i32);
            let [x, y] = parts.map(|p| p.div_euclid(PARTS));
            let (reach, stamp) = stamps.0[*outline].stamp(parts.map(|p| p.rem_euclid(PARTS)));
            let left = x - reach;
            for (y, covered) in (y - reach..).zip(stamp.chunks_exact(2 * reach as usize + 1)) {
                let (row, skip) = sheet.row(left, y, x + reach + 1);
                for (pixel, [inside, line]) in row.iter_mut().zip(&covered[skip..]) {
                    if *inside > 0 {
                        over(pixel, inks[0], *inside);
                    }
                    if *line > 0 {
                        over(pixel, inks[1], *line);
                    }
                }
            }
        }
        Some(sheet.layer())
    }
}

/// Pixels under way, colours multiplied by opacity.
struct Sheet {
    /// Left, upper, right and lower edge.
    edges: [i32; 4],
    pixels: Vec<[u8; 4]>,
}

impl Sheet {
    /// The pixels of row `y` between two edges that are on the sheet, and how many come before them.
    fn row(&mut self, left: i32, y: i32, right: i32) -> (&mut [[u8; 4]], usize) {
        let [x0, y0, x1, y1] = self.edges;
        let (from, to) = (left.max(x0), right.min(x1));
        if y < y0 || y >= y1 || from >= to {
            return (&mut [], 0);
        }
        let start = ((y - y0) * (x1 - x0) + from - x0) as usize;
        (&mut self.pixels[start..start + (to - from) as usize], (from - left) as usize)
    }

    fn layer(mut self) -> Layer {
        for [r, g, b, a] in self.pixels.iter_mut().filter(|p| !matches!(p[3], 0 | 255)) {
            let straight = |c: u8| ((u32::from(c) * 255 + u32::from(*a) / 2) / u32::from(*a)).min(255) as u8;
            [*r, *g, *b] = [straight(*r), straight(*g), straight(*b)];
        }
        let [x0, y0, x1, y1] = self.edges;
        Layer { at: [x0, y0], size: [x1 - x0, y1 - y0].map(|s| s as u32), rgba: self.pixels.into_flattened() }
    }
}

impl Stamps {
    /// The number of a look's outline.
    fn of(&mut self, look: &Look) -> usize {
        let line = look.line.map_or(0.0, |l| l.width);
        let known = |o: &Outline| o.shape == look.shape && o.r == look.r && o.line == line;
        self.0.iter().position(known).unwrap_or_else(|| {
            // A star's spikes reach 1.3 times its radius; the middle of a quarter sees a quarter of a pixel around it.
            let far = if look.shape == Shape::Circle { 1.0 } else { 1.3 };
            let reach = (far * look.r + line / 2.0 + 0.25).ceil() as i32;
            self.0.push(Outline { shape: look.shape, r: look.r, line, reach, stamps: Default::default() });
            self.0.len() - 1
        })
    }
}

impl Outline {
    /// The stamp for a place within a pixel, and its reach.
    fn stamp(&mut self, [px, py]: [i32; 2]) -> (i32, &[[u8; 2]]) {
        let (reach, half) = (self.reach, self.line / 2.0);
        let stamp = &mut self.stamps[(py * PARTS + px) as usize];
        if stamp.is_empty() {
            let [x, y] = [px, py].map(|p| f64::from(p) / f64::from(PARTS));
            let corners = self.shape.corners(x, y, self.r);
            let within = |v: f64| {
                if v > 0.5 {
                    0.5
                } else if v > 0.0 {
                    v
                } else {
                    0.0
                }
            };
            for at in 0..(2 * reach + 1) * (2 * reach + 1) {
                let [i, j] = [at % (2 * reach + 1), at / (2 * reach + 1)].map(|v| f64::from(v - reach));
                let mut covered = [0.0; 2];
                for quarter in 0..4 {
                    let p =
                        [i + 0.25 + 0.5 * f64::from(quarter % 2), j + 0.25 + 0.5 * f64::from(quarter / 2)];
                    let away = match &corners {
                        Some(corners) => from_polygon(corners, p),
                        None => length([p[0] - x, p[1] - y]) - self.r,
                    };
                    // As much of the quarter's width as lies inside, and as much as the line covers.
                    covered[0] += within(0.25 - away);
                    covered[1] += within(away + half + 0.25) - within(away - half + 0.25);
                }
                stamp.push(covered.map(|c| (c * 127.5).round() as u8));
            }
        }
        (reach, stamp)
    }
}

fn length([x, y]: [f64; 2]) -> f64 {
    (x * x + y * y).sqrt()
}

/// Distance to the outline of a polygon, negative inside.
fn from_polygon(corners: &[[f64; 2]], p: [f64; 2]) -> f64 {
    let (mut nearest, mut inside) = (f64::INFINITY, false);
    let mut a = corners.last().copied().unwrap_or(p);
    for &b in corners {
        let (edge, to) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
        let along = (to[0] * edge[0] + to[1] * edge[1]) / (edge[0] * edge[0] + edge[1] * edge[1]);
        let along = along.clamp(0.0, 1.0);
        nearest = nearest.min(length([to[0] - along * edge[0], to[1] - along * edge[1]]));
        if (a[1] > p[1]) != (b[1] > p[1]) && to[0] < to[1] * edge[0] / edge[1] {
            inside = !inside;
        }
        a = b;
    }
    if inside { -nearest } else { nearest }
}

/// A colour as bytes; without one, nothing is seen.
fn ink(colour: Option<Colour>) -> [u8; 4] {
    colour.map_or([0; 4], |c| [c.rgb[0], c.rgb[1], c.rgb[2], (c.opacity * 255.0).round() as u8])
}

/// Lays a colour over the part of a pixel that it covers.
fn over(pixel: &mut [u8; 4], [r, g, b, opacity]: [u8; 4], covered: u8) {
    /// Every other byte.
    const BYTES: u32 = 0x00ff_00ff;
    // A 255th of two sums at once, rounded, and exact for all that two products of bytes by shares of 255 add up to.
    let share = |sums: u32| {
        let sums = sums + 0x0080_0080;
        (sums + ((sums >> 8) & BYTES)) >> 8 & BYTES
    };
    let a = share(u32::from(opacity) * u32::from(covered));
    if a > 0 {
        let (below, above) = (u32::from_le_bytes(*pixel), u32::from_le_bytes([r, g, b, 255]));
        let part = |by: u32| share((above >> by & BYTES) * a + (below >> by & BYTES) * (255 - a));
        *pixel = (part(0) | part(8) << 8).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::paint::Line;
    use crate::plot::scene::Shape;

    const INK: Colour = Colour { rgb: [200, 100, 50], opacity: 1.0 };

    fn look(shape: Shape, r: f64) -> Look {
        Look { shape, r, fill: Some(INK), line: None }
    }

    fn opacity(layer: &Layer) -> f64 {
        layer.rgba.chunks_exact(4).map(|p| f64::from(p[3]) / 255.0).sum()
    }

    /// The area of a polygon by the shoelace formula.
    fn area(corners: &[[f64; 2]]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        let twice: f64 = corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
        (twice / 2.0).abs()
    }

    #[test]
    fn a_mark_covers_its_area_around_its_place() {
        for shape in (0..8).map(Shape::of_cluster) {
            for r in [2.1, 3.6, 7.0] {
                for at in [[20.0, 20.0], [20.5, 20.25], [19.75, 20.5]] {
                    let (mut crowd, mut stamps) = (Crowd::default(), Stamps::default());
                    crowd.mark(&mut stamps, &look(shape, r), at);
                    let layer = crowd.layer(&mut stamps, [40, 40]).expect("it is on the canvas");
                    let exact = shape.corners(0.0, 0.0, r).map_or(std::f64::consts::PI * r * r, |c| area(&c));
                    let drawn = opacity(&layer);
                    assert!((drawn / exact - 1.0).abs() < 0.08, "{shape:?} of {r}: {drawn} for {exact}");
                    let middle = |axis: usize| {
                        let width = layer.size[0] as usize;
                        let of = |i: usize| {
                            let place = [i % width, i / width][axis] as f64 + 0.5;
                            f64::from(layer.at[axis]) + place
                        };
                        let pixels = layer.rgba.chunks_exact(4).enumerate();
                        pixels.map(|(i, p)| of(i) * f64::from(p[3]) / 255.0).sum::<f64>() / drawn
                    };
                    let corners = shape.corners(at[0], at[1], r);
                    // Triangles have their weight elsewhere than their place.
                    if corners.is_none_or(|c| c.len() != 3) {
                        assert!(
                            (middle(0) - at[0]).abs() < 0.06 && (middle(1) - at[1]).abs() < 0.06,
                            "{shape:?} of {r} at {at:?}: {} {}",
                            middle(0),
                            middle(1)
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_rim_is_as_wide_as_it_says() {
        for (r, width) in [(4.0, 1.0), (6.3, 0.6), (5.0, 2.0)] {
            let (mut crowd, mut stamps) = (Crowd::default(), Stamps::default());
            let line = Some(Line { colour: INK, width, dash: None });
            crowd.mark(&mut stamps, &Look { shape: Shape::Circle, r, fill: None, line }, [15.0, 15.0]);
            let layer = crowd.layer(&mut stamps, [30, 30]).expect("it is on the canvas");
            let exact = 2.0 * std::f64::consts::PI * r * width;
            assert!((opacity(&layer) / exact - 1.0).abs() < 0.03, "{} for {exact}", opacity(&layer));
        }
    }

    #[test]
    fn colours_are_those_that_were_asked_for() {
        let mut crowd = Crowd::default();
        crowd.rect([0, 0, 4, 4], Colour { rgb: [10, 20, 30], opacity: 1.0 });
        crowd.rect([2, 0, 4, 2], Colour { rgb: [255, 255, 255], opacity: 0.5 });
        crowd.rect([4, 0, 6, 1], Colour { rgb: [90, 60, 30], opacity: 0.13 });
        let layer = crowd.layer(&mut Stamps::default(), [100, 100]).expect("it is on the canvas");
        assert_eq!((layer.at, layer.size), ([0, 0], [6, 4]));
        let pixel = |x: usize, y: usize| &layer.rgba[(y * 6 + x) * 4..][..4];
        assert_eq!(pixel(0, 0), [10, 20, 30, 255]);
        assert_eq!(pixel(3, 3), [10, 20, 30, 255]);
        assert_eq!(pixel(5, 3), [0, 0, 0, 0]);
        for (got, want) in pixel(2, 1).iter().zip([133, 138, 143, 255]) {
            assert!(got.abs_diff(want) <= 1, "{:?}", pixel(2, 1));
        }
        // A thin colour keeps its hue as well as eight bits of it allow.
        for (got, want) in pixel(4, 0).iter().zip([90, 60, 30, 33]) {
            assert!(got.abs_diff(want) <= 5, "{:?}", pixel(4, 0));
        }
    }

    #[test]
    fn two_bytes_at_once_are_as_exact_as_one() {
        let share = |v: u32| ((f64::from(v) / 255.0) + 0.5).floor() as u32;
        for covered in 0..=255u8 {
            for (below, above) in [(0, 255), (255, 0), (17, 230), (200, 201), (1, 254), (128, 127)] {
                for opacity in [1, 33, 128, 254, 255u8] {
                    let mut pixel = [below, above, 255 - below, 90];
                    over(&mut pixel, [above, below, 7, opacity], covered);
                    let a = share(u32::from(opacity) * u32::from(covered));
                    let want = [(below, above), (above, below), (255 - below, 7), (90, 255)]
                        .map(|(b, a2)| share(u32::from(a2) * a + u32::from(b) * (255 - a)) as u8);
                    assert_eq!(pixel, want, "{covered} {opacity}");
                }
            }
        }
    }

    #[test]
    fn later_marks_lie_over_earlier_ones() {
        let (mut crowd, mut stamps) = (Crowd::default(), Stamps::default());
        let other = Colour { rgb: [0, 0, 255], opacity: 1.0 };
        crowd.mark(&mut stamps, &look(Shape::Circle, 3.0), [5.0, 5.0]);
        crowd.mark(&mut stamps, &Look { fill: Some(other), ..look(Shape::Square, 3.0) }, [5.0, 5.0]);
        let layer = crowd.layer(&mut stamps, [10, 10]).expect("it is on the canvas");
        let at = ((5 - layer.at[1]) * layer.size[0] as i32 + 5 - layer.at[0]) as usize * 4;
        assert_eq!(layer.rgba[at..at + 4], [0, 0, 255, 255]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let (mut crowd, mut stamps) = (Crowd::default(), Stamps::default());
        for at in [[-50.0, 5.0], [500.0, 5.0], [f64::NAN, f64::NAN], [1e300, -1e300]] {
            crowd.mark(&mut stamps, &look(Shape::Circle, 3.0), at);
        }
        assert!(crowd.layer(&mut stamps, [10, 10]).is_none_or(|l| opacity(&l) == 0.0));
        crowd.rect([-5, -5, 3, 2], INK);
        crowd.mark(&mut stamps, &look(Shape::Circle, 3.0), [0.0, 9.5]);
        let layer = crowd.layer(&mut stamps, [10, 10]).expect("some of it is on the canvas");
        assert!(layer.size[0] <= 10 && layer.size[1] <= 10);
        assert_eq!(layer.rgba.len(), (layer.size[0] * layer.size[1] * 4) as usize);
        assert!(Crowd::default().layer(&mut stamps, [10, 10]).is_none());
    }
}
