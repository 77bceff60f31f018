//! Somebody's Parquet: a table of receipts says the same as JSON objects with its columns, and a damaged one is refused.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod support;

use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use support::{run, text, upheld};

const ROWS: i64 = 500;
/// 12:00 of 1 October 2026 in Shanghai, in microseconds since 1970.
const NOON: i64 = 1_790_827_200_000_000;
const SCHEMA: &str = "message receipts {
    required binary message_id (STRING);
    required binary phone (STRING);
    optional binary account (STRING);
    required int64 sent_at (TIMESTAMP(MICROS,true));
    optional int64 reported_at (TIMESTAMP(MILLIS,true));
    required binary code (STRING);
    required int32 parts;
    optional int32 day (DATE);
    optional int64 price (DECIMAL(12,4));
}";

fn code(row: i64) -> &'static str {
    if row % 10 == 0 { "NO_ROUTE" } else { "DELIVERED" }
}

/// Half of them have an account and a time of the report.
fn table() -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build()))
            .expect("a writer");
    let mut group = writer.next_row_group().expect("a group");
    let texts = |of: &dyn Fn(i64) -> String| -> Vec<ByteArray> {
        (0..ROWS).map(|it| ByteArray::from(of(it).into_bytes())).collect()
    };
    let halves: Vec<i16> = (0..ROWS).map(|it| i16::from(it % 2 == 0)).collect();
    let half = |of: Vec<i64>| -> Vec<i64> { of.into_iter().step_by(2).collect() };
    let sent = |row: i64| NOON + row * 1_000_000;
    let mut at = 0;
    while let Some(mut column) = group.next_column().expect("a column") {
        match at {
            0 => drop(column.typed::<ByteArrayType>().write_batch(&texts(&|it| it.to_string()), None, None)),
            1 => drop(column.typed::<ByteArrayType>().write_batch(
                &texts(&|it| format!("138{it:08}")),
                None,
                None,
            )),
            2 => {
                let shops: Vec<ByteArray> = texts(&|_| "shop".to_owned()).into_iter().step_by(2).collect();
                drop(column.typed::<ByteArrayType>().write_batch(&shops, Some(&halves), None));
            }
            3 => drop(column.typed::<Int64Type>().write_batch(
                &(0..ROWS).map(sent).collect::<Vec<_>>(),
                None,
                None,
            )),
            4 => {
                let reported = half((0..ROWS).map(|it| sent(it) / 1_000 + 5_000).collect());
                drop(column.typed::<Int64Type>().write_batch(&reported, Some(&halves), None));
            }
            5 => drop(column.typed::<ByteArrayType>().write_batch(
                &texts(&|it| code(it).to_owned()),
                None,
                None,
            )),
            6 => drop(column.typed::<Int32Type>().write_batch(&vec![1; 500], None, None)),
            7 => drop(column.typed::<Int32Type>().write_batch(&[20_727; 250], Some(&halves), None)),
            _ => {
                drop(column.typed::<Int64Type>().write_batch(&half((0..ROWS).collect()), Some(&halves), None))
            }
        }
        column.close().expect("closed");
        at += 1;
    }
    group.close().expect("closed");
    writer.into_inner().expect("whole")
}

/// The same as objects, as the table's columns are called.
fn objects() -> String {
    let mut lines = String::new();
    for row in 0..ROWS {
        let at = |nanos: i64| platform::time::show(timeline::Instant::from_nanos(nanos));
        let sent = NOON * 1_000 + row * 1_000_000_000;
        let half = match row % 2 {
            0 => format!(r#","account":"shop","reported_at":"{}""#, at(sent + 5_000_000_000)),
            _ => String::new(),
        };
        let line = format!(
            r#"{{"message_id":"{row}","phone":"138{row:08}","sent_at":"{}","code":"{}","parts":1{half}}}"#,
            at(sent),
            code(row)
        );
        writeln!(lines, "{line}").expect("written");
    }
    lines
}

fn import(folder: &Path, file: &str, bytes: &[u8], from: &str, lake: &str) -> Output {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    fs::write(folder.join(file), bytes).expect("written");
    fs::write(folder.join("phone.key"), "0123456789abcdef0123456789abcdef\n").expect("written");
    run(upheld()
        .arg("import")
        .arg(folder.join(file))
        .args([
            "--from",
            from,
            "--provider",
            "aliyun",
            "--subject",
            "other",
            "--format",
            "json",
            "--contract",
        ])
        .arg(contracts.join("pingan-sms.md"))
        .arg("--codes")
        .arg(contracts.join("codes/pingan-sms.md"))
        .arg("--phone-key")
        .arg(folder.join("phone.key"))
        .arg("--lake")
        .arg(folder.join(lake)))
}

/// The SHA-256 of the records of each file in the lake.
fn contents(lake: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(lake.join("manifest.ndjson")).expect("a manifest");
    let lines = manifest.lines().filter_map(|it| it.split_once(' '));
    let lines = lines.map(|(_, json)| serde_json::from_str::<Value>(json).expect("JSON"));
    lines
        .flat_map(|it| it["add"].as_array().cloned().unwrap_or_default())
        .map(|it| it["content"].to_string())
        .collect()
}

#[test]
fn a_table_in_parquet_holds_the_same_records_as_objects_with_its_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, bytes, from, lake) in [
        ("receipts.ndjson", objects().into_bytes(), "ndjson", "of-objects"),
        ("receipts.parquet", table(), "ndjson", "of-the-ending"),
        ("receipts", table(), "parquet", "of-the-word"),
    ] {
        let output = import(folder.path(), file, &bytes, from, lake);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", text(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(told["taken"], 500, "{file}: {told}");
    }
    let expected = contents(&folder.path().join("of-objects"));
    assert!(!expected.is_empty());
    assert_eq!(contents(&folder.path().join("of-the-ending")), expected);
    assert_eq!(contents(&folder.path().join("of-the-word")), expected);
}

#[test]
fn numbers_that_are_not_exact_and_lists_are_refused_by_their_column() {
    let folder = tempfile::tempdir().expect("a folder");
    for (schema, named) in [
        ("message m { required double price; }", "column `price` holds floating-point numbers"),
        ("message m { repeated int32 parts; }", "column `parts` is a list"),
        (
            "message m { required group sum { required int32 minor; } }",
            "column `minor` is a list or a structure",
        ),
    ] {
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
        let bytes = writer.into_inner().expect("whole");
        let output = import(folder.path(), "receipts.parquet", &bytes, "parquet", "lake");
        assert!(text(&output.stderr).contains(named), "{}", text(&output.stderr));
        assert_ne!(output.status.code(), Some(0));
    }
}

#[test]
fn a_damaged_table_is_refused_by_its_name_and_never_brings_the_program_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = table();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let output = import(folder.path(), "receipts.parquet", &bytes, "parquet", &format!("lake-{at}"));
        // A byte in a text is another text; whatever else it is, the program says so and ends as it does with any bad file.
        assert!(
            matches!(output.status.code(), Some(0..=3)),
            "byte {at}: {:?} {}",
            output.status,
            text(&output.stderr)
        );
        if text(&output.stderr).contains("receipts.parquet") {
            refused += 1;
        }
    }
    assert!(refused > 5, "only {refused} were refused");
    let cut = import(folder.path(), "receipts.parquet", &whole[..whole.len() - 9], "parquet", "lake-cut");
    assert!(text(&cut.stderr).contains("receipts.parquet"), "{}", text(&cut.stderr));
}

/// How values of a page are written, by Parquet's numbers.
const PLAIN: u8 = 0;
const DELTA_LENGTHS: u8 = 6;

/// A file of one text in one page, whose header says so much of its length and whose bytes are these, compressed.
fn claiming(folder: &Path, encoding: u8, length: i32, packed: &[u8]) -> Vec<u8> {
    let mut page = vec![0x15, 0, 0x15];
    page.extend(varint(zigzag(length)));
    page.push(0x15);
    page.extend(varint(zigzag(i32::try_from(packed.len()).expect("a page"))));
    // One value, and its levels as runs, which a column that is never absent has none of.
    page.extend([0x2c, 0x15, 2, 0x15, encoding * 2, 0x15, 6, 0x15, 6, 0, 0]);
    page.extend(packed);
    fs::write(folder.join("page"), &page).expect("written");

    let schema =
        Arc::new(parse_message_type("message m { required binary id (STRING); }").expect("a schema"));
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).expect("a writer");
    let column = writer.schema_descr().column(0);
    let bytes = page.len() as u64;
    let metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_num_values(1)
        .set_data_page_offset(0)
        .set_total_compressed_size(i64::try_from(bytes).expect("a length"))
        .set_total_uncompressed_size(i64::from(length))
        .build()
        .expect("metadata");
    let mut group = writer.next_row_group().expect("a group");
    let close = ColumnCloseResult {
        bytes_written: bytes,
        rows_written: 1,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    group.append_column(&File::open(folder.join("page")).expect("a page"), close).expect("appended");
    group.close().expect("closed");
    writer.into_inner().expect("whole")
}

fn zigzag(value: i32) -> u64 {
    u64::try_from(value).expect("positive") << 1
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A page is decompressed whole, and the lengths of its texts are laid out before one is read: both are as long as they claim.
#[test]
fn a_page_that_unfolds_to_gigabytes_is_refused_and_takes_no_more_memory_than_it_may() {
    let folder = tempfile::tempdir().expect("a folder");
    let zeros = io::repeat(0).take(i32::MAX as u64);
    let bomb = zstd::stream::encode_all(zeros, 3).expect("compressed");
    // Blocks of 128 lengths in 4 parts, of which there are as many as a number can say; the first is 0.
    let mut lengths = [varint(128), varint(4), varint(1 << 40), varint(0)].concat();
    lengths.extend([0; 64]);
    let packed = zstd::stream::encode_all(&lengths[..], 3).expect("compressed");
    for (what, file) in [
        ("a page", claiming(folder.path(), PLAIN, i32::MAX, &bomb)),
        (
            "lengths",
            claiming(folder.path(), DELTA_LENGTHS, i32::try_from(lengths.len()).expect("few"), &packed),
        ),
    ] {
        assert!(file.len() < 1 << 20, "{what}: {}", file.len());
        let output = import(folder.path(), "bomb.parquet", &file, "parquet", &format!("lake of {what}"));
        let told = text(&output.stderr);
        assert!(
            told.contains("bomb.parquet") && told.contains("takes more than 1024 MiB of memory"),
            "{what}: {told}"
        );
        assert_eq!(output.status.code(), Some(3), "{what}");
    }
}

#[test]
fn a_page_of_that_make_is_read_when_it_says_the_truth() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = [&3_u32.to_le_bytes()[..], b"one"].concat();
    let packed = zstd::stream::encode_all(&plain[..], 3).expect("compressed");
    let file = claiming(folder.path(), PLAIN, 7, &packed);
    fs::write(folder.path().join("one.parquet"), file).expect("written");
    let output = run(upheld().arg("parquet-lines").arg(folder.path().join("one.parquet")));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), "{\"id\":\"one\"}\n".into()));
}
