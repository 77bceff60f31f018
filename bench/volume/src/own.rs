//! A lake of the workload's rows in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evidence::Memory;
use lake::{
    BlobSource, Blobs, FileEntry, FileManifest, ImportLimits, Importer, Lake, LakeFacts, Layout, Limits,
    LocalBlobs, Place, Standing, Target,
};
use measured::Fault;
use timeline::{Instant, Interval};

use crate::clock::Took;
use crate::input::each_row;
use crate::row::{DAY_US, DAYS, MONTH_US, Row, Words, schema};

/// When whatever is done to the lake is said to be done.
pub(crate) const NOW: Instant = Instant::from_nanos((MONTH_US + DAYS * DAY_US) * 1_000);

/// A lake and the fact in it.
pub(crate) struct Own {
    pub(crate) lake: Lake,
    pub(crate) target: Target,
    folder: PathBuf,
}

impl Own {
    /// The lake in a folder, empty if there is none.
    pub(crate) fn open(folder: &Path) -> Result<Own, Fault> {
        let files = folder.join("files");
        let blobs = LocalBlobs::open(&files)?;
        let manifest = FileManifest::open(&files)?;
        let scratch = folder.join("scratch");
        fs::create_dir_all(&scratch)?;
        let lake =
            Lake { blobs: Arc::new(blobs), manifest: Arc::new(manifest), scratch, limits: Limits::default() };
        let layout = schema().facts.first().map(Layout::of).ok_or("the schema has no fact")?;
        let target =
            Target { place: Place::new("bench", "sms", "message"), layout, standing: Standing::default() };
        Ok(Own { lake, target, folder: folder.to_owned() })
    }

    /// A lake without any file, whatever was there before.
    pub(crate) fn anew(folder: &Path) -> Result<Own, Fault> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        Own::open(folder)
    }

    /// Takes the rows that `each` hands on.
    pub(crate) fn import(
        &self,
        each: impl FnOnce(&mut dyn FnMut(&Row) -> Result<(), Fault>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let import = self.folder.join("import");
        fs::create_dir_all(&import)?;
        let mut importer =
            Importer::open(self.lake.clone(), self.target.clone(), import, ImportLimits::default())?;
        let words = Words::new();
        each(&mut |row| Ok(words.with_view(row, |it| importer.push_row(it))?))?;
        importer.finish(NOW)?;
        Ok(())
    }

    /// Takes the rows of a file, `later` microseconds later.
    pub(crate) fn import_file(&self, file: &Path, later: i64) -> Result<Took, Fault> {
        let (done, took) = Took::by(|| {
            self.import(|take| {
                each_row(file, |row| take(&Row { ts_us: row.ts_us.saturating_add(later), ..*row })).map(drop)
            })
        });
        done.map(|()| took)
    }

    /// Every file that stands.
    pub(crate) fn entries(&self) -> Result<Vec<FileEntry>, Fault> {
        Ok(self.lake.manifest.entries(&self.target.place, Interval::ALL, None)?)
    }

    /// Every file that stands, ready to be read.
    pub(crate) fn sources(&self) -> Result<Vec<BlobSource>, Fault> {
        let source = |it: FileEntry| BlobSource::new(Arc::clone(&self.lake.blobs), it.path, it.bytes);
        Ok(self.entries()?.into_iter().map(source).collect())
    }

    /// What a settlement may ask of a window.
    pub(crate) fn facts(&self, window: Interval) -> Result<LakeFacts, Fault> {
        let blobs: Arc<dyn Blobs> = Arc::clone(&self.lake.blobs);
        let memory = Memory::from_records(Vec::new());
        Ok(LakeFacts::open(memory, blobs, self.entries()?, &schema(), window)?)
    }
}

/// The workload's month.
pub(crate) fn month() -> Interval {
    let from = Instant::from_nanos(MONTH_US * 1_000);
    Interval::new(from, NOW).unwrap_or(Interval::ALL)
}
