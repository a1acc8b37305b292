//! Colours of inks, light and dark; those of routes stand in [`crate::route`].

use crate::scene::Ink;

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Light page or dark page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark ink on a light page; files are always light.
    #[default]
    Light,
    /// Light ink on a dark page.
    Dark,
}

/// Colour of an ink.
pub fn colour(ink: Ink, theme: Theme) -> Rgb {
    match theme {
        Theme::Light => light(ink),
        Theme::Dark => dark(ink),
    }
}

/// How much of an arm's colour is left on the page where it is drawn faintly.
const FADED: f64 = 0.35;

fn faded(route: Rgb, page: Rgb) -> Rgb {
    [0, 1, 2].map(|i| (FADED * f64::from(route[i]) + (1.0 - FADED) * f64::from(page[i])).round() as u8)
}

fn light(ink: Ink) -> Rgb {
    match ink {
        Ink::Faded(route) => faded(light(Ink::Route(route)), light(Ink::Plot)),
        Ink::Background => [255, 255, 255],
        Ink::Plot => [250, 250, 248],
        Ink::Text | Ink::Point => [28, 30, 33],
        Ink::Muted => [92, 96, 102],
        Ink::Axis => [120, 124, 130],
        Ink::Grid => [228, 229, 231],
        Ink::Route(route) => route.row().hue.light,
        Ink::RouteText(route) => route.row().hue.light_text,
        Ink::Caution => [186, 60, 50],
        Ink::CautionHatch => [236, 198, 192],
        Ink::Programme => [60, 62, 68],
        Ink::Staff => [205, 208, 213],
        Ink::OnStaff => [40, 43, 48],
        Ink::Soft => [112, 104, 176],
        Ink::SoftText => [70, 62, 132],
    }
}

fn dark(ink: Ink) -> Rgb {
    match ink {
        Ink::Faded(route) => faded(dark(Ink::Route(route)), dark(Ink::Plot)),
        Ink::Background => [24, 26, 29],
        Ink::Plot => [30, 32, 36],
        Ink::Text | Ink::Point => [235, 236, 238],
        Ink::Muted => [166, 170, 177],
        Ink::Axis => [130, 134, 142],
        Ink::Grid => [52, 55, 60],
        Ink::Route(route) | Ink::RouteText(route) => route.row().hue.dark,
        Ink::Caution => [240, 120, 108],
        Ink::CautionHatch => [98, 56, 52],
        Ink::Programme => [214, 216, 220],
        Ink::Staff => [72, 76, 84],
        Ink::OnStaff => [235, 236, 238],
        Ink::Soft => [150, 142, 214],
        Ink::SoftText => [184, 178, 240],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Route;

    /// Contrast ratio as WCAG 2 defines it.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |c: Rgb| {
            let part = |v: u8| {
                let v = f64::from(v) / 255.0;
                if v <= 0.039_28 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2])
        };
        let (x, y) = (luminance(a), luminance(b));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    /// Reflected light of a channel, 0 to 1.
    fn linear(v: u8) -> f64 {
        let v = f64::from(v) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    }

    /// How far two colours lie apart in CIE L*a*b* (the difference of 1976), seen through a matrix.
    fn apart(a: Rgb, b: Rgb, sight: [[f64; 3]; 3]) -> f64 {
        let times = |m: [[f64; 3]; 3], v: [f64; 3]| m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
        let lab = |c: Rgb| {
            let seen = times(sight, c.map(linear)).map(|v| v.clamp(0.0, 1.0));
            let xyz = [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]];
            let [x, y, z] = times(xyz, seen).map(|t| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        let (p, q) = (lab(a), lab(b));
        [0, 1, 2].map(|i| (p[i] - q[i]).powi(2)).iter().sum::<f64>().sqrt()
    }

    /// Sight of all colours, without red, without green: Machado et al. 2009, doi:10.1109/TVCG.2009.113.
    const SIGHTS: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    ];

    /// IM and PO look alike without red or green: there the letter and the label tell them apart.
    #[test]
    fn routes_differ_in_colour_and_stand_out_from_the_page() {
        for theme in [Theme::Light, Theme::Dark] {
            for (i, a) in Route::ALL.into_iter().enumerate() {
                let own = colour(Ink::Route(a), theme);
                assert!(contrast(own, colour(Ink::Plot, theme)) >= 2.9, "{a} {theme:?}");
                for b in &Route::ALL[..i] {
                    let other = colour(Ink::Route(*b), theme);
                    assert!(apart(own, other, SIGHTS[0]) >= 28.0, "{a} {b} {theme:?}");
                    let few = SIGHTS.map(|sight| apart(own, other, sight)).into_iter().fold(f64::MAX, f64::min);
                    assert!(a != Route::Sc || few >= 20.0, "{a} {b} {theme:?}: {few:.1}");
                }
            }
        }
    }

    #[test]
    fn text_can_be_read_on_both_pages() {
        let texts =
            [Ink::Text, Ink::Muted, Ink::Caution, Ink::SoftText].into_iter().chain(Route::ALL.map(Ink::RouteText));
        for ink in texts {
            for theme in [Theme::Light, Theme::Dark] {
                for page in [Ink::Background, Ink::Plot] {
                    let ratio = contrast(colour(ink, theme), colour(page, theme));
                    assert!(ratio >= 4.5, "{ink:?} on {page:?}, {theme:?}: {ratio:.2}");
                }
            }
        }
        for theme in [Theme::Light, Theme::Dark] {
            assert!(contrast(colour(Ink::OnStaff, theme), colour(Ink::Staff, theme)) >= 4.5);
            // words on a soft range, which is never darker than half its colour
            let (page, soft) = (colour(Ink::Background, theme), colour(Ink::Soft, theme));
            let half = [0, 1, 2].map(|i| page[i].midpoint(soft[i]));
            assert!(contrast(colour(Ink::Text, theme), half) >= 4.5);
        }
    }
}
