//! What a contract means: names resolved, units known, every rule tied to its clause.

use std::sync::Arc;

use calendar::{CycleRule, Date, Zone};
use diagnostic::{Bilingual, Diagnostic};
use evidence::Schema;
use quantity::{Currency, Rounding};

mod node;
pub mod shape;

pub use crate::syntax::ast::{Compare, Example, LadderMode, Status};
use crate::syntax::document::{Heading, Link};
pub use crate::syntax::token::Span;
pub use node::{
    Aggregate, BandNode, Combine, Function, Literal, Node, Op, PaidCycles, RowField, RowType, Type,
    WindowName,
};

/// The index of an item in [`Contract::items`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub usize);

/// A contract that has been read and checked.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Stable identifier.
    pub id: String,
    /// Version of the text.
    pub version: String,
    /// Its title.
    pub title: Bilingual,
    /// First day it is effective.
    pub effective: Option<Date>,
    /// Who promises.
    pub provider: Option<String>,
    /// To whom.
    pub customer: Option<String>,
    /// How the text may change.
    pub amendment: Option<String>,
    /// Zone of every local date and time.
    pub zone: Zone,
    /// Currency of money facts.
    pub currency: Option<Currency>,
    /// Rounding of amounts to the minor unit.
    pub rounding: Rounding,
    /// `subject` of records names the tenant.
    pub records_name_tenant: bool,
    /// How cycles are cut.
    pub cycle: CycleRule,
    /// A subscription that starts inside a cycle shortens it.
    pub cycle_from_since: bool,
    /// The plans.
    pub plans: Vec<String>,
    /// Units of the contract's own.
    pub units: Vec<String>,
    /// The facts evidence may speak of.
    pub schema: Schema,
    /// The causes.
    pub causes: Vec<Cause>,
    /// Everything with a name and a value.
    pub items: Vec<Item>,
    /// The terms of each remedy.
    pub remedies: Vec<Remedy>,
    /// The claims.
    pub claims: Vec<Claim>,
    /// Remedies that exclude each other.
    pub choices: Vec<Choice>,
    /// What the text leaves open.
    pub undetermined: Vec<Undetermined>,
    /// What the text says twice.
    pub restated: Vec<Restated>,
    /// Who bears time without coverage.
    pub gaps: Gaps,
    /// Agreements of suppliers: name and address.
    pub upstreams: Vec<(String, String)>,
    /// Links of the prose.
    pub links: Vec<Link>,
    /// Headings of the prose.
    pub headings: Vec<Heading>,
    /// Worked cases.
    pub examples: Vec<Example>,
    /// Warnings and notes of the check.
    pub findings: Vec<Diagnostic>,
    /// The file's name as given.
    pub file: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A cause that records may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its name.
    pub name: String,
    /// What it means.
    pub text: Option<String>,
    /// What it caused does not count.
    pub excluded: bool,
    /// The clause that says so.
    pub clause: String,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// A definition.
    Definition,
    /// A parameter of the subscription.
    Param,
    /// A quantifier domain.
    Subject,
    /// A level.
    Level,
    /// A promise.
    Promise,
    /// A duty.
    Duty,
    /// A remedy; its value is the exact amount.
    Remedy,
    /// A right.
    Right,
    /// Something excluded.
    Exclusion,
}

/// One reading of an item.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its name; empty when the item has only one.
    pub name: String,
    /// Why one may read it so.
    pub why: String,
    /// What it computes; absent for a parameter without default and for remedies.
    pub body: Option<Node>,
}

/// Something with a name and a value.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// The subject it is computed for, each on its own.
    pub per: Option<ItemId>,
    /// The fact for each record of which it is computed.
    pub of_fact: Option<usize>,
    /// Its readings, at least one.
    pub readings: Vec<Reading>,
    /// The reading in force.
    pub in_force: usize,
    /// Its type.
    pub ty: Type,
    /// When it applies (promises).
    pub applies: Option<Node>,
    /// Until when a right may be used.
    pub until: Option<Node>,
    /// Fraction digits shown, for percentages of levels.
    pub decimals: Option<u32>,
    /// Its value does not depend on the window it is asked in.
    pub absolute: bool,
    /// The clause it stands under.
    pub clause: String,
    /// Where it stands.
    pub span: Span,
}

impl Item {
    /// The reading to follow: the wanted one where it is offered, otherwise the one in force.
    pub fn reading(&self, wanted: Option<&str>) -> Option<&Reading> {
        let wanted = wanted.and_then(|name| self.readings.iter().find(|it| it.name == name));
        wanted.or_else(|| self.readings.get(self.in_force))
    }
}

/// The terms of a remedy.
#[derive(Debug, Clone)]
pub struct Remedy {
    /// The item whose value is the exact amount.
    pub item: ItemId,
    /// What is given: `service_credit`, `voucher`, `cash`, `extension` …
    pub kind: String,
    /// When it is due; always when absent.
    pub when: Option<Node>,
    /// The share of the base, or the amount itself when there is no base.
    pub pays: Option<Node>,
    /// The base.
    pub base: Option<Node>,
    /// Caps.
    pub at_most: Vec<Node>,
    /// Minimums once something is due.
    pub at_least: Vec<Node>,
    /// Amounts that fail this comparison are not paid.
    pub nothing_unless: Option<(Compare, Node)>,
    /// Rounding, when not the contract's.
    pub rounded: Option<(Rounding, Node)>,
    /// Left to a person.
    pub discretionary: Option<String>,
    /// When it is paid directly instead of on the next invoice; the text does not speak of it when absent.
    pub directly: Option<Node>,
    /// Its terms need what it, or another such remedy, came to in earlier cycles, and so on without end.
    pub rolling: bool,
}

impl Remedy {
    /// All its terms.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        let amounts = self.when.iter().chain(&self.pays).chain(&self.base);
        let bounds = self.at_most.iter().chain(&self.at_least);
        let compared = self.nothing_unless.iter().map(|(_, it)| it);
        let rounded = self.rounded.iter().map(|(_, it)| it);
        amounts.chain(bounds).chain(compared).chain(rounded).chain(&self.directly)
    }
}

/// How a remedy is claimed.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The remedy's item.
    pub remedy: ItemId,
    /// Opens; the end of the cycle when absent.
    pub opens: Option<Node>,
    /// Closes; never when absent.
    pub closes: Option<Node>,
    /// One window per row.
    pub per: Option<Node>,
    /// How it is filed.
    pub by: Option<String>,
    /// What must be supplied.
    pub requires: Vec<String>,
    /// No claim is needed.
    pub automatic: bool,
    /// The clause it stands under.
    pub clause: String,
}

impl Claim {
    /// All its terms.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.opens.iter().chain(&self.closes).chain(&self.per)
    }
}

/// Remedies of which only one is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The remedies.
    pub remedies: Vec<ItemId>,
    /// The customer chooses; otherwise the greatest is paid.
    pub by_customer: bool,
}

/// What the text does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undetermined {
    /// In the contract author's words.
    pub text: String,
    /// The clause it stands under.
    pub clause: String,
    /// Where it stands.
    pub span: Span,
}

/// A second statement of something already defined.
#[derive(Debug, Clone)]
pub struct Restated {
    /// What is stated again.
    pub item: ItemId,
    /// What is said this time.
    pub body: Node,
    /// The clause it stands under.
    pub clause: String,
    /// Where it stands.
    pub span: Span,
}

/// Who bears time without coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// Nothing is said: as up, with a note.
    Unsaid,
    /// As up.
    Up,
    /// The level has no data.
    NoData,
}

impl Contract {
    /// The item with this index.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(id.0)
    }

    /// The item with this name.
    pub fn named(&self, name: &str) -> Option<(ItemId, &Item)> {
        self.items.iter().enumerate().find(|(_, it)| it.name == name).map(|(at, it)| (ItemId(at), it))
    }

    /// Items of one kind, in the order of the contract.
    pub fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items.iter().enumerate().filter(move |(_, it)| it.kind == kind).map(|(at, it)| (ItemId(at), it))
    }

    /// The terms of the remedy with this item.
    pub fn remedy(&self, id: ItemId) -> Option<&Remedy> {
        self.remedies.iter().find(|it| it.item == id)
    }

    /// The text of a span.
    pub fn source(&self, span: Span) -> &str {
        self.text.get(span.from..span.until).unwrap_or("").trim()
    }

    /// Names of readings that are not in force, in order of appearance.
    pub fn other_readings(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for item in &self.items {
            for (at, reading) in item.readings.iter().enumerate() {
                if at != item.in_force && !names.contains(&reading.name) {
                    names.push(reading.name.clone());
                }
            }
        }
        names
    }
}
