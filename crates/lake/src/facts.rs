//! Facts in volume beside the listed ones: what a settlement over a window may ask.

use std::fmt;
use std::sync::{Arc, OnceLock};

use evidence::{
    Facts, FactsError, Group, Memory, Partition, Question, Record, Schema, Touching, digest_with,
};
use timeline::Interval;

use crate::answer::{BlobSource, Counted, answer_counted};
use crate::blobs::Blobs;
use crate::counters::Counters;
use crate::error::LakeError;
use crate::kernel::{self, Footer};
use crate::manifest::{FileEntry, is_settled};
use crate::write::COUNTERS_KEY;

/// A memory for the facts that are listed, and the files of a window for those in volume.
pub struct LakeFacts {
    memory: Memory,
    schema: Schema,
    /// By fact of the schema.
    files: Vec<Vec<Entry>>,
    partitions: Vec<Partition>,
}

/// One file of the window; its counters are read once, when they are first wanted.
struct Entry {
    entry: FileEntry,
    source: BlobSource,
    counters: OnceLock<Option<Counters>>,
}

impl LakeFacts {
    /// The files that stand for the window: those of `entries` whose day shares an instant with it. Refused when a file
    /// has not the size that the manifest says, or when a partition is not settled.
    pub fn open(
        memory: Memory,
        blobs: Arc<dyn Blobs>,
        entries: Vec<FileEntry>,
        schema: &Schema,
        window: Interval,
    ) -> Result<LakeFacts, LakeError> {
        let mut files: Vec<Vec<Entry>> = schema.facts.iter().map(|_| Vec::new()).collect();
        let mut partitions = Vec::new();
        let mut entries = entries;
        entries.retain(|it| it.day.window().overlaps(&window));
        entries.sort_unstable();
        unsettled(&entries)?;
        for entry in entries {
            let fact = schema.fact(&entry.place.fact).filter(|(_, it)| it.volume).map(|(at, _)| at);
            let Some(files) = fact.and_then(|it| files.get_mut(it)) else { continue };
            let size = blobs.size(&entry.path)?;
            if size != entry.bytes {
                let why = format!("it has {size} bytes instead of {}", entry.bytes);
                return Err(LakeError::corrupt(&entry.path, why));
            }
            partitions.push(partition(&entry)?);
            let source = BlobSource::new(Arc::clone(&blobs), entry.path.clone(), size);
            files.push(Entry { entry, source, counters: OnceLock::new() });
        }
        Ok(LakeFacts { memory, schema: schema.clone(), files, partitions })
    }

    /// What a statement has to name so that the same records are found again.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// The files of one fact of the schema, in order.
    pub fn entries(&self, fact: usize) -> impl Iterator<Item = &FileEntry> {
        self.files.get(fact).into_iter().flatten().map(|it| &it.entry)
    }

    fn in_volume(&self, fact: usize) -> bool {
        self.schema.facts.get(fact).is_some_and(|it| it.volume)
    }

    fn ask(&self, files: &[Entry], question: &Question) -> Result<Vec<Group>, FactsError> {
        let schema = self.schema.facts.get(question.fact);
        let schema = schema.ok_or_else(|| FactsError::Unavailable("there is no such fact".to_owned()))?;
        let within =
            |it: &&Entry| it.entry.from < question.within.until() && it.entry.until >= question.within.from();
        let mut asked = Vec::new();
        for file in files.iter().filter(within) {
            asked.push(Counted { source: &file.source, counters: file.counters()? });
        }
        answer_counted(&asked, question, schema)
    }
}

impl Entry {
    /// Several threads may read them at once; what they read is the same.
    fn counters(&self) -> Result<Option<&Counters>, FactsError> {
        if let Some(known) = self.counters.get() {
            return Ok(known.as_ref());
        }
        let unavailable = |why: String| FactsError::Unavailable(why);
        let footer = kernel::footer(&self.source).map_err(|it| unavailable(it.to_string()))?;
        let read = counters(&footer).map_err(|it| unavailable(format!("`{}`: {it}", self.entry.path)))?;
        Ok(self.counters.get_or_init(|| read).as_ref())
    }
}

/// The counters that a footer keeps, if it keeps any.
pub(crate) fn counters(footer: &Footer) -> Result<Option<Counters>, crate::counters::CountersError> {
    let kept = footer.metadata.iter().find(|(key, _)| key == COUNTERS_KEY);
    kept.map(|(_, text)| Counters::decode(text)).transpose()
}

/// Refuses partitions whose files may share an identity.
fn unsettled(entries: &[FileEntry]) -> Result<(), LakeError> {
    for partition in entries.chunk_by(|a, b| (&a.place, a.day) == (&b.place, b.day)) {
        if let (false, Some(first)) = (is_settled(partition), partition.first()) {
            let why = "its day is not settled yet; merge it, then ask again";
            return Err(LakeError::corrupt(&first.path, why));
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
