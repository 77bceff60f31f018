//! What the platform holds and what waits for it, in numbers without names: for whoever watches over the process.

use store::{Fault, Tx};

use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};

/// Numbers of all tenants together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Records of evidence taken in, ever.
    pub intake_records: i64,
    /// Statements sealed, ever.
    pub statements_sealed: i64,
    /// Claims that wait for somebody, by state.
    pub claims_open: Vec<(&'static str, i64)>,
    /// Jobs that have not succeeded, by state.
    pub jobs: Vec<(&'static str, i64)>,
    /// How long the oldest job that is due has waited, in seconds.
    pub jobs_late_s: i64,
}

/// The states in which a claim waits: for us, or for the claimant.
const OPEN: [&str; 4] = ["submitted", "needs_information", "under_review", "appealed"];
const JOBS: [&str; 3] = ["waiting", "running", "failed"];
// The states are written out, so that an index on them is used.
const CLAIMS: &str = "SELECT state, count(*) FROM claim
     WHERE state IN ('submitted', 'needs_information', 'under_review', 'appealed') GROUP BY state";
const WAITING: &str =
    "SELECT state, count(*) FROM job WHERE state IN ('waiting', 'running', 'failed') GROUP BY state";

/// Counts.
pub fn count(tx: &mut Tx<'_>, who: &Principal) -> Result<Totals, Failure> {
    who.provider(tx, Resource::Metrics, Verb::Read)?;
    let due = tx.row("SELECT min(due_at) FROM job WHERE state = 'waiting'", &[])?;
    let due: Option<i64> = due.map_or(Ok(None), |it| it.get(0))?;
    let late = due.map_or(0, |it| tx.now().nanos().saturating_sub(it).max(0));
    Ok(Totals {
        intake_records: one(tx, "SELECT CAST(coalesce(sum(records), 0) AS BIGINT) FROM evidence_stream")?,
        statements_sealed: one(tx, "SELECT count(*) FROM statement")?,
        claims_open: by_state(tx, CLAIMS, &OPEN)?,
        jobs: by_state(tx, WAITING, &JOBS)?,
        jobs_late_s: late / 1_000_000_000,
    })
}

fn one(tx: &mut Tx<'_>, sql: &'static str) -> Result<i64, Fault> {
    tx.row(sql, &[])?.map_or(Ok(0), |it| it.get(0))
}

/// A number for each of the states, also for those that nothing is in.
fn by_state(
    tx: &mut Tx<'_>,
    sql: &'static str,
    states: &[&'static str],
) -> Result<Vec<(&'static str, i64)>, Fault> {
    let mut all: Vec<(&'static str, i64)> = states.iter().map(|it| (*it, 0)).collect();
    for row in tx.rows(sql, &[])? {
        let state: String = row.get(0)?;
        if let Some(it) = all.iter_mut().find(|it| it.0 == state) {
            it.1 = row.get(1)?;
        }
    }
    Ok(all)
}
