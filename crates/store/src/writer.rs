//! The thread that writes: takes what is waiting, does it in one transaction, commits once, and answers everybody.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant as Moment};

use timeline::Instant;
use trace::{Kind, Span, Tracer};

use crate::clock::{Chance, Clock};
use crate::connection::Connection;
use crate::fault::Fault;
use crate::id::new_trace;
use crate::measure::Measures;
use crate::tx::{Scope, Tx, enter};

/// Most writes of one commit.
const GROUP_MAX: usize = 512;
/// No new write joins a group that has been worked on for so long.
const GROUP_TIME_MAX: Duration = Duration::from_millis(20);
/// Longest wait for those whom the last commit answered and who may come again, and how often it is looked who came.
const PATIENCE_MAX: Duration = Duration::from_micros(500);
const LOOK_EVERY: Duration = Duration::from_micros(50);
/// How long a lost database is tried again before a write is refused.
const RECONNECT_FOR: Duration = Duration::from_secs(12);

/// One write: done in the group's transaction, answered after its commit.
pub(crate) trait Job: Send {
    fn scope(&self) -> Scope;
    /// Whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// What became of it: `Err` when nothing was kept or nobody knows.
    fn fail(&mut self, fault: Fault);
    /// How many wait for its answer.
    fn count(&self) -> usize {
        1
    }
    /// Tells whoever waits.
    fn answer(self: Box<Self>);
}

pub(crate) struct Writer {
    pub(crate) connect: Box<dyn Fn() -> Result<Connection, Fault> + Send>,
    pub(crate) connection: Option<Connection>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) tracer: Tracer,
    pub(crate) measures: Arc<Measures>,
    /// The latest time that was told to anybody.
    pub(crate) latest: Arc<AtomicI64>,
    /// Since when the database has not been there.
    pub(crate) lost_since: Option<Moment>,
    /// How many the last group answered, and how long its commit took.
    pub(crate) answered: usize,
    pub(crate) flush: Duration,
}

pub(crate) type Queue = SyncSender<Box<dyn Job>>;

impl Writer {
    /// Works until every sender is gone.
    pub(crate) fn work(mut self, waiting: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = waiting.recv() {
            self.measures.taken();
            let mut jobs = vec![first];
            self.gather(&mut jobs, waiting);
            let (began, since) = (self.clock.now(), Moment::now());
            let grouped = self.group(&mut jobs, waiting);
            self.tracer
                .record(|| committed(&*self.chance, began, since.elapsed(), jobs.len(), grouped.is_err()));
            match grouped {
                Ok(()) => {}
                Err(fault) => {
                    if let Some(it) = &mut self.connection {
                        it.rollback();
                    }
                    jobs.iter_mut().for_each(|it| it.fail(fault.clone()));
                }
            }
            self.answered = count(&jobs);
            jobs.into_iter().for_each(Job::answer);
        }
    }

    /// Waits for those who may be coming back with their next write: a quarter of a flush, so that they share this one
    /// instead of waiting for the whole of it.
    fn gather(&self, jobs: &mut Vec<Box<dyn Job>>, waiting: &Receiver<Box<dyn Job>>) {
        let until = Moment::now() + (self.flush / 4).min(PATIENCE_MAX);
        while count(jobs) < self.answered && jobs.len() < GROUP_MAX {
            let left = until.saturating_duration_since(Moment::now());
            match waiting.recv_timeout(left.min(LOOK_EVERY)) {
                Ok(next) => {
                    self.measures.taken();
                    jobs.push(next);
                }
                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                Err(_) => break,
            }
        }
    }

    fn group(&mut self, jobs: &mut Vec<Box<dyn Job>>, waiting: &Receiver<Box<dyn Job>>) -> Result<(), Fault> {
        let (latest, measures) = (self.latest.clone(), self.measures.clone());
        let told = || Instant::from_nanos(latest.load(Ordering::SeqCst));
        let (clock, chance) = (self.clock.clone(), self.chance.clone());
        let connection = self.begin()?;
        let now = later_of(connection, clock.now().max(told()))?;
        let began = Moment::now();
        let mut at = 0;
        while let Some(job) = jobs.get_mut(at) {
            one(connection, &mut **job, now, &*chance)?;
            at += 1;
            if at == jobs.len() && jobs.len() < GROUP_MAX && began.elapsed() < GROUP_TIME_MAX {
                match waiting.try_recv() {
                    Ok(next) => {
                        measures.taken();
                        jobs.push(next);
                    }
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
                }
            }
        }
        enter(connection, &Scope::Provider)?;
        connection.run_later(&format!("UPDATE clock SET latest = {} WHERE one = 1", now.nanos()))?;
        let committing = Moment::now();
        connection.commit()?;
        self.flush = committing.elapsed();
        measures.commit_us.observe_time(self.flush);
        measures.group_us.observe_time(began.elapsed());
        measures.group_writes.observe(u64::try_from(jobs.len()).unwrap_or(u64::MAX));
        latest.fetch_max(now.nanos(), Ordering::SeqCst);
        Ok(())
    }

    /// Begins the group's transaction, connecting again when the connection was lost. Nobody waits longer than
    /// [`RECONNECT_FOR`] after the loss: later writes are tried once and refused.
    fn begin(&mut self) -> Result<&mut Connection, Fault> {
        let mut pause = Duration::from_millis(10);
        while let Err(fault) = self.try_begin() {
            let lost_since = *self.lost_since.get_or_insert_with(Moment::now);
            if !matches!(fault, Fault::Unavailable(_)) || lost_since.elapsed() > RECONNECT_FOR {
                return Err(fault);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(500));
        }
        self.lost_since = None;
        self.connection.as_mut().ok_or_else(|| Fault::Unavailable("no connection".to_owned()))
    }

    fn try_begin(&mut self) -> Result<(), Fault> {
        let known = self.connection.take().filter(Connection::alive);
        let connection = self.connection.insert(known.map_or_else(|| (self.connect)(), Ok)?);
        let begun = connection.begin_write();
        if matches!(begun, Err(Fault::Unavailable(_))) {
            self.connection = None;
        }
        begun
    }
}

fn count(jobs: &[Box<dyn Job>]) -> usize {
    jobs.iter().map(|it| it.count()).sum()
}

/// A group of writes as a span, under a trace of its own: it is part of many requests at once.
fn committed(chance: &dyn Chance, began: Instant, took: Duration, writes: usize, failed: bool) -> Span {
    let (trace, id) = new_trace(chance);
    let writes = i64::try_from(writes).unwrap_or(i64::MAX);
    let facts = vec![("upheld.writes", writes.into())];
    Span {
        trace,
        id,
        parent: None,
        kind: Kind::Internal,
        name: "commit".to_owned(),
        began,
        took,
        failed,
        facts,
    }
}

/// The later of the clock and the latest time of any transaction so far.
fn later_of(connection: &mut Connection, now: Instant) -> Result<Instant, Fault> {
    let latest = connection.rows("SELECT latest FROM clock WHERE one = 1", &[])?;
    let latest: Instant = latest.first().map_or(Ok(Instant::MIN), |it| it.get(0))?;
    Ok(now.max(latest))
}

/// One write within the group, undone alone when it does not succeed. `Err` when the connection itself is of no use.
fn one(
    connection: &mut Connection,
    job: &mut dyn Job,
    now: Instant,
    chance: &dyn Chance,
) -> Result<(), Fault> {
    connection.run_later("SAVEPOINT one")?;
    let scope = job.scope();
    enter(connection, &scope)?;
    let mut tx = Tx { connection, chance, now, changes: 0, audited: false, scope };
    let mut keep = match catch_unwind(AssertUnwindSafe(|| job.run(&mut tx))) {
        Ok(keep) => keep,
        Err(_) => {
            job.fail(Fault::broken("a write ended in a panic"));
            false
        }
    };
    if keep && let Err(fault) = tx.check_audited() {
        job.fail(fault);
        keep = false;
    }
    if keep {
        return connection.run_later("RELEASE one");
    }
    // A full disk may have undone the whole group, savepoints and all: its other writes can be tried again.
    connection.run("ROLLBACK TO one; RELEASE one").map_err(|it| Fault::Unavailable(it.to_string()))
}
