//! The oracle's numbers: counted seconds and records, divided.

use crate::model::{Duration, Measure, Number, Rows};
use crate::number::Fraction;
use crate::seconds::Seconds;

/// A moment later than everything that is asked about, in Unix seconds.
const NEVER: i64 = 1_000_000_000_000;

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    NoData,
    NotCovered,
    /// A division by zero.
    NotComputable,
    NoRow,
    Ambiguous,
    /// An open request may still come out either way.
    Provisional,
}

impl Absent {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::NotCovered => "not_covered",
            Self::NotComputable => "not_computable",
            Self::NoRow => "no_row",
            Self::Ambiguous => "ambiguous",
            Self::Provisional => "provisional",
        }
    }

    /// Whether `or … when none` takes its place; of what is not computable the oracle knows only division by zero.
    fn is_replaceable(self) -> bool {
        matches!(self, Self::NoData | Self::NotComputable)
    }
}

/// From the least to the greatest that is possible.
pub(crate) type Range = (Fraction, Fraction);

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

    /// The number, where it is the same whenever open requests will be answered.
    pub(crate) fn number(&mut self, number: &Number) -> Value {
        exact(self.range(number)?)
    }

    /// The least and the greatest it may still come to.
    pub(crate) fn range(&mut self, number: &Number) -> Result<Range, Absent> {
        let known = match number {
            Number::Up(down) => self.up(down, 1),
            Number::Literal(down) => self.up(down, 2),
            Number::Ratio(a, b) => {
                let (a, b) = (self.duration(a)?, self.duration(b)?);
                a.over(&b).ok_or(Absent::NotComputable)
            }
            Number::Share(predicate, rows) => self.share(predicate, rows),
            Number::Counts(a, b) => {
                let (a, b) = (self.asked_rows(a, true)?.len(), self.asked_rows(b, true)?.len());
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
            Number::Lengths(measure, rows) => {
                let hours = |it: Fraction| it.over(&Fraction::whole(3600)).unwrap();
                let (least, most) = self.lengths_of_requests(*measure, rows)?;
                return Ok((hours(least), hours(most)));
            }
            Number::Exceeds(measure, limit, rows) => {
                let lengths = self.lengths_of_requests(*measure, rows)?;
                more(&lengths, &Fraction::whole(*limit)).map(|it| Fraction::whole(i64::from(it)))
            }
            Number::MeanOfMachines => {
                let machines = self.machine_names();
                let ups: Vec<Value> = machines.iter().map(|it| self.machine_up(it)).collect();
                mean(ups)
            }
            Number::Round(how, inner) => {
                // What comes right after a step may be rounded to it.
                let after = std::mem::replace(&mut self.after, Fraction::whole(0));
                let range = self.range(inner);
                self.after = after;
                let (least, most) = range?;
                let rounded = |it: Fraction| it.rounded(*how, &Fraction::new(1, 10_000));
                return Ok((rounded(least), rounded(most)));
            }
            Number::OrElse(inner, otherwise) => match self.number(inner) {
                Err(absent) if absent.is_replaceable() => Ok(Fraction::per_mille(*otherwise)),
                found => found,
            },
            Number::OneMinus(inner) => {
                let (least, most) = self.range(inner)?;
                return Ok((Fraction::whole(1).sub(&most), Fraction::whole(1).sub(&least)));
            }
        };
        known.map(|it| (it.clone(), it))
    }

    fn up(&mut self, down: &Duration, times: i64) -> Value {
        let cycle = self.cycle_length();
        let down = self.duration(down)?.times(&Fraction::whole(times));
        cycle.sub(&down).over(&cycle).ok_or(Absent::NotComputable)
    }

    /// What the lengths come to if every open request is answered right after the moment, and if it never is.
    fn lengths_of_requests(&mut self, measure: Measure, rows: &Rows) -> Result<(Fraction, Fraction), Absent> {
        let rows = self.asked_rows(rows, true)?;
        let ends = |end: &Fraction| {
            let lengths = rows.iter().map(|it| {
                let record = &self.case.records[*it];
                record.until.map_or_else(|| end.clone(), Fraction::whole).sub(&Fraction::whole(record.from))
            });
            measured(measure, lengths.collect())
        };
        let soon = Fraction::whole(self.moment()).add(&self.after);
        let never = Fraction::whole(NEVER);
        Ok((ends(&soon)?, ends(&never)?))
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

/// What is possible, if it is one thing only.
pub(crate) fn exact((least, most): Range) -> Value {
    if least == most { Ok(least) } else { Err(Absent::NoData) }
}

/// Whether all that is possible is more than a limit; provisional when some of it is.
pub(crate) fn more((least, most): &Range, limit: &Fraction) -> Result<bool, Absent> {
    if (least > limit) == (most > limit) { Ok(least > limit) } else { Err(Absent::Provisional) }
}

/// Whether all that is possible is at least a limit.
pub(crate) fn at_least((least, most): &Range, limit: &Fraction) -> Result<bool, Absent> {
    if (least >= limit) == (most >= limit) { Ok(least >= limit) } else { Err(Absent::Provisional) }
}

/// `percentile` is the smallest value that so many percent of all do not exceed.
fn measured(measure: Measure, mut lengths: Vec<Fraction>) -> Value {
    lengths.sort();
    let count = lengths.len();
    match measure {
        Measure::Sum => Ok(lengths.iter().fold(Fraction::whole(0), |sum, it| sum.add(it))),
        Measure::Mean => mean(lengths.into_iter().map(Ok).collect()),
        Measure::Least => lengths.into_iter().next().ok_or(Absent::NoData),
        Measure::Greatest => lengths.into_iter().next_back().ok_or(Absent::NoData),
        Measure::Percentile(rank) => {
            let enough = |it: &&Fraction| {
                let no_more = lengths.iter().filter(|other| other <= it).count();
                no_more * 100 >= usize::try_from(rank).unwrap() * count
            };
            lengths.iter().find(enough).cloned().ok_or(Absent::NoData)
        }
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
