//! What is known of facts in volume beside the answers they give: the partitions their records lie in.

use std::fmt::Write;

use calendar::Date;
use sha2::{Digest, Sha256};

/// A file's worth of the records of one fact whose instants lie on one day in UTC.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partition {
    /// The fact's name.
    pub fact: String,
    /// The day in UTC.
    pub day: Date,
    /// How many records.
    pub rows: u64,
    /// SHA-256 over the canonical bytes of the records in their order: it depends on what was said alone, not on how it
    /// arrived or is kept.
    pub content: [u8; 32],
}

impl Partition {
    /// One line of text: fact, day, rows and content in hex, with a space between.
    pub fn line(&self) -> String {
        let mut line = format!("{} {} {} ", self.fact, self.day, self.rows);
        for byte in self.content {
            // Writing into a string does not fail.
            let _ = write!(line, "{byte:02x}");
        }
        line
    }

    /// What [`Partition::line`] wrote.
    pub fn parse(line: &str) -> Option<Partition> {
        let mut words = line.split(' ');
        let mut next = || words.next();
        let (fact, day) = (next()?.to_owned(), Date::parse(next()?)?);
        let rows = next()?.parse().ok()?;
        let content = bytes(next()?)?;
        let read = Partition { fact, day, rows, content };
        // There is one way to write a partition, so that a digest over lines is one over partitions.
        (read.line() == line).then_some(read)
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The lines of partitions, sorted, each with a line feed: the file of a package that names them.
pub fn partitions_text(partitions: &[Partition]) -> String {
    let mut lines: Vec<String> = partitions.iter().map(|it| it.line() + "\n").collect();
    lines.sort_unstable();
    lines.concat()
}

/// SHA-256 that commits to records that are listed, by their own digest, and to partitions of records that are not. Without
/// partitions it is the digest of the listed records.
pub fn digest_with(listed: [u8; 32], partitions: &[Partition]) -> [u8; 32] {
    if partitions.is_empty() {
        return listed;
    }
    let mut sorted: Vec<&Partition> = partitions.iter().collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(listed);
    for it in sorted {
        hash.update(it.line().as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(day: &str, content: u8) -> Partition {
        let day = Date::parse(day).unwrap();
        Partition { fact: "message".to_owned(), day, rows: 12, content: [content; 32] }
    }

    #[test]
    fn a_partition_is_read_back_from_its_line_and_from_no_other() {
        let it = partition("2026-10-03", 0xab);
        assert_eq!(Partition::parse(&it.line()), Some(it.clone()));
        for wrong in [
            "",
            "message",
            &it.line().replace("ab", "AB"),
            &format!("{} ", it.line()),
            &it.line().replace("12", "012"),
        ] {
            assert_eq!(Partition::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_digest_depends_on_every_partition_and_not_on_their_order() {
        let (a, b) = (partition("2026-10-03", 0), partition("2026-10-04", 0));
        let both = digest_with([7; 32], &[a.clone(), b.clone()]);
        assert_eq!(both, digest_with([7; 32], &[b.clone(), a.clone()]));
        for other in [
            digest_with([7; 32], &[]),
            digest_with([7; 32], std::slice::from_ref(&a)),
            digest_with([8; 32], &[a.clone(), b.clone()]),
            digest_with([7; 32], &[a.clone(), Partition { rows: 13, ..b }]),
        ] {
            assert_ne!(both, other);
        }
        assert_eq!(digest_with([7; 32], &[]), [7; 32]);
    }
}
