//! `settle100k`: every subscription of one contract, each with evidence of its own, settled with its derivation.

pub(crate) mod data;
mod memory;

use std::ops::Range;

use evidence::Memory;
use language::Contract;
use settle::settlement::CycleSpan;
use settle::{Inputs, Overrides, Settlement};
use sha2::{Digest, Sha256};

use crate::Fault;
use crate::clock::timed;
use crate::report::{Goal, Item};

const CONTRACT: &str = include_str!("../../contracts/mwe.md");
const CYCLE: &str = "2026-10";
/// Subscriptions settled a second time, one after another on one thread.
const SAMPLE: u32 = 500;
const GOAL_MS_PER_100K: u64 = 20_000;
/// How much more memory ten times the subscriptions may take.
const GROWTH_PER_CENT: u64 = 10;

/// Settles a tenth of the subscriptions, then all of them; the most memory held until then is read each time.
///
/// Runs before everything else: the memory of the process never falls below its peak.
pub(crate) fn run(subscriptions: u32) -> Result<Vec<Item>, Fault> {
    let book = Book::read()?;
    book.on_two_threads(subscriptions / 10);
    let peak_of_tenth_kib = memory::peak_kib()?;
    let (both, nanos) = timed(|| book.on_two_threads(subscriptions));
    let peak_kib = memory::peak_kib()?;
    let is_equal = both.sample == book.settled_of(sample(subscriptions));
    eprintln!("settlements: {subscriptions} in {} ms, hash {:016x}", nanos / 1_000_000, both.all.0);
    eprintln!("settlements: peak {peak_of_tenth_kib} KiB after a tenth, {peak_kib} KiB after all");
    let alone = |id, unit, ours, most| Item { id, unit, ours, rival: None, goal: Goal::AtMost(most), is_equal };
    let goal_ms = GOAL_MS_PER_100K * u64::from(subscriptions) / 100_000;
    Ok(vec![
        alone("settle100k", "ms", nanos.div_ceil(1_000_000), goal_ms),
        alone("settle100k-peak", "KiB", peak_kib, peak_of_tenth_kib * (100 + GROWTH_PER_CENT) / 100),
    ])
}

/// A contract, read once, and the cycle to settle.
struct Book {
    contract: Contract,
    cycle: CycleSpan,
}

/// The sum of the settlements' hashes: whoever settled which, and in whatever order, it is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Total(u64);

/// What came of a run.
#[derive(Default)]
struct Settled {
    all: Total,
    /// Only those of [`sample`].
    sample: Total,
}

impl Book {
    fn read() -> Result<Book, Fault> {
        let (contract, _) = language::read("mwe.md", CONTRACT);
        let contract = contract.ok_or("the contract cannot be read")?;
        let cycle = settle::cycle_span(&contract, &Inputs::default(), CYCLE).map_err(|it| it.message.en)?;
        Ok(Book { contract, cycle })
    }

    fn on_two_threads(&self, subscriptions: u32) -> Settled {
        let middle = subscriptions / 2;
        let part = |numbers: Range<u32>| Settled {
            all: self.settled_of(numbers),
            sample: Total::default(),
        };
        std::thread::scope(|scope| {
            let second = scope.spawn(|| part(middle..subscriptions));
            let _ = (part(0..middle), second.join());
        });
        Settled::default()
    }

    fn settled_of(&self, numbers: impl Iterator<Item = u32>) -> Total {
        numbers.fold(Total::default(), |total, number| total.and(&self.settlement(number)))
    }

    fn settlement(&self, number: u32) -> Settlement {
        let facts = Memory::from_records(data::records(&self.contract.schema, number));
        let inputs = data::inputs(number);
        settle::settle(&self.contract, &facts, &self.cycle, &inputs, &Overrides::default())
    }
}
