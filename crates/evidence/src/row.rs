//! A row as it was written: keys and values with their places, before anyone asks what they mean.

use std::borrow::Cow;

/// Bytes `[from, until)` of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: usize,
    pub(crate) until: usize,
}

/// Where a row begins; lines and columns of what is inside are counted from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// Position of the file among those given.
    pub(crate) file: u32,
    /// 1-based line.
    pub(crate) line: usize,
    /// First byte.
    pub(crate) byte: usize,
}

/// A written value. Lists and objects mean nothing here, so only that they were found is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Truth(bool),
    /// The number's own text.
    Number(&'a str),
    Text(Cow<'a, str>),
    List,
    Object,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Value<'a>,
    pub(crate) span: Span,
}

/// All that one line says.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) start: Start,
    pub(crate) span: Span,
    pub(crate) cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    /// The value of a key; `null` counts as absent.
    #[inline]
    pub(crate) fn cell(&self, key: &str) -> Option<&Cell<'a>> {
        self.cells.iter().find(|it| it.key == key && it.value != Value::Null)
    }
}
