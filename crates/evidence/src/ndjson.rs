//! NDJSON: one JSON object a line, every line on its own, so that one bad line hides no other.

use crate::build::Builder;
use crate::json;
use crate::report::{Problem, Report, both};
use crate::row::{Row, Span, Start};

/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Reads every line of `bytes` from `base` on.
pub(crate) fn read(file: u32, bytes: &[u8], base: usize, builder: &mut Builder<'_>, report: &mut Report<'_>) {
    let mut byte = base;
    for (index, line) in bytes.get(base..).unwrap_or_default().split(|it| *it == b'\n').enumerate() {
        let start = Start { file, line: index + 1, byte };
        byte += line.len() + 1;
        match row(start, line) {
            Ok(Some(row)) => builder.add(&row, report),
            Ok(None) => {}
            Err(problem) => builder.refuse(start, problem, report),
        }
    }
}

/// The row a line holds; `None` for a blank line.
fn row(start: Start, line: &[u8]) -> Result<Option<Row<'_>>, Problem> {
    let span = Span { from: start.byte, until: start.byte + line.trim_ascii_end().len() };
    if line.len() > LINE_BYTES_MAX {
        return Err(too_long(span, line.len()));
    }
    let text = std::str::from_utf8(line).map_err(|error| not_utf8(start.byte + error.valid_up_to()))?;
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    let cells = json::object(text, start.byte).map_err(|error| json::explain(error, text, start.byte))?;
    Ok(Some(Row { start, span, cells }))
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
