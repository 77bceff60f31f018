//! A fact in volume with every kind of attribute, its records, and files of them.

use std::path::Path;
use std::sync::Arc;

use calendar::Date;
use evidence::{Attribute, AttributeKind, Datum, FactKind, FactSchema, Field, Record, RecordPlace};
use lake::kernel::LocalFile;
use lake::write::FileWriter;
use lake::{Layout, Rows};
use proptest::prelude::*;
use proptest::sample::select;
use quantity::Ratio;
use timeline::Instant;

/// 2026-10-01T00:00Z.
pub(crate) const ORIGIN: i64 = 1_790_812_800_000_000_000;
pub(crate) const HOUR: i64 = 3_600_000_000_000;

/// Attributes that can be added up.
pub(crate) const NUMBERS: [usize; 4] = [3, 4, 5, 6];
/// Attributes that counters count by.
pub(crate) const WORDS: [usize; 3] = [0, 1, 2];

pub(crate) fn fact() -> FactSchema {
    let words = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    let attributes = [
        ("status", AttributeKind::OneOf(words(&["delivered", "failed", "blocked"])), false),
        ("cause", AttributeKind::Cause(words(&["carrier"])), true),
        ("ported", AttributeKind::Truth, true),
        ("parts", AttributeKind::Number, false),
        ("fee", AttributeKind::Money, true),
        ("waited", AttributeKind::Duration, true),
        ("size", AttributeKind::Unit(quantity::Unit::data()), true),
        ("note", AttributeKind::Text, true),
        ("sent", AttributeKind::Instant, true),
        ("due", AttributeKind::Date, true),
    ];
    let attributes = attributes
        .into_iter()
        .map(|(name, kind, optional)| Attribute { name: name.to_owned(), kind, optional })
        .collect();
    FactSchema { name: "message".to_owned(), kind: FactKind::Event, attributes, volume: true }
}

fn number() -> impl Strategy<Value = Ratio> {
    (-30_i128..300, select(vec![1_i128, 2, 100])).prop_map(|(num, den)| Ratio::new(num, den).unwrap())
}

fn text(all: &'static [&'static str]) -> BoxedStrategy<Datum> {
    select(all.to_vec()).prop_map(|it| Datum::Text(it.into())).boxed()
}

/// Something the field may say.
pub(crate) fn datum(field: Field) -> BoxedStrategy<Datum> {
    match field {
        Field::Subject => text(&["acme", "globex", "初创"]),
        Field::Source => text(&["carrier A", ""]),
        Field::Id => (0_u32..500).prop_map(|it| Datum::Text(format!("m{it}").into())).boxed(),
        Field::Attribute(0) => text(&["delivered", "failed", "blocked"]),
        Field::Attribute(1) => text(&["carrier", "weather", "停机"]),
        Field::Attribute(2) => any::<bool>().prop_map(Datum::Truth).boxed(),
        Field::Attribute(3) => (1_i128..4).prop_map(|it| Datum::Number(Ratio::int(it))).boxed(),
        Field::Attribute(4) => number().prop_map(Datum::Money).boxed(),
        Field::Attribute(5) => number().prop_map(Datum::Duration).boxed(),
        Field::Attribute(6) => number().prop_map(Datum::Quantity).boxed(),
        Field::Attribute(7) => text(&["", "a", "a longer note", "备注"]),
        Field::Attribute(8) => {
            (0_i64..50).prop_map(|it| Datum::Instant(Instant::from_nanos(ORIGIN + it * HOUR))).boxed()
        }
        Field::Attribute(_) => {
            let first = Date::new(2026, 9, 29).unwrap();
            (0_i32..6).prop_map(move |it| Datum::Date(first.add_days(it).unwrap())).boxed()
        }
    }
}

fn share(datum: Option<Datum>) -> Option<Arc<str>> {
    match datum {
        Some(Datum::Text(text)) => Some(text),
        _ => None,
    }
}

fn record() -> impl Strategy<Value = Record> {
    let attributes: Vec<BoxedStrategy<Option<Datum>>> = fact()
        .attributes
        .iter()
        .enumerate()
        .map(|(at, it)| {
            let said = datum(Field::Attribute(at));
            if it.optional { prop::option::weighted(0.7, said).boxed() } else { said.prop_map(Some).boxed() }
        })
        .collect();
    let at =
        prop_oneof![(0_i64..48).prop_map(|it| it * HOUR), (0_i64..172_800).prop_map(|it| it * 1_000_000_000)];
    let seen = prop::option::of((0_i64..100).prop_map(|it| Instant::from_nanos(ORIGIN + it * HOUR)));
    let subject = prop::option::weighted(0.9, datum(Field::Subject));
    let source = prop::option::weighted(0.5, datum(Field::Source));
    (at, attributes, subject, source, seen).prop_map(|(at, attributes, subject, source, recorded_at)| {
        Record {
            fact: 0,
            id: None,
            subject: share(subject),
            from: Instant::from_nanos(ORIGIN + at),
            until: Instant::from_nanos(ORIGIN + at),
            attributes,
            source: share(source),
            recorded_at,
            supersedes: None,
            reason: None,
            place: RecordPlace::default(),
            withdrawn: false,
        }
    })
}

/// The records of up to three files, all with ids of their own.
pub(crate) fn records() -> impl Strategy<Value = Vec<Vec<Record>>> {
    let file = prop::collection::vec((record(), 1_usize..12), 0..25);
    prop::collection::vec(file, 1..4).prop_map(|files| {
        let mut next = 0;
        let mut named = |record: &Record| {
            next += 1;
            Record { id: Some(format!("m{next}").into()), ..record.clone() }
        };
        let each = files.into_iter().map(|file| {
            file.iter()
                .flat_map(|(record, times)| std::iter::repeat_n(record, *times))
                .map(&mut named)
                .collect()
        });
        each.collect()
    })
}

/// A file of these records, in row groups of a hundred.
pub(crate) fn write(folder: &Path, at: usize, records: &[Record]) -> LocalFile {
    let path = folder.join(format!("{at}.parquet"));
    let layout = Layout::of(&fact());
    let mut writer = FileWriter::create(&path, &layout).unwrap();
    for records in records.chunks(100) {
        let mut rows = Rows::new(layout.clone());
        records.iter().for_each(|it| rows.push(it).unwrap());
        writer.write_group(&rows).unwrap();
    }
    writer.finish().unwrap();
    LocalFile::open(&path).unwrap()
}
