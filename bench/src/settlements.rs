//! `settle100k`: every subscription of one contract, each with evidence of its own, settled with its derivation.

mod data;
mod memory;
mod total;

use std::ops::Range;

use evidence::Memory;
use language::Contract;
use settle::settlement::CycleSpan;
use settle::{Inputs, Overrides, Prepared, Settlement};

use crate::Fault;
use crate::clock::timed;
use crate::report::{Goal, Item};
use total::Total;

const CONTRACT: &str = include_str!("../../contracts/mwe.md");
const CYCLE: &str = "2026-10";
/// Subscriptions settled a second time, one after another on one thread.
const SAMPLE: u32 = 500;
const GOAL_MS_OF_100K: u64 = 20_000;
/// How much more memory ten times the subscriptions may take, in per cent.
const GROWTH_MAX: u64 = 10;

/// Settles a tenth of the subscriptions, then all of them, reading each time the most memory the process ever held.
/// So nothing else may have been measured in this process before.
pub(crate) fn run(subscriptions: u32) -> Result<Vec<Item>, Fault> {
    let contract = contract()?;
    let book = Book::of(&contract)?;
    book.on_two_threads(subscriptions / 10);
    let tenth_kib = memory::peak_kib()?;
    let (settled, nanos) = timed(|| book.on_two_threads(subscriptions));
    let all_kib = memory::peak_kib()?;
    let is_equal = settled.sample == book.settled(sample(subscriptions));
    eprintln!("{subscriptions} settlements: {} us, {}", nanos / 1_000, settled.all);
    eprintln!("memory at most {tenth_kib} KiB after a tenth of them, {all_kib} KiB after all");
    let alone =
        |id, unit, ours, most| Item { id, unit, ours, rival: None, goal: Goal::AtMost(most), is_equal };
    let goal_ms = GOAL_MS_OF_100K * u64::from(subscriptions) / 100_000;
    Ok(vec![
        alone("settle100k", "ms", nanos.div_ceil(1_000_000), goal_ms),
        alone("settle100k-memory", "KiB", all_kib, tenth_kib * (100 + GROWTH_MAX) / 100),
    ])
}

fn contract() -> Result<Contract, Fault> {
    let (contract, _) = language::read("mwe.md", CONTRACT);
    contract.ok_or_else(|| "the contract has errors".into())
}

/// A contract, read and prepared once, and the cycle to settle.
struct Book<'a> {
    contract: &'a Contract,
    prepared: Prepared<'a>,
    cycle: CycleSpan,
}

/// What came of a run.
struct Settled {
    all: Total,
    /// Only those of [`sample`].
    sample: Total,
}

impl<'a> Book<'a> {
    fn of(contract: &'a Contract) -> Result<Book<'a>, Fault> {
        let cycle = settle::cycle_span(contract, &Inputs::default(), CYCLE).map_err(|it| it.message.en)?;
        Ok(Book { contract, prepared: Prepared::new(contract), cycle })
    }

    fn on_two_threads(&self, subscriptions: u32) -> Settled {
        let part = |numbers: Range<u32>| self.part(numbers, subscriptions);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| part(subscriptions / 2..subscriptions));
            let first = part(0..subscriptions / 2);
            match second.join() {
                Ok(second) => {
                    Settled { all: first.all.and(second.all), sample: first.sample.and(second.sample) }
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    fn part(&self, numbers: Range<u32>, subscriptions: u32) -> Settled {
        let mut settled = Settled { all: Total::default(), sample: Total::default() };
        for number in numbers {
            let one = Total::of(&self.settlement(number));
            settled.all = settled.all.and(one);
            if is_in_sample(number, subscriptions) {
                settled.sample = settled.sample.and(one);
            }
        }
        settled
    }

    fn settled(&self, numbers: impl Iterator<Item = u32>) -> Total {
        numbers.fold(Total::default(), |total, number| total.and(Total::of(&self.settlement(number))))
    }

    fn settlement(&self, number: u32) -> Settlement {
        let facts = Memory::from_records(data::records(&self.contract.schema, number));
        self.prepared.settle(&facts, &self.cycle, &data::inputs(number), &Overrides::default())
    }
}

fn sample(subscriptions: u32) -> impl Iterator<Item = u32> {
    (0..subscriptions).filter(move |number| is_in_sample(*number, subscriptions))
}

fn is_in_sample(number: u32, subscriptions: u32) -> bool {
    number.is_multiple_of((subscriptions / SAMPLE).max(1))
}

#[cfg(test)]
mod tests {
    use settle::settlement::{RemedyStatus, Verdict};

    use super::*;

    #[test]
    fn two_threads_come_to_what_one_comes_to() {
        let contract = contract().unwrap();
        let book = Book::of(&contract).unwrap();
        let both = book.on_two_threads(30);
        assert_eq!(both.all, book.settled(0..30));
        assert_eq!(both.sample, both.all);
        assert_ne!(both.all, book.settled(0..29));
    }

    #[test]
    fn a_contract_prepared_once_settles_as_one_prepared_each_time() {
        let contract = contract().unwrap();
        let book = Book::of(&contract).unwrap();
        for number in 0..10 {
            let facts = Memory::from_records(data::records(&contract.schema, number));
            let (inputs, none) = (data::inputs(number), Overrides::default());
            let alone = settle::settle(&contract, &facts, &book.cycle, &inputs, &none);
            assert_eq!(book.settlement(number), alone);
        }
    }

    #[test]
    fn the_sample_is_spread_over_all() {
        assert!(sample(100_000).eq((0..100_000).step_by(200)));
        assert_eq!(sample(300).count(), 300);
    }

    #[test]
    fn the_evidence_is_such_that_all_verdicts_and_remedies_occur() {
        let contract = contract().unwrap();
        let book = Book::of(&contract).unwrap();
        let all: Vec<Settlement> = (0..200).map(|number| book.settlement(number)).collect();
        let verdicts =
            |wanted| all.iter().flat_map(|it| &it.promises).filter(|it| it.verdict == wanted).count();
        assert!(
            verdicts(Verdict::Met) > 0
                && verdicts(Verdict::Breached) > 0
                && verdicts(Verdict::NotCovered) > 0
        );
        assert_eq!(verdicts(Verdict::NotComputable), 0);
        let remedies =
            |wanted| all.iter().flat_map(|it| &it.remedies).filter(|it| it.status == wanted).count();
        assert!(remedies(RemedyStatus::Due) > 0 && remedies(RemedyStatus::NotDue) > 0);
        assert!(all.iter().all(|it| it.derivation.len() > 3 && it.evidence.records > 0));
    }
}
