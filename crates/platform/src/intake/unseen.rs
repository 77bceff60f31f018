//! Codes of receipts that the annex does not list: counted until somebody agrees what they mean, and never guessed.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use store::{Fault, Row, Tx, values};

use super::Prepared;
use super::vendors::Code;
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::Failure;
use crate::rights::{Resource, Verb};
use crate::stream::Stream;
use crate::time::Moment;

/// Most codes that are counted of a stream: a sender that makes up new ones fills no database.
const CODES_MAX: usize = 1_000;

/// A code that came and is in no class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnseenCode {
    /// Who reports it.
    pub provider: String,
    /// The operator, where receipts say so.
    pub carrier: Option<String>,
    /// The whole code.
    pub code: String,
    /// How many receipts with it came, those sent again included. None of them is counted as a message.
    pub receipts: u64,
    /// When the first of them came.
    pub first_at: Moment,
    /// When the last of them came.
    pub last_at: Moment,
    /// Whether the annex of the version now held lists the code, for messages from some time on: then these receipts are to be
    /// sent again.
    pub listed: bool,
}

/// Counts what a body had of them. Nothing is kept of the receipts themselves.
pub(super) fn note(tx: &mut Tx<'_>, prepared: &Prepared) -> Result<(), Fault> {
    if prepared.told.unseen.is_empty() {
        return Ok(());
    }
    let (tenant, stream) = (&prepared.opened.tenant, &prepared.opened.name);
    let known = known(tx, prepared)?;
    let mut room = CODES_MAX.saturating_sub(known.len());
    for (it, count) in &prepared.told.unseen {
        let receipts = i64::try_from(*count).unwrap_or(i64::MAX);
        if known.contains(it) {
            tx.housekeeping(
                "UPDATE receipt_unseen SET receipts = receipts + $6, last_at = $7
                 WHERE tenant_id = $1 AND stream = $2 AND provider = $3 AND carrier = $4 AND code = $5",
                values![tenant, stream, &it.provider, &it.carrier, &it.code, receipts, tx.now()],
            )?;
        } else if room > 0 {
            room -= 1;
            tx.housekeeping(
                "INSERT INTO receipt_unseen (tenant_id, stream, provider, carrier, code, receipts, first_at, last_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                values![tenant, stream, &it.provider, &it.carrier, &it.code, receipts, tx.now()],
            )?;
        }
    }
    Ok(())
}

/// The codes that are counted of a stream.
fn known(tx: &mut Tx<'_>, prepared: &Prepared) -> Result<BTreeSet<Code>, Fault> {
    let rows = tx.rows(
        "SELECT provider, carrier, code FROM receipt_unseen WHERE tenant_id = $1 AND stream = $2",
        values![&prepared.opened.tenant, &prepared.opened.name],
    )?;
    let code = |row: &Row| Ok(Code { provider: row.get(0)?, carrier: row.get(1)?, code: row.get(2)? });
    rows.iter().map(code).collect()
}

/// The codes in no class that came for a subscription, the most frequent first.
pub fn list(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    (tenant, subscription): (&str, &str),
) -> Result<Vec<UnseenCode>, Failure> {
    let stream = Stream::Subscription { tenant: tenant.to_owned(), id: subscription.to_owned() };
    let opened = stream.open(platform, tx, who, Resource::Evidence, Verb::Read)?;
    let rows = tx.rows(
        "SELECT provider, carrier, code, receipts, first_at, last_at FROM receipt_unseen
         WHERE tenant_id = $1 AND stream = $2 ORDER BY receipts DESC, provider, carrier, code",
        values![&opened.tenant, &opened.name],
    )?;
    let mut all = rows.iter().map(code).collect::<Result<Vec<_>, Fault>>()?;
    for it in &mut all {
        it.listed = opened
            .published
            .annexes
            .iter()
            .any(|(_, codes)| codes.lists(&it.provider, it.carrier.as_deref(), &it.code));
    }
    Ok(all)
}

fn code(row: &Row) -> Result<UnseenCode, Fault> {
    let (carrier, receipts): (String, i64) = (row.get(1)?, row.get(3)?);
    Ok(UnseenCode {
        provider: row.get(0)?,
        carrier: Some(carrier).filter(|it| !it.is_empty()),
        code: row.get(2)?,
        receipts: u64::try_from(receipts).unwrap_or_default(),
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        listed: false,
    })
}
