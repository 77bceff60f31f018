//! Plans over files of every shape against a slow and obvious oracle, and over files with damaged bytes.

mod damaged;
mod files;
mod foreign;
mod oracle;

use std::sync::Arc;

use proptest::prelude::*;

use super::{Filter, Measure, Measured, MemoryFile, Part, Plan, ReadAt, Slice, Test, Time, Value, run_all};
use files::{Row, Style, file};

const TEXTS: [&str; 4] = ["word", "id", "source", "none"];
const NUMBERS: [&str; 3] = ["number", "small", "big"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("delivered"), Just("failed"), Just("expired"), Just(""), Just("退订")]
        .prop_map(str::to_owned)
}

fn row() -> impl Strategy<Value = Row> {
    (
        0_i64..200,
        prop::option::weighted(0.8, text()),
        "[a-z]{1,3}",
        prop::option::of(text()),
        prop::option::weighted(0.9, prop_oneof![-3_i64..4, Just(i64::from(i32::MAX)), any::<i64>()]),
        prop_oneof![0_u32..4, any::<u32>()],
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(at, word, id, source, number, small, truth)| Row {
            at,
            word,
            id,
            source,
            number,
            small,
            truth,
        })
}

/// Rows that repeat, so that columns are runs.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((row(), 1_usize..40), 0..30)
        .prop_map(|all| all.into_iter().flat_map(|(row, times)| std::iter::repeat_n(row, times)).collect())
}

fn style() -> impl Strategy<Value = Style> {
    (any::<bool>(), any::<bool>(), 0_u8..3, 1_usize..200, 1_usize..60, any::<bool>(), any::<bool>()).prop_map(
        |(dictionary, v2, compression, group_rows, page_rows, statistics, fallback)| Style {
            dictionary,
            v2,
            compression,
            group_rows,
            page_rows,
            statistics,
            fallback,
        },
    )
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![text().prop_map(|it| Value::Text(it.into())), (-3_i128..5).prop_map(Value::Int)]
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        Just(Test::Absent),
        value().prop_map(Test::Is),
        prop::collection::vec(value(), 0..3).prop_map(Test::OneOf),
        value().prop_map(|than| Test::Where(Arc::new(move |it| it.is_some_and(|it| *it < than)))),
    ]
}

fn column() -> impl Strategy<Value = String> {
    let all: Vec<&str> = TEXTS.iter().chain(&NUMBERS).chain(&["truth", "at"]).copied().collect();
    prop::sample::select(all).prop_map(str::to_owned)
}

fn filter() -> impl Strategy<Value = Filter> {
    let spans = prop::collection::btree_set(-5_i64..210, 0..6).prop_map(|cuts| {
        let cuts: Vec<i64> = cuts.into_iter().collect();
        Filter::During(cuts.chunks_exact(2).map(|it| (it[0], it[1])).collect())
    });
    let leaf = prop_oneof![
        Just(Filter::All),
        (column(), test()).prop_map(|(column, test)| Filter::Column(column, test)),
        spans,
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Filter::Not(Box::new(it))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner, 0..3).prop_map(Filter::Or),
        ]
    })
}

fn measure() -> impl Strategy<Value = Measure> {
    let number = || prop::sample::select(&NUMBERS[..2]).prop_map(str::to_owned);
    prop_oneof![
        Just(Measure::Count),
        number().prop_map(Measure::Sum),
        Just(Measure::SumOfProducts("small".into(), "small".into())),
        column().prop_map(Measure::Values),
        prop::collection::vec(column(), 1..3).prop_map(Measure::Distinct),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let slice = prop::option::of((0_i64..20, 1_i64..70));
    let measured = (measure(), prop_oneof![3 => Just(Filter::All), 1 => filter()]);
    (
        (-10_i64..150, 0_i64..220, slice),
        filter(),
        prop::collection::vec(column(), 0..3),
        prop::collection::vec(measured.prop_map(|(measure, only)| Measured { measure, only }), 0..4),
    )
        .prop_map(|((from, length, slice), filter, keys, measures)| Plan {
            time: Some(Time {
                column: "at".into(),
                from,
                until: from + length,
                slice: slice.map(|(before, length)| Slice { origin: from - before, length }),
            }),
            filter,
            keys,
            measures,
            optional: ["none".to_owned(), "big".to_owned()].into(),
            ..Plan::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plan_gives_what_going_through_all_rows_gives(
        rows in rows(),
        more in rows(),
        styles in (style(), style()),
        plan in plan(),
    ) {
        let files = [file(&rows, &styles.0), file(&more, &styles.1)];
        let sources: Vec<&dyn ReadAt> = files.iter().map(|it| it as &dyn ReadAt).collect();
        let all: Vec<Row> = rows.iter().chain(&more).cloned().collect();
        prop_assert_eq!(run_all(&plan, &sources).map_err(|it| it.problem), oracle::answer(&plan, &all));
    }
}

#[test]
fn a_plan_that_names_no_column_of_the_file_is_told_so() {
    let empty = file(&[], &Style::default());
    let plan = Plan { keys: vec!["colour".into()], ..Plan::default() };
    let error = super::run(&plan, &empty).unwrap_err();
    assert_eq!(error.to_string(), "`rows.parquet` has no column `colour`");
}

#[test]
fn what_is_no_parquet_file_is_told_so() {
    for bytes in [&b""[..], b"PAR1", b"some text that is longer than a footer"] {
        let file = MemoryFile::new("notes.txt", bytes.to_vec());
        assert_eq!(
            super::run(&Plan::default(), &file).unwrap_err().to_string(),
            "`notes.txt` is no Parquet file"
        );
    }
}

#[test]
fn numbers_are_reported_at_the_scale_asked_for() {
    let rows = [1, 2].map(|small| Row { small, ..Row::default() });
    let mut plan = Plan { measures: vec![Measured::all(Measure::Sum("small".into()))], ..Plan::default() };
    plan.scales.insert("small".into(), 2);
    let answer = super::run(&plan, &file(&rows, &Style::default())).unwrap();
    assert_eq!(answer.groups.into_values().next(), Some(vec![Part::Sum { count: 2, total: 300 }]));
}
