//! The annex of a contract that says what vendors' codes mean: classes, rules, and codes with the day they apply from.

mod belongs;
mod fault;
mod front;
mod markdown;
mod read;
mod resolve;
mod standing;

use calendar::Zone;
use timeline::Instant;

pub use fault::{Fault, Finding};
pub use standing::Standing;

use crate::classify::Unclassified;

/// The class of a code whose sources name classes of different liability.
pub const AMBIGUOUS: &str = "ambiguous";
/// The class of a code that says no receipt has come.
pub const NO_RECEIPT: &str = "no_receipt";
/// Any provider, or any carrier.
pub(crate) const ANY: &str = "*";

/// Whether a receipt ends what can be known of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing further is expected.
    Final,
    /// Another receipt may follow.
    Temporary,
}

/// A class of receipts, and what a record of the fact says of a message in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Whether its receipts are final.
    pub stage: Stage,
    /// Attribute and word, in the order of the annex.
    pub attributes: Vec<(String, String)>,
}

/// What one code means from one day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who reports it, or `*`.
    pub provider: String,
    /// The operator, or `*`.
    pub carrier: String,
    /// The whole code.
    pub code: String,
    /// From when on, by the time the message was sent.
    pub from: Instant,
    /// Position of the class in [`Codes::classes`].
    pub class: usize,
    /// What the source says.
    pub words: String,
}

/// What stands in for the time of sending where the receipt does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentUnknown {
    /// Nothing: the receipt is refused until a record of sending says it.
    Refused,
    /// The time of the receipt.
    Reported,
}

/// An annex without errors.
#[derive(Clone, Debug)]
pub struct Codes {
    id: String,
    version: String,
    sha256: [u8; 32],
    zone: Zone,
    classes: Vec<Class>,
    /// By code; then by how exact the key is; then the latest first.
    entries: Vec<Entry>,
    standing: Vec<Standing>,
    sent_unknown: SentUnknown,
}

impl Codes {
    /// The annex's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 of its text: one annex, whatever it is called.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The zone in which its dates begin.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Its classes in its order.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// All codes, sorted by code.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Which of several receipts of one message stands: the first key that tells two apart decides.
    pub fn standing(&self) -> &[Standing] {
        &self.standing
    }

    /// What stands in for an unknown time of sending.
    pub fn sent_unknown(&self) -> SentUnknown {
        self.sent_unknown
    }

    /// Whether it lists a code of that provider and carrier, from whatever day on.
    pub fn lists(&self, provider: &str, carrier: Option<&str>, code: &str) -> bool {
        self.entry(provider, carrier, code, Instant::MAX).is_ok()
    }

    /// What a code means for a message sent at `sent_at`: the whole code, of the provider before any, of the carrier before
    /// any, the latest that applies by then.
    pub fn entry(
        &self,
        provider: &str,
        carrier: Option<&str>,
        code: &str,
        sent_at: Instant,
    ) -> Result<&Entry, Unclassified> {
        let from = self.entries.partition_point(|it| it.code.as_str() < code);
        let fits = |wanted: &str, found: Option<&str>| wanted == ANY || found == Some(wanted);
        let mut soonest = None;
        for entry in self.entries.iter().skip(from).take_while(|it| it.code == code) {
            if !fits(&entry.provider, Some(provider)) || !fits(&entry.carrier, carrier) {
                continue;
            }
            if entry.from <= sent_at {
                return Ok(entry);
            }
            soonest = Some(soonest.map_or(entry.from, |it: Instant| it.min(entry.from)));
        }
        Err(match soonest {
            Some(from) => Unclassified::not_yet(provider, carrier, code, from),
            None => Unclassified::unseen(provider, carrier, code),
        })
    }
}
