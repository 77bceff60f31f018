//! A settlement that asks the lake: what it was told is written down, and a question that could not be asked leaves nothing
//! settled.

use std::borrow::Cow;
use std::sync::Arc;

use ::evidence::{Answers, Asked, FactSchema, Facts, Memory, Partition, Schema, digest_with, unclassified};
use ::lake::{Blobs, FileEntry, LakeFacts};
use language::Contract;
use settle::Settlement;
use timeline::{Instant, Interval};

use super::unreachable;
use crate::platform::Platform;
use crate::refusal::Failure;

/// What a settlement learned of records in volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The files of the lake it rests on.
    pub partitions: Vec<Partition>,
    /// What was asked, and the answers.
    pub answers: Answers,
}

/// Settles the cycle that counts these times over the listed records and the files with those in volume. The contract that is
/// settled has beside its facts those of receipts in no class, where such receipts are open.
pub(crate) fn settle(
    platform: &Platform,
    contract: &Contract,
    (listed, files): (Memory, &[FileEntry]),
    counted: Interval,
    settle: impl FnOnce(&Contract, &dyn Facts) -> Settlement,
) -> Result<(Settlement, Told), Failure> {
    let blobs = platform.volume.open()?.lake.blobs.clone();
    let mut contract = Cow::Borrowed(contract);
    let beside = beside(&contract, &blobs, files, counted)?;
    if !beside.is_empty() {
        contract.to_mut().schema.facts.extend(beside);
    }
    let window = Interval::new(Instant::MIN, counted.until()).unwrap_or(Interval::ALL);
    let facts =
        LakeFacts::open(listed, blobs, files.to_vec(), &contract.schema, window).map_err(unreachable)?;
    let asking = Asked::of(&facts, &contract.schema);
    let settlement = settle(&contract, &asking);
    let answers = asking.answers().map_err(unreachable)?;
    Ok((settlement, Told { partitions: facts.partitions().to_vec(), answers }))
}

/// The facts beside those in volume that have open receipts of messages sent in the window.
fn beside(
    contract: &Contract,
    blobs: &Arc<dyn Blobs>,
    files: &[FileEntry],
    within: Interval,
) -> Result<Vec<FactSchema>, Failure> {
    let mut found = Vec::new();
    for fact in contract.schema.facts.iter().filter(|it| it.volume).map(FactSchema::unclassified) {
        let mut entries = files.to_vec();
        entries.retain(|it| it.place.fact == fact.name);
        if entries.is_empty() {
            continue;
        }
        let schema = Schema { facts: vec![fact.clone()], ..Schema::default() };
        let none = Memory::from_records(Vec::new());
        let facts = LakeFacts::open(none, Arc::clone(blobs), entries, &schema, within);
        if unclassified::is_open(&facts.map_err(unreachable)?, 0, within).map_err(unreachable)? {
            found.push(fact);
        }
    }
    Ok(found)
}

/// What commits to the listed records of this digest and to the files.
pub(crate) fn digest(listed: [u8; 32], files: &[FileEntry]) -> [u8; 32] {
    let partition = |it: &FileEntry| {
        let day = it.day.date()?;
        Some(Partition { fact: it.place.fact.clone(), day, rows: it.rows, content: it.content })
    };
    // What lies beside depends on when it came.
    let files = files.iter().filter(|it| !it.place.is_superseded());
    digest_with(listed, &files.filter_map(partition).collect::<Vec<_>>())
}
