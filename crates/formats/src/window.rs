//! The part of the input that is in memory: at most a record and a chunk, however long the input.

use std::io::{self, BufRead};

use crate::Spot;

const CHUNK: usize = 128 * 1024;

/// What is read and not yet done with.
pub(crate) struct Window<'r> {
    reader: &'r mut dyn BufRead,
    bytes: Vec<u8>,
    from: usize,
    spot: Spot,
    ended: bool,
}

impl<'r> Window<'r> {
    /// The window at the beginning of `reader`, which is at `spot` of the whole.
    pub(crate) fn new(reader: &'r mut dyn BufRead, spot: Spot) -> Self {
        Window { reader, bytes: Vec::new(), from: 0, spot, ended: false }
    }

    /// The bytes at hand.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.from..).unwrap_or_default()
    }

    /// Where they begin.
    pub(crate) fn spot(&self) -> Spot {
        self.spot
    }

    /// Whether nothing follows them.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads a further chunk.
    pub(crate) fn more(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.from);
        self.from = 0;
        let chunk = loop {
            match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                chunk => break chunk?,
            }
        };
        let length = chunk.len().min(CHUNK);
        self.bytes.extend_from_slice(chunk.get(..length).unwrap_or(chunk));
        self.ended = length == 0;
        self.reader.consume(length);
        Ok(())
    }

    /// Is done with the first `count` bytes.
    pub(crate) fn advance(&mut self, count: usize) {
        let done = self.rest().get(..count).unwrap_or(self.rest());
        let (count, lines) = (done.len(), line_breaks(done));
        self.from += count;
        self.spot.offset += count as u64;
        self.spot.line += lines;
    }
}

/// Counts in bytes as long as they cannot overflow, which lets many be counted at once.
fn line_breaks(bytes: &[u8]) -> u64 {
    let within = |chunk: &[u8]| chunk.iter().fold(0_u8, |sum, it| sum.wrapping_add(u8::from(*it == b'\n')));
    bytes.chunks(usize::from(u8::MAX)).map(|it| u64::from(within(it))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_counted_past_every_chunk() {
        for length in [0, 1, 254, 255, 256, 1000] {
            assert_eq!(line_breaks(&b"\n".repeat(length)), length as u64);
        }
        assert_eq!(line_breaks(&b"ab\nc".repeat(300)), 300);
    }

    #[test]
    fn lines_and_bytes_are_counted_as_they_are_done_with() -> io::Result<()> {
        let mut input: &[u8] = b"a\nbc\n\nd";
        let mut window = Window::new(&mut input, Spot::START);
        window.more()?;
        window.advance(3);
        assert_eq!((window.rest(), window.spot()), (&b"c\n\nd"[..], Spot { line: 2, offset: 3 }));
        window.advance(100);
        assert_eq!((window.rest(), window.spot()), (&b""[..], Spot { line: 4, offset: 7 }));
        window.more()?;
        assert!(window.ended());
        Ok(())
    }
}
