//! Tables of records that revise one another, what stands, and what is refused.

use std::sync::Arc;

use super::*;
use crate::RecordPlace;

/// `id`, `supersedes`, `recorded_at` (0: always known), `withdrawn`.
type Row = (&'static str, &'static str, i64, bool);

fn records(rows: &[Row]) -> Vec<Record> {
    let name = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
    let record = |(at, (id, supersedes, recorded_at, withdrawn)): (usize, &Row)| Record {
        fact: 0,
        id: name(id),
        subject: None,
        from: Instant::from_nanos(at as i64),
        until: Instant::MAX,
        attributes: Vec::new(),
        source: None,
        recorded_at: (*recorded_at > 0).then(|| Instant::from_nanos(*recorded_at)),
        supersedes: name(supersedes),
        reason: None,
        place: RecordPlace::default(),
        withdrawn: *withdrawn,
    };
    rows.iter().enumerate().map(record).collect()
}

#[test]
fn what_stands_is_what_no_known_record_supersedes() {
    let chain: &[Row] = &[("a", "", 1, false), ("b", "a", 5, false), ("c", "b", 9, false)];
    let withdrawn: &[Row] = &[("a", "", 1, false), ("", "a", 5, true)];
    let unwithdrawn: &[Row] = &[("a", "", 1, false), ("w", "a", 5, true), ("", "w", 9, true)];
    let versions: &[Row] = &[("a", "", 1, false), ("a", "a", 9, false), ("a", "a", 5, false)];
    let taken_back: &[Row] = &[("a", "", 1, false), ("a", "a", 5, true)];
    let split: &[Row] = &[("a", "", 0, false), ("b", "a", 0, false), ("c", "a", 0, false)];
    let replaced_versions: &[Row] = &[("a", "", 1, false), ("a", "a", 5, false), ("b", "a", 7, false)];
    let nameless: &[Row] = &[("", "", 0, false), ("", "", 4, false)];
    let table: Vec<(&[Row], Option<i64>, &[usize])> = vec![
        (chain, None, &[2]),
        (chain, Some(0), &[]),
        (chain, Some(1), &[0]),
        (chain, Some(5), &[1]),
        (chain, Some(8), &[1]),
        (chain, Some(9), &[2]),
        (withdrawn, Some(4), &[0]),
        (withdrawn, None, &[]),
        (unwithdrawn, None, &[]),
        (versions, Some(4), &[0]),
        (versions, Some(8), &[2]),
        (versions, None, &[1]),
        (taken_back, Some(4), &[0]),
        (taken_back, None, &[]),
        (split, None, &[1, 2]),
        (replaced_versions, Some(6), &[1]),
        (replaced_versions, None, &[2]),
        (nameless, Some(3), &[0]),
        (nameless, None, &[0, 1]),
    ];
    for (rows, as_of, expected) in table {
        assert_eq!(standing(&records(rows), as_of.map(Instant::from_nanos)), expected, "{rows:?} {as_of:?}");
    }
}

#[test]
fn only_orderly_revisions_are_without_fault() {
    let circle = |record: usize, ids: &[&str]| Fault::Circle {
        record,
        ids: ids.iter().map(|it| (*it).to_owned()).collect(),
    };
    let table: Vec<(&[Row], Vec<Fault>)> = vec![
        (&[("a", "", 1, false), ("b", "a", 5, false), ("c", "b", 9, false)], vec![]),
        (&[("a", "", 1, false), ("a", "a", 5, false), ("a", "a", 9, true)], vec![]),
        (&[("a", "a", 1, false)], vec![]),
        (&[("a", "", 0, false), ("a", "a", 0, false)], vec![]),
        (&[("a", "", 0, false), ("a", "", 3, false)], vec![Fault::SameId { first: 0, second: 1 }]),
        (
            &[("a", "", 0, false), ("a", "", 0, false), ("a", "", 0, false)],
            vec![Fault::SameId { first: 0, second: 1 }, Fault::SameId { first: 1, second: 2 }],
        ),
        (&[("b", "a", 0, false)], vec![Fault::Unknown { record: 0 }]),
        (&[("", "a", 0, true)], vec![Fault::Unknown { record: 0 }]),
        (&[("a", "b", 0, false), ("b", "a", 0, false)], vec![circle(0, &["a", "b"])]),
        (
            &[("d", "a", 0, false), ("a", "b", 0, false), ("b", "c", 0, false), ("c", "a", 0, false)],
            vec![circle(1, &["a", "b", "c"])],
        ),
        (
            &[("a", "", 0, false), ("a", "a", 5, false), ("a", "a", 5, true)],
            vec![Fault::NoOrder { first: 1, second: 2 }],
        ),
        (&[("a", "", 9, false), ("a", "a", 5, false)], vec![Fault::Early { revision: 1, original: 0 }]),
        (&[("a", "", 9, false), ("b", "a", 5, false)], vec![Fault::Early { revision: 1, original: 0 }]),
    ];
    for (rows, expected) in table {
        assert_eq!(faults(&records(rows)), expected, "{rows:?}");
    }
}

#[test]
fn a_long_chain_neither_overflows_nor_takes_long() {
    let mut chain = records(&[("", "", 0, false); 20_000]);
    for (at, record) in chain.iter_mut().enumerate() {
        record.id = Some(format!("{at}").into());
        record.supersedes = (at > 0).then(|| format!("{}", at - 1).into());
    }
    assert_eq!(faults(&chain), []);
    assert_eq!(standing(&chain, None), [19_999]);
}
