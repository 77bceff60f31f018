//! What a contract wants to know: which facts it declares and what each record of them says.

use calendar::Zone;
use quantity::{Currency, Unit};

/// How a fact lies in time, and so which cycle a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// A state over time, `from` to `until`; clipped to the cycle wherever it is measured.
    Span,
    /// Something at one instant, `at`.
    Event,
    /// Something asked at `from` and answered at `until`; belongs whole to the cycle in which it was asked.
    Request,
}

impl FactKind {
    /// The word of the contract language.
    pub const fn name(self) -> &'static str {
        match self {
            FactKind::Span => "span",
            FactKind::Event => "event",
            FactKind::Request => "request",
        }
    }
}

/// What an attribute may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeKind {
    /// A plain number: `12`, `99.9`.
    Number,
    /// Money in the schema's currency: `"200.00 USD"`.
    Money,
    /// An exact length of time: `"90 s"`, `"1.5 h"`.
    Duration,
    /// RFC 3339 with an offset.
    Instant,
    /// A calendar date: `"2026-10-01"`.
    Date,
    /// Any text.
    Text,
    /// `true` or `false`.
    Truth,
    /// One of these words.
    OneOf(Vec<String>),
    /// Why something happened: one of the causes the contract names, or any other word, which then excludes nothing and
    /// is reported.
    Cause(Vec<String>),
    /// A quantity of that unit: `"3.5 A"`, `"5 GB"`.
    Unit(Unit),
}

/// One attribute of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The key in NDJSON and the column in CSV.
    pub name: String,
    /// What it may say.
    pub kind: AttributeKind,
    /// Whether a record may leave it out.
    pub optional: bool,
}

/// One declared fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSchema {
    /// Its name.
    pub name: String,
    /// How it lies in time.
    pub kind: FactKind,
    /// Its attributes in the order of [`Record::attributes`](crate::Record::attributes).
    pub attributes: Vec<Attribute>,
    /// Its records are too many to be listed: they are asked aggregate questions only, wherever they are kept. Always an
    /// event.
    pub volume: bool,
}

impl FactSchema {
    /// The attribute of that name and its position.
    pub fn attribute(&self, name: &str) -> Option<(usize, &Attribute)> {
        self.attributes.iter().enumerate().find(|(_, it)| it.name == name)
    }
}

/// All facts a contract declares, and what their values need to be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The facts; records name them by position.
    pub facts: Vec<FactSchema>,
    /// The contract's currency, when it speaks of money.
    pub currency: Option<Currency>,
    /// The contract's zone. Records never borrow it; it only makes help more helpful.
    pub zone: Option<Zone>,
}

impl Schema {
    /// The fact of that name and its position.
    pub fn fact(&self, name: &str) -> Option<(usize, &FactSchema)> {
        self.facts.iter().enumerate().find(|(_, it)| it.name == name)
    }
}
