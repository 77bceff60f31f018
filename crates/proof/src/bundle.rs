//! Entry bundles (C2SP tlog-tiles, "Log entries"): entries one after the other, each with its length before it.

use std::fmt;

use crate::tile::TILE_WIDTH_MAX;

/// Longest entry of a log, in bytes: its length is written in two bytes.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Why entries are not a bundle, or bytes are not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleError {
    /// The entry with this index in the bundle is longer than [`ENTRY_BYTES_MAX`].
    TooLong(usize),
    /// More than [`TILE_WIDTH_MAX`] entries.
    TooMany,
    /// The bytes end within the entry with this index.
    Truncated(usize),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(at) => write!(f, "entry {at} of the bundle is longer than {ENTRY_BYTES_MAX} bytes"),
            Self::TooMany => write!(f, "the bundle has more than {TILE_WIDTH_MAX} entries"),
            Self::Truncated(at) => write!(f, "the bundle ends within entry {at}"),
        }
    }
}

impl std::error::Error for BundleError {}

/// Writes up to [`TILE_WIDTH_MAX`] entries as a bundle.
///
/// ```
/// let bytes = proof::write_bundle([b"ab".as_slice(), b""])?;
/// assert_eq!(bytes, b"\x00\x02ab\x00\x00");
/// assert_eq!(proof::read_bundle(&bytes)?, [b"ab".as_slice(), b""]);
/// # Ok::<(), proof::BundleError>(())
/// ```
pub fn write_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        if at >= usize::from(TILE_WIDTH_MAX) {
            return Err(BundleError::TooMany);
        }
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong(at))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle, up to [`TILE_WIDTH_MAX`] of them.
pub fn read_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = entries.len();
        if at >= usize::from(TILE_WIDTH_MAX) {
            return Err(BundleError::TooMany);
        }
        let (length, after) = rest.split_first_chunk::<2>().ok_or(BundleError::Truncated(at))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(BundleError::Truncated(at))?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bundle_has_at_most_256_entries_of_at_most_65535_bytes() {
        let (longest, longer) = (vec![7; ENTRY_BYTES_MAX], vec![7; ENTRY_BYTES_MAX + 1]);
        let bytes = write_bundle([longest.as_slice()]).unwrap();
        assert_eq!(read_bundle(&bytes), Ok(vec![longest.as_slice()]));
        assert_eq!(write_bundle([b"".as_slice(), &longer]), Err(BundleError::TooLong(1)));
        let many = |count: usize| write_bundle(std::iter::repeat_n(b"a".as_slice(), count));
        assert_eq!(read_bundle(&many(256).unwrap()).unwrap().len(), 256);
        assert_eq!(many(257), Err(BundleError::TooMany));
        let one_more = [many(256).unwrap(), many(1).unwrap()].concat();
        assert_eq!(read_bundle(&one_more), Err(BundleError::TooMany));
    }

    #[test]
    fn bytes_that_end_within_an_entry_are_refused() {
        for (bytes, at) in [(b"\x00".as_slice(), 0), (b"\x00\x02a", 0), (b"\x00\x00\x01", 1)] {
            assert_eq!(read_bundle(bytes), Err(BundleError::Truncated(at)), "{bytes:?}");
        }
        assert_eq!(read_bundle(b""), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(entries in prop::collection::vec(any::<Vec<u8>>(), 0..40)) {
            let bytes = write_bundle(entries.iter().map(Vec::as_slice)).unwrap();
            let again: Vec<Vec<u8>> = read_bundle(&bytes).unwrap().into_iter().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(again, entries);
        }

        #[test]
        fn bytes_have_one_reading_or_none(bytes: Vec<u8>) {
            if let Ok(entries) = read_bundle(&bytes) {
                prop_assert_eq!(write_bundle(entries), Ok(bytes));
            }
        }
    }
}
