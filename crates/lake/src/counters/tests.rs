//! A table says of any hours what adding up the groups of all files says.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{By, CounterGroup, CounterKey, CounterSum, CounterWord, Counters, PackedCounters, Table, Wanted};
use crate::kernel::Value;
use crate::layout::{Column, Kind, Layout, NumberKind};

const HOURS: i64 = 30;
const SUM: CounterSum = CounterSum { column: 2, scale: 6 };

fn layout() -> Layout {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind, optional: true };
    let columns = vec![
        column("word", Kind::Word),
        column("truth", Kind::Truth),
        column("number", Kind::Number(NumberKind::Number)),
    ];
    Layout { fact: "message".to_owned(), columns }
}

/// Counters over `words` subjects and as many words, of which few are ever said: with many, combinations are too many for
/// an array.
fn counters(words: u32) -> impl Strategy<Value = Counters> {
    let code = move || prop_oneof![0..words.min(4), (words - 1)..words];
    let sum = (-1_000_i128..1_000, 0_u64..4);
    let group = (-HOURS..HOURS, code(), code(), 0_u32..3, 1_u64..9, sum);
    prop::collection::vec(group, 0..60).prop_map(move |groups| {
        let said = |n: u32| (0..n).map(|it| (it > 0).then(|| format!("w{it}"))).collect::<Vec<_>>();
        let truths = vec![None, Some("false".to_owned()), Some("true".to_owned())];
        let mut groups: Vec<CounterGroup> = groups
            .into_iter()
            .map(|(hour, subject, word, truth, n, sum)| CounterGroup {
                hour,
                subject,
                keys: vec![word, truth],
                n,
                sums: vec![sum],
            })
            .collect();
        groups.sort_unstable();
        let keys =
            vec![CounterKey { column: 0, words: said(words) }, CounterKey { column: 1, words: truths }];
        Counters { subjects: said(words), keys, sums: vec![SUM], groups }
    })
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let by = prop::sample::subsequence(vec![By::Subject, By::Column(0), By::Column(1)], 0..=3);
    (by, any::<bool>()).prop_map(|(by, sum)| Wanted::new(by, if sum { vec![SUM] } else { Vec::new() }))
}

type Said = Vec<Option<Value>>;

fn value(word: &CounterWord, is_truth: bool) -> Option<Value> {
    let word = word.as_deref()?;
    Some(if is_truth { Value::Int((word == "true").into()) } else { Value::Text(word.into()) })
}

/// What the groups of these hours add up to.
fn added(
    files: &[Counters],
    wanted: &Wanted,
    hours: std::ops::Range<i64>,
) -> BTreeMap<Said, (u64, i128, u64)> {
    let mut found = BTreeMap::new();
    for file in files {
        for group in file.groups.iter().filter(|it| hours.contains(&it.hour)) {
            let said = wanted.by.iter().map(|by| match by {
                By::Subject => value(&file.subjects[group.subject as usize], false),
                By::Column(key) => value(&file.keys[*key].words[group.keys[*key] as usize], *key == 1),
            });
            let known: &mut (u64, i128, u64) = found.entry(said.collect()).or_default();
            let (total, count) = if wanted.sums.is_empty() { (0, 0) } else { group.sums[0] };
            *known = (known.0 + group.n, known.1 + total, known.2 + count);
        }
    }
    found
}

proptest! {
    #[test]
    fn any_hours_are_one_subtraction(
        files in prop_oneof![
            prop::collection::vec(counters(5), 0..4),
            prop::collection::vec(counters(1_000), 1..3),
        ],
        wanted in wanted(),
        from in -HOURS..HOURS,
        length in 0..2 * HOURS,
    ) {
        let packed = files.iter().map(|it| PackedCounters::open(&it.encode().unwrap().unwrap()).unwrap());
        let parts: Vec<_> = packed.map(|it| it.part(&wanted).unwrap().unwrap()).collect();
        let table = Table::of(wanted.clone(), &parts, &layout()).unwrap();
        let hours = from..from + length;
        let mut found = BTreeMap::new();
        for cell in 0..table.cells() {
            let steps = table.steps(cell);
            let steps = table.first_from(steps.clone(), hours.start)..table.first_from(steps, hours.end);
            let codes = table.codes(cell).iter().enumerate();
            let said: Said = codes.map(|(at, code)| table.word(at, *code as usize)).collect();
            let (total, count) = table.sum(0, &steps);
            if table.rows(&steps) > 0 {
                prop_assert_eq!(found.insert(said, (table.rows(&steps), total, count)), None);
            }
        }
        prop_assert_eq!(found, added(&files, &wanted, hours));
    }

    #[test]
    fn the_cells_of_a_subject_lie_together(files in prop::collection::vec(counters(5), 1..4)) {
        let wanted = Wanted::new(vec![By::Column(0), By::Subject], Vec::new());
        let parts: Vec<_> = files.iter().map(|it| it.part(&wanted).unwrap().unwrap()).collect();
        let table = Table::of(wanted, &parts, &layout()).unwrap();
        let (_, words) = table.dimension(By::Subject).unwrap();
        let mut cells = 0;
        for code in 0..u32::try_from(words.values.len()).unwrap() {
            let found = table.cells_of(code);
            prop_assert!(found.clone().all(|it| table.codes(it)[0] == code));
            prop_assert_eq!(words.code(&words.values[code as usize]), Some(code));
            cells += found.len();
        }
        prop_assert_eq!(cells, table.cells());
    }
}

#[test]
fn counters_that_lack_what_is_wanted_say_nothing() {
    let counters = Counters { sums: vec![SUM], ..Counters::default() };
    for wanted in [
        Wanted::new(vec![By::Column(0)], Vec::new()),
        Wanted::new(Vec::new(), vec![CounterSum { scale: 9, ..SUM }]),
    ] {
        assert!(counters.part(&wanted).is_none());
    }
    assert!(counters.part(&Wanted::new(vec![By::Subject], vec![SUM])).is_some());
}
