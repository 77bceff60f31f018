//! NDJSON: one JSON object a line, every line on its own, so that one bad line hides no other.

use std::iter;

use memchr::memchr_iter;

use crate::build::Builder;
use crate::json;
use crate::report::{Problem, Report, both};
use crate::row::{Row, Span, Start};

/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Reads every line of `bytes` from `base` on.
pub(crate) fn read(file: u32, bytes: &[u8], base: usize, builder: &mut Builder<'_>, report: &mut Report<'_>) {
    let top = Start { file, line: 1, byte: base };
    let mut row = Row { start: top, span: Span::default(), cells: Vec::new() };
    let mut byte = base;
    for (index, line) in lines(bytes.get(base..).unwrap_or_default()).enumerate() {
        let start = Start { file, line: index + 1, byte };
        byte += line.len() + 1;
        match read_row(start, line, &mut row) {
            Ok(true) => builder.add(&row, report),
            Ok(false) => {}
            Err(problem) => builder.refuse(start, problem, report),
        }
    }
}

/// What stands before, between and behind line feeds.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    let ends = memchr_iter(b'\n', bytes).chain(iter::once(bytes.len()));
    ends.map(move |until| {
        let line = bytes.get(from..until).unwrap_or_default();
        from = until + 1;
        line
    })
}

/// Reads the row a line holds into `row`; `false` for a blank line.
fn read_row<'a>(start: Start, line: &'a [u8], row: &mut Row<'a>) -> Result<bool, Problem> {
    row.start = start;
    row.span = Span { from: start.byte, until: start.byte + line.trim_ascii_end().len() };
    if line.len() > LINE_BYTES_MAX {
        return Err(too_long(row.span, line.len()));
    }
    let text = std::str::from_utf8(line).map_err(|error| not_utf8(start.byte + error.valid_up_to()))?;
    if text.trim_ascii().is_empty() {
        return Ok(false);
    }
    json::object_into(text, start.byte, &mut row.cells)
        .map_err(|error| json::explain(error, text, start.byte))?;
    Ok(true)
}

/// The record takes more bytes, as it was written or in its canonical line, than are read.
pub(crate) fn too_long(span: Span, bytes: usize) -> Problem {
    Problem::error(
        "V0101",
        span,
        both(
            format!("the record is {bytes} bytes long; at most {LINE_BYTES_MAX} are read"),
            format!("该记录长 {bytes} 字节，至多读取 {LINE_BYTES_MAX} 字节"),
        ),
        both("write one record a line", "请每行只写一条记录"),
    )
}

/// The byte at `at` is not UTF-8.
pub(crate) fn not_utf8(at: usize) -> Problem {
    Problem::error(
        "V0103",
        Span { from: at, until: at + 1 },
        both("the text is not UTF-8 here", "此处的文本不是 UTF-8 编码"),
        both("save the file as UTF-8", "请将文件保存为 UTF-8 编码"),
    )
}
