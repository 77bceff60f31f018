//! A manifest that keeps a log of its changes answers out of that log.

use timeline::{Instant, Interval};

use super::log::{Log, Step};
use super::{Change, FileEntry, Manifest, ManifestError};
use crate::place::Place;

/// Keeps a log of changes.
pub trait Logged: Send + Sync {
    /// Looks at all changes until now.
    fn read<T>(&self, look: impl FnOnce(&Log) -> T) -> Result<T, ManifestError>;

    /// Puts the step after all others that `step` makes of them, if it may follow them; when this returns it survives a power
    /// failure.
    fn put(&self, step: impl Fn(&Log) -> Result<Option<Step>, ManifestError>) -> Result<(), ManifestError>;
}

impl<L: Logged> Manifest for L {
    fn entries(
        &self,
        place: &Place,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, ManifestError> {
        self.read(|log| log.entries(place, window, as_of))
    }

    fn commit(&self, change: &Change) -> Result<(), ManifestError> {
        self.put(|log| log.step(change).map(Some))
    }

    fn places(&self) -> Result<Vec<Place>, ManifestError> {
        self.read(Log::places)
    }

    fn superseded(&self) -> Result<Vec<FileEntry>, ManifestError> {
        self.read(Log::superseded)
    }

    fn forget(&self, entries: &[FileEntry]) -> Result<(), ManifestError> {
        self.put(|_| Ok(Step::of_forgotten(entries)))
    }
}
