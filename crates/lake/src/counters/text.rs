//! Counters as the text of a footer: a compact binary form, compressed, in base64.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{CounterGroup, CounterKey, CounterSum, CounterWord, Counters, GROUPS_MAX};
use crate::error::LakeError;

/// Says how the bytes are to be read.
const VERSION: u8 = 1;
/// Most bytes before compression; a text that claims more is refused.
const BYTES_MAX: usize = 128 << 20;
const ZSTD_LEVEL: i32 = 3;

/// A text that is none of counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountersError;

impl fmt::Display for CountersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the counters cannot be read; the file is damaged")
    }
}

impl std::error::Error for CountersError {}

impl Counters {
    /// The text kept in the footer; `None` when it were longer than one that is read.
    pub fn encode(&self) -> Result<Option<String>, LakeError> {
        let mut out = vec![VERSION];
        push_words(&self.subjects, &mut out);
        push_varint(self.keys.len() as u128, &mut out);
        for key in &self.keys {
            push_varint(key.column as u128, &mut out);
            push_words(&key.words, &mut out);
        }
        push_varint(self.sums.len() as u128, &mut out);
        for sum in &self.sums {
            push_varint(sum.column as u128, &mut out);
            push_varint(u128::from(sum.scale), &mut out);
        }
        push_varint(self.groups.len() as u128, &mut out);
        self.groups.iter().for_each(|group| push_group(group, &mut out));
        if out.len() > BYTES_MAX {
            return Ok(None);
        }
        let pressed =
            zstd::bulk::compress(&out, ZSTD_LEVEL).map_err(|it| LakeError::Parquet(it.to_string()))?;
        Ok(Some(STANDARD.encode(pressed)))
    }

    /// Reads what [`Counters::encode`] wrote; nothing else makes it use more than a bounded amount of memory.
    pub fn decode(text: &str) -> Result<Counters, CountersError> {
        let packed = PackedCounters::open(text)?;
        let mut groups = Vec::new();
        packed.each_group(|it| groups.push(it.clone()))?;
        Ok(Counters { groups, ..packed.head })
    }
}

/// Counters whose groups are still packed, so that they can be gone through without holding them.
#[derive(Debug)]
pub(crate) struct PackedCounters {
    /// The counters without any group.
    pub(crate) head: Counters,
    bytes: Vec<u8>,
    /// Where the groups begin.
    from: usize,
}

impl PackedCounters {
    /// Reads all that comes before the groups.
    pub(crate) fn open(text: &str) -> Result<PackedCounters, CountersError> {
        let pressed = STANDARD.decode(text).map_err(|_| CountersError)?;
        let bytes = zstd::bulk::decompress(&pressed, claimed_bytes(&pressed)?).map_err(|_| CountersError)?;
        let mut reader = Reader(&bytes);
        if reader.byte()? != VERSION {
            return Err(CountersError);
        }
        let head = Counters {
            subjects: reader.words()?,
            keys: reader.list(|it| Ok(CounterKey { column: it.number()?, words: it.words()? }))?,
            sums: reader.list(|it| Ok(CounterSum { column: it.number()?, scale: it.number()? }))?,
            groups: Vec::new(),
        };
        let from = bytes.len() - reader.0.len();
        Ok(PackedCounters { head, bytes, from })
    }

    /// Hands over every group in order.
    pub(crate) fn each_group(&self, mut each: impl FnMut(&CounterGroup)) -> Result<(), CountersError> {
        let Counters { subjects, keys, sums, .. } = &self.head;
        let mut reader = Reader(self.bytes.get(self.from..).unwrap_or_default());
        let count: usize = reader.number()?;
        if count > GROUPS_MAX {
            return Err(CountersError);
        }
        let mut group = CounterGroup::default();
        for _ in 0..count {
            reader.group(keys.len(), sums.len(), &mut group)?;
            if !group.fits(subjects, keys) {
                return Err(CountersError);
            }
            each(&group);
        }
        if reader.0.is_empty() { Ok(()) } else { Err(CountersError) }
    }
}

impl CounterGroup {
    fn fits(&self, subjects: &[CounterWord], keys: &[CounterKey]) -> bool {
        let within =
            |position: u32, words: &[CounterWord]| usize::try_from(position).is_ok_and(|it| it < words.len());
        within(self.subject, subjects) && self.keys.iter().zip(keys).all(|(it, key)| within(*it, &key.words))
    }
}

/// The size the compressed bytes claim for what is in them.
fn claimed_bytes(pressed: &[u8]) -> Result<usize, CountersError> {
    let claimed = zstd::zstd_safe::get_frame_content_size(pressed).ok().flatten().ok_or(CountersError)?;
    usize::try_from(claimed).ok().filter(|it| *it <= BYTES_MAX).ok_or(CountersError)
}

fn push_words(words: &[CounterWord], out: &mut Vec<u8>) {
    push_varint(words.len() as u128, out);
    for word in words {
        // Zero is absent, so every length is one more.
        push_varint(word.as_ref().map_or(0, |it| it.len() as u128 + 1), out);
        out.extend_from_slice(word.as_deref().unwrap_or_default().as_bytes());
    }
}

fn push_group(group: &CounterGroup, out: &mut Vec<u8>) {
    push_varint(zigzag(i128::from(group.hour)), out);
    push_varint(u128::from(group.subject), out);
    group.keys.iter().for_each(|it| push_varint(u128::from(*it), out));
    push_varint(u128::from(group.n), out);
    for (sum, n) in &group.sums {
        push_varint(zigzag(*sum), out);
        push_varint(u128::from(*n), out);
    }
}

fn push_varint(mut value: u128, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        out.push((low & 0x7F) | if value == 0 { 0 } else { 0x80 });
        if value == 0 {
            return;
        }
    }
}

fn zigzag(value: i128) -> u128 {
    ((value << 1) ^ (value >> 127)).cast_unsigned()
}

fn unzigzag(value: u128) -> i128 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, CountersError> {
        let (first, rest) = self.0.split_first().ok_or(CountersError)?;
        self.0 = rest;
        Ok(*first)
    }

    fn varint(&mut self) -> Result<u128, CountersError> {
        // Most numbers are shorter than 64 bits, where shifts are one instruction.
        let mut value = 0_u64;
        for (at, byte) in self.0.iter().take(9).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * at);
            if *byte < 0x80 {
                self.0 = self.0.get(at + 1..).unwrap_or_default();
                return Ok(u128::from(value));
            }
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u128, CountersError> {
        let mut value = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(CountersError)
    }

    fn number<T: TryFrom<u128>>(&mut self) -> Result<T, CountersError> {
        T::try_from(self.varint()?).map_err(|_| CountersError)
    }

    /// A list of things of at least one byte each.
    fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, CountersError>,
    ) -> Result<Vec<T>, CountersError> {
        let count: usize = self.number()?;
        if count > self.0.len() {
            return Err(CountersError);
        }
        (0..count).map(|_| read(self)).collect()
    }

    fn words(&mut self) -> Result<Vec<CounterWord>, CountersError> {
        self.list(|it| {
            let Some(length) = it.number::<usize>()?.checked_sub(1) else { return Ok(None) };
            let (word, rest) = it.0.split_at_checked(length).ok_or(CountersError)?;
            it.0 = rest;
            String::from_utf8(word.to_vec()).map(Some).map_err(|_| CountersError)
        })
    }

    /// Reads a group into one whose memory is used again.
    fn group(&mut self, keys: usize, sums: usize, group: &mut CounterGroup) -> Result<(), CountersError> {
        group.hour = i64::try_from(unzigzag(self.varint()?)).map_err(|_| CountersError)?;
        group.subject = self.number()?;
        group.keys.clear();
        for _ in 0..keys {
            group.keys.push(self.number()?);
        }
        group.n = self.number()?;
        group.sums.clear();
        for _ in 0..sums {
            group.sums.push((unzigzag(self.varint()?), self.number()?));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counters() -> Counters {
        Counters {
            subjects: vec![None, Some("a".into()), Some(String::new())],
            keys: vec![CounterKey { column: 1, words: vec![None, Some("ok".into())] }],
            sums: vec![CounterSum { column: 2, scale: 6 }],
            groups: vec![
                CounterGroup { hour: -1, subject: 2, keys: vec![1], n: 3, sums: vec![(-5, 2)] },
                CounterGroup {
                    hour: 9,
                    subject: 0,
                    keys: vec![0],
                    n: 1,
                    sums: vec![(i128::from(i64::MAX) * 7, 1)],
                },
            ],
        }
    }

    #[test]
    fn counters_read_back() {
        assert_eq!(Counters::decode(&counters().encode().unwrap().unwrap()), Ok(counters()));
    }

    #[test]
    fn counters_are_only_written_as_long_as_they_are_read() {
        let of = |bytes: usize| Counters { subjects: vec![Some("a".repeat(bytes))], ..Counters::default() };
        // A version, how many subjects, the length of the first in four bytes, and that there is nothing else.
        let around = 1 + 1 + 4 + 3;
        let most = of(BYTES_MAX - around);
        let text = most.encode().unwrap().unwrap();
        assert_eq!(Counters::decode(&text).unwrap().subjects, most.subjects);
        assert_eq!(of(BYTES_MAX - around + 1).encode().unwrap(), None);
    }

    #[test]
    fn a_text_that_claims_too_much_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; BYTES_MAX + 1], 1).unwrap();
        assert_eq!(Counters::decode(&STANDARD.encode(bomb)), Err(CountersError));
        let listed = zstd::bulk::compress(&[VERSION, 0xFF, 0xFF, 0x7F], 1).unwrap();
        assert_eq!(Counters::decode(&STANDARD.encode(listed)), Err(CountersError));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail_otherwise(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let pressed = zstd::bulk::compress(&[[VERSION].as_slice(), &bytes].concat(), 1).unwrap();
            let _ = Counters::decode(&STANDARD.encode(pressed));
        }
    }
}
