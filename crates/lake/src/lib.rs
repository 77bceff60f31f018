//! Evidence in volume: facts of which there are hundreds of millions, in files laid out for settlement.
//!
//! Rows of one fact lie in Parquet files, one UTC day a *partition*, ordered so that key columns are runs. The same rows,
//! in whatever order and however often they arrive, give the same content digests; questions are asked of partitions that are
//! *settled*: known to hold every identity once.
//!
//! Invariants: no float; no number that is not the decimal somebody wrote; nothing is acknowledged that a power failure
//! could take back; a file is named in the manifest only after it is durable, and a segment of the journal goes only after
//! its rows are in files of the manifest.

pub mod answer;
pub mod blobs;
mod columns;
pub mod counters;
mod error;
mod facts;
mod fold;
mod found;
mod gather;
mod import;
mod inputs;
pub mod journal;
pub mod kernel;
mod known;
mod lake;
pub mod layout;
mod lock;
pub mod manifest;
mod merge;
mod order;
mod place;
mod read;
pub mod recount;
mod retention;
pub mod rows;
mod run;
pub mod settle;
pub mod standing;
#[cfg(test)]
mod tests;
mod threads;
mod trust;
pub mod write;

pub use answer::{BlobSource, Counted, answer, answer_counted};
pub use blobs::{BlobError, Blobs, Content, LocalBlobs};
pub use counters::Counters;
pub use error::{LakeError, Misfit};
pub use facts::LakeFacts;
pub use fold::{FoldError, Folded, fold, fold_batches, fold_batches_knowing, fold_knowing};
pub use found::Found;
pub use import::{ImportLimits, ImportState, Imported, Importer, Progress, SeenIds};
pub use known::Known;
pub use lake::{Lake, Outcome, Target};
pub use layout::{Column, Kind, Layout, MixedKinds, NumberKind};
pub use lock::Lock;
pub use manifest::{Change, FileEntry, FileManifest, Manifest, ManifestError};
pub use place::{BUCKET_NANOS, DAY_NANOS, Day, HOUR_NANOS, Place, named, segment};
pub use read::verify;
pub use recount::{Difference, Differs, Recount, contents, recount};
pub use retention::{Removed, Retention};
pub use rows::{Cell, RowError, RowView, Rows};
pub use settle::Limits;
pub use standing::{Preference, Standing};
