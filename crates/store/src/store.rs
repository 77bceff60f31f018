//! The store: opened once, shared by everybody.

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use timeline::Instant;
use trace::{SpanId, TraceId, Tracer};

use crate::clock::{Chance, Clock, SystemChance, SystemClock};
use crate::connection::Connection;
use crate::fault::Fault;
use crate::id::new_trace;
use crate::location::Location;
use crate::measure::Measures;
use crate::migrate::{MigrateError, migrate};
use crate::postgres_connection::PostgresConnection;
use crate::readers::Readers;
use crate::sqlite_connection::SqliteConnection;
use crate::together::Together;
use crate::tx::{Scope, Tx, enter};
use crate::writer::{Job, Queue, Writer};

/// Writes that may wait; more are held back at the door.
const WAITING_MAX: usize = 4096;
/// Connections for reading.
const READERS: usize = 6;

/// The time and chance a store takes from outside.
#[derive(Clone)]
pub struct Context {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub chance: Arc<dyn Chance>,
}

impl Default for Context {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), chance: Arc::new(SystemChance) }
    }
}

/// Why a store could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Another process uses this data directory.
    InUse(String),
    /// The store was written by a newer version of the program.
    Newer {
        /// The version found.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The directory or file could not be made or read.
    Io(String),
    /// The database answered with an error.
    Fault(Fault),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(place) => write!(
                f,
                "{place} is in use by another process; stop it first, or choose another --data directory"
            ),
            Self::Newer { found, known } => write!(
                f,
                "the store has schema version {found}, this program knows versions up to {known}; use the newer program"
            ),
            Self::Io(why) => f.write_str(why),
            Self::Fault(it) => it.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<Fault> for OpenError {
    fn from(it: Fault) -> Self {
        Self::Fault(it)
    }
}

/// State that survives. Cheap to clone; when the last clone goes away, what was submitted is done first.
#[derive(Clone)]
pub struct Store {
    writing: Arc<Writing>,
    readers: Arc<Readers>,
    latest: Arc<AtomicI64>,
    measures: Arc<Measures>,
    context: Context,
    tracer: Tracer,
}

/// The way to the writing thread. The lock on the directory is let go when that thread has ended.
struct Writing {
    queue: Mutex<Option<Queue>>,
    thread: Option<JoinHandle<()>>,
    lock: Option<File>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.queue.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.take().filter(|it| it.thread().id() != thread::current().id());
        if let Some(thread) = thread {
            // A thread that panicked has nothing left to wait for.
            let _ = thread.join();
        }
    }
}

impl Store {
    /// Opens the store and brings its schema up to date.
    pub fn open(location: &Location, context: Context) -> Result<Self, OpenError> {
        Self::open_traced(location, context, Tracer::default())
    }

    /// Like [`Self::open`]; what the process does is recorded with `tracer`, each group of writes to begin with.
    pub fn open_traced(location: &Location, context: Context, tracer: Tracer) -> Result<Self, OpenError> {
        match location {
            Location::Directory(dir) => Self::open_directory(dir, (context, tracer)),
            Location::Postgres(url) => Self::open_postgres(url, (context, tracer)),
        }
    }

    fn open_directory(dir: &Path, context: (Context, Tracer)) -> Result<Self, OpenError> {
        let io = |it: std::io::Error| OpenError::Io(format!("{}: {it}", dir.display()));
        std::fs::create_dir_all(dir).map_err(io)?;
        let lock = File::create(dir.join("lock")).map_err(io)?;
        lock.try_lock().map_err(|it| match it {
            TryLockError::WouldBlock => OpenError::InUse(dir.display().to_string()),
            TryLockError::Error(it) => io(it),
        })?;
        let file = dir.join("upheld.sqlite");
        let mut connection = Connection::Sqlite(SqliteConnection::writer(&file)?);
        migrate(&mut connection).map_err(open_error)?;
        let for_reader = file.clone();
        let writer = move || SqliteConnection::writer(&file).map(Connection::Sqlite);
        let reader = move || SqliteConnection::reader(&for_reader).map(Connection::Sqlite);
        Self::start(connection, Box::new(writer), Box::new(reader), context, Some(lock))
    }

    fn open_postgres(url: &str, context: (Context, Tracer)) -> Result<Self, OpenError> {
        let mut owner = Connection::Postgres(Box::new(PostgresConnection::owner(url)?));
        migrate(&mut owner).map_err(open_error)?;
        let (for_writer, for_reader) = (url.to_owned(), url.to_owned());
        let writer =
            move || PostgresConnection::application(&for_writer).map(|it| Connection::Postgres(Box::new(it)));
        let reader =
            move || PostgresConnection::application(&for_reader).map(|it| Connection::Postgres(Box::new(it)));
        Self::start(writer()?, Box::new(writer), Box::new(reader), context, None)
    }

    fn start(
        mut connection: Connection,
        writer: Box<dyn Fn() -> Result<Connection, Fault> + Send>,
        reader: Box<dyn Fn() -> Result<Connection, Fault> + Send + Sync>,
        (context, tracer): (Context, Tracer),
        lock: Option<File>,
    ) -> Result<Self, OpenError> {
        let found = connection.rows("SELECT latest FROM clock WHERE one = 1", &[])?;
        let latest: i64 = found.first().map_or(Ok(i64::MIN), |it| it.get(0))?;
        let latest = Arc::new(AtomicI64::new(latest));
        let measures = Arc::new(Measures::default());
        let (queue, waiting) = sync_channel(WAITING_MAX);
        let writer = Writer {
            connect: writer,
            connection: Some(connection),
            clock: context.clock.clone(),
            chance: context.chance.clone(),
            latest: latest.clone(),
            tracer: tracer.clone(),
            measures: measures.clone(),
            lost_since: None,
            answered: 0,
            flush: Duration::ZERO,
        };
        let thread = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.work(&waiting))
            .map_err(|it| OpenError::Io(it.to_string()))?;
        let readers = Arc::new(Readers::new(READERS, reader));
        let writing = Writing { queue: Mutex::new(Some(queue)), thread: Some(thread), lock };
        Ok(Self { writing: Arc::new(writing), readers, latest, measures, context, tracer })
    }

    /// The time, never before any that was told, nor before that of the latest transaction.
    pub fn now(&self) -> Instant {
        let now = self.context.clock.now().nanos();
        Instant::from_nanos(self.latest.fetch_max(now, Ordering::SeqCst).max(now))
    }

    /// Whether no other process can be using this state.
    pub fn is_exclusive(&self) -> bool {
        self.writing.lock.is_some()
    }

    /// What this process has counted of it.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Where spans of what the process does are recorded.
    pub fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// A trace and a span nobody else has.
    pub fn new_trace(&self) -> (TraceId, SpanId) {
        new_trace(self.chance())
    }

    /// Where random bytes come from.
    pub fn chance(&self) -> &dyn Chance {
        &*self.context.chance
    }

    /// Does `work` and waits until it is durable. When `work` answers `Err`, nothing of it is kept.
    pub fn write<T, E>(
        &self,
        scope: Scope,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (done, answer) = sync_channel(1);
        self.submit(scope, work, move |it| {
            // Whoever asked has gone; the work is done all the same.
            let _ = done.send(it);
        });
        wait(&answer)
    }

    /// Like [`Self::write`], without waiting: `done` is called from the writing thread, and must be quick.
    pub fn submit<T, E>(
        &self,
        scope: Scope,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.queue(Box::new(Write { scope, work: Some(work), outcome: None, done: Some(done) }));
    }

    /// Like [`Self::submit`], for a piece of work that is done with all others of its kind that wait, in the provider's scope.
    pub fn submit_together<I, T, E>(
        &self,
        together: &Arc<Together<I, T, E>>,
        piece: I,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        I: Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        if let Some(job) = together.put(piece, Box::new(done)) {
            self.queue(job);
        }
    }

    fn queue(&self, job: Box<dyn Job>) {
        let queue = self.writing.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.measures.came();
        let refused = match queue {
            Some(queue) => queue.send(job).err().map(|it| it.0),
            None => Some(job),
        };
        if let Some(mut job) = refused {
            self.measures.taken();
            job.fail(Fault::Unavailable("the writing thread has ended".to_owned()));
            job.answer();
        }
    }

    /// Looks at a snapshot.
    pub fn read<T, E: From<Fault>>(
        &self,
        scope: Scope,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let now = self.now();
        let began = std::time::Instant::now();
        let done = self.readers.with(|connection| {
            let begun = enter(connection, &scope);
            let chance = &*self.context.chance;
            let mut tx = Tx { connection, chance, now, changes: 0, audited: false, scope };
            begun.map_err(E::from).and_then(|()| work(&mut tx))
        });
        self.measures.read_us.observe_time(began.elapsed());
        done
    }
}

fn open_error(it: MigrateError) -> OpenError {
    match it {
        MigrateError::Newer { found, known } => OpenError::Newer { found, known },
        MigrateError::Fault(it) => OpenError::Fault(it),
    }
}

fn wait<T, E: From<Fault>>(answer: &Receiver<Result<T, E>>) -> Result<T, E> {
    answer
        .recv()
        .unwrap_or_else(|_| Err(Fault::Unavailable("the writing thread has ended".to_owned()).into()))
}

/// A closure on its way to the writing thread.
struct Write<T, E, W, D> {
    scope: Scope,
    work: Option<W>,
    outcome: Option<Result<T, E>>,
    done: Option<D>,
}

impl<T, E, W, D> Job for Write<T, E, W, D>
where
    T: Send,
    E: From<Fault> + Send,
    W: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    D: FnOnce(Result<T, E>) + Send,
{
    fn scope(&self) -> Scope {
        self.scope.clone()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let outcome = work(tx);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn fail(&mut self, fault: Fault) {
        // A refusal that has been found stays what it is: nothing of it was to be kept.
        if !matches!(self.outcome, Some(Err(_))) {
            self.outcome = Some(Err(fault.into()));
        }
    }

    fn answer(mut self: Box<Self>) {
        if let (Some(done), Some(outcome)) = (self.done.take(), self.outcome.take()) {
            done(outcome);
        }
    }
}
