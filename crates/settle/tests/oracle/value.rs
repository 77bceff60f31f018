//! The oracle's numbers: counted seconds and records, divided.

use crate::model::{Duration, Number, Rows};
use crate::number::Fraction;
use crate::seconds::Seconds;

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    NoData,
    NotCovered,
    /// A division by zero.
    NotComputable,
    NoRow,
    Ambiguous,
}

impl Absent {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::NotCovered => "not_covered",
            Self::NotComputable => "not_computable",
            Self::NoRow => "no_row",
            Self::Ambiguous => "ambiguous",
        }
    }

    /// Whether `or … when none` takes its place; of what is not computable the oracle knows only division by zero.
    fn is_replaceable(self) -> bool {
        matches!(self, Self::NoData | Self::NotComputable)
    }
}

pub(crate) type Value = Result<Fraction, Absent>;

impl Seconds<'_> {
    pub(crate) fn duration(&mut self, duration: &Duration) -> Value {
        Ok(match duration {
            Duration::Length(area) => {
                let area = self.area(area);
                Fraction::whole(self.seconds_in(&area))
            }
            Duration::Cycle => self.cycle_length(),
            Duration::Sum(rows) => Fraction::whole(self.lengths(rows).iter().sum()),
            Duration::Longest(rows) => Fraction::whole(self.lengths(rows).into_iter().max().unwrap_or(0)),
            Duration::Stack(rows) => {
                let depth = self.depth(rows);
                Fraction::whole(depth[self.window.clone()].iter().sum())
            }
            Duration::Constant(seconds) => Fraction::whole(*seconds),
            Duration::Round(how, inner, step) => self.duration(inner)?.rounded(*how, &Fraction::whole(*step)),
            Duration::Add(a, b) => self.duration(a)?.add(&self.duration(b)?),
            Duration::Subtract(a, b) => self.duration(a)?.sub(&self.duration(b)?),
            Duration::Smaller(a, b) => self.duration(a)?.min(self.duration(b)?),
            Duration::Greater(a, b) => self.duration(a)?.max(self.duration(b)?),
        })
    }

    fn cycle_length(&self) -> Fraction {
        Fraction::whole(self.case.cycle.1 - self.case.cycle.0)
    }

    /// The part of each span inside the window.
    fn lengths(&mut self, rows: &Rows) -> Vec<i64> {
        let rows = self.rows(rows, true);
        let covered = |row: &usize| {
            let record = &self.case.records[*row];
            let (from, until) = self.case.cycle;
            record.until.unwrap_or(until).min(until) - record.from.max(from)
        };
        rows.iter().map(covered).collect()
    }

    pub(crate) fn number(&mut self, number: &Number) -> Value {
        match number {
            Number::Up(down) => self.up(down, 1),
            Number::Literal(down) => self.up(down, 2),
            Number::Ratio(a, b) => {
                let (a, b) = (self.duration(a)?, self.duration(b)?);
                a.over(&b).ok_or(Absent::NotComputable)
            }
            Number::Share(predicate, rows) => self.share(predicate, rows),
            Number::Counts(a, b) => {
                let (a, b) = (self.rows(a, true).len(), self.rows(b, true).len());
                let whole = |it: usize| Fraction::whole(i64::try_from(it).unwrap());
                whole(a).over(&whole(b)).ok_or(Absent::NotComputable)
            }
            Number::Runs(area) => {
                let area = self.area(area);
                Ok(Fraction::whole(runs(&area[self.window.clone()])))
            }
            Number::MeanStack(rows) => {
                let depth = self.depth(rows);
                let sum = Fraction::whole(depth[self.window.clone()].iter().sum());
                sum.over(&self.cycle_length()).ok_or(Absent::NotComputable)
            }
            Number::Percentile(rank, rows) => self.percentile(*rank, rows),
            Number::MeanOfMachines => {
                let machines = self.machine_names();
                let ups: Vec<Value> = machines.iter().map(|it| self.machine_up(it)).collect();
                mean(ups)
            }
            Number::Round(how, inner) => Ok(self.number(inner)?.rounded(*how, &Fraction::new(1, 10_000))),
            Number::OrElse(inner, otherwise) => match self.number(inner) {
                Err(absent) if absent.is_replaceable() => Ok(Fraction::per_mille(*otherwise)),
                found => found,
            },
            Number::OneMinus(inner) => Ok(Fraction::whole(1).sub(&self.number(inner)?)),
        }
    }

    fn up(&mut self, down: &Duration, times: i64) -> Value {
        let cycle = self.cycle_length();
        let down = self.duration(down)?.times(&Fraction::whole(times));
        cycle.sub(&down).over(&cycle).ok_or(Absent::NotComputable)
    }

    /// `percentile(RANK, full_length of ROWS)`: the smallest value that RANK percent of all do not exceed.
    fn percentile(&mut self, rank: i64, rows: &Rows) -> Value {
        let rows = self.rows(rows, true);
        let lengths: Option<Vec<i64>> = rows.iter().map(|it| self.full_length(*it)).collect();
        let mut lengths = lengths.ok_or(Absent::NoData)?;
        lengths.sort_unstable();
        let count = i64::try_from(lengths.len()).unwrap();
        let enough = |it: &&i64| {
            i64::try_from(lengths.iter().filter(|other| other <= it).count()).unwrap() * 100 >= rank * count
        };
        let found = lengths.iter().find(enough).ok_or(Absent::NoData)?;
        Fraction::whole(*found).over(&Fraction::whole(3600)).ok_or(Absent::NotComputable)
    }

    /// `1 - length((outage of vm) - excluded) / length(running of vm)`
    pub(crate) fn machine_up(&mut self, machine: &'static str) -> Value {
        use crate::model::{Area, Fact};
        let of = |fact| Area::Rows(Rows::Of(Box::new(Rows::Fact(fact)), machine));
        let down = self.area(&Area::Excluding(Box::new(of(Fact::Outage))));
        let running = self.area(&of(Fact::Running));
        let part = Fraction::whole(self.seconds_in(&down)).over(&Fraction::whole(self.seconds_in(&running)));
        Ok(Fraction::whole(1).sub(&part.ok_or(Absent::NotComputable)?))
    }

    /// Whether any record at all falls in the cycle.
    pub(crate) fn has_evidence(&mut self) -> bool {
        use crate::model::Fact::{Fee, Maintenance, Outage, Probe, Running, Ticket};
        [Outage, Maintenance, Running, Probe, Ticket, Fee]
            .into_iter()
            .any(|it| !self.rows(&Rows::Fact(it), true).is_empty())
    }
}

fn mean(values: Vec<Value>) -> Value {
    let count = i64::try_from(values.len()).unwrap();
    let mut sum = Fraction::whole(0);
    for value in values {
        sum = sum.add(&value?);
    }
    sum.over(&Fraction::whole(count)).ok_or(Absent::NoData)
}

fn runs(area: &[bool]) -> i64 {
    let begins = |it: &usize| area[*it] && (*it == 0 || !area[*it - 1]);
    i64::try_from((0..area.len()).filter(begins).count()).unwrap()
}
