//! Several sources of ordered rows as one, exact copies left out.

mod room;

use std::cmp::Ordering;

use crate::error::LakeError;
use crate::gather::Pick;
use crate::layout::Layout;
use crate::order::{Order, bucket_of};
use crate::place::{BUCKET_NANOS, DAY_NANOS, Day};
use crate::rows::Rows;
use crate::settle::Limits;
use room::Room;

/// Rows of one partition, in order and some at a time.
pub(crate) trait Source: Send {
    /// The next rows, at least one; `None` behind the last.
    fn next(&mut self) -> Result<Option<Rows>, LakeError>;
}

/// Rows of one partition that can be gone through as often as need be.
pub(crate) trait Input: Sync {
    /// From the first row.
    fn open(&self) -> Result<Box<dyn Source + '_>, LakeError>;

    /// How many rows.
    fn rows(&self) -> u64;
}

/// A set of rows by their position in a merge.
#[derive(Debug, Default)]
pub(crate) struct Positions {
    words: Vec<u64>,
}

impl Positions {
    pub(crate) fn insert(&mut self, position: u64) {
        let word = usize::try_from(position / 64).unwrap_or_default();
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << (position % 64);
        }
    }

    fn contains(&self, position: u64) -> bool {
        let word = usize::try_from(position / 64).ok().and_then(|it| self.words.get(it));
        word.is_some_and(|it| it >> (position % 64) & 1 == 1)
    }
}

/// Which rows of a merge are handed on.
#[derive(Clone, Copy)]
pub(crate) enum Keep<'p> {
    All,
    /// All but these.
    But(&'p Positions),
    /// These.
    Only(&'p Positions),
}

impl Keep<'_> {
    fn keeps(self, position: u64) -> bool {
        match self {
            Keep::All => true,
            Keep::But(these) => !these.contains(position),
            Keep::Only(these) => these.contains(position),
        }
    }
}

/// A merge under way.
pub(crate) struct Merge<'a> {
    heads: Vec<Head<'a>>,
    /// Heads that have a row, by their next row, the least first.
    queue: Vec<usize>,
    /// The rows of the group being filled, and the dictionaries of all.
    out: Rows,
    /// How many words the order knows.
    known_words: usize,
    order: Order,
    buckets: std::ops::RangeInclusive<i64>,
    picks: Vec<Pick>,
    previous: Previous,
    /// Exact copies left out so far.
    copies: u64,
    /// Rows that were no exact copies so far, left out or not.
    passed: u64,
    limits: Limits,
    room: Room,
}

struct Head<'a> {
    source: Box<dyn Source + 'a>,
    rows: Rows,
    keys: Vec<u128>,
    next: usize,
}

/// The row before the next one.
enum Previous {
    None,
    /// Still in its batch: head, row and key.
    Held(usize, usize, u128),
    /// Its canonical bytes.
    Bytes(Vec<u8>),
}

impl<'a> Merge<'a> {
    pub(crate) fn open(
        layout: &Layout,
        day: Day,
        inputs: &[&'a dyn Input],
        limits: Limits,
    ) -> Result<Merge<'a>, LakeError> {
        let first = bucket_of(i64::from(day.0).saturating_mul(DAY_NANOS));
        let mut merge = Merge {
            heads: Vec::new(),
            queue: Vec::new(),
            out: Rows::new(layout.clone()),
            known_words: 0,
            order: Order::default(),
            buckets: first..=first + DAY_NANOS / BUCKET_NANOS - 1,
            picks: Vec::new(),
            previous: Previous::None,
            copies: 0,
            passed: 0,
            limits,
            room: Room::new(limits.group_bytes),
        };
        merge.order = Order::new(&merge.out, merge.buckets.clone());
        for input in inputs {
            let empty = Rows::new(layout.clone());
            merge.heads.push(Head { source: input.open()?, rows: empty, keys: Vec::new(), next: 0 });
            let head = merge.heads.len() - 1;
            if merge.load(head)? {
                merge.enqueue(head);
            }
        }
        Ok(merge)
    }

    /// The rows of the next row group, of those that are kept; `None` behind the last. `positions` is given the position
    /// of each.
    pub(crate) fn next_group(
        &mut self,
        keep: Keep<'_>,
        positions: &mut Vec<u64>,
    ) -> Result<Option<&Rows>, LakeError> {
        self.out.clear();
        positions.clear();
        self.room.begin();
        let mut bucket = None;
        while let Some(first) = self.queue.first().copied() {
            let Some((row, key, at)) = self.heads.get(first).and_then(Head::peek) else { break };
            if self.repeats(first, row, key) {
                self.copies += 1;
            } else {
                let ends = bucket.is_some_and(|it| it != bucket_of(at))
                    && positions.len() >= self.limits.group_rows_min;
                let is_kept = keep.keeps(self.passed);
                if ends
                    || positions.len() >= self.limits.group_rows
                    || (is_kept && !self.has_room(first, row))
                {
                    break;
                }
                self.previous = Previous::Held(first, row, key);
                if is_kept {
                    bucket = Some(bucket_of(at));
                    positions.push(self.passed);
                    self.picks.push(Pick { batch: low(first), row: low(row) });
                }
                self.passed += 1;
            }
            self.advance(first)?;
        }
        self.gather()?;
        Ok(if self.out.is_empty() { None } else { Some(&self.out) })
    }

    /// Exact copies left out so far.
    pub(crate) fn copies(&self) -> u64 {
        self.copies
    }

    /// Takes a row into what the group holds, if it fits.
    fn has_room(&mut self, head: usize, row: usize) -> bool {
        self.heads.get(head).is_none_or(|it| self.room.take(&it.rows, row))
    }

    fn repeats(&self, head: usize, row: usize, key: u128) -> bool {
        let bytes = |head: usize, row: usize| {
            let mut bytes = Vec::new();
            if let Some(head) = self.heads.get(head) {
                head.rows.push_canonical(row, &mut bytes);
            }
            bytes
        };
        match &self.previous {
            Previous::None => false,
            Previous::Held(_, _, before) if *before != key => false,
            Previous::Held(before, before_row, _) => {
                self.compare((*before, *before_row), (head, row)).is_eq()
            }
            Previous::Bytes(before) => *before == bytes(head, row),
        }
    }

    fn compare(&self, left: (usize, usize), right: (usize, usize)) -> Ordering {
        let row = |(head, row): (usize, usize)| self.heads.get(head).map(|it| (&it.rows, row));
        match (row(left), row(right)) {
            (Some(left), Some(right)) => self.order.compare(left, right),
            (left, right) => left.is_some().cmp(&right.is_some()),
        }
    }

    /// Compares the next rows of two heads.
    fn compare_heads(&self, left: usize, right: usize) -> Ordering {
        let key = |head: usize| self.heads.get(head).and_then(|it| it.keys.get(it.next));
        let row = |head: usize| (head, self.heads.get(head).map_or(0, |it| it.next));
        key(left).cmp(&key(right)).then_with(|| self.compare(row(left), row(right)))
    }

    /// Goes on by one row in the head that is first in the queue.
    fn advance(&mut self, first: usize) -> Result<(), LakeError> {
        let Some(head) = self.heads.get_mut(first) else { return Ok(()) };
        head.next += 1;
        if head.next < head.rows.len() {
            if let Some(second) = self.queue.get(1).copied()
                && self.compare_heads(first, second).is_gt()
            {
                self.queue.remove(0);
                self.enqueue(first);
            }
            return Ok(());
        }
        self.gather()?;
        self.queue.remove(0);
        if self.load(first)? {
            self.enqueue(first);
        }
        Ok(())
    }

    fn enqueue(&mut self, head: usize) {
        let at = self.queue.partition_point(|it| self.compare_heads(*it, head).is_lt());
        self.queue.insert(at, head);
    }

    /// Takes the next rows of a source; says whether there are any.
    fn load(&mut self, head: usize) -> Result<bool, LakeError> {
        self.hold_no_row();
        let Some(loading) = self.heads.get_mut(head) else { return Ok(false) };
        let Some(mut rows) = loading.source.next()? else { return Ok(false) };
        if rows.layout != self.out.layout {
            rows = rows.laid_out(&self.out.layout)?;
        }
        self.heads.iter_mut().for_each(|it| it.rows.release());
        self.out.adopt(&mut rows);
        if let Some(loading) = self.heads.get_mut(head) {
            (loading.rows, loading.next) = (rows, 0);
        }
        self.heads.iter_mut().for_each(|it| it.rows.share(&self.out));
        self.room.learn(&self.out);
        self.rank(head);
        Ok(true)
    }

    /// Gives the keys of a head, or those of all when there are new words.
    fn rank(&mut self, head: usize) {
        let words = self.out.words();
        if words == self.known_words {
            if let Some(head) = self.heads.get_mut(head) {
                head.keys = self.order.keys(&head.rows);
            }
            return;
        }
        self.known_words = words;
        self.order = Order::new(&self.out, self.buckets.clone());
        for head in &mut self.heads {
            head.keys = self.order.keys(&head.rows);
        }
    }

    /// Moves what was picked into the group.
    fn gather(&mut self) -> Result<(), LakeError> {
        self.hold_no_row();
        let batches: Vec<&Rows> = self.heads.iter().map(|it| &it.rows).collect();
        self.out.gather(&batches, &self.picks)?;
        self.picks.clear();
        Ok(())
    }

    /// Keeps the previous row as bytes, before its batch goes.
    fn hold_no_row(&mut self) {
        if let Previous::Held(head, row, _) = self.previous {
            let mut bytes = Vec::new();
            if let Some(head) = self.heads.get(head) {
                head.rows.push_canonical(row, &mut bytes);
            }
            self.previous = Previous::Bytes(bytes);
        }
    }
}

impl Head<'_> {
    /// The next row, its key and its time.
    fn peek(&self) -> Option<(usize, u128, i64)> {
        Some((self.next, *self.keys.get(self.next)?, *self.rows.at.get(self.next)?))
    }
}

/// Batches are shorter than 2^32 rows, and there are fewer of them.
fn low(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
