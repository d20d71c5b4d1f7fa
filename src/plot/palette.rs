//! Every colour a plot can have. A scene names roles; a [`Theme`] turns them into red, green and blue.
//!
//! The same roles are custom properties in `style/tokens.css`; a test holds the two equal.

use super::scene::Ink;

/// A colour role; the theme gives it its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Role {
    /// Canvas behind everything.
    Background,
    /// Rail, bars, pane heads, shaded lanes.
    Chrome,
    /// Under the pointer.
    Hover,
    /// Focused row.
    Selected,
    /// Hairline between rows.
    Line,
    /// Between panes; axis line.
    Divider,
    /// Chart grid.
    Grid,
    /// Zero line.
    Zero,
    /// Values.
    Text,
    /// Labels.
    Text2,
    /// Hints and axis titles.
    Text3,
    /// The one primary action, and the focus ring. Not for marks.
    Act,
    /// Neutral bar.
    Bar,
    /// Selected part of a bar.
    BarStrong,
    /// Total behind a bar.
    Track,
    /// Hollow mark of a missing value.
    Missing,
    /// Thin connecting lines.
    Mark,
    /// Connectors and strip ticks.
    MarkStrong,
    /// Interval whisker on a bar.
    Whisker,
    /// Mark colour of a cluster, 0..[`N_CLUSTERS`]; higher numbers come round again.
    ClusterMark(u8),
    /// Darker companion for a cluster's lines and text.
    ClusterInk(u8),
    /// Positive attribution.
    Raises,
    /// Negative attribution.
    Lowers,
    /// A measured value from low (0) to high ([`N_VALUES`] − 1).
    Value(u8),
}

/// Steps of the value ramp. Few enough that a painter can draw a cloud colour by colour.
pub const N_VALUES: u8 = 64;

/// Opacity of the strongest coloured cell: any text on it stays readable in every theme.
pub const STRONGEST_CELL: f64 = 0.74;

/// Clusters that have a colour and shape of their own.
pub const N_CLUSTERS: u8 = 8;

/// Colour and shape of patients in no cluster, grey: a cluster has it only where there are seven, and then everybody is in one.
pub const NO_CLUSTER: u32 = 6;

/// Colour and shape of a set of patients by its label; `out` is the label of those in no cluster.
pub fn cluster_look(label: u32, out: Option<u32>) -> u32 {
    if Some(label) == out { NO_CLUSTER } else { label }
}

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Light or dark surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Dark ink on white.
    #[default]
    Light,
    /// Light ink on near-black.
    Dark,
}

/// Which data colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Colours {
    /// Blue to red, the colours readers know from SHAP.
    #[default]
    Standard,
    /// Cividis (Nuñez, Anderton & Renslow 2018): readable with any colour vision and in grey.
    Safe,
}

impl Colours {
    /// The word in links and markup.
    pub fn id(self) -> &'static str {
        match self {
            Colours::Standard => "standard",
            Colours::Safe => "safe",
        }
    }

    /// The colours of that word.
    pub fn from_id(id: &str) -> Option<Self> {
        [Colours::Standard, Colours::Safe].into_iter().find(|c| c.id() == id)
    }
}

/// Resolves roles to colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Theme {
    /// Surface.
    pub mode: Mode,
    /// Data colours.
    pub colours: Colours,
}

/// Value ramp, low to high. Interpolated in sRGB between these stops.
pub const STANDARD_RAMP: [Rgb; 5] =
    [[0x00, 0x8b, 0xfb], [0x62, 0x76, 0xf0], [0x9b, 0x57, 0xd8], [0xd3, 0x2c, 0xa0], [0xff, 0x00, 0x51]];

/// Cividis without the end that would vanish on a white or on a black surface.
const SAFE_RAMP_LIGHT: [Rgb; 5] =
    [[0x00, 0x22, 0x4e], [0x30, 0x45, 0x6c], [0x5c, 0x65, 0x6f], [0x87, 0x86, 0x78], [0xb6, 0xa9, 0x71]];
const SAFE_RAMP_DARK: [Rgb; 5] =
    [[0x4a, 0x5d, 0x7c], [0x73, 0x79, 0x86], [0x9e, 0x98, 0x7c], [0xcb, 0xba, 0x69], [0xfe, 0xe8, 0x38]];

/// Marks of clusters A to H, light then dark. Never blue: blue means a low value.
const CLUSTER_MARKS: [[Rgb; 2]; N_CLUSTERS as usize] = [
    [[0xe6, 0x9f, 0x00], [0xe6, 0x9f, 0x00]],
    [[0x00, 0x9e, 0x73], [0x17, 0xad, 0x82]],
    [[0xcc, 0x79, 0xa7], [0xcc, 0x79, 0xa7]],
    [[0xd5, 0x5e, 0x00], [0xd5, 0x5e, 0x00]],
    [[0x26, 0x26, 0x24], [0xe3, 0xe3, 0xdf]],
    [[0xa8, 0x9b, 0x00], [0xd8, 0xcb, 0x3c]],
    [[0x8a, 0x8a, 0x84], [0x96, 0x96, 0x91]],
    [[0x8a, 0x5a, 0x33], [0xb0, 0x82, 0x58]],
];
const CLUSTER_INKS: [[Rgb; 2]; N_CLUSTERS as usize] = [
    [[0x8f, 0x5e, 0x00], [0xe6, 0x9f, 0x00]],
    [[0x00, 0x75, 0x57], [0x25, 0xb9, 0x8c]],
    [[0xa2, 0x49, 0x7b], [0xd8, 0x8b, 0xb6]],
    [[0xa8, 0x4a, 0x00], [0xf0, 0x80, 0x33]],
    [[0x26, 0x26, 0x24], [0xe3, 0xe3, 0xdf]],
    [[0x6b, 0x63, 0x00], [0xd8, 0xcb, 0x3c]],
    [[0x5f, 0x5f, 0x5a], [0xa8, 0xa8, 0xa2]],
    [[0x7a, 0x4f, 0x2c], [0xc0, 0x92, 0x68]],
];

impl Theme {
    /// Dark ink on white, standard data colours.
    pub const LIGHT: Theme = Theme { mode: Mode::Light, colours: Colours::Standard };
    /// Light ink on near-black, standard data colours.
    pub const DARK: Theme = Theme { mode: Mode::Dark, colours: Colours::Standard };

    /// The colour of a role.
    pub fn rgb(self, role: Role) -> Rgb {
        let [light, dark] = match role {
            Role::Value(step) => return self.value(step),
            Role::ClusterMark(c) => CLUSTER_MARKS[usize::from(c % N_CLUSTERS)],
            Role::ClusterInk(c) => CLUSTER_INKS[usize::from(c % N_CLUSTERS)],
            Role::Raises => match self.colours {
                Colours::Standard => [[0xff, 0x00, 0x51]; 2],
                Colours::Safe => [[0xb8, 0x9b, 0x3a], [0xa0, 0x84, 0x22]],
            },
            Role::Lowers => match self.colours {
                Colours::Standard => [[0x00, 0x8b, 0xfb]; 2],
                Colours::Safe => [[0x3d, 0x6c, 0xab], [0x46, 0x68, 0xa3]],
            },
            Role::Background => [[0xff; 3], [0x16, 0x16, 0x15]],
            Role::Chrome => [[0xf5, 0xf5, 0xf3], [0x1c, 0x1c, 0x1b]],
            Role::Hover => [[0xec, 0xec, 0xea], [0x28, 0x28, 0x27]],
            Role::Selected => [[0xef, 0xef, 0xf4], [0x26, 0x27, 0x2e]],
            Role::Line => [[0xe3, 0xe3, 0xdf], [0x2d, 0x2d, 0x2b]],
            Role::Divider => [[0xd6, 0xd6, 0xd2], [0x44, 0x44, 0x41]],
            Role::Grid => [[0xee, 0xee, 0xeb], [0x23, 0x23, 0x22]],
            Role::Zero => [[0x6d, 0x6d, 0x68], [0x8d, 0x8d, 0x88]],
            Role::Text => [[0x16, 0x16, 0x15], [0xed, 0xed, 0xea]],
            Role::Text2 => [[0x54, 0x54, 0x4f], [0xb4, 0xb4, 0xaf]],
            Role::Text3 => [[0x6d, 0x6d, 0x68], [0x94, 0x94, 0x8f]],
            Role::Act => [[0x2a, 0x3f, 0x9d], [0xaa, 0xb8, 0xff]],
            Role::Bar => [[0xa9, 0xa9, 0xa4], [0x66, 0x66, 0x62]],
            Role::BarStrong => [[0x5d, 0x5d, 0x58], [0xb3, 0xb3, 0xae]],
            Role::Track => [[0xec, 0xec, 0xea], [0x2a, 0x2a, 0x29]],
            Role::Missing => [[0x85, 0x85, 0x7f], [0x8b, 0x8b, 0x86]],
            Role::Mark => [[0xbd, 0xbd, 0xb8], [0x55, 0x55, 0x51]],
            Role::MarkStrong => [[0x96, 0x96, 0x91], [0x7a, 0x7a, 0x75]],
            Role::Whisker => [[0x26, 0x26, 0x24], [0xe3, 0xe3, 0xdf]],
        };
        match self.mode {
            Mode::Light => light,
            Mode::Dark => dark,
        }
    }

    /// The five stops of the value ramp, low to high, for legends.
    pub fn ramp(self) -> [Rgb; 5] {
        match (self.colours, self.mode) {
            (Colours::Standard, _) => STANDARD_RAMP,
            (Colours::Safe, Mode::Light) => SAFE_RAMP_LIGHT,
            (Colours::Safe, Mode::Dark) => SAFE_RAMP_DARK,
        }
    }

    /// Colour and opacity of an ink.
    pub fn resolve(self, ink: Ink) -> (Rgb, f32) {
        match ink {
            Ink::Role(role, opacity) => (self.rgb(role), opacity),
            Ink::Data(rgb, opacity) => (rgb, opacity),
        }
    }

    fn value(self, step: u8) -> Rgb {
        let ramp = self.ramp();
        let t = f64::from(step.min(N_VALUES - 1)) / f64::from(N_VALUES - 1) * (ramp.len() - 1) as f64;
        let i = (t as usize).min(ramp.len() - 2);
        mix(ramp[i], ramp[i + 1], t - i as f64)
    }
}

fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    std::array::from_fn(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * t).round() as u8)
}

/// `#rrggbb`.
pub fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// How measured values become steps of the value ramp: linear between the 4th and the 96th percentile, so that a few
/// extreme patients do not make all others look alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueRamp {
    /// Values at and beyond which the ramp ends.
    pub clip: [f64; 2],
}

impl ValueRamp {
    /// The ramp for these values (NaN is missing). All values alike give the middle of the ramp.
    pub fn fit(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        crate::math::sort(&mut sorted);
        let clip = [0.04, 0.96].map(|p| crate::math::quantile_sorted(&sorted, p));
        if clip[0] < clip[1] {
            return ValueRamp { clip };
        }
        // Nearly constant, e.g. a finding in 2 % of patients: let the rare ones show.
        ValueRamp { clip: [sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(0.0)] }
    }

    /// The role of a value.
    pub fn role(self, value: f64) -> Role {
        Role::Value(self.step(value))
    }

    /// The step of a value on the ramp.
    pub fn step(self, value: f64) -> u8 {
        let [low, high] = self.clip;
        let t = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        (t * f64::from(N_VALUES - 1)).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const ROLES: [(&str, Role); 20] = [
        ("background", Role::Background),
        ("chrome", Role::Chrome),
        ("hover", Role::Hover),
        ("selected", Role::Selected),
        ("line", Role::Line),
        ("divider", Role::Divider),
        ("grid", Role::Grid),
        ("zero", Role::Zero),
        ("text", Role::Text),
        ("text2", Role::Text2),
        ("text3", Role::Text3),
        ("act", Role::Act),
        ("bar", Role::Bar),
        ("bar-strong", Role::BarStrong),
        ("track", Role::Track),
        ("missing", Role::Missing),
        ("mark", Role::Mark),
        ("mark-strong", Role::MarkStrong),
        ("whisker", Role::Whisker),
        ("raises", Role::Raises),
    ];

    fn themes() -> impl Iterator<Item = Theme> {
        [Mode::Light, Mode::Dark].into_iter().flat_map(|mode| {
            [Colours::Standard, Colours::Safe].into_iter().map(move |colours| Theme { mode, colours })
        })
    }

    /// Every `--name: value` of a style sheet without comments and braces.
    fn declarations(css: &str) -> BTreeMap<&str, &str> {
        css.split(';')
            .filter_map(|d| d.trim().strip_prefix("--")?.split_once(':'))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect()
    }

    /// Value of a role in one mode: `light-dark(a, b)` and `var(--x)` resolved.
    fn resolve(tokens: &BTreeMap<&str, &str>, value: &str, mode: Mode) -> String {
        if let Some(inner) = value.strip_prefix("light-dark(").and_then(|v| v.strip_suffix(')')) {
            let (light, dark) = inner.split_once(", ").expect("two colours");
            return resolve(tokens, if mode == Mode::Light { light } else { dark }, mode);
        }
        match value.strip_prefix("var(--").and_then(|v| v.strip_suffix(')')) {
            Some(name) => resolve(tokens, tokens[name], mode),
            None => value.to_owned(),
        }
    }

    #[test]
    fn plots_and_style_sheet_share_every_colour() {
        let css = include_str!("../../style/tokens.css");
        let (standard, safe) = css.split_once("[data-colours=\"safe\"]").expect("safe colours");
        let standard = declarations_only(standard);
        let standard = declarations(&standard);
        let safe_text = declarations_only(safe);
        let mut with_safe = standard.clone();
        with_safe.extend(declarations(&safe_text));
        for theme in themes() {
            let tokens = if theme.colours == Colours::Safe { &with_safe } else { &standard };
            let check = |name: &str, rgb: Rgb| {
                let value = tokens.get(name).unwrap_or_else(|| panic!("--{name} is not in tokens.css"));
                assert_eq!(resolve(tokens, value, theme.mode), hex(rgb), "--{name} in {theme:?}");
            };
            for (name, role) in ROLES {
                check(name, theme.rgb(role));
            }
            check("lowers", theme.rgb(Role::Lowers));
            for c in 0..N_CLUSTERS {
                check(&format!("cluster-mark-{c}"), theme.rgb(Role::ClusterMark(c)));
                check(&format!("cluster-ink-{c}"), theme.rgb(Role::ClusterInk(c)));
            }
            for (i, stop) in theme.ramp().into_iter().enumerate() {
                check(&format!("value-{i}"), stop);
            }
        }
    }

    /// The sheet without comments and braces, so that only declarations are left between semicolons.
    fn declarations_only(css: &str) -> String {
        let mut out = String::new();
        let mut rest = css;
        while let Some((before, after)) = rest.split_once("/*") {
            out.push_str(before);
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        }
        out.push_str(rest);
        out.replace(['{', '}'], ";")
    }

    /// Relative luminance, WCAG 2.
    fn luminance(rgb: Rgb) -> f64 {
        let [r, g, b] = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { crate::math::powf((c + 0.055) / 1.055, 2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let [a, b] = [luminance(a), luminance(b)];
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_surface() {
        for theme in themes() {
            for surface in [Role::Background, Role::Chrome, Role::Selected] {
                let clusters = (0..N_CLUSTERS).map(Role::ClusterInk);
                for ink in [Role::Text, Role::Text2, Role::Text3, Role::Act].into_iter().chain(clusters) {
                    let c = contrast(theme.rgb(ink), theme.rgb(surface));
                    assert!(c >= 4.5, "{ink:?} on {surface:?} in {theme:?}: {c:.2}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_readable_on_the_strongest_cell() {
        for theme in themes() {
            for role in [Role::Raises, Role::Lowers] {
                let cell = mix(theme.rgb(Role::Background), theme.rgb(role), STRONGEST_CELL);
                let c = contrast(theme.rgb(Role::Text), cell);
                assert!(c >= 4.5, "{role:?} in {theme:?}: {c:.2}");
            }
        }
    }

    #[test]
    fn raises_and_lowers_differ_in_grey_where_colours_are_safe() {
        for mode in [Mode::Light, Mode::Dark] {
            let theme = Theme { mode, colours: Colours::Safe };
            assert!(contrast(theme.rgb(Role::Raises), theme.rgb(Role::Lowers)) >= 1.5, "{mode:?}");
        }
    }

    #[test]
    fn marks_stand_out_from_the_canvas() {
        for theme in themes() {
            let canvas = theme.rgb(Role::Background);
            let values = (0..N_VALUES).map(Role::Value);
            for role in values.chain([Role::Raises, Role::Lowers, Role::Missing, Role::Zero, Role::BarStrong])
            {
                let c = contrast(theme.rgb(role), canvas);
                assert!(c >= 2.2, "{role:?} in {theme:?}: {c:.2}");
            }
            for c in 0..N_CLUSTERS {
                assert!(contrast(theme.rgb(Role::ClusterMark(c)), canvas) >= 2.2, "cluster {c} in {theme:?}");
            }
        }
    }

    #[test]
    fn the_safe_ramp_is_ordered_in_grey() {
        for mode in [Mode::Light, Mode::Dark] {
            let theme = Theme { mode, colours: Colours::Safe };
            let grey: Vec<f64> = (0..N_VALUES).map(|s| luminance(theme.rgb(Role::Value(s)))).collect();
            assert!(grey.windows(2).all(|w| w[0] < w[1]), "{mode:?}");
        }
    }

    #[test]
    fn no_cluster_is_blue() {
        for theme in themes() {
            for c in 0..N_CLUSTERS {
                let [r, _, b] = theme.rgb(Role::ClusterMark(c));
                assert!(b <= r.saturating_add(8) || theme.rgb(Role::ClusterMark(c))[1] > b, "cluster {c}");
            }
        }
    }

    #[test]
    fn extremes_do_not_flatten_the_ramp() {
        let mut values: Vec<f64> = (0..100).map(f64::from).collect();
        values[99] = 1e6;
        let ramp = ValueRamp::fit(&values);
        assert_eq!(ramp.role(0.0), Role::Value(0));
        assert_eq!(ramp.role(1e6), Role::Value(N_VALUES - 1));
        assert_eq!(ramp.role(49.5), Role::Value(32));
        let rare: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i == 50))).collect();
        assert_eq!(ValueRamp::fit(&rare).role(1.0), Role::Value(N_VALUES - 1));
        assert_eq!(ValueRamp::fit(&[3.0, 3.0]).role(3.0), Role::Value(32));
        assert_eq!(ValueRamp::fit(&[]).role(3.0), Role::Value(32));
    }
}
