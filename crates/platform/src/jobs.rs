//! Work that is due later, kept in the database: any process takes it under a lease, and does it at least once.
//!
//! What counts as an attempt is that the work itself failed. A fault of the world (the database cannot be reached, the disk is
//! full) puts the work off, however often, and a process that died in the middle has not tried.

mod pace;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Moment};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use store::{Fault, Row, Scope, Tx, values};
use timeline::Instant;
use trace::{Kind, Span};

use crate::page::{Listed, Page};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};
use crate::{cycles, runs, time, volume};

use pace::Pace;

/// How long a process has for a piece of work before another may take it.
const LEASE_SECONDS: i64 = 120;
/// Attempts before a person is needed.
const ATTEMPTS_MAX: i64 = 8;
/// Pieces of work taken at once.
const TAKEN_AT_ONCE: i64 = 16;
/// No piece of work is begun when so much of its lease is over.
const LEASE_USED_MAX: Duration = Duration::from_secs(60);
/// How long work is put off that the world kept from being done.
const PUT_OFF_SECONDS: i64 = 5;
/// The longest pause of a thread whose store does not answer; it begins with the usual one and doubles.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Kinds of work that may take minutes, or come by the thousand when a month ends. Each has a thread of its own: nothing else
/// waits for them.
const LONG_KINDS: [&str; 5] =
    [runs::RUN_JOB, cycles::LATE_JOB, cycles::CLOSE_JOB, volume::JOB, volume::MERGE_JOB];

/// A piece of work in progress.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What sort of work.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// What the work needs to know.
    pub payload: Json,
    attempts: i64,
    lease: String,
}

/// How one kind of work is done: in transactions of its own, so often as it takes, each with the same end.
pub type Handler = fn(&Platform, &Job) -> Result<(), Failure>;

/// Puts a piece of work down, due at `due`. `kind` and `key` name it: the same work is not put down twice while it waits,
/// and work that was done is done again when it is put down again.
pub fn enqueue(
    tx: &mut Tx<'_>,
    kind: &'static str,
    key: &str,
    tenant: &str,
    due: Instant,
    payload: &Json,
) -> Result<(), Fault> {
    let id = tx.new_id("job")?;
    tx.housekeeping(
        "INSERT INTO job (id, kind, key, tenant_id, payload, state, due_at, attempts, done, total, created_at)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, 0, $7)
         ON CONFLICT (kind, key) DO UPDATE SET payload = $5, state = 'waiting', due_at = $6, attempts = 0,
           error = CASE WHEN job.state IN ('waiting', 'running') THEN job.error END,
           leased_by = NULL, leased_until = NULL, ended_at = NULL, done = 0, total = 0",
        values![id, kind, key, tenant, payload.to_string(), due, tx.now()],
    )?;
    Ok(())
}

/// Tells how far a piece of work has come.
pub fn progress(platform: &Platform, job: &Job, done: i64, total: i64) -> Result<(), Failure> {
    let (id, lease) = (job.id.clone(), job.lease.clone());
    platform.write(move |_, tx| {
        let until = time::after(tx.now(), LEASE_SECONDS);
        tx.housekeeping(
            "UPDATE job SET done = $3, total = $4, leased_until = $5 WHERE id = $1 AND leased_by = $2",
            values![id, lease, done, total, until],
        )?;
        Ok(())
    })
}

/// Does everything that is due now, one after the other; how many pieces were done or put off.
pub fn run_due(platform: &Platform, handlers: &[(&'static str, Handler)]) -> Result<usize, Failure> {
    Worker::new(platform, handlers, Lane::All)?.run_due(&AtomicBool::new(false))
}

/// Which kinds of work a worker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    All,
    /// One that may take long.
    Only(&'static str),
    /// All but those that may take long.
    Short,
}

impl Lane {
    /// The kind that is taken, or '' and the kinds that are not.
    fn kinds(self) -> (&'static str, [&'static str; 5]) {
        match self {
            Self::All => ("", [""; 5]),
            Self::Only(kind) => (kind, [""; 5]),
            Self::Short => ("", LONG_KINDS),
        }
    }

    /// Whether it rests after what it took at once, for more comes all the time.
    fn rests(self) -> bool {
        [Self::Only(volume::JOB), Self::Only(volume::MERGE_JOB)].contains(&self)
    }
}

/// Takes work and does it, a piece at a time, under a name of its own.
struct Worker {
    platform: Platform,
    handlers: Vec<(&'static str, Handler)>,
    lane: Lane,
    lease: String,
    /// Whether work may be in its name that it is not doing: the store was away when that was to be written down.
    has_left_work: bool,
}

impl Worker {
    fn new(platform: &Platform, handlers: &[(&'static str, Handler)], lane: Lane) -> Result<Self, Fault> {
        let lease = store::new_id("lse", platform.store.now(), platform.store.chance())?;
        let (platform, handlers) = (platform.clone(), handlers.to_vec());
        Ok(Self { platform, handlers, lane, lease, has_left_work: false })
    }

    /// Does everything that is due, or what is taken at once where the lane rests then, until told to stop.
    fn run_due(&mut self, stop: &AtomicBool) -> Result<usize, Failure> {
        let mut count = 0;
        while !stop.load(Ordering::SeqCst) {
            let begun = Moment::now();
            let taken = self.take()?;
            if taken.is_empty() {
                break;
            }
            let mut waiting = taken.iter();
            for job in waiting.by_ref() {
                finish(&self.platform, job, &self.outcome(job))?;
                count += 1;
                if stop.load(Ordering::SeqCst) || begun.elapsed() > LEASE_USED_MAX {
                    break;
                }
            }
            self.has_left_work = waiting.len() > 0;
            self.leave()?;
            if self.lane.rests() {
                break;
            }
        }
        Ok(count)
    }

    fn outcome(&self, job: &Job) -> Result<(), Failure> {
        match self.handlers.iter().find(|it| it.0 == job.kind) {
            Some((_, work)) => traced(&self.platform, job, || guarded(|| work(&self.platform, job))),
            None => Err(Fault::broken(format!("nobody does {}", job.kind)).into()),
        }
    }

    /// What is due, from now on in this worker's name.
    fn take(&mut self) -> Result<Vec<Job>, Failure> {
        self.leave()?;
        // The others need not write to find out that there is nothing to do; this one also keeps the time.
        if matches!(self.lane, Lane::Only(_)) && !self.platform.read(|_, tx| self.is_anything_due(tx))? {
            return Ok(Vec::new());
        }
        let may_be_long = [Lane::Only(runs::RUN_JOB), Lane::Only(cycles::LATE_JOB)].contains(&self.lane);
        let count = if may_be_long { 1 } else { TAKEN_AT_ONCE };
        let (lease, lane) = (self.lease.clone(), self.lane);
        // When the store goes away in the middle of this, nobody knows.
        self.has_left_work = true;
        let taken = self.platform.write(move |_, tx| {
            let mut jobs = Vec::new();
            for row in due(tx, lane, count)? {
                let job = job(&row, &lease)?;
                tx.housekeeping(
                    "UPDATE job SET state = 'running', leased_by = $2, leased_until = $3 WHERE id = $1",
                    values![&job.id, &lease, time::after(tx.now(), LEASE_SECONDS)],
                )?;
                jobs.push(job);
            }
            Ok(jobs)
        })?;
        self.has_left_work = !taken.is_empty();
        Ok(taken)
    }

    fn is_anything_due(&self, tx: &mut Tx<'_>) -> Result<bool, Failure> {
        Ok(!due(tx, self.lane, 1)?.is_empty())
    }

    /// Gives back what is in this worker's name and not being done.
    fn leave(&mut self) -> Result<(), Failure> {
        if self.has_left_work {
            let lease = self.lease.clone();
            self.platform.write(move |_, tx| {
                tx.housekeeping(
                    "UPDATE job SET state = 'waiting', leased_by = NULL, leased_until = NULL
                     WHERE state = 'running' AND leased_by = $1",
                    values![lease],
                )?;
                Ok(())
            })?;
            self.has_left_work = false;
        }
        Ok(())
    }
}

fn due(tx: &mut Tx<'_>, lane: Lane, count: i64) -> Result<Vec<Row>, Fault> {
    let (only, [but, nor, neither, not, no]) = lane.kinds();
    tx.rows(
        "SELECT id, kind, key, payload, attempts FROM job
         WHERE due_at <= $1 AND (state = 'waiting' OR (state = 'running' AND leased_until < $1))
           AND (kind = $3 OR ($3 = '' AND kind <> $4 AND kind <> $5 AND kind <> $6 AND kind <> $7 AND kind <> $8))
         ORDER BY due_at, id LIMIT $2",
        values![tx.now(), count, only, but, nor, neither, not, no],
    )
}

/// Records the work as a span, under a trace of its own.
fn traced(platform: &Platform, job: &Job, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let (began, since) = (platform.store.now(), std::time::Instant::now());
    let outcome = work();
    platform.store.tracer().record(|| {
        let (trace, id) = platform.store.new_trace();
        let mut facts = vec![("upheld.job", job.id.as_str().into()), ("upheld.attempt", job.attempts.into())];
        if let Some(tenant) = job.payload.get("tenant").and_then(Json::as_str) {
            facts.push(("upheld.tenant", tenant.into()));
        }
        let (name, failed) = (format!("job {}", job.kind), outcome.is_err());
        Span {
            trace,
            id,
            parent: None,
            kind: Kind::Internal,
            name,
            began,
            took: since.elapsed(),
            failed,
            facts,
        }
    });
    outcome
}

/// A piece of work that panics has failed; the others go on.
fn guarded(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Fault::broken("the job ended in a panic").into()))
}

fn job(row: &Row, lease: &str) -> Result<Job, Fault> {
    let payload: String = row.get(3)?;
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        payload: serde_json::from_str(&payload).map_err(|it| Fault::broken(it.to_string()))?,
        attempts: row.get(4)?,
        lease: lease.to_owned(),
    })
}

/// Writes down how it ended: done, put off, tried again later, or given up. Work put down anew meanwhile is left waiting.
fn finish(platform: &Platform, job: &Job, outcome: &Result<(), Failure>) -> Result<(), Failure> {
    let error = outcome.as_ref().err().map(ToString::to_string);
    let is_put_off = matches!(outcome, Err(Failure::Fault(it)) if it.is_of_the_world());
    let attempts = job.attempts + i64::from(!is_put_off);
    let (id, lease) = (job.id.clone(), job.lease.clone());
    platform.write(move |_, tx| {
        let (state, seconds) = match &error {
            None => ("done", 0),
            Some(_) if is_put_off => ("waiting", PUT_OFF_SECONDS),
            Some(_) if attempts < ATTEMPTS_MAX => ("waiting", 1 << attempts.clamp(0, 12)),
            Some(_) => ("failed", 0),
        };
        let due = time::after(tx.now(), seconds);
        let ended = tx.housekeeping(
            "UPDATE job SET state = $3, due_at = $4, error = $5, ended_at = $6, attempts = $7, leased_by = NULL, leased_until = NULL
             WHERE id = $1 AND leased_by = $2",
            values![&id, lease, state, due, error.clone(), tx.now(), attempts],
        )?;
        if ended == 0 {
            // Somebody put it down again meanwhile: it waits, and what kept it from being done is told all the same.
            tx.housekeeping(
                "UPDATE job SET error = $2 WHERE id = $1 AND state = 'waiting' AND leased_by IS NULL",
                values![id, error],
            )?;
        }
        Ok(())
    })
}

/// Whoever held a lease is gone when nobody else can be using the store: its work need not wait for the lease to end.
fn take_over(platform: &Platform) -> Result<(), Failure> {
    platform.write(|_, tx| {
        tx.housekeeping(
            "UPDATE job SET state = 'waiting', leased_by = NULL, leased_until = NULL WHERE state = 'running'",
            &[],
        )?;
        Ok(())
    })
}

/// Does what is due, from threads of its own, until told to stop: one for each kind that may take long, one for all others.
pub struct Runner {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Runner {
    /// Starts it, looking every `pause`.
    pub fn start(
        platform: Platform,
        handlers: Vec<(&'static str, Handler)>,
        pause: Duration,
    ) -> std::io::Result<Self> {
        if platform.store.is_exclusive()
            && let Err(failure) = take_over(&platform)
        {
            return Err(std::io::Error::other(failure.to_string()));
        }
        let mut runner = Self { stop: Arc::default(), threads: Vec::new() };
        let long = LONG_KINDS.map(|kind| (Lane::Only(kind), format!("jobs-{kind}")));
        for (lane, name) in long.into_iter().chain([(Lane::Short, "jobs".to_owned())]) {
            let worker = Worker::new(&platform, &handlers, lane).map_err(std::io::Error::other)?;
            let stop = runner.stop.clone();
            let work = move || run_until(worker, pause, &stop);
            runner.threads.push(thread::Builder::new().name(name).spawn(work)?);
        }
        Ok(runner)
    }
}

fn run_until(mut worker: Worker, usual: Duration, stop: &AtomicBool) {
    let mut pace = if worker.lane.rests() { Pace::resting(usual) } else { Pace::steady(usual) };
    let mut pause = usual;
    while !stop.load(Ordering::SeqCst) {
        let begun = Moment::now();
        pause = match worker.run_due(stop) {
            Ok(0) => pace.idle(),
            Ok(_) => pace.after(begun.elapsed()),
            Err(failure) => {
                let line =
                    serde_json::json!({ "level": "warn", "message": failure.to_string(), "in": "jobs" });
                // A log that cannot be written, say on a full disk, must not end the thread.
                let _ = writeln!(std::io::stderr(), "{line}");
                (pause * 2).min(PAUSE_MAX.max(usual))
            }
        };
        thread::park_timeout(pause);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.threads.iter().for_each(|it| it.thread().unpark());
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to wait for.
            let _ = thread.join();
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, kind, key, state, due_at, attempts, done, total, error, ended_at FROM job ",
            $rest
        )
    };
}
pub(crate) use select;

/// A piece of work as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What sort of work: `close`, `late`, `run`, …
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// waiting, running, done or failed.
    pub state: String,
    /// When it is due.
    pub due_at: time::Moment,
    /// How often it was tried.
    pub attempts: i64,
    /// How much of it is done.
    pub done: i64,
    /// How much there is; 0 when unknown.
    pub total: i64,
    /// Why it did not succeed.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<time::Moment>,
}

/// The work that waits, runs, or ended, oldest first.
pub fn list(
    tx: &mut Tx<'_>,
    who: &Principal,
    state: Option<&str>,
    page: &Page,
) -> Result<Listed<JobView>, Failure> {
    who.provider(tx, Resource::Job, Verb::Read)?;
    let rows = tx.rows(
        select!("WHERE id > $1 AND ($2 = '' OR state = $2) ORDER BY id LIMIT $3"),
        values![page.after(), state.unwrap_or_default(), page.rows()?],
    )?;
    Ok(page.listed(&rows, view, |it| it.id.clone())?)
}

/// A job from a row of [`select`].
pub(crate) fn view(row: &Row) -> Result<JobView, Fault> {
    Ok(JobView {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        state: row.get(3)?,
        due_at: row.get(4)?,
        attempts: row.get(5)?,
        done: row.get(6)?,
        total: row.get(7)?,
        error: row.get(8)?,
        ended_at: row.get(9)?,
    })
}

/// Tries a piece of work again that was given up.
pub fn retry(tx: &mut Tx<'_>, who: &Principal, id: &str) -> Result<JobView, Failure> {
    who.provider(tx, Resource::Job, Verb::Decide)?;
    let changed = tx.housekeeping(
        "UPDATE job SET state = 'waiting', due_at = $2, attempts = 0, error = NULL WHERE id = $1 AND state = 'failed'",
        values![id, tx.now()],
    )?;
    let row = tx.row(select!("WHERE id = $1"), values![id])?;
    let job = view(&row.ok_or_else(Refusal::not_found)?)?;
    if changed == 0 {
        return Err(Refusal::unfit(
            format!("the job is {}; only a failed one is tried again", job.state),
            format!("作业状态为 {}，只有失败的作业可重试", job.state),
        )
        .into());
    }
    tx.enter(Scope::Provider)?;
    crate::audit::append(
        tx,
        who,
        crate::principal::PROVIDER,
        crate::audit::Entry { action: "job.retried", subject: id.to_owned(), ..Default::default() },
    )?;
    Ok(job)
}
