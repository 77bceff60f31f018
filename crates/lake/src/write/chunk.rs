//! One column of one row group as pages, compressed and described.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::encode::push_hybrid;

/// Rows of a page, in every column alike.
pub(crate) const PAGE_ROWS: usize = 64 * 1024;
/// How hard pages are compressed.
const ZSTD_LEVEL: i32 = 3;

/// A column to be written, page by page.
pub(super) struct Column<'a> {
    /// What the schema says of it.
    pub(super) descriptor: ColumnDescPtr,
    /// Rows of the group.
    pub(super) rows: usize,
    /// How the values of its pages are encoded.
    pub(super) encoding: Encoding,
    /// The words or numbers its codes stand for, PLAIN, and how many.
    pub(super) dictionary: Option<(Vec<u8>, usize)>,
    /// Which rows are there, where rows may be absent.
    pub(super) present: Option<&'a dyn Fn(usize) -> bool>,
    /// Least and greatest, where that helps a reader.
    pub(super) statistics: Option<Statistics>,
}

/// Compresses pages.
pub(super) struct Press(zstd::bulk::Compressor<'static>);

/// A column as it lies in a file.
pub(super) struct Chunk {
    pub(super) bytes: Bytes,
    pub(super) close: ColumnCloseResult,
}

impl Press {
    pub(super) fn new() -> Result<Press> {
        zstd::bulk::Compressor::new(ZSTD_LEVEL)
            .map(Press)
            .map_err(|error| ParquetError::General(error.to_string()))
    }

    /// The first page of a column compressed, if the column is to be: packed codes and deltas hardly shrink, and would be
    /// expanded at every look.
    fn if_it_pays(&mut self, page: &[u8]) -> Result<Option<Bytes>> {
        let pressed = self.press(page)?;
        Ok((pressed.len() * 8 <= page.len() * 7).then_some(pressed))
    }

    fn press(&mut self, bytes: &[u8]) -> Result<Bytes> {
        self.0.compress(bytes).map(Bytes::from).map_err(|error| ParquetError::General(error.to_string()))
    }
}

impl Column<'_> {
    /// Writes all pages; `values` appends the encoded values of the rows `[from, until)` that are there.
    pub(super) fn write(
        self,
        press: &mut Press,
        mut values: impl FnMut(std::ops::Range<usize>, &mut Vec<u8>),
    ) -> Result<Chunk> {
        let mut sink = TrackedWrite::new(Vec::new());
        let mut writer = SerializedPageWriter::new(&mut sink);
        let mut totals = Totals::default();
        let mut body = Vec::new();
        let mut fill = |rows: std::ops::Range<usize>, body: &mut Vec<u8>| {
            body.clear();
            if let Some(present) = self.present {
                push_levels(rows.clone().map(present), body);
            }
            values(rows, body);
        };
        fill(0..self.rows.min(PAGE_ROWS), &mut body);
        let mut first = press.if_it_pays(&body)?;
        let is_pressed = first.is_some();
        let mut pressed = |bytes: &[u8]| match is_pressed {
            true => press.press(bytes),
            false => Ok(Bytes::copy_from_slice(bytes)),
        };
        if let Some((bytes, count)) = &self.dictionary {
            let page = dictionary_page(pressed(bytes)?, *count);
            totals.add(&writer.write_page(CompressedPage::new(page, bytes.len()))?);
        }
        for from in (0..self.rows).step_by(PAGE_ROWS) {
            let rows = from..self.rows.min(from + PAGE_ROWS);
            let count = rows.len();
            if from > 0 {
                fill(rows, &mut body);
            }
            let packed = first.take().map_or_else(|| pressed(&body), Ok)?;
            let page = self.data_page(packed, count);
            totals.add(&writer.write_page(CompressedPage::new(page, body.len()))?);
        }
        writer.close()?;
        let close = self.close(&totals, is_pressed)?;
        Ok(Chunk { bytes: Bytes::from(sink.into_inner()?), close })
    }

    fn data_page(&self, buf: Bytes, rows: usize) -> Page {
        Page::DataPage {
            buf,
            num_values: u32::try_from(rows).unwrap_or_default(),
            encoding: self.encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }
    }

    fn close(self, totals: &Totals, is_pressed: bool) -> Result<ColumnCloseResult> {
        let mut encodings = vec![Encoding::RLE];
        encodings.extend((self.encoding != Encoding::RLE).then_some(self.encoding));
        let dictionary = self.dictionary.is_some();
        encodings.extend(dictionary.then_some(Encoding::PLAIN));
        let stats = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
        let mut pages = vec![stats(PageType::DATA_PAGE, self.encoding, totals.data_pages)];
        pages.extend(dictionary.then(|| stats(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1)));
        let zstd = Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?);
        let mut builder = ColumnChunkMetaData::builder(self.descriptor)
            .set_compression(if is_pressed { zstd } else { Compression::UNCOMPRESSED })
            .set_encodings(encodings)
            .set_page_encoding_stats(pages)
            .set_num_values(i64::try_from(self.rows).unwrap_or_default())
            .set_total_compressed_size(totals.compressed)
            .set_total_uncompressed_size(totals.uncompressed)
            .set_data_page_offset(totals.data_page_offset.unwrap_or_default())
            .set_dictionary_page_offset(dictionary.then_some(0));
        if let Some(statistics) = self.statistics {
            builder = builder.set_statistics(statistics);
        }
        Ok(ColumnCloseResult {
            bytes_written: totals.compressed.unsigned_abs(),
            rows_written: self.rows as u64,
            metadata: builder.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        })
    }
}

#[derive(Default)]
struct Totals {
    compressed: i64,
    uncompressed: i64,
    data_pages: i32,
    data_page_offset: Option<i64>,
}

impl Totals {
    fn add(&mut self, spec: &parquet::column::page::PageWriteSpec) {
        self.compressed += i64::try_from(spec.compressed_size).unwrap_or_default();
        self.uncompressed += i64::try_from(spec.uncompressed_size).unwrap_or_default();
        if spec.page_type == PageType::DATA_PAGE {
            self.data_pages += 1;
            self.data_page_offset.get_or_insert(i64::try_from(spec.offset).unwrap_or_default());
        }
    }
}

fn dictionary_page(buf: Bytes, count: usize) -> Page {
    let num_values = u32::try_from(count).unwrap_or_default();
    Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: true }
}

/// Definition levels: one bit a row, with their length before them.
fn push_levels(present: impl Iterator<Item = bool>, out: &mut Vec<u8>) {
    let levels: Vec<u32> = present.map(u32::from).collect();
    push_with_length(out, |out| push_hybrid(&levels, 1, out));
}

/// What `push` appends, with its length in four bytes before it.
pub(super) fn push_with_length(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
    let from = out.len();
    out.extend_from_slice(&[0; 4]);
    push(out);
    let length = u32::try_from(out.len() - from - 4).unwrap_or_default();
    if let Some(slot) = out.get_mut(from..from + 4) {
        slot.copy_from_slice(&length.to_le_bytes());
    }
}
