//! Crowds of marks as pixels: tens of thousands of them are painted faster than a canvas takes their outlines one by one.
//!
//! Every outline has a stamp for each of sixteen places within a pixel: how much of each pixel it covers, from the distance
//! of the pixel's quarters to the outline (one that the outline halves has half the colour). Colours are laid over what is
//! there with the operator *over* of Porter and Duff, "Compositing digital images", 1984.
//!
//! It is a crate of its own to be compiled for speed in a page that is compiled for size.

use wide::u32x4;

/// Red, green, blue and opacity.
pub type Rgba = [u8; 4];

/// A polygon's corners around the place of its mark, or without them a circle of radius `r`, drawn with a line of this
/// width. No corner is farther than 1.3 times `r`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Of a polygon.
    pub corners: Option<Vec<[f64; 2]>>,
    /// Radius.
    pub r: f64,
    /// Width of the line; 0 for none.
    pub line: f64,
}

/// Marks and rectangles in painting order, in device pixels; rectangles lie below marks.
#[derive(Default)]
pub struct Crowd {
    outlines: Vec<Outline>,
    looks: Vec<Look>,
    marks: Vec<Mark>,
    rects: Vec<([i32; 4], Rgba)>,
}

/// An outline by number, and the colours of inside and line.
#[derive(PartialEq)]
struct Look {
    outline: usize,
    inks: [Rgba; 2],
}

struct Mark {
    /// As it is, and faded.
    looks: [usize; 2],
    at: [f64; 2],
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
/// Of a mark with its own pixel.
const PLACES: usize = (PARTS * PARTS) as usize;
/// Pixels that are laid over at once.
const LANES: usize = 4;

impl Crowd {
    /// The number of a look: an outline, the colours of its inside and its line.
    pub fn look(&mut self, outline: Outline, inks: [Rgba; 2]) -> usize {
        let outline = number(&mut self.outlines, outline);
        number(&mut self.looks, Look { outline, inks })
    }

    /// Adds a mark, with its look as it is and faded; one beyond any canvas is not seen.
    pub fn mark(&mut self, looks: [usize; 2], at: [f64; 2]) {
        self.marks.push(Mark { looks, at });
    }

    /// Adds a filled rectangle: left, top, right and lower edge.
    pub fn rect(&mut self, edges: [i32; 4], fill: Rgba) {
        self.rects.push((edges, fill));
    }

    /// Its pixels on a canvas of this width and height, see [`Crowd::part`].
    pub fn layer(&self, size: [u32; 2], faded: &[bool]) -> Option<Layer> {
        let [width, height] = size.map(|s| s as i32);
        self.part([0, 0, width, height], faded)
    }

    /// Its pixels between a left, upper, right and lower edge, with some of its marks faded; marks beyond the end of `faded`
    /// are not. None where nothing of it is seen.
    ///
    /// It is never part of a caller, which may be compiled for size.
    #[inline(never)]
    pub fn part(&self, of: [i32; 4], faded: &[bool]) -> Option<Layer> {
        let mut bounds = [i32::MAX, i32::MAX, i32::MIN, i32::MIN];
        let mut seen = |[x0, y0, x1, y1]: [i32; 4]| {
            let seen = x0 < of[2] && y0 < of[3] && x1 > of[0] && y1 > of[1];
            if seen {
                bounds = [bounds[0].min(x0), bounds[1].min(y0), bounds[2].max(x1), bounds[3].max(y1)];
            }
            seen
        };
        let reaches: Vec<i32> = self.looks.iter().map(|look| self.outlines[look.outline].reach()).collect();
        // Left and upper edge of a stamp, and which it is.
        let mut stamps = Vec::with_capacity(self.marks.len());
        for (i, &Mark { looks, at }) in self.marks.iter().enumerate() {
            let look = looks[usize::from(faded.get(i) == Some(&true))];
            let Some(reach) = reaches.get(look).filter(|_| at.iter().all(|v| (-1e5..1e5).contains(v))) else {
                continue;
            };
            let [(x, px), (y, py)] = at.map(|v| {
                let part = (v * f64::from(PARTS) + 0.5).floor() as i32;
                (part.div_euclid(PARTS), part.rem_euclid(PARTS))
            });
            let [x, y] = [x - reach, y - reach];
            if seen([x, y, x + 2 * reach + 1, y + 2 * reach + 1]) {
                stamps.push(([x, y], look * PLACES + (py * PARTS + px) as usize));
            }
        }
        for (edges, _) in &self.rects {
            seen(*edges);
        }
        let edges @ [x0, y0, x1, y1] =
            [bounds[0].max(of[0]), bounds[1].max(of[1]), bounds[2].min(of[2]), bounds[3].min(of[3])];
        if x0 >= x1 || y0 >= y1 {
            return None;
        }
        // Every stamp lies on the sheet as a whole.
        let margin = 2 * reaches.iter().max().unwrap_or(&0) + 1 + LANES as i32;
        let mut sheet = Sheet::new([x0 - margin, y0 - margin, x1 + margin, y1 + margin]);
        for (edges, fill) in &self.rects {
            sheet.rect(*edges, *fill);
        }
        let mut covered: Vec<Vec<Option<Covered>>> =
            self.outlines.iter().map(|_| vec![None; PLACES]).collect();
        let mut sprites: Vec<Option<Vec<Block>>> = Vec::new();
        sprites.resize_with(self.looks.len() * PLACES, || None);
        for (at, which) in stamps {
            let sprite = sprites[which].get_or_insert_with(|| {
                let (Look { outline, inks }, place) = (&self.looks[which / PLACES], which % PLACES);
                let covered =
                    covered[*outline][place].get_or_insert_with(|| self.outlines[*outline].covered(place));
                sheet.sprite(covered, *inks)
            });
            sheet.stamp(at, sprite);
        }
        Some(sheet.layer(edges))
    }
}

/// The place of something in a list that it is added to where it is new.
fn number<T: PartialEq>(known: &mut Vec<T>, of: T) -> usize {
    known.iter().position(|k| *k == of).unwrap_or_else(|| {
        known.push(of);
        known.len() - 1
    })
}

/// Pixels from a stamp's left upper one, and how much of each lies inside and how much the line covers, 0..255: row by row,
/// without those that are not covered.
type Covered = Vec<([i32; 2], [u8; 2])>;

impl Outline {
    /// Pixels from a mark's own to the outermost of its stamp.
    fn reach(&self) -> i32 {
        let far = if self.corners.is_none() { 1.0 } else { 1.3 };
        // The middle of a quarter sees a quarter of a pixel around it.
        (far * self.r + self.line / 2.0 + 0.25).ceil() as i32
    }

    /// What it covers at a place within a pixel.
    fn covered(&self, place: usize) -> Covered {
        let place = place as i32;
        let [x, y] = [place % PARTS, place / PARTS].map(|p| f64::from(p) / f64::from(PARTS));
        let corners: Option<Vec<[f64; 2]>> =
            self.corners.as_ref().map(|c| c.iter().map(|p| [p[0] + x, p[1] + y]).collect());
        let (reach, half) = (self.reach(), self.line / 2.0);
        let within = |v: f64| v.clamp(0.0, 0.5);
        let shares = |[i, j]: [i32; 2]| {
            let mut shares = [0.0; 2];
            for quarter in 0..4 {
                let p = [
                    f64::from(i - reach) + 0.25 + 0.5 * f64::from(quarter % 2),
                    f64::from(j - reach) + 0.25 + 0.5 * f64::from(quarter / 2),
                ];
                let away = match &corners {
                    Some(corners) => from_polygon(corners, p),
                    None => length([p[0] - x, p[1] - y]) - self.r,
                };
                // As much of the quarter's width as lies inside, and as much as the line covers.
                shares[0] += within(0.25 - away);
                shares[1] += within(away + half + 0.25) - within(away - half + 0.25);
            }
            shares.map(|c| (c * 127.5).round() as u8)
        };
        let all = (0..=2 * reach).flat_map(|j| (0..=2 * reach).map(move |i| [i, j]));
        all.map(|at| (at, shares(at))).filter(|(_, shares)| *shares != [0, 0]).collect()
    }
}

/// Pixels under way, colours multiplied by opacity, the first byte lowest.
struct Sheet {
    /// Left and upper edge.
    at: [i32; 2],
    width: usize,
    pixels: Vec<u32>,
}

/// Pixels beside each other of a stamp in its colours.
struct Block {
    /// From the pixel of the stamp's left upper corner to the first.
    at: usize,
    /// What is laid over.
    above: u32x4,
    /// How much of what is below is seen through it, 0..255.
    through: u32x4,
}

impl Sheet {
    /// A clear one with these edges: left, upper, right and lower.
    fn new([x0, y0, x1, y1]: [i32; 4]) -> Sheet {
        let width = (x1 - x0) as usize;
        Sheet { at: [x0, y0], width, pixels: vec![0; width * (y1 - y0) as usize] }
    }

    fn index(&self, x: i32, y: i32) -> usize {
        (y - self.at[1]) as usize * self.width + (x - self.at[0]) as usize
    }

    /// Lays the part of a rectangle over it that is on it.
    fn rect(&mut self, [left, top, right, lower]: [i32; 4], fill: Rgba) {
        let height = (self.pixels.len() / self.width) as i32;
        let (left, right) = (left.max(self.at[0]), right.min(self.at[0] + self.width as i32));
        if left < right {
            let (above, through) = ink(fill, 255);
            for y in top.max(self.at[1])..lower.min(self.at[1] + height) {
                let (from, to) = (self.index(left, y), self.index(right, y));
                self.pixels[from..to].iter_mut().for_each(|below| *below = above + share(*below, through));
            }
        }
    }

    /// A stamp for this sheet in the colours of inside and line.
    fn sprite(&self, covered: &Covered, [inside, line]: [Rgba; 2]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut rest = covered.as_slice();
        while let Some(([x, y], _)) = rest.first() {
            let n = rest.iter().take_while(|([i, j], _)| j == y && i - x < LANES as i32).count();
            let (mut above, mut through) = ([0; LANES], [255; LANES]);
            for ([i, _], shares) in &rest[..n] {
                let (below, seen) = ink(inside, shares[0]);
                let (rim, left) = ink(line, shares[1]);
                let k = (i - x) as usize;
                above[k] = rim + share(below, left);
                through[k] = share(seen, left);
            }
            let at = *y as usize * self.width + *x as usize;
            blocks.push(Block { at, above: u32x4::new(above), through: u32x4::new(through) });
            rest = &rest[n..];
        }
        blocks
    }

    /// Lays a stamp over it, whose left upper corner is there.
    fn stamp(&mut self, [x, y]: [i32; 2], sprite: &[Block]) {
        let bytes = u32x4::splat(BYTES);
        let half = u32x4::splat(HALF);
        let start = self.index(x, y);
        for Block { at, above, through } in sprite {
            let from = start + at;
            let Some(pixels) = self.pixels.get_mut(from..from + LANES) else { continue };
            let below = u32x4::new([pixels[0], pixels[1], pixels[2], pixels[3]]);
            // As `share`, for all of them.
            let low = (below & bytes) * *through + half;
            let high = ((below >> 8) & bytes) * *through + half;
            let low = ((low + ((low >> 8) & bytes)) >> 8) & bytes;
            let high = (high + ((high >> 8) & bytes)) & !bytes;
            let over: u32x4 = *above + (low | high);
            pixels.copy_from_slice(&over.to_array());
        }
    }

    /// What lies between these edges.
    fn layer(&self, [x0, y0, x1, y1]: [i32; 4]) -> Layer {
        // Sums of up to 16 bits are divided exactly by the reciprocals, 32 bits wide and rounded up.
        let by: [u64; 256] = std::array::from_fn(|a| (1u64 << 32).div_ceil(a.max(1) as u64));
        let straight = |pixel: u32| {
            let [r, g, b, a] = pixel.to_le_bytes();
            let (half, by) = (u64::from(a) / 2, by[usize::from(a)]);
            let part = |c: u8| (((u64::from(c) * 255 + half) * by) >> 32).min(255) as u8;
            u32::from_le_bytes([part(r), part(g), part(b), a])
        };
        let size = [x1 - x0, y1 - y0].map(|s| s as u32);
        let mut rgba = vec![0; size[0] as usize * size[1] as usize * 4];
        for (y, row) in (y0..y1).zip(rgba.chunks_exact_mut(4 * size[0] as usize)) {
            let from = self.index(x0, y);
            for (to, &pixel) in row.chunks_exact_mut(4).zip(&self.pixels[from..]) {
                let whole = matches!(pixel >> 24, 0 | 255);
                to.copy_from_slice(&if whole { pixel } else { straight(pixel) }.to_le_bytes());
            }
        }
        Layer { at: [x0, y0], size, rgba }
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

/// Every other byte.
const BYTES: u32 = 0x00ff_00ff;
/// A half of 255ths in each of two sums.
const HALF: u32 = 0x0080_0080;

/// Each byte times a 255th of `by`, rounded to the nearest.
fn share(bytes: u32, by: u32) -> u32 {
    // Two products at once, and exact for all products of two bytes.
    let part = |bytes: u32| {
        let sums = bytes * by + HALF;
        (sums + ((sums >> 8) & BYTES)) >> 8 & BYTES
    };
    part(bytes & BYTES) | part(bytes >> 8 & BYTES) << 8
}

/// A colour over the part of a pixel that it covers: what is laid over, and how much of what is below is seen.
fn ink([r, g, b, opacity]: Rgba, covered: u8) -> (u32, u32) {
    let opacity = share(opacity.into(), covered.into());
    (share(u32::from_le_bytes([r, g, b, 255]), opacity), 255 - opacity)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Rgba = [200, 100, 50, 255];
    /// Without a line nothing of it is seen.
    const FILLED: [Rgba; 2] = [INK, [0; 4]];
    const SQUARE: [[f64; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];

    impl Crowd {
        fn mark_so(
            &mut self,
            corners: Option<Vec<[f64; 2]>>,
            r: f64,
            line: f64,
            at: [f64; 2],
            inks: [Rgba; 2],
        ) {
            let look = self.look(Outline { corners, r, line }, inks);
            self.mark([look; 2], at);
        }
    }

    fn sized(corners: &[[f64; 2]], r: f64) -> Option<Vec<[f64; 2]>> {
        Some(corners.iter().map(|p| p.map(|v| v * r)).collect())
    }

    /// A circle, and polygons: convex, concave, with spikes.
    fn shapes(r: f64) -> Vec<Option<Vec<[f64; 2]>>> {
        // Of a star with four points.
        let spikes = [
            [0.0, -1.3],
            [0.4, -0.4],
            [1.3, 0.0],
            [0.4, 0.4],
            [0.0, 1.3],
            [-0.4, 0.4],
            [-1.3, 0.0],
            [-0.4, -0.4],
        ];
        let (thin, long) = (0.36, 1.1);
        let plus = [
            [-thin, -long],
            [thin, -long],
            [thin, -thin],
            [long, -thin],
            [long, thin],
            [thin, thin],
            [thin, long],
            [-thin, long],
            [-thin, thin],
            [-long, thin],
            [-long, -thin],
            [-thin, -thin],
        ];
        vec![
            None,
            sized(&SQUARE, 0.9 * r),
            sized(&[[0.0, -1.2], [1.2, 0.0], [0.0, 1.2], [-1.2, 0.0]], r),
            sized(&[[0.0, -1.14], [1.15, 0.86], [-1.15, 0.86]], r),
            sized(&plus, r),
            sized(&spikes, r),
        ]
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
        for r in [2.1, 3.6, 7.0] {
            for corners in shapes(r) {
                for at in [[20.0, 20.0], [20.5, 20.25], [19.75, 20.5]] {
                    let mut crowd = Crowd::default();
                    crowd.mark_so(corners.clone(), r, 0.0, at, FILLED);
                    let layer = crowd.layer([40, 40], &[]).expect("it is on the canvas");
                    let exact = corners.as_deref().map_or(std::f64::consts::PI * r * r, area);
                    let drawn = opacity(&layer);
                    assert!((drawn / exact - 1.0).abs() < 0.08, "{corners:?} of {r}: {drawn} for {exact}");
                    let middle = |axis: usize| {
                        let width = layer.size[0] as usize;
                        let of = |i: usize| {
                            let place = [i % width, i / width][axis] as f64 + 0.5;
                            f64::from(layer.at[axis]) + place
                        };
                        let pixels = layer.rgba.chunks_exact(4).enumerate();
                        pixels.map(|(i, p)| of(i) * f64::from(p[3]) / 255.0).sum::<f64>() / drawn
                    };
                    // Triangles have their weight elsewhere than their place.
                    if corners.as_ref().is_none_or(|c| c.len() != 3) {
                        assert!(
                            (middle(0) - at[0]).abs() < 0.06 && (middle(1) - at[1]).abs() < 0.06,
                            "{corners:?} at {at:?}: {} {}",
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
            let mut crowd = Crowd::default();
            crowd.mark_so(None, r, width, [15.0, 15.0], [[0; 4], INK]);
            let layer = crowd.layer([30, 30], &[]).expect("it is on the canvas");
            let exact = 2.0 * std::f64::consts::PI * r * width;
            assert!((opacity(&layer) / exact - 1.0).abs() < 0.03, "{} for {exact}", opacity(&layer));
        }
    }

    #[test]
    fn colours_are_those_that_were_asked_for() {
        let mut crowd = Crowd::default();
        crowd.rect([0, 0, 4, 4], [10, 20, 30, 255]);
        crowd.rect([2, 0, 4, 2], [255, 255, 255, 128]);
        crowd.rect([4, 0, 6, 1], [90, 60, 30, 33]);
        let layer = crowd.layer([100, 100], &[]).expect("it is on the canvas");
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
    fn bytes_at_once_are_as_exact_as_one() {
        let exact = |a: u32, b: u32| ((f64::from(a) * f64::from(b) / 255.0) + 0.5).floor() as u32;
        for by in 0..=255 {
            for byte in 0..=255u8 {
                let bytes = [byte, 255 - byte, byte / 2, 255];
                assert_eq!(
                    share(u32::from_le_bytes(bytes), by).to_le_bytes(),
                    bytes.map(|b| exact(b.into(), by) as u8)
                );
            }
        }
    }

    /// By the rule, in real numbers: what is laid over a ground, and how far from it the pixels may be.
    #[test]
    fn colours_over_each_other_are_those_of_the_rule() {
        let colours: [Rgba; 4] =
            [[200, 100, 50, 255], [255, 255, 255, 128], [0, 30, 255, 33], [10, 250, 0, 200]];
        for ground in colours {
            for inside in colours {
                for line in colours {
                    let mut crowd = Crowd::default();
                    crowd.rect([0, 0, 30, 30], ground);
                    crowd.mark_so(None, 6.3, 2.0, [15.0, 15.25], [inside, line]);
                    let layer = crowd.layer([30, 30], &[]).expect("it is on the canvas");
                    let outline = Outline { corners: None, r: 6.3, line: 2.0 };
                    let reach = outline.reach();
                    for ([i, j], shares) in outline.covered(PARTS as usize) {
                        let mut want = ground.map(f64::from);
                        want[3] /= 255.0;
                        for (ink, share) in [inside, line].into_iter().zip(shares) {
                            let a = f64::from(ink[3]) / 255.0 * f64::from(share) / 255.0;
                            let whole = a + want[3] * (1.0 - a);
                            for c in 0..3 {
                                want[c] = (f64::from(ink[c]) * a + want[c] * want[3] * (1.0 - a)) / whole;
                            }
                            want[3] = whole;
                        }
                        let at = ((15 + j - reach) * 30 + 15 + i - reach) as usize * 4;
                        let got = &layer.rgba[at..at + 4];
                        // One and a half steps of each sum of three, and as many more as the opacity spreads them.
                        let off = 2.5 / want[3].max(0.1);
                        for c in 0..3 {
                            assert!((f64::from(got[c]) - want[c]).abs() <= off, "{got:?} for {want:?}");
                        }
                        assert!((f64::from(got[3]) - 255.0 * want[3]).abs() <= 2.0, "{got:?} for {want:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn colours_are_divided_by_opacities_exactly() {
        for a in 1..255u8 {
            let pixels: Vec<[u8; 4]> = (0..=255).map(|c| [c, c / 2, 255 - c, a]).collect();
            let bytes = pixels.iter().map(|p| u32::from_le_bytes(*p)).collect();
            let sheet = Sheet { at: [0, 0], width: 256, pixels: bytes };
            for (got, want) in sheet.layer([0, 0, 256, 1]).rgba.chunks_exact(4).zip(&pixels) {
                let exact = |c: u8| ((u32::from(c) * 255 + u32::from(a) / 2) / u32::from(a)).min(255) as u8;
                assert_eq!(got, [exact(want[0]), exact(want[1]), exact(want[2]), a]);
            }
        }
    }

    #[test]
    fn later_marks_lie_over_earlier_ones() {
        let mut crowd = Crowd::default();
        crowd.mark_so(None, 3.0, 0.0, [5.0, 5.0], FILLED);
        crowd.mark_so(sized(&SQUARE, 2.7), 3.0, 0.0, [5.0, 5.0], [[0, 0, 255, 255], [0; 4]]);
        let layer = crowd.layer([10, 10], &[]).expect("it is on the canvas");
        let at = ((5 - layer.at[1]) * layer.size[0] as i32 + 5 - layer.at[0]) as usize * 4;
        assert_eq!(layer.rgba[at..at + 4], [0, 0, 255, 255]);
    }

    #[test]
    fn parts_are_cut_from_the_whole() {
        let mut crowd = Crowd::default();
        let dot = crowd.look(Outline { corners: None, r: 3.0, line: 0.0 }, [[200, 10, 90, 128], [0; 4]]);
        for i in 0..60 {
            crowd.mark([dot; 2], [f64::from(i * 7 % 40), f64::from(i) * 0.73]);
        }
        let faded: Vec<bool> = (0..60).map(|i| i % 3 == 0).collect();
        let pixel = |layer: &Option<Layer>, x: i32, y: i32| -> [u8; 4] {
            let of = layer.as_ref().filter(|l| {
                let [w, h] = l.size.map(|s| s as i32);
                (l.at[0]..l.at[0] + w).contains(&x) && (l.at[1]..l.at[1] + h).contains(&y)
            });
            of.map_or([0; 4], |l| {
                let i = (y - l.at[1]) as usize * l.size[0] as usize + (x - l.at[0]) as usize;
                l.rgba.as_chunks::<4>().0[i]
            })
        };
        let whole = crowd.layer([40, 44], &faded);
        for rows in [[0, 13], [13, 14], [14, 44]] {
            let part = crowd.part([0, rows[0], 40, rows[1]], &faded);
            for (x, y) in (0..40).flat_map(|x| (0..44).map(move |y| (x, y))) {
                let here = (rows[0]..rows[1]).contains(&y);
                let want = if here { pixel(&whole, x, y) } else { [0; 4] };
                assert_eq!(pixel(&part, x, y), want, "{x}, {y} of {rows:?}");
            }
        }
    }

    #[test]
    fn faded_marks_have_their_other_look() {
        let outline = || Outline { corners: None, r: 3.0, line: 0.0 };
        let faint = [200, 100, 50, 33];
        let mut crowd = Crowd::default();
        let looks = [INK, faint].map(|ink| crowd.look(outline(), [ink, [0; 4]]));
        let at = [[5.0, 5.0], [25.0, 5.0], [45.0, 5.0]];
        at.iter().for_each(|at| crowd.mark(looks, *at));
        let layer = crowd.layer([60, 10], &[false, true]).expect("it is on the canvas");
        let middle = |x: i32| {
            let pixel = (5 - layer.at[1]) * layer.size[0] as i32 + x - layer.at[0];
            layer.rgba[4 * pixel as usize + 3]
        };
        assert_eq!([5, 25, 45].map(middle), [255, 33, 255]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut crowd = Crowd::default();
        for at in [[-50.0, 5.0], [500.0, 5.0], [f64::NAN, f64::NAN], [1e300, -1e300]] {
            crowd.mark_so(None, 3.0, 0.0, at, FILLED);
        }
        assert!(crowd.layer([10, 10], &[]).is_none_or(|l| opacity(&l) == 0.0));
        crowd.rect([-5, -5, 3, 2], INK);
        crowd.mark_so(None, 3.0, 0.0, [0.0, 9.5], FILLED);
        let layer = crowd.layer([10, 10], &[]).expect("some of it is on the canvas");
        assert!(layer.size[0] <= 10 && layer.size[1] <= 10);
        assert_eq!(layer.rgba.len(), (layer.size[0] * layer.size[1] * 4) as usize);
        assert!(Crowd::default().layer([10, 10], &[]).is_none());
    }
}
