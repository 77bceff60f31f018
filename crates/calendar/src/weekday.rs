//! Days of the week and sets of them.

use std::fmt;

/// A day of the week; the week starts on Monday (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the days")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

    /// Three lower-case letters: `mon`.
    pub fn name(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][usize::from(self.index())]
    }

    /// Reads a day by its three letters or its full English name, in any case.
    pub fn parse(word: &str) -> Option<Weekday> {
        let word = word.to_ascii_lowercase();
        let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let named = |day: &Weekday| word == day.name() || word == full[usize::from(day.index())];
        Weekday::ALL.into_iter().find(named)
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        self >= Weekday::Sat
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn index(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_civil(day: jiff::civil::Weekday) -> Weekday {
        match day {
            jiff::civil::Weekday::Monday => Weekday::Mon,
            jiff::civil::Weekday::Tuesday => Weekday::Tue,
            jiff::civil::Weekday::Wednesday => Weekday::Wed,
            jiff::civil::Weekday::Thursday => Weekday::Thu,
            jiff::civil::Weekday::Friday => Weekday::Fri,
            jiff::civil::Weekday::Saturday => Weekday::Sat,
            jiff::civil::Weekday::Sunday => Weekday::Sun,
        }
    }
}

/// A set of days of the week.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// No day.
    pub const EMPTY: WeekdaySet = WeekdaySet(0);
    /// All seven days.
    pub const EVERY_DAY: WeekdaySet = WeekdaySet(0b111_1111);
    /// Monday to Friday.
    pub const WEEKDAYS: WeekdaySet = WeekdaySet(0b001_1111);
    /// Saturday and Sunday.
    pub const WEEKEND: WeekdaySet = WeekdaySet(0b110_0000);

    /// The days from `first` through `last`, around the end of the week if need be (`Sat` through `Mon`).
    pub fn through(first: Weekday, last: Weekday) -> WeekdaySet {
        let length = (last.index() + 7 - first.index()) % 7;
        Weekday::ALL.into_iter().filter(|day| (day.index() + 7 - first.index()) % 7 <= length).collect()
    }

    /// This set and `day`.
    #[must_use]
    pub fn with(self, day: Weekday) -> WeekdaySet {
        WeekdaySet(self.0 | 1 << day.index())
    }

    /// The days in either set.
    #[must_use]
    pub fn union(self, other: WeekdaySet) -> WeekdaySet {
        WeekdaySet(self.0 | other.0)
    }

    /// Whether `day` is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day.index() != 0
    }

    /// Whether no day is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The days in the set, Monday first.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.into_iter().filter(move |day| self.contains(*day))
    }
}

impl FromIterator<Weekday> for WeekdaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> WeekdaySet {
        days.into_iter().fold(WeekdaySet::EMPTY, WeekdaySet::with)
    }
}

impl fmt::Debug for WeekdaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Weekday::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_days_may_run_around_the_end_of_the_week() {
        use Weekday::*;
        assert_eq!(WeekdaySet::through(Mon, Fri), WeekdaySet::WEEKDAYS);
        assert_eq!(WeekdaySet::through(Mon, Sun), WeekdaySet::EVERY_DAY);
        assert_eq!(WeekdaySet::through(Sat, Mon), [Sat, Sun, Mon].into_iter().collect());
        assert_eq!(WeekdaySet::through(Wed, Wed), [Wed].into_iter().collect());
        assert_eq!(WeekdaySet::WEEKDAYS.union(WeekdaySet::WEEKEND), WeekdaySet::EVERY_DAY);
    }

    #[test]
    fn days_are_read_by_short_and_full_name() {
        for day in Weekday::ALL {
            assert_eq!(Weekday::parse(day.name()), Some(day));
        }
        assert_eq!(Weekday::parse("Thursday"), Some(Weekday::Thu));
        assert_eq!(Weekday::parse("thur"), None);
    }
}
