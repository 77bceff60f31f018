//! Where the tiles and entry bundles of a log are served (C2SP tlog-tiles), and which there are.

use std::fmt;
use std::str::FromStr;

use crate::decimal::parse_decimal;

/// Hashes of a full tile, and entries of a full bundle (tlog-tiles, "Merkle Tree").
pub const TILE_WIDTH_MAX: u16 = 256;

/// Highest level a path can name (tlog-tiles, "Merkle Tree").
pub const TILE_LEVEL_MAX: u8 = 63;

/// Height of a full tile's subtree.
const TILE_HEIGHT: u32 = 8;

/// Most hashes of one level that a path counts; an index with a width then always fits a `u64`.
const N_MAX: u64 = u64::MAX >> TILE_HEIGHT;

/// A tile of hashes: `tile/<level>/<n>[.p/<width>]`.
///
/// ```
/// use proof::TilePath;
/// let path: TilePath = "tile/0/x001/x234/067.p/5".parse()?;
/// assert_eq!((path.level(), path.n(), path.width()), (0, 1_234_067, 5));
/// assert_eq!(path.to_string(), "tile/0/x001/x234/067.p/5");
/// # Ok::<(), proof::PathError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    level: u8,
    n: u64,
    width: u16,
}

/// A bundle of log entries: `tile/entries/<n>[.p/<width>]`.
///
/// ```
/// let path: proof::BundlePath = "tile/entries/000".parse()?;
/// assert_eq!((path.n(), path.width()), (0, 256));
/// # Ok::<(), proof::PathError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundlePath {
    n: u64,
    width: u16,
}

/// A text is not the path of a tile or bundle, written the one way it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathError;

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a path of the form `tile/<level or entries>/<n>[.p/<width>]`")
    }
}

impl std::error::Error for PathError {}

impl TilePath {
    /// Tile `n` of `level` (0 to [`TILE_LEVEL_MAX`]) with `width` hashes (1 to [`TILE_WIDTH_MAX`]).
    pub fn new(level: u8, n: u64, width: u16) -> Option<Self> {
        (level <= TILE_LEVEL_MAX && is_place(n, width)).then_some(Self { level, n, width })
    }

    /// The level: 0 for hashes of leaves.
    pub fn level(self) -> u8 {
        self.level
    }

    /// The index within the level, from 0.
    pub fn n(self) -> u64 {
        self.n
    }

    /// The number of hashes, 1 to [`TILE_WIDTH_MAX`].
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether a log of `size` entries has all hashes of the tile: from then on they never change.
    pub fn is_in(self, size: u64) -> bool {
        reaches(self.n, self.width) <= hashes_in_level(self.level, size)
    }
}

impl BundlePath {
    /// Bundle `n` with `width` entries (1 to [`TILE_WIDTH_MAX`]).
    pub fn new(n: u64, width: u16) -> Option<Self> {
        is_place(n, width).then_some(Self { n, width })
    }

    /// The index, from 0.
    pub fn n(self) -> u64 {
        self.n
    }

    /// The number of entries, 1 to [`TILE_WIDTH_MAX`].
    pub fn width(self) -> u16 {
        self.width
    }

    /// The index of the first entry.
    pub fn from(self) -> u64 {
        self.n << TILE_HEIGHT
    }

    /// The index after the last entry.
    pub fn until(self) -> u64 {
        reaches(self.n, self.width)
    }

    /// Whether a log of `size` entries has all entries of the bundle: from then on they never change.
    pub fn is_in(self, size: u64) -> bool {
        self.until() <= size
    }
}

/// The tiles of a log of `size` entries: all full ones, and the partial one at the end of each level
/// (tlog-tiles, "Partial Tiles"), by level and index.
pub fn tiles(size: u64) -> impl Iterator<Item = TilePath> {
    new_tiles(0, size)
}

/// The tiles a log of `new` entries has and a log of `old` entries had not, by level and index. What must be
/// written before a checkpoint of size `new` is published.
pub fn new_tiles(old: u64, new: u64) -> impl Iterator<Item = TilePath> {
    (0..=TILE_LEVEL_MAX).flat_map(move |level| {
        let (had, has) = (hashes_in_level(level, old), hashes_in_level(level, new));
        places(had, has).map(move |(n, width)| TilePath { level, n, width })
    })
}

/// The bundles a log of `new` entries has and a log of `old` entries had not, by index.
pub fn new_bundles(old: u64, new: u64) -> impl Iterator<Item = BundlePath> {
    places(old, new).map(|(n, width)| BundlePath { n, width })
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(self.n, self.width, f)
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(self.n, self.width, f)
    }
}

impl FromStr for TilePath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        let rest = path.strip_prefix("tile/").ok_or(PathError)?;
        let (level, rest) = rest.split_once('/').ok_or(PathError)?;
        let level = parse_decimal(level).and_then(|it| u8::try_from(it).ok()).ok_or(PathError)?;
        let (n, width) = parse_place(rest).ok_or(PathError)?;
        Self::new(level, n, width).ok_or(PathError)
    }
}

impl FromStr for BundlePath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        let (n, width) = path.strip_prefix("tile/entries/").and_then(parse_place).ok_or(PathError)?;
        Self::new(n, width).ok_or(PathError)
    }
}

fn is_place(n: u64, width: u16) -> bool {
    n < N_MAX && (1..=TILE_WIDTH_MAX).contains(&width)
}

/// The index after the last of `width` hashes of tile `n`.
fn reaches(n: u64, width: u16) -> u64 {
    (n << TILE_HEIGHT) + u64::from(width)
}

fn hashes_in_level(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0)
}

/// Indices and widths of the tiles of one level that appear when it grows from `had` hashes to `has`.
fn places(had: u64, has: u64) -> impl Iterator<Item = (u64, u16)> {
    let full = has >> TILE_HEIGHT;
    let width = u16::try_from(has - (full << TILE_HEIGHT)).unwrap_or(0);
    let grown = has > had;
    let from = if grown { had >> TILE_HEIGHT } else { full };
    let partial = (grown && width > 0).then_some((full, width));
    (from..full).map(|n| (n, TILE_WIDTH_MAX)).chain(partial)
}

/// Three digits to a step, all but the last with an `x` before them (tlog-tiles, "Merkle Tree").
fn write_place(n: u64, width: u16, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = n.to_string();
    let steps = digits.len().div_ceil(3);
    let digits = format!("{n:0>0$}", steps * 3);
    for (at, digit) in digits.char_indices() {
        match at {
            0 if steps > 1 => f.write_str("x")?,
            _ if at > 0 && at % 3 == 0 => f.write_str(if at + 3 < digits.len() { "/x" } else { "/" })?,
            _ => {}
        }
        write!(f, "{digit}")?;
    }
    if width < TILE_WIDTH_MAX { write!(f, ".p/{width}") } else { Ok(()) }
}

fn parse_place(text: &str) -> Option<(u64, u16)> {
    let (steps, width) = match text.split_once(".p/") {
        None => (text, TILE_WIDTH_MAX),
        Some((steps, width)) => {
            let width = parse_decimal(width).filter(|it| *it < u64::from(TILE_WIDTH_MAX))?;
            (steps, u16::try_from(width).ok()?)
        }
    };
    let (leading, last) = steps.rsplit_once('/').map_or((None, steps), |(a, b)| (Some(a), b));
    let mut n = 0;
    for step in leading.into_iter().flat_map(|it| it.split('/')) {
        n = next_step(n, step.strip_prefix('x')?)?;
        // A step of zeroes alone at the start would give one index two paths.
        if n == 0 {
            return None;
        }
    }
    Some((next_step(n, last)?, width))
}

fn next_step(n: u64, digits: &str) -> Option<u64> {
    let three = digits.len() == 3 && digits.bytes().all(|it| it.is_ascii_digit());
    if three { n.checked_mul(1000)?.checked_add(digits.parse().ok()?) } else { None }
}
