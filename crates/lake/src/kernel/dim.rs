//! One dimension of a row group: a column as codes, in runs where the file has runs.

use std::rc::Rc;

use super::BLOCK;
use super::bits::Lane;
use super::chunk::Cursor;
use super::error::Problem;
use super::hybrid::Ahead;
use super::time::{self, Stretches};
use super::value::Dictionary;

/// A dimension is selective when at most one code in so many counts.
const SELECTIVE: usize = 8;

/// A column whose every row has a code below `size`.
pub(super) struct Dim {
    rows: Rows,
    pub(super) size: usize,
    /// For each code, whether no row with it can pass the plan's filter.
    pub(super) rejected: Vec<bool>,
    /// The one code that is not rejected, see [`Dim::settle`].
    wanted: Option<u32>,
    /// Codes that are told apart, when fewer than there are; and one code of each.
    classes: Option<(Vec<u16>, Vec<usize>)>,
    lane: Buffer,
    /// The codes of the current block: all this one, or those in `lane`.
    constant: Option<u32>,
}

enum Rows {
    Coded(Box<Cursor>),
    Interned { codes: Vec<u32>, at: usize },
    Absent,
    Time(Box<TimeRows>),
}

struct TimeRows {
    cursor: Cursor,
    stretches: Stretches,
    left: usize,
    codes: Vec<u32>,
    /// Where the next code lies in `codes`.
    at: usize,
    /// All of `codes`, when it is one.
    constant: Option<u32>,
    scratch: Vec<i64>,
}

enum Buffer {
    Bytes(Box<[u8; BLOCK]>),
    Pairs(Box<[u16; BLOCK]>),
    Wide(Box<[u32; BLOCK]>),
}

impl Dim {
    fn new(rows: Rows, size: usize) -> Dim {
        let lane = match size {
            // What is too wide for a lane becomes its greatest, which is to be no code.
            0..=0xFF => Buffer::Bytes(Box::new([0; BLOCK])),
            0x100..=0xFFFF => Buffer::Pairs(Box::new([0; BLOCK])),
            _ => Buffer::Wide(Box::new([0; BLOCK])),
        };
        Dim { rows, size, rejected: vec![false; size], wanted: None, classes: None, lane, constant: None }
    }

    /// A column by its dictionary, or by one made for it.
    pub(super) fn of(
        mut cursor: Cursor,
        rows: u64,
        optional: bool,
    ) -> Result<(Dim, Rc<Dictionary>), Problem> {
        if cursor.is_coded() {
            let dictionary = cursor.dictionary()?;
            let size = dictionary.len() + usize::from(optional);
            return Ok((Dim::new(Rows::Coded(Box::new(cursor)), size), dictionary));
        }
        let (codes, dictionary) = cursor.intern(rows)?;
        let size = dictionary.len() + usize::from(optional);
        Ok((Dim::interned(codes, size), Rc::new(dictionary)))
    }

    /// A column by codes made for it, all below `size`.
    pub(super) fn interned(codes: Vec<u32>, size: usize) -> Dim {
        Dim::new(Rows::Interned { codes, at: 0 }, size)
    }

    /// A column that is absent in every row.
    pub(super) fn absent() -> Dim {
        Dim::new(Rows::Absent, 1)
    }

    /// Time by its stretches and, past the last, what has no time.
    pub(super) fn of_time(cursor: Cursor, stretches: Stretches, rows: usize) -> Dim {
        let size = stretches.len() + 1;
        let rows = TimeRows {
            cursor,
            stretches,
            left: rows,
            codes: Vec::new(),
            at: 0,
            constant: None,
            scratch: Vec::new(),
        };
        Dim::new(Rows::Time(Box::new(rows)), size)
    }

    /// From now on only tells classes of codes apart; `class` has one below 65536 for each code.
    pub(super) fn classify(&mut self, class: Vec<u16>, representatives: Vec<usize>) {
        self.rejected =
            representatives.iter().map(|it| self.rejected.get(*it).copied().unwrap_or_default()).collect();
        self.size = representatives.len();
        self.classes = Some((class, representatives));
    }

    /// A code of the column that stands for a code of the dimension.
    pub(super) fn original(&self, code: usize) -> usize {
        match &self.classes {
            Some((_, representatives)) => representatives.get(code).copied().unwrap_or(0),
            None => code,
        }
    }

    pub(super) fn is_rejected(&self, code: u32) -> bool {
        self.rejected.get(code as usize).copied().unwrap_or_default()
    }

    /// What lies ahead, in codes of the dimension.
    #[inline]
    pub(super) fn ahead(&mut self) -> Result<Ahead, Problem> {
        let found = match &mut self.rows {
            Rows::Coded(cursor) => cursor.ahead()?,
            Rows::Interned { codes, at } => Ahead::Packed(codes.len().saturating_sub(*at)),
            Rows::Absent => Ahead::Run(0, usize::MAX),
            Rows::Time(time) => time.ahead()?,
        };
        Ok(match (found, &self.classes) {
            (Ahead::Run(code, count), Some((class, _))) => {
                Ahead::Run(class.get(code as usize).copied().map_or(0, u32::from), count)
            }
            (found, _) => found,
        })
    }

    /// Passes over rows.
    pub(super) fn skip(&mut self, rows: usize) -> Result<(), Problem> {
        match &mut self.rows {
            Rows::Coded(cursor) => cursor.skip(rows),
            Rows::Interned { at, .. } => {
                *at = at.saturating_add(rows);
                Ok(())
            }
            Rows::Absent => Ok(()),
            Rows::Time(time) => time.skip(rows),
        }
    }

    /// How many codes are not rejected.
    pub(super) fn live_codes(&self) -> usize {
        self.rejected.iter().filter(|it| !**it).count()
    }

    /// Whether so few codes are not rejected that it is looked at before all others.
    pub(super) fn is_selective(&self) -> bool {
        self.live_codes() * SELECTIVE <= self.size
    }

    /// Notes whether one code only counts, when no more will be rejected.
    pub(super) fn settle(&mut self) {
        let mut wanted = self.rejected.iter().enumerate().filter(|(_, rejected)| !**rejected);
        let one = wanted.next().filter(|_| self.classes.is_none() && wanted.next().is_none());
        self.wanted = one.and_then(|(code, _)| u32::try_from(code).ok());
    }

    /// The one code that counts, how often it is among some of the next rows, and how many rows that are; `None` when
    /// several count or that takes unpacking.
    pub(super) fn count(&mut self, rows: usize) -> Result<Option<(u32, u64, usize)>, Problem> {
        let (Some(code), Rows::Coded(cursor)) = (self.wanted, &mut self.rows) else { return Ok(None) };
        Ok(cursor.count(rows, code)?.map(|(found, rows)| (code, found, rows)))
    }

    /// Takes the next `rows` ≤ [`BLOCK`]; those not rejected are put into `live`.
    pub(super) fn take_live(&mut self, rows: usize, live: &mut Vec<u16>) -> Result<(), Problem> {
        live.clear();
        if let (Some(code), Rows::Coded(cursor)) = (self.wanted, &mut self.rows)
            && cursor.find(rows, code, live)?
        {
            self.constant = Some(code);
            return Ok(());
        }
        live.clear();
        self.take(rows)?;
        self.live(rows, live);
        Ok(())
    }

    /// Takes the next `rows` ≤ [`BLOCK`] into the lane.
    #[inline]
    pub(super) fn take(&mut self, rows: usize) -> Result<(), Problem> {
        self.constant = None;
        if let Ahead::Run(code, count) = self.ahead()?
            && count >= rows
        {
            self.constant = Some(code);
            return self.skip(rows);
        }
        match &mut self.lane {
            Buffer::Bytes(lane) => self.rows.fill(lane.get_mut(..rows).unwrap_or_default())?,
            Buffer::Pairs(lane) => self.rows.fill(lane.get_mut(..rows).unwrap_or_default())?,
            Buffer::Wide(lane) => self.rows.fill(lane.get_mut(..rows).unwrap_or_default())?,
        }
        self.reclass(rows);
        Ok(())
    }

    /// Takes the next `rows`, of which only `wanted` will be looked at.
    pub(super) fn pick(&mut self, rows: usize, wanted: &[u16]) -> Result<(), Problem> {
        let (Rows::Coded(cursor), None) = (&mut self.rows, &self.classes) else { return self.take(rows) };
        self.constant = None;
        match &mut self.lane {
            Buffer::Bytes(lane) => cursor.pick(lane.get_mut(..rows).unwrap_or_default(), wanted),
            Buffer::Pairs(lane) => cursor.pick(lane.get_mut(..rows).unwrap_or_default(), wanted),
            Buffer::Wide(lane) => cursor.pick(lane.get_mut(..rows).unwrap_or_default(), wanted),
        }
    }

    fn reclass(&mut self, rows: usize) {
        let Some((class, _)) = &self.classes else { return };
        match &mut self.lane {
            Buffer::Bytes(lane) => classed(class, lane.get_mut(..rows).unwrap_or_default()),
            Buffer::Pairs(lane) => classed(class, lane.get_mut(..rows).unwrap_or_default()),
            Buffer::Wide(lane) => classed(class, lane.get_mut(..rows).unwrap_or_default()),
        }
    }

    /// The code of a row taken.
    #[inline]
    pub(super) fn code(&self, row: usize) -> u32 {
        match (&self.constant, &self.lane) {
            (Some(code), _) => *code,
            (None, Buffer::Bytes(lane)) => lane.get(row).map_or(0, |it| it.wide()),
            (None, Buffer::Pairs(lane)) => lane.get(row).map_or(0, |it| it.wide()),
            (None, Buffer::Wide(lane)) => lane.get(row).copied().unwrap_or(0),
        }
    }

    /// Adds `stride` times the code to the index of every row taken.
    pub(super) fn add_to(&self, stride: u16, index: &mut [u16]) {
        match (self.constant, &self.lane) {
            (Some(code), _) => {
                let add = u16::narrow(u64::from(code)).wrapping_mul(stride);
                index.iter_mut().for_each(|it| *it = it.wrapping_add(add));
            }
            (None, Buffer::Bytes(lane)) => {
                index.iter_mut().zip(lane.iter()).for_each(|(to, code)| {
                    *to = to.wrapping_add(u16::from(*code).wrapping_mul(stride));
                });
            }
            (None, Buffer::Pairs(lane)) => {
                index.iter_mut().zip(lane.iter()).for_each(|(to, code)| {
                    *to = to.wrapping_add(code.wrapping_mul(stride));
                });
            }
            (None, Buffer::Wide(lane)) => {
                index.iter_mut().zip(lane.iter()).for_each(|(to, code)| {
                    *to = to.wrapping_add(u16::narrow(u64::from(*code)).wrapping_mul(stride));
                });
            }
        }
    }

    /// Adds `stride` times the code to a wide number of every row taken.
    pub(super) fn add_wide(&self, stride: u64, said: &mut [u64]) {
        match (self.constant, &self.lane) {
            (Some(code), _) => {
                let add = stride.wrapping_mul(u64::from(code));
                said.iter_mut().for_each(|it| *it = it.wrapping_add(add));
            }
            (None, Buffer::Bytes(lane)) => add_wide(stride, lane.as_slice(), said),
            (None, Buffer::Pairs(lane)) => add_wide(stride, lane.as_slice(), said),
            (None, Buffer::Wide(lane)) => add_wide(stride, lane.as_slice(), said),
        }
    }

    /// The rows taken, of `rows`, that are not rejected.
    fn live(&self, rows: usize, live: &mut Vec<u16>) {
        let rejected = self.rejected.as_slice();
        match (self.constant, &self.lane) {
            (Some(code), _) => {
                if !self.is_rejected(code) {
                    live.extend((0..rows).map(|it| u16::narrow(it as u64)));
                }
            }
            (None, Buffer::Bytes(lane)) => live_in(rejected, lane.get(..rows).unwrap_or_default(), live),
            (None, Buffer::Pairs(lane)) => live_in(rejected, lane.get(..rows).unwrap_or_default(), live),
            (None, Buffer::Wide(lane)) => live_in(rejected, lane.get(..rows).unwrap_or_default(), live),
        }
    }
}

fn live_in<T: Lane>(rejected: &[bool], lane: &[T], live: &mut Vec<u16>) {
    for (row, code) in lane.iter().enumerate() {
        if !rejected.get(code.wide() as usize).copied().unwrap_or_default() {
            live.push(u16::narrow(row as u64));
        }
    }
}

fn add_wide<T: Lane>(stride: u64, lane: &[T], said: &mut [u64]) {
    for (to, code) in said.iter_mut().zip(lane) {
        *to = to.wrapping_add(stride.wrapping_mul(u64::from(code.wide())));
    }
}

fn classed<T: Lane>(class: &[u16], lane: &mut [T]) {
    for code in lane {
        *code = T::narrow(class.get(code.wide() as usize).copied().map_or(0, u64::from));
    }
}

impl Rows {
    fn fill<T: Lane>(&mut self, out: &mut [T]) -> Result<(), Problem> {
        match self {
            Rows::Coded(cursor) => cursor.codes(out),
            Rows::Interned { codes, at } => {
                let from = codes.get(*at..).unwrap_or_default();
                if from.len() < out.len() {
                    return Err(Problem::Corrupt("a column has not as many rows as its group"));
                }
                *at += out.len();
                out.iter_mut().zip(from).for_each(|(to, code)| *to = T::narrow(u64::from(*code)));
                Ok(())
            }
            Rows::Absent => {
                out.fill(T::default());
                Ok(())
            }
            Rows::Time(time) => time.fill(out),
        }
    }
}

impl TimeRows {
    /// Reads the next block when the current one is used up.
    fn ready(&mut self) -> Result<(), Problem> {
        if self.at < self.codes.len() {
            return Ok(());
        }
        let taken = self.left.min(BLOCK);
        if taken == 0 {
            return Err(Problem::Corrupt("a column has not as many rows as its group"));
        }
        self.codes.resize(taken, 0);
        self.at = 0;
        self.left -= taken;
        self.constant = time::codes(&mut self.cursor, &self.stretches, &mut self.codes, &mut self.scratch)?;
        Ok(())
    }

    fn ahead(&mut self) -> Result<Ahead, Problem> {
        self.ready()?;
        let left = self.codes.len() - self.at;
        Ok(self.constant.map_or(Ahead::Packed(left), |code| Ahead::Run(code, left)))
    }

    fn skip(&mut self, mut rows: usize) -> Result<(), Problem> {
        let here = rows.min(self.codes.len() - self.at);
        self.at += here;
        rows -= here;
        let blind = rows.min(self.left) / BLOCK * BLOCK;
        self.cursor.skip(blind)?;
        self.left -= blind;
        rows -= blind;
        if rows > 0 {
            self.ready()?;
            self.at = self.at.saturating_add(rows).min(self.codes.len());
        }
        Ok(())
    }

    fn fill<T: Lane>(&mut self, out: &mut [T]) -> Result<(), Problem> {
        let mut done = 0;
        while done < out.len() {
            self.ready()?;
            let taken = (out.len() - done).min(self.codes.len() - self.at);
            let part = out.get_mut(done..done + taken).unwrap_or_default();
            let codes = self.codes.get(self.at..).unwrap_or_default();
            match self.constant {
                Some(code) => part.fill(T::narrow(u64::from(code))),
                None => part.iter_mut().zip(codes).for_each(|(to, it)| *to = T::narrow(u64::from(*it))),
            }
            self.at += taken;
            done += taken;
        }
        Ok(())
    }
}
