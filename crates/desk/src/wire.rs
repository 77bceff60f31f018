//! How instants, zones and currencies are written where a machine is stored: as text people can read.

/// An instant as RFC 3339 in UTC.
pub(crate) mod instant {
    use calendar::{Zone, parse_instant};
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
    use timeline::Instant;

    pub(crate) fn serialize<S: Serializer>(at: &Instant, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&Zone::utc().show(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        parse_instant(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The same, or nothing.
pub(crate) mod maybe_instant {
    use calendar::{Zone, parse_instant};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
    use timeline::Instant;

    #[expect(clippy::ref_option, reason = "the signature serde calls")]
    pub(crate) fn serialize<S: Serializer>(at: &Option<Instant>, out: S) -> Result<S::Ok, S::Error> {
        at.map(|at| Zone::utc().show(at)).serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instant>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| parse_instant(&text).map_err(D::Error::custom)).transpose()
    }
}

/// Instants by deadline.
pub(crate) mod deadlines {
    use std::collections::BTreeMap;

    use calendar::{Zone, parse_instant};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
    use timeline::Instant;

    use crate::effect::Deadline;

    pub(crate) fn serialize<S: Serializer>(
        deadlines: &BTreeMap<Deadline, Instant>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let shown: BTreeMap<_, _> = deadlines.iter().map(|(key, at)| (key, Zone::utc().show(*at))).collect();
        shown.serialize(out)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Deadline, Instant>, D::Error> {
        let shown = BTreeMap::<Deadline, String>::deserialize(from)?;
        let read =
            |(key, text): (Deadline, String)| Ok((key, parse_instant(&text).map_err(D::Error::custom)?));
        shown.into_iter().map(read).collect()
    }
}

/// A zone by its name.
pub(crate) mod zone {
    use calendar::Zone;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(zone: &Zone, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(zone.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Zone, D::Error> {
        let name = String::deserialize(from)?;
        Zone::named(&name).map_err(|_| D::Error::custom(format!("no zone {name}")))
    }
}

/// A currency by its code.
pub(crate) mod currency {
    use quantity::Currency;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(crate) fn serialize<S: Serializer>(currency: &Currency, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(currency.code())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
        let code = String::deserialize(from)?;
        Currency::parse(&code).ok_or_else(|| D::Error::custom(format!("no currency {code}")))
    }
}
