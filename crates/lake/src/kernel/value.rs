//! Values of a file and the dictionaries they are kept in.

use std::sync::Arc;

use foldhash::HashMap;

use super::bits::PADDING;
use super::error::Problem;
use super::footer::Kind;

const SHORT: Problem = Problem::Corrupt("a page ends too early");

/// One value: whole numbers at the plan's scale, truths as 0 and 1, instants and dates as their numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A whole number.
    Int(i128),
    /// A text.
    Text(Arc<str>),
}

/// The different values of one column in one row group; a code is a position among them.
#[derive(Clone, Debug)]
pub(super) enum Dictionary {
    Ints { values: Vec<i64>, unsigned: bool },
    Texts { bytes: Vec<u8>, ends: Vec<usize> },
}

impl Dictionary {
    pub(super) fn empty(kind: Kind) -> Result<Dictionary, Problem> {
        Ok(match kind {
            Kind::Text => Dictionary::Texts { bytes: Vec::new(), ends: Vec::new() },
            Kind::Int64 { unsigned, .. } => Dictionary::Ints { values: Vec::new(), unsigned },
            Kind::Truth | Kind::Int32 { .. } => Dictionary::Ints { values: Vec::new(), unsigned: false },
            Kind::Other => return Err(Problem::Unsupported("a column of a strange type".to_owned())),
        })
    }

    /// Reads `count` plain values from a dictionary page, which reaches [`PADDING`] past its end.
    pub(super) fn read(kind: Kind, page: &[u8], count: u64) -> Result<Dictionary, Problem> {
        let mut dictionary = Dictionary::empty(kind)?;
        let page = page.get(..page.len().saturating_sub(PADDING)).unwrap_or_default();
        let count = usize::try_from(count).map_err(|_| SHORT)?;
        match &mut dictionary {
            Dictionary::Ints { values, .. } => plain_ints(kind, page, count, |it| values.push(it))?,
            Dictionary::Texts { bytes, ends } => plain_texts(page, count, |it| {
                bytes.extend_from_slice(it);
                ends.push(bytes.len());
                Ok(())
            })?,
        }
        Ok(dictionary)
    }

    /// The stored numbers; none of a dictionary of texts.
    pub(super) fn ints(&self) -> &[i64] {
        match self {
            Dictionary::Ints { values, .. } => values,
            Dictionary::Texts { .. } => &[],
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Dictionary::Ints { values, .. } => values.len(),
            Dictionary::Texts { ends, .. } => ends.len(),
        }
    }

    /// The value of a code at the plan's scale; the code past the last means absent.
    pub(super) fn value(&self, code: usize, factor: i128) -> Result<Option<Value>, Problem> {
        match self {
            Dictionary::Ints { values, unsigned } => {
                let wide = values.get(code).map(|it| wide(*it, *unsigned));
                wide.map(|it| it.checked_mul(factor).map(Value::Int).ok_or(Problem::Overflow)).transpose()
            }
            Dictionary::Texts { .. } => self.text(code).map(|it| text(it).map(Value::Text)).transpose(),
        }
    }

    pub(super) fn text(&self, code: usize) -> Option<&[u8]> {
        let Dictionary::Texts { bytes, ends } = self else { return None };
        let until = *ends.get(code)?;
        let from = code.checked_sub(1).and_then(|it| ends.get(it)).copied().unwrap_or(0);
        bytes.get(from..until)
    }
}

/// A stored number, whose sign bit may count as a digit.
pub(super) fn wide(stored: i64, unsigned: bool) -> i128 {
    if unsigned { i128::from(stored.cast_unsigned()) } else { i128::from(stored) }
}

fn text(bytes: &[u8]) -> Result<Arc<str>, Problem> {
    std::str::from_utf8(bytes).map(Arc::from).map_err(|_| Problem::Corrupt("a text is no UTF-8"))
}

/// Plain whole numbers.
pub(super) fn plain_ints(
    kind: Kind,
    bytes: &[u8],
    count: usize,
    mut each: impl FnMut(i64),
) -> Result<(), Problem> {
    match kind {
        Kind::Int64 { .. } => {
            let (all, _) = bytes.as_chunks::<8>();
            all.get(..count).ok_or(SHORT)?.iter().for_each(|it| each(i64::from_le_bytes(*it)));
        }
        Kind::Int32 { unsigned, .. } => {
            let (all, _) = bytes.as_chunks::<4>();
            all.get(..count).ok_or(SHORT)?.iter().for_each(|it| each(narrow(*it, unsigned)));
        }
        Kind::Truth => {
            let bits = bytes.get(..count.div_ceil(8)).ok_or(SHORT)?.iter();
            let bits = bits.flat_map(|byte| (0..8).map(move |bit| i64::from(byte >> bit & 1)));
            bits.take(count).for_each(each);
        }
        Kind::Text | Kind::Other => return Err(Problem::Corrupt("a column of texts has numbers")),
    }
    Ok(())
}

/// A number of four bytes.
pub(super) fn narrow(bytes: [u8; 4], unsigned: bool) -> i64 {
    if unsigned { i64::from(u32::from_le_bytes(bytes)) } else { i64::from(i32::from_le_bytes(bytes)) }
}

/// Plain texts, each after its length.
pub(super) fn plain_texts(
    mut bytes: &[u8],
    count: usize,
    mut each: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(SHORT)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| SHORT)?;
        let (text, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
        each(text)?;
        bytes = rest;
    }
    Ok(())
}

/// Gives every different value a code, in the order of their coming.
pub(super) struct Interner {
    dictionary: Dictionary,
    ints: HashMap<i64, u32>,
    texts: HashMap<Box<[u8]>, u32>,
}

impl Interner {
    pub(super) fn new(kind: Kind) -> Result<Interner, Problem> {
        Ok(Interner {
            dictionary: Dictionary::empty(kind)?,
            ints: HashMap::default(),
            texts: HashMap::default(),
        })
    }

    pub(super) fn int(&mut self, value: i64) -> u32 {
        let next = u32::try_from(self.ints.len()).unwrap_or(u32::MAX);
        *self.ints.entry(value).or_insert_with(|| {
            if let Dictionary::Ints { values, .. } = &mut self.dictionary {
                values.push(value);
            }
            next
        })
    }

    pub(super) fn text(&mut self, value: &[u8]) -> u32 {
        if let Some(code) = self.texts.get(value) {
            return *code;
        }
        let next = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.insert(value.into(), next);
        if let Dictionary::Texts { bytes, ends } = &mut self.dictionary {
            bytes.extend_from_slice(value);
            ends.push(bytes.len());
        }
        next
    }

    pub(super) fn finish(self) -> Dictionary {
        self.dictionary
    }
}
