//! A log's Merkle tree in the store: its right edge, its tiles, and the proofs read from them.

use std::cell::RefCell;

use proof::{Checkpoint, Digest, Frontier, Hashes, ProofError, TILE_WIDTH_MAX, leaf_hash, root_of};
use store::{Fault, Tx, values};

use super::kept;
use super::names::{ROOT, origin_of};
use crate::platform::Platform;
use crate::principal::PROVIDER;

/// Hashes of a full tile.
pub(super) const WIDTH: u64 = TILE_WIDTH_MAX as u64;
/// Of its subtree.
const TILE_HEIGHT: u32 = WIDTH.trailing_zeros();

/// A log as it stands in this transaction.
pub(super) struct Tree {
    log: String,
    frontier: Frontier,
    checkpoint_size: i64,
}

/// Whose rows a log's are.
pub(super) fn tenant_of(log: &str) -> &str {
    if log == ROOT { PROVIDER } else { log }
}

impl Tree {
    pub(super) fn load(tx: &mut Tx<'_>, log: &str) -> Result<Self, Fault> {
        let row = tx.row("SELECT frontier, checkpoint_size FROM audit_log WHERE log = $1", values![log])?;
        let (frontier, checkpoint_size) = match row {
            None => (Frontier::default(), 0),
            Some(row) => {
                (Frontier::from_bytes(&row.get::<Vec<u8>>(0)?).ok_or_else(|| broken(log))?, row.get(1)?)
            }
        };
        Ok(Self { log: log.to_owned(), frontier, checkpoint_size })
    }

    /// The number of entries.
    pub(super) fn size(&self) -> Result<i64, Fault> {
        i64::try_from(self.frontier.size()).map_err(|_| broken(&self.log))
    }

    pub(super) fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// Whether the last checkpoint covers all entries.
    pub(super) fn is_published(&self) -> bool {
        u64::try_from(self.checkpoint_size) == Ok(self.frontier.size())
    }

    /// What the log says of itself now.
    pub(super) fn checkpoint(&self, platform: &Platform) -> Checkpoint {
        Checkpoint { origin: origin_of(platform, &self.log), size: self.frontier.size(), root: self.root() }
    }

    /// Appends leaves whose entries are kept already: the right edge, and the tiles that are full now.
    pub(super) fn grow(&mut self, tx: &mut Tx<'_>, leaves: &[Digest]) -> Result<(), Fault> {
        let from = self.frontier.size();
        let roots = self.fill(tx, from, leaves)?;
        self.push(from, leaves, &roots);
        self.raise(tx, from / WIDTH, roots)?;
        tx.housekeeping(
            "INSERT INTO audit_log (tenant_id, log, size, frontier, checkpoint_size, checkpoint_at)
             VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (log) DO UPDATE SET size = $3, frontier = $4",
            values![tenant_of(&self.log), &self.log, self.size()?, self.frontier.to_bytes()],
        )?;
        Ok(())
    }

    /// Appends leaves to the right edge. `roots` are those of the tiles they fill, of which the first may have begun before.
    fn push(&mut self, from: u64, leaves: &[Digest], roots: &[Digest]) {
        let width = usize::from(TILE_WIDTH_MAX);
        let missing = usize::try_from((WIDTH - from % WIDTH) % WIDTH).unwrap_or(0).min(leaves.len());
        let (begun, rest) = leaves.split_at(missing);
        begun.iter().for_each(|it| self.frontier.push(*it));
        let roots = roots.get(usize::from(missing > 0)..).unwrap_or_default();
        let mut roots = roots.iter();
        for tile in rest.chunks(width) {
            // A tile that is not full has no root yet.
            if !roots.next().is_some_and(|it| self.frontier.push_subtree(TILE_HEIGHT, *it)) {
                tile.iter().for_each(|it| self.frontier.push(*it));
            }
        }
    }

    /// Keeps the tiles of leaves that are full now; their roots.
    fn fill(&self, tx: &mut Tx<'_>, from: u64, leaves: &[Digest]) -> Result<Vec<Digest>, Fault> {
        let first = from / WIDTH;
        if u64::try_from(leaves.len()).is_ok_and(|it| from % WIDTH + it < WIDTH) {
            return Ok(Vec::new());
        }
        let mut hashes = leaf_column(tx, &self.log, first * WIDTH, from)?;
        hashes.extend_from_slice(leaves);
        let (full, _) = hashes.as_chunks::<{ TILE_WIDTH_MAX as usize }>();
        for (n, tile) in (first..).zip(full) {
            keep(tx, &self.log, 0, n, tile)?;
        }
        Ok(full.iter().map(|it| root_of(it)).collect())
    }

    /// Carries the roots of full tiles up, level by level; the first stands at `from` in its level.
    fn raise(&self, tx: &mut Tx<'_>, mut from: u64, mut roots: Vec<Digest>) -> Result<(), Fault> {
        let mut level = 1;
        while !roots.is_empty() {
            let (first, partial) = (from / WIDTH, from % WIDTH);
            let mut hashes = if partial > 0 {
                stored(tx, &self.log, level, first)?.unwrap_or_default()
            } else {
                Vec::new()
            };
            if u64::try_from(hashes.len()) != Ok(partial) {
                return Err(broken(&self.log));
            }
            hashes.append(&mut roots);
            let (full, rest) = hashes.as_chunks::<{ TILE_WIDTH_MAX as usize }>();
            let partial = (!rest.is_empty()).then_some(rest);
            for (n, tile) in (first..).zip(full.iter().map(<[Digest; _]>::as_slice).chain(partial)) {
                keep(tx, &self.log, level, n, tile)?;
            }
            roots = full.iter().map(|it| root_of(it)).collect();
            (from, level) = (first, level + 1);
        }
        Ok(())
    }
}

/// The hashes of a tile, at least `width` of them; none where the log does not have them.
pub(super) fn tile(
    tx: &mut Tx<'_>,
    log: &str,
    level: u8,
    n: u64,
    width: u16,
) -> Result<Option<Vec<Digest>>, Fault> {
    let kept = stored(tx, log, i64::from(level), n)?;
    let hashes = match kept {
        Some(it) => it,
        None if level == 0 => leaf_column(tx, log, n * WIDTH, n * WIDTH + u64::from(width))?,
        None => Vec::new(),
    };
    Ok(Some(hashes).filter(|it| it.len() >= usize::from(width)))
}

/// A proof made from the tiles of a log.
pub(super) fn proof<T>(
    tx: &mut Tx<'_>,
    log: &str,
    make: impl FnOnce(&dyn Hashes) -> Result<T, ProofError>,
) -> Result<Result<T, ProofError>, Fault> {
    let tiles = Tiles { tx: RefCell::new(tx), log, fault: RefCell::new(None) };
    let made = make(&tiles);
    match tiles.fault.into_inner() {
        Some(fault) => Err(fault),
        None => Ok(made),
    }
}

/// The tiles in the store, as the proofs ask for them. What the store fails with is kept for afterwards.
struct Tiles<'a, 't> {
    tx: RefCell<&'a mut Tx<'t>>,
    log: &'a str,
    fault: RefCell<Option<Fault>>,
}

impl Hashes for Tiles<'_, '_> {
    fn tile(&self, level: u8, n: u64, width: u16) -> Option<Vec<Digest>> {
        let found = tile(&mut self.tx.borrow_mut(), self.log, level, n, width);
        found.unwrap_or_else(|fault| {
            self.fault.replace(Some(fault));
            None
        })
    }
}

/// The hashes of the leaves `[from, until)`, of their entries.
fn leaf_column(tx: &mut Tx<'_>, log: &str, from: u64, until: u64) -> Result<Vec<Digest>, Fault> {
    Ok(kept::texts(tx, log, from, until)?.iter().map(|it| leaf_hash(it.as_bytes())).collect())
}

fn stored(tx: &mut Tx<'_>, log: &str, level: i64, n: u64) -> Result<Option<Vec<Digest>>, Fault> {
    let row = tx.row(
        "SELECT hashes FROM audit_tile WHERE log = $1 AND level = $2 AND n = $3",
        values![log, level, number(log, n)?],
    )?;
    let Some(bytes) = row.map(|it| it.get::<Vec<u8>>(0)).transpose()? else { return Ok(None) };
    bytes.chunks(32).map(|it| digest(log, it)).collect::<Result<_, _>>().map(Some)
}

fn keep(tx: &mut Tx<'_>, log: &str, level: i64, n: u64, hashes: &[Digest]) -> Result<(), Fault> {
    tx.housekeeping(
        "INSERT INTO audit_tile (tenant_id, log, level, n, hashes) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (log, level, n) DO UPDATE SET hashes = $5",
        values![tenant_of(log), log, level, number(log, n)?, bytes_of(hashes)],
    )?;
    Ok(())
}

/// The hashes one after the other, as tiles have them.
pub(super) fn bytes_of(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|it| *it.bytes()).collect()
}

fn digest(log: &str, bytes: &[u8]) -> Result<Digest, Fault> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| broken(log))
}

fn number(log: &str, it: u64) -> Result<i64, Fault> {
    i64::try_from(it).map_err(|_| broken(log))
}

pub(super) fn broken(log: &str) -> Fault {
    Fault::broken(format!("the tree of log `{log}` is damaged; check the log"))
}
