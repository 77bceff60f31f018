//! What the public status pages show: agreements the provider chose to publish, and the pages of customers that were
//! switched on.
//!
//! A component of the provider's page is an agreement. Its state comes from the agreement's shared stream of evidence and
//! from nothing else: no record of a subscription, no record that names a tenant, no name or number of customers. A
//! component of a customer's page is a subscription of that customer.

mod kept;
mod look;
mod settings;
mod spans;

use calendar::Zone;
use timeline::{Instant, Interval, Timeline};

use crate::text::Text;
use crate::time::Moment;

pub use kept::Kept;
pub use look::{of_page, of_provider};
pub use settings::{
    CustomerPage, Published, close_page, components, open_page, pages, publish, records_outages, unpublish,
};

/// A status page as it stands.
#[derive(Debug, Clone)]
pub struct Board {
    /// The customer whose page it is; `None` for the provider's.
    pub customer: Option<String>,
    /// Its components, in the order of their names.
    pub components: Vec<Component>,
    /// The moment all of this is about.
    pub now: Instant,
}

/// Something that is up or down.
#[derive(Debug, Clone)]
pub struct Component {
    /// A name for addresses, from which nothing can be guessed.
    pub id: String,
    /// The public name.
    pub name: Text,
    /// The zone whose days are shown.
    pub zone: Zone,
    /// Nothing is known of what was before.
    pub since: Instant,
    /// Outages, the earliest first; they do not overlap.
    pub outages: Vec<Outage>,
    /// Windows of maintenance, the earliest first.
    pub windows: Vec<Planned>,
}

/// A stretch of time for which an outage is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// A name that stays while the record's does.
    pub id: String,
    /// From when until when; until the end of time while it lasts.
    pub span: Interval,
    /// Whether all of the component was concerned, as far as the record says.
    pub whole: bool,
    /// What caused it, where the record says so.
    pub causes: Vec<Cause>,
    /// When the latest record of it was made.
    pub recorded_at: Option<Instant>,
}

/// A cause in the contract's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// What it means, in both languages where the contract has both.
    pub text: String,
    /// The clause that names it.
    pub clause: String,
    /// What it caused does not count.
    pub excluded: bool,
}

/// A window of maintenance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// A name that stays.
    pub id: String,
    /// What is done; empty where nobody said.
    pub title: String,
    /// From when until when.
    pub span: Interval,
    /// When it was announced.
    pub announced_at: Option<Instant>,
}

/// How a component is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// No outage is on record.
    Up,
    /// Maintenance is going on.
    Maintained,
    /// A part of it is down.
    PartDown,
    /// It is down.
    Down,
}

/// What a day was like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day, from its first instant in the component's zone to its last; today's ends now.
    pub span: Interval,
    /// Nothing is known of it.
    pub unknown: bool,
    /// Nanoseconds of outage.
    pub down_nanos: i128,
    /// Nanoseconds of maintenance.
    pub maintained_nanos: i128,
}

impl Outage {
    /// Whether it lasts.
    pub fn is_open(&self, now: Instant) -> bool {
        self.span.until() > now
    }
}

impl Component {
    /// How it is at `now`.
    pub fn state(&self, now: Instant) -> State {
        match self.outages.iter().find(|it| it.span.contains(now)) {
            Some(it) if it.whole => State::Down,
            Some(_) => State::PartDown,
            None if self.windows.iter().any(|it| it.span.contains(now)) => State::Maintained,
            None => State::Up,
        }
    }

    /// The last days, the oldest first; the last one is today.
    pub fn days(&self, now: Instant, count: i32) -> Vec<Day> {
        let today = self.zone.date(now);
        let down = Timeline::from_intervals(self.outages.iter().map(|it| it.span));
        let maintained = Timeline::from_intervals(self.windows.iter().map(|it| it.span));
        let day = |back: i32| {
            let date = today.add_days(-back)?;
            let (from, next) = (self.zone.start_of_day(date)?, self.zone.start_of_day(date.next_day()?)?);
            let span = Interval::new(from, next.min(now))?;
            Some(Day {
                span,
                unknown: span.until() <= self.since,
                down_nanos: down.clip_nanos(span),
                maintained_nanos: maintained.clip_nanos(span),
            })
        };
        (0..count).rev().filter_map(day).collect()
    }
}

impl Board {
    /// The worst that any component is in.
    pub fn state(&self) -> Option<State> {
        self.components.iter().map(|it| it.state(self.now)).max()
    }

    /// When something on it changed last, as far as the records say.
    pub fn updated_at(&self) -> Moment {
        let changes = self.components.iter().flat_map(|it| {
            let outages = it.outages.iter().filter_map(|it| it.recorded_at);
            outages.chain(it.windows.iter().filter_map(|it| it.announced_at))
        });
        changes.filter(|it| *it <= self.now).max().unwrap_or(self.now).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn at(hour: i64) -> Instant {
        Instant::from_nanos(hour * HOUR)
    }

    fn component(outages: &[(i64, i64)], windows: &[(i64, i64)]) -> Component {
        let span = |it: &(i64, i64)| Interval::new(at(it.0), at(it.1)).unwrap();
        let outage = |it| Outage {
            id: String::new(),
            span: span(it),
            whole: true,
            causes: Vec::new(),
            recorded_at: None,
        };
        let planned =
            |it| Planned { id: String::new(), title: String::new(), span: span(it), announced_at: None };
        Component {
            id: String::new(),
            name: Text::new("", ""),
            zone: Zone::utc(),
            since: at(24),
            outages: outages.iter().map(outage).collect(),
            windows: windows.iter().map(planned).collect(),
        }
    }

    #[test]
    fn a_day_before_anything_is_known_is_unknown_and_not_good() {
        let days = component(&[(30, 31)], &[]).days(at(60), 3);
        let found: Vec<(bool, i128)> = days.iter().map(|it| (it.unknown, it.down_nanos)).collect();
        assert_eq!(found, [(true, 0), (false, i128::from(HOUR)), (false, 0)]);
    }

    #[test]
    fn an_outage_outweighs_maintenance() {
        let it = component(&[(50, 52)], &[(49, 55)]);
        let states: Vec<State> = [48, 49, 50, 52, 55].iter().map(|hour| it.state(at(*hour))).collect();
        assert_eq!(states, [State::Up, State::Maintained, State::Down, State::Maintained, State::Up]);
    }

    #[test]
    fn today_ends_now() {
        let days = component(&[], &[]).days(at(60), 1);
        assert_eq!(days[0].span, Interval::new(at(48), at(60)).unwrap());
    }
}
