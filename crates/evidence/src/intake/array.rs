//! A JSON body that is a list of records or one record: finds where each begins and ends, so that one bad record hides no other.

use crate::build::Builder;
use crate::intake::{Shape, cloud_event};
use crate::json;
use crate::ndjson::{LINE_BYTES_MAX, not_utf8, too_long};
use crate::report::{Problem, Report, both};
use crate::row::{Cell, Row, Span, Start};

/// Reads all records of `bytes`.
pub(super) fn read(
    bytes: &[u8],
    base: usize,
    shape: Shape,
    builder: &mut Builder<'_>,
    report: &mut Report<'_>,
) {
    let top = Start { file: 0, line: 1, byte: 0 };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return builder.refuse(top, not_utf8(error.valid_up_to()), report),
    };
    let mut start = top;
    for element in Elements::new(text, base) {
        match element {
            Ok(span) => {
                start = moved(start, bytes, span.from);
                match row(text, start, span, shape, builder) {
                    Ok(row) => builder.add(&row, report),
                    Err(problem) => builder.refuse(start, problem, report),
                }
            }
            Err(span) => builder.refuse(moved(start, bytes, span.from), broken(span), report),
        }
    }
}

fn row<'t>(
    text: &'t str,
    start: Start,
    span: Span,
    shape: Shape,
    builder: &Builder<'_>,
) -> Result<Row<'t>, Problem> {
    let element = text.get(span.from..span.until).unwrap_or_default();
    if element.len() > LINE_BYTES_MAX {
        return Err(too_long(span, element.len()));
    }
    let cells = object(element, span.from)?;
    let row = Row { start, span, cells };
    if shape == Shape::CloudEvents { cloud_event::row(row, text, builder.schema) } else { Ok(row) }
}

/// The cells of one object.
pub(super) fn object(text: &str, base: usize) -> Result<Vec<Cell<'_>>, Problem> {
    json::object(text, base).map_err(|error| json::explain(error, text, base))
}

/// The same place further on, its lines counted.
fn moved(start: Start, bytes: &[u8], byte: usize) -> Start {
    let passed = bytes.get(start.byte..byte).unwrap_or_default();
    let lines = passed.iter().filter(|it| **it == b'\n').count();
    Start { line: start.line + lines, byte, ..start }
}

/// The elements of a list, or the one value there is. What is between brackets is not looked into.
struct Elements<'t> {
    text: &'t [u8],
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Done,
}

impl<'t> Elements<'t> {
    fn new(text: &'t str, base: usize) -> Self {
        Self { text: text.as_bytes(), at: base, state: State::Start }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|it| it.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Up to a comma or closing bracket outside of strings and brackets, or the end.
    fn value(&mut self) -> Span {
        let from = self.at;
        let (mut depth, mut quoted) = (0_usize, false);
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' if quoted => self.at += 1,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b',' | b']' if depth == 0 && self.state == State::Inside => break,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.text.len());
        let value = self.text.get(from..self.at).unwrap_or_default();
        Span { from, until: from + value.trim_ascii_end().len() }
    }

    /// The rest of the text, which has no place there.
    fn rest(&mut self) -> Option<Result<Span, Span>> {
        self.state = State::Done;
        self.skip_space();
        let span = Span { from: self.at, until: self.text.len() };
        (span.from < span.until).then_some(Err(span))
    }

    /// After an element: another one, or the end of the list.
    fn separator(&mut self) -> Option<Span> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                None
            }
            Some(b']') => None,
            _ => {
                self.state = State::Done;
                Some(Span { from: self.text.len(), until: self.text.len() })
            }
        }
    }
}

impl Iterator for Elements<'_> {
    type Item = Result<Span, Span>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_space();
        match self.state {
            State::Done => None,
            State::Start if self.peek() == Some(b'[') => {
                self.at += 1;
                self.state = State::Inside;
                self.next()
            }
            State::Start => {
                let span = self.value();
                self.state = State::Done;
                Some(Ok(span))
            }
            State::Inside if self.peek() == Some(b']') => {
                self.at += 1;
                self.rest()
            }
            State::Inside if self.peek().is_none() => {
                self.state = State::Done;
                Some(Err(Span { from: self.at, until: self.at }))
            }
            State::Inside => {
                let span = self.value();
                self.skip_space();
                match self.separator() {
                    // A list that was cut off: its last record may be cut off too.
                    Some(end) => Some(Err(Span { from: span.from, until: end.until })),
                    None => Some(Ok(span)),
                }
            }
        }
    }
}

fn broken(span: Span) -> Problem {
    Problem::error(
        "V0104",
        span,
        both("the list does not end where the text ends", "列表没有与文本同时结束"),
        both(
            "send one JSON list of objects, closed with `]`, and nothing after it",
            "请发送一个以 `]` 结束的 JSON 对象列表，其后不要有其他内容",
        ),
    )
}
