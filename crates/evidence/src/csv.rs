//! CSV: a header row of keys, then one record a row; an empty cell says nothing.
//!
//! The `csv` crate splits and unquotes. It forgives every quoting mistake, which evidence must not, and it does not
//! say where a cell stands; [`spans`] does both.

mod spans;

use csv::{Reader, ReaderBuilder, StringRecord};

use crate::build::{Builder, unknown_column};
use crate::keys::KEYS;
use crate::ndjson::{LINE_BYTES_MAX, not_utf8, too_long};
use crate::report::{Problem, Report, both, quoted};
use crate::row::{Cell, Row, Span, Start, Value};

/// Reads the rows of `bytes` from `base` on.
pub(crate) fn read(file: u32, bytes: &[u8], base: usize, builder: &mut Builder<'_>, report: &mut Report<'_>) {
    if let Err(error) = std::str::from_utf8(bytes) {
        let start = Start { file, line: 1, byte: 0 };
        return report.add(start, not_utf8(error.valid_up_to()));
    }
    let mut rows = Rows::new(file, bytes, base);
    let Some(columns) = header(&mut rows, builder, report) else { return };
    while let Some((start, span)) = rows.next() {
        match rows.cells(&columns, span) {
            Ok(cells) => builder.add(&Row { start, span, cells }, report),
            Err(problem) => builder.refuse(start, problem, report),
        }
    }
}

/// The rows of a file, one at a time.
struct Rows<'a> {
    file: u32,
    bytes: &'a [u8],
    base: usize,
    reader: Reader<&'a [u8]>,
    record: StringRecord,
    start: Start,
}

impl<'a> Rows<'a> {
    fn new(file: u32, bytes: &'a [u8], base: usize) -> Rows<'a> {
        let rest = bytes.get(base..).unwrap_or_default();
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rest);
        let start = Start { file, line: 1, byte: base };
        Rows { file, bytes, base, reader, record: StringRecord::new(), start }
    }

    /// Moves to the next row that is not blank: where it begins, and all of its bytes.
    fn next(&mut self) -> Option<(Start, Span)> {
        let before = self.offset();
        if !self.reader.read_record(&mut self.record).ok()? {
            return None;
        }
        let raw = self.bytes.get(before..self.offset()).unwrap_or_default();
        let blank = raw.iter().take_while(|byte| is_line_end(**byte)).count();
        let tail = raw.iter().rev().take_while(|byte| is_line_end(**byte)).count();
        let from = before + blank;
        self.start = Start { file: self.file, line: self.start.line + self.lines_until(from), byte: from };
        Some((self.start, Span { from, until: (before + raw.len() - tail).max(from) }))
    }

    fn offset(&self) -> usize {
        self.base + usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX)
    }

    fn lines_until(&self, byte: usize) -> usize {
        let passed = self.bytes.get(self.start.byte..byte).unwrap_or_default();
        passed.iter().filter(|it| **it == b'\n').count()
    }

    /// Text and place of every cell of the row.
    fn texts(&self, span: Span) -> Result<Vec<(&str, Span)>, Problem> {
        let raw = self.bytes.get(span.from..span.until).unwrap_or_default();
        // Quotes first: one that is never closed makes the longest of rows.
        let places = spans::spans(raw, span.from).map_err(broken_quotes)?;
        match places.len() == self.record.len() {
            _ if raw.len() > LINE_BYTES_MAX => Err(too_long(span, raw.len())),
            true => Ok(self.record.iter().zip(places).collect()),
            false => Err(broken_quotes(span)),
        }
    }

    fn cells<'r>(&'r self, columns: &'r [String], span: Span) -> Result<Vec<Cell<'r>>, Problem> {
        let texts = self.texts(span)?;
        if texts.len() != columns.len() {
            return Err(wrong_width(span, columns.len(), texts.len()));
        }
        Ok(columns.iter().zip(texts).filter_map(|(column, (text, span))| cell(column, text, span)).collect())
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// An empty cell says nothing. What is wrong with the key of a good column is shown at the cell.
fn cell<'r>(column: &'r str, text: &'r str, span: Span) -> Option<Cell<'r>> {
    let cell = Cell { key: column.into(), key_span: span, value: Value::Text(text.into()), span };
    (!text.is_empty()).then_some(cell)
}

/// The columns; `None` when one of them is refused, for then every row would seem to lack it.
fn header(rows: &mut Rows<'_>, builder: &Builder<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let Some((start, span)) = rows.next() else {
        report.add(rows.start, no_header(Span { from: rows.base, until: rows.base }));
        return None;
    };
    let texts = rows.texts(span).map_err(|problem| report.add(start, problem)).ok()?;
    let mut columns: Vec<String> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (name, span) in texts {
        problems.extend(column_problem(name, span, &columns, builder));
        columns.push(name.to_owned());
    }
    if problems.is_empty() && !columns.iter().any(|it| it == "fact") {
        problems.push(no_header(span));
    }
    let usable = problems.is_empty();
    for problem in problems {
        report.add(start, problem);
    }
    usable.then_some(columns)
}

fn column_problem(name: &str, span: Span, before: &[String], builder: &Builder<'_>) -> Option<Problem> {
    if before.iter().any(|it| it == name) {
        return Some(twice(name, span));
    }
    let declared = builder.schema.facts.iter().any(|fact| fact.attribute(name).is_some());
    (!declared && !KEYS.contains(&name)).then(|| unknown_column(span, name, builder.schema))
}

fn no_header(span: Span) -> Problem {
    Problem::error(
        "V0108",
        span,
        both("the file has no header row with a column `fact`", "文件没有含 `fact` 列的表头行"),
        both(
            "begin with a row of keys: `fact,subject,from,until,…`",
            "首行请写各列的键：`fact,subject,from,until,…`",
        ),
    )
}

fn twice(name: &str, span: Span) -> Problem {
    let name = quoted(name);
    Problem::error(
        "V0105",
        span,
        both(format!("the column `{name}` stands twice"), format!("列 `{name}` 出现两次")),
        both("keep the one that is true", "只保留正确的一列"),
    )
}

fn wrong_width(span: Span, expected: usize, found: usize) -> Problem {
    Problem::error(
        "V0108",
        span,
        both(
            format!("expected {expected} cells as in the header, found {found}"),
            format!("应与表头一致有 {expected} 格，实际为 {found} 格"),
        ),
        both(
            "write one cell for every column, empty where there is nothing to say; quote cells with commas",
            "每列都要有一格，无内容时留空；含逗号的内容请加双引号",
        ),
    )
}

fn broken_quotes(span: Span) -> Problem {
    Problem::error(
        "V0109",
        span,
        both("this double quote does not open or close a whole cell", "此双引号没有完整地包住一格"),
        both(
            r#"quote the whole cell and double the quotes inside it: "say ""so""""#,
            r#"请把整格放进双引号，格内的引号写两次："say ""so""""#,
        ),
    )
}
