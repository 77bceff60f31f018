//! Requests that wait together share one object: a thread gathers their batches and puts them, one object after the other.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ::lake::{BlobError, Blobs, Content};

use super::batches::{self, Batches, Name};

/// How long the first of an object waits for others.
const GATHER_TIME: Duration = Duration::from_millis(10);
/// An object of so many bytes waits for nobody …
const ENOUGH_BYTES: usize = 8 << 20;
/// … and whoever finds so many gathered waits until they are under way.
const GATHERED_BYTES_MAX: usize = 32 << 20;
/// How long a request waits for the store.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// What became of an object: its number, or why it is not certainly there.
type Outcome = Result<i64, BlobError>;

/// Gathers batches until it is dropped.
pub(super) struct Group {
    desk: Arc<Desk>,
}

/// Where requests and the thread meet.
struct Desk {
    state: Mutex<State>,
    /// Something came, or it is over.
    came: Condvar,
    /// What had gathered is under way.
    went: Condvar,
}

#[derive(Default)]
struct State {
    batches: Batches,
    bytes: usize,
    /// When the first of them came.
    since: Option<Instant>,
    waiting: Vec<SyncSender<Outcome>>,
    /// Since when an object is being put.
    under_way: Option<Instant>,
    is_over: bool,
}

impl Group {
    /// Puts objects under this name, numbered from 1.
    pub(super) fn start(blobs: Arc<dyn Blobs>, journal: &str) -> std::io::Result<Self> {
        let desk = Arc::new(Desk { state: Mutex::default(), came: Condvar::new(), went: Condvar::new() });
        let (taking, journal) = (desk.clone(), journal.to_owned());
        thread::Builder::new().name("batches".to_owned()).spawn(move || {
            let (mut number, mut before) = (0, 0);
            while let Some((batches, waiting)) = taking.take() {
                number += 1;
                let outcome = put(&*blobs, &journal, (number, before), &batches).map(|()| number);
                if outcome.is_ok() {
                    before = number;
                }
                taking.lock().under_way = None;
                for it in waiting {
                    // Whoever waited too long has been told.
                    let _ = it.send(outcome.clone());
                }
            }
        })?;
        Ok(Self { desk })
    }

    /// Waits until the batches are in an object; its number.
    pub(super) fn append(&self, batches: Batches) -> Outcome {
        let until = Instant::now() + ANSWER_MAX;
        let (answer, answered) = sync_channel(1);
        let mut state = self.desk.lock();
        // Who would wait in vain is told at once, so that they do not pile up.
        if state.under_way.is_some_and(|it| it.elapsed() > ANSWER_MAX) {
            return Err(late());
        }
        while state.bytes > GATHERED_BYTES_MAX {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(late());
            }
            state = self.desk.went.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.bytes += batches.iter().map(Vec::len).sum::<usize>();
        state.batches.extend(batches);
        state.since.get_or_insert_with(Instant::now);
        state.waiting.push(answer);
        drop(state);
        self.desk.came.notify_one();
        match answered.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => Err(late()),
            Err(RecvTimeoutError::Disconnected) => Err(failed("the thread that puts them ended")),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.desk.lock().is_over = true;
        self.desk.came.notify_one();
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has gathered, when there is something and its time has come; nothing when it is over.
    fn take(&self) -> Option<(Batches, Vec<SyncSender<Outcome>>)> {
        let mut state = self.lock();
        loop {
            let left = match state.since {
                None if state.is_over => return None,
                None => {
                    state = self.came.wait(state).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                Some(since) => GATHER_TIME.saturating_sub(since.elapsed()),
            };
            if left.is_zero() || state.bytes >= ENOUGH_BYTES || state.is_over {
                break;
            }
            state = self.came.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let now = State { is_over: state.is_over, under_way: Some(Instant::now()), ..State::default() };
        let taken = std::mem::replace(&mut *state, now);
        drop(state);
        self.went.notify_all();
        Some((taken.batches, taken.waiting))
    }
}

fn put(blobs: &dyn Blobs, journal: &str, numbers: (i64, i64), batches: &[Vec<u8>]) -> Result<(), BlobError> {
    let bytes = batches::encode(batches);
    blobs.put(&Name::of(journal, numbers, &bytes).path(), Content::Bytes(&bytes))
}

fn late() -> BlobError {
    failed(&format!("no answer within {ANSWER_MAX:?}"))
}

fn failed(why: &str) -> BlobError {
    BlobError::Failed { path: batches::FOLDER.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use ::lake::LocalBlobs;

    use super::*;

    /// A folder that says when a put begins, and does it when it is told to and how.
    struct Gate {
        folder: LocalBlobs,
        begun: Sender<()>,
        works: Mutex<Receiver<bool>>,
    }

    impl Blobs for Gate {
        fn put(&self, path: &str, content: Content<'_>) -> Result<(), BlobError> {
            self.begun.send(()).unwrap();
            if self.works.lock().unwrap().recv().unwrap() {
                self.folder.put(path, content)
            } else {
                Err(failed("no answer"))
            }
        }

        fn get_range(&self, path: &str, range: Range<u64>) -> Result<bytes::Bytes, BlobError> {
            self.folder.get_range(path, range)
        }

        fn size(&self, path: &str) -> Result<u64, BlobError> {
            self.folder.size(path)
        }

        fn delete(&self, path: &str) -> Result<(), BlobError> {
            self.folder.delete(path)
        }

        fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
            self.folder.list(folder)
        }
    }

    /// The batches of each object, with its number and the one before.
    fn objects(blobs: &dyn Blobs) -> Vec<(i64, i64, Vec<Vec<u8>>)> {
        let mut objects = Vec::new();
        for path in blobs.list(batches::FOLDER).unwrap() {
            let name = Name::read(&path).unwrap();
            let bytes = blobs.get_range(&path, 0..blobs.size(&path).unwrap()).unwrap();
            let mut batches = name.batches(&bytes).unwrap();
            batches.sort();
            objects.push((name.number, name.before, batches));
        }
        objects
    }

    #[test]
    fn requests_that_come_while_an_object_is_put_share_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let ((begun, begins), (tell, works)) = (channel(), channel());
        let folder = LocalBlobs::open(folder.path()).unwrap();
        let blobs = Arc::new(Gate { folder, begun, works: Mutex::new(works) });
        let group = Group::start(blobs.clone(), "jnl_1").unwrap();
        let batch = |it: u8| vec![vec![it; 3]];
        thread::scope(|scope| {
            let first = scope.spawn(|| group.append(batch(0)));
            begins.recv().unwrap();
            let group = &group;
            let others: Vec<_> = (1..8).map(|it| scope.spawn(move || group.append(batch(it)))).collect();
            while group.desk.lock().waiting.len() < others.len() {
                thread::yield_now();
            }
            tell.send(true).unwrap();
            assert_eq!(first.join().unwrap(), Ok(1));
            tell.send(true).unwrap();
            others.into_iter().for_each(|it| assert_eq!(it.join().unwrap(), Ok(2)));
        });
        let shared: Vec<Vec<u8>> = (1..8).map(|it| vec![it; 3]).collect();
        assert_eq!(objects(&*blobs), [(1, 0, batch(0)), (2, 1, shared)]);
    }

    #[test]
    fn a_number_whose_put_failed_is_not_used_again_and_not_built_upon() {
        let folder = tempfile::tempdir().unwrap();
        let ((begun, _begins), (tell, works)) = (channel(), channel());
        let folder = LocalBlobs::open(folder.path()).unwrap();
        let blobs = Arc::new(Gate { folder, begun, works: Mutex::new(works) });
        let group = Group::start(blobs.clone(), "jnl_1").unwrap();
        for (works, number) in [(true, Ok(1)), (false, Err(failed("no answer"))), (true, Ok(3))] {
            tell.send(works).unwrap();
            assert_eq!(group.append(vec![b"batch".to_vec()]), number);
        }
        let numbers: Vec<(i64, i64)> = objects(&*blobs).iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(numbers, [(1, 0), (3, 1)]);
    }
}
