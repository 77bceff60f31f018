//! A settlement run: every cycle of an agreement with one label that is due, closed in one piece of work whose progress
//! people can see.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Scope, Tx, values};
use timeline::Instant;

use crate::audit::{self, Entry};
use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::principal::{PROVIDER, Principal};
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::{agreements, statements};

/// The kind of the job.
pub const RUN_JOB: &str = "run";
/// Cycles that are being closed at once. More than there are processors: most of them wait for the disk together.
const AT_ONCE: usize = 24;
/// How often progress is written down.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);

/// What is to be settled.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    /// The cycles' label: `2026-10`.
    pub label: String,
    /// Close cycles that are over although the grace for late evidence is not.
    #[serde(default)]
    pub without_grace: bool,
}

/// A settlement run that was put down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Run {
    /// The job that does it: its progress is in the list of jobs.
    pub job: String,
    /// The agreement.
    pub agreement: String,
    /// The cycles' label.
    pub label: String,
    /// Cycles that are due now.
    pub due: i64,
}

/// Puts a run down, to be begun at once. Refused when nothing is due. While the same run waits it is not put down twice; one
/// that ended begins again with what is due then.
pub fn start(
    _: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    agreement: &str,
    input: &NewRun,
) -> Result<Run, Failure> {
    who.provider(tx, Resource::Cycle, Verb::Decide)?;
    agreements::found(tx, agreement)?;
    let due = i64::try_from(due(tx, agreement, input)?.len()).unwrap_or(i64::MAX);
    if due == 0 {
        return Err(nothing_due(&input.label));
    }
    let key = format!("{agreement}/{}", input.label);
    let payload =
        json!({ "agreement": agreement, "label": input.label, "without_grace": input.without_grace });
    jobs::enqueue(tx, RUN_JOB, &key, PROVIDER, tx.now(), &payload)?;
    let row = tx.row("SELECT id FROM job WHERE kind = $1 AND key = $2", values![RUN_JOB, &key])?;
    let job: String = row.ok_or_else(Refusal::not_found)?.get(0)?;
    let new = json!({ "job": job, "due": due, "label": input.label, "without_grace": input.without_grace });
    audit::append(
        tx,
        who,
        PROVIDER,
        Entry { action: "run.started", subject: agreement.to_owned(), new, ..Entry::default() },
    )?;
    Ok(Run { job, agreement: agreement.to_owned(), label: input.label.clone(), due })
}

fn nothing_due(label: &str) -> Failure {
    Refusal::new(
        RefusalKind::UnfitState,
        format!("no cycle {label} is due: each is sealed already, or not over, or its grace is not; `without_grace` closes those that are over"),
        format!("没有到期的周期 {label}：均已出具结算单，或尚未结束，或宽限期未满；without_grace 可关闭已结束的周期"),
    )
    .into()
}

/// A cycle to be closed.
struct Due {
    tenant: String,
    subscription: String,
}

/// The cycles that are due, in the order of their names.
fn due(tx: &mut Tx<'_>, agreement: &str, input: &NewRun) -> Result<Vec<Due>, Failure> {
    let (over, grace) = if input.without_grace { (tx.now(), Instant::MAX) } else { (Instant::MAX, tx.now()) };
    let rows = tx.rows(
        "SELECT c.tenant_id, c.subscription_id FROM subscription s
         JOIN cycle c ON c.tenant_id = s.tenant_id AND c.subscription_id = s.id AND c.label = $2
         WHERE s.agreement_id = $1 AND c.state <> 'sealed' AND c.until_at <= $3 AND c.close_at <= $4
         ORDER BY c.tenant_id, c.subscription_id",
        values![agreement, &input.label, over, grace],
    )?;
    rows.iter().map(|row| Ok(Due { tenant: row.get(0)?, subscription: row.get(1)? })).collect()
}

/// Handles [`RUN_JOB`]: closes what is due, several at once, so that many seals share a flush of the disk. A cycle whose
/// evidence is incomplete is blocked and says why, and holds up no other. Done again it goes on where it stopped.
pub fn run(platform: &Platform, job: &Job) -> Result<(), Failure> {
    let text = |name: &str| job.payload.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let without_grace = job.payload.get("without_grace").and_then(Json::as_bool).unwrap_or_default();
    let input = NewRun { label: text("label"), without_grace };
    let due = platform.store.read(Scope::Provider, |tx| due(tx, &text("agreement"), &input))?;
    let total = i64::try_from(due.len()).unwrap_or(i64::MAX);
    jobs::progress(platform, job, 0, total)?;
    let waiting = Mutex::new(due.into_iter());
    let done = thread::scope(|scope| {
        let (told, ended) = channel();
        for _ in 0..AT_ONCE {
            let told = told.clone();
            scope.spawn(|| close_all(platform, &waiting, &input.label, told));
        }
        drop(told);
        watch(platform, job, &ended, total)
    })?;
    jobs::progress(platform, job, done, total)
}

/// Closes cycles until there are none left or the store fails.
fn close_all(
    platform: &Platform,
    waiting: &Mutex<std::vec::IntoIter<Due>>,
    label: &str,
    told: Sender<Result<(), Failure>>,
) {
    let who = Principal::system(RUN_JOB);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(it) = next else { return };
        let outcome = match statements::close(platform, &who, &it.tenant, &it.subscription, label, None) {
            // Blocked, or closed by somebody else: both are written down.
            Ok(_) => Ok(()),
            Err(Failure::Refusal(it)) if statements::speaks_for_itself(&it) => Ok(()),
            Err(failure) => Err(failure),
        };
        let failed = outcome.is_err();
        if told.send(outcome).is_err() || failed {
            return;
        }
    }
}

/// Counts what has ended and writes it down now and then; the first fault ends the run.
fn watch(
    platform: &Platform,
    job: &Job,
    ended: &Receiver<Result<(), Failure>>,
    total: i64,
) -> Result<i64, Failure> {
    let mut done = 0;
    let mut written = std::time::Instant::now();
    for outcome in ended {
        outcome?;
        done += 1;
        if written.elapsed() >= PROGRESS_PAUSE {
            jobs::progress(platform, job, done, total)?;
            written = std::time::Instant::now();
        }
    }
    Ok(done)
}
