//! Some lines at a time of a text of any length: a line longer than a record may be is passed over and not held.

use std::io::{self, BufRead};

/// Longest line that is held; no record is longer.
pub(super) const LINE_BYTES_MAX: usize = 64 << 10;
/// About so many bytes are read at a time.
const CHUNK_BYTES: u64 = 4 << 20;

/// Whole lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// What was read; of a line too long nothing but its end.
    pub(super) bytes: Vec<u8>,
    /// How many lines were read.
    pub(super) count: u64,
    /// How many bytes were read.
    pub(super) read: u64,
    /// Which lines were too long, from 0, and how long.
    pub(super) too_long: Vec<(u64, u64)>,
    /// Why no more could be read.
    pub(super) broken: Option<io::Error>,
}

impl Lines {
    /// Reads on; no lines at the end of the text. What was read before it broke off is whole.
    pub(super) fn read(reader: &mut dyn BufRead) -> Lines {
        let mut lines = Lines::default();
        while lines.read < CHUNK_BYTES {
            let whole = lines.bytes.len();
            match lines.line(reader) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    lines.bytes.truncate(whole);
                    lines.broken = Some(error);
                    break;
                }
            }
        }
        lines
    }

    /// Reads a line; `false` when there is none.
    fn line(&mut self, reader: &mut dyn BufRead) -> io::Result<bool> {
        let (begin, mut length) = (self.bytes.len(), 0_u64);
        loop {
            let found = match reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                found => found?,
            };
            let end = found.iter().position(|it| *it == b'\n');
            let piece = found.get(..end.unwrap_or(found.len())).unwrap_or_default();
            let held = self.bytes.len() - begin;
            let room = (LINE_BYTES_MAX + 1).saturating_sub(held);
            self.bytes.extend_from_slice(piece.get(..room).unwrap_or(piece));
            let (taken, is_over) =
                (piece.len() + usize::from(end.is_some()), end.is_some() || found.is_empty());
            length += piece.len() as u64;
            self.read += taken as u64;
            reader.consume(taken);
            if is_over {
                if length == 0 && end.is_none() {
                    return Ok(false);
                }
                if length > LINE_BYTES_MAX as u64 {
                    self.bytes.truncate(begin);
                    self.too_long.push((self.count, length));
                }
                self.bytes.push(b'\n');
                self.count += 1;
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn read(text: &[u8]) -> Lines {
        // Pieces of a few bytes, so that lines span many.
        Lines::read(&mut BufReader::with_capacity(7, text))
    }

    #[test]
    fn lines_are_as_they_were_and_the_last_needs_no_end() {
        let lines = read(b"one\n\ntwo and more\r\nthree");
        assert_eq!(lines.bytes, b"one\n\ntwo and more\r\nthree\n");
        assert_eq!((lines.count, lines.read, lines.too_long), (4, 24, Vec::new()));
        assert_eq!(read(b"").count, 0);
    }

    #[test]
    fn a_line_too_long_leaves_its_place_and_nothing_else() {
        let longest = "x".repeat(LINE_BYTES_MAX);
        let text = format!("a\n{longest}\n{longest}y\nb\n{longest}yy");
        let lines = read(text.as_bytes());
        assert_eq!(lines.bytes, format!("a\n{longest}\n\nb\n\n").as_bytes());
        let long = LINE_BYTES_MAX as u64;
        assert_eq!((lines.count, lines.read), (5, text.len() as u64));
        assert_eq!(lines.too_long, [(2, long + 1), (4, long + 2)]);
    }

    #[test]
    fn what_was_read_before_it_broke_off_is_whole() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
        let lines = Lines::read(&mut BufReader::new(io::Read::chain(&b"one\ntwo\nthr"[..], Broken)));
        assert_eq!((lines.bytes, lines.count), (b"one\ntwo\n".to_vec(), 2));
        assert_eq!(lines.broken.unwrap().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn however_long_a_line_is_so_much_is_read_at_a_time() {
        let mut endless = BufReader::new(io::Read::take(io::repeat(b'x'), 10 * CHUNK_BYTES));
        let lines = Lines::read(&mut endless);
        assert_eq!((lines.bytes, lines.too_long), (b"\n".to_vec(), vec![(0, 10 * CHUNK_BYTES)]));
        let blank = Lines::read(&mut BufReader::new(io::Read::take(io::repeat(b'\n'), 10 * CHUNK_BYTES)));
        assert_eq!(blank.read, CHUNK_BYTES);
    }
}
