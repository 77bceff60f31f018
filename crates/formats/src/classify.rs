//! From a receipt and the annex to what a record of the contract's fact says.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use diagnostic::Bilingual;
use evidence::{AttributeKind, Datum, FactSchema, Record, RecordPlace};
use quantity::Ratio;
use timeline::Instant;

use crate::masked::Masked;
use crate::{Codes, Key, Pseudonym, Receipt, SentUnknown, Stage};

/// What one attribute of a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Absent,
    /// A word, cause or text.
    Word(Cow<'a, str>),
    /// `unscaled / 10^scale`.
    Number {
        /// The digits.
        unscaled: i64,
        /// How many of them stand behind the point.
        scale: u8,
    },
    /// True or false.
    Truth(bool),
}

/// What a record of the fact says of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified<'a> {
    /// When the message was sent.
    pub at: Instant,
    /// When the receipt was made.
    pub recorded_at: Option<Instant>,
    /// Whose message it was.
    pub subject: Option<&'a str>,
    /// Who reports.
    pub source: &'a str,
    /// Provider, the vendor's number of the message, the part of a long one, and the phone's pseudonym: `aliyun/12345/…:0000`.
    pub id: String,
    /// The class by the annex.
    pub class: &'a str,
    /// The attributes in the order of the fact's schema.
    pub cells: Vec<Cell<'a>>,
}

impl Classified<'_> {
    /// The same as a record of the fact at position `fact` of its schema.
    pub fn record(&self, fact: usize, place: RecordPlace) -> Record {
        Record {
            fact,
            id: Some(Arc::from(self.id.as_str())),
            subject: self.subject.map(Arc::from),
            from: self.at,
            until: self.at,
            attributes: self.cells.iter().map(datum).collect(),
            source: Some(Arc::from(self.source)),
            recorded_at: self.recorded_at,
            supersedes: None,
            reason: None,
            place,
            withdrawn: false,
        }
    }
}

fn datum(cell: &Cell<'_>) -> Option<Datum> {
    match cell {
        Cell::Absent => None,
        Cell::Word(word) => Some(Datum::Text(Arc::from(&**word))),
        Cell::Truth(truth) => Some(Datum::Truth(*truth)),
        Cell::Number { unscaled, scale } => {
            let scale = 10_i128.checked_pow(u32::from(*scale))?;
            Ratio::new(i128::from(*unscaled), scale).ok().map(Datum::Number)
        }
    }
}

/// Why a receipt makes no record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unclassified {
    /// The annex does not have the code. Long runs of digits in these texts are masked.
    Unseen {
        /// Who reports it.
        provider: String,
        /// The operator, if the receipt says so.
        carrier: Option<String>,
        /// The whole code.
        code: String,
    },
    /// The annex has the code only for messages sent later.
    NotYet {
        /// Who reports it.
        provider: String,
        /// The operator, if the receipt says so.
        carrier: Option<String>,
        /// The whole code.
        code: String,
        /// From when on.
        from: Instant,
    },
    /// The receipt does not say when the message was sent, and the annex lets nothing stand in.
    SentUnknown {
        /// Who reports it.
        provider: String,
    },
    /// The receipt does not say when the message was sent, and another one is to follow, perhaps on another day: the message
    /// would count on both.
    TemporaryUndated {
        /// Who reports it.
        provider: String,
    },
    /// The fact does not allow what the receipt says, or needs what it leaves out.
    Attribute {
        /// The attribute.
        attribute: String,
    },
}

impl Unclassified {
    /// Whether a newer annex or contract would put the very receipt into a class, so that it is to be kept until then.
    pub fn is_open(&self) -> bool {
        !matches!(self, Unclassified::SentUnknown { .. } | Unclassified::TemporaryUndated { .. })
    }

    pub(crate) fn unseen(provider: &str, carrier: Option<&str>, code: &str) -> Unclassified {
        let (provider, carrier, code) = masked(provider, carrier, code);
        Unclassified::Unseen { provider, carrier, code }
    }

    pub(crate) fn not_yet(provider: &str, carrier: Option<&str>, code: &str, from: Instant) -> Unclassified {
        let (provider, carrier, code) = masked(provider, carrier, code);
        Unclassified::NotYet { provider, carrier, code, from }
    }

    /// What is wrong.
    pub fn message(&self) -> Bilingual {
        let key = |provider: &str, carrier: &Option<String>, code: &str| {
            let carrier = carrier.as_deref().unwrap_or("*");
            format!("{provider} {carrier} {code}")
        };
        match self {
            Unclassified::Unseen { provider, carrier, code } => {
                let key = key(provider, carrier, code);
                Bilingual::new(format!("the annex does not list `{key}`"), format!("附件未列出 `{key}`"))
            }
            Unclassified::NotYet { provider, carrier, code, .. } => {
                let key = key(provider, carrier, code);
                Bilingual::new(
                    format!("the annex lists `{key}` for messages sent later only"),
                    format!("附件仅对更晚发送的短信列出 `{key}`"),
                )
            }
            Unclassified::SentUnknown { provider } => Bilingual::new(
                format!("receipts of `{provider}` do not say when the message was sent"),
                format!("`{provider}` 的回执未写明短信发送时间"),
            ),
            Unclassified::TemporaryUndated { provider } => Bilingual::new(
                format!("a temporary receipt of `{provider}` does not say when the message was sent"),
                format!("`{provider}` 的临时回执未写明短信发送时间"),
            ),
            Unclassified::Attribute { attribute } => Bilingual::new(
                format!("the receipt's `{attribute}` is missing or no word of the fact"),
                format!("回执的 `{attribute}` 缺失，或不是该事实的取值"),
            ),
        }
    }

    /// How to mend it.
    pub fn help(&self) -> Bilingual {
        match self {
            Unclassified::Unseen { .. } => Bilingual::new(
                "agree what the code means and add it to a new version of the annex; until then the message is in no class",
                "请商定该状态码的含义并写入附件新版本；在此之前该短信不属于任何分类",
            ),
            Unclassified::NotYet { .. } => Bilingual::new(
                "add a row with an earlier date to a new version of the annex",
                "请在附件新版本中增加日期更早的一行",
            ),
            Unclassified::SentUnknown { .. } => Bilingual::new(
                "join the receipt with the record of sending, or write `sent_unknown: reported` in the annex",
                "请与发送记录关联，或在附件中写明 `sent_unknown: reported`",
            ),
            Unclassified::TemporaryUndated { .. } => Bilingual::new(
                "join the receipt with the record of sending; else the message has a record once its final receipt comes, and counts once",
                "请与发送记录关联；否则该短信自最终回执到达起才有记录，且只计一次",
            ),
            Unclassified::Attribute { .. } => Bilingual::new(
                "declare the attribute as optional text in the contract's fact",
                "请在合同的事实中将该属性声明为可选文本",
            ),
        }
    }
}

fn masked(provider: &str, carrier: Option<&str>, code: &str) -> (String, Option<String>, String) {
    let masked = |it: &str| Masked(it).to_string();
    (masked(provider), carrier.map(masked), masked(code))
}

/// A receipt, whether it is in a class or not: what is kept of one that is in none, and by what it is known again once it is
/// in one. Long runs of digits in the texts are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// When its message was sent.
    pub at: Instant,
    /// When it was made.
    pub recorded_at: Option<Instant>,
    /// Names the receipt, not the message.
    pub id: String,
    /// Who reports.
    pub provider: String,
    /// The operator, if the receipt says so.
    pub carrier: Option<String>,
    /// The whole code.
    pub code: String,
}

impl Unplaced {
    /// The same as a record of the fact beside the one that receipts are of, at position `fact` of its schema; `state` is one of
    /// [`evidence::unclassified`].
    pub fn record(&self, state: &str, fact: usize, place: RecordPlace) -> Record {
        let word = |it: &str| Some(Datum::Text(Arc::from(it)));
        let carrier = self.carrier.as_deref().and_then(word);
        Record {
            fact,
            id: Some(Arc::from(self.id.as_str())),
            subject: None,
            from: self.at,
            until: self.at,
            attributes: vec![word(state), word(&self.provider), carrier, word(&self.code)],
            source: Some(Arc::from(self.provider.as_str())),
            recorded_at: self.recorded_at,
            supersedes: None,
            reason: None,
            place,
            withdrawn: false,
        }
    }
}

impl fmt::Display for Unclassified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message().en, self.help().en)
    }
}

impl std::error::Error for Unclassified {}

/// What the receipt itself says of an attribute with one of these names, where the annex does not.
#[derive(Clone, Copy, Debug)]
enum Own {
    Class,
    Code,
    Provider,
    Carrier,
    Phone,
    Parts,
}

impl Own {
    fn named(name: &str) -> Option<Own> {
        Some(match name {
            "class" => Own::Class,
            "code" => Own::Code,
            "provider" => Own::Provider,
            "carrier" => Own::Carrier,
            "phone" => Own::Phone,
            "parts" => Own::Parts,
            _ => return None,
        })
    }
}

/// Whether every receipt says the attribute of that name.
pub(crate) fn is_always_said(attribute: &str) -> bool {
    matches!(Own::named(attribute), Some(Own::Class | Own::Code | Own::Provider))
}

/// Where a record's attribute comes from.
#[derive(Debug)]
enum Origin<'c> {
    Annex(Cell<'c>),
    Receipt(Own),
    Nowhere,
}

/// Turns receipts into records: annex, fact and key, brought together once.
#[derive(Debug)]
pub struct Classifier<'c> {
    codes: &'c Codes,
    schema: &'c FactSchema,
    key: &'c Key,
    tag_is_subject: bool,
    /// For each class, the origin of each attribute.
    origins: Vec<Vec<Origin<'c>>>,
}

impl<'c> Classifier<'c> {
    /// For the fact the annex was read with.
    pub fn new(codes: &'c Codes, schema: &'c FactSchema, key: &'c Key) -> Classifier<'c> {
        let origins = codes.classes().iter().map(|class| {
            let origin = |attribute: &'c evidence::Attribute| {
                let word = class.attributes.iter().find(|it| it.0 == attribute.name).map(|it| it.1.as_str());
                match (word, Own::named(&attribute.name)) {
                    (Some(word), _) => Origin::Annex(worded(&attribute.kind, word)),
                    (None, Some(own)) => Origin::Receipt(own),
                    (None, None) => Origin::Nowhere,
                }
            };
            schema.attributes.iter().map(origin).collect()
        });
        Classifier { codes, schema, key, tag_is_subject: false, origins: origins.collect() }
    }

    /// Whether the sender's tag names whose message it was, where no account does. It is kept in clear then, and the same
    /// message under another tag is another record.
    pub fn tag_is_subject(self, tag_is_subject: bool) -> Classifier<'c> {
        Classifier { tag_is_subject, ..self }
    }

    /// What a record of the fact says of the receipt's message.
    pub fn classify<'a>(&'a self, receipt: &'a Receipt<'_>) -> Result<Classified<'a>, Unclassified> {
        let at = self.sent_at(receipt)?;
        let entry = self.codes.entry(&receipt.provider, receipt.carrier.as_deref(), &receipt.code, at)?;
        let class = self.codes.classes().get(entry.class);
        // The time of the receipt stands in, and that of the next one is another.
        if receipt.sent_at.is_none() && class.is_some_and(|it| it.stage == Stage::Temporary) {
            return Err(Unclassified::TemporaryUndated { provider: Masked(&receipt.provider).to_string() });
        }
        let class = class.map_or("", |it| it.name.as_str());
        let pseudonym = receipt.phone.map(|it| it.pseudonym(self.key));
        let origins = self.origins.get(entry.class).map_or(&[][..], Vec::as_slice);
        let mut cells = Vec::with_capacity(origins.len());
        for (origin, attribute) in origins.iter().zip(&self.schema.attributes) {
            let cell = match origin {
                Origin::Annex(cell) => borrowed(cell),
                Origin::Nowhere => Cell::Absent,
                Origin::Receipt(own) => {
                    allowed(own.cell(receipt, class, pseudonym.as_ref()), &attribute.kind, attribute)?
                }
            };
            if !attribute.optional && cell == Cell::Absent {
                return Err(Unclassified::Attribute { attribute: attribute.name.clone() });
            }
            cells.push(cell);
        }
        Ok(Classified {
            at,
            recorded_at: receipt.reported_at,
            subject: receipt.account.as_deref().or(receipt.tag.as_deref().filter(|_| self.tag_is_subject)),
            source: &receipt.provider,
            id: id(receipt, pseudonym.as_ref()),
            class,
            cells,
        })
    }

    /// What is kept of a receipt in no class; `None` when nothing says when the message was sent, so that it is of no day.
    pub fn unplaced(&self, receipt: &Receipt<'_>) -> Option<Unplaced> {
        let at = self.sent_at(receipt).ok()?;
        let pseudonym = receipt.phone.map(|it| it.pseudonym(self.key));
        let (provider, carrier, code) = masked(&receipt.provider, receipt.carrier.as_deref(), &receipt.code);
        let reported = receipt.reported_at.map(|it| it.nanos()).unwrap_or_default();
        let id = format!("{} {reported} {code}", id(receipt, pseudonym.as_ref()));
        Some(Unplaced { at, recorded_at: receipt.reported_at, id, provider, carrier, code })
    }

    fn sent_at(&self, receipt: &Receipt<'_>) -> Result<Instant, Unclassified> {
        let stand_in = match self.codes.sent_unknown() {
            SentUnknown::Refused => None,
            SentUnknown::Reported => receipt.reported_at,
        };
        receipt
            .sent_at
            .or(stand_in)
            .ok_or_else(|| Unclassified::SentUnknown { provider: Masked(&receipt.provider).to_string() })
    }
}

fn worded<'c>(kind: &AttributeKind, word: &'c str) -> Cell<'c> {
    match kind {
        AttributeKind::Truth => Cell::Truth(word == "true"),
        _ => Cell::Word(Cow::Borrowed(word)),
    }
}

fn borrowed<'a>(cell: &'a Cell<'_>) -> Cell<'a> {
    match cell {
        Cell::Word(word) => Cell::Word(Cow::Borrowed(word)),
        Cell::Absent => Cell::Absent,
        Cell::Truth(truth) => Cell::Truth(*truth),
        Cell::Number { unscaled, scale } => Cell::Number { unscaled: *unscaled, scale: *scale },
    }
}

impl Own {
    fn cell<'a>(self, receipt: &'a Receipt<'_>, class: &'a str, phone: Option<&Pseudonym>) -> Cell<'a> {
        let word = |it: &'a str| Cell::Word(Cow::Borrowed(it));
        match self {
            Own::Class => word(class),
            Own::Code => word(&receipt.code),
            Own::Provider => word(&receipt.provider),
            Own::Carrier => receipt.carrier.as_deref().map_or(Cell::Absent, word),
            Own::Phone => phone.map_or(Cell::Absent, |it| Cell::Word(Cow::Owned(it.as_str().to_owned()))),
            Own::Parts => {
                receipt.parts.map_or(Cell::Absent, |it| Cell::Number { unscaled: i64::from(it), scale: 0 })
            }
        }
    }
}

/// The cell, when the attribute's kind has room for it.
fn allowed<'a>(
    cell: Cell<'a>,
    kind: &AttributeKind,
    attribute: &evidence::Attribute,
) -> Result<Cell<'a>, Unclassified> {
    let fits = match (&cell, kind) {
        (Cell::Absent, _) | (Cell::Number { .. }, AttributeKind::Number) => true,
        (Cell::Word(_), AttributeKind::Text) => true,
        (Cell::Word(word), AttributeKind::OneOf(words)) => words.iter().any(|it| it == word),
        _ => false,
    };
    if fits { Ok(cell) } else { Err(Unclassified::Attribute { attribute: attribute.name.clone() }) }
}

fn id(receipt: &Receipt<'_>, phone: Option<&Pseudonym>) -> String {
    let (provider, message) = (&*receipt.provider, &*receipt.message_id);
    let mut id = String::with_capacity(provider.len() + message.len() + 32);
    id.push_str(provider);
    id.push('/');
    id.push_str(message);
    if let Some(part) = receipt.part {
        id.push('#');
        id.push_str(&part.number.to_string());
    }
    if let Some(phone) = phone {
        id.push('/');
        id.push_str(phone.as_str());
    }
    id
}
