//! A settlement that asks the lake: what it was told is written down, and a question that could not be asked leaves nothing
//! settled.

use ::evidence::{Answers, Asked, Facts, Memory, Partition, digest_with};
use ::lake::{FileEntry, LakeFacts};
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

/// The listed records and the files with those in volume, all before `until`.
fn facts(
    platform: &Platform,
    contract: &Contract,
    (listed, files): (Memory, &[FileEntry]),
    until: Instant,
) -> Result<LakeFacts, Failure> {
    let window = Interval::new(Instant::MIN, until).unwrap_or(Interval::ALL);
    let blobs = platform.volume.open()?.lake.blobs.clone();
    LakeFacts::open(listed, blobs, files.to_vec(), &contract.schema, window).map_err(unreachable)
}

/// Settles over both.
pub(crate) fn settle(
    platform: &Platform,
    contract: &Contract,
    known: (Memory, &[FileEntry]),
    until: Instant,
    settle: impl FnOnce(&dyn Facts) -> Settlement,
) -> Result<(Settlement, Told), Failure> {
    let facts = facts(platform, contract, known, until)?;
    let asking = Asked::of(&facts, &contract.schema);
    let settlement = settle(&asking);
    let answers = asking.answers().map_err(unreachable)?;
    Ok((settlement, Told { partitions: facts.partitions().to_vec(), answers }))
}

/// What commits to the listed records of this digest and to the files.
pub(crate) fn digest(listed: [u8; 32], files: &[FileEntry]) -> [u8; 32] {
    let partition = |it: &FileEntry| {
        let day = it.day.date()?;
        Some(Partition { fact: it.place.fact.clone(), day, rows: it.rows, content: it.content })
    };
    digest_with(listed, &files.iter().filter_map(partition).collect::<Vec<_>>())
}
