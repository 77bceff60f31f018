//! Records made at random, within a schema, small enough to collide.

use std::sync::Arc;

use calendar::Date;
use evidence::{Datum, Record, RecordPlace};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use quantity::Ratio;
use timeline::Instant;

/// Half an hour, so that times coincide often.
const STEP_NANOS: i64 = 1_800_000_000_000;

pub(crate) fn at(step: i64) -> Instant {
    Instant::from_nanos(step * STEP_NANOS)
}

fn name(prefix: &'static str, kinds: u32) -> impl Strategy<Value = Option<Arc<str>>> {
    option::of((0..kinds).prop_map(move |it| Arc::from(format!("{prefix}{it}"))))
}

fn text() -> impl Strategy<Value = Datum> {
    prop_oneof!["[a-c]{0,2}", "\\PC{1,3}", "[\"\\\\\n,\u{0}-\u{3}]{1,3}"]
        .prop_map(|it| Datum::Text(it.into()))
}

/// Mostly numbers so small that they coincide.
fn decimal() -> impl Strategy<Value = Ratio> {
    let fine = (-500_i128..500).prop_map(|num| Ratio::new(num, 1000).unwrap());
    prop_oneof![3 => (-2_i128..3).prop_map(Ratio::int), 1 => fine]
}

/// Attributes of the three facts of the fixture.
fn attributes(fact: usize) -> BoxedStrategy<Vec<Option<Datum>>> {
    let some = |it: BoxedStrategy<Datum>| it.prop_map(Some).boxed();
    let perhaps = |it: BoxedStrategy<Datum>| option::of(it).boxed();
    let cause = prop_oneof![Just("dns"), Just("network"), Just("third_party")];
    let date = (1..=28_u8).prop_map(|day| Datum::Date(Date::new(2026, 10, day).unwrap()));
    let columns = match fact {
        0 => vec![
            some(cause.prop_map(|it| Datum::Text(it.into())).boxed()),
            perhaps(decimal().prop_map(Datum::Number).boxed()),
            perhaps((0..9_i64).prop_map(|it| Datum::Instant(at(it))).boxed()),
            perhaps(text().boxed()),
            perhaps(any::<bool>().prop_map(Datum::Truth).boxed()),
        ],
        1 => vec![
            some(decimal().prop_map(Datum::Money).boxed()),
            perhaps(date.boxed()),
            perhaps(decimal().prop_map(Datum::Quantity).boxed()),
            perhaps(decimal().prop_map(Datum::Quantity).boxed()),
        ],
        _ => vec![some(text().boxed()), perhaps(decimal().prop_map(Datum::Duration).boxed())],
    };
    columns.boxed()
}

/// One record of the fixture's schema, without id.
pub(crate) fn record() -> impl Strategy<Value = Record> {
    (0..3_usize).prop_flat_map(|fact| {
        let times = (0..48_i64, option::of(1..9_i64));
        let names = (name("vm", 3), name("probe", 2), name("why", 2), option::of(0..20_i64));
        (times, names, attributes(fact)).prop_map(move |((from, length), names, attributes)| {
            let (subject, source, reason, recorded_at) = names;
            let until = match fact {
                1 => at(from),
                _ => length.map_or(Instant::MAX, |length| at(from + length)),
            };
            Record {
                fact,
                id: None,
                subject,
                from: at(from),
                until,
                attributes,
                source,
                recorded_at: recorded_at.map(at),
                supersedes: None,
                reason,
                place: RecordPlace::default(),
                withdrawn: false,
            }
        })
    })
}

/// Records, some with ids, some of which revise or withdraw earlier ones.
pub(crate) fn records() -> impl Strategy<Value = Vec<Record>> {
    vec((record(), option::weighted(0.7, option::weighted(0.4, any::<prop::sample::Index>()))), 0..40)
        .prop_map(|rows| {
            let mut records: Vec<Record> = Vec::new();
            for (number, (mut record, identity)) in rows.into_iter().enumerate() {
                if let Some(revises) = identity {
                    let ids: Vec<Arc<str>> = records.iter().filter_map(|it| it.id.clone()).collect();
                    record.supersedes = revises.filter(|_| !ids.is_empty()).map(|it| it.get(&ids).clone());
                    record.withdrawn = record.supersedes.is_some() && number % 3 == 0;
                    record.id = Some(format!("r{number}").into());
                }
                records.push(record);
            }
            records
        })
}
