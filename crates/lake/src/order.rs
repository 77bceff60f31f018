//! The order rows lie in: six-hour bucket, subject, the words in the order of the layout, time, id, then all the rest.
//!
//! It is total, so the rows alone decide where each lies. The first 128 bits of it are packed into an integer, so that most
//! comparisons are one instruction.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use crate::gather::Pick;
use crate::place::BUCKET_NANOS;
use crate::rows::{ABSENT_TRUTH, Rows, Values, Words};

/// Bits of a key.
const KEY_BITS: u32 = u128::BITS;
/// Bits of a time within its bucket: 2^45 nanoseconds are more than nine hours.
const TIME_BITS: u32 = 45;

/// Orders rows over one set of dictionaries, which must not have grown since.
#[derive(Debug, Default)]
pub(crate) struct Order {
    subject: Ranks,
    /// The columns rows are ordered by, with the ranks of their words; empty for truths.
    keys: Vec<(usize, Ranks)>,
    first_bucket: i64,
    bucket_bits: u32,
}

#[derive(Debug, Default)]
struct Ranks {
    ranks: Vec<u32>,
    bits: u32,
}

impl Order {
    /// The order over the dictionaries of `rows`, for rows of those buckets.
    pub(crate) fn new(rows: &Rows, buckets: RangeInclusive<i64>) -> Order {
        let ranks = |column: usize| match rows.columns.get(column) {
            Some(Values::Words(words)) => Ranks::of(words),
            _ => Ranks { ranks: Vec::new(), bits: 2 },
        };
        let span = buckets.end().abs_diff(*buckets.start());
        Order {
            subject: Ranks::of(&rows.subject),
            keys: rows.layout.keys().into_iter().map(|it| (it, ranks(it))).collect(),
            first_bucket: *buckets.start(),
            bucket_bits: u64::BITS - span.leading_zeros(),
        }
    }

    /// The keys of all rows: where they differ, so do the rows, in the same sense.
    pub(crate) fn keys(&self, rows: &Rows) -> Vec<u128> {
        let bucket = |at: &i64| u128::from(bucket_of(*at).abs_diff(self.first_bucket));
        let mut keys: Vec<u128> = rows.at.iter().map(bucket).collect();
        let mut room = Room(KEY_BITS.saturating_sub(self.bucket_bits));
        self.subject.pack(&rows.subject.codes, &mut room, &mut keys);
        for (column, ranks) in &self.keys {
            match rows.columns.get(*column) {
                Some(Values::Words(words)) => ranks.pack(&words.codes, &mut room, &mut keys),
                Some(Values::Truths(truths)) => {
                    let rank = |it: &u8| u128::from(truth_rank(*it));
                    room.pack(ranks.bits, truths.iter().map(rank), &mut keys);
                }
                _ => {}
            }
        }
        let time = |it: &i64| u128::from(it.rem_euclid(BUCKET_NANOS).unsigned_abs());
        room.pack(TIME_BITS, rows.at.iter().map(time), &mut keys);
        keys
    }

    /// Compares a row of one batch with a row of another.
    pub(crate) fn compare(&self, left: (&Rows, usize), right: (&Rows, usize)) -> Ordering {
        self.compare_keys(left, right).then_with(|| {
            let canonical = |(rows, row): (&Rows, usize)| {
                let mut bytes = Vec::new();
                rows.push_canonical(row, &mut bytes);
                bytes
            };
            canonical(left).cmp(&canonical(right))
        })
    }

    fn compare_keys(&self, left: (&Rows, usize), right: (&Rows, usize)) -> Ordering {
        let at = |(rows, row): (&Rows, usize)| rows.at.get(row).copied().unwrap_or_default();
        let subject = |(rows, row): (&Rows, usize)| self.subject.rank(rows.subject.codes.get(row));
        let mut order =
            bucket_of(at(left)).cmp(&bucket_of(at(right))).then_with(|| subject(left).cmp(&subject(right)));
        for (column, ranks) in &self.keys {
            let rank = |(rows, row): (&Rows, usize)| match rows.columns.get(*column) {
                Some(Values::Words(words)) => ranks.rank(words.codes.get(row)),
                Some(Values::Truths(truths)) => truth_rank(truths.get(row).copied().unwrap_or(ABSENT_TRUTH)),
                _ => 0,
            };
            order = order.then_with(|| rank(left).cmp(&rank(right)));
        }
        order
            .then_with(|| at(left).cmp(&at(right)))
            .then_with(|| left.0.id.get(left.1).cmp(&right.0.id.get(right.1)))
    }
}

impl Ranks {
    fn of(words: &Words) -> Ranks {
        let ranks = words.dictionary.ranks();
        Ranks { bits: usize::BITS - ranks.len().leading_zeros(), ranks }
    }

    /// Zero for what is absent.
    fn rank(&self, code: Option<&u32>) -> u32 {
        code.and_then(|it| self.ranks.get(*it as usize)).copied().unwrap_or_default()
    }

    fn pack(&self, codes: &[u32], room: &mut Room, keys: &mut [u128]) {
        room.pack(self.bits, codes.iter().map(|it| u128::from(self.rank(Some(it)))), keys);
    }
}

/// Bits left in the keys.
struct Room(u32);

impl Room {
    /// Appends values of `bits` bits, or as many of their high bits as there is room for.
    fn pack(&mut self, bits: u32, values: impl Iterator<Item = u128>, keys: &mut [u128]) {
        let taken = bits.min(self.0);
        self.0 -= taken;
        if taken == 0 {
            return;
        }
        for (key, value) in keys.iter_mut().zip(values) {
            *key = (*key << taken) | (value >> (bits - taken));
        }
    }
}

/// The bucket an instant lies in.
pub(crate) fn bucket_of(at: i64) -> i64 {
    at.div_euclid(BUCKET_NANOS)
}

fn truth_rank(truth: u8) -> u32 {
    if truth == ABSENT_TRUTH { 0 } else { u32::from(truth) + 1 }
}

/// The rows of one batch in order.
pub(crate) fn sorted(rows: &Rows) -> Vec<Pick> {
    let buckets = || rows.at.iter().map(|it| bucket_of(*it));
    let span = buckets().min().unwrap_or_default()..=buckets().max().unwrap_or_default();
    let order = Order::new(rows, span);
    let mut keyed: Vec<(u128, u32)> = order.keys(rows).into_iter().zip(0..).collect();
    keyed.sort_unstable_by(|left, right| {
        left.0.cmp(&right.0).then_with(|| order.compare((rows, left.1 as usize), (rows, right.1 as usize)))
    });
    keyed.into_iter().map(|(_, row)| Pick { batch: 0, row }).collect()
}
