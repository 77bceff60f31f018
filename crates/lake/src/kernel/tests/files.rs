//! Files of many shapes with the same rows.

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::kernel::MemoryFile;

/// One row; the column `none` is never there.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) at: i64,
    pub(super) word: Option<String>,
    pub(super) id: String,
    pub(super) source: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) small: u32,
    pub(super) truth: Option<bool>,
}

/// How a file is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    pub(super) dictionary: bool,
    pub(super) v2: bool,
    pub(super) compression: u8,
    pub(super) group_rows: usize,
    pub(super) page_rows: usize,
    pub(super) statistics: bool,
    /// Dictionaries overflow soon, and later pages are plain.
    pub(super) fallback: bool,
}

const SCHEMA: &str = "message rows {
    required int64 at (TIMESTAMP(NANOS, true));
    optional binary word (STRING);
    required binary id (STRING);
    optional binary source (STRING);
    optional int64 number (DECIMAL(18, 0));
    required int32 small (INTEGER(32, false));
    optional boolean truth;
}";

fn properties(style: &Style) -> WriterProperties {
    let statistics = if style.statistics { EnabledStatistics::Chunk } else { EnabledStatistics::None };
    let mut builder = WriterProperties::builder()
        .set_writer_version(if style.v2 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
        .set_dictionary_enabled(style.dictionary)
        .set_statistics_enabled(statistics)
        .set_data_page_row_count_limit(style.page_rows.max(1))
        .set_write_batch_size(style.page_rows.max(1))
        .set_compression(match style.compression {
            0 => Compression::UNCOMPRESSED,
            1 => Compression::SNAPPY,
            _ => Compression::ZSTD(ZstdLevel::default()),
        });
    if style.fallback {
        builder = builder.set_dictionary_page_size_limit(16);
    }
    if style.v2 {
        builder = builder
            .set_column_encoding(ColumnPath::from("at"), Encoding::DELTA_BINARY_PACKED)
            .set_column_encoding(ColumnPath::from("id"), Encoding::DELTA_BYTE_ARRAY)
            .set_column_encoding(ColumnPath::from("source"), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .set_column_dictionary_enabled(ColumnPath::from("at"), false)
            .set_column_dictionary_enabled(ColumnPath::from("id"), false);
    }
    builder.build()
}

/// The bytes of a file with these rows.
pub(super) fn file(rows: &[Row], style: &Style) -> MemoryFile {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties(style))).unwrap();
    for rows in rows.chunks(style.group_rows.max(1)) {
        let mut group = writer.next_row_group().unwrap();
        let text = |it: &str| ByteArray::from(it.as_bytes().to_vec());
        put::<Int64Type>(&mut group, rows.iter().map(|it| Some(it.at)).collect(), false);
        put::<ByteArrayType>(&mut group, rows.iter().map(|it| it.word.as_deref().map(text)).collect(), true);
        put::<ByteArrayType>(&mut group, rows.iter().map(|it| Some(text(&it.id))).collect(), false);
        put::<ByteArrayType>(
            &mut group,
            rows.iter().map(|it| it.source.as_deref().map(text)).collect(),
            true,
        );
        put::<Int64Type>(&mut group, rows.iter().map(|it| it.number).collect(), true);
        put::<Int32Type>(&mut group, rows.iter().map(|it| Some(it.small.cast_signed())).collect(), false);
        put::<BoolType>(&mut group, rows.iter().map(|it| it.truth).collect(), true);
        group.close().unwrap();
    }
    MemoryFile::new("rows.parquet", writer.into_inner().unwrap())
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: Vec<Option<T::T>>,
    optional: bool,
) {
    let levels: Vec<i16> = values.iter().map(|it| i16::from(it.is_some())).collect();
    let present: Vec<T::T> = values.into_iter().flatten().collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(&present, optional.then_some(&levels[..]), None).unwrap();
    column.close().unwrap();
}
