//! Two versions of a contract held against each other, as the API and `upheld compare --format json` write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What changes from one version to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The version left.
    pub old: ComparedVersion,
    /// The version entered.
    pub new: ComparedVersion,
    /// Some change is for the worse for the customer.
    pub materially_worse: bool,
    /// Changes for the worse first, then for the better, then those that are merely different.
    pub changes: Vec<ComparedChange>,
}

/// Which text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedVersion {
    /// The agreement.
    pub id: String,
    /// Its version.
    pub version: String,
    /// First day it is effective, ISO 8601.
    pub effective: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedChange {
    /// What it does to the customer: `worse`, `better` or `different`.
    pub effect: String,
    /// What it concerns: `pays`, `promises`, `claims`, `excludes`, `plans`, `rounds`, `cycle`, `terms`, `measures`.
    pub aspect: String,
    /// The rule's name.
    pub name: String,
    /// What changes.
    pub message: String,
    /// The same in Chinese.
    pub message_zh: String,
    /// A value at which it shows.
    pub witness: Option<ComparedWitness>,
    /// The clause of the old text.
    pub old_clause: Option<String>,
    /// The clause of the new text.
    pub new_clause: Option<String>,
}

/// Circumstances, a value, and what each version makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedWitness {
    /// Plan and parameters, by name.
    pub given: BTreeMap<String, String>,
    /// What is varied: a level, or what happened.
    pub variable: String,
    /// Its value.
    pub value: String,
    /// What the old version says.
    pub old: String,
    /// The same in Chinese.
    pub old_zh: String,
    /// What the new version says.
    pub new: String,
    /// The same in Chinese.
    pub new_zh: String,
}

impl From<review::Comparison> for Comparison {
    fn from(it: review::Comparison) -> Self {
        Self {
            old: it.old.into(),
            new: it.new.into(),
            materially_worse: it.materially_worse,
            changes: it.changes.into_iter().map(ComparedChange::from).collect(),
        }
    }
}

impl From<review::Version> for ComparedVersion {
    fn from(it: review::Version) -> Self {
        Self { id: it.id, version: it.version, effective: it.effective }
    }
}

impl From<review::Change> for ComparedChange {
    fn from(it: review::Change) -> Self {
        Self {
            effect: it.effect.word().to_owned(),
            aspect: it.aspect.word().to_owned(),
            name: it.name,
            message: it.message.en,
            message_zh: it.message.zh,
            witness: it.witness.map(ComparedWitness::from),
            old_clause: it.old_clause,
            new_clause: it.new_clause,
        }
    }
}

impl From<review::Witness> for ComparedWitness {
    fn from(it: review::Witness) -> Self {
        Self {
            given: it.given.into_iter().collect(),
            variable: it.variable,
            value: it.value,
            old: it.old.en,
            old_zh: it.old.zh,
            new: it.new.en,
            new_zh: it.new.zh,
        }
    }
}
