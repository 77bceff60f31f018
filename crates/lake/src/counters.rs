//! Counters of one file: how many rows, and what their numbers sum to, by hour, subject and words. Kept in its footer.

mod counting;
mod text;

pub(crate) use counting::Counting;
pub use text::CountersError;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
