//! The month of one account as a statement asks for it: by kind and status, from counters.

use evidence::{Datum, Facts, Field, Group, Measure, Predicate, Question};
use measured::Fault;
use measured::clock::{Times, timed};
use quantity::Ratio;
use timeline::{Instant, Interval};

use crate::own::{NOW, Own, month};
use crate::row::{ACCOUNTS, HOUR_US, MONTH_US, number_of};

/// Positions of the attributes in the schema.
const KIND: Field = Field::Attribute(0);
const STATUS: Field = Field::Attribute(1);
const PARTS: Field = Field::Attribute(4);

/// What the asks took, in nanoseconds.
pub(crate) struct Asked {
    pub(crate) times: Times,
    /// Whether every statement was what the rows say.
    pub(crate) is_equal: bool,
}

/// Asks for the month of every account in turn, `rounds` times, after once to warm up; each is compared with the rows.
pub(crate) fn ask(own: &Own, rounds: usize, question: fn(u16) -> Question) -> Result<Asked, Fault> {
    let facts = own.facts(month())?;
    let mut asked = Asked { times: Times::default(), is_equal: true };
    for round in 0..=rounds {
        for account in 0..ACCOUNTS {
            let question = question(account);
            let (answer, nanos) = timed(|| facts.aggregate(&question));
            let answer = answer?;
            if round == 0 {
                asked.is_equal &= answer == counted_again(own, &question)?;
            } else {
                asked.times.push(nanos);
            }
        }
    }
    Ok(asked)
}

/// The statement of an account without the month's first hour.
pub(crate) fn whole_hours(account: u16) -> Question {
    let from = Instant::from_nanos((MONTH_US + HOUR_US) * 1_000);
    of_account(account, Interval::new(from, NOW).unwrap_or(Interval::ALL))
}

/// The same, from a second later on, so that an hour is cut.
pub(crate) fn cut_hour(account: u16) -> Question {
    let from = Instant::from_nanos((MONTH_US + HOUR_US + 1_000_000) * 1_000);
    of_account(account, Interval::new(from, NOW).unwrap_or(Interval::ALL))
}

/// The statements of all accounts at once, over all time.
pub(crate) fn every_account() -> Question {
    Question {
        group_by: vec![Field::Subject, KIND, STATUS],
        measures: vec![Measure::Count, Measure::Sum(PARTS)],
        ..Question::about(0, Interval::ALL)
    }
}

/// A statement as the peers say it: kind, status, rows, parts.
pub(crate) fn rows(groups: &[Group]) -> Result<Vec<Vec<i128>>, Fault> {
    let row = |group: &Group| group.keys.iter().chain(&group.values).map(number).collect::<Result<_, _>>();
    let mut rows = groups.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows.sort();
    Ok(rows)
}

fn of_account(account: u16, within: Interval) -> Question {
    let subject = Datum::Text(account.to_string().into());
    Question {
        filter: Predicate::Equals(Field::Subject, Some(subject)),
        group_by: vec![KIND, STATUS],
        measures: vec![Measure::Count, Measure::Sum(PARTS)],
        ..Question::about(0, within)
    }
}

/// The answer from every row, without counters.
pub(crate) fn counted_again(own: &Own, question: &Question) -> Result<Vec<Group>, Fault> {
    let sources = own.sources()?;
    let sources: Vec<&dyn lake::kernel::ReadAt> = sources.iter().map(|it| it as _).collect();
    let schema = crate::row::schema();
    let fact = schema.facts.first().ok_or("the schema has no fact")?;
    Ok(lake::answer(&sources, question, fact)?)
}

fn number(datum: &Option<Datum>) -> Result<i128, Fault> {
    let wrong = || Fault::from(format!("{datum:?} is no number of the workload"));
    match datum {
        Some(Datum::Text(text)) => number_of(text).ok_or_else(wrong),
        Some(Datum::Number(number)) => whole(number).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn whole(number: &Ratio) -> Option<i128> {
    number.fraction().strip_suffix("/1")?.parse().ok()
}
