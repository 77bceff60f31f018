//! How each kind of column is laid into pages.

use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;
use parquet::basic::Encoding;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{Chunk, Column, Press, push_with_length};
use super::encode::{push_deltas, push_hybrid, push_plain_text, width_of};
use crate::rows::{ABSENT, ABSENT_DATE, ABSENT_TRUTH, ABSENT_WORD, Texts, Values, Words};

/// Most different texts of a group that are written as a dictionary.
const TEXTS_MAX: usize = 4096;
/// Most different numbers of a group that are written as a dictionary.
const NUMBERS_MAX: usize = 65_536;
/// Words longer than that are not named as least or greatest.
const NAMED_BYTES_MAX: usize = 64;

/// Writes a column of any kind.
pub(super) fn values(descriptor: ColumnDescPtr, values: &Values, press: &mut Press) -> Result<Chunk> {
    match values {
        Values::Words(it) => words(descriptor, it, press),
        Values::Texts(it) => texts(descriptor, it, press),
        Values::Truths(it) => truths(descriptor, it, press),
        Values::Numbers(it) => numbers(descriptor, it, press),
        Values::Instants(it) => instants(descriptor, it, press),
        Values::Dates(it) => dates(descriptor, it, press),
    }
}

/// Codes of a dictionary in ascending order, so that a comparison of codes is a comparison of words.
pub(super) fn words(descriptor: ColumnDescPtr, words: &Words, press: &mut Press) -> Result<Chunk> {
    let (used, code_of) = used_words(words);
    let mut plain = Vec::new();
    used.iter().for_each(|it| push_plain_text(it, &mut plain));
    let codes: Vec<u32> =
        words.codes.iter().map(|it| code_of.get(index(*it)).copied().unwrap_or(ABSENT_WORD)).collect();
    let nulls = codes.iter().filter(|it| **it == ABSENT_WORD).count();
    let named =
        |it: Option<&&str>| it.filter(|it| it.len() <= NAMED_BYTES_MAX).map(|it| ByteArray::from(*it));
    let ends = (named(used.first()), named(used.last()));
    let statistics = Statistics::byte_array(ends.0, ends.1, None, Some(nulls as u64), false);
    let dictionary = (plain, used.len());
    coded(descriptor, &codes, dictionary, Some(statistics), press)
}

/// The words that occur, ascending, and by code of the dictionary their new code.
fn used_words(words: &Words) -> (Vec<&str>, Vec<u32>) {
    let mut occurs = vec![false; words.dictionary.len()];
    for code in &words.codes {
        if let Some(slot) = occurs.get_mut(index(*code)) {
            *slot = true;
        }
    }
    let mut used: Vec<(&str, usize)> = (0..)
        .zip(words.dictionary.words())
        .filter(|(code, _)| occurs.get(*code) == Some(&true))
        .map(|(code, it)| (&**it, code))
        .collect();
    used.sort_unstable();
    let mut code_of = vec![ABSENT_WORD; words.dictionary.len()];
    for (new, (_, old)) in (0..).zip(&used) {
        if let Some(slot) = code_of.get_mut(*old) {
            *slot = new;
        }
    }
    (used.into_iter().map(|(word, _)| word).collect(), code_of)
}

fn coded(
    descriptor: ColumnDescPtr,
    codes: &[u32],
    dictionary: (Vec<u8>, usize),
    statistics: Option<Statistics>,
    press: &mut Press,
) -> Result<Chunk> {
    let width = width_of(dictionary.1);
    let present = |row: usize| codes.get(row) != Some(&ABSENT_WORD);
    let optional = is_optional(&descriptor);
    let rows = codes.len();
    let column = Column {
        descriptor,
        rows,
        encoding: Encoding::RLE_DICTIONARY,
        dictionary: Some(dictionary),
        present: optional.then_some(&present),
        statistics,
    };
    let mut there = Vec::new();
    column.write(press, |rows, out| {
        let page = codes.get(rows).unwrap_or_default();
        out.push(width);
        there.clear();
        there.extend(page.iter().copied().filter(|it| *it != ABSENT_WORD));
        push_hybrid(&there, width, out);
    })
}

/// A dictionary when texts repeat, else each text as it is.
pub(super) fn texts(descriptor: ColumnDescPtr, texts: &Texts, press: &mut Press) -> Result<Chunk> {
    let rows = texts.len();
    if let Some(words) = repeating(texts) {
        return self::words(descriptor, &words, press);
    }
    let present = |row: usize| texts.get(row).is_some();
    plain(descriptor, rows, Encoding::PLAIN, &present, None, press, |rows, out| {
        rows.filter_map(|row| texts.get(row)).for_each(|it| push_plain_text(it, out));
    })
}

fn repeating(texts: &Texts) -> Option<Words> {
    let mut words = Words::default();
    let most = TEXTS_MAX.min(row_share(texts.len()));
    for row in 0..texts.len() {
        words.push(texts.get(row));
        if words.dictionary.len() > most {
            return None;
        }
    }
    Some(words)
}

/// Ids hardly ever repeat.
pub(super) fn ids(descriptor: ColumnDescPtr, ids: &Texts, press: &mut Press) -> Result<Chunk> {
    let present = |_: usize| true;
    plain(descriptor, ids.len(), Encoding::PLAIN, &present, None, press, |rows, out| {
        rows.filter_map(|row| ids.get(row)).for_each(|it| push_plain_text(it, out));
    })
}

/// Runs of true and false.
fn truths(descriptor: ColumnDescPtr, truths: &[u8], press: &mut Press) -> Result<Chunk> {
    let present = |row: usize| truths.get(row) != Some(&ABSENT_TRUTH);
    plain(descriptor, truths.len(), Encoding::RLE, &present, None, press, |rows, out| {
        let page = truths.get(rows).unwrap_or_default();
        let there: Vec<u32> =
            page.iter().filter(|it| **it != ABSENT_TRUTH).map(|it| u32::from(*it)).collect();
        push_with_length(out, |out| push_hybrid(&there, 1, out));
    })
}

/// A dictionary when numbers repeat, else each number as it is.
fn numbers(descriptor: ColumnDescPtr, numbers: &[i64], press: &mut Press) -> Result<Chunk> {
    let statistics = Some(statistics_of(numbers));
    if let Some((used, codes)) = coded_numbers(numbers) {
        let plain = used.iter().flat_map(|it| it.to_le_bytes()).collect();
        return coded(descriptor, &codes, (plain, used.len()), statistics, press);
    }
    let present = |row: usize| numbers.get(row) != Some(&ABSENT);
    plain(descriptor, numbers.len(), Encoding::PLAIN, &present, statistics, press, |rows, out| {
        let page = numbers.get(rows).unwrap_or_default();
        page.iter().filter(|it| **it != ABSENT).for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
    })
}

/// The numbers that occur, ascending, and each row's code; `None` when there are too many.
fn coded_numbers(numbers: &[i64]) -> Option<(Vec<i64>, Vec<u32>)> {
    let mut first: HashMap<i64, u32, RandomState> = HashMap::default();
    let mut used: Vec<i64> = Vec::new();
    let mut codes: Vec<u32> = Vec::with_capacity(numbers.len());
    let (mut last, mut last_code) = (ABSENT, ABSENT_WORD);
    for number in numbers {
        if *number != last {
            (last, last_code) = (*number, ABSENT_WORD);
            if *number != ABSENT {
                last_code = *first.entry(*number).or_insert_with(|| {
                    used.push(*number);
                    u32::try_from(used.len() - 1).unwrap_or(ABSENT_WORD)
                });
            }
        }
        if used.len() > NUMBERS_MAX.min(row_share(numbers.len())) {
            return None;
        }
        codes.push(last_code);
    }
    let mut sorted = used.clone();
    sorted.sort_unstable();
    let new: Vec<u32> = used
        .iter()
        .map(|it| sorted.partition_point(|other| other < it))
        .filter_map(|it| u32::try_from(it).ok())
        .collect();
    for code in &mut codes {
        *code = new.get(index(*code)).copied().unwrap_or(ABSENT_WORD);
    }
    Some((sorted, codes))
}

/// A dictionary pays when its entries occur twice on average; a short one always does.
fn row_share(rows: usize) -> usize {
    (rows / 2).max(256)
}

/// Deltas.
pub(super) fn instants(descriptor: ColumnDescPtr, instants: &[i64], press: &mut Press) -> Result<Chunk> {
    let present = |row: usize| instants.get(row) != Some(&ABSENT);
    let statistics = Some(statistics_of(instants));
    let mut there = Vec::new();
    plain(
        descriptor,
        instants.len(),
        Encoding::DELTA_BINARY_PACKED,
        &present,
        statistics,
        press,
        |rows, out| {
            let page = instants.get(rows).unwrap_or_default();
            there.clear();
            there.extend(page.iter().copied().filter(|it| *it != ABSENT));
            push_deltas(&there, out);
        },
    )
}

/// A dictionary of days.
fn dates(descriptor: ColumnDescPtr, dates: &[i32], press: &mut Press) -> Result<Chunk> {
    let used: BTreeSet<i32> = dates.iter().copied().filter(|it| *it != ABSENT_DATE).collect();
    let used: Vec<i32> = used.into_iter().collect();
    let code =
        |it: &i32| used.binary_search(it).ok().and_then(|it| u32::try_from(it).ok()).unwrap_or(ABSENT_WORD);
    let codes: Vec<u32> = dates.iter().map(code).collect();
    let nulls = codes.iter().filter(|it| **it == ABSENT_WORD).count() as u64;
    let statistics = Statistics::int32(used.first().copied(), used.last().copied(), None, Some(nulls), false);
    let plain = used.iter().flat_map(|it| it.to_le_bytes()).collect();
    coded(descriptor, &codes, (plain, used.len()), Some(statistics), press)
}

fn plain(
    descriptor: ColumnDescPtr,
    rows: usize,
    encoding: Encoding,
    present: &dyn Fn(usize) -> bool,
    statistics: Option<Statistics>,
    press: &mut Press,
    values: impl FnMut(std::ops::Range<usize>, &mut Vec<u8>),
) -> Result<Chunk> {
    let present = is_optional(&descriptor).then_some(present);
    Column { descriptor, rows, encoding, dictionary: None, present, statistics }.write(press, values)
}

fn statistics_of(values: &[i64]) -> Statistics {
    let there = || values.iter().copied().filter(|it| *it != ABSENT);
    let nulls = values.iter().filter(|it| **it == ABSENT).count() as u64;
    Statistics::int64(there().min(), there().max(), None, Some(nulls), false)
}

fn is_optional(descriptor: &ColumnDescPtr) -> bool {
    descriptor.max_def_level() > 0
}

fn index(code: u32) -> usize {
    usize::try_from(code).unwrap_or(usize::MAX)
}
