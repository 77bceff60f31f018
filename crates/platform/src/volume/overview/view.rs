//! What an overview says.

use language::Contract;
use schemars::JsonSchema;
use serde::Serialize;
use settle::counted::CountedBy;

use crate::time::Moment;

/// A cycle's records of one fact in volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overview {
    /// The tenant.
    pub tenant: String,
    /// The subscription.
    pub subscription: String,
    /// The agreement.
    pub agreement: String,
    /// The version that governs the cycle.
    pub version: String,
    /// The cycle.
    pub cycle: String,
    /// When it began.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// The moment of knowledge.
    pub as_of: Moment,
    /// The zone of days and hours.
    pub zone: String,
    /// The fact.
    pub fact: String,
    /// The contract's facts in volume.
    pub facts: Vec<String>,
    /// What was sent and is not counted here yet.
    pub waiting: Waiting,
    /// The rules that count these records, in the order of the contract.
    pub rules: Vec<RuleView>,
    /// The position of the rule that everything below is counted by; absent when no rule counts these records.
    pub rule: Option<usize>,
    /// The attribute whose words stand as outcomes.
    pub outcome: Option<String>,
    /// All records of the cycle.
    pub whole: Tally,
    /// From all records down to those that count.
    pub steps: Vec<Step>,
    /// By subject, then by each attribute of few words.
    pub breakdowns: Vec<Breakdown>,
    /// By day in the contract's zone; days without a record are not listed.
    pub days: Vec<Day>,
    /// By hour of the day in the contract's zone; hours without a record are not listed.
    pub hours: Vec<Hour>,
    /// By hour, one after another; hours without a record are not listed.
    pub slices: Vec<Slice>,
}

/// What was sent and is not counted yet; it is counted when it is in files that share no record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// Batches that may touch the cycle and are in the journal only.
    pub batches: u64,
    /// Records in these batches, of whatever fact.
    pub batch_records: u64,
    /// Files of days the cycle touches that may share records with others.
    pub files: u64,
    /// Records in these files; some of them may be counted already, and others replace one that is.
    pub file_records: u64,
    /// Since when the first of all this waits.
    pub since: Option<Moment>,
}

/// A rule that counts the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleView {
    /// The promise; the level, where no promise compares it.
    pub name: String,
    /// What it says, in the words of the contract.
    pub text: String,
    /// The clause it stands under.
    pub clause: String,
    /// It is taken for each subject on its own.
    pub per_subject: bool,
    /// What succeeds, in the words of the contract; absent when the rule takes no share.
    pub success: Option<String>,
    /// What stands in `success` is what fails; everything else that is counted succeeds.
    pub of_failures: bool,
}

/// How many records there are, how many of them count, and how many of those succeed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// All records.
    pub submitted: u64,
    /// Those that the rule counts; absent without a rule.
    pub counted: Option<u64>,
    /// Those of them that succeed; absent where the rule takes no share.
    pub succeeded: Option<u64>,
    /// Those of them that do not.
    pub failed: Option<u64>,
    /// The part of those counted that succeed, `num/den`; absent when none is counted: that is no data.
    pub success: Option<String>,
    /// All records by what they say of the outcome.
    pub outcomes: Vec<Outcome>,
}

/// Records that say one thing of the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outcome {
    /// The word; absent where they say nothing.
    pub word: Option<String>,
    /// How many.
    pub records: u64,
}

/// A step from all records to those that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// The condition that has to hold, in the words of the contract.
    pub condition: Option<String>,
    /// What takes out, where it is no condition.
    pub excluded: Option<ExcludedBy>,
    /// The clause it stands under.
    pub clause: String,
    /// How many records end here.
    pub taken: u64,
    /// How many are left.
    pub left: u64,
}

/// A cause or an exclusion of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExcludedBy {
    /// Its name.
    pub name: String,
    /// What it means.
    pub text: Option<String>,
}

/// What the records are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakdownKind {
    /// Whom or what they are about: an account.
    Subject,
    /// An attribute of a few words.
    OneOf,
    /// An attribute that is true or false.
    Truth,
    /// Why it happened.
    Cause,
}

/// The records by one thing they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Breakdown {
    /// `subject`, or the attribute's name.
    pub field: String,
    /// What that is.
    pub kind: BreakdownKind,
    /// Words in the order of the contract, causes with most failures first, subjects with most records first.
    pub groups: Vec<Group>,
    /// The rest, where there are too many groups.
    pub others: Option<Others>,
}

/// The records that say one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Group {
    /// What they say; absent where they say nothing.
    pub key: Option<String>,
    /// How many.
    pub tally: Tally,
    /// Their part of all failures, `num/den`; absent when nothing failed.
    pub share_of_failures: Option<String>,
}

/// The groups that are not listed, together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Others {
    /// How many groups.
    pub groups: u64,
    /// Their records.
    pub tally: Tally,
}

/// The records of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Day {
    /// The date in the contract's zone.
    pub date: String,
    /// How many.
    pub tally: Tally,
}

/// The records of an hour of all days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hour {
    /// 0 to 23, in the contract's zone.
    pub hour: u8,
    /// How many.
    pub tally: Tally,
}

/// The records of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Slice {
    /// When it begins.
    pub from: Moment,
    /// How many.
    pub tally: Tally,
}

pub(super) fn rule(it: &CountedBy, contract: &Contract) -> RuleView {
    let success = it.success.as_ref();
    RuleView {
        name: it.rule.clone(),
        text: it.text.clone(),
        clause: it.clause.clone(),
        per_subject: it.per_subject,
        success: success.map(|it| contract.source(it.condition).to_owned()),
        of_failures: success.is_some_and(|it| it.of_failures),
    }
}
