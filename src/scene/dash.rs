//! Cuts a line into dashes, for painters that can only draw unbroken lines.

/// Largest number of dashes in a line. A line that would need more is left whole, to keep memory bounded.
const MOST_DASHES: f64 = 50_000.0;

/// Cuts a line into its drawn pieces. On and off lengths in the pattern repeat along the line.
///
/// The pattern starts anew with each line and continues around corners. The line comes back whole when there is no
/// pattern or a coordinate is not finite.
pub fn dashes(points: &[[f64; 2]], pattern: &[u8]) -> Vec<Vec<[f64; 2]>> {
    let Some(&start) = points.first().filter(|_| points.len() > 1) else { return Vec::new() };
    let period: f64 = pattern.iter().map(|&p| f64::from(p)).sum();
    if !(period > 0.0 && length(points) / period * pattern.len() as f64 <= MOST_DASHES) {
        return vec![points.to_vec()];
    }
    let mut lengths = pattern.iter().map(|&p| f64::from(p)).cycle();
    let mut pieces = Vec::new();
    let mut piece = vec![start];
    let mut on = true;
    let mut left = lengths.next().unwrap_or(period);
    for (a, b) in points.iter().zip(&points[1..]) {
        let long = (b[0] - a[0]).hypot(b[1] - a[1]);
        let mut gone = 0.0;
        while left < long - gone {
            gone += left;
            let share = gone / long;
            let here = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
            if on {
                piece.push(here);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![here];
            }
            on = !on;
            left = lengths.next().unwrap_or(period);
        }
        left -= long - gone;
        if on {
            piece.push(*b);
        }
    }
    if on {
        pieces.push(piece);
    }
    pieces.retain(|p| length(p) > 0.0);
    pieces
}

fn length(points: &[[f64; 2]]) -> f64 {
    points.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_cut_at_the_lengths_of_the_pattern() {
        let pieces = dashes(&[[0.0, 0.0], [20.0, 0.0]], &[9, 4]);
        assert_eq!(pieces, [vec![[0.0, 0.0], [9.0, 0.0]], vec![[13.0, 0.0], [20.0, 0.0]]]);
    }

    #[test]
    fn a_dash_goes_around_a_corner() {
        let pieces = dashes(&[[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]], &[5, 5]);
        assert_eq!(pieces, [vec![[0.0, 0.0], [3.0, 0.0], [3.0, 2.0]]]);
    }

    #[test]
    fn drawn_lengths_add_up_to_the_share_of_the_pattern() {
        // a finely sampled circle traced many times: the points lie closer together than a dash is long
        let circle: Vec<[f64; 2]> =
            (0..=7000).map(|i| f64::from(i) / 7000.0 * 200.0).map(|t| [100.0 * t.cos(), 100.0 * t.sin()]).collect();
        for pattern in [&[9_u8, 4][..], &[9, 3, 2, 3], &[3, 3], &[10, 2, 2, 2, 2, 2]] {
            let period: f64 = pattern.iter().map(|&p| f64::from(p)).sum();
            let on: f64 = pattern.iter().step_by(2).map(|&p| f64::from(p)).sum();
            let drawn: f64 = dashes(&circle, pattern).iter().map(|p| length(p)).sum();
            let periods = length(&circle) / period;
            assert!(drawn >= on * periods.floor() - 1e-6, "{pattern:?}: {drawn}");
            assert!(drawn <= on * periods.ceil() + 1e-6, "{pattern:?}: {drawn}");
        }
    }

    #[test]
    fn what_cannot_be_dashed_comes_back_whole() {
        let line = [[0.0, 0.0], [1.0, 0.0]];
        assert_eq!(dashes(&line, &[]), [line.to_vec()]);
        assert_eq!(dashes(&line, &[0, 0]), [line.to_vec()]);
        assert_eq!(dashes(&[[0.0, 0.0], [f64::NAN, 0.0]], &[3, 3]).len(), 1);
        assert_eq!(dashes(&[[0.0, 0.0], [1e12, 0.0]], &[3, 3]).len(), 1);
        assert!(dashes(&[[0.0, 0.0]], &[3, 3]).is_empty() && dashes(&[], &[3, 3]).is_empty());
    }
}
