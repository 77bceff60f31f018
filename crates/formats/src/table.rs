//! Receipts in a table of somebody's own making: CSV with a header or JSON objects, told apart by a mapping of columns.

use std::borrow::Cow;
use std::fmt;

use calendar::parse_instant;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use timeline::Instant;

use crate::json::{Text, count, reason};
use crate::{Offset, Phone, Reason, Receipt, Spot, csv};

/// What a column can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Who reports; without the column, [`Mapping::provider`].
    Provider,
    /// Whose message it was.
    Account,
    /// The vendor's number of the message. Must be there.
    MessageId,
    /// Whom it was sent to.
    Phone,
    /// When it was sent.
    SentAt,
    /// When the receipt was made.
    ReportedAt,
    /// What became of it. Must be there.
    Code,
    /// The vendor's explanation.
    Text,
    /// The operator.
    Carrier,
    /// How many messages the operator counts.
    Parts,
    /// The vendor's coarse word of success or failure.
    Status,
}

impl Field {
    /// Every field.
    pub const ALL: [Field; 11] = [
        Field::Provider,
        Field::Account,
        Field::MessageId,
        Field::Phone,
        Field::SentAt,
        Field::ReportedAt,
        Field::Code,
        Field::Text,
        Field::Carrier,
        Field::Parts,
        Field::Status,
    ];

    /// Its name, and the name of its column where none is mapped.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Provider => "provider",
            Field::Account => "account",
            Field::MessageId => "message_id",
            Field::Phone => "phone",
            Field::SentAt => "sent_at",
            Field::ReportedAt => "reported_at",
            Field::Code => "code",
            Field::Text => "text",
            Field::Carrier => "carrier",
            Field::Parts => "parts",
            Field::Status => "status",
        }
    }

    /// The field of that name.
    pub fn named(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// Which column says what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Who reports, where no column says so.
    pub provider: String,
    /// The name of each column or key that is read.
    pub columns: Vec<(Field, String)>,
    /// The zone of times written without one; `None` refuses them.
    pub offset: Option<Offset>,
    /// Whether eleven digits without a prefix are a Chinese mobile number.
    pub domestic: bool,
}

impl Mapping {
    /// Columns called as the fields themselves, times with their own offset, numbers with their country code unless Chinese.
    pub fn plain(provider: &str) -> Mapping {
        let columns = Field::ALL.iter().map(|it| (*it, it.name().to_owned())).collect();
        Mapping { provider: provider.to_owned(), columns, offset: None, domestic: true }
    }

    fn field(&self, column: &str) -> Option<Field> {
        self.columns.iter().find(|it| it.1 == column).map(|it| it.0)
    }

    fn instant(&self, text: &str) -> Option<Instant> {
        match self.offset {
            Some(offset) => offset.instant(text),
            None => parse_instant(text).ok(),
        }
    }

    fn phone(&self, text: &str) -> Option<Phone> {
        if self.domestic { Phone::domestic(text) } else { Phone::international(text) }
    }
}

/// Which field stands in which column of a table.
#[derive(Debug)]
pub(crate) struct Header(Vec<Option<Field>>);

impl Header {
    /// Reads the first row. A column the mapping names may be missing unless a receipt cannot do without it.
    pub(crate) fn read(row: &[u8], mapping: &Mapping) -> Result<Header, Reason> {
        let row = str::from_utf8(row).map_err(|_| Reason::NotUtf8)?;
        let row = row.strip_prefix('\u{feff}').unwrap_or(row);
        let mut fields: Vec<Option<Field>> = Vec::new();
        csv::fields(row, |_, name| fields.push(mapping.field(name.trim())));
        for field in Field::ALL {
            let found = fields.iter().filter(|it| **it == Some(field)).count();
            let needed = usize::from(matches!(field, Field::MessageId | Field::Code));
            if found < needed || found > 1 {
                return Err(Reason::HeaderLacks { field: field.name() });
            }
        }
        Ok(Header(fields))
    }
}

/// One row of a table.
pub(crate) fn row<'a>(
    record: &'a [u8],
    mapping: &'a Mapping,
    header: &Header,
    spot: Spot,
) -> Result<Receipt<'a>, Reason> {
    let row = str::from_utf8(record).map_err(|_| Reason::NotUtf8)?;
    let mut values = Values::default();
    let count = csv::fields(row, |column, value| {
        if let Some(Some(field)) = header.0.get(column) {
            values.0[*field as usize] = Some(value);
        }
    });
    if count != header.0.len() {
        return Err(Reason::NotAsManyFields { header: header.0.len(), row: count });
    }
    values.receipt(mapping, spot)
}

/// One JSON object with the keys of the mapping; other keys are passed over.
pub fn object<'a>(record: &'a [u8], mapping: &'a Mapping, spot: Spot) -> Result<Receipt<'a>, Reason> {
    let text = str::from_utf8(record).map_err(|_| Reason::NotUtf8)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut twice = None;
    let values = Keys { mapping, twice: &mut twice }.deserialize(&mut reader);
    let values = values.and_then(|it| reader.end().map(|()| it));
    match (values, twice) {
        (_, Some(field)) => Err(Reason::Twice { field }),
        (Err(error), None) => Err(reason(&error, &[])),
        (Ok(values), None) => values.receipt(mapping, spot),
    }
}

/// What each field says, by its position in [`Field::ALL`].
#[derive(Default)]
struct Values<'a>([Option<Cow<'a, str>>; Field::ALL.len()]);

impl<'a> Values<'a> {
    fn take(&mut self, field: Field) -> Option<Cow<'a, str>> {
        self.0[field as usize].take().filter(|it| !it.is_empty())
    }

    fn required(&mut self, field: Field) -> Result<Cow<'a, str>, Reason> {
        self.take(field).ok_or(Reason::Missing { field: field.name() })
    }

    fn time(&mut self, field: Field, mapping: &Mapping) -> Result<Option<Instant>, Reason> {
        let Some(text) = self.take(field) else { return Ok(None) };
        mapping.instant(&text).map(Some).ok_or(Reason::NotATime { field: field.name() })
    }

    fn receipt(mut self, mapping: &'a Mapping, spot: Spot) -> Result<Receipt<'a>, Reason> {
        let phone = match self.take(Field::Phone) {
            None => None,
            Some(text) => Some(mapping.phone(&text).ok_or(Reason::NotAPhone { field: "phone" })?),
        };
        Ok(Receipt {
            provider: self.take(Field::Provider).unwrap_or(Cow::Borrowed(&mapping.provider)),
            account: self.take(Field::Account),
            tag: None,
            message_id: self.required(Field::MessageId)?,
            part: None,
            phone,
            sent_at: self.time(Field::SentAt, mapping)?,
            reported_at: self.time(Field::ReportedAt, mapping)?,
            code: self.required(Field::Code)?,
            text: self.take(Field::Text),
            carrier: self.take(Field::Carrier),
            parts: count(self.take(Field::Parts).as_deref(), "parts")?,
            status: self.take(Field::Status),
            spot,
        })
    }
}

/// Reads an object's values by the mapping.
struct Keys<'m, 't> {
    mapping: &'m Mapping,
    twice: &'t mut Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Keys<'_, '_> {
    type Value = Values<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_, '_> {
    type Value = Values<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Values::default();
        let mut seen = [false; Field::ALL.len()];
        while let Some(Text(key)) = map.next_key()? {
            let Some(field) = self.mapping.field(&key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut seen[field as usize], true) {
                *self.twice = Some(field.name());
            }
            values.0[field as usize] = map.next_value::<Option<Text<'de>>>()?.map(|it| it.0);
        }
        Ok(values)
    }
}
