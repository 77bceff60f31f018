//! Work that is due later, kept in the database: any process takes it under a lease, and does it at least once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

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
use crate::time::{self, Moment};

/// How long a process has for a piece of work before another may take it.
const LEASE_SECONDS: i64 = 120;
/// Attempts before a person is needed.
const ATTEMPTS_MAX: i64 = 8;
/// Pieces of work taken at once.
const TAKEN_AT_ONCE: i64 = 16;

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
         ON CONFLICT (kind, key) DO UPDATE SET payload = $5, state = 'waiting', due_at = $6, attempts = 0, error = NULL,
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
    let mut count = 0;
    loop {
        let taken = take(platform)?;
        if taken.is_empty() {
            return Ok(count);
        }
        for job in taken {
            count += 1;
            let handler = handlers.iter().find(|it| it.0 == job.kind).map(|it| it.1);
            let outcome = match handler {
                Some(work) => traced(platform, &job, || guarded(|| work(platform, &job))),
                None => Err(Fault::broken(format!("nobody does {}", job.kind)).into()),
            };
            finish(platform, &job, &outcome)?;
        }
    }
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

fn take(platform: &Platform) -> Result<Vec<Job>, Failure> {
    platform.write(|_, tx| {
        let lease = tx.new_id("lse")?;
        let until = time::after(tx.now(), LEASE_SECONDS);
        let rows = tx.rows(
            "SELECT id, kind, key, payload, attempts FROM job
             WHERE due_at <= $1 AND (state = 'waiting' OR (state = 'running' AND leased_until < $1))
             ORDER BY due_at, id LIMIT $2",
            values![tx.now(), TAKEN_AT_ONCE],
        )?;
        let mut jobs = Vec::new();
        for row in rows {
            let job = job(&row, &lease)?;
            tx.housekeeping(
                "UPDATE job SET state = 'running', leased_by = $2, leased_until = $3, attempts = attempts + 1 WHERE id = $1",
                values![&job.id, &lease, until],
            )?;
            jobs.push(job);
        }
        Ok(jobs)
    })
}

fn job(row: &Row, lease: &str) -> Result<Job, Fault> {
    let payload: String = row.get(3)?;
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        payload: serde_json::from_str(&payload).map_err(|it| Fault::broken(it.to_string()))?,
        attempts: row.get::<i64>(4)? + 1,
        lease: lease.to_owned(),
    })
}

/// Writes down how it ended: done, tried again later, or given up. Work put down anew meanwhile is left waiting.
fn finish(platform: &Platform, job: &Job, outcome: &Result<(), Failure>) -> Result<(), Failure> {
    let (job, error) = (job.clone(), outcome.as_ref().err().map(ToString::to_string));
    platform.write(move |_, tx| {
        let (state, due) = match &error {
            None => ("done", tx.now()),
            Some(_) if job.attempts < ATTEMPTS_MAX => {
                ("waiting", time::after(tx.now(), 1 << job.attempts.clamp(0, 12)))
            }
            Some(_) => ("failed", tx.now()),
        };
        tx.housekeeping(
            "UPDATE job SET state = $3, due_at = $4, error = $5, ended_at = $6, leased_by = NULL, leased_until = NULL
             WHERE id = $1 AND leased_by = $2",
            values![&job.id, &job.lease, state, due, error, tx.now()],
        )?;
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

/// Does what is due, from a thread of its own, until told to stop.
pub struct Runner {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
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
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = thread::Builder::new().name("jobs".to_owned()).spawn(move || {
            while !told.load(Ordering::SeqCst) {
                if let Err(failure) = run_due(&platform, &handlers) {
                    eprintln!(
                        "{}",
                        serde_json::json!({ "level": "warn", "message": failure.to_string(), "in": "jobs" })
                    );
                }
                thread::park_timeout(pause);
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A thread that panicked has nothing left to wait for.
            let _ = thread.join();
        }
    }
}

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
    pub due_at: Moment,
    /// How often it was tried.
    pub attempts: i64,
    /// How much of it is done.
    pub done: i64,
    /// How much there is; 0 when unknown.
    pub total: i64,
    /// Why it did not succeed.
    pub error: Option<String>,
    /// When it ended.
    pub ended_at: Option<Moment>,
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
        "SELECT id, kind, key, state, due_at, attempts, done, total, error, ended_at FROM job
         WHERE id > $1 AND ($2 = '' OR state = $2) ORDER BY id LIMIT $3",
        values![page.after(), state.unwrap_or_default(), page.rows()?],
    )?;
    let items = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(items, |it| it.id.clone()))
}

fn view(row: &Row) -> Result<JobView, Fault> {
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
    let row = tx.row(
        "SELECT id, kind, key, state, due_at, attempts, done, total, error, ended_at FROM job WHERE id = $1",
        values![id],
    )?;
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
