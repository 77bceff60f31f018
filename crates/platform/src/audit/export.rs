//! A copy of a log for an auditor or an authority: NDJSON, its first line the checkpoint that covers it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use store::{Fault, Tx, values};

use super::kept;
use super::publish::{newest, verifying_key};
use super::search::{enter, may_see_people};
use super::{Entry, append};
use crate::platform::Platform;
use crate::principal::Principal;
use crate::refusal::{Failure, Refusal};
use crate::rights::{Resource, Verb};

/// Entries of one export, at most.
const ENTRIES_MAX: i64 = 100_000;

/// Which entries are taken out, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportLog {
    /// The number of the first entry.
    #[serde(default)]
    pub from: i64,
    /// The number after the last; all there are when absent. At most 100,000 entries at once.
    #[serde(default)]
    pub until: Option<i64>,
    /// For what: a request of an authority, an audit.
    pub reason: String,
}

/// The entries of a house's log, one a line, with the log's key and checkpoint before them. `entry` is the canonical JSON
/// that was hashed; personal data follow for those who may see people.
pub fn export(
    platform: &Platform,
    tx: &mut Tx<'_>,
    who: &Principal,
    house: &str,
    input: &ExportLog,
) -> Result<Vec<u8>, Failure> {
    let people = may_see_people(tx, who, house)?;
    enter(tx, who, house, Resource::AuditLog, Verb::Export)?;
    let signed = newest(platform, tx, house)?;
    let size = i64::try_from(signed.size).map_err(|_| Fault::broken("a log without end"))?;
    let (from, until) = range(input, size)?;
    let head = json!({
        "checkpoint": signed.note.to_string(), "from": from, "key": verifying_key(platform, house)?.trim_end(),
        "until": until,
    });
    let mut text = format!("{head}\n");
    let personal = if people { personal(tx, house, from, until)? } else { Vec::new() };
    let mut personal = personal.into_iter().peekable();
    for it in kept::range(tx, house, from, until)? {
        let (seq, entry) = (it.seq, it.text);
        let mut fields = Map::new();
        while let Some((_, field, value)) = personal.next_if(|it| it.0 <= seq) {
            fields.insert(field, Json::String(value));
        }
        let fields = if people { format!(",\"personal\":{}", Json::Object(fields)) } else { String::new() };
        text.push_str(&format!("{{\"seq\":{seq},\"entry\":{entry}{fields}}}\n"));
    }
    Ok(text.into_bytes())
}

/// Puts on record that a copy was taken out.
pub fn exported(tx: &mut Tx<'_>, who: &Principal, house: &str, input: ExportLog) -> Result<(), Failure> {
    enter(tx, who, house, Resource::AuditLog, Verb::Export)?;
    let new = json!({ "from": input.from, "until": input.until });
    append(
        tx,
        who,
        house,
        Entry { action: "log.exported", new, reason: Some(input.reason), ..Entry::default() },
    )?;
    Ok(())
}

fn range(input: &ExportLog, size: i64) -> Result<(i64, i64), Refusal> {
    let until = input.until.unwrap_or(size);
    let count = until.saturating_sub(input.from);
    if input.from >= 0 && until <= size && (0..=ENTRIES_MAX).contains(&count) {
        return Ok((input.from, until));
    }
    Err(Refusal::invalid(
        format!(
            "from {}, until {until}: the log has {size} entries, and one export {ENTRIES_MAX} at most",
            input.from
        ),
        format!("from 为 {}、until 为 {until}：日志共 {size} 条，每次最多导出 {ENTRIES_MAX} 条", input.from),
    ))
}

type Personal = Vec<(i64, String, String)>;

fn personal(tx: &mut Tx<'_>, house: &str, from: i64, until: i64) -> Result<Personal, Fault> {
    let rows = tx.rows(
        "SELECT seq, field, value FROM audit_personal WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq, field",
        values![house, from, until],
    )?;
    rows.iter().map(|it| Ok((it.get(0)?, it.get(1)?, it.get(2)?))).collect()
}
