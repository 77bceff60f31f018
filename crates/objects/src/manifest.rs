//! A manifest in a store of objects: one object for each change, numbered from 1. Whoever makes a change creates the next
//! number, which the store lets only one do; nothing is ever written over.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use lake::manifest::{Log, Step};
use lake::{Change, FileEntry, Manifest, ManifestError, Place};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use timeline::{Instant, Interval};

use crate::calls::Calls;

/// The folder of the changes.
const FOLDER: &str = "manifest";
/// Changes read at once.
const READ_AT_ONCE: usize = 16;
/// How often a change is tried against others who make theirs at the same time.
const ATTEMPTS_MAX: u32 = 64;

/// A manifest in a store of objects. Any number of processes may have it open.
pub struct ObjectManifest {
    store: Arc<dyn ObjectStore>,
    calls: Calls,
    known: Mutex<Known>,
}

/// The changes read so far.
#[derive(Clone, Debug, Default)]
struct Known {
    log: Log,
    /// The number of the last of them.
    last: u64,
}

/// Reads all changes; `None` when there are none.
pub async fn read_log(store: &Arc<dyn ObjectStore>) -> Result<Option<Log>, ManifestError> {
    let known = Known::default().caught_up(Arc::clone(store)).await?;
    Ok((known.last > 0).then_some(known.log))
}

impl ObjectManifest {
    /// The manifest below the root of `store`, which begins with its first change.
    /// Nobody else may use that very client: its connections live on the threads of this value, and end with them.
    pub fn open(store: Arc<dyn ObjectStore>) -> Result<ObjectManifest, ManifestError> {
        let calls = Calls::new().map_err(|error| unreachable(FOLDER, error))?;
        let manifest = ObjectManifest { store, calls, known: Mutex::default() };
        manifest.catch_up().map(drop)?;
        Ok(manifest)
    }

    /// Whether no change was ever made.
    pub fn is_empty(&self) -> Result<bool, ManifestError> {
        Ok(self.catch_up()?.last == 0)
    }

    /// What was changed until now, by anybody.
    fn catch_up(&self) -> Result<MutexGuard<'_, Known>, ManifestError> {
        let broken = |_| unreachable(FOLDER, "a thread broke off in the middle");
        let mut known = self.known.lock().map_err(broken)?;
        let (store, from) = (Arc::clone(&self.store), known.clone());
        let found = self.calls.wait(from.caught_up(store));
        *known = found.ok_or_else(|| unreachable(FOLDER, "the store stopped answering"))??;
        Ok(known)
    }

    /// Puts a step after all others, which `step` makes of them if it may follow.
    fn put(&self, step: impl Fn(&Log) -> Result<Option<Step>, ManifestError>) -> Result<(), ManifestError> {
        for _ in 0..ATTEMPTS_MAX {
            let known = self.catch_up()?;
            let Some(step) = step(&known.log)? else { return Ok(()) };
            let text = step.text().ok_or_else(|| unreachable(FOLDER, "the change has no text"))?;
            let number = known.last.saturating_add(1);
            let (store, bytes) = (Arc::clone(&self.store), Bytes::from(text));
            let created = self.calls.wait(async move { create(store, number, bytes).await });
            if created.ok_or_else(|| unreachable(FOLDER, "the store stopped answering"))?? {
                return Ok(());
            }
        }
        Err(unreachable(FOLDER, "others change it without end"))
    }
}

impl std::fmt::Debug for ObjectManifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectManifest").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Manifest for ObjectManifest {
    fn entries(
        &self,
        place: &Place,
        window: Interval,
        as_of: Option<Instant>,
    ) -> Result<Vec<FileEntry>, ManifestError> {
        Ok(self.catch_up()?.log.entries(place, window, as_of))
    }

    fn commit(&self, change: &Change) -> Result<(), ManifestError> {
        self.put(|log| log.step(change).map(Some))
    }

    fn places(&self) -> Result<Vec<Place>, ManifestError> {
        Ok(self.catch_up()?.log.places())
    }

    fn superseded(&self) -> Result<Vec<FileEntry>, ManifestError> {
        Ok(self.catch_up()?.log.superseded())
    }

    fn forget(&self, entries: &[FileEntry]) -> Result<(), ManifestError> {
        self.put(|_| Ok(Step::of_forgotten(entries)))
    }
}

impl Known {
    /// With the changes that came since.
    async fn caught_up(mut self, store: Arc<dyn ObjectStore>) -> Result<Known, ManifestError> {
        let listed = store.list_with_offset(Some(&Path::from(FOLDER)), &place(self.last));
        let listed = listed.map_ok(|it| it.location).try_collect::<Vec<Path>>().await;
        let mut listed = listed.map_err(|error| unreachable(FOLDER, error))?;
        listed.sort();
        let read = |path: Path| {
            let store = Arc::clone(&store);
            async move {
                let bytes = async { store.get(&path).await?.bytes().await }.await;
                bytes.map(|bytes| (path.clone(), bytes)).map_err(|error| unreachable(path.as_ref(), error))
            }
        };
        let mut steps = futures_util::stream::iter(listed).map(read).buffered(READ_AT_ONCE);
        while let Some((path, bytes)) = steps.try_next().await? {
            self.take(&path, &bytes)?;
        }
        Ok(self)
    }

    /// Takes the next change: a number that is left out, or a change that is not whole, is damage.
    fn take(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ManifestError> {
        let damaged = |line| ManifestError::Damaged { path: path.to_string(), line };
        let number = self.last.saturating_add(1);
        if *path != place(number) {
            return Err(ManifestError::Damaged { path: place(number).to_string(), line: 1 });
        }
        let whole = self.log.replay(bytes).map_err(damaged)?;
        if whole != bytes.len() || whole == 0 {
            return Err(damaged(1));
        }
        self.last = number;
        Ok(())
    }
}

/// Where the change of that number is kept: numbers of one length, for stores list by text.
fn place(number: u64) -> Path {
    Path::from(format!("{FOLDER}/{number:020}.ndjson"))
}

/// Creates the change of that number; `false` when somebody else did. A call whose answer was lost is made again by the
/// client and then finds its own change.
async fn create(store: Arc<dyn ObjectStore>, number: u64, bytes: Bytes) -> Result<bool, ManifestError> {
    let path = place(number);
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(&path, bytes.clone().into(), options).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. }) => {
            let there = async { store.get(&path).await?.bytes().await }.await;
            there.map(|it| it == bytes).map_err(|error| unreachable(path.as_ref(), error))
        }
        Err(error) => Err(unreachable(path.as_ref(), error)),
    }
}

fn unreachable(path: &str, why: impl std::fmt::Display) -> ManifestError {
    ManifestError::Unreachable { path: path.to_owned(), why: why.to_string() }
}
