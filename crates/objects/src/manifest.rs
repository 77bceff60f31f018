//! A manifest in a store of objects: one object for each change, numbered from 1. Whoever makes a change creates the next
//! number, which the store lets only one do; nothing is ever written over, and nothing is taken away.
//!
//! After so many changes all that they come to is put into one object more, a snapshot, from which whoever opens the manifest goes
//! on. It has the number of the last change that is in it, and follows from the changes alone: whoever creates it creates the same.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use lake::ManifestError;
use lake::manifest::{Log, Logged, Snapshot, Step};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use crate::calls::Calls;

/// The folder of the changes.
const FOLDER: &str = "manifest";
/// The folder of the snapshots: no tenant's folder begins with a point.
const SNAPSHOTS: &str = ".snapshots";
/// A snapshot follows every so many changes.
const SNAPSHOT_EVERY: u64 = 1000;
/// Changes read at once.
const READ_AT_ONCE: usize = 32;
/// How often a change is tried against others who make theirs at the same time.
const ATTEMPTS_MAX: u32 = 64;

/// A manifest in a store of objects. Any number of processes may have it open.
pub struct ObjectManifest {
    store: Arc<dyn ObjectStore>,
    calls: Calls,
    known: Mutex<Known>,
}

/// The changes read so far.
#[derive(Debug, Default)]
struct Known {
    log: Log,
    /// The number of the last of them.
    last: u64,
    /// A snapshot follows every so many changes; none does when it is zero.
    every: u64,
    /// A snapshot that is due, and may be there already.
    due: Option<Snapshot>,
}

/// Reads all changes; `None` when there are none.
pub async fn read_log(store: &Arc<dyn ObjectStore>) -> Result<Option<Log>, ManifestError> {
    let mut known = Known::default();
    known.catch_up(store).await?;
    Ok((known.last > 0).then_some(known.log))
}

impl ObjectManifest {
    /// The manifest below the root of `store`, which begins with its first change.
    /// Nobody else may use that very client: its connections live on the threads of this value, and end with them.
    pub fn open(store: Arc<dyn ObjectStore>) -> Result<ObjectManifest, ManifestError> {
        ObjectManifest::open_with(store, SNAPSHOT_EVERY)
    }

    /// The same, with a snapshot after every so many changes. Who opens one lake may do so with different numbers.
    pub fn open_with(
        store: Arc<dyn ObjectStore>,
        snapshot_every: u64,
    ) -> Result<ObjectManifest, ManifestError> {
        let calls = Calls::new().map_err(|error| unreachable(FOLDER, error))?;
        let known = Known { every: snapshot_every, ..Known::default() };
        let manifest = ObjectManifest { store, calls, known: Mutex::new(known) };
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
        let store = Arc::clone(&self.store);
        let every = known.every;
        let mut from = std::mem::replace(&mut *known, Known { every, ..Known::default() });
        let found = self.calls.wait(async move {
            let done = from.catch_up(&store).await;
            (from, done)
        });
        let (found, done) = found.ok_or_else(gone)?;
        // After damage nothing is known; otherwise what was read before the store failed still holds.
        if !matches!(done, Err(ManifestError::Damaged { .. })) {
            *known = found;
        }
        done.map(|()| known)
    }

    /// Puts the snapshot that is due. Nothing but speed depends on it: when it fails, whoever makes the next change does it.
    fn put_due(&self, known: &mut Known) {
        let Some(due) = known.due.take() else { return };
        let Some(text) = due.text() else { return };
        let (store, path) = (Arc::clone(&self.store), snapshot(due.changes));
        let put = self.calls.wait(async move { create(&store, &path, text.into()).await });
        if !matches!(put, Some(Ok(_))) {
            known.due = Some(due);
        }
    }
}

impl std::fmt::Debug for ObjectManifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectManifest").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Logged for ObjectManifest {
    fn read<T>(&self, look: impl FnOnce(&Log) -> T) -> Result<T, ManifestError> {
        Ok(look(&self.catch_up()?.log))
    }

    fn put(&self, step: impl Fn(&Log) -> Result<Option<Step>, ManifestError>) -> Result<(), ManifestError> {
        for _ in 0..ATTEMPTS_MAX {
            let mut known = self.catch_up()?;
            let Some(step) = step(&known.log)? else { return Ok(()) };
            let text = step.text().ok_or_else(|| unreachable(FOLDER, "the change has no text"))?;
            self.put_due(&mut known);
            let number = known.last.saturating_add(1);
            let (store, bytes) = (Arc::clone(&self.store), Bytes::from(text));
            let created = self.calls.wait(async move { create(&store, &place(number), bytes).await });
            if created.ok_or_else(gone)?? {
                return Ok(());
            }
        }
        Err(unreachable(FOLDER, "others change it without end"))
    }
}

impl Known {
    /// Takes the changes that came since, after the newest snapshot when nothing is known yet.
    async fn catch_up(&mut self, store: &Arc<dyn ObjectStore>) -> Result<(), ManifestError> {
        if self.last == 0 {
            self.begin(store).await?;
        }
        let listed = store.list_with_offset(Some(&Path::from(FOLDER)), &place(self.last));
        let listed = listed.map_ok(|it| it.location).try_collect::<Vec<Path>>().await;
        let mut listed = listed.map_err(|error| unreachable(FOLDER, error))?;
        listed.sort();
        let read = |path: Path| {
            let store = Arc::clone(store);
            async move { bytes_of(&store, &path).await.map(|bytes| (path, bytes)) }
        };
        let end = self.last.saturating_add(listed.len() as u64);
        let mut steps = futures_util::stream::iter(listed).map(read).buffered(READ_AT_ONCE);
        while let Some((path, bytes)) = steps.try_next().await? {
            self.take(&path, &bytes)?;
            // Of several at once the newest is enough.
            if self.last.checked_rem(self.every) == Some(0) && end.saturating_sub(self.last) < self.every {
                self.due = Some(Snapshot { changes: self.last, log: self.log.clone() });
            }
        }
        Ok(())
    }

    /// Takes the newest snapshot, if there is any.
    async fn begin(&mut self, store: &Arc<dyn ObjectStore>) -> Result<(), ManifestError> {
        let listed = store.list(Some(&Path::from(SNAPSHOTS))).map_ok(|it| it.location);
        let listed: Vec<Path> = listed.try_collect().await.map_err(|error| unreachable(SNAPSHOTS, error))?;
        let Some(newest) = listed.into_iter().max() else { return Ok(()) };
        let damaged = |line| ManifestError::Damaged { path: newest.to_string(), line };
        let found = Snapshot::parse(&bytes_of(store, &newest).await?).map_err(damaged)?;
        if snapshot(found.changes) != newest {
            return Err(damaged(1));
        }
        (self.log, self.last) = (found.log, found.changes);
        Ok(())
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

async fn bytes_of(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<Bytes, ManifestError> {
    let bytes = async { store.get(path).await?.bytes().await }.await;
    bytes.map_err(|error| unreachable(path.as_ref(), error))
}

/// Where the change of that number is kept: numbers of one length, for stores list by text.
fn place(number: u64) -> Path {
    Path::from(format!("{FOLDER}/{number:020}.ndjson"))
}

/// Where all that so many changes come to is kept.
fn snapshot(changes: u64) -> Path {
    Path::from(format!("{SNAPSHOTS}/{changes:020}.ndjson"))
}

/// Creates an object; `false` when somebody else did. A call whose answer was lost is made again by the
/// client and then finds its own object.
async fn create(store: &Arc<dyn ObjectStore>, path: &Path, bytes: Bytes) -> Result<bool, ManifestError> {
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match store.put_opts(path, bytes.clone().into(), options).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. }) => bytes_of(store, path).await.map(|it| it == bytes),
        Err(error) => Err(unreachable(path.as_ref(), error)),
    }
}

fn gone() -> ManifestError {
    unreachable(FOLDER, "the store stopped answering")
}

fn unreachable(path: &str, why: impl std::fmt::Display) -> ManifestError {
    ManifestError::Unreachable { path: path.to_owned(), why: why.to_string() }
}
