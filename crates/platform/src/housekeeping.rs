//! What is forgotten once a day: answers kept under their keys, sessions that ended long ago.

use serde_json::json;
use store::Tx;

use crate::jobs::{self, Job};
use crate::platform::Platform;
use crate::principal::PROVIDER;
use crate::refusal::Failure;
use crate::{answered, people, time, volume};

/// The kind of job.
pub const JOB: &str = "housekeeping";

const DAY_SECONDS: i64 = 86_400;

/// Puts the job down, for a store that has none yet.
pub fn schedule(platform: &Platform) -> Result<(), Failure> {
    volume::schedule(platform)?;
    platform.write(|_, tx| {
        let known = tx.row("SELECT id FROM job WHERE kind = $1", store::values![JOB])?;
        if known.is_some() { Ok(()) } else { again(tx, 0) }
    })
}

/// Forgets, and comes back tomorrow.
pub fn run(platform: &Platform, _: &Job) -> Result<(), Failure> {
    platform.write(|platform, tx| {
        answered::forget(tx, platform.settings.idempotency_seconds)?;
        Ok(people::forget(tx)?)
    })?;
    // Last, so that a lake which cannot be reached keeps nothing else from being forgotten.
    volume::forget(platform)?;
    platform.write(|_, tx| again(tx, DAY_SECONDS))
}

fn again(tx: &mut Tx<'_>, seconds: i64) -> Result<(), Failure> {
    let due = time::after(tx.now(), seconds);
    Ok(jobs::enqueue(tx, JOB, "all", PROVIDER, due, &json!({}))?)
}
