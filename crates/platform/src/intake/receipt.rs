//! What is answered to whoever sends evidence: what was kept, what was known, and what is wrong line by line.

use std::collections::BTreeMap;

use diagnostic::{Diagnostic, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use super::Prepared;
use crate::text::Text;
use crate::time::Moment;

/// What became of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receipt {
    /// The stream's name.
    pub stream: String,
    /// Records kept by this request.
    pub accepted: u64,
    /// How many of them are of facts in volume; absent when none is. What was known of these before is found out later, and
    /// counts once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_volume: Option<u64>,
    /// Records that were known word for word, and are not kept again.
    pub duplicates: u64,
    /// Records that were not kept.
    pub refused: u64,
    /// Why, by line; the first hundred. Of receipts each reason once, with the first line it came at.
    pub rejected: Vec<Problem>,
    /// How many receipts were in each class of the annex; absent when none were sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, u64>,
    /// How many receipts in no class are kept beside the fact: a settlement names them and is provisional until they come again
    /// and are in a class. They are among those that were refused; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unclassified: Option<u64>,
    /// What is worth knowing about records that were kept.
    pub warnings: Vec<Problem>,
    /// The batch's number in its stream, from 1; absent when nothing was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<i64>,
    /// SHA-256 of the lines kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When they were recorded: by the platform's clock, never the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}

/// What is wrong at a place of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// The line, from 1.
    pub line: u64,
    /// The character in it, from 1.
    pub column: u64,
    /// The code; `upheld explain CODE` says more.
    pub code: String,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub help: Text,
    /// How many receipts were left out for this reason; absent where it is told of each line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl Receipt {
    /// Of a body of which nothing has been kept yet.
    pub(super) fn of(prepared: &Prepared, duplicates: u64) -> Self {
        let mut problems: Vec<&Diagnostic> = prepared.problems.iter().collect();
        problems.sort_by_key(|it| it.place.as_ref().map_or((usize::MAX, 0), |it| (it.line, it.column)));
        let (errors, warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|it| it.severity == Severity::Error);
        Self {
            stream: prepared.opened.name.clone(),
            accepted: u64::try_from(prepared.accepted()).unwrap_or(u64::MAX),
            in_volume: prepared.in_volume(),
            duplicates,
            refused: prepared.refused,
            rejected: errors
                .into_iter()
                .map(|it| Problem {
                    count: prepared.told.reasons.get(&it.message.en).copied(),
                    ..Problem::from(it)
                })
                .collect(),
            classes: prepared.told.classes.clone(),
            unclassified: prepared.unclassified(),
            warnings: warnings.into_iter().map(Problem::from).collect(),
            batch: None,
            sha256: None,
            recorded_at: None,
        }
    }

    /// Of a body that was kept as batch `seq`.
    pub(super) fn kept(&mut self, seq: i64, sha256: &str, at: Moment) {
        self.batch = Some(seq);
        self.sha256 = Some(sha256.to_owned());
        self.recorded_at = Some(at);
    }
}

impl From<&Diagnostic> for Problem {
    fn from(it: &Diagnostic) -> Self {
        let (line, column) = it.place.as_ref().map_or((1, 1), |it| (it.line, it.column));
        Self {
            line: u64::try_from(line).unwrap_or(u64::MAX),
            column: u64::try_from(column).unwrap_or(u64::MAX),
            code: it.code.to_owned(),
            message: Text::from(&it.message),
            help: Text::from(&it.help),
            count: None,
        }
    }
}
