//! The hashes of a tree read from its tiles, as C2SP tlog-tiles lays them out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::digest::Digest;
use crate::merkle::{ProofError, node_hash, root_of};

/// Height of a tile's subtree: 256 hashes stand in a full tile (tlog-tiles, "Merkle Tree").
const TILE_HEIGHT: u32 = 8;
const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;

/// Where the tiles of a log can be had.
pub trait Hashes {
    /// The first `width` (1 to 256) hashes of tile `n` of `level`, or more of them: a full tile may stand in
    /// for a partial one. Level 0 holds the hashes of leaves; each hash of level `l` is the root of a full
    /// tile of level `l - 1`. None when the tile is not at hand.
    fn tile(&self, level: u8, n: u64, width: u16) -> Option<Vec<Digest>>;
}

/// The tiles of a tree held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryHashes {
    levels: Vec<Vec<Digest>>,
}

impl MemoryHashes {
    /// Appends a leaf by its hash, and the hash of every tile it fills.
    pub fn push(&mut self, leaf: Digest) {
        let mut next = Some(leaf);
        let mut height = 0;
        while let Some(hash) = next {
            if height == self.levels.len() {
                self.levels.push(Vec::new());
            }
            next = self.levels.get_mut(height).and_then(|level| {
                level.push(hash);
                let (full, rest) = level.as_chunks::<256>();
                if rest.is_empty() { full.last().map(|it| root_of(it)) } else { None }
            });
            height += 1;
        }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |it| u64::try_from(it.len()).unwrap_or(u64::MAX))
    }
}

impl Hashes for MemoryHashes {
    fn tile(&self, level: u8, n: u64, width: u16) -> Option<Vec<Digest>> {
        let from = usize::try_from(n.checked_mul(TILE_WIDTH)?).ok()?;
        let hashes = self.levels.get(usize::from(level))?;
        hashes.get(from..from.checked_add(usize::from(width))?).map(<[Digest]>::to_vec)
    }
}

/// The nodes of the tree with the first `size` leaves; each tile is read once.
pub(crate) struct Tree<'a> {
    hashes: &'a dyn Hashes,
    size: u64,
    read: BTreeMap<(u8, u64), Vec<Digest>>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(hashes: &'a dyn Hashes, size: u64) -> Self {
        Self { hashes, size, read: BTreeMap::new() }
    }

    /// The root over leaves `[from, until)`, which must lie on a full subtree or reach the right edge of one
    /// (RFC 9162, section 2.1.1: `MTH(D[from:until])`).
    pub(crate) fn root(&mut self, from: u64, until: u64) -> Result<Digest, ProofError> {
        let count = until.saturating_sub(from);
        if count.is_power_of_two() {
            return self.subtree(count.trailing_zeros(), from);
        }
        let middle = from + split(count);
        let (left, right) = (self.root(from, middle)?, self.root(middle, until)?);
        Ok(node_hash(&left, &right))
    }

    /// The root over the full subtree of `height` that starts at leaf `from`.
    fn subtree(&mut self, height: u32, from: u64) -> Result<Digest, ProofError> {
        let (level, above) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let first = from >> (level * TILE_HEIGHT);
        let (n, offset) = (first / TILE_WIDTH, first % TILE_WIDTH);
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        let missing = ProofError::MissingTile { level, n };
        let tile = self.tile(level, n)?;
        let from = usize::try_from(offset).map_err(|_| missing)?;
        tile.get(from..from + (1 << above)).map(root_of).ok_or(missing)
    }

    fn tile(&mut self, level: u8, n: u64) -> Result<&[Digest], ProofError> {
        let in_level = self.size >> (u32::from(level) * TILE_HEIGHT);
        let width = in_level.saturating_sub(n.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH);
        let width = u16::try_from(width).unwrap_or(0);
        match self.read.entry((level, n)) {
            Entry::Occupied(it) => Ok(it.into_mut()),
            Entry::Vacant(it) => {
                let tile = self.hashes.tile(level, n, width);
                Ok(it.insert(tile.ok_or(ProofError::MissingTile { level, n })?))
            }
        }
    }
}

/// The largest power of two less than `count`, which is at least 2: where a tree parts (RFC 9162, section
/// 2.1.1).
pub(crate) fn split(count: u64) -> u64 {
    count.saturating_sub(1).checked_ilog2().map_or(1, |it| 1 << it)
}
