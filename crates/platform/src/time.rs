//! Instants as the API writes and reads them: RFC 3339.

use std::borrow::Cow;
use std::fmt;

use calendar::{Zone, parse_instant};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use store::{FromValue, Value};
use timeline::Instant;

use crate::refusal::Refusal;

/// An instant of the API: written in UTC (`2026-10-01T00:00:00Z`, a fraction only where there is one), read with any
/// offset, never without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub Instant);

/// The instant in UTC: `2026-10-01T00:00:00Z`.
pub fn show(at: Instant) -> String {
    Zone::utc().show(at)
}

/// Reads `2026-10-01T00:00:00+08:00`; refused with the reason and what was meant by the text.
pub fn read(name: &str, text: &str) -> Result<Instant, Refusal> {
    parse_instant(text).map_err(|it| {
        Refusal::invalid(
            format!("{name}: {it}; found `{text}`"),
            format!("{name}：时间须写作 2026-10-01T00:00:00+08:00；实为 `{text}`"),
        )
    })
}

/// So many seconds later; the end of time where there is none.
pub fn after(at: Instant, seconds: i64) -> Instant {
    Instant::from_nanos(at.nanos().saturating_add(seconds.saturating_mul(1_000_000_000)))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(self.0))
    }
}

impl From<Instant> for Moment {
    fn from(it: Instant) -> Self {
        Self(it)
    }
}

impl From<Moment> for Value {
    fn from(it: Moment) -> Self {
        it.0.into()
    }
}

impl FromValue for Moment {
    fn from_value(value: &Value) -> Option<Self> {
        Instant::from_value(value).map(Self)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&show(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        parse_instant(&text).map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "examples": ["2026-10-01T00:00:00Z"]})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_any_offset_and_written_in_utc() {
        let table = [
            ("\"2026-10-01T00:00:00+08:00\"", "\"2026-09-30T16:00:00Z\""),
            ("\"2026-10-01T00:00:00Z\"", "\"2026-10-01T00:00:00Z\""),
            ("\"2026-10-01T00:00:00.250Z\"", "\"2026-10-01T00:00:00.25Z\""),
        ];
        for (given, written) in table {
            let moment: Moment = serde_json::from_str(given).unwrap();
            assert_eq!(serde_json::to_string(&moment).unwrap(), written);
        }
        assert!(serde_json::from_str::<Moment>("\"2026-10-01T00:00:00\"").is_err(), "no offset, no instant");
    }

    #[test]
    fn time_does_not_overflow() {
        assert_eq!(after(Instant::EPOCH, 2).nanos(), 2_000_000_000);
        assert_eq!(after(Instant::EPOCH, i64::MAX), Instant::MAX);
    }
}
