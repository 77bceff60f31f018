//! What callers say about claims.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::money::Money;

/// A claim to be made, by the customer or by support on its behalf.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// The statement that says what is due; an earlier one stands for the one that superseded it.
    pub statement: String,
    /// The remedy.
    pub remedy: String,
    /// Of whom or what; absent for the whole.
    #[serde(default)]
    pub subject: Option<String>,
    /// Which window, from 1; the first open one when absent.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub window: Option<u32>,
    /// What the contract requires, by the name it gives it.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Further words.
    #[serde(default)]
    #[schemars(length(max = 4000))]
    pub note: String,
}

/// What a claim comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All that is due is awarded.
    Accept,
    /// Less than is due is awarded.
    Part,
    /// Nothing is awarded.
    Reject,
}

/// The decision on a claim.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// accept, part or reject.
    pub verdict: Verdict,
    /// How much: with `part`, and with `accept` where the text leaves the amount to a person.
    #[serde(default)]
    pub amount: Option<Money>,
    /// How much where no money is due: `1 d 12 h`, `500 MB`, `3`. With `part`.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub in_kind: Option<String>,
    /// Why. The claimant sees it.
    #[schemars(length(min = 1, max = 4000))]
    pub reason: String,
}

/// What an appeal comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealVerdict {
    /// More is awarded than before.
    Uphold,
    /// Nothing more is awarded; an earlier award stands.
    Reject,
}

/// The decision on an appeal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideAppeal {
    /// uphold or reject.
    pub verdict: AppealVerdict,
    /// How much in all, with `uphold`. Absent: all that is due.
    #[serde(default)]
    pub amount: Option<Money>,
    /// How much in all where no money is due, with `uphold`: `1 d 12 h`, `500 MB`, `3`.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub in_kind: Option<String>,
    /// Why. The claimant sees it.
    #[schemars(length(min = 1, max = 4000))]
    pub reason: String,
}

/// An appeal against a decision.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// On what grounds.
    #[schemars(length(min = 1, max = 4000))]
    pub grounds: String,
}

/// What the claimant is asked for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question. While it waits for an answer the time to decide stands still.
    #[schemars(length(min = 1, max = 4000))]
    pub question: String,
}

/// The claimant's answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// By name; a field given again replaces the earlier text.
    pub fields: BTreeMap<String, String>,
}
