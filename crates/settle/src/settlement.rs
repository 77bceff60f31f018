//! The result: what was measured, whether each promise was upheld, what is owed, and why.

use diagnostic::Bilingual;
use quantity::{Quantity, Ratio};
use timeline::{Instant, Interval};

use crate::absent::Absent;
use crate::shown::Shown;
use language::contract::Compare;

/// A value, or why there is none.
pub type Outcome<T> = Result<T, Absent>;

/// Everything a settlement says about one cycle of one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settlement {
    /// Who and what was settled.
    pub contract: ContractName,
    /// What the caller gave besides contract and evidence.
    pub inputs: Inputs,
    /// The cycle.
    pub cycle: CycleSpan,
    /// Whether the figures can still change without new evidence.
    pub status: SettlementStatus,
    /// Levels, in the order of the contract, subjects sorted.
    pub levels: Vec<LevelResult>,
    /// Promises and duties.
    pub promises: Vec<PromiseResult>,
    /// Remedies.
    pub remedies: Vec<RemedyResult>,
    /// Claim windows.
    pub claims: Vec<ClaimResult>,
    /// Rights.
    pub rights: Vec<RightResult>,
    /// Everything taken out of account, by cause and clause.
    pub excluded: Vec<Excluded>,
    /// Findings worth printing: what the text leaves open, which reading is in force, what was assumed.
    pub lints: Vec<Lint>,
    /// How each named value came about, in the order of evaluation.
    pub derivation: Vec<Derivation>,
    /// The evidence it rests on.
    pub evidence: EvidenceSummary,
    /// Version of the time-zone database.
    pub tzdb: String,
    /// Holiday calendars the contract names, with where they come from.
    pub calendars: Vec<(String, String)>,
}

/// Which text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContractName {
    /// Its identifier.
    pub id: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the text, lower-case hex.
    pub sha256: String,
    /// Its title.
    pub title: Bilingual,
    /// Who promises.
    pub provider: Option<String>,
    /// The zone of every local time.
    pub zone: calendar::Zone,
}

/// What the caller chose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Inputs {
    /// The plan held.
    pub plan: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// When the subscription began.
    pub since: Option<Instant>,
    /// Evidence and terms as they were known at this moment.
    pub as_of: Option<Instant>,
    /// Parameters by name, as expressions of the language.
    pub parameters: Vec<(String, String)>,
}

/// The cycle settled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CycleSpan {
    /// What it is called.
    pub label: String,
    /// The part that counts.
    pub counted: Interval,
    /// The full period.
    pub whole: Interval,
}

/// Whether a settlement is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettlementStatus {
    /// The cycle is over and everything is known.
    Final,
    /// The cycle was not over at `as_of`, a table it needs is not published, or receipts are in no class.
    Provisional,
    /// No evidence at all.
    NoData,
}

/// A level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LevelResult {
    /// Its name.
    pub name: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// Its value under the readings in force.
    pub value: Outcome<Quantity>,
    /// Its value if nothing were excluded, when that differs.
    pub without_exclusions: Option<Outcome<Quantity>>,
    /// All readings it depends on, the one in force first; empty when there is only one.
    pub readings: Vec<ReadingResult<Quantity>>,
    /// Fraction digits to show of a percentage.
    pub decimals: Option<u32>,
    /// It is shown as a percentage.
    pub percent: bool,
    /// The clause it rests on.
    pub clause: String,
}

/// A value under one reading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReadingResult<T> {
    /// The reading's name.
    pub name: String,
    /// Why one may read it so.
    pub why: String,
    /// It is the one in force.
    pub in_force: bool,
    /// The value.
    pub value: Outcome<T>,
}

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It was kept.
    Met,
    /// It was broken.
    Breached,
    /// It does not extend to this subscription or subject.
    NotCovered,
    /// No evidence, or too little.
    NoData,
    /// The text gives no value.
    NotComputable,
    /// Not known yet.
    Provisional,
}

/// A promise or duty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PromiseResult {
    /// Its name.
    pub name: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// It is a duty.
    pub duty: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Why there is no verdict.
    pub reason: Option<Absent>,
    /// What was promised, when it is a comparison: operator and value.
    pub target: Option<(Compare, Quantity)>,
    /// The level it compares, by name.
    pub level: Option<String>,
    /// The verdict if nothing were excluded, when that differs.
    pub without_exclusions: Option<Verdict>,
    /// The verdict under each reading it depends on.
    pub readings: Vec<ReadingResult<bool>>,
    /// The clause it rests on.
    pub clause: String,
}

/// What became of a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemedyStatus {
    /// It is owed.
    Due,
    /// Its condition did not come about.
    NotDue,
    /// The text literally computes a negative amount; nothing is paid.
    Negative,
    /// Its condition came about but no row of the table matches.
    NoRow,
    /// Rows of the table disagree.
    Ambiguous,
    /// The text leaves the amount to a person.
    Discretionary,
    /// It is smaller than the text pays out.
    Suppressed,
    /// Another remedy of the same choice takes its place.
    Displaced,
    /// One of several the customer may choose from.
    Choice,
    /// Its promise does not extend to this.
    NotCovered,
    /// No evidence.
    NoData,
    /// The text gives no value.
    NotComputable,
    /// Not known yet.
    Provisional,
}

/// A remedy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RemedyResult {
    /// Its name.
    pub name: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// What is given.
    pub kind: String,
    /// What became of it.
    pub status: RemedyStatus,
    /// Why there is no amount, or what was done with the literal one.
    pub reason: Option<Bilingual>,
    /// What the words literally compute, before floors and caps.
    pub literal: Option<Quantity>,
    /// What is owed exactly; zero when nothing is.
    pub amount: Option<Quantity>,
    /// What is paid, rounded as stated.
    pub rounded: Option<Quantity>,
    /// The literal share of the base.
    pub share: Option<Ratio>,
    /// The base.
    pub base: Option<Quantity>,
    /// A cap took effect.
    pub capped: bool,
    /// Whether it is paid directly instead of on the next invoice; `None` where the text does not speak of it.
    pub directly: Option<Outcome<bool>>,
    /// The rounded amount if nothing were excluded, when that differs.
    pub without_exclusions: Option<Quantity>,
    /// The rounded amount under each reading it depends on.
    pub readings: Vec<ReadingResult<Quantity>>,
    /// The clause it rests on.
    pub clause: String,
}

/// When a remedy may be claimed: `[opens, closes)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimResult {
    /// The remedy.
    pub remedy: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// When claims open.
    pub opens: Outcome<Instant>,
    /// When claims close; `None` when the text sets no end.
    pub closes: Option<Outcome<Instant>>,
    /// No claim is needed.
    pub automatic: bool,
    /// How it is filed.
    pub by: Option<String>,
    /// What must be supplied.
    pub requires: Vec<String>,
    /// The clause it rests on.
    pub clause: String,
}

/// A right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RightResult {
    /// Its name.
    pub name: String,
    /// Whether it has arisen.
    pub arisen: Outcome<bool>,
    /// Until when it may be used.
    pub until: Option<Outcome<Instant>>,
    /// The clause it rests on.
    pub clause: String,
}

/// Something taken out of account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Excluded {
    /// The cause or exclusion.
    pub cause: String,
    /// What it means.
    pub text: Option<String>,
    /// The clause that excludes it.
    pub clause: String,
    /// From.
    pub from: Instant,
    /// Until.
    pub until: Instant,
    /// How much.
    pub measure: ExcludedMeasure,
}

/// How much was taken out of account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExcludedMeasure {
    /// Time, in seconds.
    Seconds(Ratio),
    /// Events or requests.
    Count(u64),
}

/// A finding printed on the statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lint {
    /// Registry code.
    pub code: String,
    /// What it says.
    pub message: Bilingual,
    /// The clause it concerns, when one does.
    pub clause: Option<String>,
}

/// How one named value came about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Derivation {
    /// The rule's name.
    pub name: String,
    /// Of whom or what.
    pub subject: Option<String>,
    /// The window it was computed in, when not the cycle.
    pub window: Option<Interval>,
    /// The reading followed, when there are several.
    pub reading: Option<String>,
    /// The clause it stands under.
    pub clause: String,
    /// The rule as written.
    pub rule: String,
    /// Its value.
    pub value: Outcome<Shown>,
    /// The arithmetic, innermost first: expression as written and its value.
    pub steps: Vec<(String, Outcome<Shown>)>,
    /// Other rules it used.
    pub uses: Vec<String>,
    /// Records it read: fact, how many, and the first of them by id or place.
    pub evidence: Vec<EvidenceUse>,
}

/// Records a rule read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvidenceUse {
    /// The fact.
    pub fact: String,
    /// How many records.
    pub count: u64,
    /// The first of them: ids, or `file:line`.
    pub records: Vec<String>,
}

/// The evidence a settlement rests on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvidenceSummary {
    /// How many records were known.
    pub records: u64,
    /// SHA-256 of their canonical form, lower-case hex.
    pub sha256: String,
}

impl Verdict {
    /// The stable word JSON writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Breached => "breached",
            Self::NotCovered => "not_covered",
            Self::NoData => "no_data",
            Self::NotComputable => "not_computable",
            Self::Provisional => "provisional",
        }
    }
}

impl RemedyStatus {
    /// The stable word JSON writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::NotDue => "not_due",
            Self::Negative => "negative",
            Self::NoRow => "no_row",
            Self::Ambiguous => "ambiguous",
            Self::Discretionary => "discretionary",
            Self::Suppressed => "suppressed",
            Self::Displaced => "displaced",
            Self::Choice => "choice",
            Self::NotCovered => "not_covered",
            Self::NoData => "no_data",
            Self::NotComputable => "not_computable",
            Self::Provisional => "provisional",
        }
    }
}

impl SettlementStatus {
    /// The stable word JSON writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Provisional => "provisional",
            Self::NoData => "no_data",
        }
    }
}
