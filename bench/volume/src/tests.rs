//! The workload in small, without peers: every answer beside one that visits the rows one by one.

use std::collections::BTreeMap;

use evidence::{Datum, Facts, Memory, Record};
use lake::kernel::ReadAt;
use measured::Fault;
use quantity::Ratio;
use timeline::Instant;

use crate::made::made;
use crate::own::{Own, month};
use crate::question::{Dialect, Question, lines};
use crate::rounds::Ours;
use crate::row::{ACCOUNTS, DAY_US, Row, Words};
use crate::statement::{cut_hour, whole_hours};

const ROWS: u64 = 100_000;

fn rows() -> Vec<Row> {
    (0..ROWS).map(|at| made(at, ROWS)).collect()
}

fn imported(rows: &[Row]) -> (tempfile::TempDir, Own) {
    let folder = tempfile::tempdir().unwrap();
    let own = Own::anew(folder.path()).unwrap();
    // From the last to the first: the order of arrival is no order of the files.
    own.import(|take| rows.iter().rev().try_for_each(take)).unwrap();
    (folder, own)
}

/// Sums of rows by their first numbers.
fn summed<const K: usize, const V: usize>(
    rows: impl Iterator<Item = ([i128; K], [i128; V])>,
) -> Vec<Vec<i128>> {
    let mut groups = BTreeMap::new();
    for (key, values) in rows {
        let sums = groups.entry(key).or_insert([0; V]);
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    groups.into_iter().map(|(key, sums)| key.into_iter().chain(sums).collect()).collect()
}

/// The question as its SQL says it.
fn by_rows(question: Question, rows: &[Row]) -> Vec<Vec<i128>> {
    let all = rows.iter();
    let key = |row: &Row| [i128::from(row.account), i128::from(row.kind)];
    let ok = |row: &Row| i128::from(row.status == 0);
    let valid = |row: &Row| i128::from(row.status != 3 && row.status != 4);
    let within = |at: i64, from: i64, last: i64| from <= at && at <= last;
    match question {
        Question::C1 => vec![vec![all.map(ok).sum()]],
        Question::C2 => summed(all.map(|row| (key(row), [ok(row), valid(row)]))),
        Question::C3 => summed(
            all.filter(|row| !within(row.ts_us, 1_764_547_200_000_000, 1_764_550_800_000_000))
                .filter(|row| !within(row.ts_us, 1_765_547_200_000_000, 1_765_550_800_000_000))
                .map(|row| {
                    let fee = i128::from(row.parts) * i128::from(row.price_e4);
                    (key(row), [ok(row), valid(row), fee])
                }),
        ),
        Question::C4 => summed(all.map(|row| {
            let day = i128::from(row.ts_us / DAY_US);
            ([i128::from(row.account), day], [1, ok(row)])
        })),
        Question::C5 => {
            let failed = all.filter(|row| row.account == 199 && row.status != 0);
            let mut errors = summed(failed.map(|row| ([i128::from(row.err)], [1])));
            errors.sort_by_key(|row| (-row[1], row[0]));
            errors.truncate(20);
            errors.sort();
            errors
        }
        Question::C6 => {
            let mut ids: Vec<u64> = all.filter(|row| row.account < 20).map(|row| row.msg_id).collect();
            ids.sort_unstable();
            ids.dedup();
            vec![vec![i128::try_from(ids.len()).unwrap()]]
        }
    }
}

#[test]
fn every_question_is_answered_as_row_by_row() {
    let rows = rows();
    let (_folder, own) = imported(&rows);
    let sources = own.sources().unwrap();
    let ours = Ours { files: sources.iter().map(|it| it as &dyn ReadAt).collect(), dialect: Dialect::Ours };
    for question in Question::ALL {
        let answer = ours.answer(question, &question.plan(Dialect::Ours)).unwrap();
        assert_eq!(answer, lines(&by_rows(question, &rows)), "{question:?}");
        let is_one_number = matches!(question, Question::C1 | Question::C6);
        assert_eq!(answer.len() == 1, is_one_number, "{question:?} has {} rows", answer.len());
    }
}

#[test]
fn statements_say_what_memory_says_with_counters_and_without() {
    let rows = rows();
    let (_folder, own) = imported(&rows);
    let words = Words::new();
    let memory = Memory::from_records(rows.iter().map(|row| record(&words, row)).collect());
    let facts = own.facts(month()).unwrap();
    for account in (0..ACCOUNTS).step_by(23) {
        for question in [whole_hours(account), cut_hour(account)] {
            assert_eq!(facts.aggregate(&question), memory.aggregate(&question), "{account}");
        }
    }
    let asked = crate::statement::ask(&own, 1, whole_hours).unwrap();
    assert!(asked.is_equal);
}

#[test]
fn a_recount_finds_every_row_and_nothing_else() {
    let (_folder, own) = imported(&rows());
    let entries = own.entries().unwrap();
    let recount = lake::recount(&own.lake.blobs, &entries, &own.target.layout).unwrap();
    assert_eq!((recount.rows, recount.without_counters, recount.files), (ROWS, 0, 30));
    assert_eq!(recount.differences, []);
}

#[test]
fn rows_have_the_shares_of_the_workload() -> Result<(), Fault> {
    let rows = rows();
    let share = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count();
    for (of, expected) in [
        ((|row| row.status == 0) as fn(&Row) -> bool, 96_000),
        (|row| row.status == 1, 1_500),
        (|row| row.status == 4, 500),
        (|row| row.parts == 2, 20_000),
        (|row| row.account < 20, 46_400),
    ] {
        let found = share(of);
        assert!(found.abs_diff(expected) < 1_000, "{found} instead of {expected}");
    }
    assert!(rows.iter().all(|row| (row.status == 0) == (row.err == 0) && row.err <= 180));
    Ok(())
}

fn record(words: &Words, row: &Row) -> Record {
    words.with_view(row, |view| {
        let datum = |cell: &lake::Cell<'_>| match *cell {
            lake::Cell::Word(text) => Datum::Text(text.into()),
            lake::Cell::Number { unscaled, scale } => {
                Datum::Number(Ratio::new(i128::from(unscaled), 10_i128.pow(u32::from(scale))).unwrap())
            }
            _ => panic!("the workload has words and numbers"),
        };
        let at = Instant::from_nanos(view.at);
        Record {
            fact: 0,
            id: Some(view.id.into()),
            subject: view.subject.map(Into::into),
            from: at,
            until: at,
            attributes: view.cells.iter().map(|it| Some(datum(it))).collect(),
            source: None,
            recorded_at: None,
            supersedes: None,
            reason: None,
            place: evidence::RecordPlace::default(),
            withdrawn: false,
        }
    })
}
