//! JSON objects one after the other, on lines or in lists, found by their brackets alone.

use crate::cut::Cut;
use crate::{Limits, Reason};

/// Finds objects, and after a broken one the next that can be trusted: one on a new line, or after `,`, `[` or `}`.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    /// The last byte passed over that was no space. Kept, so that where chunks end changes nothing.
    before: u8,
    /// Whether a line break was passed over since.
    line_begins: bool,
}

impl Objects {
    pub(crate) fn cut(&mut self, bytes: &[u8], ended: bool, limits: &Limits) -> Cut {
        (self.before, self.line_begins) = (0, false);
        let between = |it: &&u8| matches!(it, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']');
        let from = bytes.iter().take_while(between).count();
        match bytes.get(from..).unwrap_or_default() {
            [] => Cut::More { done: from },
            [b'{', ..] => self.object(bytes, from, ended, limits),
            [0xEF, 0xBB, 0xBF, b'{', ..] => self.object(bytes, from + 3, ended, limits),
            [0xEF] | [0xEF, 0xBB] | [0xEF, 0xBB, 0xBF] if !ended => Cut::More { done: from },
            [0xEF, 0xBB, 0xBF, b'[' | b' ' | b'\r' | b'\n' | b'\t', ..] | [0xEF, 0xBB, 0xBF] => {
                Cut::More { done: from + 3 }
            }
            _ => Cut::Broken { from, next: from, reason: Reason::NotAnObject },
        }
    }

    pub(crate) fn resume(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'{' if self.begins_record() => return (at, true),
                b'\n' => self.line_begins = true,
                b' ' | b'\t' | b'\r' => {}
                // A list of further records may begin on a new line.
                b'[' | b',' if self.line_begins => {}
                _ => (self.before, self.line_begins) = (*byte, false),
            }
        }
        (bytes.len(), false)
    }

    fn begins_record(&self) -> bool {
        matches!(self.before, b',' | b'[' | b'}') || (self.line_begins && self.before != b':')
    }

    /// Remembers what stands at the end of `bytes`.
    fn passed(&mut self, bytes: &[u8]) {
        let space = bytes.iter().rev().take_while(|it| it.is_ascii_whitespace()).count();
        let (words, space) = bytes.split_at(bytes.len() - space);
        self.before = words.last().copied().unwrap_or_default();
        self.line_begins = space.contains(&b'\n');
    }

    /// The object that begins at `from`.
    fn object(&mut self, bytes: &[u8], from: usize, ended: bool, limits: &Limits) -> Cut {
        let cut = object(bytes, from, ended, limits);
        if let Cut::Broken { from, next, .. } = cut {
            self.passed(bytes.get(from..next).unwrap_or_default());
        }
        cut
    }
}

fn object(bytes: &[u8], from: usize, ended: bool, limits: &Limits) -> Cut {
    let end = bytes.len().min(from + limits.record_bytes_max + 1);
    let within = bytes.get(from..end).unwrap_or_default();
    match scan(within, limits.levels_max) {
        Scan::Closed(length) if length <= limits.record_bytes_max => {
            Cut::Record { from, until: from + length, next: from + length }
        }
        Scan::Wrong(at, reason) => Cut::Broken { from, next: from + at, reason },
        _ if within.len() > limits.record_bytes_max => Cut::Broken {
            from,
            next: from + limits.record_bytes_max,
            reason: Reason::TooLong { bytes_max: limits.record_bytes_max },
        },
        _ if ended => Cut::Broken { from, next: bytes.len(), reason: Reason::Unfinished },
        _ => Cut::More { done: from },
    }
}

enum Scan {
    /// So many bytes.
    Closed(usize),
    Open,
    /// Broken at that byte.
    Wrong(usize, Reason),
}

/// The brackets open at one place: a bit for each, set for an object.
#[derive(Default)]
struct Open {
    levels: u32,
    objects: u64,
}

impl Open {
    fn push(&mut self, is_object: bool) {
        self.levels += 1;
        self.objects = self.objects << 1 | u64::from(is_object);
    }

    fn pop(&mut self, is_object: bool) -> bool {
        let fits = self.in_object() == is_object;
        self.levels = self.levels.saturating_sub(1);
        self.objects >>= 1;
        fits
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

/// Where the object at the beginning of `bytes` closes. Not a parser: it only refuses what shows that an earlier quote
/// or bracket is missing, so that little is lost after it.
fn scan(bytes: &[u8], levels_max: u32) -> Scan {
    let wrong = |at| Scan::Wrong(at, Reason::NotJson { column: at + 1 });
    let mut open = Open::default();
    let mut before = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                if before == b'"' {
                    return wrong(at);
                }
                match text(bytes, at + 1) {
                    Ok(Some(end)) => at = end,
                    Ok(None) => return Scan::Open,
                    Err(end) => return wrong(end),
                }
            }
            b'{' | b'[' => {
                if open.in_object() && before != b':' {
                    return wrong(at);
                }
                if open.levels >= levels_max.min(u64::BITS) {
                    return Scan::Wrong(at, Reason::TooDeep { levels_max });
                }
                open.push(byte == b'{');
            }
            b'}' | b']' => {
                if !open.pop(byte == b'}') {
                    return wrong(at);
                }
                if open.levels == 0 {
                    return Scan::Closed(at + 1);
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b',' | b':' => {}
            _ if before == b'"' => return wrong(at),
            _ => {}
        }
        before = byte;
        at += 1;
    }
    Scan::Open
}

/// The closing quote of the text whose first byte is at `at`; `Err` at a line break, which no JSON text holds.
fn text(bytes: &[u8], mut at: usize) -> Result<Option<usize>, usize> {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if let Some(plain) = rest.first_chunk().map(plain_bytes).filter(|it| *it > 0) {
            at += plain;
            continue;
        }
        match rest.first() {
            None => return Ok(None),
            Some(b'"') => return Ok(Some(at)),
            Some(b'\\') => at += 2,
            Some(b'\n') => return Err(at),
            Some(_) => at += 1,
        }
    }
}

/// How many of eight bytes stand before the first quote, backslash or line break: most of reading is passing over text, so
/// eight are looked at together.
fn plain_bytes(bytes: &[u8; 8]) -> usize {
    let word = u64::from_le_bytes(*bytes);
    let found = zero_bytes(word ^ (ONES * 0x22))
        | zero_bytes(word ^ (ONES * 0x5C))
        | zero_bytes(word ^ (ONES * 0x0A));
    found.trailing_zeros() as usize / 8
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of the first zero byte, and of some bytes after it.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES * 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_together_are_the_same_as_one_by_one() {
        let slow = |bytes: &[u8]| bytes.iter().take_while(|it| !matches!(it, b'"' | b'\\' | b'\n')).count();
        for special in
            [b'"', b'\\', b'\n', 0x21, 0x23, 0x5B, 0x5D, 0x0B, 0x09, 0x00, 0x80, 0xA2, 0xDC, 0x8A, 0xFF]
        {
            for at in 0..8 {
                for other in [b'a', 0x00, 0xFF, 0x23, b'"'] {
                    let mut bytes = [b'x'; 8];
                    bytes[at] = special;
                    bytes[(at + 3) % 8] = other;
                    assert_eq!(plain_bytes(&bytes), slow(&bytes), "{bytes:?}");
                }
            }
        }
    }
}
