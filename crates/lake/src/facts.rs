//! Facts in volume beside the listed ones: what a settlement over a window may ask.

mod files;

use std::fmt;
use std::sync::Arc;

use evidence::{
    Facts, FactsError, Group, Memory, Partition, Question, Record, Schema, Touching, digest_with,
};
use timeline::Interval;

use crate::blobs::Blobs;
use crate::error::LakeError;
use crate::manifest::{FileEntry, is_settled};
use files::Files;

/// A memory for the facts that are listed, and the files of a window for those in volume.
pub struct LakeFacts {
    memory: Memory,
    schema: Schema,
    /// By fact of the schema.
    files: Vec<Files>,
    partitions: Vec<Partition>,
}

impl LakeFacts {
    /// The files that stand for the window: those of `entries` whose day shares an instant with it. Refused when a partition is
    /// not settled. No file is opened before a question asks for its day.
    pub fn open(
        memory: Memory,
        blobs: Arc<dyn Blobs>,
        entries: Vec<FileEntry>,
        schema: &Schema,
        window: Interval,
    ) -> Result<LakeFacts, LakeError> {
        let mut files: Vec<Files> = schema.facts.iter().map(|_| Files::default()).collect();
        let mut partitions = Vec::new();
        let mut entries = entries;
        entries.retain(|it| it.day.window().overlaps(&window) && is_asked(schema, it));
        entries.sort_unstable();
        unsettled(&entries)?;
        for entry in entries {
            let fact = schema.fact(&entry.place.fact).filter(|(_, it)| it.volume).map(|(at, _)| at);
            let Some(files) = fact.and_then(|it| files.get_mut(it)) else { continue };
            partitions.push(partition(&entry)?);
            files.push(entry, &blobs);
        }
        Ok(LakeFacts { memory, schema: schema.clone(), files, partitions })
    }

    /// What a statement has to name so that the same records are found again.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// The files of one fact of the schema, in order.
    pub fn entries(&self, fact: usize) -> impl Iterator<Item = &FileEntry> {
        self.files.get(fact).into_iter().flat_map(Files::entries)
    }

    /// What the counters of the files alone say to a question about a fact in volume; nothing where rows would have to be looked at.
    pub fn aggregate_from_counters(&self, question: &Question) -> Result<Option<Vec<Group>>, FactsError> {
        match (self.files.get(question.fact), self.schema.facts.get(question.fact)) {
            (Some(files), Some(schema)) if schema.volume => files.ask_counters(question, schema),
            _ => Ok(None),
        }
    }

    fn in_volume(&self, fact: usize) -> bool {
        self.schema.facts.get(fact).is_some_and(|it| it.volume)
    }

    fn ask(&self, files: &Files, question: &Question) -> Result<Vec<Group>, FactsError> {
        let schema = self.schema.facts.get(question.fact);
        let schema = schema.ok_or_else(|| FactsError::Unavailable("there is no such fact".to_owned()))?;
        files.ask(question, schema)
    }
}

/// Whether it is of a fact the contract has: what lies beside one is asked by nobody here.
fn is_asked(schema: &Schema, entry: &FileEntry) -> bool {
    schema.fact(&entry.place.fact).is_some_and(|(_, it)| it.volume)
}

/// Refuses partitions whose files may share an identity.
fn unsettled(entries: &[FileEntry]) -> Result<(), LakeError> {
    for partition in entries.chunk_by(|a, b| (&a.place, a.day) == (&b.place, b.day)) {
        if let (false, Some(first)) = (is_settled(partition), partition.first()) {
            return Err(LakeError::Unsettled { path: first.path.clone() });
        }
    }
    Ok(())
}

fn partition(entry: &FileEntry) -> Result<Partition, LakeError> {
    let day =
        entry.day.date().ok_or_else(|| LakeError::corrupt(&entry.path, "its day is none of the calendar"))?;
    Ok(Partition { fact: entry.place.fact.clone(), day, rows: entry.rows, content: entry.content })
}

impl fmt::Debug for LakeFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeFacts").field("partitions", &self.partitions).finish_non_exhaustive()
    }
}

impl Facts for LakeFacts {
    fn rows(&self, fact: usize) -> &[Record] {
        self.memory.rows(fact)
    }

    fn aggregate(&self, question: &Question) -> Result<Vec<Group>, FactsError> {
        match self.files.get(question.fact) {
            Some(files) if self.in_volume(question.fact) => self.ask(files, question),
            _ => self.memory.aggregate(question),
        }
    }

    fn lists(&self, fact: usize) -> bool {
        !self.in_volume(fact) && self.memory.lists(fact)
    }

    fn count_all(&self) -> usize {
        let rows = self.partitions.iter().map(|it| usize::try_from(it.rows).unwrap_or(usize::MAX));
        rows.fold(self.memory.count_all(), usize::saturating_add)
    }

    fn digest(&self) -> [u8; 32] {
        digest_with(self.memory.digest(), &self.partitions)
    }

    fn touching(&self, fact: usize, window: Interval) -> Touching<'_> {
        self.memory.touching(fact, window)
    }
}
