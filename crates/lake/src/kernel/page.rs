//! Pages of a column chunk: their headers, and their bytes decompressed into buffers that are used again.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use super::error::Problem;
use super::footer::{Chunk, fetch};
use super::source::ReadAt;
use super::thrift::{Thrift, Wire};

use super::bits::PADDING;

/// Pages that claim more are refused.
const PAGE_BYTES_MAX: u64 = 512 << 20;
/// Row groups that claim more are refused.
pub(super) const GROUP_ROWS_MAX: u64 = 256 << 20;

const OUTSIDE: Problem = Problem::Corrupt("a page lies outside of its column");

/// What a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PageKind {
    Data,
    DataV2,
    Dictionary,
    #[default]
    Other,
}

/// How the values of a page are written, by Parquet's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoding(pub(super) i64);

impl Encoding {
    pub(super) const PLAIN: Encoding = Encoding(0);
    pub(super) const RLE: Encoding = Encoding(3);
    pub(super) const DELTA: Encoding = Encoding(5);
    pub(super) const DELTA_LENGTHS: Encoding = Encoding(6);
    pub(super) const DELTA_STRINGS: Encoding = Encoding(7);

    pub(super) fn is_dictionary(self) -> bool {
        matches!(self.0, 2 | 8)
    }
}

/// One page, not yet decompressed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Page {
    pub(super) kind: PageKind,
    pub(super) encoding: Encoding,
    /// Values, absent ones included; of a flat column also its rows.
    pub(super) values: u64,
    /// Bytes of levels before the values, in pages of version 2, which are never compressed.
    levels_bytes: u64,
    repetition_bytes: u64,
    plain: bool,
    compressed: u64,
    size: u64,
    from: usize,
}

/// Decompressors and buffers of one thread.
#[derive(Default)]
pub(super) struct Tools {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
    buffers: Vec<Vec<u8>>,
    /// All zeros.
    tables: Vec<Box<[u64]>>,
}

/// Shared by all cursors of one thread.
pub(super) type Shared = Rc<RefCell<Tools>>;

/// Tools of threads that ended, so that the next question finds its buffers ready.
static SPARE: Mutex<Vec<Tools>> = Mutex::new(Vec::new());
/// How many tools are kept, and how many bytes of buffers with each.
const SPARE_MAX: usize = 2;
const SPARE_BYTES_MAX: usize = 64 << 20;
/// How many tables are kept with each.
const SPARE_TABLES_MAX: usize = 4;

impl Tools {
    /// Those of a thread that ended, or new ones.
    pub(super) fn take() -> Shared {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Rc::new(RefCell::new(spare.unwrap_or_default()))
    }

    /// Keeps them for another thread.
    pub(super) fn give(shared: Shared) {
        let Ok(mut tools) = Rc::try_unwrap(shared).map(RefCell::into_inner) else { return };
        let mut bytes = 0_usize;
        tools.buffers.retain(|it| {
            bytes = bytes.saturating_add(it.capacity());
            bytes <= SPARE_BYTES_MAX
        });
        tools.tables.truncate(SPARE_TABLES_MAX);
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_MAX {
            spare.push(tools);
        }
    }
}

/// The bytes of one column chunk, cut into pages.
pub(super) struct Pages {
    tools: Shared,
    codec: i64,
    raw: Vec<u8>,
    bytes: usize,
    /// The page of the dictionary, if there is one.
    pub(super) dictionary: Option<Page>,
    /// The data pages in order.
    pub(super) data: Vec<Page>,
}

/// Where the parts of a decompressed data page lie in its buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    /// Definition levels: from and until.
    pub(super) levels: (usize, usize),
    /// Values: from and until.
    pub(super) values: (usize, usize),
}

impl Pages {
    /// Fetches a chunk and reads its pages' headers. The data pages of a flat column cover `rows`.
    pub(super) fn open(
        source: &dyn ReadAt,
        chunk: &Chunk,
        rows: u64,
        tools: &Shared,
    ) -> Result<Pages, Problem> {
        let bytes = usize::try_from(chunk.bytes).map_err(|_| OUTSIDE)?;
        let mut raw = take(tools);
        reserve(&mut raw, bytes);
        fetch(source, chunk.offset, raw.get_mut(..bytes).unwrap_or_default())?;
        let mut pages =
            Pages { tools: Rc::clone(tools), codec: chunk.codec, raw, bytes, dictionary: None, data: vec![] };
        pages.list(rows)?;
        Ok(pages)
    }

    fn list(&mut self, rows: u64) -> Result<(), Problem> {
        let (mut at, mut found) = (0, 0_u64);
        while found < rows && at < self.bytes {
            let (page, next) = header(self.raw.get(..self.bytes).unwrap_or_default(), at)?;
            at = next;
            match page.kind {
                PageKind::Dictionary if self.data.is_empty() => self.dictionary = Some(page),
                PageKind::Data | PageKind::DataV2 => {
                    found = found.saturating_add(page.values);
                    self.data.push(page);
                }
                PageKind::Dictionary | PageKind::Other => {}
            }
        }
        if found == rows {
            Ok(())
        } else {
            Err(Problem::Corrupt("a column has not as many rows as its group"))
        }
    }

    /// Decompresses into `buffer`, which then reaches [`PADDING`] zeros past the page; returns the page's length.
    pub(super) fn bytes_of(&self, page: &Page, buffer: &mut Vec<u8>) -> Result<usize, Problem> {
        let size = usize::try_from(page.size).map_err(|_| OUTSIDE)?;
        let levels = usize::try_from(page.levels_bytes).map_err(|_| OUTSIDE)?;
        let end = usize::try_from(page.compressed).ok().and_then(|it| page.from.checked_add(it));
        let packed = self.raw.get(page.from..end.ok_or(OUTSIDE)?).ok_or(OUTSIDE)?;
        let (head, packed) = packed.split_at_checked(levels).ok_or(OUTSIDE)?;
        reserve(buffer, size + PADDING);
        let (to_head, rest) = buffer.split_at_mut_checked(levels).ok_or(OUTSIDE)?;
        to_head.copy_from_slice(head);
        let (to, padding) =
            rest.split_at_mut_checked(size.checked_sub(levels).ok_or(OUTSIDE)?).ok_or(OUTSIDE)?;
        let codec = if page.plain || packed.is_empty() { 0 } else { self.codec };
        self.tools.borrow_mut().decompress(codec, packed, to)?;
        padding.get_mut(..PADDING).unwrap_or_default().fill(0);
        Ok(size)
    }

    /// Where levels and values lie within the bytes of a data page.
    pub(super) fn parts(page: &Page, bytes: &[u8], optional: bool) -> Result<Parts, Problem> {
        let end = bytes.len().checked_sub(PADDING).ok_or(OUTSIDE)?;
        let (levels, from) = match page.kind {
            PageKind::DataV2 => {
                let from = usize::try_from(page.repetition_bytes).map_err(|_| OUTSIDE)?;
                let until = usize::try_from(page.levels_bytes).map_err(|_| OUTSIDE)?;
                ((from, until), until)
            }
            _ if optional => {
                let length = bytes.first_chunk::<4>().ok_or(OUTSIDE)?;
                let until =
                    usize::try_from(u32::from_le_bytes(*length)).map_err(|_| OUTSIDE)?.saturating_add(4);
                ((4, until), until)
            }
            _ => ((0, 0), 0),
        };
        if levels.0 > levels.1 || from > end {
            return Err(OUTSIDE);
        }
        Ok(Parts { levels, values: (from, end) })
    }

    pub(super) fn tools(&self) -> &Shared {
        &self.tools
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        give(&self.tools, std::mem::take(&mut self.raw));
    }
}

/// A buffer that was used before, if there is one.
pub(super) fn take(tools: &Shared) -> Vec<u8> {
    tools.borrow_mut().buffers.pop().unwrap_or_default()
}

/// Gives a buffer back.
pub(super) fn give(tools: &Shared, buffer: Vec<u8>) {
    tools.borrow_mut().buffers.push(buffer);
}

/// So many zeros, in a table that was used before if there is one.
pub(super) fn take_table(tools: &Shared, size: usize) -> Box<[u64]> {
    let spare = tools.borrow_mut().tables.pop().filter(|it| it.len() == size);
    spare.unwrap_or_else(|| vec![0; size].into_boxed_slice())
}

/// Gives a table back that is zero behind its first `used` numbers: zeroing it costs what was used of it.
pub(super) fn give_table(tools: &Shared, mut table: Box<[u64]>, used: usize) {
    table.iter_mut().take(used).for_each(|it| *it = 0);
    tools.borrow_mut().tables.push(table);
}

/// Buffers only grow, so that nothing is zeroed twice.
fn reserve(buffer: &mut Vec<u8>, bytes: usize) {
    if buffer.len() < bytes {
        buffer.resize(bytes, 0);
    }
}

fn header(raw: &[u8], at: usize) -> Result<(Page, usize), Problem> {
    let mut page = Page::default();
    let mut thrift = Thrift::new(raw.get(at..).unwrap_or_default());
    let mut kind = -1;
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Int) => kind = it.int()?,
            (2, Wire::Int) => page.size = natural(it.int()?)?,
            (3, Wire::Int) => page.compressed = natural(it.int()?)?,
            (5 | 7, Wire::Struct) => data_header(it, &mut page)?,
            (8, Wire::Struct) => data_header_v2(it, &mut page)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    page.kind = match kind {
        0 => PageKind::Data,
        2 => PageKind::Dictionary,
        3 => PageKind::DataV2,
        _ => PageKind::Other,
    };
    if page.size > PAGE_BYTES_MAX {
        return Err(Problem::TooLarge { what: "one page", found: page.size, max: PAGE_BYTES_MAX });
    }
    page.from = at + thrift.position();
    let next = usize::try_from(page.compressed).ok().and_then(|it| page.from.checked_add(it));
    Ok((page, next.filter(|it| *it <= raw.len()).ok_or(OUTSIDE)?))
}

fn natural(value: i64) -> Result<u64, Problem> {
    u64::try_from(value).map_err(|_| Problem::Corrupt("a page has a negative length"))
}

fn data_header(thrift: &mut Thrift<'_>, page: &mut Page) -> Result<(), Problem> {
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Int) => page.values = natural(it.int()?)?,
            (2, Wire::Int) => page.encoding = Encoding(it.int()?),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

fn data_header_v2(thrift: &mut Thrift<'_>, page: &mut Page) -> Result<(), Problem> {
    let mut definition = 0;
    thrift.fields(|it, id, wire| {
        match (id, wire) {
            (1, Wire::Int) => page.values = natural(it.int()?)?,
            (4, Wire::Int) => page.encoding = Encoding(it.int()?),
            (5, Wire::Int) => definition = natural(it.int()?)?,
            (6, Wire::Int) => page.repetition_bytes = natural(it.int()?)?,
            (7, Wire::False) => {
                page.plain = true;
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    page.levels_bytes = page.repetition_bytes.saturating_add(definition);
    Ok(())
}

impl Tools {
    fn decompress(&mut self, codec: i64, packed: &[u8], to: &mut [u8]) -> Result<(), Problem> {
        const BROKEN: Problem = Problem::Corrupt("a page cannot be decompressed");
        let size = match codec {
            0 => {
                let from = packed.get(..to.len()).ok_or(BROKEN)?;
                to.copy_from_slice(from);
                packed.len()
            }
            1 if snap::raw::decompress_len(packed).ok() == Some(to.len()) => {
                snap::raw::Decoder::new().decompress(packed, to).map_err(|_| BROKEN)?
            }
            1 => return Err(BROKEN),
            6 => self.zstd()?.decompress_to_buffer(packed, to).map_err(|_| BROKEN)?,
            other => return Err(Problem::Unsupported(format!("compression {other}"))),
        };
        if size == to.len() { Ok(()) } else { Err(BROKEN) }
    }

    fn zstd(&mut self) -> Result<&mut zstd::bulk::Decompressor<'static>, Problem> {
        if self.zstd.is_none() {
            self.zstd = Some(zstd::bulk::Decompressor::new().map_err(|it| Problem::Io(it.to_string()))?);
        }
        self.zstd.as_mut().ok_or(Problem::Corrupt("no decompressor"))
    }
}
