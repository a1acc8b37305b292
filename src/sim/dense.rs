//! Small square matrices, row by row, where modes are not followed: products, areas, eigenvalues.

use nalgebra::{DMatrix, DVector, Schur};

/// Sum of products.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A row times a square matrix, row by row.
pub fn times(row: &[f64], matrix: &[f64]) -> Vec<f64> {
    let n = row.len();
    (0..n).map(|j| (0..n).map(|i| row[i] * matrix[i * n + j]).sum()).collect()
}

/// A square matrix, row by row, times a column.
pub fn product(matrix: &[f64], z: &[f64]) -> Vec<f64> {
    matrix.chunks(z.len().max(1)).map(|row| dot(row, z)).collect()
}

/// For each state, the area under a row that one unit there leads to when nothing more happens: a K = -row over the
/// states that something leaves. For an input, what it brings per hour. `None` where the rates cannot be inverted.
pub fn areas(matrix: &[f64], row: &[f64], inputs: &[usize]) -> Option<Vec<f64>> {
    let n = row.len();
    let mut areas = vec![0.0; n];
    let moving: Vec<usize> = (0..n).filter(|i| !inputs.contains(i) && matrix[i * n + i] != 0.0).collect();
    let k = DMatrix::from_fn(moving.len(), moving.len(), |i, j| matrix[moving[i] * n + moving[j]]);
    let c = DVector::from_fn(moving.len(), |i, _| -row[moving[i]]);
    let solved = if moving.is_empty() { c } else { k.transpose().lu().solve(&c)? };
    solved.iter().zip(&moving).for_each(|(value, i)| areas[*i] = *value);
    for input in inputs {
        let fed = (0..n).filter(|i| i != input);
        areas[*input] = fed.map(|i| areas[i] * matrix[i * n + input]).sum::<f64>() + row[*input];
    }
    Some(areas)
}

/// How small an entry counts as nothing beside its neighbours on the diagonal when rates are sought, finest first.
const DEFLATED: [f64; 3] = [f64::EPSILON, 1e-13, 1e-11];
/// Rounds of that search; a few for each state are usual.
const MOST_ROUNDS: usize = 2_000;

/// Rates at which what shows in a row fades, 1/h, negative; `None` where they are not found.
pub fn rates(matrix: &[f64], row: &[f64], inputs: &[usize]) -> Option<Vec<f64>> {
    let n = row.len();
    let mut seen: Vec<bool> = row.iter().map(|v| *v != 0.0).collect();
    let mut open: Vec<usize> = (0..n).filter(|&i| seen[i]).collect();
    while let Some(i) = open.pop() {
        for j in (0..n).filter(|&j| matrix[i * n + j] != 0.0) {
            if !std::mem::replace(&mut seen[j], true) {
                open.push(j);
            }
        }
    }
    let kept: Vec<usize> = (0..n).filter(|&i| seen[i] && !inputs.contains(&i) && matrix[i * n + i] != 0.0).collect();
    if kept.is_empty() {
        return Some(Vec::new());
    }
    let k = DMatrix::from_fn(kept.len(), kept.len(), |i, j| matrix[kept[i] * n + kept[j]]);
    // iteration at full precision may go round in circles: it gets so many rounds, then a coarser end
    let schur = DEFLATED.iter().find_map(|eps| Schur::try_new(k.clone(), *eps, MOST_ROUNDS))?;
    Some(schur.complex_eigenvalues().iter().map(|l| l.re).collect())
}

/// The slowest of rates at which something fades, 1/h, as a positive number; `None` where there is none.
pub fn slowest(rates: &[f64]) -> Option<f64> {
    let slowest = rates.iter().map(|rate| -rate).fold(f64::INFINITY, f64::min);
    (slowest.is_finite() && slowest > 0.0).then_some(slowest)
}
