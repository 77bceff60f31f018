//! Random contracts and evidence. Times lie on a coarse grid half of the time, so that edges are really met.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::model::{
    Area, Band, Case, Cause, Days, Duration, Fact, Ladder, Least, Measure, Mode, Money, Number, Office, Pays,
    Predicate, Promise, Quorum, Rank, Record, Rounding, Rows, Share, Test,
};
use crate::place::PLACES;

/// How far before and after the cycle evidence reaches; less than what the oracle looks at.
const REACH: i64 = 2 * 3_600;
/// The longest a record lasts that ends.
const LENGTH_MAX: i64 = 7_200;

/// A case whose levels come from `level`, with so many records of each kind at most.
pub(crate) fn case(level: impl Strategy<Value = Number>, records: usize) -> impl Strategy<Value = Case> {
    let place = (0..PLACES.len(), 0..2_usize, 0..20_i64, 1..24_i64, prop::bool::weighted(0.15));
    (place, vec(level, 1..3), any::<bool>(), of(quiet()), promise(), money()).prop_flat_map(
        move |((place, which, before, length, long), levels, per_vm, quiet, promise, money)| {
            let from = PLACES[place].change(which) - before * 600;
            let until = from + length * if long { 3_600 } else { 600 };
            let unit = if money.digits == 0 { 100 } else { 1 };
            let made = (office(), evidence((from, until), records, unit), of(until..until + REACH));
            made.prop_map(move |(office, records, as_of)| Case {
                place,
                cycle: (from, until),
                as_of,
                office,
                quiet: quiet.clone(),
                levels: levels.clone(),
                per_vm,
                promise: promise.clone(),
                money: money.clone(),
                records,
            })
        },
    )
}

/// Levels made of spans of time.
pub(crate) fn time_level() -> BoxedStrategy<Number> {
    let number = prop_oneof![
        4 => duration().prop_map(Number::Up),
        1 => duration().prop_map(Number::Literal),
        1 => (duration(), duration()).prop_map(|(a, b)| Number::Ratio(a, b)),
        1 => area().prop_map(Number::Runs),
        1 => spans().prop_map(Number::MeanStack),
        1 => Just(Number::MeanOfMachines),
    ];
    wrapped(number.boxed())
}

/// Levels made of events and requests.
pub(crate) fn count_level() -> BoxedStrategy<Number> {
    let number = prop_oneof![
        3 => (predicate(), events(Fact::Probe)).prop_map(|(it, of)| Number::Share(it, of)),
        3 => (ticket_predicate(), events(Fact::Ticket)).prop_map(|(it, of)| Number::Share(it, of)),
        2 => (events(Fact::Probe), events(Fact::Probe)).prop_map(|(a, b)| Number::Counts(a, b)),
        1 => (events(Fact::Ticket), events(Fact::Probe)).prop_map(|(a, b)| Number::Counts(a, b)),
        2 => (measure(), events(Fact::Ticket)).prop_map(|(it, of)| Number::Lengths(it, of)),
        2 => (measure(), 0..5_400_i64, events(Fact::Ticket)).prop_map(|(it, limit, of)| Number::Exceeds(it, limit, of)),
    ];
    wrapped(number.boxed())
}

fn measure() -> impl Strategy<Value = Measure> {
    let plain = select(vec![Measure::Sum, Measure::Mean, Measure::Least, Measure::Greatest]);
    prop_oneof![1 => plain, 1 => (1..=100_i64).prop_map(Measure::Percentile)]
}

/// Levels made of slices and streaks of probes.
pub(crate) fn slice_level() -> BoxedStrategy<Number> {
    let probed = prop_oneof![
        3 => (select(vec![60, 300, 420, 900, 3_600]), test()).prop_map(|(step, it)| Area::Slices(step, Box::new(it))),
        1 => (1..4_i64, predicate()).prop_map(|(least, it)| Area::Streak(least, it)),
        1 => predicate().prop_map(Area::Held),
        1 => (quorum(), spans()).prop_map(|(quorum, it)| Area::Machines(quorum, it)),
    ];
    let area = (probed, area(), 0..4_u8, least()).prop_map(|(probed, other, how, least)| match how {
        0 => probed,
        1 => Area::And(Box::new(probed), Box::new(other)),
        2 => Area::Lasting(Box::new(probed), least),
        _ => Area::Excluding(Box::new(probed)),
    });
    wrapped(area.prop_map(|it| Number::Up(Duration::Length(it))).boxed())
}

fn wrapped(number: BoxedStrategy<Number>) -> BoxedStrategy<Number> {
    let round = (select(Rounding::ALL.to_vec()), number.clone())
        .prop_map(|(how, it)| Number::Round(how, Box::new(it)));
    let or_else =
        (number.clone(), 0..1_001_i64).prop_map(|(it, otherwise)| Number::OrElse(Box::new(it), otherwise));
    let one_minus = number.clone().prop_map(|it| Number::OneMinus(Box::new(it)));
    prop_oneof![6 => number, 1 => round, 1 => or_else, 1 => one_minus].boxed()
}

fn duration() -> BoxedStrategy<Duration> {
    let leaf = prop_oneof![
        6 => area().prop_map(Duration::Length),
        2 => area().prop_map(|it| Duration::Length(Area::Excluding(Box::new(it)))),
        1 => Just(Duration::Cycle),
        1 => spans().prop_map(Duration::Sum),
        1 => spans().prop_map(Duration::Longest),
        1 => spans().prop_map(Duration::Stack),
        1 => (0..7_200_i64).prop_map(Duration::Constant),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        let round = (select(Rounding::ALL.to_vec()), inner, select(vec![30, 60, 300, 7]));
        prop_oneof![
            2 => round.prop_map(|(how, it, step)| Duration::Round(how, Box::new(it), step)),
            1 => pair.clone().prop_map(|(a, b)| Duration::Add(a, b)),
            1 => pair.clone().prop_map(|(a, b)| Duration::Subtract(a, b)),
            1 => pair.clone().prop_map(|(a, b)| Duration::Smaller(a, b)),
            1 => pair.prop_map(|(a, b)| Duration::Greater(a, b)),
        ]
    })
    .boxed()
}

fn area() -> BoxedStrategy<Area> {
    let leaf = prop_oneof![
        5 => spans().prop_map(Area::Rows),
        2 => Just(Area::Office),
        1 => (quorum(), spans()).prop_map(|(quorum, it)| Area::Machines(quorum, it)),
        1 => (spans(), 1..4_i64).prop_map(|(it, least)| Area::Stacked(it, least)),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            1 => pair.clone().prop_map(|(a, b)| Area::Or(a, b)),
            2 => pair.clone().prop_map(|(a, b)| Area::And(a, b)),
            2 => pair.prop_map(|(a, b)| Area::Minus(a, b)),
            1 => inner.clone().prop_map(|it| Area::Not(Box::new(it))),
            2 => (inner.clone(), least()).prop_map(|(it, least)| Area::Lasting(Box::new(it), least)),
            1 => inner.prop_map(|it| Area::Excluding(Box::new(it))),
        ]
    })
    .boxed()
}

/// Something that excludes; it must not ask for what is excluded itself.
fn quiet() -> impl Strategy<Value = Area> {
    let leaf = || prop_oneof![spans().prop_map(Area::Rows), Just(Area::Office)];
    prop_oneof![
        leaf().prop_map(|it| Area::Not(Box::new(it))),
        (leaf(), leaf()).prop_map(|(a, b)| Area::And(Box::new(a), Box::new(b))),
        (leaf(), least()).prop_map(|(it, least)| Area::Lasting(Box::new(it), least)),
        leaf(),
    ]
}

fn quorum() -> impl Strategy<Value = Quorum> {
    prop_oneof![Just(Quorum::Any), Just(Quorum::All), (1..4_i64).prop_map(Quorum::AtLeast)]
}

fn least() -> impl Strategy<Value = Least> {
    let seconds = prop_oneof![select(vec![60, 120, 600, 1_800, 3_600]), 1..5_400_i64];
    (seconds, any::<bool>()).prop_map(|(seconds, strict)| Least { seconds, strict })
}

fn spans() -> BoxedStrategy<Rows> {
    let plain =
        select(vec![Fact::Outage, Fact::Outage, Fact::Maintenance, Fact::Running]).prop_map(Rows::Fact);
    let outages = (of(predicate()), of(least()), of(subject()), prop::bool::weighted(0.1), rank());
    let outages = outages.prop_map(|(predicate, least, subject, distinct, rank)| {
        let mut rows = Rows::Fact(Fact::Outage);
        rows = predicate.into_iter().fold(rows, |rows, it| Rows::Where(Box::new(rows), it));
        rows = subject.into_iter().fold(rows, |rows, it| Rows::Of(Box::new(rows), it));
        rows = least.into_iter().fold(rows, |rows, it| Rows::Lasting(Box::new(rows), it));
        rows = rank.into_iter().fold(rows, |rows, it| Rows::Ranked(Box::new(rows), it));
        if distinct { Rows::DistinctBySubject(Box::new(rows)) } else { rows }
    });
    prop_oneof![1 => plain, 3 => outages].boxed()
}

fn rank() -> impl Strategy<Value = Option<Rank>> {
    let rank = (0..4_usize, any::<bool>(), any::<bool>());
    let rank = rank.prop_map(|(count, descending, others)| Rank { count, descending, others });
    prop::option::weighted(0.15, rank)
}

fn events(fact: Fact) -> BoxedStrategy<Rows> {
    let asked = if fact == Fact::Ticket { ticket_predicate() } else { predicate() };
    (of(asked), any::<bool>(), any::<bool>(), prop::bool::weighted(0.1))
        .prop_map(move |(predicate, excluding, first, distinct)| {
            let mut rows = Rows::Fact(fact);
            if excluding && first {
                rows = Rows::Excluding(Box::new(rows));
            }
            rows = predicate.into_iter().fold(rows, |rows, it| Rows::Where(Box::new(rows), it));
            if excluding && !first {
                rows = Rows::Excluding(Box::new(rows));
            }
            if distinct { Rows::DistinctBySubject(Box::new(rows)) } else { rows }
        })
        .boxed()
}

fn predicate() -> BoxedStrategy<Predicate> {
    joined(asked_of_all().boxed())
}

fn ticket_predicate() -> BoxedStrategy<Predicate> {
    let answered = prop_oneof![
        (0..5_400_i64).prop_map(Predicate::AnsweredWithin),
        (0..60_i64).prop_map(|it| Predicate::AnsweredInOffice(it * 60)),
    ];
    joined(prop_oneof![1 => asked_of_all(), 2 => answered].boxed())
}

fn asked_of_all() -> impl Strategy<Value = Predicate> {
    let cause = || select(Cause::ALL.to_vec());
    prop_oneof![
        2 => cause().prop_map(Predicate::CauseIs),
        1 => cause().prop_map(Predicate::CauseIsNot),
        1 => (cause(), cause()).prop_map(|(a, b)| Predicate::CauseIn(a, b)),
        1 => (0..6_i64).prop_map(Predicate::AtLeast),
        1 => (0..6_i64).prop_map(Predicate::AtLeastOrZero),
        2 => Just(Predicate::Flag),
        1 => (0..3_600_i64).prop_map(Predicate::LongerThan),
        1 => Just(Predicate::StartsInOffice),
    ]
}

fn joined(leaf: BoxedStrategy<Predicate>) -> BoxedStrategy<Predicate> {
    leaf.prop_recursive(2, 4, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            inner.prop_map(|it| Predicate::Not(Box::new(it))),
            pair.clone().prop_map(|(a, b)| Predicate::And(a, b)),
            pair.prop_map(|(a, b)| Predicate::Or(a, b)),
        ]
    })
    .boxed()
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        (area(), 0..400_i64).prop_map(|(it, least)| Test::Covered(it, least)),
        (events(Fact::Probe), 0..3_i64).prop_map(|(it, least)| Test::Events(it, least)),
        (predicate(), events(Fact::Probe), 0..1_001_i64).prop_map(|(it, of, most)| Test::Share(it, of, most)),
    ]
}

fn subject() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "b", "c"])
}

fn office() -> impl Strategy<Value = Office> {
    let quarter = || (0..96_i64, 1..96_i64).prop_map(|(from, length)| (from * 15, (from + length) % 96 * 15));
    let lunch = Just(vec![(540, 720), (810, 1_020)]);
    let night = Just(vec![(30, 90), (135, 210), (1_320, 120)]);
    let random = vec(quarter(), 1..4);
    let times = || prop_oneof![lunch.clone(), night.clone(), random.clone(), Just(vec![(0, 1_440)])];
    let days = || prop_oneof![Just(None), (0..7_u8, 0..7_u8).prop_map(Some)];
    let rule = select(vec![Days::Listed, Days::Listed, Days::Except, Days::Working]);
    let marks = prop::collection::btree_map(-1..3_i64, any::<bool>(), 0..3);
    (vec((days(), times()), 1..3), rule, marks).prop_map(|(groups, days, marks)| Office {
        groups,
        days,
        marks: marks.into_iter().collect(),
    })
}

fn promise() -> impl Strategy<Value = Promise> {
    (edge(), any::<bool>(), of(0..4_i64)).prop_map(|(target, strict, applies)| Promise {
        target,
        strict,
        applies,
    })
}

/// A place where bands meet: round percentages, most of them high.
fn edge() -> impl Strategy<Value = i64> {
    prop_oneof![3 => (180..201_i64).prop_map(|it| it * 5), 1 => 0..1_001_i64, 1 => Just(1_000)]
}

fn money() -> impl Strategy<Value = Money> {
    let currency = select(vec![("USD", 2), ("JPY", 0), ("KWD", 3), ("CNY", 2)]);
    let amount = || 1..3_000_i64;
    let rounding = || select(Rounding::ALL.to_vec());
    let step = of((rounding(), select(vec![5, 100, 250])));
    let limits = (of(0..1_500_i64), of(amount()), of(0..500_i64), step);
    (currency, rounding(), pays(), limits).prop_map(
        |((currency, digits), rounding, pays, (cap, least, unless_above, step))| Money {
            currency,
            digits,
            rounding,
            pays,
            cap,
            least,
            unless_above,
            step,
        },
    )
}

fn pays() -> impl Strategy<Value = Pays> {
    prop_oneof![
        4 => ladder().prop_map(Pays::Ladder),
        1 => (1..2_000_i64, area()).prop_map(|(rate, it)| Pays::PerHour(rate, it)),
        1 => (1..2_000_i64, events(Fact::Ticket)).prop_map(|(rate, it)| Pays::PerRow(rate, it)),
    ]
}

fn ladder() -> impl Strategy<Value = Ladder> {
    let mode = select(vec![Mode::Unique, Mode::Unique, Mode::First, Mode::Greatest]);
    let rows = prop_oneof![sound_rows().boxed(), vec((band(), share()), 2..5).boxed()];
    (mode, rows, of(share())).prop_map(|(mode, rows, otherwise)| Ladder { mode, rows, otherwise })
}

/// Bands that meet without gap and overlap.
fn sound_rows() -> impl Strategy<Value = Vec<(Band, Share)>> {
    (prop::collection::btree_set(edge(), 1..4), vec(share(), 4)).prop_map(|(edges, shares)| {
        let edges: Vec<i64> = edges.into_iter().collect();
        let mut bands = vec![Band::To(edges[0], false)];
        bands.extend(edges.windows(2).map(|it| Band::Between(it[0], true, it[1], false)));
        bands.push(Band::From(edges[edges.len() - 1], true));
        bands.into_iter().zip(shares).collect()
    })
}

fn band() -> impl Strategy<Value = Band> {
    let flag = any::<bool>;
    prop_oneof![
        (edge(), flag()).prop_map(|(it, included)| Band::From(it, included)),
        (edge(), flag()).prop_map(|(it, included)| Band::To(it, included)),
        (edge(), flag(), 1..200_i64, flag()).prop_map(|(low, low_in, width, high_in)| Band::Between(
            low,
            low_in,
            low + width,
            high_in
        )),
        edge().prop_map(Band::Exactly),
    ]
}

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        2 => select(vec![0, 50, 100, 250, 333, 1_000]).prop_map(Share::Flat),
        1 => (edge(), 1..1_001_i64, 0..1_001_i64).prop_map(|(from, per, times)| Share::Linear { from, per, times }),
    ]
}

fn evidence(cycle: (i64, i64), most: usize, unit: i64) -> impl Strategy<Value = Vec<Record>> {
    let (from, until) = cycle;
    let near = move || {
        let exact = from - REACH..until + REACH;
        let coarse = (0..(until - from) / 60 + 1).prop_map(move |it| from + it * 60);
        prop_oneof![1 => exact.boxed(), 1 => coarse.boxed(), 1 => select(vec![from, until]).boxed()]
    };
    let length = || prop_oneof![4 => (1..40_i64).prop_map(|it| it * 60), 3 => 1..LENGTH_MAX];
    let facts = select(vec![
        Fact::Outage,
        Fact::Outage,
        Fact::Maintenance,
        Fact::Running,
        Fact::Probe,
        Fact::Probe,
        Fact::Ticket,
        Fact::Fee,
    ]);
    let times = (near(), length(), 0..100_u8, of((0..3_600_i64).prop_map(move |it| from - it)));
    let said = (
        of(subject()),
        of(select(Cause::ALL.to_vec())),
        of(0..6_i64),
        any::<bool>(),
        1..40_000_i64,
        any::<u8>(),
    );
    let record = (facts, times, said).prop_map(move |(fact, (at, length, open, announced_at), said)| {
        let (subject, cause, n, flag, amount, written) = said;
        let is_event = matches!(fact, Fact::Probe | Fact::Fee);
        let open = open < if fact == Fact::Ticket { 30 } else { 6 };
        let until = (!is_event && !open).then_some((at + length).min(until + REACH).max(at + 1));
        Record {
            fact,
            from: at,
            until,
            subject,
            cause,
            n,
            flag,
            announced_at,
            amount: amount * unit,
            written,
        }
    });
    vec(record, 0..most).prop_map(one_probe_a_second)
}

/// Two probes of one second have no order of their own.
fn one_probe_a_second(records: Vec<Record>) -> Vec<Record> {
    let mut seen = std::collections::BTreeSet::new();
    records.into_iter().filter(|it| it.fact != Fact::Probe || seen.insert(it.from)).collect()
}
