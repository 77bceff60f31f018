//! The questions C1 to C6 as plans, for a file as the peers write it and for files of ours, and their answers as rows of
//! whole numbers.

use std::collections::BTreeMap;

use lake::kernel::{Answer, Filter, Measure, Measured, Part, Plan, Slice, Test, Time, Value};
use measured::Fault;

use crate::row::{DAY_US, HOUR_US, MONTH_US, number_of, text_of};

/// Which question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// How many were delivered.
    C1,
    /// Delivered and valid by account and kind.
    C2,
    /// C2 and the fee, outside two windows.
    C3,
    /// All and delivered by account and day.
    C4,
    /// The most frequent errors of one account.
    C5,
    /// Different messages of twenty accounts.
    C6,
}

/// How the columns of a file are called and what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Whole numbers, instants in microseconds.
    Peers,
    /// Words, instants in nanoseconds, decimals at six places.
    Ours,
}

/// The end of the windows is theirs too, so that a window is a microsecond longer than its hour.
const WINDOWS_US: [(i64, i64); 2] =
    [(MONTH_US, MONTH_US + HOUR_US + 1), (1_765_547_200_000_000, 1_765_550_800_000_001)];
const TOP: usize = 20;
/// The decimal places sums of ours are asked at.
const SCALE: u8 = 6;
/// A price counts ten-thousandths, a product of two columns of ours 10^-12.
const FEE_UNIT: i128 = 100_000_000;

impl Question {
    pub(crate) const ALL: [Question; 6] =
        [Question::C1, Question::C2, Question::C3, Question::C4, Question::C5, Question::C6];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Question::C1 => "C1",
            Question::C2 => "C2",
            Question::C3 => "C3",
            Question::C4 => "C4",
            Question::C5 => "C5",
            Question::C6 => "C6",
        }
    }

    pub(crate) fn plan(self, dialect: Dialect) -> Plan {
        let is = |column: &str, number: u16| dialect.is(column, &[number]);
        let ok = Measured { measure: Measure::Count, only: is("status", 0) };
        let valid =
            Measured { measure: Measure::Count, only: Filter::Not(Box::new(dialect.is("status", &[3, 4]))) };
        let by = |columns: &[&'static str]| columns.iter().map(|it| dialect.column(it).to_owned()).collect();
        let count = Measured::all(Measure::Count);
        let time = |slice| dialect.time(slice);
        match self {
            Question::C1 => Plan { filter: is("status", 0), measures: vec![count], ..Plan::default() },
            Question::C2 => {
                Plan { keys: by(&["account", "kind"]), measures: vec![ok, valid], ..Plan::default() }
            }
            Question::C3 => Plan {
                time: Some(time(None)),
                filter: Filter::Not(Box::new(Filter::During(dialect.windows()))),
                keys: by(&["account", "kind"]),
                measures: vec![ok, valid, Measured::all(dialect.fee())],
                scales: dialect.scales(),
                ..Plan::default()
            },
            Question::C4 => {
                let slice = Slice { origin: MONTH_US * dialect.ticks(), length: DAY_US * dialect.ticks() };
                let measures = vec![count, ok];
                Plan { time: Some(time(Some(slice))), keys: by(&["account"]), measures, ..Plan::default() }
            }
            Question::C5 => Plan {
                filter: Filter::And(vec![is("account", 199), Filter::Not(Box::new(is("status", 0)))]),
                keys: by(&["err"]),
                measures: vec![count],
                ..Plan::default()
            },
            Question::C6 => Plan {
                filter: dialect.is("account", &Vec::from_iter(0..20)),
                measures: vec![Measured::all(Measure::Distinct(by(&["id"])))],
                ..Plan::default()
            },
        }
    }

    /// The answer over files of a dialect as the peers say it, ascending.
    pub(crate) fn rows(self, dialect: Dialect, answer: &Answer) -> Result<Vec<Vec<i128>>, Fault> {
        let mut rows = Vec::with_capacity(answer.groups.len());
        for ((slice, keys), parts) in &answer.groups {
            let mut row = keys.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
            row.extend(slice.map(|it| i128::from(it) + i128::from(MONTH_US / DAY_US)));
            row.extend(parts.iter().map(part));
            if let (Question::C3, Dialect::Ours, Some(fee)) = (self, dialect, row.last_mut()) {
                *fee = in_ten_thousandths(*fee)?;
            }
            rows.push(row);
        }
        if rows.is_empty() && matches!(self, Question::C1 | Question::C6) {
            rows.push(vec![0]);
        }
        if self == Question::C5 {
            rows.sort_by_key(|row| (std::cmp::Reverse(row.get(1).copied()), row.first().copied()));
            rows.truncate(TOP);
        }
        rows.sort();
        Ok(rows)
    }
}

impl Dialect {
    fn column(self, name: &'static str) -> &'static str {
        match (self, name) {
            (Dialect::Peers, "account") => "account_id",
            (Dialect::Ours, "account") => "subject",
            (Dialect::Peers, "id") => "msg_id",
            (Dialect::Peers, "price") => "price_e4",
            _ => name,
        }
    }

    fn is(self, column: &str, numbers: &[u16]) -> Filter {
        let name = match column {
            "account" => self.column("account"),
            other => other,
        };
        let values = numbers.iter().map(|it| match self {
            Dialect::Peers => Value::Int(i128::from(*it)),
            Dialect::Ours => text_of(column, *it),
        });
        Filter::Column(name.to_owned(), Test::OneOf(values.collect()))
    }

    /// Of a microsecond.
    const fn ticks(self) -> i64 {
        match self {
            Dialect::Peers => 1,
            Dialect::Ours => 1_000,
        }
    }

    fn time(self, slice: Option<Slice>) -> Time {
        let column = if self == Dialect::Peers { "ts_us" } else { "at" };
        Time { column: column.to_owned(), from: MONTH_US * self.ticks(), until: i64::MAX, slice }
    }

    fn windows(self) -> Vec<(i64, i64)> {
        WINDOWS_US.iter().map(|(from, until)| (from * self.ticks(), until * self.ticks())).collect()
    }

    fn fee(self) -> Measure {
        Measure::SumOfProducts("parts".to_owned(), self.column("price").to_owned())
    }

    fn scales(self) -> BTreeMap<String, u8> {
        match self {
            Dialect::Peers => BTreeMap::new(),
            Dialect::Ours => ["parts", "price"].map(|it| (it.to_owned(), SCALE)).into(),
        }
    }
}

/// Rows as lines, as the peers hash them.
pub(crate) fn lines(rows: &[Vec<i128>]) -> Vec<String> {
    let line = |row: &Vec<i128>| row.iter().map(i128::to_string).collect::<Vec<_>>().join(",");
    rows.iter().map(line).collect()
}

fn in_ten_thousandths(fee: i128) -> Result<i128, Fault> {
    if fee % FEE_UNIT == 0 {
        return Ok(fee / FEE_UNIT);
    }
    Err(format!("a fee of {fee} is no whole number of ten-thousandths").into())
}

fn whole(value: &Option<Value>) -> Result<i128, Fault> {
    match value {
        Some(Value::Int(number)) => Ok(*number),
        Some(Value::Text(text)) => {
            number_of(text).ok_or_else(|| format!("{text:?} is no word of the workload").into())
        }
        None => Err("a key of the workload is absent".into()),
    }
}

fn part(part: &Part) -> i128 {
    match part {
        Part::Count(rows) => i128::from(*rows),
        Part::Sum { total, .. } => *total,
        Part::Values(values) => i128::try_from(values.len()).unwrap_or(i128::MAX),
        Part::Distinct { seen, .. } => i128::try_from(seen.len()).unwrap_or(i128::MAX),
    }
}
