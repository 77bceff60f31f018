//! Ids of traces and spans, and the header `traceparent` that carries them from process to process (W3C Trace Context).

use std::fmt;

/// A trace: 16 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// A span: 8 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId([u8; 8]);

/// What a caller says of the trace its request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The trace.
    pub trace: TraceId,
    /// The caller's span.
    pub span: SpanId,
    /// Whether the caller records it.
    pub sampled: bool,
}

impl Parent {
    /// Reads a `traceparent`: version, trace, span and flags in lower-case hexadecimal digits. `None` when it is none, and
    /// for what the standard calls invalid: version ff, ids of zeros, anything after a version 00.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version: [u8; 1] = bytes(parts.next()?)?;
        let (trace, span) = (TraceId::new(bytes(parts.next()?)?)?, SpanId::new(bytes(parts.next()?)?)?);
        let flags: [u8; 1] = bytes(parts.next()?)?;
        let ends = parts.next().is_none();
        let fits = version != [0xff] && (ends || version != [0]);
        fits.then_some(Self { trace, span, sampled: flags[0] & 1 == 1 })
    }
}

impl fmt::Display for Parent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

impl TraceId {
    /// From bytes; `None` when all are zero.
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// From random bytes.
    pub fn random(bytes: [u8; 16]) -> Self {
        // Without chance all bytes are zero, which no id may be.
        Self::new(bytes).unwrap_or(Self([1; 16]))
    }
}

impl SpanId {
    /// From bytes; `None` when all are zero.
    pub fn new(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    /// From random bytes.
    pub fn random(bytes: [u8; 8]) -> Self {
        // Without chance all bytes are zero, which no id may be.
        Self::new(bytes).unwrap_or(Self([1; 8]))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "{it:02x}"))
    }
}

/// Exactly so many bytes in lower-case hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let lower = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != N.checked_mul(2)? || !text.bytes().all(lower) {
        return None;
    }
    let mut read = [0; N];
    for (place, pair) in read.iter_mut().zip(text.as_bytes().chunks(2)) {
        *place = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn a_traceparent_of_the_standard_is_read_and_written() {
        let text = format!("00-{TRACE}-{SPAN}-01");
        let read = Parent::parse(&text).unwrap();
        assert_eq!((read.trace.to_string().as_str(), read.span.to_string().as_str()), (TRACE, SPAN));
        assert_eq!((read.sampled, read.to_string()), (true, text));
        for (flags, sampled) in [("00", false), ("02", false), ("03", true)] {
            assert_eq!(Parent::parse(&format!("00-{TRACE}-{SPAN}-{flags}")).unwrap().sampled, sampled);
        }
        let later = Parent::parse(&format!("cc-{TRACE}-{SPAN}-01-what-the-future-brings")).unwrap();
        assert_eq!(later.trace.to_string(), TRACE, "a later version begins like this one");
    }

    #[test]
    fn what_the_standard_calls_invalid_is_none() {
        let upper = TRACE.to_uppercase();
        for text in [
            String::new(),
            "00".to_owned(),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{upper}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{TRACE}0-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("00-{}é-{SPAN}-01", &TRACE[..30]),
        ] {
            assert_eq!(Parent::parse(&text), None, "{text}");
        }
    }
}
