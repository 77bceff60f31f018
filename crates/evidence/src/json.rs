//! A strict reader of one JSON object on one line that keeps the text of numbers and the place of everything.
//!
//! RFC 8259 without its freedoms: no key twice, no lone surrogate, depth and number of keys bounded, and a number
//! stays the digits somebody wrote.

mod explain;

use std::borrow::Cow;

use crate::plain::plain_bytes;
use crate::row::{Cell, Span, Value};

pub(crate) use explain::explain;

/// Deepest nesting of objects and lists; the line's own object is the first level.
pub(crate) const DEPTH_MAX: usize = 8;
/// Most keys in one object.
pub(crate) const KEYS_MAX: usize = 256;

/// Why a line is not an object we read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) span: Span,
    pub(crate) fault: Fault,
}

/// What is wrong with the JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Something else was expected.
    Expected(Expected),
    /// A bare word that is not `true`, `false` or `null`: `NaN`, `undefined`, `True`.
    Word(String),
    /// `01`, `1.`, `.5`, `1e`.
    Number(String),
    /// A backslash followed by something else than JSON knows.
    Escape,
    /// Half of a UTF-16 pair.
    LoneSurrogate,
    /// A control character that JSON wants escaped.
    Control(char),
    /// The same key twice in one object.
    DuplicateKey(String),
    /// Beyond [`DEPTH_MAX`].
    TooDeep,
    /// Beyond [`KEYS_MAX`].
    TooManyKeys,
    /// A value, but no object.
    NotAnObject,
}

/// What would have been right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Value,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    ClosingQuote,
    EndOfLine,
}

/// Reads the object that is all of `line`; spans are counted from `base`, the place of the line in its file.
pub(crate) fn object(line: &str, base: usize) -> Result<Vec<Cell<'_>>, JsonError> {
    let mut cells = Vec::new();
    object_into(line, base, &mut cells)?;
    Ok(cells)
}

/// The same, put in place of what is in `cells`.
pub(crate) fn object_into<'a>(
    line: &'a str,
    base: usize,
    cells: &mut Vec<Cell<'a>>,
) -> Result<(), JsonError> {
    cells.clear();
    let mut reader = Reader { text: line, at: 0, base };
    reader.skip_space();
    let from = reader.at;
    if reader.peek() != Some(b'{') {
        reader.value(1)?;
        return Err(reader.error_from(from, Fault::NotAnObject));
    }
    reader.object(1, cells)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(()),
        Some(_) => Err(reader.expected(Expected::EndOfLine)),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn skip_space(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    }

    /// The text from `from` to here; only asked for where both ends are next to ASCII.
    fn since(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn span_from(&self, from: usize) -> Span {
        Span { from: self.base + from, until: self.base + self.at }
    }

    fn error_from(&self, from: usize, fault: Fault) -> JsonError {
        JsonError { span: self.span_from(from), fault }
    }

    /// An error about the character that stands here, or the end of the line.
    fn error_here(&self, fault: Fault) -> JsonError {
        let width = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let from = self.base + self.at;
        JsonError { span: Span { from, until: from + width }, fault }
    }

    fn expected(&self, what: Expected) -> JsonError {
        self.error_here(Fault::Expected(what))
    }

    fn value(&mut self, depth: usize) -> Result<(Value<'a>, Span), JsonError> {
        self.skip_space();
        let from = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth, &mut Vec::new()).map(|()| Value::Object)?,
            Some(b'[') => self.list(depth).map(|()| Value::List)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.expected(Expected::Value)),
        };
        Ok((value, self.span_from(from)))
    }

    fn object(&mut self, depth: usize, cells: &mut Vec<Cell<'a>>) -> Result<(), JsonError> {
        self.enter(depth)?;
        self.skip_space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let cell = self.member(depth, cells)?;
            cells.push(cell);
            self.skip_space();
            if self.eat(b'}') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.expected(Expected::CommaOrBrace));
            }
        }
    }

    fn member(&mut self, depth: usize, before: &[Cell<'a>]) -> Result<Cell<'a>, JsonError> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.expected(Expected::Key));
        }
        let from = self.at;
        let key = self.string()?;
        if before.iter().any(|it| it.key == key) {
            return Err(self.error_from(from, Fault::DuplicateKey(key.into_owned())));
        }
        if before.len() >= KEYS_MAX {
            return Err(self.error_from(from, Fault::TooManyKeys));
        }
        let key_span = self.span_from(from);
        self.skip_space();
        if !self.eat(b':') {
            return Err(self.expected(Expected::Colon));
        }
        let (value, span) = self.value(depth + 1)?;
        Ok(Cell { key, key_span, value, span })
    }

    fn list(&mut self, depth: usize) -> Result<(), JsonError> {
        self.enter(depth)?;
        self.skip_space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.skip_space();
            if self.eat(b']') {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.expected(Expected::CommaOrBracket));
            }
        }
    }

    /// Past the opening bracket, unless it is one too deep.
    fn enter(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth > DEPTH_MAX {
            return Err(self.error_here(Fault::TooDeep));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self) -> Result<Value<'a>, JsonError> {
        let from = self.at;
        self.skip_while(|byte| byte.is_ascii_alphanumeric());
        match self.since(from) {
            "true" => Ok(Value::Truth(true)),
            "false" => Ok(Value::Truth(false)),
            "null" => Ok(Value::Null),
            word => Err(self.error_from(from, Fault::Word(word.to_owned()))),
        }
    }

    /// RFC 8259 §6: `-`? int frac? exp?
    fn number(&mut self) -> Result<&'a str, JsonError> {
        let from = self.at;
        self.skip_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let text = self.since(from);
        if is_number(text) {
            return Ok(text);
        }
        let word = text.trim_start_matches('-').starts_with(|it: char| it.is_ascii_alphabetic());
        let fault = if word { Fault::Word(text.to_owned()) } else { Fault::Number(text.to_owned()) };
        Err(self.error_from(from, fault))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let opening = self.at;
        self.at += 1;
        let mut from = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            self.at += plain_bytes(self.text.as_bytes().get(self.at..).unwrap_or_default());
            let run = self.since(from);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(run),
                        Some(text) => Cow::Owned(text + run),
                    });
                }
                Some(b'\\') => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(run);
                    let escaped = self.escape()?;
                    text.push(escaped);
                    from = self.at;
                }
                Some(control) => return Err(self.error_here(Fault::Control(char::from(control)))),
                None => return Err(self.error_from(opening, Fault::Expected(Expected::ClosingQuote))),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let from = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += usize::from(letter.is_some_and(|byte| byte.is_ascii()));
        match letter {
            Some(byte @ (b'"' | b'\\' | b'/')) => Ok(char::from(byte)),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => self.unicode_escape(from),
            _ => Err(self.error_from(from, Fault::Escape)),
        }
    }

    /// One `\uXXXX`, or two that make a pair.
    fn unicode_escape(&mut self, from: usize) -> Result<char, JsonError> {
        let first = self.hex4(from)?;
        let code = match first {
            0xd800..=0xdbff if self.eat(b'\\') && self.eat(b'u') => match self.hex4(from)? {
                second @ 0xdc00..=0xdfff => 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                _ => first,
            },
            other => other,
        };
        char::from_u32(code).ok_or_else(|| self.error_from(from, Fault::LoneSurrogate))
    }

    fn hex4(&mut self, from: usize) -> Result<u32, JsonError> {
        let digits =
            self.text.get(self.at..self.at + 4).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|it| u32::from_str_radix(it, 16).ok());
        self.at += if code.is_some() { 4 } else { 0 };
        code.ok_or_else(|| self.error_from(from, Fault::Escape))
    }
}

/// Whether `text` is a number of JSON.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let body = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests;
