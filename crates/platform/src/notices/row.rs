//! Notices and deliveries as the store and the audit log keep them.

use serde_json::Value as Json;
use store::{Fault, Row, Tx, values};

use super::{Delivery, DeliveryState, Notice};
use crate::agreements::Amendment;
use crate::audit::{self, Entry};
use crate::kept::of_row;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::TenantHandle;

/// The columns of [`notice`], then those of [`delivery`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.agreement_id, n.from_version, n.to_version, n.rule, n.effective_at, n.text, n.comparison,
               n.created_at, n.created_by, n.withdrawn_at, n.revision, d.tenant_id, d.subscription_id, d.channel, d.state,
               d.sent_at, d.delivered_at, d.decided_at, d.decided_by, d.revision
             FROM notice_delivery d JOIN notice n ON n.id = d.notice_id ",
            $rest
        )
    };
}
pub(crate) use select;

pub(super) fn found(tx: &mut Tx<'_>, id: &str) -> Result<Notice, Failure> {
    let row = tx.row(
        "SELECT id, agreement_id, from_version, to_version, rule, effective_at, text, comparison, created_at, created_by,
           withdrawn_at, revision
         FROM notice WHERE id = $1",
        values![id],
    )?;
    Ok(notice(&row.ok_or_else(Refusal::not_found)?)?)
}

pub(super) fn delivered(
    tx: &mut Tx<'_>,
    tenant: &TenantHandle,
    id: &str,
    subscription: &str,
) -> Result<Delivery, Failure> {
    let row = tx.row(
        select!("WHERE d.tenant_id = $1 AND d.notice_id = $2 AND d.subscription_id = $3"),
        values![tenant.id(), id, subscription],
    )?;
    Ok(delivery(&row.ok_or_else(Refusal::not_found)?)?)
}

pub(super) fn notice(row: &Row) -> Result<Notice, Fault> {
    let rule: String = row.get(4)?;
    Ok(Notice {
        id: row.get(0)?,
        agreement: row.get(1)?,
        from_version: row.get(2)?,
        to_version: row.get(3)?,
        rule: Amendment::of(Some(&rule)),
        effective_at: row.get(5)?,
        text: row.get(6)?,
        comparison: of_row(row, 7)?,
        created_at: row.get(8)?,
        created_by: row.get(9)?,
        withdrawn_at: row.get(10)?,
        revision: row.get(11)?,
    })
}

pub(super) fn delivery(row: &Row) -> Result<Delivery, Fault> {
    let state: String = row.get(15)?;
    let state = DeliveryState::ALL.into_iter().find(|it| it.name() == state);
    Ok(Delivery {
        notice: notice(row)?,
        tenant: row.get(12)?,
        subscription: row.get(13)?,
        channel: row.get(14)?,
        state: state.ok_or_else(|| Fault::broken("a delivery in no known state"))?,
        sent_at: row.get(16)?,
        delivered_at: row.get(17)?,
        decided_at: row.get(18)?,
        decided_by: row.get(19)?,
        revision: row.get(20)?,
    })
}

impl DeliveryState {
    const ALL: [Self; 7] = [
        Self::Sent,
        Self::Delivered,
        Self::Accepted,
        Self::Refused,
        Self::AcceptedByUse,
        Self::Applied,
        Self::Withdrawn,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::AcceptedByUse => "accepted_by_use",
            Self::Applied => "applied",
            Self::Withdrawn => "withdrawn",
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the fields of an entry")]
pub(super) fn record(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    action: &'static str,
    subject: &str,
    old: Json,
    new: Json,
    reason: Option<String>,
) -> Result<(), Fault> {
    let entry = Entry { action, subject: subject.to_owned(), old, new, reason, personal: Vec::new() };
    audit::append(tx, who, house, entry).map(drop)
}
