//! The files that evidence in volume lies in, as people see them.

use ::lake::FileEntry;
use schemars::JsonSchema;
use serde::Serialize;
use store::Tx;
use timeline::Instant;

use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::stream::Stream;
use crate::time::Moment;
use crate::volume::standing;

/// A file of records in volume: one fact, one UTC day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeptFile {
    /// The fact.
    pub fact: String,
    /// The day in UTC.
    pub day: String,
    /// Where it lies under the lake's folder.
    pub path: String,
    /// How many records.
    pub records: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 of its records in their order, as a statement names them.
    pub content: String,
    /// When the first of them happened.
    pub from: Moment,
    /// When the last of them happened.
    pub until: Moment,
    /// Whether it is merged with what else came for that day, or shares no record with it; only then it is counted.
    pub merged: bool,
    /// Since when it stands.
    pub added_at: Moment,
}

/// The files of a subscription that stand now, or stood at `as_of`.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
    as_of: Option<Moment>,
) -> Result<Vec<KeptFile>, Failure> {
    let stream = Stream::Subscription { tenant: tenant.to_owned(), id: subscription.to_owned() };
    let house = stream.enter(tx, who, Resource::Evidence, Verb::Read)?;
    stream.governed(tx, &house)?;
    let files = standing(tx, &house, subscription, as_of.map_or(Instant::MAX, |it| it.0))?;
    Ok(files.iter().map(KeptFile::from).collect())
}

impl From<&FileEntry> for KeptFile {
    fn from(it: &FileEntry) -> Self {
        Self {
            fact: it.place.fact.clone(),
            day: it.day.to_string(),
            path: it.path.clone(),
            records: it.rows,
            bytes: it.bytes,
            sha256: settle::hex(&it.sha256),
            content: settle::hex(&it.content),
            from: it.from.into(),
            until: it.until.into(),
            merged: it.settled,
            added_at: it.added_at.into(),
        }
    }
}
