//! Reading one JSON object into a vendor's fields, and saying what is wrong with it without repeating it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::error::Category;

use crate::Reason;

/// A text; vendors also write whole numbers and `true` where they promise text.
#[derive(Clone)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(if truth { "true" } else { "false" })))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

/// Reads an object whose fields may be called any of `fields`.
pub(crate) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8], fields: &[&'static str]) -> Result<T, Reason> {
    let text = str::from_utf8(bytes).map_err(|_| Reason::NotUtf8)?;
    serde_json::from_str(text).map_err(|error| reason(&error, fields))
}

/// The error's own text may repeat a value, so only what is known to be a name is taken from it.
pub(crate) fn reason(error: &serde_json::Error, fields: &[&'static str]) -> Reason {
    let named = |start: &str| {
        let text = error.to_string();
        let name = text.strip_prefix(start)?.split('`').next()?;
        fields.iter().find(|it| **it == name).copied()
    };
    match error.classify() {
        Category::Eof => Reason::Unfinished,
        Category::Data => match (named("missing field `"), named("duplicate field `")) {
            (Some(field), _) => Reason::Missing { field },
            (_, Some(field)) => Reason::Twice { field },
            _ => Reason::WrongType,
        },
        // The reader of the window has cut the record, so lines within it are counted as columns.
        _ => Reason::NotJson { column: error.column().max(1) },
    }
}

/// A field that must be there and say something.
pub(crate) fn required<'a>(text: Option<Text<'a>>, field: &'static str) -> Result<Cow<'a, str>, Reason> {
    said(text).ok_or(Reason::Missing { field })
}

/// A field that says something.
pub(crate) fn said(text: Option<Text<'_>>) -> Option<Cow<'_, str>> {
    text.map(|it| it.0).filter(|it| !it.is_empty())
}

/// A count of messages.
pub(crate) fn count(text: Option<&str>, field: &'static str) -> Result<Option<u16>, Reason> {
    let Some(text) = text.filter(|it| !it.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Reason::NotANumber { field })
}
