//! The oracle: vouchers as heaps of single minor units, spent one at a time.

use std::collections::BTreeMap;

/// A heap: what it held, what it holds, when it came, when it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heap {
    pub(crate) original: i64,
    pub(crate) left: i64,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
}

/// Heaps by the number of the act that made them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Purse(pub(crate) BTreeMap<usize, Heap>);

impl Purse {
    /// Takes up to `wanted` units on a day, each from the heap that goes first, then came first, then by name; says
    /// how much from which.
    pub(crate) fn take(&mut self, on: i64, wanted: i64) -> BTreeMap<usize, i64> {
        let mut taken = BTreeMap::new();
        for _ in 0..wanted {
            let good =
                |heap: &Heap| heap.left > 0 && heap.from <= on && heap.until.is_none_or(|end| on < end);
            let open = self.0.iter().filter(|(_, heap)| good(heap));
            let first = open.min_by_key(|(number, heap)| {
                (heap.until.unwrap_or(i64::MAX), heap.from, format!("v{number:03}"))
            });
            let Some(number) = first.map(|(number, _)| *number) else { break };
            self.0.get_mut(&number).unwrap().left -= 1;
            *taken.entry(number).or_default() += 1;
        }
        taken
    }
}
