//! Colours of inks, light and dark: Okabe-Ito hues, told apart by people who see few colours.

use crate::regimen::Route;
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
        Ink::Route(Route::Iv) => [0, 114, 178],
        Ink::Route(Route::Im) => [213, 94, 0],
        Ink::Route(Route::Sl) => [0, 158, 115],
        Ink::Route(Route::In) => [204, 121, 167],
        Ink::Route(Route::Po) => [180, 123, 0],
        Ink::RouteText(Route::Iv) => [0, 94, 148],
        Ink::RouteText(Route::Im) => [165, 70, 0],
        Ink::RouteText(Route::Sl) => [0, 110, 80],
        Ink::RouteText(Route::In) => [150, 62, 110],
        Ink::RouteText(Route::Po) => [132, 88, 0],
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
        Ink::Route(Route::Iv) | Ink::RouteText(Route::Iv) => [86, 180, 233],
        Ink::Route(Route::Im) | Ink::RouteText(Route::Im) => [245, 138, 66],
        Ink::Route(Route::Sl) | Ink::RouteText(Route::Sl) => [46, 196, 152],
        Ink::Route(Route::In) | Ink::RouteText(Route::In) => [226, 148, 192],
        Ink::Route(Route::Po) | Ink::RouteText(Route::Po) => [240, 184, 60],
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
