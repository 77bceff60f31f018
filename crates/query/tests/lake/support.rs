//! Random facts, records and questions, and files of the lake written with the `parquet` crate's own writer.

use std::sync::Arc;

use calendar::Date;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use evidence::{
    Attribute, AttributeKind, Datum, FactKind, FactSchema, Field, Measure, Predicate, Question, Record,
};
use proptest::prelude::*;
use proptest::sample::select;
use quantity::{Ratio, Unit};
use sha2::{Digest, Sha256};
use timeline::{Instant, Interval, Timeline};

/// The first instant that records happen at.
pub(crate) const START: i64 = 1_790_000_000_000_000_000;
/// How long they go on, in nanoseconds.
pub(crate) const SPAN: i64 = 1_000;

pub(crate) fn fact() -> impl Strategy<Value = FactSchema> {
    let kinds = vec![
        AttributeKind::Number,
        AttributeKind::Money,
        AttributeKind::Duration,
        AttributeKind::Instant,
        AttributeKind::Date,
        AttributeKind::Text,
        AttributeKind::Truth,
        AttributeKind::OneOf(vec!["a".into(), "b".into(), "é".into()]),
        AttributeKind::Cause(vec!["a".into()]),
        AttributeKind::Unit(Unit::time()),
    ];
    proptest::collection::vec((select(kinds), any::<bool>()), 1..6).prop_map(|attributes| FactSchema {
        name: "message".into(),
        kind: FactKind::Event,
        attributes: attributes
            .into_iter()
            .enumerate()
            .map(|(at, (kind, optional))| Attribute { name: format!("Name {at}"), kind, optional })
            .collect(),
        ..blank()
    })
}

fn ratio() -> impl Strategy<Value = Ratio> {
    prop_oneof![
        (-3i128..4, select(vec![1i128, 2, 8, 1_000])).prop_map(|(num, den)| Ratio::new(num, den).unwrap()),
        (-999_999_999_999_999_999i128..=999_999_999_999_999_999).prop_map(Ratio::int),
        (-999_999_999_999_999_999i128..=999_999_999_999_999_999)
            .prop_map(|it| Ratio::new(it, 1_000_000_000).unwrap()),
    ]
}

/// What a bound may say: also what no file can hold.
fn any_ratio() -> impl Strategy<Value = Ratio> {
    prop_oneof![
        4 => ratio(),
        1 => (-5i128..6, 1i128..8).prop_map(|(num, den)| Ratio::new(num, den).unwrap()),
        1 => any::<i128>().prop_map(Ratio::int),
        1 => (any::<bool>()).prop_map(|up| {
            let far = Ratio::int(10i128.pow(27));
            let far = far.mul(&far).unwrap();
            if up { far } else { far.neg() }
        }),
    ]
}

fn text() -> impl Strategy<Value = Arc<str>> {
    select(vec!["", "a", "b", "é", "longer than twelve bytes", "longer than twelve bytez"])
        .prop_map(Arc::from)
}

pub(crate) fn datum(kind: &AttributeKind, ratio: BoxedStrategy<Ratio>) -> BoxedStrategy<Datum> {
    match kind {
        AttributeKind::Number => ratio.prop_map(Datum::Number).boxed(),
        AttributeKind::Money => ratio.prop_map(Datum::Money).boxed(),
        AttributeKind::Duration => ratio.prop_map(Datum::Duration).boxed(),
        AttributeKind::Unit(_) => ratio.prop_map(Datum::Quantity).boxed(),
        AttributeKind::Instant => {
            (-2i64..3).prop_map(|it| Datum::Instant(Instant::from_nanos(it * 7))).boxed()
        }
        AttributeKind::Date => (-2i32..3)
            .prop_map(|it| Datum::Date(Date::new(1970, 1, 1).unwrap().add_days(it * 400).unwrap()))
            .boxed(),
        AttributeKind::Truth => any::<bool>().prop_map(Datum::Truth).boxed(),
        AttributeKind::Text | AttributeKind::OneOf(_) | AttributeKind::Cause(_) => {
            text().prop_map(Datum::Text).boxed()
        }
    }
}

fn record(fact: &FactSchema) -> impl Strategy<Value = Record> + use<> {
    let attributes: Vec<_> = fact
        .attributes
        .iter()
        .map(|it| {
            let present = datum(&it.kind, ratio().boxed());
            if it.optional { proptest::option::of(present).boxed() } else { present.prop_map(Some).boxed() }
        })
        .collect();
    let said = (proptest::option::of(text()), proptest::option::of(text()));
    (0..SPAN, said, attributes).prop_map(|(at, (subject, source), attributes)| {
        let at = Instant::from_nanos(START + at);
        Record { subject, source, attributes, ..event(at) }
    })
}

/// Records with an id each.
pub(crate) fn records(fact: &FactSchema) -> impl Strategy<Value = Vec<Record>> + use<> {
    proptest::collection::vec(record(fact), 0..60).prop_map(|records| {
        let numbered = records.into_iter().enumerate();
        numbered.map(|(at, it)| Record { id: Some(format!("r{at}").into()), ..it }).collect()
    })
}

pub(crate) fn event(at: Instant) -> Record {
    Record {
        fact: 0,
        id: None,
        subject: None,
        from: at,
        until: at,
        attributes: Vec::new(),
        source: None,
        recorded_at: None,
        supersedes: None,
        reason: None,
        place: evidence::RecordPlace::default(),
        withdrawn: false,
    }
}

fn blank() -> FactSchema {
    FactSchema { name: String::new(), kind: FactKind::Event, attributes: Vec::new(), volume: true }
}

pub(crate) fn field(fact: &FactSchema) -> BoxedStrategy<Field> {
    let count = fact.attributes.len();
    prop_oneof![
        6 => (0..count).prop_map(Field::Attribute),
        1 => Just(Field::Subject),
        1 => Just(Field::Source),
        1 => Just(Field::Id),
    ]
    .boxed()
}

/// A field and what it may be compared with: mostly its own kind, now and then another.
fn compared(fact: &FactSchema) -> BoxedStrategy<(Field, Datum)> {
    let kinds: Vec<_> = fact.attributes.iter().map(|it| it.kind.clone()).collect();
    field(fact)
        .prop_flat_map(move |field| {
            let own = match field {
                Field::Attribute(at) => kinds[at].clone(),
                Field::Subject | Field::Source | Field::Id => AttributeKind::Text,
            };
            let other = select(kinds.clone()).prop_flat_map(|kind| datum(&kind, any_ratio().boxed()));
            (Just(field), prop_oneof![8 => datum(&own, any_ratio().boxed()), 1 => other])
        })
        .boxed()
}

fn interval() -> impl Strategy<Value = Interval> {
    (-10i64..SPAN + 10, 1i64..SPAN).prop_map(|(from, nanos)| {
        let at = |it: i64| Instant::from_nanos(START + it);
        Interval::new(at(from), at(from + nanos)).unwrap()
    })
}

fn window() -> impl Strategy<Value = Interval> {
    let whole = Interval::new(Instant::from_nanos(START), Instant::from_nanos(START + SPAN)).unwrap();
    let open = Interval::new(Instant::from_nanos(START), Instant::MAX).unwrap();
    prop_oneof![2 => Just(whole), 1 => Just(open), 1 => Just(Interval::ALL), 2 => interval()]
}

fn timeline() -> impl Strategy<Value = Timeline> {
    proptest::collection::vec(interval(), 0..5).prop_map(Timeline::from_intervals)
}

fn predicate(fact: &FactSchema) -> BoxedStrategy<Predicate> {
    let atom = prop_oneof![
        Just(Predicate::All),
        field(fact).prop_map(|it| Predicate::Equals(it, None)),
        compared(fact).prop_map(|(field, datum)| Predicate::Equals(field, Some(datum))),
        compared(fact).prop_map(|(field, datum)| Predicate::Less(field, datum)),
        compared(fact).prop_map(|(field, datum)| Predicate::LessOrEqual(field, datum)),
        compared(fact).prop_map(|(field, datum)| Predicate::Greater(field, datum)),
        compared(fact).prop_map(|(field, datum)| Predicate::GreaterOrEqual(field, datum)),
        proptest::collection::vec(compared(fact), 0..4).prop_map(|them| {
            let field = them.first().map_or(Field::Subject, |it| it.0);
            Predicate::OneOf(field, them.into_iter().map(|it| it.1).collect())
        }),
        timeline().prop_map(Predicate::Inside),
        timeline().prop_map(Predicate::OutsideOf),
    ];
    atom.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Predicate::Not(Box::new(it))),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Predicate::And),
            proptest::collection::vec(inner, 0..4).prop_map(Predicate::Or),
        ]
    })
    .boxed()
}

fn measure(fact: &FactSchema) -> BoxedStrategy<Measure> {
    let numbers: Vec<Field> = fact
        .attributes
        .iter()
        .enumerate()
        .filter(|(_, it)| {
            use AttributeKind::{Duration, Money, Number, Unit};
            matches!(it.kind, Number | Money | Duration | Unit(_))
        })
        .map(|(at, _)| Field::Attribute(at))
        .collect();
    let sums = if numbers.is_empty() {
        field(fact)
    } else {
        prop_oneof![9 => select(numbers), 1 => field(fact)].boxed()
    };
    prop_oneof![
        Just(Measure::Count),
        sums.prop_map(Measure::Sum),
        field(fact).prop_map(Measure::Min),
        field(fact).prop_map(Measure::Max),
        proptest::collection::vec(field(fact), 0..3).prop_map(Measure::CountDistinct),
        (field(fact), 0u32..=1000).prop_map(|(field, per_mille)| Measure::Percentile { field, per_mille }),
    ]
    .boxed()
}

pub(crate) fn question(fact: &FactSchema) -> impl Strategy<Value = Question> + use<> {
    let groups = proptest::collection::vec(field(fact), 0..3);
    let measures = proptest::collection::vec(measure(fact), 0..4);
    let slices = proptest::option::of(select(vec![1i64, 100, 333, i64::MAX]));
    (window(), slices, predicate(fact), groups, measures).prop_map(
        |(within, slice_nanos, filter, group_by, measures)| Question {
            filter,
            group_by,
            measures,
            slice_nanos: slice_nanos.filter(|_| within != Interval::ALL),
            ..Question::about(0, within)
        },
    )
}

/// What the manifest says of a file's bytes.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A file of the lake with these records, its numbers at the smallest scale that fits them all.
pub(crate) fn parquet(fact: &FactSchema, records: &[Record]) -> Vec<u8> {
    let texts = |of: fn(&Record) -> Option<&Arc<str>>| -> ArrayRef {
        Arc::new(records.iter().map(|it| of(it).map(AsRef::as_ref)).collect::<StringArray>())
    };
    let instants = |of: fn(&Record) -> Option<Instant>| -> ArrayRef {
        let nanos = records.iter().map(|it| of(it).map(Instant::nanos));
        Arc::new(nanos.collect::<TimestampNanosecondArray>().with_timezone("UTC"))
    };
    let mut columns = vec![
        ("at", instants(|it| Some(it.from)), false),
        ("recorded_at", instants(|it| it.recorded_at), true),
        ("subject", texts(|it| it.subject.as_ref()), true),
        ("source", texts(|it| it.source.as_ref()), true),
        ("id", texts(|it| it.id.as_ref()), false),
    ];
    for (at, attribute) in fact.attributes.iter().enumerate() {
        let values: Vec<Option<&Datum>> = records.iter().map(|it| it.attributes[at].as_ref()).collect();
        columns.push((&attribute.name, array(&attribute.kind, &values), attribute.optional));
    }
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(7)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn array(kind: &AttributeKind, values: &[Option<&Datum>]) -> ArrayRef {
    match kind {
        AttributeKind::Instant => {
            let nanos = values.iter().map(|it| match it {
                Some(Datum::Instant(it)) => Some(it.nanos()),
                _ => None,
            });
            Arc::new(nanos.collect::<TimestampNanosecondArray>().with_timezone("UTC"))
        }
        AttributeKind::Date => Arc::new(
            values
                .iter()
                .map(|it| match it {
                    Some(Datum::Date(it)) => Some(Date::new(1970, 1, 1).unwrap().days_until(*it)),
                    _ => None,
                })
                .collect::<Date32Array>(),
        ),
        AttributeKind::Truth => Arc::new(
            values
                .iter()
                .map(|it| match it {
                    Some(Datum::Truth(it)) => Some(*it),
                    _ => None,
                })
                .collect::<BooleanArray>(),
        ),
        AttributeKind::Text | AttributeKind::OneOf(_) | AttributeKind::Cause(_) => Arc::new(
            values
                .iter()
                .map(|it| match it {
                    Some(Datum::Text(it)) => Some(it.as_ref()),
                    _ => None,
                })
                .collect::<StringArray>(),
        ),
        _ => decimals(values),
    }
}

fn decimals(values: &[Option<&Datum>]) -> ArrayRef {
    let ratios: Vec<Option<&Ratio>> = values
        .iter()
        .map(|it| match it {
            Some(Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it)) => {
                Some(it)
            }
            _ => None,
        })
        .collect();
    let at_scale = |scale: u32| {
        let one = Ratio::int(10i128.pow(scale));
        let whole = ratios.iter().map(|it| it.map(|it| it.mul(&one).unwrap().to_integer()));
        whole.map(|it| it.map_or(Some(None), |it| it.map(Some))).collect::<Option<Vec<Option<i128>>>>()
    };
    let (scale, unscaled) = (0..=9).find_map(|scale| Some((scale, at_scale(scale)?))).unwrap();
    let array = unscaled.into_iter().collect::<Decimal128Array>();
    // Values that need both 18 whole digits and 9 others do not fit a file together: the tests split such files.
    Arc::new(array.with_precision_and_scale(18, i8::try_from(scale).unwrap()).unwrap())
}

/// Whether the numbers fit one file: 18 digits at one scale.
pub(crate) fn fit_one_file(records: &[&Record]) -> bool {
    let attributes = records.first().map_or(0, |it| it.attributes.len());
    (0..attributes).all(|at| {
        let ratios: Vec<&Ratio> = records
            .iter()
            .filter_map(|it| match &it.attributes[at] {
                Some(Datum::Number(it) | Datum::Money(it) | Datum::Duration(it) | Datum::Quantity(it)) => {
                    Some(it)
                }
                _ => None,
            })
            .collect();
        let whole = |scale: u32| {
            ratios
                .iter()
                .map(|it| it.mul(&Ratio::int(10i128.pow(scale))).unwrap().to_integer())
                .collect::<Option<Vec<_>>>()
        };
        (0..=9).find_map(whole).is_some_and(|them| them.iter().all(|it| it.abs() < 10i128.pow(18)))
    })
}

/// The records as runs that fit a file each, none longer than 20.
pub(crate) fn files(records: &[Record]) -> Vec<Vec<Record>> {
    let mut files: Vec<Vec<Record>> = Vec::new();
    for record in records {
        let fits = files.last().is_some_and(|last| {
            let together: Vec<&Record> = last.iter().chain([record]).collect();
            last.len() < 20 && fit_one_file(&together)
        });
        match files.last_mut().filter(|_| fits) {
            Some(last) => last.push(record.clone()),
            None => files.push(vec![record.clone()]),
        }
    }
    files
}
