//! Batches that are flushed together, and how a group lies in a segment.
//!
//! A header of [`HEADER_BYTES`]: a mark, the group's number, the length of the body, the chain up to and with this group,
//! the checksum of all that. Then the body: of every batch its length, its checksum and its bytes.

use sha2::{Digest, Sha256};

use super::{JournalError, Outcome, Receipt};

/// Begins every group.
pub(super) const MARK: [u8; 4] = *b"UPGR";
pub(super) const HEADER_BYTES: usize = 4 + 8 + 4 + 32 + 4;
const FRAME_BYTES: usize = 8;

/// A group that is being gathered.
#[derive(Default)]
pub(super) struct Gathering {
    body: Vec<u8>,
    outcome: Outcome,
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u64,
    pub(super) length: u32,
    pub(super) chain: [u8; 32],
}

/// Length and checksum of a batch, as they stand before it.
pub(super) fn frame(batch: &[u8]) -> [u8; FRAME_BYTES] {
    let length = u32::try_from(batch.len()).unwrap_or_default();
    let mut frame = [0; FRAME_BYTES];
    let (head, tail) = frame.split_at_mut(4);
    head.copy_from_slice(&length.to_le_bytes());
    tail.copy_from_slice(&crc32c::crc32c(batch).to_le_bytes());
    frame
}

impl Gathering {
    pub(super) fn push(&mut self, frame: [u8; FRAME_BYTES], batch: &[u8]) {
        self.body.extend_from_slice(&frame);
        self.body.extend_from_slice(batch);
    }

    /// What will become of all that is in it.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::clone(&self.outcome)
    }

    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Tells all who wait.
    pub(super) fn settle(self, outcome: Result<Receipt, JournalError>) {
        let _ = self.outcome.set(outcome);
    }
}

impl Header {
    /// The header of a body that follows `before` in the chain.
    pub(super) fn of(number: u64, body: &[u8], before: &[u8; 32]) -> Header {
        let length = u32::try_from(body.len()).unwrap_or_default();
        Header { number, length, chain: chain(before, number, body) }
    }

    pub(super) fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&MARK);
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.length.to_le_bytes());
        bytes.extend_from_slice(&self.chain);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes.try_into().unwrap_or([0; HEADER_BYTES])
    }

    /// Reads a header; `None` when there is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Header> {
        let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        let (said, crc) = bytes.split_last_chunk::<4>()?;
        let (mark, rest) = said.split_first_chunk::<4>()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (length, chain) = rest.split_first_chunk()?;
        let agrees = *mark == MARK && u32::from_le_bytes(*crc) == crc32c::crc32c(said);
        let header = Header {
            number: u64::from_le_bytes(*number),
            length: u32::from_le_bytes(*length),
            chain: chain.try_into().ok()?,
        };
        agrees.then_some(header)
    }

    /// The body that follows `before` in the chain, if it is whole.
    pub(super) fn body<'a>(&self, bytes: &'a [u8], before: &[u8; 32]) -> Option<&'a [u8]> {
        let body = bytes.get(HEADER_BYTES..)?.get(..usize::try_from(self.length).ok()?)?;
        (chain(before, self.number, body) == self.chain).then_some(body)
    }
}

/// The batches of a body; `None` when it is none.
pub(super) fn batches(mut body: &[u8]) -> Option<Vec<&[u8]>> {
    let mut batches = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk() {
        let (crc, rest) = rest.split_first_chunk()?;
        let (batch, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        if crc32c::crc32c(batch) != u32::from_le_bytes(*crc) {
            return None;
        }
        batches.push(batch);
        body = rest;
    }
    body.is_empty().then_some(batches)
}

fn chain(before: &[u8; 32], number: u64, body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(number.to_le_bytes()).chain_update(body).finalize().into()
}
