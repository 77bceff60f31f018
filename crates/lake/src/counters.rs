//! Counters of one file: how many rows, and what their numbers sum to, by hour, subject and words. Kept in its footer.

use crate::layout::Layout;

mod counting;
mod part;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use counting::Counting;
pub(crate) use part::{By, Gathering, Part, Wanted};
pub(crate) use table::{Table, Words};
pub use text::CountersError;
pub(crate) use text::PackedCounters;

/// Most groups of a file; with more, it has no counters and questions scan it.
pub const GROUPS_MAX: usize = 200_000;
/// Most different words of a column that is counted by.
pub const COUNTED_WORDS_MAX: usize = 256;

/// What a dimension of the counters says.
pub type CounterWord = Option<String>;

/// The counters of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// The subjects that occur, ascending; absent first.
    pub subjects: Vec<CounterWord>,
    /// The attributes counted by, in the order of the layout.
    pub keys: Vec<CounterKey>,
    /// The number attributes, in the order of the layout.
    pub sums: Vec<CounterSum>,
    /// Ascending by hour, subject, then keys.
    pub groups: Vec<CounterGroup>,
}

/// An attribute counted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterKey {
    /// Its position in the layout.
    pub column: usize,
    /// What it says, ascending; absent first. A truth says `false` or `true`.
    pub words: Vec<CounterWord>,
}

/// A number attribute summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterSum {
    /// Its position in the layout.
    pub column: usize,
    /// Digits after the point of the sums.
    pub scale: u8,
}

/// The rows of one hour that say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterGroup {
    /// Hours since 1970-01-01T00:00Z.
    pub hour: i64,
    /// Position in [`Counters::subjects`].
    pub subject: u32,
    /// For each of [`Counters::keys`], the position in its words.
    pub keys: Vec<u32>,
    /// How many rows.
    pub n: u64,
    /// For each of [`Counters::sums`], the exact sum and how many rows have a number there.
    pub sums: Vec<(i128, u64)>,
}

impl Counters {
    /// Says in terms of another layout what was counted in terms of one. What the other has not, or has as another kind, gets a
    /// position that nobody asks for.
    pub(crate) fn rename(&mut self, written: &Layout, layout: &Layout) {
        let position = |column: usize| {
            let known = written.columns.get(column).and_then(|it| Some((it.kind, layout.column(&it.name)?)));
            known.filter(|(kind, (_, it))| it.kind == *kind).map_or(usize::MAX, |(_, (at, _))| at)
        };
        self.keys.iter_mut().for_each(|it| it.column = position(it.column));
        self.sums.iter_mut().for_each(|it| it.column = position(it.column));
    }

    /// What they say of what is wanted; `None` when they do not tell all of it.
    pub(crate) fn part(&self, wanted: &Wanted) -> Option<Result<Part, CountersError>> {
        let mut gathering = Gathering::of(self, wanted)?;
        self.groups.iter().for_each(|it| gathering.add(it));
        Some(gathering.finish())
    }
}

impl PackedCounters {
    /// What they say of what is wanted; `None` when they do not tell all of it.
    pub(crate) fn part(&self, wanted: &Wanted) -> Option<Result<Part, CountersError>> {
        let mut gathering = Gathering::of(&self.head, wanted)?;
        let gone_through = self.each_group(|it| gathering.add(it));
        Some(gone_through.and_then(|()| gathering.finish()))
    }
}
