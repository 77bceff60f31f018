//! Claims in the store: the machine's value as JSON, with the columns lists need, and the history of its events.

use desk::claim::{self, Claim, State, Terms};
use serde_json::Value as Json;
use store::{Fault, Row, Tx, values};
use timeline::Instant;

use crate::files::File;
use crate::principal::Principal;

/// A claim with what the platform keeps beside the machine.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) tenant: String,
    pub(super) entitlement: String,
    pub(super) claim: Claim,
    pub(super) terms: Terms,
    pub(super) in_kind: Option<String>,
    pub(super) note: String,
    pub(super) files: Vec<File>,
    pub(super) submitted_by: String,
    pub(super) revision: i64,
}

impl Stored {
    pub(super) fn id(&self) -> &str {
        &self.claim.filing().id
    }

    /// Under way, or it has succeeded: no other claim for the same window is taken.
    pub(super) fn is_live(&self) -> bool {
        match self.claim.state() {
            State::Withdrawn | State::Expired | State::Rejected { .. } => false,
            State::RejectedOnAppeal { earlier, .. } => earlier.is_some(),
            _ => true,
        }
    }

    /// What is awarded, or may still be, in minor units.
    pub(super) fn committed_minor(&self) -> i64 {
        let due = || self.claim.filing().due.at_most();
        let amount = self.claim.award().map(|it| it.amount).or_else(due);
        amount.filter(|_| self.is_live()).map_or(0, |it| it.minor)
    }

    /// The next deadline, or the end of time.
    fn due_by(&self) -> Instant {
        self.claim.deadlines().values().copied().min().unwrap_or(Instant::MAX)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, entitlement_id, body, terms, in_kind, note, files, submitted_by, revision, due_by, id FROM claim ",
            $rest
        )
    };
}

pub(super) fn find(tx: &mut Tx<'_>, tenant: &str, id: &str) -> Result<Option<Stored>, Fault> {
    let row = tx.row(select!("WHERE tenant_id = $1 AND id = $2"), values![tenant, id])?;
    row.as_ref().map(stored).transpose()
}

pub(super) fn of_entitlement(tx: &mut Tx<'_>, tenant: &str, entitlement: &str) -> Result<Vec<Stored>, Fault> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND entitlement_id = $2 ORDER BY id"),
        values![tenant, entitlement],
    )?;
    rows.iter().map(stored).collect()
}

pub(super) fn page(
    tx: &mut Tx<'_>,
    tenant: &str,
    state: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Stored>, Fault> {
    let rows = tx.rows(
        select!("WHERE tenant_id = $1 AND ($2 = '' OR state = $2) AND id > $3 ORDER BY id LIMIT $4"),
        values![tenant, state, after, limit],
    )?;
    rows.iter().map(stored).collect()
}

/// Claims of every tenant that wait for us, the next deadline first.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    state: &str,
    after: (i64, &str),
    limit: i64,
) -> Result<Vec<(i64, Stored)>, Fault> {
    let rows = tx.rows(
        select!(
            "WHERE (state = $1 OR ($1 = '' AND side = 'provider' AND state IN ('submitted', 'under_review', 'appealed')))
             AND (due_by > $2 OR (due_by = $2 AND id > $3)) ORDER BY due_by, id LIMIT $4"
        ),
        values![state, after.0, after.1, limit],
    )?;
    rows.iter().map(|it| Ok((it.get(9)?, stored(it)?))).collect()
}

pub(super) fn insert(tx: &mut Tx<'_>, it: &Stored) -> Result<(), Fault> {
    let filing = it.claim.filing();
    let window = &it.terms.window;
    tx.execute(
        "INSERT INTO claim (tenant_id, id, entitlement_id, side, subscription_id, statement_id, label, remedy, subject, state, opens_at,
           closes_at, submitted_at, submitted_by, due_by, in_kind, body, terms, note, files, revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        values![
            &it.tenant, &filing.id, &it.entitlement, filing.ours.word(), &filing.subscription, &filing.statement, &filing.cycle,
            &filing.remedy, filing.subject.clone().unwrap_or_default(), it.claim.state().word(), window.opens, window.closes,
            it.claim.submitted_at(), &it.submitted_by, it.due_by(), it.in_kind.clone(), json(&it.claim)?, json(&it.terms)?,
            &it.note, json(&it.files)?, it.revision
        ],
    )?;
    Ok(())
}

/// Writes the next value of a claim, with the next revision.
pub(super) fn update(tx: &mut Tx<'_>, it: &mut Stored) -> Result<(), Fault> {
    let changed = tx.execute(
        "UPDATE claim SET statement_id = $4, state = $5, due_by = $6, in_kind = $7, body = $8, files = $9, revision = revision + 1
         WHERE tenant_id = $1 AND id = $2 AND revision = $3",
        values![
            &it.tenant, it.id(), it.revision, &it.claim.filing().statement, it.claim.state().word(), it.due_by(),
            it.in_kind.clone(), json(&it.claim)?, json(&it.files)?
        ],
    )?;
    if changed != 1 {
        return Err(Fault::broken(format!("claim {} changed under the writing thread", it.id())));
    }
    it.revision += 1;
    Ok(())
}

/// Appends to a claim's history.
pub(super) fn event(
    tx: &mut Tx<'_>,
    who: &Principal,
    it: &Stored,
    kind: &str,
    body: &Json,
) -> Result<(), Fault> {
    let row = tx.row(
        "SELECT coalesce(max(seq), 0) FROM claim_event WHERE tenant_id = $1 AND claim_id = $2",
        values![&it.tenant, it.id()],
    )?;
    let seq: i64 = row.map_or(Ok(0), |it| it.get(0))?;
    tx.execute(
        "INSERT INTO claim_event (tenant_id, claim_id, seq, at, actor, kind, body) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![&it.tenant, it.id(), seq + 1, tx.now(), &who.actor, kind, body.to_string()],
    )?;
    Ok(())
}

fn stored(row: &Row) -> Result<Stored, Fault> {
    Ok(Stored {
        tenant: row.get(0)?,
        entitlement: row.get(1)?,
        claim: read::<claim::Claim>(row, 2)?,
        terms: read(row, 3)?,
        in_kind: row.get(4)?,
        note: row.get(5)?,
        files: read(row, 6)?,
        submitted_by: row.get(7)?,
        revision: row.get(8)?,
    })
}

fn read<T: serde::de::DeserializeOwned>(row: &Row, at: usize) -> Result<T, Fault> {
    serde_json::from_str(&row.get::<String>(at)?).map_err(|it| Fault::broken(it.to_string()))
}

fn json(it: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(it).map_err(|it| Fault::broken(it.to_string()))
}
