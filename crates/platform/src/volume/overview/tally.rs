//! Counts of records, added up exactly.

use std::collections::BTreeMap;

use calendar::{Date, Zone};
use quantity::Ratio;
use timeline::Instant;

use super::view::{Day, Hour, Outcome, Tally};

const HOUR_NANOS: i64 = 3_600_000_000_000;

/// What is counted of a group of records. What no question was asked about is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) submitted: u64,
    pub(super) counted: Option<u64>,
    pub(super) succeeded: Option<u64>,
    pub(super) outcomes: BTreeMap<Option<String>, u64>,
}

impl Counts {
    /// The same with those of another group.
    pub(super) fn add(&mut self, other: &Counts) {
        self.submitted = self.submitted.saturating_add(other.submitted);
        more(&mut self.counted, other.counted);
        more(&mut self.succeeded, other.succeeded);
        for (word, records) in &other.outcomes {
            let known = self.outcomes.entry(word.clone()).or_default();
            *known = known.saturating_add(*records);
        }
    }

    pub(super) fn failed(&self) -> Option<u64> {
        Some(self.counted?.saturating_sub(self.succeeded?))
    }

    pub(super) fn view(&self) -> Tally {
        let success = self.succeeded.zip(self.counted).and_then(|(part, all)| share(part, all));
        let outcome =
            |(word, records): (&Option<String>, &u64)| Outcome { word: word.clone(), records: *records };
        Tally {
            submitted: self.submitted,
            counted: self.counted,
            succeeded: self.succeeded,
            failed: self.failed(),
            success,
            outcomes: self.outcomes.iter().map(outcome).collect(),
        }
    }
}

fn more(known: &mut Option<u64>, other: Option<u64>) {
    if let Some(other) = other {
        *known = Some(known.unwrap_or_default().saturating_add(other));
    }
}

/// `num/den`, in lowest terms; `None` of nothing.
pub(super) fn share(part: u64, all: u64) -> Option<String> {
    Ratio::new(i128::from(part), i128::from(all)).ok().map(|it| it.fraction())
}

/// By date. An hour belongs to the day in which it begins.
pub(super) fn days(slices: &[(Instant, Counts)], zone: &Zone) -> Vec<Day> {
    let mut days: BTreeMap<Date, Counts> = BTreeMap::new();
    for (from, counts) in slices {
        days.entry(zone.date(*from)).or_default().add(counts);
    }
    days.into_iter().map(|(date, counts)| Day { date: date.to_string(), tally: counts.view() }).collect()
}

/// By hour of the day: that in which the hour begins.
pub(super) fn hours(slices: &[(Instant, Counts)], zone: &Zone) -> Vec<Hour> {
    let mut hours: BTreeMap<u8, Counts> = BTreeMap::new();
    for (from, counts) in slices {
        let hour = u8::try_from(zone.time(*from).nanos() / HOUR_NANOS).unwrap_or_default();
        hours.entry(hour).or_default().add(counts);
    }
    hours.into_iter().map(|(hour, counts)| Hour { hour, tally: counts.view() }).collect()
}
