//! Erasing personal data: what commitments stand for goes, the log and its proofs stay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, values};
use timeline::Instant;

use super::retention::Kept;
use super::search::enter;
use super::{Entry, append};
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal, RefusalKind};
use crate::rights::{Resource, Verb};
use crate::time::Moment;

/// Whose personal data are to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// The id of the person, or of the thing the entries are about.
    pub subject: String,
    /// Why.
    pub reason: String,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Erased {
    /// Pieces of data that are gone.
    pub erased: i64,
    /// Pieces that must be kept still.
    pub retained: i64,
    /// Until when the last of them must be kept.
    pub retained_until: Option<Moment>,
}

/// Erases the personal data of the entries about `subject`, and the addresses it acted from when it is a person, as far as
/// their retention is over. The entries stay, with commitments that nobody can open any more.
pub fn erase_personal(
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    input: Erase,
) -> Result<Erased, Failure> {
    enter(tx, who, house, Resource::Person, Verb::Remove)?;
    let Erase { subject, reason } = input;
    let kept = Kept::load(tx, house)?;
    let rows = tx.rows(
        "SELECT p.seq, p.field, e.action, e.at FROM audit_personal p JOIN audit_entry e ON e.log = p.log AND e.seq = p.seq
         WHERE p.log = $1 AND ((p.field <> 'address' AND e.subject = $2) OR (p.field = 'address' AND e.actor = $3))
         ORDER BY p.seq, p.field",
        values![house, &subject, format!("person:{subject}")],
    )?;
    let mut erased = Erased { erased: 0, retained: 0, retained_until: None };
    for row in rows {
        let (seq, field, action, at): (i64, String, String, Instant) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let until = kept.until(&action, at);
        if until > tx.now() {
            erased.retained += 1;
            erased.retained_until = erased.retained_until.max(Some(until.into()));
            continue;
        }
        tx.execute(
            "DELETE FROM audit_personal WHERE log = $1 AND seq = $2 AND field = $3",
            values![house, seq, field],
        )?;
        erased.erased += 1;
    }
    if erased.erased == 0 {
        return Err(nothing(erased.retained_until));
    }
    let new = json!({ "erased": erased.erased, "retained": erased.retained });
    append(
        tx,
        who,
        house,
        Entry { action: "personal.erased", subject, new, reason: Some(reason), ..Entry::default() },
    )?;
    Ok(erased)
}

fn nothing(retained_until: Option<Moment>) -> Failure {
    let Some(until) = retained_until else { return Refusal::not_found().into() };
    Refusal::new(
        RefusalKind::Retained,
        format!("all of it must be kept, the last until {until}"),
        format!("全部数据仍在保存期内，最晚至 {until}"),
    )
    .into()
}
