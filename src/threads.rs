//! Jobs side by side, for the command line and the window.

use crate::population::{InTurn, Workers};
use rayon::prelude::*;

/// Jobs on several threads; results do not depend on their number.
#[derive(Debug)]
pub struct OnThreads(Option<rayon::ThreadPool>);

impl OnThreads {
    /// So many at a time: one after another where it is one, or where the system gives no threads.
    pub fn new(threads: usize) -> Self {
        let pool = |n: usize| rayon::ThreadPoolBuilder::new().num_threads(n).build().ok();
        Self(if threads < 2 { None } else { pool(threads) })
    }

    /// As many as the machine has, less some that are left to others; at least one.
    pub fn of_the_machine(left: usize) -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(left)))
    }
}

impl Workers for OnThreads {
    fn each(&self, jobs: usize, work: &(dyn Fn(usize) + Sync)) {
        match &self.0 {
            Some(pool) if jobs > 1 => pool.install(|| (0..jobs).into_par_iter().with_max_len(1).for_each(work)),
            _ => InTurn.each(jobs, work),
        }
    }
}
