//! The course of one arm for sixteen people as a sum of modes, each of which fades at a rate of its own.
//!
//! States that exchange with each other (a plasma and its tissues) form a block, and so do two states in a row that are
//! left at the same rate (transits); blocks are fed one way only. Where the exchange within a block has no ring, it is
//! a symmetric matrix in other units, and Jacobi's rotations give its rates and modes without loss. Between blocks the
//! modes follow by substitution, which divides by the distances of rates. Where two rates nearly meet, modes are large
//! and cancel: people of whom that costs too many digits are left to the exponential of [`super::matrix_exponential`].

mod decompose;
mod error_bound;
mod jacobi;
mod propagate;
mod workspace;

pub(crate) use workspace::ModesWorkspace;

use super::matrix_exponential::Kernel;
use std::ops::Range;

/// Modes at most: for each number of them the steps are compiled apart.
const MOST_MODES: usize = 16;
/// Read-outs at most.
const MOST_OUTPUTS: usize = 8;
/// States of a block at most.
const MOST_TOGETHER: usize = 6;

/// States that exchange with each other, or two in a row left at the same rate.
#[derive(Debug, Clone)]
struct Block {
    /// Their places, upstream first.
    places: Range<usize>,
    /// Where its transformation begins.
    first: usize,
    /// From each to the next further out: places within the block, entry of the rate there and of that back.
    exchanges: Vec<Exchange>,
    /// Entries of the rates that leave.
    leaving: Vec<usize>,
    /// Of two in a row, the entry of the rate from the first to the second.
    link: Option<usize>,
}

#[derive(Debug, Clone)]
struct Exchange {
    from: usize,
    into: usize,
    there: usize,
    back: usize,
}

/// Two modes of different blocks, of which one feeds the other.
#[derive(Debug, Clone)]
struct Pair {
    up: usize,
    down: usize,
    /// Direct feeding: what the mode has of the receiving state, entry, what the other has of the giving state.
    direct: Vec<[usize; 3]>,
    /// By way of which modes: their direct feeding of the lower, and their part in the upper, none for the upper itself.
    by: Vec<(usize, Option<usize>)>,
    /// Where the lower is the second of two in a row: entry of their link, and the part that the first has.
    linked_below: Option<[usize; 2]>,
    /// Where the upper is the first of two in a row: entry of their link, and the part in the second.
    linked_above: Option<[usize; 2]>,
}

/// Structure of the modes of a kernel.
#[derive(Debug, Clone)]
pub(crate) struct Modes {
    n: usize,
    /// Place of each state of the kernel.
    place: Vec<usize>,
    blocks: Vec<Block>,
    /// Block of each place.
    block: Vec<usize>,
    /// In an order in which each needs only earlier ones.
    pairs: Vec<Pair>,
    /// Pairs by their lower mode, and by their upper.
    above: Vec<Range<usize>>,
    below: Vec<Vec<usize>>,
    /// Which modes are inputs: these do not fade.
    inputs: Vec<bool>,
    /// Which modes are fed by the one before them, at the same rate; empty where none is.
    links: Vec<bool>,
}

impl Modes {
    /// For a kernel of few states; `None` where its exchange has a ring, or more equal rates by its very form than two
    /// in a row.
    pub fn new(kernel: &Kernel) -> Option<Self> {
        let n = kernel.states();
        if n > MOST_MODES || kernel.outputs.len() > MOST_OUTPUTS {
            return None;
        }
        let reaches = |i: usize, j: usize| kernel.entry(j, i).is_some();
        let groups = groups(kernel);
        let group_reaches = |a: &[usize], b: &[usize]| a.iter().any(|i| b.iter().any(|j| reaches(*i, *j)));
        let mut ordered: Vec<(usize, &Vec<usize>)> = Vec::new();
        for (k, group) in groups.iter().enumerate() {
            let ring = |other: &Vec<usize>| group_reaches(group, other) && group_reaches(other, group);
            if groups[..k].iter().any(ring) {
                return None;
            }
            ordered.push(((0..n).filter(|i| group_reaches(&[*i], group)).count(), group));
        }
        ordered.sort_by_key(|(upstream, group)| (*upstream, group[0]));
        let order: Vec<usize> = ordered.iter().flat_map(|(_, group)| group.iter().copied()).collect();
        let mut place = vec![0; n];
        order.iter().enumerate().for_each(|(at, state)| place[*state] = at);
        let (mut blocks, mut block): (Vec<Block>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut first = 0;
        for (_, states) in ordered {
            let places = block.len()..block.len() + states.len();
            let leaving = states.iter().map(|s| kernel.entry(*s, *s)).collect::<Option<_>>()?;
            let link = in_a_row(kernel, states);
            let exchanges = if link.is_some() { Vec::new() } else { tree(kernel, states)? };
            block.resize(places.end, blocks.len());
            blocks.push(Block { places, first, exchanges, leaving, link });
            first += states.len() * states.len();
        }
        let inputs: Vec<bool> = order.iter().map(|s| kernel.is_input(*s)).collect();
        if order.iter().zip(&inputs).any(|(s, input)| kernel.is_kept(*s) != *input) {
            return None;
        }
        let pairs = pairs(kernel, &order, &blocks, &block)?;
        let above =
            (0..n).map(|j| pairs.partition_point(|p| p.down < j)..pairs.partition_point(|p| p.down <= j)).collect();
        let below = (0..n).map(|i| (0..pairs.len()).filter(|p| pairs[*p].up == i).collect()).collect();
        let linked = |i: usize| blocks[block[i]].link.is_some() && i > blocks[block[i]].places.start;
        let links = if (0..n).any(linked) { (0..n).map(linked).collect() } else { Vec::new() };
        Some(Self { n, place, blocks, block, pairs, above, below, inputs, links })
    }

    /// Whether a mode is a constant input.
    pub fn is_input(&self, mode: usize) -> bool {
        self.inputs[mode]
    }

    /// Entry of the link by which a mode is fed by the one before it.
    pub fn link(&self, mode: usize) -> Option<usize> {
        let block = &self.blocks[self.block[mode]];
        block.link.filter(|_| mode > block.places.start)
    }
}

impl Block {
    /// Where its transformation has a state and a mode.
    fn at(&self, state: usize, mode: usize) -> usize {
        self.first + (state - self.places.start) * self.places.len() + mode - self.places.start
    }
}

/// States by block: those that exchange, two in a row that are left at the same rate, and single ones.
fn groups(kernel: &Kernel) -> Vec<Vec<usize>> {
    let n = kernel.states();
    let reaches = |i: usize, j: usize| kernel.entry(j, i).is_some();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for i in 0..n {
        match groups.iter_mut().find(|g| reaches(g[0], i) && reaches(i, g[0])) {
            Some(group) => group.push(i),
            None => groups.push(vec![i]),
        }
    }
    let mut k = 0;
    while k < groups.len() {
        let next = (0..groups.len()).find(|other| {
            let (here, there) = (&groups[k], &groups[*other]);
            *other != k
                && matches!((here.as_slice(), there.as_slice()), ([a], [b]) if in_a_row(kernel, &[*a, *b]).is_some())
        });
        if let Some(next) = next {
            let after = groups.remove(next);
            k -= usize::from(next < k);
            groups[k].extend(after);
        }
        k += 1;
    }
    groups
}

/// Of two states in a row that are left at the same rate, the entry of the rate from the first to the second.
fn in_a_row(kernel: &Kernel, states: &[usize]) -> Option<usize> {
    let &[a, b] = states else { return None };
    kernel.fed(b, a).filter(|_| kernel.entry(a, b).is_none() && kernel.same_loss(a, b))
}

/// Modes of different blocks that feed each other; `None` where two of them have equal rates by their very form.
fn pairs(kernel: &Kernel, order: &[usize], blocks: &[Block], block: &[usize]) -> Option<Vec<Pair>> {
    let n = order.len();
    let coupled = |i: usize, j: usize| block[i] != block[j] && kernel.entry(order[j], order[i]).is_some();
    let mut pairs: Vec<Pair> = Vec::new();
    for down in 0..n {
        for up in (0..down).rev().filter(|up| coupled(*up, down)) {
            if kernel.same_loss(order[up], order[down]) {
                return None;
            }
            let (from, into) = (&blocks[block[up]], &blocks[block[down]]);
            let mut direct = Vec::new();
            for a in into.places.clone() {
                for b in from.places.clone() {
                    // of two in a row each is its own mode
                    let own = (into.exchanges.is_empty() && a != down) || (from.exchanges.is_empty() && b != up);
                    if let Some(entry) = kernel.fed(order[a], order[b]).filter(|_| !own) {
                        direct.push([into.at(a, down), entry, from.at(b, up)]);
                    }
                }
            }
            pairs.push(Pair { up, down, direct, by: Vec::new(), linked_below: None, linked_above: None });
        }
    }
    let known = |i: usize, j: usize| pairs.iter().position(|p| (p.up, p.down) == (i, j));
    let links: Vec<_> = pairs
        .iter()
        .map(|pair| {
            let (up, down) = (pair.up, pair.down);
            let by = (up..down).filter_map(|k| {
                let last = known(k, down).filter(|p| !pairs[*p].direct.is_empty())?;
                if k == up { Some((last, None)) } else { Some((last, Some(known(up, k)?))) }
            });
            let (from, into) = (&blocks[block[up]], &blocks[block[down]]);
            let below = into.link.filter(|_| down > into.places.start);
            let above = from.link.filter(|_| up == from.places.start);
            let below = below.and_then(|link| Some([link, known(up, down - 1)?]));
            let above = above.and_then(|link| Some([link, known(up + 1, down)?]));
            (by.collect(), below, above)
        })
        .collect();
    for (pair, (by, below, above)) in pairs.iter_mut().zip(links) {
        (pair.by, pair.linked_below, pair.linked_above) = (by, below, above);
    }
    Some(pairs)
}

/// Exchanges within states that all reach each other, from the first outwards; `None` where they form a ring.
fn tree(kernel: &Kernel, states: &[usize]) -> Option<Vec<Exchange>> {
    let m = states.len();
    if m > MOST_TOGETHER {
        return None;
    }
    let directed = states.iter().flat_map(|i| states.iter().map(move |j| (i, j)));
    let directed = directed.filter(|(i, j)| i != j && kernel.fed(**i, **j).is_some()).count();
    let mut found = vec![0];
    let mut exchanges = Vec::new();
    let mut next = 0;
    while let Some(&from) = found.get(next) {
        for into in 0..m {
            if found.contains(&into) {
                continue;
            }
            if let Some(there) = kernel.fed(states[into], states[from]) {
                let back = kernel.fed(states[from], states[into])?;
                found.push(into);
                exchanges.push(Exchange { from, into, there, back });
            }
        }
        next += 1;
    }
    (found.len() == m && directed == 2 * (m - 1)).then_some(exchanges)
}
