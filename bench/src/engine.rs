//! `bench engine`: the questions of W1, beside the peers where these can answer.
//!
//! Each question is a function from its data to [`Item`]s; a new one is a module of its own and a line in [`run`].

use sha2::{Digest, Sha256};
use timeline::Interval;

use crate::Fault;
use crate::clock::{Times, micros, timed};
use crate::lite::{self, Lite};
use crate::peers::{self, Peer, Programs};
use crate::report::{Goal, Item, Rival};
use crate::rows::RawRow;
use crate::settlements;
use crate::w1::cell::Cell;
use crate::w1::store::{Change, Store};
use crate::w1::{self, data, oracle, site};

/// How much is done.
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// Whether the ten times larger workload is measured as well.
    pub(crate) is_full: bool,
}

const SERVICES: u32 = lite::SERVICES;
const FULL_SERVICES: u32 = 10_000;
const SUBSCRIPTIONS: u32 = 5_000;
const FULL_SUBSCRIPTIONS: u32 = 100_000;
/// Services whose cells the oracle works out: each site and rule twice.
const ORACLE_SERVICES: u32 = 16;
const ONE_CELL_RUNS: u64 = 10_000;
const LATE_RUNS: u64 = 1_000;
const P99: usize = 990;

/// Every item, in the order of the report.
pub(crate) fn run(programs: &Programs, effort: &Effort) -> Result<Vec<Item>, Fault> {
    eprintln!("load before: {}", load());
    // First, while the process has held no more memory than the settlements need.
    let settlements = settlements(effort)?;
    let mut items = beside_peers(programs, effort.rounds)?;
    items.extend(one_cell()?);
    items.extend(late_outages()?);
    if effort.is_full {
        items.extend(full_size(effort.rounds)?);
    }
    items.extend(settlements);
    eprintln!("load after: {}", load());
    Ok(items)
}

/// Every subscription of one contract, settled.
pub(crate) fn settlements(effort: &Effort) -> Result<Vec<Item>, Fault> {
    settlements::run(if effort.is_full { FULL_SUBSCRIPTIONS } else { SUBSCRIPTIONS })
}

/// How many processes wanted a core, on average over 1, 5 and 15 minutes: others at work make every time longer.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Q1: the raw rows and every cell that must come of them.
struct Q1 {
    outages: Vec<RawRow>,
    excluded: Vec<RawRow>,
    cells: Vec<Cell>,
    agrees_with_oracle: bool,
}

impl Q1 {
    fn of(services: u32) -> Result<Q1, Fault> {
        let (outages, excluded) = (data::outages(services), data::excluded(services));
        let cells = w1::every_cell(services, &outages, &excluded)?;
        let agrees_with_oracle = agrees_with_oracle(&outages, &excluded, &cells)?;
        Ok(Q1 { outages, excluded, cells, agrees_with_oracle })
    }
}

fn agrees_with_oracle(outages: &[RawRow], excluded: &[RawRow], cells: &[Cell]) -> Result<bool, Fault> {
    let sites = site::sites()?;
    let spans = |rows: &[RawRow], service| -> Vec<Interval> {
        rows.iter().filter(|row| row.service == service).map(|row| row.span).collect()
    };
    let expected = (0..ORACLE_SERVICES).flat_map(|service| {
        let (outages, excluded) = (spans(outages, service), spans(excluded, service));
        oracle::cells(service, w1::site_of(&sites, service), &outages, &excluded)
    });
    Ok(expected.eq(cells.iter().take(ORACLE_SERVICES as usize * site::MONTHS).cloned()))
}

/// One of ours: its times, and whether every run gave the expected cells.
struct Contestant {
    times: Times,
    is_equal: bool,
}

impl Contestant {
    fn new(is_equal: bool) -> Contestant {
        Contestant { times: Times::default(), is_equal }
    }

    fn round<T: PartialEq>(&mut self, expected: &[T], work: impl FnOnce() -> Vec<T>) {
        let (cells, nanos) = timed(work);
        self.times.push(micros(nanos));
        self.is_equal &= cells == expected;
    }
}

/// A peer: its times, and whether every run and every single cell agreed with ours.
struct Opponent {
    name: String,
    times: Times,
    is_equal: bool,
}

impl Opponent {
    /// Compares all cells once, which also warms the peer up.
    fn new(peer: &mut dyn Peer, expected: &[i64]) -> Result<Opponent, Fault> {
        let (ours, theirs) = (peers::as_lines(expected), peer.cells()?);
        let is_equal = ours == theirs;
        eprintln!("{}: {} cells, sha256 {}", peer.name(), theirs.len(), digest(&theirs));
        if let Some((ours, theirs)) = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs) {
            eprintln!("{}: first difference: ours {ours:?}, theirs {theirs:?}", peer.name());
        }
        Ok(Opponent { name: peer.name().to_owned(), times: Times::default(), is_equal })
    }

    fn round(&mut self, peer: &mut dyn Peer, expected: &[i64]) -> Result<(), Fault> {
        let run = peer.run()?;
        self.times.push(run.micros);
        self.is_equal &= run.cells == expected.len() && run.sum_ms == expected.iter().sum::<i64>();
        Ok(())
    }

    fn rival(&self) -> Option<Rival> {
        Some(Rival { name: self.name.clone(), value: self.times.median() })
    }
}

fn digest(lines: &[String]) -> String {
    let hash = Sha256::digest(lines.join("\n").as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Q1-lite from unsorted and sorted rows, and Q1, in turn with the peers' Q1-lite.
fn beside_peers(programs: &Programs, rounds: usize) -> Result<Vec<Item>, Fault> {
    let lite = Lite::of(SERVICES)?;
    let q1 = Q1::of(SERVICES)?;
    let expected = lite.cells_of_sorted();
    eprintln!("ours: {} cells, sha256 {}", expected.len(), digest(&peers::as_lines(&expected)));
    let (mut postgres, mut duckdb) = peers::start(programs, &lite)?;
    let mut by_postgres = Opponent::new(&mut postgres, &expected)?;
    let mut by_duckdb = Opponent::new(&mut duckdb, &expected)?;
    let mut unsorted = Contestant::new(true);
    let mut sorted = Contestant::new(true);
    let mut whole = Contestant::new(q1.agrees_with_oracle);
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        unsorted.round(&expected, || lite.cells_of_unsorted());
        by_postgres.round(&mut postgres, &expected)?;
        sorted.round(&expected, || lite.cells_of_sorted());
        by_duckdb.round(&mut duckdb, &expected)?;
        whole.round(&q1.cells, || w1::every_cell(SERVICES, &q1.outages, &q1.excluded).unwrap_or_default());
    }
    let all = [
        ("q1-lite unsorted", &unsorted.times),
        ("q1-lite sorted", &sorted.times),
        ("q1", &whole.times),
        (by_postgres.name.as_str(), &by_postgres.times),
        (by_duckdb.name.as_str(), &by_duckdb.times),
    ];
    all.iter().for_each(|(name, times)| eprintln!("{name}: {} us", times.range()));
    let beside = |id, ours: &Contestant, peer: &Opponent, goal| Item {
        id,
        unit: "us",
        ours: ours.times.median(),
        rival: peer.rival(),
        goal,
        is_equal: ours.is_equal && peer.is_equal,
    };
    Ok(vec![
        beside("q1-lite-unsorted", &unsorted, &by_postgres, Goal::Faster(25)),
        beside("q1-lite-sorted", &sorted, &by_postgres, Goal::Faster(150)),
        beside("q1-lite-unsorted-duckdb", &unsorted, &by_duckdb, Goal::Open),
        beside("q1-lite-sorted-duckdb", &sorted, &by_duckdb, Goal::Open),
        beside("q1", &whole, &by_postgres, Goal::Faster(10)),
    ])
}

/// Q2: cells picked at random, each worked out alone from the store.
fn one_cell() -> Result<Vec<Item>, Fault> {
    let store = Store::of(SERVICES, &data::outages(SERVICES), &data::excluded(SERVICES))?;
    let mut cell = Contestant::new(true);
    for run in 0..ONE_CELL_RUNS {
        let (service, month) = data::pick(run, SERVICES);
        let expected = &store.cells()[service as usize * site::MONTHS + month];
        cell.round(std::slice::from_ref(expected), || store.one_cell(service, month).into_iter().collect());
    }
    eprintln!("one cell: median {} us, {} us", cell.times.median(), cell.times.range());
    Ok(vec![alone("q2-p99", "us", cell.times.at_per_mille(P99), Goal::AtMost(1_000), cell.is_equal)])
}

/// Q3: outages that come late, each inside one month.
fn late_outages() -> Result<Vec<Item>, Fault> {
    let (mut outages, excluded) = (data::outages(SERVICES), data::excluded(SERVICES));
    let mut store = Store::of(SERVICES, &outages, &excluded)?;
    let (mut times, mut most_touched, mut changed) = (Times::default(), 0, 0);
    for run in 0..LATE_RUNS {
        let (service, month) = data::pick(run, SERVICES);
        let Some(row) = data::late_outage(run, service, store.site(service).months[month]) else { continue };
        let ((late, diff), nanos) = timed(|| {
            let late = store.add(row.service, row.span);
            let diff = late.changes.iter().map(Change::to_string).collect::<String>();
            (late, diff)
        });
        times.push(micros(nanos));
        most_touched = most_touched.max(late.touched);
        changed += diff.lines().count();
        outages.push(row);
    }
    eprintln!("late outage: median {} us, {} us, {changed} lines of changes", times.median(), times.range());
    let is_equal = store.cells() == w1::every_cell(SERVICES, &outages, &excluded)?;
    let most_touched = u64::try_from(most_touched)?;
    Ok(vec![
        alone("q3-p99", "us", times.at_per_mille(P99), Goal::AtMost(5_000), is_equal),
        alone("q3-cells-touched", "cells", most_touched, Goal::AtMost(2), is_equal),
    ])
}

/// Q1 on ten million outages of 10,000 services: 360,000 cells.
fn full_size(rounds: usize) -> Result<Vec<Item>, Fault> {
    let q1 = Q1::of(FULL_SERVICES)?;
    let mut whole = Contestant::new(q1.agrees_with_oracle);
    for _ in 0..rounds {
        whole.round(&q1.cells, || {
            w1::every_cell(FULL_SERVICES, &q1.outages, &q1.excluded).unwrap_or_default()
        });
    }
    eprintln!("q1 full: {} cells, {} us", q1.cells.len(), whole.times.range());
    Ok(vec![alone("q1-full", "us", whole.times.median(), Goal::Open, whole.is_equal)])
}

fn alone(id: &'static str, unit: &'static str, ours: u64, goal: Goal, is_equal: bool) -> Item {
    Item { id, unit, ours, rival: None, goal, is_equal }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::Timed;

    struct Fake {
        cells: Vec<i64>,
        sum_ms: i64,
    }

    impl Peer for Fake {
        fn name(&self) -> &str {
            "fake"
        }

        fn run(&mut self) -> Result<Timed, Fault> {
            Ok(Timed { micros: 9, cells: self.cells.len(), sum_ms: self.sum_ms })
        }

        fn cells(&mut self) -> Result<Vec<String>, Fault> {
            Ok(peers::as_lines(&self.cells))
        }
    }

    fn is_equal(mut fake: Fake, expected: &[i64]) -> bool {
        let mut opponent = Opponent::new(&mut fake, expected).unwrap();
        opponent.round(&mut fake, expected).unwrap();
        opponent.is_equal
    }

    #[test]
    fn a_peer_is_equal_only_with_every_cell_and_every_run() {
        assert!(is_equal(Fake { cells: vec![1, 2], sum_ms: 3 }, &[1, 2]));
        assert!(!is_equal(Fake { cells: vec![2, 1], sum_ms: 3 }, &[1, 2]));
        assert!(!is_equal(Fake { cells: vec![1, 2], sum_ms: 4 }, &[1, 2]));
        assert!(!is_equal(Fake { cells: vec![1, 2, 0], sum_ms: 3 }, &[1, 2]));
    }

    #[test]
    fn one_wrong_run_of_ours_is_remembered() {
        let mut ours = Contestant::new(true);
        for cells in [vec![1, 2], vec![1, 3], vec![1, 2]] {
            ours.round(&[1, 2], || cells);
        }
        assert!(!ours.is_equal);
    }

    #[test]
    fn the_oracle_notices_one_changed_cell() {
        let (outages, excluded) = (data::outages(ORACLE_SERVICES), data::excluded(ORACLE_SERVICES));
        let mut cells = w1::every_cell(ORACLE_SERVICES, &outages, &excluded).unwrap();
        assert!(agrees_with_oracle(&outages, &excluded, &cells).unwrap());
        cells[100].down_ms += 1;
        assert!(!agrees_with_oracle(&outages, &excluded, &cells).unwrap());
    }
}
